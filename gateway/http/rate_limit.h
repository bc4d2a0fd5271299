// How often one group of addresses may ask: a bucket of tokens for each, filled steadily. The
// number of groups is bounded: for a new one that which asked nothing for the longest is forgotten,
// and no other. Pure; one thread.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace fairfeed {

struct RateRule {
    std::int64_t per_minute = 600;
    std::int64_t burst = 120;
    std::size_t addresses = 10'000;
};

class RateLimit {
  public:
    explicit RateLimit(const RateRule& rule) : rule_(rule) {}
    // Takes a token. Returns the milliseconds to wait for the next one; nullopt: it may ask.
    [[nodiscard]] std::optional<std::int64_t> ask(const std::string& group, std::int64_t now_ms);
    [[nodiscard]] std::size_t addresses() const { return places_.size(); }

  private:
    // In units of 1/60000 of a token, so that a millisecond adds per_minute units.
    struct Bucket {
        std::int64_t level = 0;
        std::int64_t at_ms = 0;
    };
    using Buckets = std::list<std::pair<std::string, Bucket>>;
    [[nodiscard]] Bucket& bucket_of(const std::string& group, std::int64_t now_ms);
    [[nodiscard]] std::int64_t level_at(const Bucket& bucket, std::int64_t now_ms) const;

    RateRule rule_;
    Buckets buckets_;  // that which asked last stands in front
    std::map<std::string, Buckets::iterator> places_;
};

}  // namespace fairfeed
