// scripts/chaos as a person uses it: it strikes real processes, and no sent reading is lost.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

using testing_support::TempDirectory;

constexpr std::int64_t kSingleLimitMs = 10'000;
constexpr std::int64_t kBlackoutLimitMs = 60'000;

std::vector<std::string> chaos_command(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{FAIRFEED_SOURCE_DIR "/scripts/chaos"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

// Every sent reading has one fate, and each estimate belongs to one reading.
void expect_every_reading_accounted_for(const Json& report) {
    const Json& readings = report.at("readings");
    const std::int64_t late = integer(readings.at("trued_up")) + integer(readings.at("covered")) +
                              integer(readings.at("open"));
    EXPECT_GT(integer(readings.at("final")), 0);
    EXPECT_EQ(integer(readings.at("sent")), integer(readings.at("final")) + late);
    EXPECT_EQ(integer(report.at("estimates")), late);
}

TEST(Chaos, a_minute_of_crashes_pauses_and_cuts_loses_no_reading_and_forks_nobody) {
    const TempDirectory place;
    RunningProgram chaos(
        chaos_command({"--minutes", "1", "--seed", "3", "--dir", "lab", "--json", "chaos.json"}),
        place.path());
    ASSERT_EQ(chaos.wait(), 0) << chaos.output();
    const Json report = read_json(place / "chaos.json");
    EXPECT_EQ(report.at("ok"), Json(true)) << chaos.output();
    EXPECT_EQ(report.at("lost"), Json(0));
    EXPECT_EQ(report.at("forks"), Json(0));
    const Json::Array* faults = report.at("log").as_array();
    ASSERT_NE(faults, nullptr);
    EXPECT_GE(faults->size(), 4U) << chaos.output();
    for (const Json& fault : *faults) {
        const bool everybody = text(fault.at("kind")) == "blackout";
        EXPECT_LE(integer(fault.at("recovery_ms")), everybody ? kBlackoutLimitMs : kSingleLimitMs);
    }
    expect_every_reading_accounted_for(report);
}

TEST(Chaos, killed_itself_it_leaves_no_process_behind) {
    const TempDirectory place;
    RunningProgram chaos(chaos_command({"--minutes", "1", "--nodes", "4", "--dir", "lab"}),
                         place.path());
    ASSERT_TRUE(chaos.says("started; logs in")) << chaos.output();
    const auto children = chaos.children();
    EXPECT_EQ(children.size(), 9U) << "four brokers, four nodes and the meters";
    const Watched watched(children);
    chaos.signal(SIGKILL);
    EXPECT_EQ(chaos.wait(), 128 + SIGKILL);
    EXPECT_TRUE(watched.all_ended());
}

TEST(Chaos, says_which_faults_there_are) {
    const TempDirectory place;
    RunningProgram chaos(chaos_command({"--minutes", "1", "--only", "earthquake"}), place.path());
    EXPECT_EQ(chaos.wait(), 2);
    EXPECT_NE(chaos.output().find("node_and_broker_kill"), std::string::npos) << chaos.output();
}

}  // namespace
}  // namespace fairfeed::e2e
