#include "core/recordings/recorded_homes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>

#include "core/recordings/homes_meta.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kSmall =
    "interval_start_local,load_kwh_h01,load_kwh_h02,pv_kwh_h01\n"
    "2016-08-08T23:00,0.868233,1.5,0.000000\n"
    "2016-08-09T00:00,0.858383,0,2.250001\n";

std::string first_error(std::string_view text) {
    const auto homes = parse_recorded_homes("homes.csv", text);
    return homes ? "no error" : homes.error().front();
}

TEST(RecordedHomes, quarters_are_differences_of_the_floored_exact_sum) {
    const auto homes = parse_recorded_homes("homes.csv", kSmall);
    ASSERT_TRUE(homes);
    const EnergySeries& load = homes->find("h01")->load;
    // 868.233 Wh in quarters of 217.05825, then 858.383 Wh in quarters of 214.59575.
    std::vector<std::int64_t> quarters;
    for (std::int64_t quarter = 0; quarter < load.quarters(); ++quarter)
        quarters.push_back(load.quarter_wh(quarter));
    EXPECT_THAT(quarters, ElementsAre(217, 217, 217, 217, 214, 215, 215, 214));
    EXPECT_EQ(std::accumulate(quarters.begin(), quarters.end(), std::int64_t{0}), 1726);
}

TEST(RecordedHomes, a_recording_starts_again_after_its_last_hour_and_loses_nothing) {
    const EnergySeries series({999, 999});
    EXPECT_EQ(series.cumulative_wh(8), 1);
    EXPECT_EQ(series.cumulative_wh(8 * 1000), 1998);
    EXPECT_EQ(series.cumulative_wh(8 * 1000 + 2), 1998);
}

TEST(RecordedHomes, a_home_without_pv_has_dark_panels_and_no_capacity) {
    const auto homes = parse_recorded_homes("homes.csv", kSmall);
    ASSERT_TRUE(homes);
    const RecordedHome& home = *homes->find("h02");
    EXPECT_EQ(home.pv.quarters(), 8);
    EXPECT_EQ(home.pv.total_mwh(), 0);
    EXPECT_EQ(recorded_capacity_w(home), 0);
}

TEST(RecordedHomes, capacity_is_the_recorded_peak_rounded_up_to_500_w) {
    EXPECT_EQ(recorded_capacity_w({"h", {}, EnergySeries({2'250'001})}), 2500);
    EXPECT_EQ(recorded_capacity_w({"h", {}, EnergySeries({2'500'000})}), 2500);
    EXPECT_EQ(recorded_capacity_w({"h", {}, EnergySeries({2'500'001})}), 3000);
}

TEST(RecordedHomes, says_where_the_first_row_begins) {
    const auto homes = parse_recorded_homes("homes.csv", kSmall);
    ASSERT_TRUE(homes);
    EXPECT_EQ(homes->start_s, 1470697200);  // 2016-08-08T23:00
    EXPECT_EQ(homes->quarters, 8);
    EXPECT_EQ(homes->step_s, 3600);
}

