#include "tests/simulation/pricing.h"

#include <algorithm>

#include "core/base/check.h"

namespace fairfeed::simulation {
namespace {

constexpr std::int64_t kVariants = 4;
constexpr std::int64_t kHourS = 3600;
constexpr std::size_t kShortRuns = 60;  // at both ends of the week, where runs of a seed lie

// Short runs around Monday 00:00, long ones between them. Every band occurs, neighbours differ.
std::vector<BandRun> draw_week(std::size_t bands, Dice& dice) {
    std::vector<BandRun> week;
    std::uint32_t left = kQuartersPerWeek;
    const auto add = [&](std::int64_t quarters) {
        const std::size_t last = week.empty() ? bands - 1 : week.back().band;
        const std::size_t step = week.size() < bands ? 1 : 1 + dice.index(bands - 1);
        const auto length = std::min<std::uint32_t>(static_cast<std::uint32_t>(quarters), left);
        week.push_back({static_cast<std::uint8_t>((last + step) % bands), length});
        left -= length;
    };
    for (std::size_t i = 0; i < kShortRuns; ++i)
        add(dice.between(1, 4));
    while (left > kShortRuns * 3)
        add(dice.between(10, 40));
    while (left > 0 && week.size() + 1 < kMaxBandRuns)
        add(dice.between(1, 4));
    if (left > 0) add(left);
    return week;
}

// So that a week begins with the window of the new tariff; and perhaps the clocks are changed in
// the hours behind.
LocalClock draw_clock(const Pricing& pricing, std::int64_t epoch_s, std::int64_t window_seconds,
                      Dice& dice) {
    LocalClock clock{-static_cast<std::int64_t>(pricing.new_week) * window_seconds};
    if (!dice.chance(500)) return clock;
    const std::int64_t from_s =
        epoch_s + pricing.new_week * window_seconds + kSecondsPerQuarter * dice.between(1, 8);
    const bool is_back = clock.offset_s - kHourS >= -kMaxOffsetS && dice.chance(500);
    clock.changes.push_back({from_s, clock.offset_s + (is_back ? -kHourS : kHourS)});
    return clock;
}

BandRates draw_rates(Dice& dice) {
    return {dice.between(1, 500'000), dice.between(0, 200'000)};
}

}  // namespace

void draw_pricing(Plan& plan, Dice dice) {
    if (!dice.chance(400)) return;
    plan.pricing.variant = static_cast<std::uint32_t>(dice.between(1, kVariants));
    const auto most = std::min({std::int64_t{3}, std::int64_t{plan.windows} - 1,
                                kMaxOffsetS / plan.sharing.window_seconds});
    // A node alone hears no broker of another.
    if (plan.nodes > 1 && most > 0 && dice.chance(600))
        plan.pricing.new_week = static_cast<Window>(dice.between(1, most));
    plan.pricing.is_corrected = plan.pricing.new_week > 0 && dice.chance(300);
}

Tariff drawn_tariff(const Pricing& pricing, std::int64_t epoch_s, std::int64_t window_seconds,
                    std::size_t which) {
    CHECK(pricing.variant > 0 && which < kTariffs);
    Dice of_clock(pricing.variant);
    Dice dice(pricing.variant * 0xa0761d6478bd642fU + which + 1);
    const auto [import_rate, export_rate] = draw_rates(dice);
    Tariff tariff{import_rate, export_rate, dice.chance(300) ? 0 : dice.below(1'000'000)};
    const auto more = static_cast<std::size_t>(dice.between(which == 0 ? 1 : 0, 3));
    for (std::size_t band = 1; band <= more; ++band)
        tariff.more.push_back({"band-" + std::to_string(band), draw_rates(dice)});
    if (more > 0) tariff.week = draw_week(1 + more, dice);
    tariff.clock = draw_clock(pricing, epoch_s, window_seconds, of_clock);
    CHECK(!fault_of(tariff));
    return tariff;
}

}  // namespace fairfeed::simulation
