// How many bytes of its past a meter's closing state may carry from one settlement to the next. A
// closing state holds every window that may still be read late: its gaps, their estimates, and the
// shares that bound in them. Every settlement carries all of it again. Without a limit, the past of
// hundreds of meters would outgrow any block, and their cluster could never settle again. So a
// cluster divides the space in a block evenly among its meters. The room follows from public
// figures alone, the number of entries and GENESIS. So every member computes the same room, and
// nodes without keys know which gaps are kept. The arithmetic, part by part, is in past_room.cc.
// Pure.
#pragma once

#include <algorithm>

#include "core/state/state.h"

namespace fairfeed {

constexpr std::uint32_t kEstimatedWindows = 6;  // in a row; afterwards a silent meter settles at 0

// Upper bound of one encoded estimate.
constexpr std::size_t kEstimateBytes = 44;
constexpr std::size_t kGapFrameBytes = 68;  // a gap without its estimates

// Upper bound of one encoded gap, whatever was estimated for its windows. The public state and the
// accounts use the same bound.
template <class Gap>
[[nodiscard]] std::size_t gap_weight(const Gap& gap) {
    return kGapFrameBytes + kEstimateBytes * std::min(gap.end - gap.first, kEstimatedWindows);
}
constexpr std::size_t kMaxGapBytes = kGapFrameBytes + kEstimateBytes * kEstimatedWindows;

// The room of one meter, in bytes.
struct PastRoom {
    std::size_t past = 0;  // shares, estimates and gaps together (members 7, 9, 10), encoded
    std::size_t gaps = 0;  // of `past`, the upper bound for all gaps together

    // Bytes left to the shares beside these gaps and the largest number of estimates; enough for at
    // least one share.
    [[nodiscard]] std::size_t shares_beside(const std::vector<RegisterGap>& kept) const;
};

// The room of each meter in a settlement with so many entries; never less than kLeastPastBytes, and
// seldom enough for the largest past. With this room, a settlement, as many late readings as
// late_room allows, and all their transactions fit a block, whatever the figures are.
[[nodiscard]] PastRoom past_room(const ChainState& state, std::size_t entries);
constexpr std::size_t kLeastPastBytes = 1996;  // 900 meters of a block of 1000 have 2257

// Whether the last settlement may have forgotten a gap because the room was used up.
[[nodiscard]] bool is_full(const std::vector<RegisterGap>& gaps, const PastRoom& room);

}  // namespace fairfeed
