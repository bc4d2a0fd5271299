// R22 and R23 with whole nodes: a node's questions before it votes again, and its behaviour with a
// distrusted memory. Neither stops the network.
#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
constexpr std::int64_t kWaitMs = 600;  // propose_ms of the lab
const NodeId kOne = TestNetwork::node(1);
const NodeId kTwo = TestNetwork::node(2);
const NodeId kThree = TestNetwork::node(3);
const NodeId kFour = TestNetwork::node(4);
const ClusterId kCluster = TestNetwork::cluster(1);

class BootingNodes : public ::testing::Test {
  protected:
    void settle(Window window) {
        world.go_to_end_of(window);
        world.measure(window, 700);
        ASSERT_TRUE(world.settles(kCluster, window)) << "window " << window;
    }
    void settle_without(const NodeId& id, Window window) {
        world.go_to_end_of(window);
        world.measure(window, 700);
        const NodeId& other = id == kOne ? kTwo : kOne;
        const auto done = [&] {
            return world.node(other).state().cluster(kCluster)->last_window == window;
        };
        ASSERT_TRUE(world.run_until(done, kPatienceMs)) << "window " << window;
    }
    void isolate(const NodeId& id) {
        for (const NodeId& other : world.network().nodes())
            if (other != id) world.cut(id, other);
    }
    // Deletes the node's record of its signatures; the ledger remains.
    void lose_safety_record(const NodeId& id) {
        world.crash(id);
        world.disk_of(id).safety_record.clear();
        world.disk_of(id).safety = SafetyTrust::lost;
        world.restart(id);
    }
    [[nodiscard]] consensus::Snapshot standing(const NodeId& id) {
        return world.node(id).summary().consensus;
    }

    NodeWorld world{lab(4, 1)};
};

TEST_F(BootingNodes, begin_as_soon_as_enough_others_have_answered) {
    settle(0);
    world.crash(kFour);
    world.restart(kFour);
    EXPECT_TRUE(world.node(kFour).summary().starting);
    EXPECT_TRUE(world.run_until([&] { return !world.node(kFour).summary().starting; }, 50));
    EXPECT_GE(world.node(kFour).summary().attested, 2U);
}

TEST_F(BootingNodes, neither_propose_nor_vote_while_they_wait) {
    settle(0);
    world.crash(kFour);
    isolate(kFour);
    world.run_for(10);
    world.restart(kFour);
    world.go_to_end_of(1);
    world.crash(kFour);
    world.restart(kFour);
    const Bytes before = world.disk(kFour).safety_record;
    world.measure(1, 700);
    world.run_for(kWaitMs - 10);
    EXPECT_TRUE(world.node(kFour).summary().starting);
    EXPECT_EQ(world.disk(kFour).safety_record, before);
    world.run_for(20);
    EXPECT_FALSE(world.node(kFour).summary().starting) << "the wait is bounded";
    world.heal();
    settle(1);
}

// A node that had only followed the chain before its first power cut would count as one that lost
// its record. With another node away nobody could end its silence.
TEST_F(BootingNodes, write_down_before_their_first_height_that_they_have_signed_nothing) {
    world.crash(kFour);
    world.disk_of(kFour) = {};
    world.disk_of(kFour).safety = SafetyTrust::fresh;
    world.restart(kFour);
    world.run_for(kWaitMs + 10);
    const auto record = consensus::decode_safety_record(world.disk(kFour).safety_record);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->height, 1U);
    EXPECT_FALSE(record->prevote || record->precommit || record->proposal || record->silence);
    settle(0);
}

