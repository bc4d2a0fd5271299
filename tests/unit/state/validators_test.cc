// R21: NODE and REVOKE change the validators, two heights later, one node at a time.
#include "core/state/validators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/state/execution.h"
#include "core/wire/chain_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::SizeIs;

const NodeId kFifth("node-5");
const NodeId kSixth("node-6");
const ClusterId kOne = TestNetwork::cluster(1);

// Only the first `clusters` clusters have a committee; that of the first one is nodes 1 to 4.
test::TestNetworkOptions network_of(std::size_t nodes, std::size_t clusters = 1) {
    test::TestNetworkOptions options;
    options.nodes = nodes;
    options.clusters = clusters;
    return options;
}

NodeRegistration registration(const NodeId& node) {
    return {0,
            node,
            test::signing_key(node.str()).public_key(),
            test::agreement_key(node.str()).public_key(),
            {}};
}

class Validators : public testing::Test {
  protected:
    explicit Validators(std::size_t nodes = 4) : network_(network_of(nodes)), chain_(network_) {}

    // Appends a block with DGMD's transaction; returns "accepted" or the reason.
    std::string say(const TransactionContent& content) {
        const auto transaction = network_.from_dgmd(chain_.state(), content);
        const auto done =
            chain_.append(chain_.next_block({transaction}, chain_.state().tip_time_ms + 1000));
        return done ? "accepted" : std::string(to_string(done.error().reason));
    }
    // Appends a block that does not change the validators.
    void pass() { EXPECT_EQ(say(CapacityCertificate{0, meter_, 4000, 60}), "accepted"); }

    MeterId meter_ = TestNetwork::meter(1, 1);
    TestNetwork network_;
    TestChain chain_;
};

class FourValidators : public Validators {};
class FiveValidators : public Validators {
  protected:
    FiveValidators() : Validators(5) {}
};

TEST_F(FourValidators, let_a_registered_node_decide_two_heights_later) {
    EXPECT_EQ(say(registration(kFifth)), "accepted");  // block 1
    EXPECT_THAT(chain_.state().validators, SizeIs(4)) << "those who decide block 2";
    EXPECT_EQ(chain_.state().validator_change, (ValidatorChange{kFifth, 3}));
    pass();
    EXPECT_THAT(chain_.state().validators, Contains(kFifth)) << "those who decide block 3";
    EXPECT_EQ(chain_.state().validator_epoch, 1U);
    EXPECT_EQ(chain_.state().validators_hash, validators_hash(chain_.state().validators));
    EXPECT_EQ(chain_.state().validator_change, std::nullopt);
}

TEST_F(FourValidators, certify_the_parent_of_the_first_block_that_others_decide) {
    EXPECT_EQ(say(registration(kFifth)), "accepted");
    pass();
    Block third = chain_.next_block(
        {network_.from_dgmd(chain_.state(), CapacityCertificate{0, meter_, 4000, 60})},
        chain_.state().tip_time_ms + 1000);
    EXPECT_EQ(third.parent_certificate->witnesses.size(), 3U) << "block 2: three of four";
    EXPECT_TRUE(chain_.append(third)) << "block 3 carries it, and five decide block 3";
    EXPECT_EQ(chain_.certificate()->witnesses.size(), quorum(5));
    pass();
}

TEST_F(FourValidators, are_not_enough_once_there_are_five) {
    EXPECT_EQ(say(registration(kFifth)), "accepted");
    pass();
    const Block third = chain_.next_block(
        {network_.from_dgmd(chain_.state(), CapacityCertificate{0, meter_, 4000, 60})},
        chain_.state().tip_time_ms + 1000);
    const auto three = test::make_certificate(network_, chain_.state(), third.header, 3);
    const auto checked = check_certificate(chain_.state(), three);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error(), Reject::no_quorum);
}

TEST_F(FourValidators, change_one_at_a_time) {
    EXPECT_EQ(say(registration(kFifth)), "accepted");
    EXPECT_EQ(say(registration(kSixth)), "change_pending");
    pass();
    EXPECT_EQ(say(registration(kSixth)), "accepted");
    EXPECT_EQ(say(NodeRevocation{0, kFifth}), "change_pending");
}

TEST_F(FourValidators, never_become_fewer) {
    EXPECT_EQ(say(NodeRevocation{0, NodeId("node-4")}), "too_few_validators");
    EXPECT_EQ(say(NodeRevocation{0, NodeId("who")}), "unknown_node");
}

TEST_F(FourValidators, do_not_take_a_key_that_is_another_nodes) {
    NodeRegistration copy = registration(kFifth);
    copy.signing_key = test::signing_key("node-4").public_key();
    EXPECT_EQ(say(copy), "already_registered");
}

TEST_F(FiveValidators, lose_a_revoked_one_two_heights_later) {
    EXPECT_EQ(say(NodeRevocation{0, kFifth}), "accepted");  // block 1
    EXPECT_THAT(chain_.state().validators, Contains(kFifth));
    EXPECT_FALSE(chain_.state().is_revoked(kFifth)) << "block 2 is decided with it";
    pass();
    EXPECT_THAT(chain_.state().validators, Not(Contains(kFifth)));
    EXPECT_TRUE(chain_.state().is_revoked(kFifth));
    EXPECT_NE(chain_.state().node_key(kFifth), nullptr) << "what it signed in time still counts";
    pass();
    EXPECT_EQ(chain_.certificate()->witnesses.size(), quorum(4));
}

