// The status file has every member with its value, and a node of a real network fills them all.
#include "edge-node/service/status_report.h"

#include <gtest/gtest.h>

#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

TEST(StatusFile, names_every_member) {
    NodeSummary summary;
    summary.height = 7;
    summary.tip.bytes[0] = 0xab;
    summary.app_hash.bytes[31] = 0xcd;
    summary.consensus.height = 8;
    summary.consensus.round = 2;
    summary.committee_class = CommitteeClass::full;
    summary.waiting_transactions = 5;
    summary.readings_accepted = 11;
    summary.readings_duplicate = 3;
    summary.rejected = {{"high_s", 2}};
    summary.refused = {{"wrong_topic", 4}};
    summary.objections = {{"wrong_totals", 1}};
    summary.settled = {{ClusterId("cluster-1"), 6}};
    summary.settlements.estimated = {{MeterId("meter-1"), 5}};
    summary.settlements.trued_up = {{MeterId("meter-1"), 2}};
    summary.silent = {{MeterId("meter-1"), 3}};
    summary.unusable = {{MeterId("meter-2"), "register_fell"}};
    summary.over_certified = {{MeterId("meter-4"), 2}};
    summary.accused = {{"meter-3", 1}};
    summary.tampered = {{MeterId("meter-5"), 4}};
    summary.deauthorised = {{MeterId("meter-6"), 9}};
    summary.office = {1, {{NodeId("amal"), {}}, {NodeId("bela"), {}}}, {}};
    summary.alarms = {"validator node-3 voted twice"};
    summary.invariants = {{"chain_is_linked", true, true, "public", ""}};
    summary.blocks_damaged = 1;
    summary.blocks_mended = 4;
    const SnapshotReport snapshot{
        {40, "snapshot", 9, 120, {"snapshot.next: it is damaged"}}, 50, 3, 1, "no space"};
    const Json json = to_json({NodeId("node-1"),
                               true,
                               2,
                               3,
                               9,
                               summary,
                               {21, 2, {"the ledger was damaged"}, snapshot},
                               {{{NodeId("node-4"), "no connection: refused"}}, {}, "height 7"},
                               true,
                               false});
    const std::string zeros(62, '0');
    const std::string expected =
        R"({"node":"node-1","running":true,"line":"height 7","height":7,"tip":"ab)" + zeros +
        R"(","app_hash":")" + zeros +
        R"(cd","deciding":{"height":8,"round":2},)"
        R"("signing":{"state":"observer"},"committee_class":"full",)"
        R"("broker_connected":true,"peers_connected":2,"peers":3,)"
        R"("gateway_connected":false,"missing":{"node-4":"no connection: refused"},"dropped":9,)"
        R"("waiting_transactions":5,"windows_settled":{"cluster-1":6},)"
        R"("estimated":{"meter-1":5},"trued_up":{"meter-1":2},)"
        R"("silent":{"meter-1":3},"unusable":{"meter-2":"register_fell"},)"
        R"("over_certified":{"meter-4":2},)"
        R"("readings":{"accepted":11,"duplicate":3,"rejected":{"high_s":2}},)"
        R"("refused":{"wrong_topic":4},"refused_from":{},"objections":{"wrong_totals":1},)"
        R"("storage":{"scrubbed_blocks":21,"scrub_passes":2,"blocks_damaged":1,)"
        R"("blocks_mended":4,"set_aside":["the ledger was damaged"],)"
        R"("snapshot":{"height":50,"started_from":40,"replayed_blocks":9,)"
        R"("replayed_transactions":120,)"
        R"("refused":["snapshot.next: it is damaged"],"written":3,"failed":1,)"
        R"("fault":"no space"}},)"
        R"("accused":{"meter-3":1},"tampered":{"meter-5":4},"deauthorised":{"meter-6":9},)"
        R"("office":{"promise":"1 of 2 officers decide: for a laboratory only, one stolen key is )"
        R"(enough","threshold":1,"officers":["amal","bela"],"laboratory_only":true},)"
        R"("alarms":["validator node-3 voted twice"],)"
        R"("invariants":[{"name":"chain_is_linked","applicable":true,"ok":true,)"
        R"("checked_by":"public","explanation":""}]})";
    EXPECT_EQ(json, *Json::parse(expected)) << json.dump(2);
}

TEST(StatusFile, says_what_a_running_node_has_done) {
    NodeWorld world(lab(4));
    world.go_to_end_of(0);
    world.measure(0, 900);
    const ClusterId cluster = TestNetwork::cluster(1);
    ASSERT_TRUE(world.run_until([&] { return world.settled(cluster, 0); }, 60'000));
    const NodeSummary summary = world.node(TestNetwork::node(1)).summary();
    EXPECT_EQ(summary.committee_class, CommitteeClass::full);
    EXPECT_GE(summary.height, 1U);
    EXPECT_EQ(summary.tip, world.node(TestNetwork::node(1)).state().tip);
    EXPECT_EQ(summary.readings_accepted, 12U) << "three meters of each of four clusters";
    EXPECT_EQ(summary.settled.at(cluster), 1U);
    EXPECT_EQ(summary.peers_heard.size(), 3U);
    EXPECT_FALSE(summary.invariants.empty());
    EXPECT_TRUE(summary.alarms.empty());
}

}  // namespace
}  // namespace fairfeed::test