TEST(RecordedHomes, refuses_damaged_files_naming_file_and_line) {
    const std::string head = "interval_start_local,load_kwh_a\n";
    const std::vector<std::pair<std::string, std::string>> damages = {
        {"", "homes.csv:1: the file is empty"},
        {head, "homes.csv:1: no rows"},
        {"time,load_kwh_a\n2016-08-08T00:00,1\n", "homes.csv:1: the first column"},
        {"interval_start_local,load_a\n", "homes.csv:1: unknown column 'load_a'"},
        {"interval_start_local,load_kwh_\n", "homes.csv:1: unknown column 'load_kwh_'"},
        {"interval_start_local\xC2\xA0,load_kwh_a\n",
         "homes.csv:1: the first column must be 'interval_start_local', not "
         "'interval_start_local\\xC2\\xA0'"},
        {"interval_start_local,pv_kwh_a\n", "homes.csv:1: home 'a' has no load column"},
        {"interval_start_local,load_kwh_a,import_kwh_a\n", "has a load and an import column"},
        {"interval_start_local,load_kwh_a,export_kwh_a\n", "has an export column beside its load"},
        {"interval_start_local,export_kwh_a\n", "has an export and no import column"},
        {"interval_start_local,import_kwh_a,flag_b\n", "home 'b' has no load column"},
        {"interval_start_local,load_kwh_a,flag_a\n2016-08-08T00:00,1,guessed\n",
         "homes.csv:2: flag_a: 'guessed' is no flag"},
        {head + "2016-08-08T00:00,1\n2016-08-08T00:15,1\n2016-08-08T01:15,1\n",
         "homes.csv:4: '2016-08-08T01:15' does not follow the row before by 15 minutes"},
        {"interval_start_local,load_kwh_a,load_kwh_a\n", "homes.csv:1: column 'load_kwh_a' is"},
        {head + "2016-08-08T00:00,\n", "homes.csv:2: load_kwh_a: '' is empty"},
        {head + "2016-08-08T00:00,-0.1\n", "homes.csv:2: load_kwh_a: '-0.1' is negative"},
        {head + "2016-08-08T00:00,nan\n", "homes.csv:2: load_kwh_a: 'nan' is not a number"},
        {head + "2016-08-08T00:00,99999999999999999999\n", "is too large"},
        {head + "2016-08-08T00:00\n", "homes.csv:2: expected 2 cells, found 1"},
        {head + "2016-13-08T00:00,1\n",
         "homes.csv:2: '2016-13-08T00:00' is not a time on a quarter"},
        {head + "2016-08-08T00:10,1\n",
         "homes.csv:2: '2016-08-08T00:10' is not a time on a quarter"},
        {head + "2016-08-08T00:00,1\n2016-08-08T02:00,1\n", "homes.csv:3: '2016-08-08T02:00'"},
        {head + "2016-08-08T00:00,1\n,2\n", "homes.csv:3: '' is not a time on a quarter"},
        {head + "2016-08-08T02:00:30,1\n", "homes.csv:2: '2016-08-08T02:00:30' is not a time"},
    };
    for (const auto& [text, expected] : damages)
        EXPECT_THAT(first_error(text), HasSubstr(expected)) << text;
}

TEST(RecordedHomes, says_all_errors_at_once_and_counts_what_it_leaves_out) {
    std::string text = "interval_start_local,load_kwh_a\n";
    for (int i = 0; i < 30; ++i)
        text += "x,y\n";
    const auto homes = parse_recorded_homes("homes.csv", text);
    ASSERT_FALSE(homes);
    EXPECT_EQ(homes.error().size(), kMaxCsvErrors + 1);
    EXPECT_EQ(homes.error().back(), "homes.csv: and 40 more");
}

