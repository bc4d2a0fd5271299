// Damage to working nodes: killed at any moment, asleep for long, without the keys of their
// readings, with a peer that withholds or floods. Accepted readings are never lost.
#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/wire/message_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);
constexpr std::size_t kPoolOfFive = 100;  // with five transactions in a block

class DamagedNodes : public ::testing::Test {
  protected:
    void build(std::size_t nodes, std::size_t clusters_with_meters = 1) {
        world = std::make_unique<NodeWorld>(lab(nodes, clusters_with_meters));
    }
    [[nodiscard]] bool settles(Window window, const ClusterId& cluster = kCluster) {
        return world->run_until([&] { return world->settled(cluster, window); }, kPatienceMs);
    }
    void run_window(Window window) {
        world->go_to_end_of(window);
        world->measure(window, 700);
        ASSERT_TRUE(settles(window)) << "window " << window;
    }
    std::unique_ptr<NodeWorld> world;
};

TEST_F(DamagedNodes, killed_at_any_moment_settle_with_every_reading_they_receipted) {
    for (const std::size_t nodes : {1U, 2U, 4U}) {
        for (std::int64_t at_ms = 0; at_ms < 120; at_ms += at_ms < 20 ? 2 : 25) {
            SCOPED_TRACE(testing::Message() << nodes << " nodes killed after " << at_ms << " ms");
            build(nodes);
            world->go_to_end_of(0);
            world->measure(0, 700);
            world->run_for(at_ms);
            for (const NodeId& id : world->network().nodes())
                world->crash(id);
            for (const NodeId& id : world->network().nodes())
                world->restart(id);
            ASSERT_TRUE(settles(0));
            const auto& state = world->node(TestNetwork::node(1)).state();
            for (const MeterId& meter : world->network().meters(kCluster))
                EXPECT_NE(state.meters.at(meter).last_reading, Digest{}) << meter.str();
        }
    }
}

TEST_F(DamagedNodes, receipt_a_late_reading_that_they_know_only_from_the_chain) {
    build(4);
    const NodeId sleeper = TestNetwork::node(4);
    world->crash(sleeper);
    run_window(0);
    const Digest id = world->node(TestNetwork::node(1)).state().meters.at(kMeter).last_reading;
    Bytes envelope;
    for (const Bytes& stored : world->disk(TestNetwork::node(1)).memory().readings) {
        const auto reading = decode_reading(stored, world->network().network());
        if (reading->id == id) envelope = stored;
    }
    ASSERT_FALSE(envelope.empty());
    world->restart(sleeper);
    ASSERT_TRUE(settles(0));
    world->publish_packet(Topic{"test", kMeter.str(), Channel::reading, "-"}.str(), envelope,
                          sleeper);
    EXPECT_TRUE(world->receipts().at(sleeper).contains(id));
    EXPECT_TRUE(world->refusals().empty());
}

TEST_F(DamagedNodes, catch_up_without_a_pause_between_answers) {
    build(4);
    const NodeId sleeper = TestNetwork::node(4);
    world->crash(sleeper);
    for (Window window = 0; window < 20; ++window)
        run_window(window);
    const Height tip = world->node(TestNetwork::node(1)).state().height;
    ASSERT_GT(tip, 16U);
    world->restart(sleeper);
    const auto height = [&] { return world->node(sleeper).state().height; };
    ASSERT_TRUE(world->run_until([&] { return height() > 0; }, kPatienceMs));
    EXPECT_TRUE(world->run_until([&] { return height() == tip; }, 100));
}

