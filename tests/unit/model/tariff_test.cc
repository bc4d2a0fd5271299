#include "core/model/tariff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kHourS = 3600;
constexpr std::int64_t kMonday = 1'470'607'200;     // 2016-08-08 00:00 in Berlin
constexpr std::int64_t kAutumnDay = 1'477'778'400;  // 2016-10-30 00:00 in Berlin
constexpr std::int64_t kSpringDay = 1'490'482'800;  // 2017-03-26 00:00 in Berlin

std::vector<int> quarters_by_band(const Tariff& tariff, std::int64_t from_s, std::int64_t hours) {
    std::vector<int> out(tariff.bands());
    const auto bands = bands_in(tariff, from_s, static_cast<std::size_t>(hours * 4));
    for (const std::uint8_t band : bands.of_quarter)
        ++out[band];
    return out;
}

std::string fault(void (*change)(Tariff&)) {
    Tariff tariff = samples::banded();
    change(tariff);
    return std::string(fault_of(tariff).value_or("fine"));
}

TEST(Tariff, goes_by_the_clock_on_the_wall) {
    const LocalClock clock = samples::banded().clock;
    EXPECT_EQ(clock.quarter_at(kMonday), 0U);
    EXPECT_EQ(clock.quarter_at(kMonday - 1), kQuartersPerWeek - 1);
    EXPECT_EQ(clock.quarter_at(kMonday + 899), 0U);
    EXPECT_EQ(clock.day_at(kMonday) - clock.day_at(kMonday - 1), 1);
    const WindowBands morning = bands_in(samples::banded(), kMonday + 5 * kHourS + 1800, 4);
    EXPECT_THAT(morning.of_quarter, ElementsAre(2, 2, 0, 0));
    EXPECT_TRUE(morning.has(0));
    EXPECT_FALSE(morning.has(1));
    EXPECT_THAT(quarters_by_band(samples::banded(), kMonday, 7 * 24),
                ElementsAre(672 - 168 - 60, 60, 168));
}

TEST(Tariff, an_hour_that_comes_twice_is_billed_twice_by_its_band) {
    EXPECT_THAT(quarters_by_band(samples::banded(), kAutumnDay, 25), ElementsAre(72, 0, 28));
    EXPECT_THAT(quarters_by_band(samples::banded(), kSpringDay, 23), ElementsAre(72, 0, 20));
}

