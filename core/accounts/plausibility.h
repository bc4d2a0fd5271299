// Plausibility of a meter's figures (rule 12): the profile fits the registers, registers never fall
// unless the meter signs a reset, powers fit the connection. A reading is refused only if the
// meter's own registers and rating make it impossible. Uncertified generation and mere claims are
// settled, but flagged. Deterministic: every member gets the same result. Pure; knows neither
// signatures nor senders.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/model/network.h"
#include "core/model/reading.h"
#include "core/model/reject.h"

namespace fairfeed {

constexpr std::int64_t kImpossibleLoad = 2;          // times the rating: above it a fuse has opened
constexpr std::int64_t kPeakTolerancePercent = 115;  // of the certified capacity (paper A69)

// Upper bound of a register's rise between two readings: more than a meter of 100 MW uses in 92
// days. The bound keeps the true-ups of a whole cluster within 64 bits (late_rules.cc).
constexpr std::int64_t kMaxGapWh = 250'000'000'000;

// The known facts against which the figures are checked.
struct Expectation {
    std::size_t quarters = 0;   // of a window
    std::int64_t rating_w = 0;  // of the connection
    Registers last;             // of the last real reading; before the first, as installed
    bool follows_last = false;  // the last reading is of the window before: no gap in between
    // Registers at the beginning of the window of the next reading; nullopt: there is no next
    // reading.
    std::optional<Registers> next{};
    bool precedes_next = false;  // the next reading is of the window after this one
};

// Checks that no quarter hour is negative, out of range, or exports more than it generates.
[[nodiscard]] Result<void, Reject> check_profile(const Profile& profile);

// The quarter hours of each of the network's windows.
[[nodiscard]] std::size_t quarters_of(const NetworkParameters& parameters);
// Whether the profile has an entry for each of them and check_profile accepts it.
[[nodiscard]] bool is_profile(const NetworkParameters& parameters, const Profile& profile);

// Faults in this order: profile_length, negative_energy, out_of_range, not_plausible (export above
// generation), registers_contradict (profile above the registers, or not starting where the last
// reading ended), register_fell, out_of_range (kMaxGapWh), implausible_peak (import, export or
// generation above twice the rating). Under kFlagRegisterReset `last` is ignored, and the profile
// must only fit the body's own registers. If the registers rose from the last reading to the next,
// there was no reset in between, and no register may exceed the next reading's
// (registers_contradict). A claim of available generation is never a reason to refuse a reading.
[[nodiscard]] Result<void, Reject> check_plausible(const ReadingBody& body,
                                                   const Expectation& expected);

// The highest generation in W that a reading shows: the reported peak, or four times the largest
// quarter hour, whichever is more.
[[nodiscard]] Int128 peak_generation_w(const ReadingBody& body);

// The LineFlags of a plausible reading under a certified capacity of W, without the flags that
// depend on shares or on other readings. A meter without certified capacity never gets the flag for
// exceeding it; all its generation is unregistered.
[[nodiscard]] std::uint32_t line_flags(const ReadingBody& body, std::int64_t capacity_w);

// kLineClaimCut, if the reading claims more available generation than was counted.
[[nodiscard]] std::uint32_t claim_flag(const ReadingBody& body, std::int64_t counted_wh);

}  // namespace fairfeed
