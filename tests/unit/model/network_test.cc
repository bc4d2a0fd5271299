#include "core/model/network.h"

#include <gtest/gtest.h>

#include "core/model/reading.h"

namespace fairfeed {
namespace {

NetworkParameters lab() {
    NetworkParameters parameters;
    parameters.name = "lab";
    parameters.grid_epoch_s = 1'470'614'400;
    parameters.real_epoch_ms = 1'700'000'000'500;
    parameters.speed = 4800;
    return parameters;
}

TEST(GridClock, runs_at_real_speed_outside_the_lab) {
    NetworkParameters parameters = lab();
    parameters.speed = 1;
    const GridClock clock(parameters);
    EXPECT_EQ(clock.grid_ms(parameters.real_epoch_ms + 1), parameters.grid_epoch_s * 1000 + 1);
    EXPECT_EQ(clock.grid_s(parameters.real_epoch_ms + 999), parameters.grid_epoch_s);
    EXPECT_EQ(clock.grid_s(parameters.real_epoch_ms + 1000), parameters.grid_epoch_s + 1);
}

TEST(GridClock, a_window_of_four_hours_takes_three_seconds_at_speed_4800) {
    const NetworkParameters parameters = lab();
    const GridClock clock(parameters);
    EXPECT_EQ(clock.end_real_ms(0), parameters.real_epoch_ms + 3000);
    EXPECT_EQ(clock.window_at(parameters.real_epoch_ms), Window{0});
    EXPECT_EQ(clock.window_at(parameters.real_epoch_ms + 2999), Window{0});
    EXPECT_EQ(clock.window_at(parameters.real_epoch_ms + 3000), Window{1});
}

TEST(GridClock, floors_before_its_epoch_too) {
    const NetworkParameters parameters = lab();
    const GridClock clock(parameters);
    EXPECT_EQ(clock.window_at(parameters.real_epoch_ms - 1), std::nullopt);
    EXPECT_EQ(clock.grid_ms(parameters.real_epoch_ms - 1),
              parameters.grid_epoch_s * 1000 - parameters.speed);
    EXPECT_EQ(clock.grid_s(parameters.real_epoch_ms - 1), parameters.grid_epoch_s - 5);
}

TEST(GridClock, works_with_times_before_1970) {
    NetworkParameters parameters = lab();
    parameters.grid_epoch_s = -7200;
    parameters.real_epoch_ms = -1500;
    parameters.speed = 1;
    const GridClock clock(parameters);
    EXPECT_EQ(clock.grid_s(-1501), -7201);
    EXPECT_EQ(clock.grid_s(-1500), -7200);
    EXPECT_EQ(clock.real_ms(-7200), -1500);
    EXPECT_EQ(clock.start_s(1), 7200);
}

TEST(GridClock, real_ms_is_the_earliest_that_reaches_the_grid_second) {
    const NetworkParameters parameters = lab();
    const GridClock clock(parameters);
    for (const std::int64_t offset : {-100'000, -4801, -1, 0, 1, 4, 5, 899, 14'400, 1'000'001}) {
        const std::int64_t grid_s = parameters.grid_epoch_s + offset;
        const std::int64_t real_ms = clock.real_ms(grid_s);
        EXPECT_GE(clock.grid_s(real_ms), grid_s) << offset;
        EXPECT_LT(clock.grid_s(real_ms - 1), grid_s) << offset;
    }
}

TEST(GridClock, saturates_instead_of_wrapping) {
    const GridClock clock(lab());
    EXPECT_EQ(clock.grid_ms(INT64_MAX), INT64_MAX);
    EXPECT_EQ(clock.grid_ms(INT64_MIN), INT64_MIN);
    EXPECT_EQ(clock.window_at(INT64_MAX), std::nullopt);
    EXPECT_EQ(clock.window_at(INT64_MIN), std::nullopt);
}

TEST(GridClock, has_at_least_one_window_a_day) {
    NetworkParameters parameters = lab();
    EXPECT_EQ(GridClock(parameters).windows_per_day(), 6);
    parameters.window_seconds = 172'800;
    EXPECT_EQ(GridClock(parameters).windows_per_day(), 1);
}

TEST(ShareBinding, waits_for_the_next_window_when_the_block_is_early) {
    NetworkParameters parameters = lab();
    parameters.speed = 1;
    parameters.real_epoch_ms = parameters.grid_epoch_s * 1000;
    const GridClock clock(parameters);
    const std::int64_t early_ms = clock.real_ms(clock.start_s(3)) + 1000;
    EXPECT_EQ(share_binds_from_s(parameters, 2, early_ms), clock.start_s(3) + 1800);
    parameters.share_notice_s = 0;
    EXPECT_EQ(share_binds_from_s(parameters, 2, clock.real_ms(clock.start_s(3))), clock.start_s(3));
    EXPECT_EQ(share_binds_from_s(parameters, 2, 0), clock.start_s(3));
    parameters.share_offset_s = 901;
    EXPECT_EQ(share_binds_from_s(parameters, 2, 0), clock.start_s(3) + 1800);
}

TEST(ShareBinding, a_millisecond_past_the_quarter_costs_the_quarter) {
    NetworkParameters parameters = lab();
    parameters.speed = 1;
    parameters.real_epoch_ms = parameters.grid_epoch_s * 1000;
    const GridClock clock(parameters);
    const std::int64_t block_ms = clock.real_ms(clock.start_s(3) + 900);
    EXPECT_EQ(share_binds_from_s(parameters, 2, block_ms), clock.start_s(3) + 1800);
    EXPECT_EQ(share_binds_from_s(parameters, 2, block_ms + 1), clock.start_s(3) + 2700);
}

TEST(ShareBinding, of_yesterdays_window_binds_a_day_later) {
    NetworkParameters parameters = lab();
    parameters.basis = ShareBasis::same_window_yesterday;
    const GridClock clock(parameters);
    EXPECT_EQ(share_binds_from_s(parameters, 2, parameters.real_epoch_ms), clock.start_s(8));
    const std::int64_t late_ms = clock.end_real_ms(9);
    EXPECT_EQ(share_binds_from_s(parameters, 2, late_ms), clock.start_s(10) + 900);
}

TEST(ShareBinding, quarters_are_counted_from_the_grid_epoch) {
    NetworkParameters parameters = lab();
    parameters.grid_epoch_s += 17;
    const GridClock clock(parameters);
    const std::int64_t from_s =
        share_binds_from_s(parameters, 0, clock.real_ms(clock.start_s(1) + 1));
    EXPECT_EQ((from_s - parameters.grid_epoch_s) % 900, 0);
}

TEST(NetworkParameters, defaults_with_a_name_are_sound) {
    EXPECT_EQ(fault_of(lab()), std::nullopt);
}

TEST(NetworkParameters, names_what_is_wrong) {
    const auto fault = [](auto change) {
        NetworkParameters parameters = lab();
        change(parameters);
        return std::string(fault_of(parameters).value_or("nothing"));
    };
    EXPECT_EQ(fault([](auto& p) { p.name = "Lab"; }), "name: 1 to 32 of a-z 0-9 -");
    EXPECT_EQ(fault([](auto& p) { p.speed = 0; }), "speed: 1 to 1000000");
    EXPECT_EQ(fault([](auto& p) { p.window_seconds = 901; }),
              "window_seconds: not a multiple of 900");
    EXPECT_EQ(fault([](auto& p) { p.window_seconds = 86'400; }),
              "window_seconds: 900 to 28800 (a reading must stay below 1 KiB)");
    EXPECT_EQ(fault([](auto& p) { p.window_seconds = 0; }),
              "window_seconds: 900 to 28800 (a reading must stay below 1 KiB)");
    EXPECT_EQ(fault([](auto& p) { p.window_limit = -1; }), "window_limit: out of range");
    EXPECT_EQ(fault([](auto& p) { p.share_offset_s = -1; }), "share_offset_s: out of range");
    EXPECT_EQ(fault([](auto& p) { p.share_notice_s = -1; }), "share_notice_s: out of range");
    EXPECT_EQ(fault([](auto& p) { p.real_epoch_ms = INT64_MAX; }),
              "real_epoch_ms: Unix milliseconds of the years 2000 to 2100");
    EXPECT_EQ(fault([](auto& p) { p.real_epoch_ms /= 1000; }),
              "real_epoch_ms: Unix milliseconds of the years 2000 to 2100");
    EXPECT_EQ(fault([](auto& p) { p.grid_epoch_s = INT64_MIN; }), "grid_epoch_s: out of range");
    EXPECT_EQ(fault([](auto& p) { p.contract_version = 2; }), "contract_version: only 1 is known");
    EXPECT_EQ(fault([](auto& p) { p.max_block_transactions = 12'001; }),
              "max_block_transactions: 1 to 12000");
    EXPECT_EQ(fault([](auto& p) { p.timers.vote_ms = 0; }),
              "timers: out of range, or above their cap");
    EXPECT_EQ(fault([](auto& p) { p.timers.propose_cap_ms = 1; }),
              "timers: out of range, or above their cap");
}

}  // namespace
}  // namespace fairfeed
