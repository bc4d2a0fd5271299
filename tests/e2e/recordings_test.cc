// Recordings of homes as people's programs write them, through the real programs: tolerantly read,
// refused with file, line and cell, and recognised when the meters start.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

using testing_support::TempDirectory;

constexpr const char* kNetwork =
    "network: {name: lab, starts_in_s: 0, speed: 4800, window_limit: 1, preset: lab}\n"
    "nodes:\n"
    "  - {id: n1, location: {east_m: 0, north_m: 0}, address: 127.0.0.1, port: 9}\n"
    "clusters: [{id: ash, parent: n1}]\n"
    "meters: [{id: m1, cluster: ash, home: House_1}]\n"
    "tariff: {import_micro_per_kwh: 1, export_micro_per_kwh: 1}\n"
    "meter_source: {homes: homes.csv}\n";

std::string recording(int first_hour, const std::string& energy, int hours) {
    std::string text =
        "\xEF\xBB\xBF"
        "interval_start_local;load_kwh_House_1;pv_kwh_House_1\r\n";
    for (int i = 0; i < hours; ++i) {
        const int hour = first_hour + i;
        text += "2016-08-08 " + std::string(hour < 10 ? "0" : "") + std::to_string(hour) + ":00; " +
                energy + " ;\"1e-05\"\r\n";
    }
    return text + "\r\n";
}

class Recordings : public ::testing::Test {
  protected:
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(place_ / name, std::ios::binary) << text;
    }
    RunningProgram& run(std::vector<std::string> command) {
        command.front() = program(command.front());
        return *running_.emplace_back(
            std::make_unique<RunningProgram>(std::move(command), place_.path()));
    }
    TempDirectory place_;
    std::vector<std::unique_ptr<RunningProgram>> running_;
};

TEST_F(Recordings, that_were_exchanged_after_provisioning_are_refused_by_name) {
    write("network.yaml", kNetwork);
    write("homes.csv", recording(0, "0,25", 4));
    auto& made = run({"gateway", "provision", "network.yaml", "--out", "lab"});
    ASSERT_EQ(made.wait(), 0) << made.output();
    EXPECT_EQ(made.output().find("starts again"), std::string::npos) << made.output();
    for (const std::string& other :
         {recording(1, "0,25", 4), recording(0, "0,26", 4), recording(0, "0,25", 3)}) {
        write("homes.csv", other);
        auto& meters = run({"meter-sim", "run", "--config", "lab/meters/meter-sim.yaml"});
        EXPECT_EQ(meters.wait(), 2) << meters.output();
        EXPECT_NE(meters.output().find("homes.csv: not the recording that this network was made"),
                  std::string::npos)
            << meters.output();
    }
}

TEST_F(Recordings, that_are_shorter_than_the_run_are_told_of) {
    write("network.yaml", kNetwork);
    write("homes.csv", recording(0, "0,25", 3));
    auto& made = run({"gateway", "provision", "network.yaml", "--out", "lab"});
    ASSERT_EQ(made.wait(), 0) << made.output();
    EXPECT_NE(made.output().find("3 hours recorded: 0 whole windows; the run is longer, and the "
                                 "recording then starts again"),
              std::string::npos)
        << made.output();
    auto& meters = run({"meter-sim", "run", "--config", "lab/meters/meter-sim.yaml"});
    EXPECT_TRUE(meters.says("has 3 hours and the run is longer: it starts again after them"))
        << meters.output();
}

TEST_F(Recordings, that_are_wrong_are_told_of_by_their_own_name_and_cell_alone) {
    write("network.yaml", kNetwork);
    write("homes.csv", recording(0, "a lot", 1));
    auto& made = run({"gateway", "provision", "network.yaml", "--out", "lab"});
    EXPECT_EQ(made.wait(), 2);
    EXPECT_NE(made.output().find("homes.csv:2: load_kwh_House_1: 'a lot' is not a number"),
              std::string::npos)
        << made.output();
    EXPECT_EQ(made.output().find("network.yaml"), std::string::npos) << made.output();
}

TEST_F(Recordings, of_homes_with_any_names_are_played_by_the_demo) {
    std::string rows =
        "interval_start_local,load_kwh_n1,load_kwh_House_1,load_kwh_house-1,"
        "load_kwh_H 01,pv_kwh_n1\n";
    for (const char* hour : {"00", "01", "02", "03"})
        rows += std::string("2016-08-08T") + hour + ":00,0.25,-0.000,1,\"0.1234567\",2\n";
    write("homes.csv", rows);
    RunningProgram demo(demo_command({"--homes", "homes.csv", "--nodes", "1", "--windows", "2",
                                      "--dir", "lab", "--json", "report.json"}),
                        place_.path());
    ASSERT_EQ(demo.wait(), 0) << demo.output();
    EXPECT_NE(demo.output().find("the recording has 4 hours"), std::string::npos) << demo.output();
    const Json report = read_json(place_ / "report.json");
    std::vector<std::string> meters;
    for (const Json& bill : *report.at("bills").as_array())
        meters.push_back(e2e::text(bill.at("meter")));
    std::sort(meters.begin(), meters.end());
    EXPECT_EQ(meters, (std::vector<std::string>{"h-01", "home-house-1", "home-n1", "house-1"}));
}

// A file of a real meter, through import, provisioning, meter, committee and chain: both registers
// of the bill are the file's, in hours that have both.
TEST_F(Recordings, of_a_real_meter_are_billed_by_both_of_its_registers) {
    std::string rows = "Hour Start,Electricity 1,Electricity 2,Electricity 1 Returned,Gas\n";
    for (int hour = 0; hour < 8; ++hour)
        rows += "2024-07-01T0" + std::to_string(hour) + ":00:00+02:00,0.101,0.2,0.333,1.5\n";
    write("p1.csv", rows);
    RunningProgram demo(
        demo_command({"--homes", "ash=p1.csv", "--zone", "Europe/Amsterdam", "--nodes", "1",
                      "--windows", "2", "--dir", "lab", "--json", "report.json"}),
        place_.path());
    ASSERT_EQ(demo.wait(), 0) << demo.output();
    EXPECT_NE(demo.output().find("8 steps with import and export: both are kept"),
              std::string::npos)
        << demo.output();
    const Json bill = read_json(place_ / "report.json").at("bills").at(0);
    EXPECT_EQ(e2e::text(bill.at("meter")), "ash");
    EXPECT_EQ(bill.at("import_wh"), Json(8 * 301));
    EXPECT_EQ(bill.at("export_wh"), Json(8 * 333));
}

TEST_F(Recordings, of_real_meters_that_cannot_be_read_cost_nobody_the_earlier_run) {
    write("p1.csv", "Hour Start,Electricity 1\n2024-07-01T00:00:00+02:00,many\n");
    RunningProgram demo(demo_command({"--homes", "p1.csv", "--nodes", "1", "--dir", "lab"}),
                        place_.path());
    EXPECT_EQ(demo.wait(), 2);
    EXPECT_NE(demo.output().find("p1.csv:2: column 'Electricity 1': 'many' is not a number"),
              std::string::npos)
        << demo.output();
    EXPECT_FALSE(std::filesystem::exists(place_ / "lab"));
}

}  // namespace
}  // namespace fairfeed::e2e
