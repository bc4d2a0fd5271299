// A meter whose cluster gets another committee: whom it tells what, and whom it believes.
#include <gtest/gtest.h>

#include "tests/unit/meter/meter_bench.h"

namespace fairfeed::test {
namespace {

constexpr Window kFrom = 2;

TestNetworkOptions six_nodes() {
    TestNetworkOptions options;
    options.nodes = 6;
    options.clusters = 1;  // its committee: nodes 1 to 4
    return options;
}

class CommitteeChange : public ::testing::Test {
  protected:
    CommitteeChange() {
        const std::vector<NodeId> readers{bench.network().dgmd(), kFifth, kSixth};
        bench.say_as_dgmd(bench.network().grant(bench.meter_id(), 2, readers, kFrom));
        bench.say_as_dgmd(
            CommitteeAllocation{0, TestNetwork::cluster(1), {}, {kFifth, kSixth}, 2, kFrom});
    }
    void connect_all(Meter& meter, const Instant& now) {
        for (const NodeId& node : bench.network().nodes())
            (void)meter.step(meter_event::Connected{node}, now);
    }
    // The nodes that receive the reading of the window, each with the key epoch of the reading.
    [[nodiscard]] std::map<NodeId, KeyEpoch> told(const MeterEffects& effects, Window window) {
        std::map<NodeId, KeyEpoch> out;
        for (const auto& publish : all_of<meter_effect::Publish>(effects)) {
            const SignedReading reading = bench.decoded(*publish.envelope);
            if (reading.header.window == window) out[publish.member] = reading.header.key_epoch;
        }
        return out;
    }

    const NodeId kFifth = TestNetwork::node(5);
    const NodeId kSixth = TestNetwork::node(6);
    MeterBench bench{six_nodes()};
};

TEST_F(CommitteeChange, brings_each_window_to_those_who_settle_it_under_their_key) {
    Meter meter = bench.fresh();
    connect_all(meter, bench.at(0));
    const auto before = meter.step(meter_event::Tick{}, bench.at(kFrom));
    const auto after = meter.step(meter_event::Tick{}, bench.at(kFrom + 1));
    const std::map<NodeId, KeyEpoch> old{{TestNetwork::node(1), 1},
                                         {TestNetwork::node(2), 1},
                                         {TestNetwork::node(3), 1},
                                         {TestNetwork::node(4), 1}};
    EXPECT_EQ(told(before, kFrom - 1), old);
    EXPECT_EQ(told(after, kFrom), (std::map<NodeId, KeyEpoch>{{kFifth, 2}, {kSixth, 2}}));
    const auto readings = all_of<meter_effect::PersistReading>(after);
    ASSERT_EQ(readings.size(), 1U);
    EXPECT_EQ(bench.opened(readings[0].reading.envelope).profile.size(), 16U);
}

TEST_F(CommitteeChange, counts_receipts_of_the_windows_own_committee) {
    Meter meter = bench.fresh();
    connect_all(meter, bench.at(0));
    (void)meter.step(meter_event::Tick{}, bench.at(kFrom));
    const auto effects = meter.step(meter_event::Tick{}, bench.at(kFrom + 1));
    const KeptReading reading = all_of<meter_effect::PersistReading>(effects)[0].reading;
    const std::size_t pending = meter.pending();
    const Instant later = bench.at(kFrom + 1, 1);
    (void)meter.step(bench.receipt(TestNetwork::node(1), reading), later);
    (void)meter.step(bench.receipt(TestNetwork::node(2), reading), later);
    EXPECT_EQ(meter.pending(), pending) << "they do not settle it";
    (void)meter.step(bench.receipt(kFifth, reading), later);
    (void)meter.step(bench.receipt(kSixth, reading), later);
    EXPECT_EQ(meter.pending(), pending - 1);
}

// One liar of the old committee and one of the new one would be two of four.
TEST_F(CommitteeChange, believes_no_refusal_of_who_does_not_settle_the_window) {
    Meter meter = bench.fresh();
    connect_all(meter, bench.at(0));
    const auto effects = meter.step(meter_event::Tick{}, bench.at(1));
    const KeptReading reading = all_of<meter_effect::PersistReading>(effects)[0].reading;
    const Instant later = bench.at(1, 1);
    const auto refused = [&](const NodeId& node) {
        return meter.step(bench.refusal(node, "closed_window", reading.window, reading.sequence),
                          later);
    };
    EXPECT_TRUE(all_of<meter_effect::PersistRefusal>(refused(kFifth)).empty());
    EXPECT_TRUE(
        all_of<meter_effect::PersistReceipt>(meter.step(bench.receipt(kFifth, reading), later))
            .empty());
    EXPECT_TRUE(meter.refusals().empty());
    EXPECT_EQ(meter.ignored().at("not_a_member"), 2U);
    EXPECT_EQ(all_of<meter_effect::PersistRefusal>(refused(TestNetwork::node(4))).size(), 1U);
}

// The members of the alarm's window may all be gone before a block holds the alarm.
TEST_F(CommitteeChange, tells_an_alarm_to_everybody_and_believes_who_settles_next) {
    MeterSetup setup = bench.setup();
    setup.breaks_at = kFrom - 1;
    Meter meter(std::move(setup), {}, {});
    connect_all(meter, bench.at(0));
    const auto effects = meter.step(meter_event::Tick{}, bench.at(kFrom - 1));
    const KeptReading alarm = all_of<meter_effect::PersistReading>(effects).back().reading;
    std::set<NodeId> told;
    for (const auto& publish : all_of<meter_effect::Publish>(effects))
        if (publish.topic.ends_with("/event/-")) told.insert(publish.member);
    EXPECT_EQ(told.size(), 6U);
    const std::size_t pending = meter.pending();
    const Instant later = bench.at(kFrom, 1);
    (void)meter.step(bench.receipt(TestNetwork::node(2), alarm), later);
    (void)meter.step(bench.receipt(kSixth, alarm), later);
    EXPECT_EQ(meter.pending(), pending) << "one of each committee";
    (void)meter.step(bench.receipt(kFifth, alarm), later);
    EXPECT_EQ(meter.pending(), pending - 1);
}

TEST_F(CommitteeChange, obeys_a_share_that_was_handed_over) {
    Meter meter = bench.fresh();
    connect_all(meter, bench.at(0));
    const Instant now = bench.at(kFrom, 1);
    const std::int64_t from_s = bench.start_s(kFrom) + 3600;
    (void)meter.step(bench.share(kFifth, kFrom - 1, 700, from_s), now);
    ASSERT_EQ(meter.state().shares.size(), 1U) << "one of two is enough";
    EXPECT_EQ(meter.state().shares[0].share.share_w, 700);
    (void)meter.step(bench.share(TestNetwork::node(1), kFrom, 1, from_s + 900), now);
    (void)meter.step(bench.share(TestNetwork::node(2), kFrom, 1, from_s + 900), now);
    EXPECT_EQ(meter.state().shares.size(), 1U) << "who left settles nothing";
}

}  // namespace
}  // namespace fairfeed::test
