// The promise of a receipt while a change of committee stands on the chain. A reading that no
// member would list gets no receipt; otherwise its meter would stop repeating the reading, and
// nobody would pay for its energy (committee rules 1, 7 and 15).
#include <gtest/gtest.h>

#include "core/wire/event_codec.h"
#include "tests/unit/node/handover_bench.h"

namespace fairfeed::test {
namespace {

const MeterId kMeter = TestNetwork::meter(1, 2);

TestNetworkOptions five_nodes() {
    TestNetworkOptions options = lab(5, 1);
    options.clusters = 1;  // its committee: nodes 1 to 4
    return options;
}

class ReadingsAtAHandover : public ::testing::Test, public HandoverBench {
  protected:
    ReadingsAtAHandover() : HandoverBench(five_nodes()) {}
    void allocate(const std::vector<NodeId>& members, Window effective) {
        HandoverBench::allocate(members, effective);
        const auto agreed = [&] { return world.agreed_at(world.chain().height); };
        ASSERT_TRUE(world.run_until(agreed, kHandoverPatienceMs));
    }
    // Measures kMeter's reading of the window. The other meters publish theirs at once.
    OpenedReading measure(Window window, std::int64_t import_wh = 100) {
        world.go_to_end_of(window);
        const Profile profile = flat_profile(world.first_state(), {import_wh, 0, 0});
        std::optional<OpenedReading> kept;
        for (const MeterId& meter : world.network().meters(kCluster)) {
            if (window == kChange) world.meter(meter).use_key_epoch(2);
            const OpenedReading reading = world.meter(meter).read(window, profile);
            if (meter == kMeter) {
                kept = reading;
            } else {
                world.publish_reading(reading);
            }
        }
        return *kept;
    }
    void settle(Window window) {
        world.publish_reading(measure(window));
        ASSERT_TRUE(world.settles(kCluster, window)) << "window " << window;
    }
    [[nodiscard]] std::set<NodeId> receipted_by(const OpenedReading& reading) const {
        std::set<NodeId> found;
        for (const auto& [node, ids] : world.receipts())
            if (ids.contains(reading.reading.id)) found.insert(node);
        return found;
    }
    [[nodiscard]] std::set<std::string> refusals() const {
        std::set<std::string> reasons;
        for (const Refusal& refusal : world.refusals())
            reasons.insert(refusal.reason);
        return reasons;
    }
    [[nodiscard]] Settlement settlement(Window window) const {
        return std::get<Settlement>(HandoverBench::settlement(window).content);
    }

    static constexpr Window kChange = 3;
};

TEST_F(ReadingsAtAHandover, are_receipted_by_a_block_alone_while_a_newcomer_is_to_come) {
    settle(0);
    allocate(nodes({1, 2, 3, 5}), kChange);
    const OpenedReading reading = measure(1);
    world.publish_reading(reading);
    ASSERT_FALSE(world.settled(kCluster, 1));
    EXPECT_TRUE(receipted_by(reading).empty());
    ASSERT_TRUE(world.settles(kCluster, 1));
    EXPECT_EQ(settlement(1).entries[1].status, EntryStatus::reading) << "it was taken all the same";
    world.publish_reading(reading);
    EXPECT_EQ(receipted_by(reading).size(), 4U);
    settle(2);
    settle(kChange);
    world.publish_reading(reading);
    EXPECT_TRUE(refusals().empty()) << "who left knows what a block has";
}

// Every member has endorsed a batch without the reading, and the next committee cannot read it.
TEST_F(ReadingsAtAHandover, that_nobody_will_list_are_left_to_their_meter) {
    settle(0);
    settle(1);
    allocate(nodes({1, 2, 3, 5}), kChange);
    std::set<NodeId> endorsed;
    world.watch([&](const NodeId& node, const Effect& effect) {
        const auto* row = std::get_if<PersistEndorsement>(&effect);
        if (row && row->endorsement.window == 2) endorsed.insert(node);
    });
    const OpenedReading reading = measure(2, 150);
    ASSERT_TRUE(world.run_until([&] { return endorsed.size() == 4; }, kHandoverPatienceMs));
    ASSERT_FALSE(world.settled(kCluster, 2));
    world.publish_reading(reading);
    EXPECT_TRUE(receipted_by(reading).empty());
    ASSERT_TRUE(world.settles(kCluster, 2));
    EXPECT_EQ(settlement(2).entries[1].status, EntryStatus::missing);
    world.publish_reading(reading);
    EXPECT_TRUE(receipted_by(reading).empty());
    EXPECT_EQ(refusals(), std::set<std::string>{"closed_window"});
    settle(kChange);
    EXPECT_TRUE(settlement(kChange).late.empty());
    EXPECT_EQ(settlement(kChange).totals.adjusted.import_wh, 16 * 50) << "by its registers";
}

// Staying members never receive a reading that only a leaving member got.
TEST_F(ReadingsAtAHandover, are_promised_by_no_member_that_goes) {
    const NodeId stays = TestNetwork::node(2);
    const NodeId goes = TestNetwork::node(4);
    settle(0);
    const OpenedReading first = measure(1);
    ASSERT_TRUE(world.settles(kCluster, 1));
    allocate(nodes({1, 2, 3}), kChange);
    world.publish_reading(first, {goes});
    EXPECT_TRUE(receipted_by(first).empty()) << "it will not be there to demand it";
    const OpenedReading second = measure(2);
    ASSERT_TRUE(world.settles(kCluster, 2));
    world.publish_reading(second, {goes});
    EXPECT_TRUE(receipted_by(second).empty());
    EXPECT_EQ(refusals(), std::set<std::string>{"not_a_member"}) << "it has left";
    world.publish_reading(second, {stays});
    EXPECT_EQ(receipted_by(second), std::set<NodeId>{stays});
    settle(kChange);
    ASSERT_FALSE(settlement(kChange).late.empty());
    EXPECT_EQ(settlement(kChange).late.back().reading, second.reading.id);
}

// One member of the alarm's window may be left, or none.
TEST_F(ReadingsAtAHandover, leave_an_alarm_of_before_to_be_receipted_by_the_newcomer_too) {
    settle(0);
    settle(1);
    allocate(nodes({1, 2, 3, 5}), kChange);
    settle(2);
    const Transaction alarm =
        make_event({1, world.network().network(), kMeter, kCluster, kChange - 1, 50,
                    AlarmType::seal_broken, world.first_state().grid().start_s(kChange - 1)},
                   world.network().key(kMeter));
    const Topic topic{world.chain().genesis.parameters.name, kMeter.str(), Channel::event, "-"};
    world.publish_packet(topic.str(), alarm.envelope, TestNetwork::node(5));
    const auto known = [&] { return world.chain().is_tampered(kMeter, kChange); };
    ASSERT_TRUE(world.run_until(known, kHandoverPatienceMs));
    world.run_for(1000);
    const auto newcomer = world.receipts().find(TestNetwork::node(5));
    ASSERT_NE(newcomer, world.receipts().end());
    EXPECT_TRUE(newcomer->second.contains(alarm.id));
}

}  // namespace
}  // namespace fairfeed::test
