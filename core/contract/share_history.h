// The shares kept in a meter's closing state: those that bind now or later, or that bound in a
// window that may still be read late. The list is bounded: beyond kMaxShares, or beyond its room
// (past_room.h), the oldest shares become one with the smallest value, so that no meter is ever
// credited above what a share allowed. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/model/profile.h"

namespace fairfeed {

// The number of four-hour windows in 92 days (paper A34, A48).
constexpr std::size_t kMaxShares = 552;
constexpr std::size_t kShareBytes = 19;  // upper bound of one encoded share

struct GridSpan {
    std::int64_t from_s = 0;
    std::int64_t until_s = 0;
};

// The entries of the schedule that bind at some moment of the spans; the first of equal ones in a
// row replaces the others. The encoded result has at most `room` bytes; `room` must hold one share
// (kShareBytes).
[[nodiscard]] ShareSchedule kept_shares(const ShareSchedule& shares,
                                        const std::vector<GridSpan>& spans, std::size_t room);

}  // namespace fairfeed
