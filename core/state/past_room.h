// How much of its past a meter's closing state may carry from one settlement to the next. A closing
// state knows every window that may still be read late: gaps, what was estimated for them, and the
// shares that bound in them. All of it stands in each settlement again, and the past of hundreds of
// meters would outgrow any block; their cluster could never settle again. So a cluster divides what
// a block leaves evenly among its meters. The room follows from public figures alone, the number of
// entries and GENESIS: every member computes the same, and whoever has no key knows which gaps
// stand. The arithmetic, part by part, is in past_room.cc. Pure.
#pragma once

#include <algorithm>

#include "core/state/state.h"

namespace fairfeed {

constexpr std::uint32_t kEstimatedWindows = 6;  // in a row; afterwards a silent meter settles at 0

// Bytes that one of them has at most, encoded.
constexpr std::size_t kEstimateBytes = 42;
constexpr std::size_t kGapFrameBytes = 68;  // a gap without its estimates

// What a gap weighs, on the chain and in the accounts alike: the bytes it can have, whatever was
// estimated for its windows.
template <class Gap>
[[nodiscard]] std::size_t gap_weight(const Gap& gap) {
    return kGapFrameBytes + kEstimateBytes * std::min(gap.end - gap.first, kEstimatedWindows);
}
constexpr std::size_t kMaxGapBytes = kGapFrameBytes + kEstimateBytes * kEstimatedWindows;

// Of one meter, in bytes.
struct PastRoom {
    std::size_t past = 0;  // shares, estimates and gaps together (members 7, 9, 10), encoded
    std::size_t gaps = 0;  // of it what the gaps may weigh together

    // What is left to the shares beside these gaps and as many estimates as there can be; at least
    // one share.
    [[nodiscard]] std::size_t shares_beside(const std::vector<RegisterGap>& kept) const;
};

// Of each meter in a settlement with so many entries. Few meters have room for all there can be,
// and never less than kLeastPastBytes. With it a settlement, as many late readings as late_room
// allows and all their transactions fit a block, whatever the figures are.
[[nodiscard]] PastRoom past_room(const ChainState& state, std::size_t entries);
constexpr std::size_t kLeastPastBytes = 1927;  // of 999 entries; 900 meters have 2181

// Could the last settlement have forgotten a gap for want of room?
[[nodiscard]] bool is_full(const std::vector<RegisterGap>& gaps, const PastRoom& room);

}  // namespace fairfeed
