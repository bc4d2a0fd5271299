// Three prosumers of one cluster, two of whom have equal roofs and use the same: for the tests of
// the back-test.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tests/bench/bases.h"
#include "tests/bench/street.h"

namespace fairfeed::bench {

constexpr std::size_t kDays = 14;
constexpr std::size_t kQuartersOfDay = 96;

// A roof that yields its nameplate at noon, on days of unlike sun, beside a steady load.
inline Home roof(std::string_view id, std::int64_t capacity_w, std::int64_t load_wh) {
    constexpr std::array<std::int64_t, 5> kSun = {100, 40, 85, 100, 65};  // percent
    Home home{MeterId(id), capacity_w, {}, {}};
    for (std::size_t quarter = 0; quarter < kDays * kQuartersOfDay; ++quarter) {
        const auto from_noon = std::abs(static_cast<std::int64_t>(quarter % kQuartersOfDay) - 48);
        const std::int64_t height = std::max<std::int64_t>(0, 24 - from_noon);
        const std::int64_t sun = kSun[quarter / kQuartersOfDay % kSun.size()];
        home.load_wh.push_back(load_wh);
        home.available_wh.push_back(capacity_w * height * sun / (4 * 24 * 100));
    }
    return home;
}

inline Street side_by_side() {
    return {1'470'000'000 / 86'400 * 86'400,
            kDays * kQuartersOfDay,
            {{roof("a", 4001, 150), roof("b", 4001, 150), roof("c", 2500, 400)}}};
}

inline std::vector<Choice> every_choice() {
    std::vector<Choice> out;
    for (const std::string& basis : bases())
        for (const auto resolution : {ShareResolution::window, ShareResolution::quarter})
            for (const auto rule : {ShareRule::paper, ShareRule::waterfill, ShareRule::generation})
                out.push_back({basis, resolution, rule});
    return out;
}

}  // namespace fairfeed::bench
