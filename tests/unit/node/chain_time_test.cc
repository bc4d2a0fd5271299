// R20 with whole nodes: wrong clocks, nodes without the time, and a chain whose time has run ahead.
#include <gtest/gtest.h>

#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/message_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
constexpr std::int64_t kYearsMs = 3LL * 365 * 86'400'000;
const NodeId kOne = TestNetwork::node(1);
const NodeId kTwo = TestNetwork::node(2);
const NodeId kThree = TestNetwork::node(3);
const NodeId kFour = TestNetwork::node(4);
const ClusterId kCluster = TestNetwork::cluster(1);

class ChainTime : public ::testing::Test {
  protected:
    [[nodiscard]] const ChainState& state() { return world.node(kOne).state(); }
    // Positive: the chain's time is so far ahead of the true one.
    [[nodiscard]] std::int64_t ahead_ms() { return state().tip_time_ms - world.now().real_ms; }
    void settle(Window window) {
        world.go_to_end_of(window);
        world.measure(window, 700);
        const auto done = [&] { return state().cluster(kCluster)->last_window == window; };
        ASSERT_TRUE(world.run_until(done, kPatienceMs)) << "window " << window;
    }
    // All nodes get a decided block with a wrong time.
    void let_run_ahead(std::int64_t by_ms) {
        for (const NodeId& id : world.network().nodes())
            if (world.is_up(id)) world.crash(id);
        const std::int64_t wrong_ms = world.now().real_ms + by_ms;
        const Window week = 42;
        const Window effective =
            (*world.first_state().grid().window_at(wrong_ms) / week + 1) * week;
        const Transaction notice = world.network().from_dgmd(
            world.first_state(), TariffNotice{0, {300'000, 80'000}, effective});
        const Block block =
            make_next_block(world.first_state(), kOne, {notice}, std::nullopt, wrong_ms);
        const VoteContent content{VoteType::precommit, 1, 0, block_id(block.header)};
        QuorumCertificate certificate{content, {}};
        for (const NodeId& id : {kOne, kTwo, kThree}) {
            const Bytes vote = vote_to_be_signed(content, id, world.network().network());
            certificate.witnesses.push_back({id, world.network().key(id).sign(vote)});
        }
        for (const NodeId& id : world.network().nodes()) {
            world.disk_of(id) = {};
            world.disk_of(id).ledger = {{block, certificate}};
        }
    }
    void restart_all() {
        for (const NodeId& id : world.network().nodes())
            world.restart(id);
    }

    NodeWorld world{lab(4, 1)};
};

// Regression: one clock years ahead and voters without the time stopped a chain for good.
TEST_F(ChainTime, is_not_what_one_clock_years_ahead_and_voters_without_time_make_it) {
    world.set_clock(kTwo, 0, false);
    world.set_clock(kThree, 0, false);
    world.set_clock(kFour, kYearsMs, true);
    for (Window window = 0; window < 5; ++window) {
        settle(window);
        EXPECT_LT(ahead_ms(), 10'000);
    }
    world.crash(kFour);
    settle(5);
    settle(6);
}

TEST_F(ChainTime, goes_on_among_nodes_that_do_not_know_it) {
    for (const NodeId& id : world.network().nodes())
        world.set_clock(id, 0, false);
    for (Window window = 0; window < 5; ++window) {
        settle(window);
        EXPECT_LT(ahead_ms(), 10'000);
        EXPECT_GT(ahead_ms(), -10'000) << "it follows the steady clocks";
    }
}

// One meter signs two readings of a future window, where no node knows the time.
TEST_F(ChainTime, is_not_pulled_along_by_what_a_liar_says_of_windows_to_come) {
    for (const NodeId& id : world.network().nodes())
        world.set_clock(id, 0, false);
    settle(0);
    const MeterId liar = TestNetwork::meter(1, 1);
    TestMeter twin = world.meter(liar);
    const auto one = world.meter(liar).read(2, flat_profile(world.first_state(), {0, 700, 700}));
    const auto other = twin.read(2, flat_profile(world.first_state(), {0, 200, 200}));
    const auto evidence = make_evidence(Offence::two_readings, one.reading.envelope,
                                        other.reading.envelope, world.network().network());
    ASSERT_TRUE(evidence);
    for (const NodeId& id : {kOne, kTwo, kThree})
        world.arrive(kFour, {"test", kFour.str(), Channel::tx, "-"}, encode_bundle({{*evidence}}),
                     id);
    world.run_for(40'000);
    EXPECT_LT(ahead_ms(), 10'000);
    EXPECT_EQ(state().height, 1U);
}

// A restart loses the steady time since the last block, and a blackout may have been long.
TEST_F(ChainTime, does_not_keep_a_network_down_that_comes_back_without_time) {
    for (const std::size_t knowing : {0U, 1U, 2U}) {
        NodeWorld& w = world;
        const Window next = state().cluster(kCluster)->last_window.value_or(-1) + 1;
        settle(next);
        for (const NodeId& id : w.network().nodes())
            w.crash(id);
        w.run_for(7'200'000);
        for (std::size_t i = 1; i <= 4; ++i)
            w.set_clock(TestNetwork::node(i), 0, i <= knowing);
        restart_all();
        settle(next + 1);
        settle(next + 2);
        EXPECT_LT(ahead_ms(), 10'000) << knowing;
    }
}

TEST_F(ChainTime, that_has_run_ahead_is_set_back_by_those_who_know_it) {
    let_run_ahead(kYearsMs);
    restart_all();
    EXPECT_TRUE(world.has_alarm(kOne, "s ahead of this node's clock"));
    settle(0);
    EXPECT_LT(std::abs(ahead_ms()), 10'000);
    EXPECT_FALSE(world.has_alarm(kOne, "ahead"));
    const auto bound = [&] { return !world.shares().empty(); };
    ASSERT_TRUE(world.run_until(bound, kPatienceMs));
    const auto share = world.shares().begin()->second;
    EXPECT_LT(share.from_s, state().grid().end_s(2)) << "it binds in its window";
    settle(1);
}

// So few nodes know the time that they cannot decide anything without the others.
TEST_F(ChainTime, that_has_run_ahead_does_not_stop_those_who_cannot_set_it_back) {
    let_run_ahead(kYearsMs);
    world.set_clock(kTwo, 0, false);
    world.set_clock(kThree, 0, false);
    restart_all();
    world.crash(kFour);
    settle(0);
    EXPECT_GT(ahead_ms(), kYearsMs - 3'600'000);
    settle(1);
    EXPECT_TRUE(world.has_alarm(kOne, "docs/operations.md, Clock"));
    world.set_clock(kTwo, 0, true);  // a person sets its clock and vouches for it
    settle(2);
    EXPECT_LT(std::abs(ahead_ms()), 10'000);
}

TEST_F(ChainTime, that_is_a_day_ahead_is_set_back_as_well) {
    let_run_ahead(86'400'000);
    restart_all();
    settle(0);
    EXPECT_LT(std::abs(ahead_ms()), 10'000);
}

}  // namespace
}  // namespace fairfeed::test
