// Energy into money, exactly (paper A62). An amount is rounded down and the rest is carried to the
// next window, so a year of windows is billed exactly as by one multiplication. Positive means the
// account owes. Pure; knows no meter and no chain. Re-entrant.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/units.h"

namespace fairfeed {

// The counter account: its balance is minus the sum of all others. No meter may have this name.
constexpr std::string_view kGridAccount = "grid";

constexpr std::int64_t kRemainderLimit = 1000;  // remainders are 0..999

struct Billed {
    std::int64_t amount_micro = 0;
    std::int64_t remainder = 0;  // thousandths of a micro, 0..999: pass to the next call

    bool operator==(const Billed&) const = default;
};

// amount = floor((remainder + thousandths) / 1000), for `thousandths` of a micro, which are
// negative in a correction (rule 8). So a bill and its corrections together equal the bill of the
// corrected energy. nullopt if the amount leaves 64 bits or the remainder is not in 0..999.
[[nodiscard]] std::optional<Billed> carry(std::int64_t remainder, Int128 thousandths);

}  // namespace fairfeed
