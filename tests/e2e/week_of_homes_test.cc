// A week of seventeen real homes through every room of the house. The ledger must hold the file's
// figures to the Wh, meter by meter. This test reads the file as plain text, without our reader.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "core/io/clock.h"
#include "tests/e2e/demo.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

constexpr int kWindows = 42;
constexpr int kHours = kWindows * 4;
constexpr std::int64_t kMostMs = 240'000;
const std::filesystem::path kFile =
    std::filesystem::path(FAIRFEED_SHARED_DIR) / "data/homes/homes_hourly_14d_2016-08-08.csv";

// The file's lines end in CR LF.
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream text(line.substr(0, line.find('\r')));
    for (std::string cell; std::getline(text, cell, ',');)
        cells.push_back(cell);
    return cells;
}

// From "0.868233" kWh: the six decimal places are mWh.
std::int64_t mwh_of(const std::string& kwh) {
    const auto point = kwh.find('.');
    const std::string places = kwh.substr(point + 1);
    EXPECT_EQ(places.size(), 6U) << kwh;
    return std::stoll(kwh.substr(0, point)) * 1'000'000 + std::stoll(places);
}

// Column name -> floor of the exact sum over the week, in Wh.
std::map<std::string, std::int64_t> week_wh() {
    std::ifstream file(kFile);
    std::string line;
    std::getline(file, line);
    const auto names = cells_of(line);
    std::map<std::string, std::int64_t> sums;
    for (int hour = 0; hour < kHours && std::getline(file, line); ++hour) {
        const auto cells = cells_of(line);
        for (std::size_t i = 1; i < names.size(); ++i)
            sums[names[i]] += mwh_of(cells.at(i));
    }
    for (auto& [name, sum] : sums)
        sum /= 1000;
    return sums;
}

TEST(WeekOfHomes, the_ledger_holds_what_the_file_says_to_the_watt_hour) {
    if (!std::filesystem::exists(kFile)) GTEST_SKIP() << kFile << " is not there";
    const testing_support::TempDirectory place;
    const Clock clock;
    const std::int64_t began_ms = clock.now().steady_ms;
    RunningProgram demo(
        demo_command({"--homes", kFile.string(), "--windows", std::to_string(kWindows), "--dir",
                      "lab", "--json", "report.json"}),
        place.path());
    ASSERT_EQ(demo.wait(), 0) << demo.output();
    EXPECT_LT(clock.now().steady_ms - began_ms, kMostMs);

    const Json report = read_json(place / "report.json");
    expect_documented_members(report);
    expect_good_run(report);
    const auto expected = week_wh();
    const Json::Array* bills = report.at("bills").as_array();
    ASSERT_NE(bills, nullptr);
    EXPECT_EQ(bills->size(), 17U);
    for (const Json& bill : *bills) {
        const std::string home = text(bill.at("meter"));
        EXPECT_EQ(integer(bill.at("load_wh")), expected.at("load_kwh_" + home)) << home;
        EXPECT_EQ(integer(bill.at("available_wh")), expected.at("pv_kwh_" + home)) << home;
        EXPECT_EQ(integer(bill.at("estimated_windows")), 0) << home;
    }
    EXPECT_EQ(report.at("readings").at("sent"), Json(17 * kWindows));
}

}  // namespace
}  // namespace fairfeed::e2e
