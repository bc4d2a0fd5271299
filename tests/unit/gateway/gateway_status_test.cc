// What the gateway says of itself to people and programs.
#include "gateway/service/gateway_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AGatewayStatus : public ::testing::Test {
  protected:
    AGatewayStatus() {
        facts_.self = NodeId("dgmd");
        facts_.broker_connected = true;
        facts_.read_model = 41;
        summary_.height = 41;
        summary_.claimed = 41;
        for (const char* name : {"n1", "n2"}) {
            FollowedWord& word = summary_.nodes[NodeId(name)];
            word.connected = true;
            word.standing = NodeStanding::agrees;
            word.said = NodeStatus{41, {}, {}, 42, 0};
        }
    }
    [[nodiscard]] GatewayStatus look() const { return status_of(facts_, summary_, now_); }

    GatewayFacts facts_;
    FollowerSummary summary_;
    Instant now_{.steady_ms = 0, .real_ms = 1'000'000, .synchronised = true};
};

TEST_F(AGatewayStatus, names_height_and_nodes_and_no_alarm_while_all_is_well) {
    const GatewayStatus status = look();
    EXPECT_EQ(status.line, "height 41; 2 of 2 nodes connected");
    EXPECT_THAT(status.alarms, IsEmpty());
    EXPECT_EQ(status.facts.at("behind"), Json(0));
    EXPECT_EQ(status.facts.at("read_model").at("height"), Json(41));
    EXPECT_EQ(status.facts.at("nodes").at("n1").at("word"), Json("agrees"));
}

TEST_F(AGatewayStatus, names_the_meters_that_have_no_key_for_the_coming_period) {
    facts_.ending_keys = {{MeterId("m-101"), 240}};
    EXPECT_THAT(look().alarms,
                ElementsAre("data keys: 1 meter has no key for the coming period, the first from "
                            "window 240: m-101; write their next keys with `gateway draft "
                            "key_rotation`"));
    EXPECT_EQ(look().facts.at("ending_keys").at(0).at("ends"), Json(240));
    for (int i = 102; i <= 107; ++i)
        facts_.ending_keys.push_back({MeterId("m-" + std::to_string(i)), 238});
    EXPECT_THAT(look().alarms.front(), HasSubstr("7 meters have no key"));
    EXPECT_THAT(look().alarms.front(), HasSubstr("from window 238: m-101, m-102, m-103, m-104, "
                                                 "m-105, ...;"));
}

TEST_F(AGatewayStatus, says_how_far_behind_it_is) {
    summary_.claimed = 42;
    EXPECT_THAT(look().line, HasSubstr("height 41, 1 block behind;"));
    summary_.claimed = 100;
    EXPECT_THAT(look().line, HasSubstr("height 41, 59 blocks behind;"));
    EXPECT_EQ(look().facts.at("behind"), Json(59));
}

TEST_F(AGatewayStatus, asks_whether_nodes_hear_it_where_they_claim_blocks_and_give_none) {
    summary_.claimed = 44;
    facts_.waiting_ms = kUnansweredMs - 1;
    EXPECT_THAT(look().alarms, IsEmpty());
    facts_.waiting_ms = kUnansweredMs;
    EXPECT_THAT(look().alarms, ElementsAre(HasSubstr("nodes give no blocks: 3 are claimed")));
    summary_.halted = true;
    EXPECT_THAT(look().alarms, ElementsAre(HasSubstr("halted"))) << "it does not ask any more";
}

TEST_F(AGatewayStatus, waits_for_the_start_of_the_network) {
    summary_.height = 0;
    facts_.starts_ms = 2'000'000;
    EXPECT_THAT(look().line, HasSubstr("the network starts at 1970-01-01"));
}

TEST_F(AGatewayStatus, names_the_node_whose_word_differs) {
    FollowedWord& word = summary_.nodes[NodeId("n2")];
    word.standing = NodeStanding::differs;
    word.difference = "at height 41 it names another block";
    EXPECT_THAT(look().alarms, ElementsAre("node n2 differs: at height 41 it names another block"));
    EXPECT_EQ(look().facts.at("nodes").at("n2").at("difference"),
              Json("at height 41 it names another block"));
}

TEST_F(AGatewayStatus, asks_for_a_person_where_a_quorum_contradicts_itself) {
    summary_.contradictions.push_back({NodeId("n1"), 42, "a quorum certified two blocks"});
    summary_.halted = true;
    const GatewayStatus status = look();
    ASSERT_EQ(status.alarms.size(), 2U);
    EXPECT_THAT(status.alarms[0], HasSubstr("contradiction at height 42: a quorum certified two"));
    EXPECT_THAT(status.alarms[1], HasSubstr("a person must look"));
    EXPECT_EQ(status.facts.at("contradictions").at(0).at("height"), Json(42));
    EXPECT_EQ(status.facts.at("halted"), Json(true));
}

TEST_F(AGatewayStatus, names_wrong_settlements_and_closed_clusters) {
    summary_.fault_count = 3;
    summary_.faults.push_back({17, "wrong_totals", "cluster ash, window 4: 9 Wh are 8 Wh"});
    summary_.closed.insert(ClusterId("elm"));
    EXPECT_THAT(look().alarms,
                ElementsAre(HasSubstr("wrong settlements: 3, the newest in block 17: cluster ash"),
                            HasSubstr("cluster elm is closed to DGMD")));
    EXPECT_EQ(look().facts.at("settlement_faults").at("count"), Json(3));
}

TEST_F(AGatewayStatus, names_what_the_machine_lacks) {
    facts_.broker_connected = false;
    facts_.broker_why_not = "connection refused";
    facts_.database_fault = "the server is away";
    facts_.machine = {"the disk is full: make room"};
    for (auto& [node, word] : summary_.nodes) {
        word.connected = false;
        word.why_not = "no route";
    }
    const GatewayStatus status = look();
    EXPECT_THAT(status.alarms,
                ElementsAre("the disk is full: make room",
                            HasSubstr("the read model stands still: the server is away"),
                            HasSubstr("broker is not connected: connection refused"),
                            HasSubstr("no node is connected: n1: no route")));
    EXPECT_THAT(status.line, HasSubstr("; 4 alarms, the first: the disk is full"));
    facts_.patient = true;
    EXPECT_EQ(look().alarms.size(), 2U) << "a connection that comes and goes is no alarm";
}

}  // namespace
}  // namespace fairfeed
