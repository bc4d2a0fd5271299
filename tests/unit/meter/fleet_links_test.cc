#include "meter-sim/fleet_links.h"

#include <gtest/gtest.h>

#include "core/base/bytes.h"

namespace fairfeed {
namespace {

LinkMessage message(std::string topic) {
    return {LinkWay::out, std::move(topic), std::make_shared<const Bytes>()};
}

FleetLinks two_lines(const LinkSettings& settings = {}) {
    FleetLinks links(settings);
    links.add(MeterId("m-1"), NodeId("n1"), 0);
    links.add(MeterId("m-1"), NodeId("n2"), 0);
    return links;
}

std::vector<std::string> topics(const std::vector<FleetLinks::Arrival>& arrivals) {
    std::vector<std::string> out;
    for (const auto& [line, message] : arrivals)
        out.push_back(std::to_string(line) + message.topic);
    return out;
}

TEST(FleetLinks, a_perfect_link_is_clear_and_asks_for_nothing) {
    FleetLinks links = two_lines();
    EXPECT_TRUE(links.is_clear(0));
    EXPECT_TRUE(links.changes(5).empty());
    EXPECT_EQ(links.next_ms(), INT64_MAX);
}

TEST(FleetLinks, a_message_arrives_after_its_delay) {
    FleetLinks links = two_lines({{50, 0, 0, 0}, {}, 0});
    EXPECT_FALSE(links.is_clear(0));
    links.enter(0, message("a"), 100);
    links.enter(1, message("b"), 120);
    EXPECT_EQ(links.next_ms(), 150);
    EXPECT_TRUE(links.arrived(149).empty());
    EXPECT_EQ(topics(links.arrived(150)), std::vector<std::string>{"0a"});
    EXPECT_EQ(topics(links.arrived(500)), std::vector<std::string>{"1b"});
}

TEST(FleetLinks, a_line_is_not_clear_before_its_last_slow_message_has_arrived) {
    FleetLinks links = two_lines({{50, 0, 0, 0}, {}, 0});
    links.enter(0, message("slow"), 100);
    links.set(0, {}, false);
    EXPECT_FALSE(links.is_clear(0)) << "the next message would overtake it";
    links.enter(0, message("next"), 110);
    EXPECT_EQ(topics(links.arrived(150)), (std::vector<std::string>{"0slow", "0next"}));
    EXPECT_TRUE(links.is_clear(0));
}

TEST(FleetLinks, what_is_on_its_way_is_lost_with_the_connection) {
    FleetLinks links = two_lines({{50, 0, 0, 0}, {}, 0});
    links.enter(0, message("a"), 0);
    links.enter(1, message("b"), 0);
    links.connection_lost(0);
    links.enter(0, message("later"), 10);
    EXPECT_EQ(topics(links.arrived(100)), (std::vector<std::string>{"1b", "0later"}));
    EXPECT_EQ(links.counts().broken_off, 1U);
}

TEST(FleetLinks, counts_what_the_dice_took_and_gave) {
    FleetLinks links = two_lines();
    links.set(0, {0, 0, 1'000'000, 0}, false);
    links.set(1, {0, 0, 0, 1'000'000}, false);
    links.enter(0, message("a"), 0);
    links.enter(1, message("b"), 0);
    EXPECT_EQ(topics(links.arrived(0)), (std::vector<std::string>{"1b", "1b"}));
    EXPECT_EQ(links.counts().lost, 1U);
    EXPECT_EQ(links.counts().doubled, 1U);
}

TEST(FleetLinks, tells_each_cut_and_each_mending_once) {
    FleetLinks links = two_lines();
    links.set(0, {}, true);
    EXPECT_EQ(links.next_ms(), INT64_MIN) << "at once";
    auto changes = links.changes(0);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].line, 0U);
    EXPECT_TRUE(changes[0].is_cut);
    links.set(0, {}, true);
    EXPECT_TRUE(links.changes(1).empty());
    links.set(0, {}, false);
    changes = links.changes(2);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_FALSE(changes[0].is_cut);
}

TEST(FleetLinks, an_outage_of_the_scenario_hides_one_that_comes_by_itself) {
    FleetLinks links = two_lines({{}, {1000, 100}, 3});
    int cuts = 0;
    int mendings = 0;
    links.set(1, {}, true);
    for (std::int64_t now = 0; now < 10'000; now = std::max(now + 1, links.next_ms())) {
        for (const FleetLinks::Change& change : links.changes(now)) {
            if (change.line == 1) {
                EXPECT_TRUE(change.is_cut);
                continue;
            }
            (change.is_cut ? cuts : mendings) += 1;
        }
    }
    EXPECT_EQ(cuts, 10);
    EXPECT_EQ(mendings, 10);
}

}  // namespace
}  // namespace fairfeed
