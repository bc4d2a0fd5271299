// The tariffs of a run: bands by the quarter hour, a daily charge, clocks that are changed, and
// another tariff from a week's start on. Drawn from a small number of variants, so that runs share
// their scenery. Pure.
#pragma once

#include "core/model/tariff.h"
#include "tests/simulation/plan.h"

namespace fairfeed::simulation {

constexpr std::size_t kTariffs =
    3;  // of one run: at first, from the new week on, and its correction

// With dice of its own: the plans that it leaves at one rate are what they were.
void draw_pricing(Plan& plan, Dice dice);
// `which` of the kTariffs. Windows begin at epoch_s.
[[nodiscard]] Tariff drawn_tariff(const Pricing& pricing, std::int64_t epoch_s,
                                  std::int64_t window_seconds, std::size_t which);

}  // namespace fairfeed::simulation
