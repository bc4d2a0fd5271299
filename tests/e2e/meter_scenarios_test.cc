// The scenarios of config/scenarios as a person plays them: real brokers, nodes and meters, in the
// network of config/lab.yaml, in which a day takes 18 s.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_lab.h"

namespace fairfeed::e2e {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> play(const RunningLab& lab, const std::string& scenario,
                              const std::vector<std::string>& nodes) {
    std::vector<std::string> command{
        program("meter-sim"), "run",    "--config", lab.meters().string(),
        "--scenario",         scenario, "--json",   lab.in("report.json").string()};
    for (const std::string& node : nodes) {
        command.push_back("--status");
        command.push_back(lab.status_of(node).string());
    }
    return command;
}

std::string of_the_house(const std::string& name) {
    return std::string(FAIRFEED_SOURCE_DIR) + "/config/scenarios/" + name;
}

void expect_met(const RunningLab& lab, const RunningProgram& played, std::size_t expectations) {
    const Json report = read_json(lab.in("report.json"));
    const Json& scenario = report.at("scenario");
    EXPECT_EQ(scenario.at("ok"), Json(true)) << played.output();
    const Json::Array* rows = scenario.at("expectations").as_array();
    ASSERT_NE(rows, nullptr);
    EXPECT_EQ(rows->size(), expectations);
    EXPECT_EQ(report.at("pending"), Json(0)) << "every reading was receipted";
    const std::string all = std::to_string(expectations) + " of " + std::to_string(expectations);
    EXPECT_THAT(played.output(), HasSubstr(all + " expectations met"));
}

TEST(MeterScenarios, meters_without_a_connection_are_estimated_and_trued_up) {
    const RunningLab lab;
    RunningProgram played(play(lab, of_the_house("outage.yaml"), {"n1", "n5"}));
    EXPECT_EQ(played.wait(), 0) << played.output();
    expect_met(lab, played, 6);
    const Json traffic = read_json(lab.in("report.json")).at("traffic");
    const Json& meters = traffic.at("days").at(1).at("meters");
    EXPECT_EQ(traffic.at("days").at(1).at("day"), Json("2016-08-08"));
    // A reading is at least 300 bytes, and goes to four members six times a day.
    EXPECT_GT(integer(meters.at("m-102").at("sent")), 4 * 6 * 300);
    EXPECT_GT(integer(meters.at("m-102").at("received")), 1000);
}

TEST(MeterScenarios, a_poor_radio_and_a_node_out_of_reach_cost_no_window) {
    const RunningLab lab(7, 8000);
    RunningProgram played(play(lab, of_the_house("bad-radio.yaml"), {"n1", "n5"}));
    EXPECT_EQ(played.wait(), 0) << played.output();
    expect_met(lab, played, 2);
    const Json link = read_json(lab.in("report.json")).at("link");
    EXPECT_GT(integer(link.at("lost")), 20);
    EXPECT_GT(integer(link.at("doubled")), 0);
}

TEST(MeterScenarios, an_opened_meter_is_out_and_the_others_go_on) {
    const RunningLab lab;
    RunningProgram played(play(lab, of_the_house("tampered.yaml"), {"n1", "n2", "n5"}));
    EXPECT_EQ(played.wait(), 0) << played.output();
    expect_met(lab, played, 5);
}

TEST(MeterScenarios, an_expectation_that_is_not_met_fails_the_run_and_is_named) {
    const RunningLab lab;
    std::ofstream(lab.in("wrong.yaml"))
        << "scenario: one that fails\nends: 04:00\npatience: 2h\ntimeline: []\n"
           "expect:\n  - settled: {windows: 1}\n  - trued_up: {meters: [m-101], windows: 1}\n";
    RunningProgram played(play(lab, lab.in("wrong.yaml").string(), {}));
    EXPECT_EQ(played.wait(), 1) << played.output();
    EXPECT_THAT(played.output(), HasSubstr("NOT MET"));
    EXPECT_THAT(played.output(), HasSubstr("scenario: 1 of 2 expectations met"));
    EXPECT_EQ(read_json(lab.in("report.json")).at("scenario").at("ok"), Json(false));
}

TEST(MeterScenarios, wrong_ones_end_before_anything_is_played) {
    const RunningLab lab(60);
    std::ofstream(lab.in("wrong.yaml"))
        << "scenario: x\nends: 24:00\ntimeline:\n  - {at: 10:00, outage: {meters: [m-999]}}\n"
           "expect:\n  - alarms: {of_nodes: 0}\n";
    RunningProgram wrong(play(lab, lab.in("wrong.yaml").string(), {}));
    EXPECT_EQ(wrong.wait(), 2);
    EXPECT_THAT(wrong.output(), HasSubstr("wrong.yaml:4:35: 'm-999' is not among the meters"));
    EXPECT_THAT(wrong.output(), HasSubstr("wrong.yaml:6:24: 'of_nodes' is known to nodes only"));
    RunningProgram blind(play(lab, of_the_house("outage.yaml"), {"n9"}));
    EXPECT_EQ(blind.wait(), 2);
    EXPECT_THAT(blind.output(), HasSubstr("node-n9.json"));
    RunningProgram lone({program("meter-sim"), "run", "--config", lab.meters().string(), "--status",
                         lab.status_of("n1").string()});
    EXPECT_EQ(lone.wait(), 2);
    EXPECT_EQ(lone.output(), "--status goes with --scenario\n");
}

}  // namespace
}  // namespace fairfeed::e2e
