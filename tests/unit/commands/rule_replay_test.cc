// Settled windows under the three rules: the surplus that each rule leaves and the energy that it
// curtails, with shares that bind a window late.
#include "edge-node/commands/rule_replay.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

constexpr std::int64_t kWindowS = 14'400;

NetworkParameters parameters() {
    NetworkParameters out;
    out.window_seconds = kWindowS;
    return out;
}

SettlementLine line(const char* meter, std::int64_t capacity_w, std::int64_t available_wh,
                    std::int64_t load_wh) {
    SettlementLine out;
    out.meter = MeterId(meter);
    out.capacity_w = capacity_w;
    out.available_wh = available_wh;
    out.generation_wh = available_wh;
    out.load_wh = load_wh;
    out.export_wh = std::max<std::int64_t>(0, available_wh - load_wh);
    out.import_wh = out.export_wh + load_wh - available_wh;
    return out;
}

SettledWindow window(Window index, std::vector<SettlementLine> lines) {
    SettledWindow out;
    out.window = index;
    out.in_force_from_s = (index + 1) * kWindowS + 900;  // the next window's second quarter hour
    for (const SettlementLine& each : lines) {
        out.totals.load_wh += each.load_wh;
        out.totals.available_wh += each.available_wh;
    }
    out.totals.d_wh = out.totals.available_wh - out.totals.load_wh;
    out.lines = std::move(lines);
    return out;
}

// As in idle_nameplate.yaml: panels far below their nameplate have 8000 Wh too much, in two
// windows. Then comes the night.
std::vector<SettledWindow> two_noons_and_a_night() {
    const auto noon = [](Window index) {
        return window(index, {line("m1", 10'000, 16'000, 4000), line("m2", 0, 0, 4000)});
    };
    return {noon(0), noon(1), window(2, {line("m1", 10'000, 3000, 1000), line("m2", 0, 0, 6000)})};
}

TEST(RuleReplay, shows_that_the_papers_caps_do_not_bind_below_nameplate_and_the_others_do) {
    const auto outcomes = replay_rules(parameters(), two_noons_and_a_night());
    ASSERT_TRUE(outcomes);
    ASSERT_EQ(outcomes->size(), 3U);
    const RuleOutcome paper{ShareRule::paper, 16'000, 16'000, 0, 0};
    EXPECT_EQ((*outcomes)[0], paper);
    // No share binds in the first window. The shares of the first window let 8000 Wh through in the
    // second. The shares of the second window bind in the night, which has less generation.
    const RuleOutcome waterfill{ShareRule::waterfill, 16'000, 8000, 8000, 0};
    EXPECT_EQ((*outcomes)[1], waterfill);
    EXPECT_EQ((*outcomes)[2].left_wh, 8000);
}

TEST(RuleReplay, counts_apart_what_a_late_share_curtails_without_a_surplus) {
    auto windows = two_noons_and_a_night();
    windows.erase(windows.begin());
    windows[1] = window(2, {line("m1", 10'000, 12'000, 1000), line("m2", 0, 0, 20'000)});
    const auto outcomes = replay_rules(parameters(), windows);
    ASSERT_TRUE(outcomes);
    EXPECT_EQ((*outcomes)[1].left_wh, 8000);
    EXPECT_EQ((*outcomes)[1].curtailed_in_surplus_wh, 0);
    EXPECT_EQ((*outcomes)[1].curtailed_without_surplus_wh, 4000);
}

TEST(RuleReplay, needs_the_keys_of_every_line) {
    auto windows = two_noons_and_a_night();
    windows[1].lines.reset();
    EXPECT_FALSE(replay_rules(parameters(), windows));
    EXPECT_EQ(replay_rules(parameters(), {})->size(), 3U);
}

TEST(RuleReplay, needs_quarter_hours_where_shares_vary_by_them) {
    NetworkParameters by_quarter = parameters();
    by_quarter.resolution = ShareResolution::quarter;
    NetworkParameters forecast = parameters();
    forecast.basis = ShareBasis::expected;
    for (const NetworkParameters& each : {by_quarter, forecast}) {
        EXPECT_FALSE(replay_rules(each, two_noons_and_a_night()));
        auto windows = two_noons_and_a_night();
        for (SettledWindow& window : windows)
            window.observed.emplace();
        const auto outcomes = replay_rules(each, windows);
        ASSERT_TRUE(outcomes);
        ASSERT_EQ(outcomes->size(), 3U);
        EXPECT_EQ((*outcomes)[2], (RuleOutcome{.rule = ShareRule::generation}));
    }
}

}  // namespace
}  // namespace fairfeed
