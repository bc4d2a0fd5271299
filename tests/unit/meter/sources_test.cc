#include "meter-sim/sources.h"

#include <gtest/gtest.h>

#include "core/base/units.h"
#include "meter-sim/load_profile.h"
#include "meter-sim/measurement.h"
#include "meter-sim/solar.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kAugust = 1470614400;   // 2016-08-08T00:00
constexpr std::int64_t kJanuary = 1483920000;  // 2017-01-09T00:00
constexpr std::int64_t kHour = 3600;

std::int64_t day_wh(const EnergySource& source, std::int64_t day,
                    std::int64_t QuarterEnergy::*what) {
    std::int64_t sum = 0;
    for (std::int64_t quarter = day * 96; quarter < (day + 1) * 96; ++quarter)
        sum += source(quarter).*what;
    return sum;
}

TEST(ModelSource, the_same_seed_gives_the_same_energy_in_any_order) {
    const EnergySource once = model_source(MeterId("m-1"), {7, 50'000, 5000, kAugust});
    const EnergySource again = model_source(MeterId("m-1"), {7, 50'000, 5000, kAugust});
    for (std::int64_t quarter = 1000; quarter-- > 0;)
        ASSERT_EQ(once(quarter), again(quarter));
}

TEST(ModelSource, another_seed_or_another_meter_is_another_household) {
    const EnergySource source = model_source(MeterId("m-1"), {7, 50'000, 5000, kAugust});
    const EnergySource other_seed = model_source(MeterId("m-1"), {8, 50'000, 5000, kAugust});
    const EnergySource other_meter = model_source(MeterId("m-2"), {7, 50'000, 5000, kAugust});
    const auto load = &QuarterEnergy::load_wh;
    EXPECT_NE(day_wh(source, 0, load), day_wh(other_seed, 0, load));
    EXPECT_NE(day_wh(source, 0, load), day_wh(other_meter, 0, load));
}

TEST(ModelSource, neighbours_share_their_weather) {
    for (std::int64_t quarter = 0; quarter < 960; ++quarter) {
        const auto a = model_source(MeterId("m-1"), {7, 50'000, 5000, kAugust})(quarter);
        const auto b = model_source(MeterId("m-2"), {7, 50'000, 5000, kAugust})(quarter);
        ASSERT_EQ(a.available_wh, b.available_wh);
    }
}

TEST(ModelSource, there_is_surplus_at_noon_and_deficit_at_night_in_summer) {
    for (const std::uint64_t seed : {0U, 1U, 2U, 3U, 4U, 5U}) {
        std::int64_t noon_surplus = 0;
        for (int home = 0; home < 4; ++home) {  // half of the homes have panels
            const EnergySource source =
                model_source(MeterId("m-" + std::to_string(home)),
                             {seed, 50'000, home % 2 == 0 ? 5000 : 0, kAugust});
            for (std::int64_t quarter = 0; quarter < 7 * 96; ++quarter) {
                const QuarterEnergy energy = source(quarter);
                const std::int64_t hour = quarter / 4 % 24;
                ASSERT_GT(energy.load_wh, 0);
                if (hour < 3 || hour >= 22) {
                    ASSERT_EQ(energy.available_wh, 0);
                } else if (hour == 12) {
                    noon_surplus += energy.available_wh - energy.load_wh;
                }
            }
        }
        EXPECT_GT(noon_surplus, 0) << "seed " << seed;
    }
}

TEST(ModelSource, a_consumer_generates_nothing) {
    const EnergySource source = model_source(MeterId("m-1"), {7, 50'000, 0, kAugust});
    EXPECT_EQ(day_wh(source, 0, &QuarterEnergy::available_wh), 0);
}

TEST(ModelSource, households_use_what_households_use) {
    std::int64_t year_wh = 0;
    for (int home = 0; home < 10; ++home) {
        const EnergySource source =
            model_source(MeterId("m-" + std::to_string(home)), {3, 50'000, 0, kAugust});
        for (std::int64_t day = 0; day < 365; day += 5)
            year_wh += day_wh(source, day, &QuarterEnergy::load_wh) * 5;
    }
    EXPECT_GT(year_wh / 10, 3'000'000);
    EXPECT_LT(year_wh / 10, 4'800'000);
}

TEST(Solar, sines_are_exact_at_the_corners_and_close_between) {
    EXPECT_EQ(sine_ppm(0), 0);
    EXPECT_EQ(sine_ppm(90'000), 1'000'000);
    EXPECT_EQ(sine_ppm(270'000), -1'000'000);
    EXPECT_EQ(sine_ppm(-90'000), -1'000'000);
    EXPECT_EQ(cosine_ppm(0), 1'000'000);
    EXPECT_NEAR(static_cast<double>(sine_ppm(30'000)), 500'000, 1700);
    EXPECT_NEAR(static_cast<double>(sine_ppm(45'000)), 707'107, 1700);
}

TEST(Solar, the_sun_stands_highest_at_noon_and_higher_in_summer) {
    const auto elevation = [](std::int64_t at_s) { return sun_elevation_sine_ppm(50'000, at_s); };
    // 50 degrees north, 8 August: elevation 90 - 50 + 16.1; 9 January: 90 - 50 - 22.1.
    EXPECT_NEAR(static_cast<double>(elevation(kAugust + 12 * kHour)), 829'000, 6000);
    EXPECT_NEAR(static_cast<double>(elevation(kJanuary + 12 * kHour)), 307'000, 6000);
    EXPECT_GT(elevation(kAugust + 12 * kHour), elevation(kAugust + 9 * kHour));
    EXPECT_LT(elevation(kAugust), 0);
    EXPECT_EQ(clear_sky_w_m2(elevation(kAugust)), 0);
}

TEST(Solar, panels_never_exceed_their_nominal_power) {
    for (std::int64_t hour = 0; hour < 24; ++hour) {
        const std::int64_t power_w = solar_power_w(1, 0, 5000, kAugust + hour * kHour);
        EXPECT_GE(power_w, 0);
        EXPECT_LE(power_w, 5000);
    }
}

TEST(RecordedSource, measures_the_recording_from_its_first_row) {
    auto home = std::make_shared<const RecordedHome>(
        RecordedHome{"h01", EnergySeries({4'000'000, 8'000'000}), EnergySeries({0, 2'000'000})});
    const EnergySource source = recorded_source(home);
    EXPECT_EQ(source(0), (QuarterEnergy{1000, 0}));
    EXPECT_EQ(source(4), (QuarterEnergy{2000, 500}));
    EXPECT_EQ(source(8), (QuarterEnergy{1000, 0}));  // the recording starts again
}

TEST(RecordedSource, a_meter_shows_both_registers_of_the_home_that_was_recorded) {
    const auto homes = parse_recorded_homes("homes.csv",
                                            "interval_start_local,import_kwh_a,export_kwh_a\n"
                                            "2024-07-01T10:00,0.0501,0.3007\n"
                                            "2024-07-01T10:15,0.4,0.0009\n"
                                            "2024-07-01T10:30,0,0.2\n");
    ASSERT_TRUE(homes) << homes.error().front();
    const EnergySource source =
        recorded_source(std::make_shared<const RecordedHome>(homes->homes[0]));
    EXPECT_EQ(curtailed(source(0), 1'000'000), (QuarterHour{50, 300, 300}));
    EXPECT_EQ(curtailed(source(1), 1'000'000), (QuarterHour{400, 1, 1}));
    EXPECT_EQ(curtailed(source(2), 1'000'000), (QuarterHour{0, 200, 200}));
}

// A share may take the surplus away, and neither what the home drew nor what its load and its
// generation exchanged with the street in between.
TEST(RecordedSource, a_share_curtails_the_export_and_never_the_import) {
    const SourceEnergy energy(250, 500, 50);  // imports 50, exports 300, uses 200 of its own
    EXPECT_EQ(curtailed(energy, 1'000'000), (QuarterHour{50, 300, 500}));
    EXPECT_EQ(curtailed(energy, 400), (QuarterHour{50, 200, 400}));
    EXPECT_EQ(curtailed(energy, 0), (QuarterHour{50, 50, 250}));
}

}  // namespace
}  // namespace fairfeed
