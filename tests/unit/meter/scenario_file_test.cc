#include "meter-sim/scenario_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/base/units.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_support::TempDirectory;

constexpr std::int64_t kHour = kSecondsPerHour;

ScenarioCast cast() {
    return {{MeterId("m-1"), MeterId("m-2"), MeterId("m-3")},
            {NodeId("n1"), NodeId("n2")},
            4 * kHour,
            false};
}

class ScenarioFileTest : public ::testing::Test {
  protected:
    Result<Scenario, std::vector<std::string>> load(const std::string& text,
                                                    const ScenarioCast& cast) {
        std::ofstream(directory_ / "s.yaml") << text;
        return load_scenario(directory_ / "s.yaml", cast);
    }
    Scenario sound(const std::string& text, ScenarioCast cast = fairfeed::cast()) {
        auto scenario = load(text, cast);
        if (!scenario) {
            ADD_FAILURE() << ::testing::PrintToString(scenario.error());
            return {};
        }
        return std::move(*scenario);
    }
    std::vector<std::string> errors(const std::string& text) {
        const auto scenario = load(text, cast());
        return scenario ? std::vector<std::string>{} : scenario.error();
    }
    static std::string of(const std::string& timeline, const std::string& expect = "") {
        return "scenario: a day\nends: 24:00\ntimeline:\n" + timeline + "expect:\n" +
               (expect.empty() ? "  - settled: {windows: 6}\n" : expect);
    }
    TempDirectory directory_;
};

