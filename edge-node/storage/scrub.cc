#include "edge-node/storage/scrub.h"

#include <algorithm>

namespace fairfeed {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kShortestPassMs = 10'000;
constexpr std::int64_t kMostAtOnce = 32;

}  // namespace

std::int64_t Scrub::pass_ms(std::int64_t speed) {
    return std::max(kDayMs / std::max<std::int64_t>(speed, 1), kShortestPassMs);
}

// Spreads a short chain over the whole pass, as a long one.
std::size_t Scrub::due(Height height, Instant now) {
    const std::int64_t since_ms = looked_at_ms_ == 0 ? 0 : now.steady_ms - looked_at_ms_;
    looked_at_ms_ = now.steady_ms;
    const auto blocks = static_cast<std::int64_t>(std::min<Height>(height, INT32_MAX));
    owed_ += std::min(since_ms, pass_ms_) * blocks;
    const std::int64_t count = std::min(owed_ / pass_ms_, kMostAtOnce);
    owed_ = std::min(owed_ - count * pass_ms_, pass_ms_ * kMostAtOnce);
    return static_cast<std::size_t>(count);
}

Result<std::vector<DamagedBlock>, IoError> Scrub::look(std::span<const Digest> chain, Instant now) {
    std::vector<DamagedBlock> found;
    if (chain.size() < 2) return found;
    const Height height = chain.size() - 1;
    const std::size_t count = due(height, now);
    if (count == 0) return found;
    const auto ledger = Ledger::open_read_only(ledger_, network_);
    if (!ledger) return unexpected(ledger.error());
    for (std::size_t i = 0; i < count; ++i) {
        const auto sound = ledger->examine(next_, chain[next_], chain[next_ - 1]);
        if (!sound && sound.error().damage) found.push_back({next_, sound.error().message});
        if (!sound && !sound.error().damage) return unexpected(sound.error());
        ++blocks_;
        if (++next_ <= height) continue;
        next_ = 1;
        ++passes_;
    }
    return found;
}

Result<void, IoError> Scrub::look_at(std::span<const Digest> chain, Height height) const {
    const auto ledger = Ledger::open_read_only(ledger_, network_);
    if (!ledger) return unexpected(ledger.error());
    return ledger->examine(height, chain[height], chain[height - 1]);
}

}  // namespace fairfeed
