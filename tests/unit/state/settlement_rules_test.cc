// What the chain asks of a settlement's basis and factors without any key, and the factors and
// histories that its state keeps.
#include "core/state/settlement_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/contract/share_schedule.h"
#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::TestNetwork;
using test::TestNetworkOptions;
using test::TrueUpBench;

constexpr std::size_t kQuarters = 16;
const NodeId kCome("node-5");

TestNetworkOptions options(ShareRule rule, ShareBasis basis, ShareResolution resolution) {
    auto parameters = TestNetworkOptions::default_parameters();
    parameters.rule = rule;
    parameters.basis = basis;
    parameters.resolution = resolution;
    return test::one_cluster(parameters);
}

// The roofs make 1000 Wh in each quarter hour of windows 1, 3, 5 .., and nothing in the others.
void live(TrueUpBench& bench, Window window, const std::set<MeterId>& silent = {}) {
    const MeterId other = TestNetwork::meter(1, 3);
    const std::int64_t sun_wh = window % 2 == 1 ? 1000 : 0;
    for (const MeterId& meter : {bench.prosumer, other}) {
        bench.measure(meter, window, {0, sun_wh, sun_wh});
        if (!silent.contains(meter)) bench.send(meter, window);
    }
    bench.measure_others(window, {bench.prosumer, other});
    bench.settle(window);
}

class Factored {
  public:
    explicit Factored(ShareRule rule, ShareBasis basis = ShareBasis::previous_window,
                      ShareResolution resolution = ShareResolution::quarter)
        : bench(options(rule, basis, resolution)) {
        live(bench, 0);
        live(bench, 1);
        bench.measure_others(2, {});
        settlement = bench.chain.settle_held(bench.cluster, 2, bench.held);
    }
    // The chain's verdict on window 2's settlement after an edit, signed and endorsed by all.
    [[nodiscard]] std::string judge(const std::function<void(Settlement&)>& edit) const {
        Settlement edited = settlement;
        edit(edited);
        ChainState copy = bench.chain.state();
        PlainSignatureChecker signatures;
        const auto block = bench.chain.next_block(bench.chain.group_held(edited, bench.held));
        const auto executed = execute_block(copy, block, signatures);
        return executed ? "accepted" : std::string(to_string(executed.error().reason));
    }

    TrueUpBench bench;
    Settlement settlement;
};

TEST(SettlementFactors, that_bound_are_those_of_the_chain) {
    const Factored street(ShareRule::waterfill);
    EXPECT_LT(street.settlement.bound.back(), kPpm) << "window 1 was sunny";
    EXPECT_EQ(street.judge([](Settlement&) {}), "accepted");
    EXPECT_EQ(street.judge([](Settlement& s) { s.bound.back() += 1; }), "wrong_factors");
    EXPECT_EQ(street.judge([](Settlement& s) { s.bound.assign(kQuarters, kPpm); }),
              "wrong_factors");
    EXPECT_EQ(street.judge([](Settlement& s) { s.bound.pop_back(); }), "wrong_factors");
    EXPECT_EQ(street.judge([](Settlement& s) { s.bound.push_back(s.bound.back()); }),
              "wrong_factors");
    EXPECT_EQ(street.judge([](Settlement& s) { s.bound.clear(); }), "wrong_factors");
    EXPECT_EQ(street.judge([](Settlement& s) { s.bound = s.factors = {}; }), "wrong_factors");
}

TEST(SettlementFactors, are_one_for_each_quarter_hour) {
    const Factored street(ShareRule::waterfill);
    EXPECT_EQ(street.judge([](Settlement& s) { s.factors.clear(); }), "wrong_factors");
    EXPECT_EQ(street.judge([](Settlement& s) { s.factors.pop_back(); }), "wrong_factors");
    EXPECT_EQ(street.judge([](Settlement& s) { s.factors.push_back(0); }), "wrong_factors");
}

TEST(SettlementFactors, are_none_where_a_share_is_for_the_whole_window) {
    const Factored street(ShareRule::waterfill, ShareBasis::previous_window,
                          ShareResolution::window);
    EXPECT_EQ(street.judge([](Settlement&) {}), "accepted");
    EXPECT_EQ(street.judge([](Settlement& s) { s.factors.assign(kQuarters, 0); }), "wrong_factors");
    EXPECT_EQ(street.judge([](Settlement& s) { s.bound.assign(kQuarters, kPpm); }),
              "wrong_factors");
}

