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

RateLimit::Bucket& RateLimit::bucket_of(const std::string& group, std::int64_t now_ms) {
    const auto found = places_.find(group);
    if (found != places_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, found->second);
        return buckets_.front().second;
    }
    if (!buckets_.empty() && places_.size() >= rule_.addresses) {
        places_.erase(buckets_.back().first);
        buckets_.pop_back();
    }
    buckets_.emplace_front(group, Bucket{rule_.burst * kToken, now_ms});
    places_.emplace(group, buckets_.begin());
    return buckets_.front().second;
}

std::optional<std::int64_t> RateLimit::ask(const std::string& group, std::int64_t now_ms) {
    Bucket& bucket = bucket_of(group, now_ms);
    bucket = {level_at(bucket, now_ms), now_ms};
    if (bucket.level < kToken)
        return (kToken - bucket.level + rule_.per_minute - 1) / rule_.per_minute;
    bucket.level -= kToken;
    return std::nullopt;
}

}  // namespace fairfeed
