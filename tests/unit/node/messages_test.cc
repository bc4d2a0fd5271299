// Bad messages on every channel of a running network. The node counts each by its reason, answers
// only messages that deserve an answer, and the network settles all the same.
#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/intake/bad_readings.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
const NodeId kTarget = TestNetwork::node(1);
const NodeId kPeer = TestNetwork::node(2);
const NodeId kThird = TestNetwork::node(3);

using Counts = std::map<std::string, std::uint64_t>;

// The amounts by which the second counts exceed the first.
Counts more(const Counts& before, Counts after) {
    for (const auto& [reason, count] : before) {
        after[reason] -= count;
        if (after[reason] == 0) after.erase(reason);
    }
    return after;
}

// Window 0 is settled, window 1 has just ended.
class BadMessages : public ::testing::Test {
  protected:
    BadMessages() {
        settle(0);
        world.go_to_end_of(1);
    }
    ~BadMessages() override { settle(1); }
    BadMessages(const BadMessages&) = delete;
    BadMessages& operator=(const BadMessages&) = delete;

    void settle(Window window) {
        world.go_to_end_of(window);
        world.measure(window, 700);
        const auto all = [&] {
            for (const auto& [cluster, record] : world.first_state().clusters) {
                if (!world.settled(cluster, window)) return false;
            }
            return true;
        };
        EXPECT_TRUE(world.run_until(all, kPatienceMs)) << "the network stands still";
    }
    [[nodiscard]] Topic topic(const NodeId& sender, Channel channel, std::string item = "-") {
        return {world.network().genesis().content.parameters.name, sender.str(), channel,
                std::move(item)};
    }
    // The reasons that this message adds to the target's counts of refusals.
    Counts refusals_of(const NodeId& broker, const Topic& topic, const Bytes& message) {
        const Counts before = world.node(kTarget).summary().refused;
        world.arrive(broker, topic, message, kTarget);
        return more(before, world.node(kTarget).summary().refused);
    }
    void expect_refused(const std::string& reason, const NodeId& broker, const Topic& topic,
                        const Bytes& message) {
        EXPECT_EQ(refusals_of(broker, topic, message), (Counts{{reason, 1}}))
            << to_string(topic.channel) << " from " << topic.sender;
    }

    NodeWorld world{lab(4)};
};

