#include "gateway/forecast/tariff_formula.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/dice.h"
#include "tests/unit/forecast/made_series.h"

namespace fairfeed::forecast {
namespace {

using ::testing::HasSubstr;

constexpr TariffFormula kFormula{250'000, 80'000, 500'000, 800'000, 1'250'000};

RateDraft rates(std::int64_t load_wh, std::int64_t gap_wh, const TariffFormula& of = kFormula) {
    const auto drafted = drafted_rates(of, load_wh, gap_wh);
    EXPECT_TRUE(drafted);
    return drafted.value_or(RateDraft());
}

TEST(TariffFormula, costs_the_base_rate_in_a_week_without_a_gap) {
    EXPECT_EQ(rates(1'000'000, 0), (RateDraft{250'000, 80'000, 1'000'000}));
}

TEST(TariffFormula, rises_with_a_deficit_and_falls_with_a_surplus) {
    EXPECT_EQ(rates(1'000'000, 400'000), (RateDraft{300'000, 96'000, 1'200'000}));
    EXPECT_EQ(rates(1'000'000, -200'000), (RateDraft{225'000, 72'000, 900'000}));
}

TEST(TariffFormula, stays_within_its_limits) {
    EXPECT_EQ(rates(1'000'000, 1'000'000), (RateDraft{312'500, 100'000, 1'250'000}));
    EXPECT_EQ(rates(1'000'000, -9'000'000), (RateDraft{200'000, 64'000, 800'000}));
}

TEST(TariffFormula, is_defined_where_nobody_used_anything) {
    EXPECT_EQ(rates(0, 0).factor_ppm, 1'000'000);
    EXPECT_EQ(rates(0, -5).factor_ppm, 800'000);
    EXPECT_EQ(rates(1, -1000).factor_ppm, 800'000);
    TariffFormula flat = kFormula;
    flat.k_ppm = 0;
    EXPECT_EQ(rates(0, -5, flat).import_micro_per_kwh, 250'000);
    EXPECT_EQ(rates(7, -5, flat).import_micro_per_kwh, 250'000);
}

// 1 + 0.5 * 1 / 3 = 7 / 6: a factor cut to ppm would give 1166666 * 3 / 1000000 = 3.499998.
TEST(TariffFormula, is_computed_from_the_exact_factor_and_rounded_to_the_nearest_micro) {
    const TariffFormula small{3, 9, 500'000, 0, 2'000'000};
    EXPECT_EQ(rates(3, 1, small), (RateDraft{4, 11, 1'166'666}));  // 3.5 and 10.5: halves go up
}

TEST(TariffFormula, takes_the_largest_figures_that_exist) {
    const TariffFormula most{1'000'000'000, 0, 10'000'000, 0, 1'000'000};
    EXPECT_EQ(rates(INT64_MAX, INT64_MIN, most).import_micro_per_kwh, 0);
    EXPECT_EQ(rates(INT64_MAX, INT64_MAX, most).import_micro_per_kwh, 1'000'000'000);
}

TEST(TariffFormula, never_falls_when_the_gap_grows) {
    test::Dice dice(1);
    for (int round = 0; round < 1000; ++round) {
        const std::int64_t load_wh = dice.below(1'000'000'000);
        const std::int64_t gap_wh = load_wh - dice.below(2'000'000'000);
        const std::int64_t less_wh = gap_wh - dice.below(1'000'000);
        const RateDraft more = rates(load_wh, gap_wh);
        const RateDraft less = rates(load_wh, less_wh);
        EXPECT_GE(more.import_micro_per_kwh, less.import_micro_per_kwh);
        EXPECT_GE(more.import_micro_per_kwh, 200'000);
        EXPECT_LE(more.import_micro_per_kwh, 312'500);
    }
}

TEST(TariffFormula, refuses_parameters_and_figures_by_name) {
    const auto told = [](TariffFormula formula, auto change) {
        change(formula);
        EXPECT_EQ(drafted_rates(formula, 1, 1).has_value(), !objection_to(formula));
        return objection_to(formula).value_or("fine");
    };
    using F = TariffFormula;
    EXPECT_EQ(told(kFormula, [](F&) {}), "fine");
    EXPECT_THAT(told(kFormula, [](F& f) { f.import_micro_per_kwh = -1; }), HasSubstr("import_"));
    EXPECT_THAT(told(kFormula, [](F& f) { f.export_micro_per_kwh = 1'000'000'001; }),
                HasSubstr("export_"));
    EXPECT_THAT(told(kFormula, [](F& f) { f.k_ppm = -1; }), HasSubstr("k_ppm: 0 to"));
    EXPECT_THAT(told(kFormula, [](F& f) { f.k_ppm = 10'000'001; }), HasSubstr("k_ppm: 0 to"));
    EXPECT_THAT(told(kFormula, [](F& f) { f.low_ppm = 1'000'001; }), HasSubstr("low_ppm: 0 to"));
    EXPECT_THAT(told(kFormula, [](F& f) { f.low_ppm = -1; }), HasSubstr("low_ppm: 0 to"));
    EXPECT_THAT(told(kFormula, [](F& f) { f.high_ppm = 999'999; }), HasSubstr("high_ppm: 1000000"));
    EXPECT_THAT(told(kFormula, [](F& f) { f.high_ppm = 10'000'001; }), HasSubstr("high_ppm: 1"));
    EXPECT_THAT(told(kFormula, [](F& f) { f.import_micro_per_kwh = 900'000'000; }),
                HasSubstr("a rate could exceed"));
    EXPECT_THAT(drafted_rates(kFormula, -1, -1).error(), HasSubstr("below 0"));
    EXPECT_THAT(drafted_rates(kFormula, 5, 6).error(), HasSubstr("above the load"));
}

TEST(TariffCalendar, drafts_for_the_first_week_that_can_still_be_signed) {
    const TariffCalendar calendar{kMonday, 2 * kSecondsPerDay};
    const std::int64_t deadline_s = kMonday + kSecondsPerWeek - 2 * kSecondsPerDay;
    EXPECT_EQ(signing_deadline_s(calendar, kMonday + kSecondsPerWeek), deadline_s);
    EXPECT_EQ(week_to_draft_s(calendar, deadline_s), kMonday + kSecondsPerWeek);
    EXPECT_EQ(week_to_draft_s(calendar, deadline_s + 1), kMonday + 2 * kSecondsPerWeek);
    EXPECT_EQ(week_to_draft_s(calendar, kMonday), kMonday + kSecondsPerWeek);
    EXPECT_EQ(week_to_draft_s(calendar, kMonday - 2 * kSecondsPerDay), kMonday);
}

TEST(TariffCalendar, never_drafts_for_a_week_that_has_begun) {
    test::Dice dice(2);
    for (int round = 0; round < 1000; ++round) {
        const TariffCalendar calendar{kMonday + dice.below(kSecondsPerWeek),
                                      dice.between(0, kMaxNoticeS)};
        const std::int64_t now_s = kMonday + dice.between(-kMonday, kMonday);
        const std::int64_t week_s = week_to_draft_s(calendar, now_s);
        EXPECT_GE(signing_deadline_s(calendar, week_s), now_s);
        EXPECT_LT(signing_deadline_s(calendar, week_s - kSecondsPerWeek), now_s);
        EXPECT_EQ((week_s - calendar.first_week_s) % kSecondsPerWeek, 0);
    }
}

}  // namespace
}  // namespace fairfeed::forecast
