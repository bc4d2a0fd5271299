// Members repeat the commands of the chain to the meters of their committee, and to no other.
#include "edge-node/committee/standing_commands.h"

#include <gtest/gtest.h>

#include "core/wire/message_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestNetwork;

const MeterId kMeter = TestNetwork::meter(1, 1);

class StandingCommandsTest : public ::testing::Test {
  protected:
    StandingCommandsTest() {
        state_.meters.edit(kMeter).command = command_;
        now_.real_ms = state_.grid().real_ms(state_.grid().start_s(2));
    }
    [[nodiscard]] std::vector<Publish> told_by(const NodeId& node) const {
        Effects out;
        StandingCommands(node, network_.key(node)).tell_all({state_, now_, out});
        std::vector<Publish> said;
        for (const Effect& effect : out)
            said.push_back(std::get<Publish>(effect));
        return said;
    }

    TestNetwork network_;
    ChainState state_ = network_.initial_state();
    MeterCommand command_{3, kMeter, MeterOrder::disconnect, CommandReason::tampering, 2, 4};
    Instant now_;
};

TEST_F(StandingCommandsTest, are_told_to_the_meter_by_every_member_and_stay_with_the_broker) {
    for (const NodeId& member : network_.committee(TestNetwork::cluster(1))) {
        const auto said = told_by(member);
        ASSERT_EQ(said.size(), 1U) << member.str();
        EXPECT_EQ(said[0].topic.item, kMeter.str());
        EXPECT_TRUE(is_retained(said[0].topic.channel)) << "for a meter that is away";
        const auto command = decode_command(said[0].message, state_.network);
        ASSERT_TRUE(command.has_value());
        EXPECT_EQ(command->content, command_);
        EXPECT_EQ(command->signer, member);
    }
}

TEST_F(StandingCommandsTest, are_not_told_after_they_expired) {
    now_.real_ms = state_.grid().real_ms(state_.grid().end_s(4)) - 1;
    EXPECT_EQ(told_by(TestNetwork::node(1)).size(), 1U);
    now_.real_ms += 1;
    EXPECT_TRUE(told_by(TestNetwork::node(1)).empty());
}

TEST_F(StandingCommandsTest, go_to_a_new_committee_with_its_cluster) {
    CommitteeAllocation& committee = state_.clusters.edit(TestNetwork::cluster(1)).committee;
    committee.members = {TestNetwork::node(2)};
    committee.effective = 0;
    EXPECT_TRUE(told_by(TestNetwork::node(1)).empty());
    Block block;
    block.transactions.push_back(network_.from_dgmd(state_, committee));
    Effects out;
    StandingCommands(TestNetwork::node(2), network_.key(TestNetwork::node(2)))
        .on_commit(block, {state_, now_, out});
    EXPECT_EQ(out.size(), 1U);
}

}  // namespace
}  // namespace fairfeed