TEST_F(FiveValidators, never_take_a_revoked_name_or_key_back) {
    EXPECT_EQ(say(NodeRevocation{0, kFifth}), "accepted");
    pass();
    EXPECT_EQ(say(registration(kFifth)), "already_registered");
    NodeRegistration renamed = registration(kSixth);
    renamed.signing_key = test::signing_key(kFifth.str()).public_key();
    EXPECT_EQ(say(renamed), "already_registered");
    EXPECT_EQ(say(registration(kSixth)), "accepted");
    pass();
    EXPECT_EQ(say(NodeRevocation{0, kFifth}), "revoked");
}

TEST_F(FiveValidators, give_a_revoked_one_no_duty) {
    EXPECT_EQ(say(NodeRevocation{0, kFifth}), "accepted");
    EXPECT_EQ(say(CommitteeAllocation{0, kOne, {}, {NodeId("node-1"), kFifth}, 2, 9}), "revoked");
    EXPECT_EQ(say(network_.grant(meter_, 2, {kFifth}, 9)), "revoked");
}

// A committee that waits for a revoked member could never settle again.
TEST_F(FiveValidators, keep_a_node_that_a_committee_waits_for) {
    const NodeId fourth("node-4");
    EXPECT_EQ(say(NodeRevocation{0, fourth}), "still_allocated");
    const std::vector<NodeId> without{NodeId("node-1"), NodeId("node-2"), NodeId("node-3")};
    EXPECT_EQ(say(CommitteeAllocation{0, kOne, {}, without, 2, 1}), "accepted");
    EXPECT_EQ(say(NodeRevocation{0, fourth}), "still_allocated") << "window 0 is not settled";
    chain_.run_window({kOne}, 0);
    EXPECT_EQ(say(NodeRevocation{0, fourth}), "accepted");
    EXPECT_EQ(say(CommitteeAllocation{0, kOne, {}, without, 3, 9}), "accepted");
}

// DGMD named the node for a distant window by mistake, and has replaced that COMMITTEE by another
// one.
TEST_F(FiveValidators, let_a_node_go_that_only_a_committee_names_which_never_counts) {
    const NodeId fourth("node-4");
    const std::vector<NodeId> without{NodeId("node-1"), NodeId("node-2"), NodeId("node-3")};
    const Window far = 1'000'000'000;
    EXPECT_EQ(say(CommitteeAllocation{0, kOne, {}, without, 2, 1}), "accepted");
    EXPECT_EQ(say(CommitteeAllocation{0, kOne, {}, {without[0], fourth}, 3, far}), "accepted");
    chain_.run_window({kOne}, 0);
    EXPECT_EQ(say(NodeRevocation{0, fourth}), "still_allocated") << "it will count then";
    EXPECT_EQ(say(CommitteeAllocation{0, kOne, {}, without, 4, far - 1}), "accepted");
    EXPECT_EQ(say(NodeRevocation{0, fourth}), "accepted");
}

// The cluster's first window would wait for a revoked member, and no later allocation could mend
// that.
TEST_F(FiveValidators, keep_a_node_that_a_cluster_without_meters_will_wait_for) {
    const ClusterId fresh("cluster-new");
    EXPECT_EQ(say(CommitteeAllocation{0, fresh, {}, {kFifth}, 1, 1}), "accepted");
    EXPECT_EQ(say(CommitteeAllocation{0, fresh, {}, {NodeId("node-1")}, 2, 9}), "accepted");
    EXPECT_EQ(say(NodeRevocation{0, kFifth}), "still_allocated");
}

// The order of R3 follows the meters, and is recomputed at each change of the validators.
TEST(ValidatorOrder, is_made_anew_with_a_change_and_not_before) {
    const TestNetwork network(network_of(4, 2));
    TestChain chain(network);
    const auto add = [&](const TransactionContent& content) {
        const auto transaction = network.from_dgmd(chain.state(), content);
        ASSERT_TRUE(
            chain.append(chain.next_block({transaction}, chain.state().tip_time_ms + 1000)));
    };
    const NodeId one("node-1"), two("node-2"), three("node-3"), four("node-4");
    EXPECT_THAT(chain.state().validators, ElementsAre(one, two, three, four));
    add(MeterRegistration{0, MeterId("new"), TestNetwork::cluster(2), "sp-new",
                          test::signing_key("new").public_key(), 9, ConnectionRating{},
                          test::kInstalled});
    EXPECT_THAT(chain.state().validators, ElementsAre(one, two, three, four));
    add(registration(kFifth));
    add(CapacityCertificate{0, TestNetwork::meter(1, 1), 4000, 60});
    EXPECT_THAT(chain.state().validators, ElementsAre(two, one, three, four, kFifth));
}

TEST(ValidatorLimit, keeps_what_a_safety_record_can_hold) {
    const TestNetwork network(network_of(kMaxValidators));
    TestChain chain(network);
    const auto transaction = network.from_dgmd(chain.state(), registration(NodeId("one-more")));
    const auto done = chain.append(chain.next_block({transaction}));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, Reject::out_of_range);
}

TEST(ValidatorChangeInTheHash, differs_from_none) {
    const TestNetwork network(network_of(4));
    ChainState state = network.initial_state();
    const Digest before = app_hash(state);
    (void)schedule_change(state, kFifth, 1);
    EXPECT_NE(app_hash(state), before);
    state = network.initial_state();
    state.tip_validators.pop_back();
    EXPECT_NE(app_hash(state), before);
    state = network.initial_state();
    state.nodes.edit(NodeId("node-1")).revoked_from = 7;
    EXPECT_NE(app_hash(state), before);
}

}  // namespace
}  // namespace fairfeed