TEST(Tariff, charges_every_local_day_once_however_long_it_is) {
    const Tariff tariff = samples::banded();
    for (const std::int64_t window_s : {900, 3600, 14'400, 28'800}) {
        std::int64_t charged = 0;
        std::int64_t at_s = kMonday + 5 * 900;  // windows that never begin at midnight
        const std::int64_t first_s = at_s;
        for (; at_s < kSpringDay + 3 * kSecondsPerDay; at_s += window_s)
            charged += fixed_charge_micro(tariff, at_s, window_s);
        EXPECT_EQ(charged,
                  tariff.daily_micro * (tariff.clock.day_at(at_s) - tariff.clock.day_at(first_s)));
    }
    EXPECT_EQ(fixed_charge_micro(tariff, kAutumnDay + 24 * kHourS, kHourS), 300'000);
    EXPECT_EQ(fixed_charge_micro(tariff, kAutumnDay + 23 * kHourS, kHourS), 0);
    EXPECT_EQ(fixed_charge_micro(tariff, kSpringDay + 22 * kHourS, kHourS), 300'000);
    EXPECT_EQ(fixed_charge_micro({250'000, 80'000}, kSpringDay, kSecondsPerDay), 0);
}

TEST(Tariff, begins_with_the_first_window_of_a_local_week) {
    const LocalClock clock = samples::banded().clock;
    EXPECT_TRUE(opens_a_week(clock, kMonday, 900));
    EXPECT_FALSE(opens_a_week(clock, kMonday + 900, 900));
    EXPECT_FALSE(opens_a_week(clock, kMonday - 2 * kHourS, 14'400));
    EXPECT_TRUE(opens_a_week(clock, kMonday + 2 * kHourS, 14'400)) << "that begins in it";
    EXPECT_TRUE(opens_a_week(LocalClock{}, kMonday + 2 * kHourS, 14'400));
    EXPECT_FALSE(opens_a_week(LocalClock{}, kMonday, 900));
}

TEST(Tariff, takes_its_clock_from_the_zone_so_that_no_node_needs_one) {
    const TimeZone zone("Europe/Berlin",
                        {{0, 3600}, {kMonday - 10'000'000, 7200}, {1'477'789'200, 3600}});
    EXPECT_EQ(clock_of(zone, kMonday), (LocalClock{7200, {{1'477'789'200, 3600}}}));
    EXPECT_EQ(clock_of(zone, 1'477'789'200), (LocalClock{3600, {}}));
    EXPECT_EQ(clock_of(zone, 0).changes.size(), 0U) << "more than ten years ahead";
}

TEST(Tariff, prices_each_band_by_its_own_rates) {
    const PricedEnergy energy = priced(samples::banded(), 60, 9, {{10, 2}, {20, 3}, {30, 4}});
    EXPECT_TRUE(energy.cost == 10 * 250'000 + 20 * 400'000 + 30 * 200'000);
    EXPECT_TRUE(energy.worth == 2 * 80'000 + 3 * 120'000 + 4 * 60'000);
    const PricedEnergy flat = priced({333, 111}, 60, 9, {});
    EXPECT_TRUE(flat.cost == 60 * 333 && flat.worth == 9 * 111);
}

TEST(Tariff, takes_parts_only_in_bands_that_the_window_has_and_all_of_them) {
    const WindowBands bands{3, {0, 2, 2, 0}};
    EXPECT_TRUE(add_up({{10, 1}, {0, 0}, {5, 2}}, bands, 15, 3));
    EXPECT_FALSE(add_up({{10, 1}, {0, 0}, {5, 2}}, bands, 16, 3));
    EXPECT_FALSE(add_up({{10, 1}, {0, 0}, {5, 2}}, bands, 15, 2));
    EXPECT_FALSE(add_up({{10, 1}, {5, 2}, {0, 0}}, bands, 15, 3)) << "no quarter hour has it";
    EXPECT_FALSE(add_up({{16, 1}, {0, 0}, {-1, 2}}, bands, 15, 3));
    EXPECT_FALSE(add_up({{10, 1}, {5, 2}}, bands, 15, 3));
    EXPECT_FALSE(add_up({}, bands, 0, 0));
    EXPECT_TRUE(add_up({}, {}, 15, 3));
    EXPECT_FALSE(add_up({{15, 3}}, {}, 15, 3)) << "one band has no parts";
}

TEST(Tariff, that_is_whole_has_no_fault) {
    EXPECT_EQ(fault_of(samples::banded()), std::nullopt);
    EXPECT_EQ(fault_of(Tariff{}), std::nullopt);
    EXPECT_EQ(fault_of(Tariff{kMaxRateMicroPerKwh, 0}), std::nullopt);
}

TEST(Tariff, that_is_wrong_is_refused_by_name) {
    EXPECT_THAT(fault([](Tariff& t) { t.daily_micro = -1; }), HasSubstr("daily_micro"));
    EXPECT_THAT(fault([](Tariff& t) { t.import_micro_per_kwh = -1; }), HasSubstr("rates"));
    EXPECT_THAT(fault([](Tariff& t) { t.more[1].rates.export_micro_per_kwh = 1'000'000'001; }),
                HasSubstr("rates"));
    for (const auto change : std::initializer_list<void (*)(Tariff&)>{
             [](Tariff& t) { t.week.back().quarters += 1; },
             [](Tariff& t) { t.week.front().quarters = 0; },
             [](Tariff& t) { t.week.front().band = 3; },
             [](Tariff& t) { t.week.clear(); },
             [](Tariff& t) { t.more.clear(); },
             [](Tariff& t) {
                 t.more.resize(kMaxBands, {"x", {}});
             },
             [](Tariff& t) {
                 t.more.push_back({"never", {}});
             },
             [](Tariff& t) {
                 t.week = {{0, 300}, {0, 372}};
             },
             [](Tariff& t) {
                 t.week.insert(t.week.begin(), kMaxBandRuns, {0, 1});
             },
         })
        EXPECT_THAT(fault(change), HasSubstr("week of 672 quarter hours"));
    for (const char* name : {"base", "night", "Peak", ""}) {
        Tariff tariff = samples::banded();
        tariff.more[0].name = name;
        EXPECT_THAT(fault_of(tariff).value_or("fine"), HasSubstr("names of 1 to 32")) << name;
    }
}

TEST(Tariff, has_a_clock_of_quarter_hours_and_terms_that_its_rates_obey) {
    for (const auto change : std::initializer_list<void (*)(Tariff&)>{
             [](Tariff& t) { t.clock.offset_s = 7201; },
             [](Tariff& t) { t.clock.offset_s = 16 * 3600; },
             [](Tariff& t) { t.clock.changes[0].offset_s = 7200; },
             [](Tariff& t) { t.clock.changes[1].from_s = t.clock.changes[0].from_s; },
             [](Tariff& t) { t.clock.changes[0].from_s += 1; },
         })
        EXPECT_THAT(fault(change), HasSubstr("clock"));
    for (const auto change : std::initializer_list<void (*)(Tariff&)>{
             [](Tariff& t) { t.terms->base.pop_back(); },
             [](Tariff& t) { t.terms->k_ppm = -1; },
             [](Tariff& t) { t.terms->low_ppm = 1'000'001; },
             [](Tariff& t) { t.terms->high_ppm = 999'999; },
             [](Tariff& t) { t.import_micro_per_kwh = 199'999; },
             [](Tariff& t) { t.more[0].rates.export_micro_per_kwh = 150'001; },
         })
        EXPECT_THAT(fault(change), HasSubstr("terms"));
    EXPECT_EQ(fault([](Tariff& t) { t.import_micro_per_kwh = 200'000; }), "fine");
    EXPECT_EQ(fault([](Tariff& t) { t.more[0].rates.export_micro_per_kwh = 150'000; }), "fine");
}

}  // namespace
}  // namespace fairfeed