// The power is the capacity there, so a factor above 10^6 would promise more than the capacity.
TEST(SettlementFactors, are_at_most_whole_but_by_generation) {
    struct Row {
        std::int64_t factor_ppm;
        const char* by_capacity;
        const char* by_generation;
    };
    for (const Row& row : {Row{0, "accepted", "accepted"}, Row{kPpm, "accepted", "accepted"},
                           Row{kPpm + 1, "wrong_factors", "accepted"},
                           Row{kUncurtailedPpm - 1, "wrong_factors", "accepted"},
                           Row{kUncurtailedPpm, "accepted", "accepted"}}) {
        const auto edit = [&](Settlement& s) { s.factors.back() = row.factor_ppm; };
        EXPECT_EQ(Factored(ShareRule::paper).judge(edit), row.by_capacity) << row.factor_ppm;
        EXPECT_EQ(Factored(ShareRule::waterfill).judge(edit), row.by_capacity) << row.factor_ppm;
        EXPECT_EQ(Factored(ShareRule::generation).judge(edit), row.by_generation) << row.factor_ppm;
    }
}

TEST(SettlementFactors, out_of_range_do_not_even_decode) {
    const Factored street(ShareRule::generation);
    for (const std::int64_t factor_ppm : {std::int64_t{-1}, kUncurtailedPpm + 1, INT64_MAX}) {
        Settlement edited = street.settlement;
        edited.factors.back() = factor_ppm;
        const Transaction sent = certify(street.bench.network, street.bench.chain.state(), edited);
        EXPECT_FALSE(decode_transaction(encode_transaction(sent), street.bench.network.network()));
    }
}

TEST(SettlementBasis, is_that_of_genesis_or_what_replaces_a_forecast_without_history) {
    constexpr auto kPrevious = ShareBasis::previous_window;
    constexpr auto kYesterday = ShareBasis::same_window_yesterday;
    constexpr auto kExpected = ShareBasis::expected;
    const std::map<ShareBasis, std::set<ShareBasis>> allowed = {
        {kPrevious, {kPrevious}}, {kYesterday, {kYesterday}}, {kExpected, {kExpected, kPrevious}}};
    for (const auto& [genesis, may_be] : allowed) {
        const Factored street(ShareRule::waterfill, genesis);
        for (const ShareBasis basis : {kPrevious, kYesterday, kExpected}) {
            EXPECT_EQ(street.judge([&](Settlement& s) { s.basis = basis; }),
                      may_be.contains(basis) ? "accepted" : "unsupported_version")
                << to_string(genesis) << ", " << to_string(basis);
        }
    }
}

class FactorState : public testing::Test {
  protected:
    [[nodiscard]] const FactorSchedule& factors() const {
        return bench.chain.state().clusters.at(bench.cluster).factors;
    }
    [[nodiscard]] GridClock grid() const { return bench.chain.state().grid(); }
    // Settles a window in a block of this grid second.
    void settle_at(Window window, std::int64_t grid_s) {
        const Settlement settlement = bench.chain.settle_held(bench.cluster, window, bench.held);
        const auto block = bench.chain.next_block(bench.chain.group_held(settlement, bench.held),
                                                  grid().real_ms(grid_s));
        ASSERT_TRUE(bench.chain.append(block));
    }
    // The oldest second whose factor is known.
    [[nodiscard]] std::int64_t known_from_s() const { return factors().front().from_s; }

    static TestNetworkOptions two_days() {
        auto out =
            options(ShareRule::waterfill, ShareBasis::previous_window, ShareResolution::quarter);
        out.parameters.close_after_s = 2 * kSecondsPerDay;
        return out;
    }
    TrueUpBench bench{two_days()};
};

TEST_F(FactorState, is_entered_from_the_moment_at_which_the_share_binds) {
    live(bench, 0);
    live(bench, 1);
    const Factors sunny = bench.chain.state().factors_of(bench.cluster, 2);
    EXPECT_LT(sunny.back(), kPpm);
    bench.measure_others(2, {});
    // An hour and a second into window 3, with a notice of a quarter hour: from its seventh on.
    settle_at(2, grid().start_s(3) + 3601);
    const Factors after = bench.chain.state().factors_of(bench.cluster, 3);
    Factors expected(kQuarters, kUncurtailedPpm);
    std::fill_n(expected.begin(), 6, sunny.back());
    EXPECT_EQ(after, expected);
}

TEST_F(FactorState, goes_on_with_the_last_factor_where_a_block_comes_after_its_window) {
    live(bench, 0);
    live(bench, 1);
    const std::int64_t sunny = bench.chain.state().factors_of(bench.cluster, 2).back();
    bench.measure_others(2, {});
    settle_at(2, grid().start_s(4));
    EXPECT_EQ(bench.chain.state().factors_of(bench.cluster, 3), Factors(kQuarters, sunny));
    Factors expected(kQuarters, kUncurtailedPpm);
    expected.front() = sunny;
    EXPECT_EQ(bench.chain.state().factors_of(bench.cluster, 4), expected);
}

TEST_F(FactorState, is_forgotten_once_every_meter_is_read) {
    for (Window window = 0; window < 10; ++window) {
        live(bench, window);
        EXPECT_LE(factors().size(), 2U) << "one that holds, one that will";
    }
}

