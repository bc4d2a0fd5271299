// A committee of two or three tolerates no liar (committee rules 9 and 15): a liar's HANDOVER that
// opens nothing may be the one for which the next window waits. Newcomers stay closed until DGMD
// says HANDOVER. Staying members settle meanwhile if they are enough.
#include "tests/unit/node/handover_bench.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kStillMs = 10'000;
const NodeId kNewcomer = TestNetwork::node(5);

// Seven of ten nodes decide without two slow honest members and a liar.
TestNetworkOptions ten_nodes(std::size_t members, bool degraded_quorum = false) {
    TestNetworkOptions options = lab(10, 1);
    options.clusters = 1;
    options.members = members;  // nodes 1, 2 and perhaps 3
    options.meters_per_cluster = 2;
    options.parameters.degraded_quorum = degraded_quorum;
    return options;
}

// The first members settle windows 0 to 2; window 3 and later ones go to the next members. The
// liar's handover enters the chain first, because the honest ones are delayed.
class LiarInAChange : public HandoverBench {
  public:
    LiarInAChange(const TestNetworkOptions& options, const std::vector<NodeId>& next)
        : HandoverBench(options), liar_(TestNetwork::node(options.members)) {
        for (std::size_t i = 1; i < options.members; ++i)
            honest_.push_back(TestNetwork::node(i));
        settle(0);
        allocate(next, 3);
        settle(1);
        world.watch([this](const NodeId&, const Effect& effect) { see(effect); });
        settle(2);
        world.say_to_all(handover(liar_, newcomers(world.chain(), kCluster), wrong_keys()));
        const auto is_said = [this] { return on_chain(TransactionKind::handover).size() == 1; };
        EXPECT_TRUE(world.run_until(is_said, kHandoverPatienceMs));
        for_every_link([this](const NodeId& from, const NodeId& to) { world.release(from, to); });
        world.restart(liar_);  // from now on it behaves honestly
        world.run_for(kStillMs);
    }
    void expect_closed() {
        EXPECT_TRUE(is_handed_over(world.chain(), kCluster));
        EXPECT_EQ(on_chain(TransactionKind::handover).size(), 1U) << "the limit: no other is heard";
        for (const NodeId& id : world.network().nodes()) {
            const bool is_told = world.has_alarm(id, liar_.str() + " hands over does not open");
            EXPECT_EQ(is_told, id == kNewcomer) << id.str();
        }
    }
    void expect_standstill() {
        world.go_to_end_of(3);
        world.measure(3, 700);
        world.run_for(kStillMs);
        EXPECT_FALSE(world.settled(kCluster, 3));
    }
    void expect_settled_by(Window window, const std::vector<NodeId>& members) {
        std::vector<NodeId> witnesses;
        for (const Witness& witness : settlement(window).endorsements)
            witnesses.push_back(witness.node);
        EXPECT_EQ(witnesses, members) << "window " << window;
    }
    void help() {
        hand_over_as_dgmd({kNewcomer});
        const auto is_helped = [this] {
            return on_chain(TransactionKind::handover).size() == 2 && world.agreed_at(1);
        };
        ASSERT_TRUE(world.run_until(is_helped, kHandoverPatienceMs));
    }

  private:
    // Reacts to the block with the last window of the first members, before any handover.
    void see(const Effect& effect) {
        const auto* commit = std::get_if<CommitBlock>(&effect);
        if (commit == nullptr || is_over_) return;
        for (const Transaction& each : commit->block->block.transactions) {
            const auto* settled = std::get_if<Settlement>(&each.content);
            is_over_ = is_over_ || (settled != nullptr && settled->window == 2);
        }
        if (!is_over_) return;
        world.crash_before_effect(liar_, 0);
        for_every_link([this](const NodeId& from, const NodeId& to) { world.hold(from, to); });
    }
    // Visits the links from the honest members to all nodes.
    template <class Do>
    void for_every_link(Do visit) {
        for (const NodeId& from : honest_)
            for (const NodeId& to : world.network().nodes())
                if (from != to) visit(from, to);
    }

    const NodeId liar_;
    std::vector<NodeId> honest_;
    bool is_over_ = false;
};

TEST(SmallCommittees, settle_by_those_who_stay_while_a_newcomer_is_closed) {
    LiarInAChange street(ten_nodes(3), nodes({1, 2, 3, 5}));
    street.expect_closed();
    street.settle(3);
    street.expect_settled_by(3, nodes({1, 2, 3}));
    street.help();
    street.world.crash(TestNetwork::node(2));
    street.settle(4);
    street.expect_settled_by(4, nodes({1, 3, 5}));
}

TEST(SmallCommittees, settle_by_those_who_stay_where_two_of_three_are_enough) {
    LiarInAChange street(ten_nodes(3, true), nodes({1, 2, 5}));
    street.expect_closed();
    street.settle(3);
    street.expect_settled_by(3, nodes({1, 2}));
    street.help();
    street.world.crash(TestNetwork::node(2));
    street.settle(4);
    street.expect_settled_by(4, nodes({1, 5}));
}

class LiarOfTwoOrThree : public ::testing::TestWithParam<std::size_t> {};

// All members of a committee of two or three must agree.
TEST_P(LiarOfTwoOrThree, stops_a_committee_that_needs_its_newcomer_until_dgmd_hands_over) {
    const auto next = GetParam() == 2 ? nodes({1, 5}) : nodes({1, 2, 5});
    LiarInAChange street(ten_nodes(GetParam()), next);
    street.expect_closed();
    street.expect_standstill();
    street.help();
    EXPECT_TRUE(street.world.settles(kCluster, 3));
    street.expect_settled_by(3, next);
    street.settle(4);
    street.expect_settled_by(4, next);
}

INSTANTIATE_TEST_SUITE_P(Members, LiarOfTwoOrThree, ::testing::Values(2, 3),
                         [](const auto& members) { return std::to_string(members.param); });

}  // namespace
}  // namespace fairfeed::test