TEST(RecordedHomes, reads_windows_line_ends_and_trailing_zeros) {
    const auto homes = parse_recorded_homes(
        "homes.csv", "interval_start_local,load_kwh_a\r\n2016-08-08T00:00,0.1000000000\r\n");
    ASSERT_TRUE(homes);
    EXPECT_EQ(homes->homes[0].load.total_mwh(), 100'000);
}

TEST(RecordedHomes, are_the_same_however_they_were_written_and_whatever_they_are_called) {
    const auto homes = parse_recorded_homes(
        "homes.csv",
        "\xEF\xBB\xBFinterval_start_local; load_kwh_House_1;pv_kwh_House_1;\r\n"
        "\"2016-08-08 23:00:00\";0,8682334;-0.000;\r\n"
        "2016-08-09T00:00; 8.58383e-1 ;1e-05\r\n\r\n;;\r\n");
    ASSERT_TRUE(homes) << homes.error().front();
    EXPECT_EQ(homes->start_s, 1470697200);
    EXPECT_EQ(homes->quarters, 8);
    EXPECT_EQ(homes->step_s, 3600);
    const RecordedHome* home = homes->find("House_1");
    ASSERT_NE(home, nullptr);
    EXPECT_EQ(home->load.total_mwh(), 868'233 + 858'383);
    EXPECT_EQ(home->pv.total_mwh(), 10);
}

TEST(RecordedHomes, quarter_and_half_hours_are_as_exact_as_hours) {
    for (const auto& [second, minutes] : {std::pair{"00:15", 15}, std::pair{"00:30", 30}}) {
        const auto homes = parse_recorded_homes(
            "homes.csv",
            "interval_start_local,load_kwh_a,pv_kwh_a\n2016-08-08T00:00,0.1,0.0004\n"
            "2016-08-08T" +
                std::string(second) + ",0.3,0.0008\n");
        ASSERT_TRUE(homes) << homes.error().front();
        EXPECT_EQ(homes->step_s, minutes * 60);
        EXPECT_EQ(homes->quarters, minutes / 15 * 2);
        const RecordedHome& home = homes->homes[0];
        EXPECT_EQ(home.load.cumulative_wh(homes->quarters), 400);
        EXPECT_EQ(home.pv.cumulative_wh(homes->quarters), 1);
        EXPECT_EQ(home.load.peak_mw(), 300'000 * (60 / minutes));
    }
}

// The damage: netting an hour with both would bill less of both than the meter counted.
TEST(RecordedHomes, both_registers_of_a_meter_stay_what_they_are_in_hours_that_have_both) {
    const auto homes = parse_recorded_homes(
        "homes.csv",
        "interval_start_local,import_kwh_a,export_kwh_a,pv_kwh_a,import_kwh_b,flag_a\n"
        "2024-07-01T10:00,0.0501,0.3007,0.9,1,\n"
        "2024-07-01T11:00,0.4004,0.0002,0.1,1,zero\n"
        "2024-07-01T12:00,0.0501,0.3007,0.2,1,estimated\n");
    ASSERT_TRUE(homes) << homes.error().front();
    const RecordedHome& home = *homes->find("a");
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    for (std::int64_t quarter = 0; quarter < homes->quarters; ++quarter) {
        const RecordedQuarter energy = home.quarter(quarter);
        EXPECT_LE(energy.both_ways_wh, std::min(energy.load_wh, energy.available_wh));
        const std::int64_t surplus_wh = energy.available_wh - energy.load_wh;
        import_wh += std::max<std::int64_t>(0, -surplus_wh) + energy.both_ways_wh;
        export_wh += std::max<std::int64_t>(0, surplus_wh) + energy.both_ways_wh;
    }
    EXPECT_EQ(import_wh, 500);  // 0.0501 + 0.4004 + 0.0501
    EXPECT_EQ(export_wh, 601);  // 0.3007 + 0.0002 + 0.3007
    // PV of 0.2 kWh cannot export 0.3007: what left the home was generated.
    EXPECT_EQ(home.pv.total_mwh(), 900'000 + 100'000 + 300'700);
    EXPECT_EQ(home.load.total_mwh(), 50'100 + 599'300 + 400'400 + 99'800 + 50'100);
    EXPECT_EQ(home.filled_steps, 1);
    EXPECT_EQ(home.estimated_steps, 1);
    EXPECT_EQ(homes->find("b")->pv.total_mwh(), 0);
    EXPECT_EQ(homes->find("b")->load.total_mwh(), 3'000'000);
}

TEST(HomesMeta, gives_nominal_powers_in_watts) {
    const auto meta =
        parse_homes_meta("meta.csv", "home,pv_nominal_kw,other\nh01,4.0,x\nh02,2.755,y\n");
    ASSERT_TRUE(meta);
    EXPECT_EQ(meta->at("h01"), 4000);
    EXPECT_EQ(meta->at("h02"), 2755);
}

TEST(HomesMeta, refuses_damaged_tables_naming_file_and_line) {
    const std::vector<std::pair<std::string, std::string>> damages = {
        {"", "meta.csv:1: the file is empty"},
        {"home,kw\nh01,4\n", "meta.csv:1: no column 'pv_nominal_kw'"},
        {"home,pv_nominal_kw\nh01\n", "meta.csv:2: expected 2 cells, found 1"},
        {"home,pv_nominal_kw\nh01,four\n", "meta.csv:2: pv_nominal_kw: 'four' is not a number"},
        {"home,pv_nominal_kw\n\"\",4\n", "meta.csv:2: home: '' is empty"},
        {"home,pv_nominal_kw\nh01,100001\n", "meta.csv:2: pv_nominal_kw: '100001' is too large"},
        {"home,pv_nominal_kw\nh01,4\nh01,5\n", "meta.csv:3: home 'h01' is there twice"},
    };
    for (const auto& [text, expected] : damages) {
        const auto meta = parse_homes_meta("meta.csv", text);
        ASSERT_FALSE(meta) << text;
        EXPECT_THAT(meta.error().front(), HasSubstr(expected));
    }
}

class RealHomes : public ::testing::Test {
  protected:
    void SetUp() override {
        const std::filesystem::path directory =
            std::filesystem::path(FAIRFEED_SHARED_DIR) / "data/homes";
        if (!std::filesystem::exists(directory)) GTEST_SKIP() << "no recorded homes here";
        recording_ = text_of(directory / "homes_hourly_14d_2016-08-08.csv");
        meta_ = text_of(directory / "homes_meta.csv");
    }
    static std::string text_of(const std::filesystem::path& file) {
        std::stringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }
    std::string recording_;
    std::string meta_;
};

// The sum of a column, computed independently from the digits; all cells have six decimal places.
std::int64_t column_mwh(const std::string& csv, std::size_t column) {
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    std::int64_t sum = 0;
    while (std::getline(lines, line)) {
        std::istringstream cells(line);
        std::string cell;
        for (std::size_t i = 0; i <= column; ++i)
            std::getline(cells, cell, ',');
        cell.erase(cell.find('.'), 1);
        sum += std::stoll(cell);
    }
    return sum;
}

TEST_F(RealHomes, energy_of_seventeen_homes_is_the_files_to_the_watt_hour) {
    const auto homes = parse_recorded_homes("homes.csv", recording_);
    ASSERT_TRUE(homes);
    ASSERT_EQ(homes->homes.size(), 17U);
    EXPECT_EQ(homes->quarters, 14 * 24 * 4);
    for (std::size_t i = 0; i < homes->homes.size(); ++i) {
        std::int64_t load_wh = 0;
        std::int64_t pv_wh = 0;
        for (std::int64_t quarter = 0; quarter < homes->quarters; ++quarter) {
            load_wh += homes->homes[i].load.quarter_wh(quarter);
            pv_wh += homes->homes[i].pv.quarter_wh(quarter);
        }
        EXPECT_EQ(load_wh, column_mwh(recording_, 1 + i) / 1000) << homes->homes[i].name;
        EXPECT_EQ(pv_wh, column_mwh(recording_, 18 + i) / 1000) << homes->homes[i].name;
    }
}

TEST_F(RealHomes, every_home_has_a_nameplate_no_smaller_than_its_recorded_peak) {
    const auto homes = parse_recorded_homes("homes.csv", recording_);
    const auto meta = parse_homes_meta("meta.csv", meta_);
    ASSERT_TRUE(homes);
    ASSERT_TRUE(meta);
    for (const RecordedHome& home : homes->homes) {
        ASSERT_TRUE(meta->contains(home.name));
        EXPECT_LE(recorded_capacity_w(home), meta->at(home.name)) << home.name;
    }
}

}  // namespace
}  // namespace fairfeed
