#include "gateway/forecast/errors.h"

#include <gtest/gtest.h>

namespace fairfeed::forecast {
namespace {

Errors of(std::initializer_list<std::pair<std::int64_t, std::int64_t>> actual_and_forecast) {
    Errors errors;
    for (const auto& [actual, forecast] : actual_and_forecast)
        errors.add(actual, {forecast, std::nullopt});
    return errors;
}

TEST(Errors, are_absolute_in_wh_and_in_parts_of_the_energy) {
    const Errors errors = of({{100, 90}, {200, 230}, {300, 300}, {400, 360}});
    EXPECT_EQ(errors.windows(), 4U);
    EXPECT_EQ(errors.mae_wh(), 20);
    EXPECT_EQ(errors.relative_ppm(), 80'000);
    EXPECT_EQ(errors.mape_ppm(), (100'000 + 150'000 + 0 + 100'000) / 4);
}

TEST(Errors, have_no_percentage_where_energy_comes_near_zero) {
    EXPECT_EQ(of({{0, 10}, {200, 230}}).mape_ppm(), std::nullopt);
    EXPECT_EQ(of({{5, 10}, {200, 230}}).mape_ppm(), std::nullopt);
    EXPECT_EQ(of({{-150, -100}, {200, 230}}).mape_ppm(), std::nullopt);
    EXPECT_EQ(of({}).mape_ppm(), std::nullopt);
    EXPECT_TRUE(of({{20, 10}, {200, 230}}).mape_ppm());
}

TEST(Errors, are_zero_without_windows_and_of_nothing_at_all) {
    EXPECT_EQ(of({}).mae_wh(), 0);
    EXPECT_EQ(of({}).relative_ppm(), 0);
    EXPECT_EQ(of({{0, 0}, {0, 0}}).relative_ppm(), 0);
    EXPECT_EQ(of({}).pinball_wh(), std::nullopt);
    EXPECT_EQ(of({}).within_band_ppm(), std::nullopt);
}

// Quantile 0.1 at 100, energy 150: 5. 0.5 at 140: 5. 0.9 at 120: 27. Energy 90 below 100: 9, below
// 140: 25, below 120: 3.
TEST(Errors, weigh_the_three_quantiles_of_a_band_by_pinball_loss) {
    Errors errors;
    errors.add(150, {140, Band{100, 140, 120}});
    EXPECT_EQ(errors.pinball_wh(), 12);  // 37 / 3
    errors.add(90, {140, Band{100, 140, 120}});
    EXPECT_EQ(errors.pinball_wh(), 12);  // 74 / 6
    EXPECT_EQ(errors.within_band_ppm(), 0);
    errors.add(110, {140, Band{100, 140, 120}});
    errors.add(110, {140, std::nullopt});
    EXPECT_EQ(errors.within_band_ppm(), 333'333);
}

TEST(Errors, add_up_as_if_counted_together) {
    Errors sum = of({{100, 90}, {200, 230}});
    sum.add(of({{300, 300}, {400, 360}}));
    EXPECT_EQ(sum.mae_wh(), 20);
    EXPECT_EQ(sum.mape_ppm(), 87'500);
}

TEST(Errors, of_the_largest_energies_do_not_wrap) {
    Errors errors;
    for (int i = 0; i < 100'000; ++i)
        errors.add(0, {1'000'000'000'000'000, Band{0, 0, 1'000'000'000'000'000}});
    EXPECT_EQ(errors.mae_wh(), 1'000'000'000'000'000);
    EXPECT_EQ(errors.pinball_wh(), 33'333'333'333'333);
}

TEST(Residuals, give_a_band_that_the_next_one_is_as_likely_to_miss_as_those_before) {
    Residuals residuals;
    for (std::int64_t i = 1; i <= 99; ++i)
        residuals.add(3, (i * 37) % 100);  // 1 to 99 in some order
    EXPECT_EQ(residuals.around(3, 1000, 0), (Band{1010, 1050, 1090}));
    EXPECT_EQ(residuals.around(3, -30, 0), (Band{0, 20, 60}));
}

TEST(Residuals, of_a_slot_with_few_are_those_of_the_whole_day) {
    Residuals residuals;
    for (std::int64_t i = 0; i < 20; ++i)
        residuals.add(0, 0);
    for (std::int64_t i = 0; i < 19; ++i)
        residuals.add(5, 100);
    EXPECT_EQ(residuals.around(0, 10, 0), (Band{10, 10, 10}));
    EXPECT_EQ(residuals.around(5, 10, 0), (Band{10, 10, 110}));
    EXPECT_EQ(residuals.around(9, 10, 0), (Band{10, 10, 110}));
    residuals.add(5, 100);
    EXPECT_EQ(residuals.around(5, 10, 0), (Band{110, 110, 110}));
}

TEST(Residuals, that_are_too_few_give_no_band) {
    Residuals residuals;
    EXPECT_EQ(residuals.around(0, 10, 0), std::nullopt);
    for (std::int64_t i = 0; i < 8; ++i)
        residuals.add(0, i);
    EXPECT_EQ(residuals.around(0, 10, 0), std::nullopt);
    residuals.add(0, 8);
    EXPECT_EQ(residuals.around(0, 10, 0), (Band{10, 14, 18}));
}

}  // namespace
}  // namespace fairfeed::forecast