TEST_F(DamagedNodes, without_their_keys_neither_spin_nor_stop_the_others) {
    build(4, 2);
    run_window(0);
    const NodeId keyless = TestNetwork::node(2);  // the parent of cluster 2
    ASSERT_TRUE(settles(0, TestNetwork::cluster(2)));
    world->crash(keyless);
    world->lose_keys(keyless);
    world->restart(keyless);
    run_window(1);
    world->run_for(20'000);
    EXPECT_TRUE(world->settled(TestNetwork::cluster(2), 1)) << "its neighbours can read";
    EXPECT_TRUE(world->node(keyless).summary().rejected.contains("unknown_key_epoch"));
    EXPECT_TRUE(world->node(keyless).summary().alarms.empty());
    run_window(2);
}

TEST_F(DamagedNodes, are_not_kept_from_settling_by_a_member_that_repeats_itself) {
    build(4);
    world->go_to_end_of(0);
    world->measure(0, 700);
    ASSERT_TRUE(world->run_until([&] { return world->said().contains(Channel::batch); }, 1000));
    const Digest& network = world->network().network();
    Transaction batch = *decode_transaction(world->said().at(Channel::batch).message, network);
    const NodeId rogue = TestNetwork::node(3);
    const Witness witness =
        endorse(world->network(), std::get<Settlement>(batch.content), batch.id, rogue);
    batch.endorsements = {witness, witness, witness};
    const Bytes bundle = encode_bundle({{batch}});
    for (const NodeId& id : world->network().nodes()) {
        if (id == rogue) continue;
        world->arrive(rogue, {"test", rogue.str(), Channel::tx, "-"}, bundle, id);
        EXPECT_FALSE(world->node(id).summary().refused.empty()) << id.str();
    }
    EXPECT_TRUE(settles(0));
}

// Committees of liars have certified windows that follow no settled window, so none can enter a
// block.
std::vector<TransactionBundle> windows_without_a_place(const TestNetwork& network) {
    TestChain chain(network);
    std::vector<TransactionBundle> bundles;
    for (std::size_t i = 1; i <= network.nodes().size(); ++i) {
        const ClusterId cluster = TestNetwork::cluster(i);
        for (std::uint8_t version = 0; version < 4; ++version) {
            const OpenedReadings readings = chain.read_all(cluster, 0);
            Settlement settlement = chain.settle(cluster, 0, readings);
            settlement.version = version;
            settlement.previous = sha256(as_bytes("nothing"));
            bundles.push_back({chain.group(settlement, readings)});
        }
    }
    return bundles;
}

// Regression: a window that was certified while the node's own pool was full was offered to nobody.
// The chain lost that window and every later one.
TEST_F(DamagedNodes, settle_what_they_certified_while_their_pools_were_full) {
    TestNetworkOptions options = lab(5);
    options.meters_per_cluster = 4;
    options.parameters.max_block_transactions = 5;
    world = std::make_unique<NodeWorld>(options);
    const auto say = [&](std::size_t liar, const TransactionBundle& bundle, const NodeId& id) {
        const NodeId name = TestNetwork::node(liar);
        world->arrive(name, {"test", name.str(), Channel::tx, "-"}, encode_bundle(bundle), id);
    };
    for (const TransactionBundle& bundle : windows_without_a_place(world->network()))
        for (const NodeId& id : world->network().nodes())
            say(id == TestNetwork::node(1) ? 2 : 1, bundle, id);
    for (const NodeId& id : world->network().nodes())
        ASSERT_EQ(world->node(id).summary().waiting_transactions, kPoolOfFive);
    run_window(0);
    run_window(1);
}

TEST_F(DamagedNodes, are_not_filled_by_readings_nobody_certified) {
    build(4);
    TransactionBundle flood;
    TestMeter copy = world->meter(kMeter);
    for (Window window = 1; window < 200; ++window) {
        const auto reading = copy.read(window, flat_profile(world->first_state(), {}));
        flood.transactions.push_back(make_reading_transaction(reading.reading));
    }
    const NodeId rogue = TestNetwork::node(3);
    const NodeId target = TestNetwork::node(1);
    world->arrive(rogue, {"test", rogue.str(), Channel::tx, "-"}, encode_bundle(flood), target);
    EXPECT_EQ(world->node(target).summary().waiting_transactions, 0U);
    run_window(0);
}

}  // namespace
}  // namespace fairfeed::test
