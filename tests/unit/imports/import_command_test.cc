// meter-sim import on files on a disk: what it writes, prints and refuses, and the samples of real
// meters where they are there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/io/file.h"
#include "core/io/json.h"
#include "core/recordings/recorded_homes.h"
#include "meter-sim/commands/import.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::TempDirectory;

const std::string kMeter =
    "time,Import T1 kWh,Export T1 kWh\n2022-09-01 00:00,1,2\n2022-09-01 00:15,1.5,2.125\n"
    "2022-09-01 00:30,2,2.25\n";

class ImportCommand : public ::testing::Test {
  protected:
    std::string write(const std::string& name, const std::string& text) {
        std::ofstream(place_ / name, std::ios::binary) << text;
        return (place_ / name).string();
    }
    int run(ImportOptions options) {
        options.out = place_ / "homes.csv";
        out_.str("");
        err_.str("");
        return run_import(options, out_, err_);
    }
    RecordedHomes recorded() {
        const auto text = read_text_file(place_ / "homes.csv");
        EXPECT_TRUE(text);
        auto homes = parse_recorded_homes("homes.csv", text ? *text : "");
        EXPECT_TRUE(homes) << homes.error().front();
        return homes ? std::move(*homes) : RecordedHomes{};
    }
    TempDirectory place_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(ImportCommand, writes_a_recording_and_says_what_it_understood) {
    ImportOptions options;
    options.files = {"Ash Street=" + write("m.csv", kMeter)};
    options.zone = "Europe/Amsterdam";
    ASSERT_EQ(run(options), 0) << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("1 home, 0.5 hours by steps of 15 min"));
    EXPECT_THAT(out_.str(), HasSubstr("standard time at UTC+01:00 (Europe/Amsterdam)"));
    EXPECT_THAT(out_.str(), HasSubstr("ash-street, in the files Ash Street"));
    EXPECT_THAT(out_.str(),
                HasSubstr("import        1.000 kWh  Import T1 kWh (homewizard, 15 min"));
    const RecordedHomes homes = recorded();
    EXPECT_EQ(homes.step_s, 900);
    EXPECT_EQ(homes.homes.at(0).metered->exported.total_mwh(), 250'000);
    options.json = true;
    ASSERT_EQ(run(options), 0);
    const auto json = Json::parse(out_.str());
    ASSERT_TRUE(json) << json.error();
    EXPECT_EQ(json->at("homes").at(0).at("registers").at(0).at("measured_wh"), Json(1000));
    EXPECT_EQ(json->at("homes").at(0).at("both_ways_steps"), Json(2));
    EXPECT_EQ(json->at("quarters"), Json(2));
}

TEST_F(ImportCommand, does_not_overwrite_the_file_that_it_reads) {
    ImportOptions options;
    options.files = {write("homes.csv", kMeter)};
    options.zone = "Europe/Amsterdam";
    EXPECT_EQ(run(options), 2);
    EXPECT_THAT(err_.str(), HasSubstr("homes.csv: --out would overwrite this file"));
    const auto kept = read_text_file(place_ / "homes.csv");
    ASSERT_TRUE(kept);
    EXPECT_EQ(*kept, kMeter);
}

TEST_F(ImportCommand, a_fault_leaves_an_earlier_recording_alone) {
    ImportOptions options;
    options.files = {write("m.csv", kMeter + "2022-09-01 00:45,x,2\n")};
    options.zone = "Europe/Amsterdam";
    write("homes.csv", "the earlier one");
    EXPECT_EQ(run(options), 2);
    EXPECT_THAT(err_.str(),
                HasSubstr("m.csv:5: column 'Import T1 kWh': 'x' is not a number like 0.25"));
    EXPECT_EQ(*read_text_file(place_ / "homes.csv"), "the earlier one");
}

TEST_F(ImportCommand, wrong_options_are_told_together) {
    ImportOptions options;
    options.files = {write("m.csv", kMeter)};
    options.zone = "Europe/Atlantis";
    options.gaps = "guess";
    options.step_minutes = 5;
    options.format = "edsn";
    options.channels = {"a=gas"};
    EXPECT_EQ(run(options), 2);
    for (const char* part : {"--gaps: 'guess'", "--step: ", "--zone: 'Europe/Atlantis'",
                             "--format: 'edsn' is none of dsmr-reader", "--channel: 'a=gas'"})
        EXPECT_THAT(err_.str(), HasSubstr(part));
}

TEST_F(ImportCommand, files_that_it_does_not_know_are_told_what_would_help) {
    ImportOptions options;
    options.files = {write("x.csv", "a,b\n1,2\n")};
    EXPECT_EQ(run(options), 2);
    EXPECT_THAT(err_.str(), HasSubstr("x.csv:1: none of the formats dsmr-reader, "));
    EXPECT_THAT(err_.str(), HasSubstr("--map"));
    options.files = {write("r.csv", "interval_start_local,load_kwh_a\n2016-08-08T00:00,1\n")};
    EXPECT_EQ(run(options), 2);
    EXPECT_THAT(err_.str(), HasSubstr("this is a recording already"));
    options.files = {(place_ / "nowhere.csv").string()};
    EXPECT_EQ(run(options), 2);
    EXPECT_THAT(err_.str(), HasSubstr("nowhere.csv"));
}

TEST_F(ImportCommand, names_that_would_steer_a_terminal_are_written_out) {
    ImportOptions options;
    std::string text = kMeter;
    text.replace(text.find("Import T1"), 9, "Import \x1B[2J");
    options.files = {write("m.csv", text)};
    options.zone = "+01:00";
    ASSERT_EQ(run(options), 0) << err_.str();
    EXPECT_THAT(out_.str(), Not(HasSubstr("\x1B")));
}

TEST_F(ImportCommand, a_mapping_file_describes_other_tables) {
    ImportOptions options;
    options.files = {write("x.csv", "t;a\n2024-01-01 00:00;0,5\n2024-01-01 00:30;1\n")};
    options.map = write("map.yaml",
                        "time: {column: t, zone: Europe/Brussels}\n"
                        "columns: [{column: a, unit: kWh, register: load}]\n");
    ASSERT_EQ(run(options), 0) << err_.str();
    EXPECT_EQ(recorded().homes.at(0).load.total_mwh(), 1'500'000);
    EXPECT_EQ(recorded().step_s, 1800);
}

TEST_F(ImportCommand, a_mapping_leaves_other_formats_beside_its_tables_alone) {
    ImportOptions options;
    options.files = {"h=" + write("x.csv", "t;a\n2022-09-01 00:00;0,5\n2022-09-01 00:15;1\n"),
                     "h=" + write("m.csv", kMeter)};
    options.map =
        write("map.yaml", "time: {column: t}\ncolumns: [{column: a, unit: kW, register: pv}]\n");
    options.zone = "Europe/Brussels";
    ASSERT_EQ(run(options), 0) << err_.str();
    EXPECT_EQ(recorded().homes.at(0).metered->imported.total_mwh(), 1'000'000);
    EXPECT_EQ(recorded().homes.at(0).pv.total_mwh(), 375'000);
}

// The samples beside the checkout.
class RealMeters : public ImportCommand {
  protected:
    std::string sample(const std::string& name) {
        const auto file = std::filesystem::path(FAIRFEED_SHARED_DIR) / "data/imports" / name;
        there_ = there_ && std::filesystem::exists(file);
        return file.string();
    }
    bool there_ = true;
};

TEST_F(RealMeters, a_dsmr_year_keeps_both_registers_of_a_summer_day) {
    ImportOptions options;
    options.files = {"h=" + sample("dsmrreader_hour.csv")};
    options.gaps = "interpolate";
    if (!there_) GTEST_SKIP() << "no sample dsmrreader_hour.csv";
    ASSERT_EQ(run(options), 0) << err_.str();
    const RecordedHomes homes = recorded();
    EXPECT_EQ(homes.quarters, 366 * 96);
    EXPECT_EQ(homes.homes[0].filled_steps, 30);
    const std::int64_t first = 182 * 96 - 4;  // 2024-07-01 00:00 on the clock, 23:00 standard time
    const MeteredEnergy& meter = *homes.homes[0].metered;
    EXPECT_EQ(meter.imported.cumulative_wh(first + 96) - meter.imported.cumulative_wh(first), 8273);
    EXPECT_EQ(meter.exported.cumulative_wh(first + 96) - meter.exported.cumulative_wh(first),
              12'807);
}

TEST_F(RealMeters, fluvius_homewizard_and_solaredge_files_are_read_as_they_are) {
    ImportOptions options;
    options.files = {sample("fluvius_quarter.csv")};
    if (!there_) GTEST_SKIP() << "no sample fluvius_quarter.csv";
    ASSERT_EQ(run(options), 0) << err_.str();
    EXPECT_EQ(recorded().quarters, 20 * 96 + 4);  // with the day of 25 hours
    EXPECT_EQ(recorded().homes[0].metered->imported.total_mwh() / 1000, 18'192);

    options.files = {sample("homewizard_2022.csv")};
    options.zone = "Europe/Amsterdam";
    ASSERT_EQ(run(options), 0) << err_.str();
    EXPECT_EQ(recorded().quarters, 30 * 96 - 1);
    EXPECT_EQ(recorded().homes[0].metered->imported.total_mwh() / 1000, 1'356'427);

    options.files = {"h=" + sample("dsmrreader_hour.csv"), "h=" + sample("solaredge_2024_10.json")};
    ASSERT_EQ(run(options), 0) << err_.str();
    EXPECT_EQ(recorded().quarters, (31 * 24 + 1) * 4);
    EXPECT_THAT(out_.str(), HasSubstr("pv          390.099 kWh"));
}

}  // namespace
}  // namespace fairfeed
