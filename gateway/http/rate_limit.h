// How often one address may ask: a bucket of tokens for each, filled steadily. The number of
// addresses is bounded: those that asked nothing for long are forgotten first. Pure; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

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
    [[nodiscard]] std::optional<std::int64_t> ask(const std::string& address, std::int64_t now_ms);
    [[nodiscard]] std::size_t addresses() const { return buckets_.size(); }

  private:
    // In units of 1/60000 of a token, so that a millisecond adds per_minute units.
    struct Bucket {
        std::int64_t level = 0;
        std::int64_t at_ms = 0;
    };
    void forget(std::int64_t now_ms);
    [[nodiscard]] std::int64_t level_at(const Bucket& bucket, std::int64_t now_ms) const;

    RateRule rule_;
    std::map<std::string, Bucket> buckets_;
};

}  // namespace fairfeed
