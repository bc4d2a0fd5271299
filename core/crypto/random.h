// Randomness for salts and keys. Pure rooms take a RandomSource so that a simulation can repeat its
// values.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "core/base/bytes.h"

namespace fairfeed {

// Fills the span; never fails: a machine without randomness aborts.
using RandomSource = std::function<void(std::span<std::uint8_t>)>;

[[nodiscard]] RandomSource system_random();
template <class Fixed>
[[nodiscard]] Fixed random_fixed(const RandomSource& random) {
    Fixed out;
    random(out.bytes);
    return out;
}

}  // namespace fairfeed