// Every channel between nodes, with a message that a node really published on it.
TEST_F(BadMessages, are_refused_by_name_on_every_channel) {
    NodeWorld& w = world;
    w.crash(TestNetwork::node(4));  // so that some node asks for blocks
    w.measure(1, 700);
    w.run_for(10'000);
    w.restart(TestNetwork::node(4));
    w.run_for(5000);
    std::set<Channel> seen;
    for (const auto& [channel, said] : std::map<Channel, Publish>(w.said())) {
        SCOPED_TRACE(std::string(to_string(channel)));
        seen.insert(channel);
        const bool addressed = channel == Channel::request || channel == Channel::answer;
        const Topic at = topic(kPeer, channel, addressed ? kTarget.str() : said.topic.item);
        expect_refused("truncated", kPeer, at, {});
        expect_refused("truncated", kPeer, at, Bytes(said.message.begin(), said.message.end() - 1));
        EXPECT_EQ(refusals_of(kPeer, at, to_bytes(as_bytes("hello, broker"))).size(), 1U);
        expect_refused("wrong_topic", kThird, at, said.message);
        expect_refused("wrong_topic", kTarget, topic(kTarget, channel, at.item), said.message);
        Topic elsewhere = at;
        elsewhere.network = "elsewhere";
        expect_refused("wrong_network", kPeer, elsewhere, said.message);
        EXPECT_EQ(refusals_of(kPeer, at, Bytes(4'000'001, 0x80)).size(), 1U);
        if (!addressed) continue;
        expect_refused("wrong_topic", kPeer, topic(kPeer, channel, kThird.str()), said.message);
    }
    for (const Channel channel :
         {Channel::proposal, Channel::prevote, Channel::precommit, Channel::polka, Channel::commit,
          Channel::status, Channel::batch, Channel::endorsement, Channel::tx, Channel::request,
          Channel::answer}) {
        EXPECT_TRUE(seen.contains(channel)) << to_string(channel) << " was never said";
    }
}

TEST_F(BadMessages, on_channels_that_are_not_for_nodes_are_refused) {
    for (const Channel channel : {Channel::event, Channel::receipt, Channel::refusal,
                                  Channel::share, Channel::command, Channel::tariff}) {
        const bool broad = channel == Channel::event || channel == Channel::tariff;
        expect_refused("wrong_topic", kPeer, topic(kPeer, channel, broad ? "-" : "meter-1-1"),
                       {0x80});
    }
    const Counts before = world.node(kTarget).summary().refused;
    for (const char* const text : {"", "ff1", "ff1/test/node-2/status", "ff1/test/+/status/-",
                                   "ff1/test/node-2/status/-/x", "ff2/test/node-2/status/-"}) {
        world.publish_packet(text, {0x80}, kTarget);
    }
    EXPECT_EQ(more(before, world.node(kTarget).summary().refused), (Counts{{"wrong_topic", 6}}));
}

TEST_F(BadMessages, signed_by_somebody_else_are_not_believed) {
    const Digest& network = world.network().network();
    const SigningKey& other = world.network().key(kThird);
    const NodeStatus status{99, {}, {}, 100, 0};
    expect_refused("wrong_signature", kPeer, topic(kPeer, Channel::status),
                   encode_status(status, kPeer, network, other));
    expect_refused("wrong_topic", kPeer, topic(kPeer, Channel::status),
                   encode_status(status, kThird, network, other));
    Digest elsewhere = network;
    elsewhere.bytes[0] ^= 1;
    expect_refused("wrong_signature", kPeer, topic(kPeer, Channel::status),
                   encode_status(status, kPeer, elsewhere, world.network().key(kPeer)));
    const Request request = BlocksRequest{1, 1};
    expect_refused("wrong_signature", kPeer, topic(kPeer, Channel::request, kTarget.str()),
                   encode_request(request, kPeer, network, other));
    const Height height = world.node(kTarget).state().height + 1;
    const VoteContent vote{VoteType::prevote, height, 0, std::nullopt};
    const Signature forged = other.sign(vote_to_be_signed(vote, kPeer, network));
    expect_refused("wrong_signature", kPeer, topic(kPeer, Channel::prevote),
                   encode_vote({vote, kPeer, forged}));
    expect_refused("wrong_topic", kPeer, topic(kPeer, Channel::precommit),
                   encode_vote({vote, kPeer, forged}));
    const QuorumCertificate alone{{VoteType::precommit, height, 0, Digest{}}, {{kPeer, forged}}};
    CertifiedOutline outline{{}, alone};
    outline.outline.header.height = height;
    outline.outline.header.proposer = kPeer;
    outline.certificate.content.block = block_id(outline.outline.header);
    expect_refused("no_quorum", kPeer, topic(kPeer, Channel::commit),
                   encode_certified_outline(outline));
}

TEST_F(BadMessages, from_nodes_the_chain_does_not_know_get_no_answer) {
    const NodeId stranger("stranger");
    const Digest& network = world.network().network();
    const std::size_t height = world.node(kTarget).state().height;
    ASSERT_GT(height, 0U);
    Effects effects = world.node(kTarget).step(
        MessageArrived{
            stranger, topic(stranger, Channel::request, kTarget.str()).str(), false,
            encode_request(BlocksRequest{1, 1}, stranger, network, signing_key("stranger"))},
        world.now());
    for (const Effect& effect : effects)
        EXPECT_FALSE(std::holds_alternative<AnswerBlocks>(effect));
    EXPECT_TRUE(world.node(kTarget).summary().refused.contains("unknown_node"));
    expect_refused("wrong_validators", stranger, topic(stranger, Channel::prevote),
                   encode_vote({{VoteType::prevote, height + 1, 0, std::nullopt}, stranger, {}}));
}

// Regression: a node that was away while another one was registered took the newcomer's votes for a
// fault.
TEST_F(BadMessages, are_not_the_votes_of_a_validator_to_be) {
    const NodeId later("node-9");
    const Height height = world.node(kTarget).state().height + 2;
    world.arrive(later, topic(later, Channel::prevote),
                 encode_vote({{VoteType::prevote, height, 0, std::nullopt}, later, {}}), kTarget);
    EXPECT_FALSE(world.node(kTarget).summary().refused.contains("wrong_validators"));
}

TEST_F(BadMessages, that_object_do_not_grow_a_table_with_their_reasons) {
    const ClusterId cluster = TestNetwork::cluster(1);
    for (int i = 0; i < 20; ++i) {
        const Objection objection{cluster, 1, 0, {}, "reason " + std::to_string(i), {}};
        world.arrive(kPeer, topic(kPeer, Channel::objection, cluster.str()),
                     encode_objection(objection, kPeer, world.network().network(),
                                      world.network().key(kPeer)),
                     kTarget);
    }
    EXPECT_EQ(world.node(kTarget).summary().objections, (Counts{{"other", 20}}));
}

// Only the proposer in turn may propose, and one sender cannot fill the bench.
TEST_F(BadMessages, that_propose_out_of_turn_are_refused) {
    const ChainState& state = world.node(kTarget).state();
    const Height height = state.height + 1;
    const auto& validators = state.validators;
    const NodeId& due = validators[height % validators.size()];
    const NodeId rogue = due == kPeer ? kThird : kPeer;
    for (int i = 0; i < 300; ++i) {
        BlockOutline outline;
        outline.header.height = height;
        outline.header.time_ms = i;
        outline.header.proposer = rogue;
        const ProposalContent content{height, 0, std::nullopt, block_id(outline.header)};
        const Signature signature = world.network().key(rogue).sign(
            proposal_to_be_signed(content, rogue, world.network().network()));
        expect_refused("wrong_proposer_turn", rogue, topic(rogue, Channel::proposal),
                       encode_proposal({{content, rogue, signature}, outline}));
    }
}

// Counts are checked first: the node asks for nothing, and hashes, stores and sends nothing.
TEST_F(BadMessages, with_lists_longer_than_any_honest_one_cost_nothing) {
    const Digest& network = world.network().network();
    const auto ids = [&](std::size_t count) {
        std::vector<Digest> out;
        for (std::size_t i = 0; i < count; ++i)
            out.push_back(sha256(as_bytes("invented " + std::to_string(i))));
        return out;
    };
    const auto most =
        static_cast<std::size_t>(world.first_state().genesis.parameters.max_block_transactions);
    std::vector<Digest> twice = ids(1);
    twice.push_back(twice.front());
    const Topic request = topic(kPeer, Channel::request, kTarget.str());
    const SigningKey& key = world.network().key(kPeer);
    for (const auto& [reason, list] :
         {std::pair{"too_many_transactions", ids(most + 1)}, {"not_canonical", twice}}) {
        expect_refused(reason, kPeer, request,
                       encode_request(BodiesRequest{list}, kPeer, network, key));
        expect_refused(reason, kPeer, request,
                       encode_request(ReadingsRequest{list}, kPeer, network, key));
    }
    const Transaction some = world.network().genesis().block.block.transactions.back();
    expect_refused("too_many_transactions", kPeer, topic(kPeer, Channel::tx),
                   encode_bundle({std::vector<Transaction>(most + 1, some)}));
}

// The liar is the proposer in turn, and lists transactions that nobody has.
TEST_F(BadMessages, that_propose_invented_transactions_ask_for_nothing_beyond_a_block) {
    const ChainState& state = world.node(kTarget).state();
    const Height height = state.height + 1;
    const auto& validators = state.validators;
    Round round = 0;
    while (validators[(height + round) % validators.size()] != kPeer)
        ++round;
    const auto most = static_cast<std::size_t>(state.genesis.parameters.max_block_transactions);
    std::size_t asked_bytes = 0;
    world.watch([&](const NodeId& id, const Effect& effect) {
        const auto* said = std::get_if<Publish>(&effect);
        if (id == kTarget && said && said->topic.channel == Channel::request)
            asked_bytes += said->message.size();
    });
    for (const bool too_many : {true, false}) {
        BlockOutline outline;
        for (std::size_t i = 0; i < (too_many ? 40 * most : 1); ++i)
            outline.transactions.push_back(sha256(as_bytes("none " + std::to_string(i))));
        outline.header.height = height;
        outline.header.proposer = kPeer;
        outline.header.transaction_count = static_cast<std::uint32_t>(outline.transactions.size());
        outline.header.transactions_root = transactions_root(outline.transactions);
        const ProposalContent content{height, round, std::nullopt, block_id(outline.header)};
        const Signature signature = world.network().key(kPeer).sign(
            proposal_to_be_signed(content, kPeer, world.network().network()));
        const Bytes message = encode_proposal({{content, kPeer, signature}, outline});
        EXPECT_EQ(refusals_of(kPeer, topic(kPeer, Channel::proposal), message),
                  too_many ? (Counts{{"too_many_transactions", 1}}) : Counts{});
    }
    world.run_for(5000);
    world.watch({});
    EXPECT_LE(asked_bytes, 10'000U);
}

// A batch makes members ask for readings; here its meters do not exist.
TEST_F(BadMessages, that_are_batches_of_meters_nobody_has_ask_for_no_reading) {
    const ClusterId cluster = TestNetwork::cluster(1);
    const NodeId parent = world.network().committee(cluster).front();
    const NodeId member = world.network().committee(cluster).back();
    Settlement settlement;
    settlement.cluster = cluster;
    settlement.window = 1;
    settlement.proposer = parent;
    settlement.state_height = world.node(member).state().cluster(cluster)->settled_at;
    settlement.previous = world.node(member).state().cluster(cluster)->last_settlement;
    settlement.entries = {{MeterId("nobody"), EntryStatus::reading, sha256(as_bytes("invented"))}};
    settlement.lines.resize(1);
    settlement.lines.front().meter = MeterId("nobody");
    const auto batch =
        make_batch(settlement, world.network().network(), world.network().key(parent));
    std::size_t asked = 0;
    std::set<std::string> objected;
    world.watch([&](const NodeId& id, const Effect& effect) {
        const auto* said = std::get_if<Publish>(&effect);
        if (id != member || !said) return;
        if (said->topic.channel == Channel::request) ++asked;
        if (said->topic.channel != Channel::objection) return;
        objected.insert(decode_objection(said->message, world.network().network())->content.reason);
    });
    world.crash(parent);
    world.arrive(parent, topic(parent, Channel::batch, cluster.str()), encode_transaction(batch),
                 member);
    world.run_for(1000);
    world.watch({});
    EXPECT_EQ(asked, 0U);
    EXPECT_TRUE(objected.contains("wrong_entries"));
    world.restart(parent);
}

// An unrequested answer is not examined.
TEST_F(BadMessages, that_answer_what_nobody_asked_are_refused) {
    const Topic answer = topic(kPeer, Channel::answer, kTarget.str());
    const CommittedBlock block = world.disk(kPeer).ledger.back();
    expect_refused("unasked", kPeer, answer, encode_answer(BlocksAnswer{{block}}));
    expect_refused("unasked", kPeer, answer,
                   encode_answer(BodiesAnswer{{block.block.transactions.back()}}));
    const SignedReading reading = std::get<SignedReading>(block.block.transactions.front().content);
    expect_refused("unasked", kPeer, answer, encode_answer(ReadingsAnswer{{reading}}));
    EXPECT_EQ(refusals_of(kPeer, answer, encode_answer(AttestAnswer{})), Counts{})
        << "an answer to an older question";
}

TEST_F(BadMessages, that_claim_heights_nobody_has_are_forgotten) {
    const NodeStatus status{UINT64_MAX, {}, {}, 0, 0};
    world.arrive(
        kPeer, topic(kPeer, Channel::status),
        encode_status(status, kPeer, world.network().network(), world.network().key(kPeer)),
        kTarget);
    EXPECT_TRUE(world.said().at(Channel::request).topic.sender == kTarget.str());
    world.run_for(20'000);
    const Publish last = world.said().at(Channel::request);
    world.run_for(20'000);
    EXPECT_EQ(world.said().at(Channel::request).message, last.message) << "still asking";
}

// Readings pass through the whole node: one reason for each, and an answer only to a meter that
// signed.
TEST_F(BadMessages, that_are_readings_are_rejected_and_answered_only_if_signed) {
    const MeterId meter = TestNetwork::meter(1, 1);
    const ReadingForge forge(world.network(), meter, world.meter(meter).registers());
    for (const BadReading& row : bad_readings(forge)) {
        SCOPED_TRACE(row.name);
        const NodeSummary before = world.node(kTarget).summary();
        const std::size_t answers = world.refusals().size();
        world.publish_packet(row.topic.str(), row.packet, kTarget, row.retained);
        const NodeSummary after = world.node(kTarget).summary();
        Counts added = more(before.rejected, after.rejected);
        if (row.topic.network != forge.topic().network) added = more(before.refused, after.refused);
        EXPECT_EQ(added, (Counts{{std::string(to_string(row.reason)), 1}}));
        EXPECT_EQ(after.readings_accepted, before.readings_accepted);
        ASSERT_EQ(world.refusals().size(), answers + (row.answered ? 1 : 0));
        if (row.answered) {
            EXPECT_EQ(world.refusals().back().meter, meter);
            EXPECT_EQ(world.refusals().back().reason, to_string(row.reason));
        }
    }
}

TEST_F(BadMessages, that_are_readings_on_a_peers_broker_are_rejected) {
    const MeterId meter = TestNetwork::meter(1, 1);
    const ReadingForge forge(world.network(), meter, world.meter(meter).registers());
    const Counts before = world.node(kTarget).summary().rejected;
    world.arrive(kPeer, forge.topic(), forge.make().envelope, kTarget);
    EXPECT_EQ(more(before, world.node(kTarget).summary().rejected), (Counts{{"wrong_topic", 1}}));
}

TEST_F(BadMessages, that_replay_a_reading_are_receipted_again) {
    const MeterId meter = TestNetwork::meter(1, 1);
    const auto profile = flat_profile(world.first_state(), {0, 100, 200});
    TestMeter copy = world.meter(meter);
    const OpenedReading reading = copy.read(1, profile);
    world.publish_reading(reading);
    const NodeSummary before = world.node(kTarget).summary();
    world.publish_reading(reading, {kTarget});
    const NodeSummary after = world.node(kTarget).summary();
    EXPECT_EQ(after.readings_duplicate, before.readings_duplicate + 1);
    EXPECT_EQ(after.rejected, before.rejected);
    EXPECT_TRUE(world.receipts().at(kTarget).contains(reading.reading.id));
}

}  // namespace
}  // namespace fairfeed::test
