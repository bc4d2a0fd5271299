#include "tests/bench/backtest.h"

#include <gtest/gtest.h>

#include "tests/unit/bench/side_by_side.h"

namespace fairfeed::bench {
namespace {

std::string name_of(const Choice& choice) {
    return choice.basis + " " + std::string(to_string(choice.resolution)) + " " +
           std::string(to_string(choice.rule));
}

// With one share a window, the one watt that largest remainder gives to one of two equal meters.
std::int64_t most_apart_wh(const Choice& choice) {
    if (choice.resolution == ShareResolution::quarter) return 0;
    return static_cast<std::int64_t>(kDays * kQuartersOfDay / 4);
}

TEST(Backtest, gives_equal_installations_side_by_side_the_same_by_every_choice) {
    for (const Choice& choice : every_choice()) {
        SCOPED_TRACE(name_of(choice));
        const Outcome outcome = lived_through(side_by_side(), choice);
        ASSERT_EQ(outcome.homes.size(), 3u);
        const HomeOutcome& a = outcome.homes[0];
        const HomeOutcome& b = outcome.homes[1];
        EXPECT_EQ(a.available_wh, b.available_wh);
        EXPECT_GT(a.curtailed_wh, 0);
        EXPECT_LE(std::abs(a.curtailed_wh - b.curtailed_wh), most_apart_wh(choice));
    }
}

TEST(Backtest, curtails_next_to_nothing_amiss_with_foresight_by_the_quarter_hour) {
    const Outcome outcome = lived_through(
        side_by_side(), {"foresight", ShareResolution::quarter, ShareRule::waterfill});
    EXPECT_GT(outcome.surplus_wh, 100'000);
    EXPECT_LT(outcome.left_wh, outcome.surplus_wh / 1000);
    EXPECT_LT(outcome.needless_wh, outcome.available_wh / 1000);
}

TEST(Backtest, counts_what_was_curtailed_as_surplus_that_was_not_left_or_as_needless) {
    for (const Choice& choice : every_choice()) {
        SCOPED_TRACE(name_of(choice));
        const Outcome outcome = lived_through(side_by_side(), choice);
        std::int64_t curtailed_wh = 0;
        for (const HomeOutcome& home : outcome.homes)
            curtailed_wh += home.curtailed_wh;
        EXPECT_EQ(curtailed_wh, outcome.surplus_wh - outcome.left_wh + outcome.needless_wh);
    }
}

TEST(Backtest, finds_the_forecast_better_than_yesterday_under_unlike_sun) {
    const Choice yesterday{"same_window_yesterday", ShareResolution::quarter, ShareRule::waterfill};
    const Choice expected{"expected", ShareResolution::quarter, ShareRule::waterfill, 2'600'000};
    const Outcome before = lived_through(side_by_side(), yesterday);
    const Outcome after = lived_through(side_by_side(), expected);
    EXPECT_LT(10 * after.left_wh + 24 * after.needless_wh,
              10 * before.left_wh + 24 * before.needless_wh);
}

}  // namespace
}  // namespace fairfeed::bench
