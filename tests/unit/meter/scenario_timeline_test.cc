#include "meter-sim/scenario_timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const MeterId kOne("m-1");
const MeterId kTwo("m-2");
const NodeId kNear("n1");
const NodeId kFar("n2");
const ScenarioLines kAll{{kOne, kTwo}, {kNear, kFar}};

ScenarioEvent event(std::int64_t from_s, std::int64_t until_s, decltype(ScenarioEvent::what) what,
                    std::string words = "it") {
    return {from_s, until_s, std::move(what), std::move(words)};
}

std::string told(const ScenarioEffect& effect) {
    if (std::holds_alternative<scenario_effect::LinesChanged>(effect)) return "lines";
    if (const auto* opened = std::get_if<scenario_effect::OpenMeter>(&effect))
        return "open " + opened->meter.str();
    if (const auto* clock = std::get_if<scenario_effect::SetClock>(&effect))
        return "clock " + clock->meter.str() + " " + std::to_string(clock->ahead_s);
    const auto& tell = std::get<scenario_effect::Tell>(effect);
    return (tell.begins ? "begins " : "ends ") + tell.words + " " + std::to_string(tell.at_s);
}

std::vector<std::string> told(const std::vector<ScenarioEffect>& effects) {
    std::vector<std::string> out;
    for (const ScenarioEffect& effect : effects)
        out.push_back(told(effect));
    return out;
}

TEST(ScenarioTimeline, an_outage_begins_and_ends_at_its_times) {
    ScenarioTimeline timeline(
        {event(100, 200, scenario_event::Outage{{{kOne}, {kNear}}}, "outage")});
    EXPECT_EQ(timeline.next_s(), 100);
    EXPECT_THAT(told(timeline.step(99)), IsEmpty());
    EXPECT_FALSE(timeline.is_down(kOne, kNear));
    EXPECT_THAT(told(timeline.step(100)), ElementsAre("begins outage 100", "lines"));
    EXPECT_TRUE(timeline.is_down(kOne, kNear));
    EXPECT_FALSE(timeline.is_down(kOne, kFar));
    EXPECT_FALSE(timeline.is_down(kTwo, kNear));
    EXPECT_THAT(told(timeline.step(150)), IsEmpty());
    EXPECT_THAT(told(timeline.step(1000)), ElementsAre("ends outage 200", "lines"));
    EXPECT_FALSE(timeline.is_down(kOne, kNear));
    EXPECT_EQ(timeline.next_s(), INT64_MAX);
}

TEST(ScenarioTimeline, a_line_is_down_as_long_as_one_of_two_outages_lasts) {
    ScenarioTimeline timeline({event(0, 100, scenario_event::Outage{kAll}),
                               event(50, 150, scenario_event::Outage{kAll})});
    (void)timeline.step(100);
    EXPECT_TRUE(timeline.is_down(kOne, kNear));
    (void)timeline.step(150);
    EXPECT_FALSE(timeline.is_down(kOne, kNear));
}

TEST(ScenarioTimeline, of_two_faults_of_a_link_each_replaces_what_it_names) {
    ScenarioTimeline timeline(
        {event(0, 100, scenario_event::LinkFault{kAll, 500, {}, 200'000, {}}),
         event(0, 200, scenario_event::LinkFault{{{kOne}, {kNear}}, {}, 7, 10'000, {}})});
    const LinkConditions base{1, 2, 3, 4};
    EXPECT_EQ(timeline.conditions(kOne, kNear, base), base);
    (void)timeline.step(0);
    EXPECT_EQ(timeline.conditions(kOne, kNear, base), (LinkConditions{500, 7, 10'000, 4}));
    EXPECT_EQ(timeline.conditions(kTwo, kNear, base), (LinkConditions{500, 2, 200'000, 4}));
    (void)timeline.step(100);
    EXPECT_EQ(timeline.conditions(kOne, kNear, base), (LinkConditions{1, 7, 10'000, 4}));
    EXPECT_EQ(timeline.conditions(kTwo, kNear, base), base);
}

TEST(ScenarioTimeline, a_clock_is_right_again_when_its_time_is_over) {
    ScenarioTimeline timeline({event(10, 20, scenario_event::WrongClock{{kOne}, -90}),
                               event(15, 30, scenario_event::WrongClock{{kOne, kTwo}, 60})});
    EXPECT_THAT(told(timeline.step(10)), ElementsAre("begins it 10", "clock m-1 -90"));
    EXPECT_THAT(told(timeline.step(15)),
                ElementsAre("begins it 15", "clock m-1 60", "clock m-2 60"));
    EXPECT_THAT(told(timeline.step(20)), ElementsAre("ends it 20", "clock m-1 60"));
    EXPECT_THAT(told(timeline.step(30)), ElementsAre("ends it 30", "clock m-1 0", "clock m-2 0"));
}

TEST(ScenarioTimeline, what_ends_when_something_begins_ends_first) {
    ScenarioTimeline timeline({event(100, 200, scenario_event::Outage{kAll}, "second"),
                               event(0, 100, scenario_event::Outage{kAll}, "first")});
    EXPECT_THAT(told(timeline.step(100)), ElementsAre("begins first 0", "lines", "ends first 100",
                                                      "lines", "begins second 100", "lines"));
}

TEST(ScenarioTimeline, a_meter_is_opened_once_and_again_for_a_fleet_that_starts_anew) {
    ScenarioTimeline timeline({event(5, INT64_MAX, scenario_event::Tampering{{kOne}}),
                               event(6, INT64_MAX, scenario_event::AddedPv{{kTwo}, 3000}),
                               event(7, INT64_MAX, scenario_event::WrongClock{{kTwo}, 60})});
    EXPECT_THAT(told(timeline.in_force()), ElementsAre("lines"));
    EXPECT_THAT(told(timeline.step(7)), ElementsAre("begins it 5", "open m-1", "begins it 6",
                                                    "begins it 7", "clock m-2 60"));
    EXPECT_THAT(told(timeline.step(8)), IsEmpty());
    EXPECT_THAT(told(timeline.in_force()), ElementsAre("lines", "open m-1", "clock m-2 60"));
}

}  // namespace
}  // namespace fairfeed
