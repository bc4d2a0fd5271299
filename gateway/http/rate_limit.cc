#include "gateway/http/rate_limit.h"

#include <algorithm>

namespace fairfeed {
namespace {

constexpr std::int64_t kToken = 60'000;

}  // namespace

std::int64_t RateLimit::level_at(const Bucket& bucket, std::int64_t now_ms) const {
    const std::int64_t full = rule_.burst * kToken;
    const std::int64_t passed_ms =
        std::clamp<std::int64_t>(now_ms - bucket.at_ms, 0, full / rule_.per_minute + 1);
    return std::min(full, bucket.level + passed_ms * rule_.per_minute);
}

// Full buckets say nothing; if none is full, all begin anew.
void RateLimit::forget(std::int64_t now_ms) {
    std::erase_if(buckets_, [&](const auto& each) {
        return level_at(each.second, now_ms) == rule_.burst * kToken;
    });
    if (buckets_.size() >= rule_.addresses) buckets_.clear();
}

std::optional<std::int64_t> RateLimit::ask(const std::string& address, std::int64_t now_ms) {
    auto found = buckets_.find(address);
    if (found == buckets_.end()) {
        if (buckets_.size() >= rule_.addresses) forget(now_ms);
        found = buckets_.emplace(address, Bucket{rule_.burst * kToken, now_ms}).first;
    }
    Bucket& bucket = found->second;
    bucket = {level_at(bucket, now_ms), now_ms};
    if (bucket.level < kToken)
        return (kToken - bucket.level + rule_.per_minute - 1) / rule_.per_minute;
    bucket.level -= kToken;
    return std::nullopt;
}

}  // namespace fairfeed
