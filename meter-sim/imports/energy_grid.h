// Registers on the grid of a recording: energy by steps of 15, 30 or 60 minutes, and for each step
// whether it was measured. Intervals are divided over the steps they touch, without losing a
// millionth of a Wh; gaps are filled by the policy that the user states. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "meter-sim/imports/import_errors.h"
#include "meter-sim/imports/placed_series.h"

namespace fairfeed::imports {

// By every policy but `refuse` the energy that a register counted over a gap is spread evenly.
enum class GapPolicy { refuse, zero, interpolate, last_week };
[[nodiscard]] std::optional<GapPolicy> parse_gap_policy(std::string_view name);

// Ascends by what a step is flagged with if several registers differ.
enum class Flag : std::uint8_t { measured, estimated, zero, interpolated, last_week };
[[nodiscard]] std::string_view to_string(Flag flag);  // of a recording; measured is ""

// Steps begin at the multiples of step_s in standard local time. A step's number is that multiple.
struct Grid {
    std::int64_t step_s = 0;
    std::int64_t offset_s = 0;  // standard local time minus UTC
    [[nodiscard]] std::int64_t start_s(std::int64_t step) const { return step * step_s - offset_s; }
    [[nodiscard]] std::int64_t step_at(std::int64_t utc_s) const;  // that holds the instant
    [[nodiscard]] std::int64_t first_step_from(
        std::int64_t utc_s) const;  // that begins at or after
};

struct Span {
    std::int64_t first = 0;  // steps
    std::int64_t end = 0;    // one after the last
    [[nodiscard]] std::int64_t steps() const { return end > first ? end - first : 0; }
};

// The whole steps between a register's first and last interval.
[[nodiscard]] Span span_of(const PlacedSeries& series, const Grid& grid);

struct Gap {
    std::int64_t start_s = 0;
    std::int64_t end_s = 0;
    Place place;         // of the value after it
    bool known = false;  // a register counted its energy
};
// The gaps of a register within a span.
[[nodiscard]] std::vector<Gap> gaps_of(const PlacedSeries& series, const Grid& grid,
                                       const Span& span);

struct Steps {
    std::vector<std::int64_t> uwh;
    std::vector<Flag> flags;
    std::int64_t measured_uwh = 0;  // what the file states for the span
    std::int64_t split = 0;         // steps that got an even part of a longer interval
};
// The register's steps within the span, gaps filled. Errors: --gaps last-week without a week
// before.
[[nodiscard]] Steps fill_steps(const PlacedSeries& series, const Grid& grid, const Span& span,
                               GapPolicy policy, ImportErrors& errors);

}  // namespace fairfeed::imports