TEST_F(FactorState, is_kept_while_a_window_may_be_read_late_and_no_longer) {
    live(bench, 0);
    live(bench, 1);
    std::map<Window, Factors> bound;
    Window window = 2;
    for (; window < 14; ++window) {
        bound[window] = bench.chain.state().factors_of(bench.cluster, window);
        live(bench, window, {bench.prosumer});
        for (const auto& [each, factors] : bound)
            EXPECT_EQ(bench.chain.state().factors_of(bench.cluster, each), factors);
    }
    for (; window < 30; ++window) {
        live(bench, window, {bench.prosumer});
        const std::int64_t oldest_s = grid().start_s(oldest_late(bench.chain.state(), window + 1));
        EXPECT_LE(known_from_s(), oldest_s) << "two days, twelve windows";
        EXPECT_LE(factors().size(), 12U + 3U) << "the one that held before, and two to come";
    }
    EXPECT_GT(known_from_s(), grid().start_s(30 - 12 - 2));
}

TEST_F(FactorState, is_forgotten_with_the_gap_that_needed_it) {
    live(bench, 0);
    live(bench, 1);
    for (Window window = 2; window < 6; ++window)
        live(bench, window, {bench.prosumer});
    live(bench, 6);
    EXPECT_LE(known_from_s(), grid().start_s(2)) << "the gap may still be read";
    for (Window window = 2; window < 6; ++window)
        bench.send(bench.prosumer, window);
    live(bench, 7);
    EXPECT_EQ(bench.late.size(), 4U);
    EXPECT_GT(known_from_s(), grid().start_s(7));
}

// A state of one cluster, settled by nodes 1 to 4 from window 0 on.
class HistoryFrom : public testing::Test {
  protected:
    static TestNetworkOptions five() {
        TestNetworkOptions out;
        out.nodes = 5;
        out.clusters = 1;
        return out;
    }
    void allocate(std::vector<NodeId> members, Window effective) {
        ClusterRecord& record = state.clusters.edit(cluster);
        record.earlier.push_back(record.committee);
        record.committee.members = std::move(members);
        record.committee.effective = effective;
    }
    void grant(const MeterId& id, const std::vector<NodeId>& readers, Window effective) {
        auto& grants = state.meters.edit(id).grants;
        const KeyEpoch epoch = grants.empty() ? 1 : grants.back().epoch + 1;
        grants.push_back(network.grant(id, epoch, readers, effective));
    }
    [[nodiscard]] Window from(Window window) const { return state.history_from(cluster, window); }

    const TestNetwork network{five()};
    const ClusterId cluster = TestNetwork::cluster(1);
    const MeterId meter = TestNetwork::meter(1, 2);
    ChainState state = network.initial_state();
};

TEST_F(HistoryFrom, begins_with_the_first_window_of_a_newcomer) {
    allocate({NodeId("node-1"), NodeId("node-2"), NodeId("node-3"), kCome}, 7);
    EXPECT_EQ(from(6), 0U);
    EXPECT_EQ(from(7), 7U);
    EXPECT_EQ(from(100), 7U);
}

TEST_F(HistoryFrom, does_not_begin_anew_with_who_leaves) {
    allocate({NodeId("node-1"), NodeId("node-2")}, 7);
    EXPECT_EQ(from(100), 0U);
    allocate({NodeId("node-1"), NodeId("node-2"), NodeId("node-3")}, 9);
    EXPECT_EQ(from(8), 0U);
    EXPECT_EQ(from(100), 9U) << "who comes back could not read window 8";
}

TEST_F(HistoryFrom, begins_anew_with_a_key_for_who_had_none) {
    grant(meter, {NodeId("node-1"), NodeId("node-2"), NodeId("node-3")}, 5);
    EXPECT_EQ(from(100), 0U) << "all of them had the key before";
    grant(meter, network.committee(cluster), 8);
    EXPECT_EQ(from(7), 0U);
    EXPECT_EQ(from(100), 8U) << "node-4 could not read this meter, though it could all others";
    grant(meter, network.committee(cluster), 11);
    EXPECT_EQ(from(100), 8U) << "a new key for the same members";
}

TEST_F(HistoryFrom, does_not_begin_anew_with_the_first_key_of_a_new_meter) {
    state.meters.edit(meter).grants.clear();
    grant(meter, network.committee(cluster), 5);
    EXPECT_EQ(from(4), 0U);
    EXPECT_EQ(from(100), 0U);
}

TEST_F(HistoryFrom, begins_anew_with_every_window_without_meters) {
    for (const MeterId& each : network.meters(cluster))
        state.meters.edit(each).tampered = Tampering{6, {}, {}};
    EXPECT_EQ(from(5), 0U);
    EXPECT_EQ(from(6), 6U);
    EXPECT_EQ(from(9), 9U);
}

}  // namespace
}  // namespace fairfeed
