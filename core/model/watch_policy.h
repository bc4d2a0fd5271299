// POLICY: by which limits DGMD watches the certified capacities (paper A69), and how many meters
// its gateway may deauthorise in a week without asking the officers again. Plain values and pure
// rules on them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairfeed {

// Of a meter's peak generation against its certificate. Without any POLICY these values hold.
struct WatchLimits {
    std::int64_t warn_percent = 110;
    std::int64_t exceed_percent = 115;
    std::uint32_t windows_exceeded = 3;  // k: in so many
    std::uint32_t of_windows = 42;       // n: of so many windows in a row, which is an excess
    bool operator==(const WatchLimits&) const = default;
};

struct WatchPolicy {
    std::uint64_t sequence = 0;  // of the notice; a DEAUTHORISE names the policy by it
    WatchLimits limits;
    // Meters that DGMD alone may deauthorise for an excess in seven days. 0: none, so that only the
    // officers deauthorise. It bounds what a stolen gateway can do.
    std::uint32_t most_per_week = 0;
    bool operator==(const WatchPolicy&) const = default;
};

constexpr std::int64_t kMaxWatchPercent = 1000;
constexpr std::size_t kMaxWindowsExceeded = 64;
constexpr std::uint32_t kMaxOfWindows = 1000;
constexpr std::uint32_t kMaxPerWeek = 16;

// The fault for a person ("limits: warn and exceed are 100 to 1000 percent, ..."); nullopt: none.
[[nodiscard]] std::optional<std::string_view> fault_of(const WatchLimits& limits);
[[nodiscard]] std::optional<std::string_view> fault_of(const WatchPolicy& policy);

// "above 115 % of the certificate in 3 of 42 windows".
[[nodiscard]] std::string excess_words(const WatchLimits& limits);
// "DGMD alone deauthorises at most 2 meters in seven days", or that nobody does without officers.
[[nodiscard]] std::string promise_of(const WatchPolicy& policy);

}  // namespace fairfeed
