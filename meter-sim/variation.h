// Repeatable random numbers: a hash of a seed and a subject, instead of a generator with state. So
// any quarter hour can be computed alone and in any order. SplitMix64's finaliser (Steele, Lea,
// Flood, OOPSLA 2014). Not for keys or salts.
#pragma once

#include <cstdint>
#include <string_view>

namespace fairfeed {

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

[[nodiscard]] constexpr std::uint64_t mix_name(std::uint64_t seed, std::string_view name) {
    for (const char letter : name)
        seed = mix(seed ^ static_cast<std::uint8_t>(letter));
    return seed;
}

[[nodiscard]] constexpr std::uint64_t mix_number(std::uint64_t seed, std::int64_t number) {
    return mix(seed ^ mix(static_cast<std::uint64_t>(number)));
}

// Within [low, high], almost uniform: the range is tiny beside 2^64.
[[nodiscard]] constexpr std::int64_t pick(std::uint64_t chance, std::int64_t low,
                                          std::int64_t high) {
    return low + static_cast<std::int64_t>(chance % (static_cast<std::uint64_t>(high - low) + 1));
}

}  // namespace fairfeed
