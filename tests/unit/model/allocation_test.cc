#include "core/model/allocation.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

AllocationNode node(std::string_view name, std::string_view cluster, Location location,
                    std::int64_t meters) {
    return {.node = NodeId(name),
            .parent_of = cluster.empty() ? ClusterId() : ClusterId(cluster),
            .location = location,
            .meters = meters};
}

std::vector<NodeId> names(std::initializer_list<std::string_view> list) {
    std::vector<NodeId> out;
    for (const auto name : list)
        out.emplace_back(name);
    return out;
}

TEST(Distance, is_the_floor_of_the_straight_line) {
    EXPECT_EQ(distance_m({0, 0}, {3, 4}), 5);
    EXPECT_EQ(distance_m({0, 0}, {1, 1}), 1);
    EXPECT_EQ(distance_m({-5, 7}, {-5, 7}), 0);
    EXPECT_EQ(distance_m({10, 0}, {-1000, 0}), 1010);
}

TEST(Distance, holds_for_the_widest_sites) {
    EXPECT_EQ(distance_m({INT32_MIN, 0}, {INT32_MAX, 0}), 4'294'967'295);
    EXPECT_EQ(distance_m({INT32_MIN, INT32_MIN}, {INT32_MAX, INT32_MAX}), 6'074'000'998);
}

TEST(Allocation, takes_the_parent_and_the_three_nearest_other_parents) {
    const std::vector<AllocationNode> nodes = {
        node("far", "c-far", {9000, 0}, 1),    node("a", "c-a", {100, 0}, 4),
        node("b", "c-b", {50, 0}, 4),          node("c", "c-c", {0, 70}, 4),
        node("home", "c-home", {500, 500}, 4),
    };
    EXPECT_EQ(allocate_committee(ClusterId("c-home"), {0, 0}, nodes),
              names({"home", "b", "c", "a"}));
}

TEST(Allocation, breaks_ties_by_fewer_meters_and_then_by_name) {
    const std::vector<AllocationNode> nodes = {
        node("home", "c-home", {0, 0}, 4), node("d", "c-d", {10, 0}, 4),
        node("c", "c-c", {0, 10}, 4),      node("b", "c-b", {-10, 0}, 2),
        node("a", "c-a", {0, -10}, 5),
    };
    EXPECT_EQ(allocate_committee(ClusterId("c-home"), {0, 0}, nodes),
              names({"home", "b", "c", "d"}));
}

TEST(Allocation, a_neighbour_must_be_a_parent_elsewhere) {
    const std::vector<AllocationNode> nodes = {
        node("home", "c-home", {0, 0}, 4),
        node("idle", "", {1, 0}, 0),
        node("other", "c-other", {2, 0}, 1),
    };
    EXPECT_EQ(allocate_committee(ClusterId("c-home"), {0, 0}, nodes), names({"home", "other"}));
    EXPECT_TRUE(allocate_committee(ClusterId("nobody"), {0, 0}, nodes).empty());
}

TEST(CommitteeClass, promises_only_what_the_size_can_hold) {
    EXPECT_EQ(to_string(committee_class(1)), "single");
    EXPECT_EQ(to_string(committee_class(2)), "degraded");
    EXPECT_EQ(to_string(committee_class(3)), "degraded");
    EXPECT_EQ(to_string(committee_class(4)), "full");
}

TEST(CommitteeQuorum, follows_rule_9) {
    EXPECT_EQ(committee_quorum(4, false), 3U);
    EXPECT_EQ(committee_quorum(4, true), 3U);
    EXPECT_EQ(committee_quorum(3, false), 3U);
    EXPECT_EQ(committee_quorum(3, true), 2U);
    EXPECT_EQ(committee_quorum(2, false), 2U);
    EXPECT_EQ(committee_quorum(2, true), 2U);
    EXPECT_EQ(committee_quorum(1, false), 1U);
}

TEST(CommitteeQuorum, receipts_and_shares_follow_rules_1_and_13) {
    const std::size_t receipts[] = {1, 2, 2, 2};
    const std::size_t shares[] = {1, 1, 1, 2};
    for (std::size_t members = 1; members <= 4; ++members) {
        EXPECT_EQ(receipts_needed(members), receipts[members - 1]);
        EXPECT_EQ(shares_needed(members), shares[members - 1]);
    }
}

TEST(ValidatorOrder, is_by_meters_descending_then_name) {
    const std::vector<AllocationNode> nodes = {
        node("b", "c-b", {0, 0}, 3), node("a", "c-a", {0, 0}, 3), node("z", "c-z", {0, 0}, 7),
        node("c", "c-c", {0, 0}, 0)};
    EXPECT_EQ(validator_order(nodes), names({"z", "a", "b", "c"}));
}

}  // namespace
}  // namespace fairfeed
