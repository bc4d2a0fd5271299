// What a meter's figures must satisfy to be settled by (rule 12): the profile fits the registers,
// registers never fall unless the meter signs that they were reset, powers fit the connection.
// Refused is only what the meter's own registers and its rating make impossible; what nobody
// certified, or what is only claimed, is settled, but marked. Deterministic: the same on every
// member. Pure; knows neither signatures nor who sent what.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/model/reading.h"
#include "core/model/reject.h"

namespace fairfeed {

constexpr std::int64_t kImpossibleLoad = 2;          // times the rating: a fuse has opened
constexpr std::int64_t kPeakTolerancePercent = 115;  // of the certified capacity (paper A69)

// Between two readings, per register: more than a meter of 100 MW uses in 92 days. It keeps the
// sums of a whole cluster within 64 bits.
constexpr std::int64_t kMaxGapWh = 250'000'000'000;

// What the figures are held against.
struct Expectation {
    std::size_t quarters = 0;   // of a window
    std::int64_t rating_w = 0;  // of the connection
    Registers last;             // of the last real reading; before the first, as installed
    bool follows_last = false;  // that reading is of the window before: no gap in between
    // Of the reading after it, at the beginning of its window; nullopt: there is none.
    std::optional<Registers> next{};
    bool precedes_next = false;  // that reading is of the window behind it
};

// No quarter hour is negative, absurd or exports more than it generates.
[[nodiscard]] Result<void, Reject> check_profile(const Profile& profile);

// In this order: profile_length, negative_energy, out_of_range, not_plausible (export above
// generation), registers_contradict (profile above the registers, or not where the last reading
// ended), register_fell, out_of_range (kMaxGapWh), implausible_peak (import, export or generation
// above twice the rating). Under kFlagRegisterReset `last` does not count: the profile must fit the
// body's own registers, nothing more. Between two readings whose registers went on nothing was
// reset, and no register may stand above the next one (registers_contradict). A claim of available
// generation never costs a reading.
[[nodiscard]] Result<void, Reject> check_plausible(const ReadingBody& body,
                                                   const Expectation& expected);

// The highest generation in W that a reading tells of: the peak it reports, or four times its
// largest quarter hour, whichever is more.
[[nodiscard]] Int128 peak_generation_w(const ReadingBody& body);

// The LineFlags of a plausible reading under a certified capacity of W, but for those that its
// shares or its neighbours decide. Whoever is certified for nothing is not over its capacity:
// any generation of it is unregistered.
[[nodiscard]] std::uint32_t line_flags(const ReadingBody& body, std::int64_t capacity_w);

// kLineClaimCut, if the reading claims more available generation than was counted.
[[nodiscard]] std::uint32_t claim_flag(const ReadingBody& body, std::int64_t counted_wh);

}  // namespace fairfeed
