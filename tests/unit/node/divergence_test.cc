// R24: a quorum has certified a block that does not follow from this node's own chain. The node
// stops signing for good, reports both hashes, and goes on answering.
#include <gtest/gtest.h>

#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
const NodeId kPeer = TestNetwork::node(1);
const NodeId kHonest = TestNetwork::node(4);

class DivergedNode : public ::testing::Test {
  protected:
    DivergedNode() {
        world.go_to_end_of(0);
        world.measure(0, 700);
        EXPECT_TRUE(world.settles(TestNetwork::cluster(1), 0));
    }
    [[nodiscard]] QuorumCertificate precommits(const BlockHeader& header) {
        const VoteContent content{VoteType::precommit, header.height, 0, block_id(header)};
        QuorumCertificate out{content, {}};
        for (int n = 1; n <= 3; ++n) {
            const NodeId id = TestNetwork::node(static_cast<std::size_t>(n));
            out.witnesses.push_back({id, world.network().key(id).sign(vote_to_be_signed(
                                             content, id, world.network().network()))});
        }
        return out;
    }
    // The next block repeats the tip's transactions. Tests change what its header says of the past.
    [[nodiscard]] Block next() {
        const CommittedBlock& tip = world.disk(kHonest).ledger.back();
        const ChainState& state = world.node(kHonest).state();
        Block block = make_next_block(state, kPeer, tip.block.transactions, tip.certificate,
                                      world.now().real_ms);
        return block;
    }
    void answer(const Block& block) {
        world.claim_height(kPeer, block.header.height + 1, kHonest);
        world.arrive(kPeer, {"test", kPeer.str(), Channel::answer, kHonest.str()},
                     encode_answer(BlocksAnswer{{{block, precommits(block.header)}}}), kHonest);
    }
    void expect_stopped(Height height, const Digest& ours, const Digest& theirs) {
        const NodeSummary summary = world.node(kHonest).summary();
        ASSERT_TRUE(summary.consensus.halt);
        EXPECT_EQ(summary.consensus.halt->reason, consensus::HaltReason::diverged);
        EXPECT_EQ(summary.consensus.halt->height, height);
        EXPECT_EQ(summary.consensus.halt->ours, ours);
        EXPECT_EQ(summary.consensus.halt->theirs, theirs);
        EXPECT_FALSE(summary.consensus.may_sign);
        ASSERT_FALSE(summary.alarms.empty());
        EXPECT_NE(summary.alarms[0].find("diverged at height " + std::to_string(height)),
                  std::string::npos);
    }

    NodeWorld world{lab(4, 1)};
};

TEST_F(DivergedNode, stops_when_a_certified_block_has_another_app_hash) {
    const ChainState& state = world.node(kHonest).state();
    Block block = next();
    block.header.app_hash.bytes[0] ^= 1;
    answer(block);
    expect_stopped(state.height + 1, app_hash(state), block.header.app_hash);
}

TEST_F(DivergedNode, stops_when_a_certified_block_has_another_parent) {
    const ChainState& state = world.node(kHonest).state();
    Block block = next();
    block.header.parent.bytes[0] ^= 1;
    answer(block);
    expect_stopped(state.height + 1, state.tip, block.header.parent);
}

TEST_F(DivergedNode, stops_when_a_certified_block_cannot_be_executed) {
    const Block block = next();  // settles a settled window again
    answer(block);
    expect_stopped(block.header.height, Digest{}, block_id(block.header));
}

TEST_F(DivergedNode, stops_when_one_height_has_two_certificates) {
    const ChainState& state = world.node(kHonest).state();
    BlockOutline rival = outline_of(world.disk(kHonest).ledger.back().block);
    rival.header.time_ms += 1;
    world.arrive(kPeer, {"test", kPeer.str(), Channel::commit, "-"},
                 encode_certified_outline({rival, precommits(rival.header)}), kHonest);
    expect_stopped(state.height, state.tip, block_id(rival.header));
}

TEST_F(DivergedNode, is_not_what_a_rival_without_a_quorum_makes_it) {
    BlockOutline rival = outline_of(world.disk(kHonest).ledger.back().block);
    rival.header.time_ms += 1;
    QuorumCertificate few = precommits(rival.header);
    few.witnesses.pop_back();
    world.arrive(kPeer, {"test", kPeer.str(), Channel::commit, "-"},
                 encode_certified_outline({rival, few}), kHonest);
    EXPECT_FALSE(world.node(kHonest).summary().consensus.halt);
    EXPECT_EQ(world.node(kHonest).summary().refused_from.at(kPeer).at("no_quorum"), 1U);
}