// A liar tells every fresh node of a new network that it has blocks.
class FreshNodes : public BootingNodes {
  protected:
    FreshNodes() {
        for (const NodeId& id : world.network().nodes())
            world.crash(id);
        world.run_for(10);
        world.watch([this](const NodeId& id, const Effect& effect) {
            const auto* said = std::get_if<Publish>(&effect);
            if (!said || said->topic.channel != Channel::request) return;
            const auto request = decode_request(said->message, world.network().network());
            if (said->topic.item != kFour.str()) return;
            if (std::holds_alternative<AttestRequest>(request->content))
                questions_.emplace_back(id, sha256(said->message));
            else
                ++requests_;
        });
        for (const NodeId& id : {kOne, kTwo, kThree}) {
            world.disk_of(id) = {};
            world.disk_of(id).safety = SafetyTrust::fresh;
            world.restart(id);
            lie();
        }
    }
    void lie() {
        for (const auto& [asker, question] : std::exchange(questions_, {})) {
            const AttestAnswer answer{question, 1'000'000, {}, {}};
            world.arrive(kFour, {"test", kFour.str(), Channel::answer, asker.str()},
                         encode_answer(answer), asker);
        }
    }

    std::vector<std::pair<NodeId, Digest>> questions_;
    int requests_ = 0;  // for blocks, sent to the liar
};

TEST_F(FreshNodes, are_not_silenced_by_a_claim_without_proof) {
    world.run_for(5 * kWaitMs + 10);
    for (const NodeId& id : {kOne, kTwo, kThree}) {
        EXPECT_FALSE(world.node(id).summary().starting) << id.str();
        EXPECT_FALSE(standing(id).silence) << id.str();
    }
    EXPECT_LE(requests_, 15) << "the liar is asked, but not for ever";
    settle_without(kFour, 0);
    settle_without(kFour, 1);
}

TEST_F(BootingNodes, with_an_empty_disk_are_silent_once_they_hold_a_certified_block) {
    settle(0);
    world.crash(kFour);
    world.disk_of(kFour) = {};
    world.disk_of(kFour).safety = SafetyTrust::fresh;
    world.restart(kFour);
    const auto silent = [&] { return standing(kFour).silence.has_value(); };
    ASSERT_TRUE(world.run_until(silent, kPatienceMs));
    EXPECT_EQ(standing(kFour).silence->reason, consensus::SilenceReason::lost);
    EXPECT_EQ(world.node(kFour).state().height, world.node(kOne).state().height);
}

// If ATTEST blocked, all nodes would wait for each other for ever after a blackout.
TEST_F(BootingNodes, go_on_after_a_blackout_in_which_nobody_can_answer) {
    settle(0);
    for (const NodeId& id : world.network().nodes())
        world.crash(id);
    for (const NodeId& id : world.network().nodes())
        isolate(id);
    for (const NodeId& id : world.network().nodes())
        world.restart(id);
    world.run_for(kWaitMs + 50);
    for (const NodeId& id : world.network().nodes())
        EXPECT_FALSE(world.node(id).summary().starting) << id.str();
    world.heal();
    settle(1);
    settle(2);
}

TEST_F(BootingNodes, with_a_lost_safety_record_follow_and_sign_only_after_two_more_heights) {
    settle(0);
    lose_safety_record(kFour);
    ASSERT_TRUE(
        world.run_until([&] { return standing(kFour).silence->until.has_value(); }, kPatienceMs));
    const Height tip = world.node(kFour).state().height;
    EXPECT_EQ(standing(kFour).silence->until, tip + 2);
    EXPECT_TRUE(world.has_alarm(kFour, "safety record is lost"));
    Window window = 1;
    for (; world.node(kFour).state().height < tip + 2; ++window) {
        EXPECT_FALSE(standing(kFour).may_sign);
        settle(window);
        EXPECT_TRUE(world.disk(kFour).inbox.endorsements.empty()) << "window " << window;
    }
    EXPECT_TRUE(standing(kFour).may_sign);
    EXPECT_FALSE(world.has_alarm(kFour, "safety record"));
    settle(window);
    settle(window + 1);
    world.crash(kThree);
    settle_without(kThree, window + 2);  // needs node 3's vote and endorsement
}

