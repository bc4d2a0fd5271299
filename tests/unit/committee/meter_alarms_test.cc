// An opened meter repeats its alarm until a block holds the alarm. Only then members receipt it.
#include "edge-node/committee/meter_alarms.h"

#include <gtest/gtest.h>

#include "core/wire/event_codec.h"
#include "core/wire/message_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestNetwork;

const MeterId kMeter = TestNetwork::meter(1, 1);
const NodeId kSelf = TestNetwork::node(1);

class Alarms : public ::testing::Test {
  protected:
    [[nodiscard]] Transaction alarm(const SigningKey& key) const {
        MeterAlarm said;
        said.network = network.network();
        said.meter = kMeter;
        said.cluster = TestNetwork::cluster(1);
        said.counter = 7;
        return make_event(said, key);
    }
    [[nodiscard]] std::string judged(const MeterAlarms& judge, const Transaction& event) {
        const auto result = judge.judge(event, {state, Instant{}, out});
        return result ? "may wait" : std::string(to_string(result.error()));
    }

    const TestNetwork network;
    ChainState state = network.initial_state();
    const MeterAlarms alarms{kSelf, network.key(kSelf)};
    Effects out;
};

TEST_F(Alarms, wait_for_a_block_without_a_receipt) {
    EXPECT_EQ(judged(alarms, alarm(network.key(kMeter))), "may wait");
    EXPECT_TRUE(out.empty());
}

TEST_F(Alarms, are_receipted_once_a_block_has_them) {
    state.meters.edit(kMeter).tampered.emplace();
    const Transaction event = alarm(network.key(kMeter));
    EXPECT_EQ(judged(alarms, event), "already_committed");
    ASSERT_EQ(out.size(), 1U);
    const auto receipt = decode_receipt(std::get<Publish>(out.front()).message, state.network);
    ASSERT_TRUE(receipt.has_value());
    EXPECT_EQ(receipt->content.reading, event.id);
    EXPECT_EQ(receipt->content.sequence, 7U);
}

TEST_F(Alarms, are_not_receipted_by_nodes_that_are_no_members) {
    state.meters.edit(kMeter).tampered.emplace();
    const MeterAlarms of_stranger{NodeId("stranger"), network.key(kSelf)};
    EXPECT_EQ(judged(of_stranger, alarm(network.key(kMeter))), "already_committed");
    EXPECT_TRUE(out.empty());
}

TEST_F(Alarms, that_somebody_else_signs_are_refused) {
    state.meters.edit(kMeter).tampered.emplace();
    EXPECT_EQ(judged(alarms, alarm(network.key(kSelf))), "wrong_signature");
    EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace fairfeed
