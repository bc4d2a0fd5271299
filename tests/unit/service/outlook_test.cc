// A node's alarms about its surroundings: each alarm begins within seconds of its fault and ends
// with it. The line for the service manager names missing nodes.
#include "edge-node/service/outlook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace fairfeed::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const NodeId kOwn = TestNetwork::node(1);

class Surroundings : public ::testing::Test {
  protected:
    Surroundings() {
        now_ = {5000, network_.genesis().content.parameters.real_epoch_ms + 1000, true};
        outlook_ = std::make_unique<Outlook>(kOwn, others(), now_);
        state_.tip_time_ms = now_.real_ms - 1000;
        summary_.consensus.may_sign = true;
        for (std::size_t i = 1; i <= 4; ++i)
            connect(i);
    }
    [[nodiscard]] static std::vector<NodeId> others() { return nodes({2, 3, 4}); }
    void connect(std::size_t node) {
        outlook_->on_connection(TestNetwork::node(node), true, "", now_);
    }
    void lose(std::size_t node) {
        outlook_->on_connection(TestNetwork::node(node), false, "connection refused", now_);
    }
    // Each node except the silent ones sends a message every second.
    void pass(std::int64_t ms, std::size_t silent = 0) {
        for (; ms > 0; ms -= 1000) {
            now_.steady_ms += 1000;
            now_.real_ms += 1000;
            for (std::size_t i = 2; i <= 4; ++i)
                if (i != silent) outlook_->on_heard(TestNetwork::node(i), now_);
        }
    }
    [[nodiscard]] Outlook::View look() const { return outlook_->look(state_, summary_, now_); }
    [[nodiscard]] std::vector<std::string> alarms() const { return look().alarms; }

    TestNetwork network_{lab(4)};
    ChainState state_ = network_.initial_state();
    NodeSummary summary_;
    Instant now_;
    std::unique_ptr<Outlook> outlook_;
};

TEST_F(Surroundings, are_no_alarm_while_everybody_is_there) {
    pass(10'000);
    EXPECT_THAT(alarms(), IsEmpty());
    EXPECT_THAT(look().missing, IsEmpty());
    EXPECT_EQ(look().line, "height 0, signs");
}

TEST_F(Surroundings, without_the_own_broker_are_an_alarm_within_seconds_until_it_is_back) {
    lose(1);
    EXPECT_THAT(alarms(), IsEmpty()) << "a blink is no news";
    pass(3000);
    ASSERT_THAT(alarms(), ElementsAre(HasSubstr("the broker of this node is not connected: "
                                                "connection refused")));
    EXPECT_THAT(look().line, HasSubstr("1 alarm: the broker of this node"));
    const auto before = alarms();
    pass(3000);
    EXPECT_EQ(alarms(), before) << "a fault that stands says the same, or the file is rewritten";
    connect(1);
    EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(Surroundings, of_a_broker_that_was_never_there_are_the_same_alarm) {
    Outlook fresh(kOwn, others(), now_);
    pass(3000);
    EXPECT_THAT(fresh.look(state_, summary_, now_).alarms,
                ElementsAre(HasSubstr("the broker of this node"), HasSubstr("no quorum")));
}

TEST_F(Surroundings, with_one_node_missing_name_it_and_are_no_alarm) {
    lose(4);
    pass(3000);
    EXPECT_THAT(look().missing, ElementsAre(Outlook::Missing{TestNetwork::node(4),
                                                             "no connection: connection refused"}));
    EXPECT_THAT(look().line, HasSubstr("missing node-4 (no connection: connection refused)"));
    EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(Surroundings, without_a_quorum_are_an_alarm_that_names_who_is_missing) {
    lose(3);
    lose(4);
    pass(3000);
    ASSERT_THAT(alarms(), ElementsAre(HasSubstr("no quorum: 2 of 4 validators are here and 3")));
    EXPECT_THAT(alarms().front(), HasSubstr("node-3 (no connection"));
    connect(3);
    EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(Surroundings, with_a_validator_that_the_configuration_lacks_name_it_and_count_it_away) {
    outlook_ = std::make_unique<Outlook>(kOwn, std::vector{TestNetwork::node(2)}, now_);
    connect(1);
    connect(2);
    EXPECT_THAT(look().line, HasSubstr("node-3 (not among the peers of edge-node.yaml)"));
    EXPECT_THAT(alarms(), ElementsAre(HasSubstr("no quorum: 2 of 4")));
}

TEST_F(Surroundings, do_not_miss_a_node_that_was_revoked) {
    lose(4);
    pass(3000);
    EXPECT_EQ(look().missing.size(), 1U);
    state_.nodes.edit(TestNetwork::node(4)).revoked_from = 1;
    std::erase(state_.validators, TestNetwork::node(4));
    EXPECT_THAT(look().missing, IsEmpty());
}

TEST_F(Surroundings, notice_a_node_that_died_beside_a_broker_that_lives) {
    const std::int64_t silence_ms =
        3 * network_.genesis().content.parameters.timers.rebroadcast_cap_ms + 5000;
    pass(silence_ms - 1000, 3);
    EXPECT_THAT(look().missing, IsEmpty());
    pass(1000, 3);
    EXPECT_THAT(look().line, HasSubstr("missing node-3 (its broker is there"));
    outlook_->on_heard(TestNetwork::node(3), now_);
    EXPECT_THAT(look().missing, IsEmpty());
}

TEST_F(Surroundings, with_the_clock_in_1970_say_so_and_nothing_of_windows) {
    now_.real_ms = 12'000;
    now_.synchronised = false;
    ASSERT_THAT(alarms(), ElementsAre(HasSubstr("the clock of this machine is wrong: it says "
                                                "1970-01-01 00:00 UTC")));
    now_.real_ms = state_.tip_time_ms;
    EXPECT_THAT(alarms(), ElementsAre(HasSubstr("is not disciplined")));
    now_.synchronised = true;
    EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(Surroundings, name_a_cluster_whose_windows_end_and_are_not_settled) {
    const GridClock grid = state_.grid();
    state_.tip_time_ms = now_.real_ms;
    now_.real_ms = grid.end_real_ms(0) + 5000;
    EXPECT_THAT(alarms(), IsEmpty()) << "a committee has its grace and its slots";
    now_.real_ms = grid.end_real_ms(8) + 5000;
    const auto standing = alarms();
    ASSERT_EQ(standing.size(), 4U) << "one for each cluster";
    EXPECT_THAT(standing.front(), HasSubstr("cluster cluster-1 is behind: 9 windows have ended"));
    for (const auto& [id, cluster] : ChainState(state_).clusters)
        state_.clusters.edit(id).last_window = 8;
    EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(Surroundings, say_when_the_network_starts) {
    now_.real_ms = state_.genesis.parameters.real_epoch_ms - 60'000;
    state_.tip_time_ms = now_.real_ms - 1000;
    EXPECT_EQ(look().line, "the network starts at 2016-08-08 00:00:00 UTC");
}

TEST_F(Surroundings, without_agreement_though_all_are_there_are_an_alarm) {
    summary_.consensus.awake = true;
    summary_.consensus.height = 7;
    summary_.consensus.round = 4;
    EXPECT_THAT(alarms(), IsEmpty());
    summary_.consensus.round = 5;
    EXPECT_THAT(alarms(), ElementsAre(HasSubstr("height 7 is in round 5")));
    summary_.consensus.awake = false;
    EXPECT_THAT(alarms(), IsEmpty());
}

}  // namespace
}  // namespace fairfeed::test
