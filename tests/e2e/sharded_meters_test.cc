// Meters with more connections than a process may have file descriptors: meter-sim spreads them
// over processes by itself, and nobody notices but the operator, who is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_lab.h"
#include "tests/support/wait.h"

namespace fairfeed::e2e {
namespace {

using ::testing::HasSubstr;

// 12 meters with four connections each, and a limit that leaves room for 32 of them.
std::vector<std::string> under_a_low_limit(const std::string& arguments) {
    return {"sh", "-c", "ulimit -n 80 && exec " + program("meter-sim") + " " + arguments};
}

TEST(ShardedMeters, settle_their_windows_although_one_of_their_processes_is_killed) {
    const RunningLab lab;
    std::ofstream(lab.in("day.yaml"))
        << "scenario: half a day\nends: 12:00\npatience: 8h\ntimeline: []\n"
           "expect:\n  - settled: {windows: 3}\n";
    RunningProgram meters(under_a_low_limit("run --config " + lab.meters().string() +
                                            " --scenario " + lab.in("day.yaml").string() +
                                            " --json " + lab.in("report.json").string()));
    ASSERT_TRUE(
        meters.says("48 connections are spread over 2 processes, because the hard limit of "
                    "file descriptors allows 32 in one"))
        << meters.output();
    ASSERT_TRUE(test::wait_for([&] { return meters.children().size() == 2; }));
    const Watched carriers(meters.children());
    ASSERT_EQ(::kill(meters.children().front(), SIGKILL), 0);
    ASSERT_TRUE(meters.says("a process for connections has ended")) << meters.output();
    EXPECT_EQ(meters.wait(), 0) << meters.output();
    EXPECT_TRUE(carriers.all_ended());
    const Json report = read_json(lab.in("report.json"));
    EXPECT_EQ(integer(report.at("connections").at("up")), 48) << "one report of all";
    EXPECT_EQ(integer(report.at("pending")), 0);
    const Json& day = report.at("traffic").at("days").at(1).at("meters");
    EXPECT_EQ(day.as_object()->size(), 12U);
}

TEST(ShardedMeters, a_load_is_one_load) {
    const RunningLab lab(12);
    RunningProgram load(under_a_low_limit("load --config " + lab.meters().string() +
                                          " --burst --duration 6 --json " +
                                          lab.in("load.json").string()));
    EXPECT_EQ(load.wait(), 0) << load.output();
    EXPECT_THAT(load.output(), HasSubstr("spread over 2 processes"));
    const Json result = read_json(lab.in("load.json"));
    EXPECT_EQ(integer(result.at("connections").at("up")), 48);
    EXPECT_EQ(integer(result.at("readings").at("final")), 24);
    EXPECT_GT(integer(result.at("bytes").at("sent")), 24 * 4 * 300);
}

TEST(ShardedMeters, their_processes_do_not_outlive_a_meter_sim_that_is_killed) {
    const RunningLab lab(60);
    RunningProgram meters(under_a_low_limit("run --config " + lab.meters().string()));
    ASSERT_TRUE(test::wait_for([&] { return meters.children().size() == 2; })) << meters.output();
    const Watched carriers(meters.children());
    meters.signal(SIGKILL);
    EXPECT_TRUE(carriers.all_ended());
}

TEST(ShardedMeters, nobody_starts_their_processes_by_hand) {
    RunningProgram carry({program("meter-sim"), "carry"});
    EXPECT_EQ(carry.wait(), 2);
    EXPECT_THAT(carry.output(), HasSubstr("only another meter-sim starts this"));
}

}  // namespace
}  // namespace fairfeed::e2e
