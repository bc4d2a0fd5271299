// Readings arrive on several ways, and a meter may tell each receiver something else.
#include "edge-node/committee/reading_intake.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestMeter;
using test::TestNetwork;

const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);
const NodeId kSelf = TestNetwork::node(1);

class Intake : public ::testing::Test {
  protected:
    Intake() {
        const CommittedBlock genesis{};
        EXPECT_TRUE(windows.follow({genesis, state, state}).empty());
    }
    [[nodiscard]] OpenedReading read() {
        return meter.read(0, test::flat_profile(state, {100, 0, 0}));
    }
    template <class T>
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::count_if(
            out.begin(), out.end(), [](const Effect& e) { return std::holds_alternative<T>(e); }));
    }

    const TestNetwork network;
    const ChainState state = network.initial_state();
    TestMeter meter{network, kMeter, kCluster};
    MemberWindows windows{kSelf, network.key(kSelf), network.random(),
                          test::agreement_key(kSelf.str())};
    Findings findings;
    Effects out;
    const Turn turn{state, {1'000, state.grid().end_real_ms(0), true}, out, Height{0}};
    PlainSignatureChecker signatures;
    ReadingIntake intake{kSelf, network.key(kSelf), signatures};
};

TEST_F(Intake, writes_a_reading_down_before_it_is_receipted_and_counts_it_once) {
    const OpenedReading reading = read();
    EXPECT_EQ(*intake.take_shown(reading.reading.envelope, windows, findings, turn), kCluster);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<PersistReading>(out.front()));
    EXPECT_EQ(std::get<Publish>(out.back()).topic.channel, Channel::receipt);
    const auto again = intake.take_shown(reading.reading.envelope, windows, findings, turn);
    EXPECT_EQ(again.error(), Reject::duplicate);
    EXPECT_EQ(intake.accepted(), 1U);
}

TEST_F(Intake, proves_the_lie_of_a_meter_that_signs_two_and_holds_the_first) {
    const OpenedReading first = read();
    ASSERT_TRUE(intake.take_shown(first.reading.envelope, windows, findings, turn));
    const OpenedReading second = read();
    EXPECT_FALSE(intake.take_shown(second.reading.envelope, windows, findings, turn));
    const auto evidence = findings.take_evidence();
    ASSERT_EQ(evidence.size(), 1U);
    EXPECT_TRUE(evidence.front().has_value());
    EXPECT_EQ(intake.store().id_of({kMeter, 0}), first.reading.id);
}

TEST_F(Intake, gives_way_to_the_reading_of_a_batch_once) {
    ASSERT_TRUE(windows.takes_part(kCluster, turn));
    ASSERT_TRUE(intake.take_shown(read().reading.envelope, windows, findings, turn));
    const OpenedReading listed = read();
    ASSERT_TRUE(intake.take_asked(listed.reading.envelope, windows, findings, turn));
    EXPECT_EQ(intake.store().id_of({kMeter, 0}), listed.reading.id);
    EXPECT_FALSE(intake.take_asked(read().reading.envelope, windows, findings, turn));
    EXPECT_EQ(intake.store().id_of({kMeter, 0}), listed.reading.id);
    EXPECT_EQ(count<PersistReading>(), 2U) << "a third reading proves no more";
}

TEST_F(Intake, gives_readings_to_members_of_their_cluster_alone) {
    const OpenedReading reading = read();
    ASSERT_TRUE(intake.take_shown(reading.reading.envelope, windows, findings, turn));
    const ReadingsRequest request{{reading.reading.id}};
    EXPECT_EQ(intake.answer(TestNetwork::node(2), request, state)->readings.size(), 1U);
    EXPECT_TRUE(intake.answer(NodeId("stranger"), request, state)->readings.empty());
}

TEST_F(Intake, takes_no_part_in_a_round_while_nothing_may_be_endorsed) {
    EXPECT_FALSE(windows.takes_part(kCluster, {state, turn.now, out}));
    EXPECT_FALSE(windows.takes_part(kCluster, {state, turn.now, out, Height{1}}));
    EXPECT_TRUE(windows.takes_part(kCluster, turn));
}

}  // namespace
}  // namespace fairfeed
