#include "edge-node/consensus/rebroadcast.h"

#include <algorithm>
#include <utility>

namespace fairfeed::consensus {

namespace {

constexpr std::uint32_t kMostDoublings = 20;

// FNV-1a of name and count: spreads the nodes' moments without a random generator.
std::uint64_t spread(const NodeId& node, std::uint32_t count) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto mix = [&hash](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3U; };
    for (const char c : node.str())
        mix(static_cast<unsigned char>(c));
    for (int shift = 0; shift < 32; shift += 8)
        mix((count >> shift) & 0xffU);
    return hash;
}

}  // namespace

Rebroadcast::Rebroadcast(NodeId self, const Timers& timers)
    : self_(std::move(self)),
      shortest_ms_(std::max<std::int64_t>(1, timers.rebroadcast_ms)),
      longest_ms_(std::max<std::int64_t>(1, timers.rebroadcast_cap_ms)) {}

void Rebroadcast::begin(Instant now) {
    count_ = 0;
    schedule(now);
}

void Rebroadcast::sent(Instant now) {
    ++count_;
    schedule(now);
}

bool Rebroadcast::is_due(Instant now) const {
    return deadline_ms_ && *deadline_ms_ <= now.steady_ms;
}

void Rebroadcast::schedule(Instant now) {
    const Int128 wanted = Int128{shortest_ms_} << std::min(count_, kMostDoublings);
    const auto interval = static_cast<std::int64_t>(std::min(Int128{longest_ms_}, wanted));
    const auto room = static_cast<std::uint64_t>(interval / 4 + 1);
    const auto jitter = static_cast<std::int64_t>(spread(self_, count_) % room);
    deadline_ms_ = now.steady_ms + interval - jitter;
}

}  // namespace fairfeed::consensus
