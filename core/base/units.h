// Integers with units, and arithmetic that cannot wrap. Energy in Wh, power in W, money in
// micro-currency, rates in micro-currency per kWh, fractions in parts per million (ppm), grid time
// in seconds, real and steady time in milliseconds. Names end in their unit: _wh _w _micro _ppm _s
// _ms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace fairfeed {

constexpr std::int64_t kPpm = 1'000'000;
constexpr std::int64_t kSecondsPerHour = 3600;
constexpr std::int64_t kSecondsPerQuarter = 900;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kSecondsPerWeek = 7 * kSecondsPerDay;
constexpr std::size_t kQuartersPerDay = 96;

__extension__ using Int128 = __int128;  // products of two 64-bit quantities, never on the wire

[[nodiscard]] inline std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    if (__builtin_add_overflow(a, b, &out)) return std::nullopt;
    return out;
}
[[nodiscard]] inline std::optional<std::int64_t> checked_sub(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    if (__builtin_sub_overflow(a, b, &out)) return std::nullopt;
    return out;
}
[[nodiscard]] inline std::optional<std::int64_t> narrow(Int128 value) {
    if (value > INT64_MAX || value < INT64_MIN) return std::nullopt;
    return static_cast<std::int64_t>(value);
}
// floor(a / b) for b > 0; the language truncates toward zero instead.
[[nodiscard]] constexpr Int128 floor_div(Int128 a, Int128 b) {
    const Int128 quotient = a / b;
    return quotient * b > a ? quotient - 1 : quotient;
}
[[nodiscard]] constexpr Int128 floor_mod(Int128 a, Int128 b) {
    return a - floor_div(a, b) * b;
}

// The time for a pure rule, always passed in.
struct Instant {
    std::int64_t steady_ms = 0;  // monotonic, arbitrary origin: timers
    std::int64_t real_ms = 0;    // Unix time: block times and windows
    bool synchronised = true;    // false: real_ms is not to be trusted (R20)
};

}  // namespace fairfeed
