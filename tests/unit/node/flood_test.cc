// One node sends much, once. Honest nodes must not multiply it: the amount that they publish is
// bounded by the amount received, however long the chain stands still (R17, R19).
#include <gtest/gtest.h>

#include "core/wire/chunk.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::size_t kMost = max_message_bytes(kFewestForLimits);  // of a message

const NodeId kLiar = TestNetwork::node(4);
const NodeId kVictim = TestNetwork::node(1);
constexpr std::size_t kChatter = 2'000'000;  // published in a minute by a waiting network

class Flood : public ::testing::Test {
  protected:
    Flood() {
        world.watch([this](const NodeId&, const Effect& effect) {
            const auto* publish = std::get_if<Publish>(&effect);
            if (publish == nullptr) return;
            published += publish->message.size();
            if (publish->topic.channel == Channel::tx) said_pairs += pairs_in(publish->message);
            EXPECT_LE(publish->message.size(), kMost);
        });
    }
    // Two batches of one slot, signed by the liar.
    [[nodiscard]] Transaction pair_of(Window window, std::uint32_t version = 0) {
        std::vector<Bytes> batches;
        for (const std::uint8_t filling : {std::uint8_t{1}, std::uint8_t{2}}) {
            Settlement settlement;
            settlement.cluster = TestNetwork::cluster(4);
            settlement.window = window;
            settlement.version = version;
            settlement.proposer = kLiar;
            settlement.contract_version = 1;
            settlement.entries = {{TestNetwork::meter(4, 1), EntryStatus::missing, {}}};
            settlement.lines = {{TestNetwork::meter(4, 1), 1, Salt{}, Bytes(16, filling), {}}};
            const Digest& network = world.network().network();
            batches.push_back(to_bytes(
                signed_envelope(make_batch(settlement, network, world.network().key(kLiar)))));
        }
        auto evidence =
            make_evidence(Offence::two_batches, batches[0], batches[1], world.network().network());
        CHECK(evidence.has_value());
        return *evidence;
    }
    // Sends the pairs to one node, as its broker would deliver them; returns the number of bytes.
    std::size_t flood(const std::vector<Transaction>& pairs) {
        std::size_t bytes = 0;
        for (const Transaction& each : pairs) {
            const Bytes message = encode_bundle({{each}});
            bytes += message.size();
            world.arrive(kLiar, {"test", kLiar.str(), Channel::tx, "-"}, message, kVictim);
        }
        return bytes;
    }

    [[nodiscard]] std::size_t pairs_in(ByteView message) const {
        const auto bundle = decode_bundle(message, world.network().network());
        CHECK(bundle.has_value());
        return static_cast<std::size_t>(std::ranges::count(
            bundle->transactions, TransactionKind::evidence, &Transaction::kind));
    }

    std::size_t published = 0;
    std::size_t said_pairs = 0;  // whole, not by their ids
    NodeWorld world{lab(4)};
};

TEST_F(Flood, of_evidence_that_cannot_enter_yet_goes_no_further) {
    world.crash(kLiar);
    std::vector<Transaction> pairs;
    for (Window window = 20; window < 1020; ++window)
        pairs.push_back(pair_of(window));
    EXPECT_GT(flood(pairs), 400'000U);
    world.run_for(60'000);
    EXPECT_EQ(said_pairs, 0U);
    EXPECT_LT(published, kChatter);
    for (const std::size_t i : {1U, 2U, 3U})
        EXPECT_EQ(world.node(TestNetwork::node(i)).load().waiting_transactions, 0U) << i;
}

// Only a quorum could end the wait, and there is none. The pairs wait, and are announced by id.
TEST_F(Flood, of_evidence_that_waits_for_a_quorum_travels_once) {
    world.go_to_end_of(4);
    world.crash(kLiar);
    world.crash(TestNetwork::node(3));
    published = 0;
    const std::vector<Transaction> pairs{pair_of(0), pair_of(1), pair_of(2), pair_of(3)};
    flood(pairs);
    world.run_for(60'000);
    for (const std::size_t i : {1U, 2U})
        EXPECT_GE(world.node(TestNetwork::node(i)).load().waiting_transactions, 4U) << i;
    EXPECT_LE(said_pairs, 2 * pairs.size()) << "once by each";
    EXPECT_LT(published, kChatter);
    world.restart(TestNetwork::node(3));
    EXPECT_TRUE(world.run_until(
        [&] {
            const auto& offences = world.node(kVictim).state().nodes.at(kLiar).offences;
            return !offences.empty() && offences.at(Offence::two_batches).newest == 3;
        },
        60'000))
        << "what was announced is pulled, and enters";
    EXPECT_LT(published, 2 * kChatter);
}

// Each node holds another pair for the same slot, and needs no second one.
TEST_F(Flood, of_pairs_that_say_the_same_is_not_fetched_in_a_circle) {
    world.go_to_end_of(4);
    world.crash(kLiar);
    world.crash(TestNetwork::node(3));
    flood({pair_of(2, 0)});
    world.arrive(kLiar, {"test", kLiar.str(), Channel::tx, "-"}, encode_bundle({{pair_of(2, 1)}}),
                 TestNetwork::node(2));
    world.run_for(60'000);
    EXPECT_LE(said_pairs, 3U) << "once by each";
}

// A certified window is large as well: 900 meters are more than a megabyte.
TEST(StandingStill, says_a_certified_window_whole_once_and_then_its_id) {
    NodeWorld world{lab(7, 1)};
    std::map<NodeId, std::size_t> whole;
    std::size_t announced = 0;
    world.watch([&](const NodeId& id, const Effect& effect) {
        const auto* publish = std::get_if<Publish>(&effect);
        if (publish == nullptr) return;
        if (publish->topic.channel == Channel::tx) ++whole[id];
        if (publish->topic.channel == Channel::have) ++announced;
    });
    for (const std::size_t i : {5U, 6U, 7U})
        world.crash(TestNetwork::node(i));  // the committee has a quorum, the chain has none
    world.go_to_end_of(0);
    world.measure(0, 900);
    world.run_for(60'000);
    ASSERT_FALSE(whole.empty()) << "the window was certified";
    for (const auto& [id, times] : whole)
        EXPECT_EQ(times, 1U) << id.str();
    EXPECT_GE(announced, 60U * whole.size() / 2);
    EXPECT_LE(announced, 70U * whole.size());
    world.restart(TestNetwork::node(5));
    EXPECT_TRUE(world.settles(TestNetwork::cluster(1), 0)) << "it asks for what it missed";
}

}  // namespace
}  // namespace fairfeed::test
