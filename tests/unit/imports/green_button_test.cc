// Green Button, as CSV and as XML, on little files with the traps of what utilities write.
#include <gmock/gmock.h>

#include "meter-sim/imports/recording_text.h"
#include "tests/unit/imports/import_bench.h"

namespace fairfeed::imports {
namespace {

using test::first_error;
using test::import_texts;
using test::Setting;
using test::total_mwh;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Setting kPacific{GapPolicy::refuse, "America/Los_Angeles"};

TEST(GreenButtonCsv, reads_import_and_export_below_lines_about_the_account) {
    const auto import = import_texts(
        {{"g.csv", "",
          "Name,J. DOE\nAddress,\"1 MAIN ST, TOWN\"\nAccount Number,0000\nService,Electric\n\n"
          "TYPE,DATE,START TIME,END TIME,IMPORT (kWh),EXPORT (kWh),COST,NOTES\n"
          "Electric usage,2024-07-01,23:30,23:44,0.10,0.02,$0.03,\n"
          "Electric usage,2024-07-01,23:45,23:59,0.20,0.00,$0.03,\n"}},
        kPacific);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->grid.step_s, 900);
    EXPECT_THAT(recording_text(*import), HasSubstr("2024-07-01T22:30,0.100000,0.020000\n"
                                                   "2024-07-01T22:45,0.200000,0.000000\n"));
}

TEST(GreenButtonCsv, a_net_usage_below_zero_is_an_export) {
    const std::string text =
        "Name,X\nTYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES\n"
        "Electric usage,7/1/2024,00:00,00:59,1.5,kWh,$0.1,\n"
        "Electric usage,7/1/2024,01:00,01:59,-0.5,kWh,$0.1,\n"
        "Gas usage,7/1/2024,00:00,23:59,3,therms,$0.1,\n";
    const auto import = import_texts({{"g.csv", "", text}}, kPacific);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 1'500'000);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::exported), 500'000);
}

TEST(GreenButtonCsv, reads_consumption_and_generation_with_half_days) {
    const auto import = import_texts(
        {{"g.csv", "",
          "Name,X\r\nMeter Number,0001\r\nUOM,kWh\r\n"
          "Meter Number,Date,Start Time,Duration,Consumption,Generation,Net\r\n"
          "\"0001\",\"5/28/2026\",\"12:00 AM\",\"15\",\"1.5100\",\"0.2500\",\"1.2600\"\r\n"
          "\"0001\",\"5/28/2026\",\"12:15 AM\",\"15\",\"2.0000\",\"0.0000\",\"2.0000\"\r\n"}},
        kPacific);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->homes[0].id, "h1");
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 3'510'000);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::exported), 250'000);
}

TEST(GreenButtonCsv, reads_a_table_for_each_day_and_direction) {
    const auto import = import_texts(
        {{"g.csv", "",
          "Energy Usage Information\n\"For location: X\"\n\nDetailed Usage\n"
          "\"Data for period starting: 2020-05-01 00:00:00  for 24 hours\"\n"
          "Energy Delivered time period,Usage(Real energy in kilowatt-hours),Reading quality\n"
          "\"2020-05-01 23:00:00 to 2020-05-02 00:00:00\",\"0.25\",\"\"\n"
          "Energy Received time period,Usage(Real energy in kilowatt-hours),Reading quality\n"
          "\"2020-05-01 23:00:00 to 2020-05-02 00:00:00\",\"0.5\",\"\"\n\n"
          "\"Data for period starting: 2020-05-02 00:00:00  for 24 hours\"\n"
          "Energy Delivered time period,Usage(Real energy in kilowatt-hours),Reading quality\n"
          "\"2020-05-02 00:00:00 to 2020-05-02 01:00:00\",\"1\",\"\"\n"
          "Energy Received time period,Usage(Real energy in kilowatt-hours),Reading quality\n"
          "\"2020-05-02 00:00:00 to 2020-05-02 01:00:00\",\"0\",\"\"\n"}},
        kPacific);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->span.steps(), 2);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 1'250'000);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::exported), 500'000);
}

// A utility that sums both passes of the doubled hour left a gap of an hour every autumn.
TEST(GreenButtonCsv, an_hour_that_came_twice_may_be_one_row) {
    const auto import = import_texts(
        {{"g.csv", "",
          "TYPE,DATE,START TIME,END TIME,USAGE (kWh)\n"
          "Electric usage,2024-11-03,00:00,00:59,1\nElectric usage,2024-11-03,01:00,01:59,3\n"
          "Electric usage,2024-11-03,02:00,02:59,1\n"}},
        kPacific);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_THAT(import->homes[0].steps_mwh.at(Channel::imported),
                ElementsAre(1'000'000, 1'500'000, 1'500'000, 1'000'000));
}

