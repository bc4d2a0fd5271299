// The shares that a meter's closing state keeps: those that bind, or will, or bound in a window
// that may still be read late. Bounded, whatever happened: beyond kMaxShares, and beyond the room
// they have (past_room.h), the oldest become one, with the smallest share, so that nobody is ever
// credited above what a share allowed. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/model/profile.h"

namespace fairfeed {

// As many as 92 days have windows of four hours (paper A34, A48).
constexpr std::size_t kMaxShares = 552;
constexpr std::size_t kShareBytes = 19;  // that one of them has at most, encoded

struct GridSpan {
    std::int64_t from_s = 0;
    std::int64_t until_s = 0;
};

// The entries of the schedule that bind at some moment of the spans; of equal ones in a row the
// first stands for all. Encoded they have at most `room` bytes, of which one share needs
// kShareBytes.
[[nodiscard]] ShareSchedule kept_shares(const ShareSchedule& shares,
                                        const std::vector<GridSpan>& spans, std::size_t room);

}  // namespace fairfeed