TEST_F(ScenarioFileTest, reads_every_kind_of_event) {
    const Scenario scenario =
        sound(of("  - {at: 10:00, for: 3h, outage: {meters: [m-1], nodes: [n2]}}\n"
                 "  - {at: 11:00, tamper: {meters: [m-2]}}\n"
                 "  - {at: 00:00, pv: {meters: [m-3], kw: 2.5}}\n"
                 "  - {at: 06:00, until: 12:00, clock: {meters: [m-1], wrong_s: -90}}\n"
                 "  - {at: 06:00, link: {loss_percent: 20, delay_ms: 100}}\n"
                 "  - {at: day 1 07:00, for: 90min, node_off: {nodes: [n1]}}\n"));
    EXPECT_EQ(scenario.name, "a day");
    EXPECT_EQ(scenario.ends_s, 24 * kHour);
    EXPECT_EQ(scenario.patience_s, 4 * kHour) << "a window";
    ASSERT_EQ(scenario.events.size(), 6U);
    const auto& outage = std::get<scenario_event::Outage>(scenario.events[0].what);
    EXPECT_TRUE(outage.lines.covers(MeterId("m-1"), NodeId("n2")));
    EXPECT_FALSE(outage.lines.covers(MeterId("m-1"), NodeId("n1")));
    EXPECT_FALSE(outage.lines.covers(MeterId("m-2"), NodeId("n2")));
    EXPECT_EQ(scenario.events[0].from_s, 10 * kHour);
    EXPECT_EQ(scenario.events[0].until_s, 13 * kHour);
    EXPECT_EQ(scenario.events[0].words, "outage of m-1 to n2");
    EXPECT_TRUE(std::get<scenario_event::Tampering>(scenario.events[1].what)
                    .meters.contains(MeterId("m-2")));
    EXPECT_EQ(std::get<scenario_event::AddedPv>(scenario.events[2].what).watts, 2500);
    EXPECT_EQ(std::get<scenario_event::WrongClock>(scenario.events[3].what).ahead_s, -90);
    const auto& link = std::get<scenario_event::LinkFault>(scenario.events[4].what);
    EXPECT_EQ(link.loss_ppm, 200'000);
    EXPECT_EQ(link.delay_ms, 100);
    EXPECT_EQ(link.duplicate_ppm, std::nullopt);
    EXPECT_TRUE(link.lines.covers(MeterId("m-3"), NodeId("n2"))) << "nobody named: all";
    EXPECT_EQ(scenario.events[4].until_s, INT64_MAX);
    const auto& off = std::get<scenario_event::Outage>(scenario.events[5].what);
    EXPECT_TRUE(off.lines.covers(MeterId("m-2"), NodeId("n1")));
    EXPECT_FALSE(off.lines.covers(MeterId("m-2"), NodeId("n2")));
}

TEST_F(ScenarioFileTest, reads_every_kind_of_expectation) {
    ScenarioCast with_status = cast();
    with_status.has_status = true;
    const Scenario scenario =
        sound(of("  []\n",
                 "  - settled: {windows: 6}\n"
                 "  - estimated: {meters: [m-1], windows: 2}\n"
                 "  - trued_up: {meters: [m-1, m-2], windows: 1}\n"
                 "  - shares: {settlements: 3, curtailed: true}\n"
                 "  - alarms: {seal_broken: [m-3], over_certified: [], of_nodes: 0}\n"),
              with_status);
    std::vector<ScenarioFact> facts;
    for (const ScenarioExpectation& each : scenario.expectations)
        facts.push_back(each.fact);
    EXPECT_THAT(
        facts, ElementsAre(ScenarioFact::settled, ScenarioFact::estimated, ScenarioFact::trued_up,
                           ScenarioFact::shares, ScenarioFact::curtailed, ScenarioFact::seal_broken,
                           ScenarioFact::over_certified, ScenarioFact::node_alarms));
    EXPECT_TRUE(scenario.expectations[0].of_all);
    EXPECT_EQ(scenario.expectations[2].meters.size(), 2U);
    EXPECT_EQ(scenario.expectations[5].meters.size(), 1U);
}

TEST_F(ScenarioFileTest, reports_every_mistake_with_its_place_and_what_to_write) {
    EXPECT_THAT(
        errors("scenario: a day\n"
               "ends: 24h\n"
               "timeline:\n"
               "  - {at: ten, outage: {}}\n"
               "  - {at: 10:00, for: 3 hours, outage: {meters: [m-9]}}\n"
               "  - {at: 10:00, link: {loss_percent: 120}}\n"
               "  - {at: 10:00, for: 3h, tamper: {meters: [m-1]}}\n"
               "  - {at: 10:00, rain: {}}\n"
               "  - {at: 10:00, until: 09:00, node_off: {}}\n"
               "expect:\n"
               "  - alarms: {of_nodes: 0}\n"
               "  - settled: {windows: 1, clusters: [ash]}\n"),
        ElementsAre(HasSubstr("s.yaml:2:7: 'ends': '24h' is no time: write HH:MM"),
                    HasSubstr("s.yaml:4:10: 'at': 'ten' is no time"),
                    HasSubstr("s.yaml:5:22: 'for': '3 hours' is no span: write 3h"),
                    HasSubstr("s.yaml:5:49: 'm-9' is not among the meters of this configuration: "
                              "m-1, m-2, m-3"),
                    HasSubstr("s.yaml:6:38: 'loss_percent': '120'"),
                    HasSubstr("s.yaml:7:22: a meter stays opened"),
                    HasSubstr("s.yaml:8:5: an entry of 'timeline' has exactly one of outage"),
                    HasSubstr("s.yaml:8:17: unknown key 'timeline[4].rain'"),
                    HasSubstr("s.yaml:9:24: 'until' is not after 'at'"),
                    HasSubstr("s.yaml:9:41: 'node_off' names its 'nodes'"),
                    HasSubstr("s.yaml:11:24: 'of_nodes' is known to nodes only: name the status"),
                    HasSubstr("s.yaml:12:27: unknown key 'expect[1].settled.clusters'")));
}

TEST_F(ScenarioFileTest, what_nobody_would_see_is_refused) {
    EXPECT_THAT(errors(of("  - {at: day 2 10:00, outage: {}}\n")),
                ElementsAre(HasSubstr("'at' is not before 'ends'")));
    EXPECT_THAT(errors("scenario: x\nends: 1:00\ntimeline: []\nexpect: []\n"),
                ElementsAre(HasSubstr("'expect' says nothing")));
    EXPECT_THAT(errors(of("  - {at: 10:00, link: {meters: [m-1]}}\n")),
                ElementsAre(HasSubstr("'link' has at least one of delay_ms")));
    EXPECT_THAT(errors(of("  []\n", "  - shares: {}\n  - alarms: {}\n")),
                ElementsAre(HasSubstr("'shares' has 'settlements'"),
                            HasSubstr("'alarms' has at least one of")));
}

TEST_F(ScenarioFileTest, a_missing_file_is_named) {
    const auto scenario = load_scenario(directory_ / "gone.yaml", cast());
    ASSERT_FALSE(scenario);
    EXPECT_THAT(scenario.error(), ElementsAre(HasSubstr("gone.yaml")));
}

}  // namespace
}  // namespace fairfeed