std::string reading_type(const std::string& id, int direction) {
    return "<entry><link rel=\"self\" href=\"T/" + id +
           "\"/><content><espi:ReadingType><espi:accumulationBehaviour>4</espi:"
           "accumulationBehaviour><espi:flowDirection>" +
           std::to_string(direction) +
           "</espi:flowDirection><espi:powerOfTenMultiplier>-3</espi:powerOfTenMultiplier>"
           "<espi:uom>72</espi:uom></espi:ReadingType></content></entry>\n";
}

std::string meter_reading(const std::string& id) {
    return "<entry><link rel=\"self\" href=\"U/1/MeterReading/" + id +
           "\"/><link rel=\"up\" href=\"U/1/MeterReading\"/><link rel=\"related\" "
           "href=\"U/1/MeterReading/" +
           id + "/IntervalBlock\"/><link rel=\"related\" href=\"T/" + id +
           "\"/><content><espi:MeterReading/></content></entry>\n";
}

std::string interval_block(const std::string& id, const std::string& second) {
    return "<entry><link rel=\"self\" href=\"U/1/MeterReading/" + id +
           "/IntervalBlock/1\"/><link rel=\"up\" href=\"U/1/MeterReading/" + id +
           "/IntervalBlock\"/><content><espi:IntervalBlock>\n"
           "<espi:IntervalReading><espi:timePeriod><espi:duration>900</espi:duration>"
           "<espi:start>1704067200</espi:start></espi:timePeriod><espi:value>250500</espi:value>"
           "</espi:IntervalReading>\n"
           "<espi:IntervalReading><espi:ReadingQuality><espi:quality>8</espi:quality>"
           "</espi:ReadingQuality><espi:timePeriod><espi:duration>900</espi:duration>"
           "<espi:start>1704068100</espi:start></espi:timePeriod><espi:value>" +
           second + "</espi:value></espi:IntervalReading></espi:IntervalBlock></content></entry>\n";
}

std::string feed(const std::string& entries) {
    return "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
           "xmlns:espi=\"http://naesb.org/espi\">\n" +
           entries + "</feed>\n";
}

TEST(GreenButtonXml, reads_both_directions_with_their_powers_of_ten) {
    const auto import = import_texts(
        {{"g.xml", "",
          feed(meter_reading("1") + meter_reading("2") + reading_type("1", 1) +
               reading_type("2", 19) + interval_block("1", "1000") + interval_block("2", "0"))}});
    ASSERT_TRUE(import) << first_error(import);
    ASSERT_EQ(import->homes.size(), 1U);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 251'500);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::exported), 250'500);
    EXPECT_EQ(import->homes[0].registers[0].estimated_steps, 1);
    EXPECT_THAT(recording_text(*import), HasSubstr("\n2024-01-01T00:00,0.250500,0.250500,\n"));
}

TEST(GreenButtonXml, the_feed_says_in_which_standard_time_the_recording_is) {
    const std::string zone =
        "<entry><content><espi:LocalTimeParameters><espi:dstOffset>3600</espi:dstOffset>"
        "<espi:tzOffset>-28800</espi:tzOffset></espi:LocalTimeParameters></content></entry>\n";
    const auto import = import_texts(
        {{"g.xml", "",
          feed(zone + meter_reading("1") + reading_type("1", 1) + interval_block("1", "1"))}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->grid.offset_s, -28'800);
}

TEST(GreenButtonXml, says_where_it_cannot_be_read) {
    const std::string entries =
        meter_reading("1") + reading_type("1", 1) + interval_block("1", "many");
    EXPECT_EQ(first_error(import_texts({{"g.xml", "", feed(entries)}})),
              "g.xml:7: value: 'many' is not a number like 0.25");
    EXPECT_THAT(first_error(import_texts({{"g.xml", "", feed(entries + "<entry>")}})),
                HasSubstr("g.xml:8: not XML"));
    EXPECT_THAT(first_error(import_texts({{"g.xml", "", feed(interval_block("1", "1"))}})),
                HasSubstr("an IntervalBlock without a ReadingType"));
}

}  // namespace
}  // namespace fairfeed::imports