TEST_F(BootingNodes, stay_silent_over_a_restart) {
    settle(0);
    lose_safety_record(kFour);
    EXPECT_TRUE(world.has_alarm(kFour, "lost: asks the others")) << "it knows no validators yet";
    world.run_for(10);
    world.crash(kFour);
    world.restart(kFour);
    world.run_for(100);
    EXPECT_FALSE(standing(kFour).may_sign);
    EXPECT_EQ(standing(kFour).silence->reason, consensus::SilenceReason::lost);
}

TEST_F(BootingNodes, find_out_from_the_others_that_their_safety_record_is_an_old_one) {
    settle(0);
    const Bytes old = world.disk(kFour).safety_record;
    world.go_to_end_of(1);
    world.measure(1, 700);
    ASSERT_TRUE(
        world.run_until([&] { return world.disk(kFour).safety_record != old; }, kPatienceMs));
    world.crash(kTwo);  // without a quorum of precommits the height stays open
    world.crash(kThree);
    world.run_for(10);
    world.crash(kFour);
    world.disk_of(kFour).safety_record = old;
    world.restart(kFour);
    ASSERT_TRUE(world.run_until([&] { return standing(kFour).silence.has_value(); }, 50));
    EXPECT_EQ(standing(kFour).silence->reason, consensus::SilenceReason::outdated);
    EXPECT_TRUE(world.has_alarm(kFour, "older than votes that others have of it"));
    EXPECT_FALSE(standing(kFour).may_sign);
    world.restart(kTwo);
    world.restart(kThree);
    settle(1);
}

TEST_F(BootingNodes, with_the_whole_directory_of_yesterday_notice_it_in_the_chain) {
    settle(0);
    const ModelDisk yesterday = world.disk(kOne);
    settle(1);
    settle(2);
    settle(3);
    world.crash(kOne);
    world.disk_of(kOne) = yesterday;
    world.restart(kOne);
    ASSERT_TRUE(world.run_until(
        [&] { return world.node(kOne).state().height == world.node(kTwo).state().height; },
        kPatienceMs));
    ASSERT_TRUE(standing(kOne).silence);
    EXPECT_EQ(standing(kOne).silence->reason, consensus::SilenceReason::outdated);
    settle(4);
    settle(5);
    settle(6);
    EXPECT_TRUE(standing(kOne).may_sign);
}

TEST_F(BootingNodes, that_the_others_cannot_do_without_say_what_to_do) {
    settle(0);
    world.crash(kThree);
    lose_safety_record(kFour);
    world.run_for(5000);
    EXPECT_FALSE(standing(kFour).may_sign);
    EXPECT_TRUE(world.has_alarm(kFour, "--accept-lost-safety-record"));
    world.crash(kFour);
    world.disk_of(kFour).safety = SafetyTrust::accepted;
    world.restart(kFour);
    settle(1);
    EXPECT_TRUE(standing(kFour).may_sign);
}

TEST_F(BootingNodes, stop_when_their_key_votes_elsewhere) {
    settle(0);
    const ChainState& state = world.node(kFour).state();
    BlockOutline outline;
    outline.header.network = state.network;
    outline.header.height = state.height + 1;
    outline.header.proposer = kOne;
    const VoteContent content{VoteType::prevote, state.height + 1, 0, block_id(outline.header)};
    QuorumCertificate polka{content, {}};
    for (const NodeId& id : {kOne, kTwo, kFour}) {
        polka.witnesses.push_back(
            {id, world.network().key(id).sign(vote_to_be_signed(content, id, state.network))});
    }
    world.arrive(kOne, {"test", kOne.str(), Channel::polka, "-"},
                 encode_certified_outline({outline, polka}), kFour);
    EXPECT_TRUE(world.has_alarm(kFour, "same key elsewhere"));
    EXPECT_FALSE(standing(kFour).may_sign);
    world.crash(kFour);
    world.restart(kFour);
    world.run_for(100);
    EXPECT_TRUE(world.has_alarm(kFour, "same key elsewhere"));
    settle(1);
    EXPECT_TRUE(world.disk(kFour).inbox.endorsements.empty());
}

}  // namespace
}  // namespace fairfeed::test
