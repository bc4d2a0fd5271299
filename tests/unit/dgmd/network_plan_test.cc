#include "gateway/dgmd/network_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/random.h"
#include "core/state/state.h"
#include "gateway/dgmd/genesis_builder.h"
#include "gateway/dgmd/lab_parameters.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kNowMs = 1'700'000'000'000;

using testing::ElementsAre;

// Nodes on a line, 100 m apart; node i is the parent of cluster i, which has i meters.
LabNetwork line_of(int nodes) {
    LabNetwork lab;
    lab.parameters.name = "line";
    lab.parameters.timers = lab_timers();
    for (int i = 1; i <= nodes; ++i) {
        const std::string number = std::to_string(i);
        lab.nodes.push_back(
            {NodeId("n" + number), {100 * i, 0}, "127.0.0.1", "127.0.0.1", 8883, {}});
        lab.clusters.push_back({ClusterId("c" + number), NodeId("n" + number), {100 * i, 0}});
        for (int meter = 1; meter <= i; ++meter) {
            const std::string name = "m" + number + "-" + std::to_string(meter);
            lab.meters.push_back(
                {MeterId(name), ClusterId("c" + number), 1000, name, {}, {}, {}, ""});
        }
    }
    return lab;
}

TEST(NetworkPlan, takes_the_nearest_parents_then_those_with_fewer_meters) {
    const NetworkPlan plan = plan_network(line_of(6));
    const auto committee = [&plan](const char* cluster) {
        std::vector<std::string> names;
        for (const NodeId& member : plan.committees.at(ClusterId(cluster)))
            names.push_back(member.str());
        return names;
    };
    EXPECT_THAT(committee("c1"), ElementsAre("n1", "n2", "n3", "n4"));
    EXPECT_THAT(committee("c3"), ElementsAre("n3", "n2", "n4", "n1"));
    EXPECT_THAT(committee("c6"), ElementsAre("n6", "n5", "n4", "n3"));
}

TEST(NetworkPlan, knows_whose_neighbour_a_node_is) {
    const NetworkPlan plan = plan_network(line_of(6));
    EXPECT_THAT(plan.neighbour_of(NodeId("n6")), ElementsAre(ClusterId("c5")));
    EXPECT_THAT(plan.neighbour_of(NodeId("n1")), ElementsAre(ClusterId("c2"), ClusterId("c3")));
}

TEST(NetworkPlan, counts_the_meters_of_neighbouring_clusters_at_a_nodes_broker) {
    const NetworkPlan plan = plan_network(line_of(6));
    EXPECT_EQ(plan.meters_at(NodeId("n1")), 1 + 2 + 3);
    EXPECT_EQ(plan.meters_at(NodeId("n6")), 5 + 6);
}

TEST(NetworkPlan, orders_validators_by_meters_then_name) {
    LabNetwork lab = line_of(3);
    lab.meters.pop_back();  // n2 and n3 have two meters each
    const NetworkPlan plan = plan_network(lab);
    EXPECT_THAT(plan.validators, ElementsAre(NodeId("n2"), NodeId("n3"), NodeId("n1")));
    EXPECT_EQ(plan.genesis_node(), NodeId("n2"));
}

TEST(NetworkPlan, leaves_a_node_without_a_cluster_out_of_every_committee) {
    LabNetwork lab = line_of(3);
    lab.nodes.push_back({NodeId("spare"), {150, 0}, "127.0.0.1", "127.0.0.1", 8884, {}});
    const NetworkPlan plan = plan_network(lab);
    EXPECT_THAT(plan.neighbour_of(NodeId("spare")), ElementsAre());
    EXPECT_EQ(plan.validators.back(), NodeId("spare"));
}

TEST(GenesisBuilder, founds_networks_of_every_size_as_the_nodes_accept_them) {
    for (const int nodes : {1, 2, 3, 4, 7, 16}) {
        const LabNetwork lab = line_of(nodes);
        const NetworkPlan plan = plan_network(lab);
        const auto founded = found_network(lab, plan, make_keys(lab, system_random()), kNowMs);
        ASSERT_TRUE(founded) << nodes << ": " << founded.error();
        EXPECT_EQ(founded->state.validators, plan.validators);
        for (const auto& [cluster, members] : plan.committees)
            EXPECT_EQ(founded->state.cluster(cluster)->committee.members, members);
        EXPECT_EQ(founded->state.genesis.genesis_node, plan.genesis_node());
    }
}

TEST(GenesisBuilder, hands_out_no_genesis_that_nodes_would_refuse) {
    LabNetwork lab = line_of(2);
    lab.tariff.import_micro_per_kwh = -1;
    const auto founded =
        found_network(lab, plan_network(lab), make_keys(lab, system_random()), kNowMs);
    ASSERT_FALSE(founded);
    EXPECT_EQ(founded.error(), "nodes would refuse this genesis: out_of_range");
}

}  // namespace
}  // namespace fairfeed
