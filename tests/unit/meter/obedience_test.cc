// A meter and its share: which statements it believes, when it obeys, and what disobedience costs.
#include <gtest/gtest.h>

#include "core/contract/settlement.h"
#include "tests/unit/meter/meter_bench.h"

namespace fairfeed {
namespace {

using meter_effect::PersistState;
using test::all_of;
using test::MeterBench;
using test::only_reading;

constexpr std::int64_t kWindow = 14'400;
const MeterEvent kTick = meter_event::Tick{};

std::vector<std::int64_t> generations(const ReadingBody& body) {
    std::vector<std::int64_t> out;
    for (const QuarterHour& quarter : body.profile)
        out.push_back(quarter.generation_wh);
    return out;
}

TEST(Obedience, a_share_that_only_one_of_four_states_is_not_obeyed) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    (void)meter.step(kTick, bench.at(1));
    const std::int64_t from_s = bench.start_s(1) + 3600;
    EXPECT_TRUE(meter.step(bench.share(bench.member(1), 0, 1200, from_s), bench.at(1, 60)).empty());
    (void)meter.step(bench.share(bench.member(2), 0, 1300, from_s), bench.at(1, 60));
    const KeptReading kept = only_reading(meter.step(kTick, bench.at(2)));
    EXPECT_EQ(bench.opened(kept.envelope).end.generation_wh, 2 * 16 * 500);
}

TEST(Obedience, a_share_stated_by_two_of_four_binds_from_its_time_on_and_not_before) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    (void)meter.step(kTick, bench.at(1));
    const std::int64_t from_s = bench.start_s(1) + 4 * 900;
    (void)meter.step(bench.share(bench.member(3), 0, 1200, from_s), bench.at(1, 60));
    const auto persisted = all_of<PersistState>(
        meter.step(bench.share(bench.member(1), 0, 1200, from_s), bench.at(1, 61)));
    ASSERT_EQ(persisted.size(), 1U);
    EXPECT_EQ(persisted[0].state.shares, (std::vector<AcceptedShare>{{0, {1200, from_s}}}));

    const ReadingBody body = bench.opened(only_reading(meter.step(kTick, bench.at(2))).envelope);
    std::vector<std::int64_t> expected(16, 300);  // 1200 W for a quarter of an hour
    std::fill(expected.begin(), expected.begin() + 4, 500);
    EXPECT_EQ(generations(body), expected);
    EXPECT_EQ(body.share_w, 1200);
    EXPECT_NE(body.flags & kFlagCurtailed, 0U);
    EXPECT_EQ(*body.available_wh - 12 * 200, 4 * 500 + 12 * 300);  // curtailed: 2400 Wh
}

TEST(Obedience, a_share_does_not_reach_back_to_quarters_that_ended_before_it_was_known) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    (void)meter.step(kTick, bench.at(1));
    const std::int64_t from_s = bench.start_s(1);
    const Instant late = bench.at(1, 6 * 900);
    (void)meter.step(bench.share(bench.member(1), 0, 1200, from_s), late);
    (void)meter.step(bench.share(bench.member(2), 0, 1200, from_s), late);
    const ReadingBody body = bench.opened(only_reading(meter.step(kTick, bench.at(2))).envelope);
    std::vector<std::int64_t> expected(16, 300);
    std::fill(expected.begin(), expected.begin() + 6, 500);
    EXPECT_EQ(generations(body), expected);
}

// The contract counts from the share's own start: export above the share is not paid from then on.
TEST(Obedience, export_above_a_share_that_was_heard_too_late_is_not_credited) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    (void)meter.step(kTick, bench.at(1));
    const std::int64_t from_s = bench.start_s(1);
    const Instant late = bench.at(1, 6 * 900);
    (void)meter.step(bench.share(bench.member(1), 0, 1200, from_s), late);
    (void)meter.step(bench.share(bench.member(2), 0, 1200, from_s), late);
    const ReadingBody body = bench.opened(only_reading(meter.step(kTick, bench.at(2))).envelope);

    SettlementInput input;
    input.window_seconds = kWindow;
    input.window_start_s = bench.start_s(1);
    input.tariff = {250'000, 80'000};
    MeterWindow window;
    window.meter = bench.meter_id();
    window.capacity_w = 5000;
    window.profile = body.profile;
    window.available_wh = body.available_wh;
    window.shares = {{1200, from_s}};
    input.meters = {window};
    const auto settled = settle_window(input);
    ASSERT_TRUE(settled);
    EXPECT_EQ(settled->meters[0].export_wh, 6 * 400 + 10 * 200);
    EXPECT_EQ(settled->meters[0].credited_wh, 16 * 200);
    EXPECT_EQ(settled->meters[0].uncredited_wh, 6 * 200);
    EXPECT_EQ(settled->meters[0].curtailed_wh, 10 * 200);
}

TEST(Obedience, a_meter_that_hears_in_time_is_credited_for_all_it_exports) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    (void)meter.step(kTick, bench.at(1));
    const std::int64_t from_s = bench.start_s(1) + 900;
    (void)meter.step(bench.share(bench.member(1), 0, 1201, from_s), bench.at(1, 60));
    (void)meter.step(bench.share(bench.member(2), 0, 1201, from_s), bench.at(1, 60));
    const ReadingBody body = bench.opened(only_reading(meter.step(kTick, bench.at(2))).envelope);
    const ShareSchedule schedule{{1201, from_s}};
    for (std::size_t i = 0; i < body.profile.size(); ++i) {
        const QuarterHour& quarter = body.profile[i];
        const std::int64_t at_s = bench.start_s(1) + static_cast<std::int64_t>(i) * 900;
        const std::int64_t cap_wh = quarter_cap_wh(binding_share_w(schedule, 5000, at_s), i);
        const std::int64_t load_wh = quarter.import_wh + quarter.generation_wh - quarter.export_wh;
        EXPECT_EQ(credited_export_wh(cap_wh, load_wh, quarter.export_wh), quarter.export_wh) << i;
    }
}

TEST(Obedience, no_share_lifts_a_meter_above_its_certified_capacity) {
    const MeterBench bench;
    Meter meter = bench.fresh([](std::int64_t) { return QuarterEnergy{0, 9000}; });
    (void)meter.step(kTick, bench.at(1));
    (void)meter.step(bench.share(bench.member(1), 0, 99'999, 0), bench.at(1, 60));
    (void)meter.step(bench.share(bench.member(2), 0, 99'999, 0), bench.at(1, 60));
    const ReadingBody body = bench.opened(only_reading(meter.step(kTick, bench.at(2))).envelope);
    EXPECT_EQ(generations(body), std::vector<std::int64_t>(16, 1250));
}

TEST(Obedience, shares_of_windows_to_come_and_negative_ones_are_not_believed) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    (void)meter.step(kTick, bench.at(1));
    (void)meter.step(bench.share(bench.member(1), 9, 1200, 0), bench.at(1, 60));
    EXPECT_EQ(meter.ignored().at("future_window"), 1U);
    for (const NodeId& node : {bench.member(1), bench.member(2)})
        (void)meter.step(bench.share(node, 0, -1, 0), bench.at(1, 60));
    EXPECT_TRUE(meter.state().shares.empty());
}

}  // namespace
}  // namespace fairfeed