TEST_F(DivergedNode, is_not_what_a_body_without_its_endorsements_makes_it) {
    world.crash(kHonest);
    world.go_to_end_of(1);
    world.measure(1, 700);
    ASSERT_TRUE(
        world.run_until([&] { return world.settled(TestNetwork::cluster(1), 1); }, kPatienceMs));
    for (const NodeId& id : world.network().nodes())
        if (id != kHonest) world.cut(kHonest, id);
    world.run_for(10);
    world.restart(kHonest);
    CommittedBlock bare = world.disk(kPeer).ledger.at(world.node(kHonest).state().height);
    for (Transaction& transaction : bare.block.transactions)
        transaction.endorsements.clear();
    world.claim_height(kPeer, bare.block.header.height + 1, kHonest);
    world.arrive(kPeer, {"test", kPeer.str(), Channel::answer, kHonest.str()},
                 encode_answer(BlocksAnswer{{bare}}), kHonest);
    EXPECT_EQ(world.node(kHonest).summary().refused_from.at(kPeer).at("no_quorum"), 1U);
    EXPECT_FALSE(world.node(kHonest).summary().consensus.halt);
}

// A liar's outline has the true header and another certificate of the parent. This node judges the
// block invalid, and the others decide it.
TEST_F(DivergedNode, is_not_what_an_outline_that_is_not_the_headers_makes_it) {
    const Block block = next();
    BlockOutline forged = outline_of(block);
    forged.parent_certificate->content.round += 1;
    world.arrive(kPeer, {"test", kPeer.str(), Channel::commit, "-"},
                 encode_certified_outline({forged, precommits(block.header)}), kHonest);
    EXPECT_FALSE(world.node(kHonest).summary().consensus.halt);
}

TEST_F(DivergedNode, stays_stopped_after_a_restart_answers_and_lets_the_others_go_on) {
    Block block = next();
    block.header.app_hash.bytes[0] ^= 1;
    answer(block);
    world.crash(kHonest);
    world.restart(kHonest);
    world.run_for(1000);
    ASSERT_TRUE(world.node(kHonest).summary().consensus.halt);
    const Bytes request = encode_request(BlocksRequest{1, 1}, kPeer, world.network().network(),
                                         world.network().key(kPeer));
    const Topic topic{"test", kPeer.str(), Channel::request, kHonest.str()};
    bool answers = false;
    for (const Effect& effect : world.node(kHonest).step(
             MessageArrived{kPeer, topic.str(), false, request}, world.now())) {
        answers = answers || std::holds_alternative<AnswerBlocks>(effect);
    }
    EXPECT_TRUE(answers);
    world.go_to_end_of(1);
    world.measure(1, 700);
    const auto others_settle = [&] {
        return world.node(kPeer).state().cluster(TestNetwork::cluster(1))->last_window == 1U;
    };
    EXPECT_TRUE(world.run_until(others_settle, kPatienceMs));
    EXPECT_TRUE(world.disk(kHonest).inbox.endorsements.empty());
}

// If false certificates of others kept a node from starting, the chain would lose that node as
// well.
TEST(FalselyCertified, figures_are_an_alarm_at_every_start_and_keep_no_member_down) {
    const TestNetwork network(lab(1));
    TestChain chain(network);
    const ClusterId cluster = TestNetwork::cluster(1);
    const auto readings = chain.read_all(cluster, 0);
    auto draft = chain.accounts(cluster).draft(chain.state(), 0, {{0, readings}});
    ASSERT_TRUE(draft);
    draft->lines[0].import_wh += 1;
    const auto settlement = chain.accounts(cluster).seal(chain.state(), 0, *draft, kPeer, 0, 0,
                                                         chain.keys(), network.random());
    ASSERT_TRUE(settlement);
    ASSERT_TRUE(chain.append(chain.next_block(chain.group(*settlement, readings))));
    Node node({kPeer, network.key(kPeer), agreement_key(kPeer.str()), counting_random()});
    const ChainState first = network.initial_state();
    node.replay({{network.genesis().block.block, {}}, first, first});
    node.replay({chain.blocks()[0], first, chain.state()});
    ASSERT_TRUE(node.start(chain.state(), chain.certificate(), {},
                           {1000, chain.state().tip_time_ms, true}));
    ASSERT_FALSE(node.summary().alarms.empty());
    EXPECT_NE(node.summary().alarms[0].find("recomputed from the readings"), std::string::npos);
}

}  // namespace
}  // namespace fairfeed::test
