// What a meter's figures must satisfy to be settled by (rule 12): the profile fits the registers,
// registers never fall, powers fit the installation. Deterministic: the same on every member. Pure;
// knows neither signatures nor who sent what.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/result.h"
#include "core/model/reading.h"
#include "core/model/reject.h"

namespace fairfeed {

constexpr std::int64_t kImplausiblePeak = 4;  // times the installed capacity

// What the figures are held against.
struct Expectation {
    std::size_t quarters = 0;       // of a window
    std::int64_t installed_w = 0;   // the largest capacity certified so far
    std::optional<Registers> last;  // of the last real reading
    bool follows_last = false;      // that reading is of the window before: no gap in between
};

// In this order: profile_length, negative_energy, out_of_range, not_plausible (export above
// generation, generation above available), registers_contradict (profile above the registers, or
// not where the last reading ended), register_fell, implausible_peak.
[[nodiscard]] Result<void, Reject> check_plausible(const ReadingBody& body,
                                                   const Expectation& expected);

}  // namespace fairfeed
