// What a meter's figures must satisfy to be settled by (rule 12): the profile fits the registers,
// registers never fall unless the meter signs that they were reset, powers fit the installation;
// and what is settled, but marked. Deterministic: the same on every member. Pure; knows neither
// signatures nor who sent what.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/result.h"
#include "core/model/reading.h"
#include "core/model/reject.h"

namespace fairfeed {

constexpr std::int64_t kImplausiblePeak = 4;         // times the installed capacity
constexpr std::int64_t kPeakTolerancePercent = 115;  // of the certified capacity (A69)

// Between two readings, per register: what a meter of 100 MW uses in forty days. It keeps the sums
// of a whole cluster within 64 bits.
constexpr std::int64_t kMaxGapWh = 100'000'000'000;

// What the figures are held against.
struct Expectation {
    std::size_t quarters = 0;       // of a window
    std::int64_t installed_w = 0;   // the largest capacity certified so far
    std::optional<Registers> last;  // of the last real reading
    bool follows_last = false;      // that reading is of the window before: no gap in between
};

// In this order: profile_length, negative_energy, out_of_range, not_plausible (export above
// generation, generation above available), registers_contradict (profile above the registers, or
// not where the last reading ended), register_fell, out_of_range (kMaxGapWh), implausible_peak.
// Under kFlagRegisterReset `last` does not count: the profile must fit the body's own registers,
// nothing more.
[[nodiscard]] Result<void, Reject> check_plausible(const ReadingBody& body,
                                                   const Expectation& expected);

// The LineFlags of a plausible reading under a certified capacity of W; a consumer (0 W) is never
// over its capacity.
[[nodiscard]] std::uint32_t line_flags(const ReadingBody& body, std::int64_t capacity_w);

}  // namespace fairfeed
