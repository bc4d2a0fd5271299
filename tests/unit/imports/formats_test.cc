// The named formats, each on a little file as its writer writes it, with the traps of that format.
#include "meter-sim/imports/formats.h"

#include <gmock/gmock.h>

#include "meter-sim/imports/recording_text.h"
#include "tests/unit/imports/import_bench.h"

namespace fairfeed::imports {
namespace {

using test::first_error;
using test::import_texts;
using test::Setting;
using test::total_mwh;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Setting kBrussels{GapPolicy::refuse, "Europe/Brussels"};

TEST(DsmrReader, sums_both_tariffs_and_leaves_gas_out) {
    const auto import = import_texts(
        {{"d.csv", "",
          "Hour Start,Electricity 1 (Dutch Users: Low Tariff),Electricity 2 (Dutch Users: Normal "
          "Tariff),Electricity 1 Returned (Dutch Users: Low Tariff),Electricity 2 Returned (Dutch "
          "Users: Normal Tariff),Gas\n"
          "2024-03-31T01:00:00+01:00,0.196,0.001,0,0.25,0.032\n"
          "2024-03-31T03:00:00+02:00,0.2,0,0.5,0,0.056\n"}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->homes[0].registers[0].format, "dsmr-reader");
    EXPECT_EQ(import->span.steps(), 2);  // clocks skipped 02:00
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 397'000);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::exported), 750'000);
    EXPECT_THAT(import->notes, Contains("d.csv: column 'Gas': left out"));
}

const std::string kFluvius =
    "\xEF\xBB\xBFVan datum;Van tijdstip;Tot datum;Tot tijdstip;EAN;Meter;Metertype;Register;Volume;"
    "Eenheid;Validatiestatus\r\n";

std::string fluvius_row(const std::string& from, const std::string& to, const std::string& reg,
                        const std::string& volume, const std::string& status) {
    return "31-10-2021;" + from + ":00;31-10-2021;" + to +
           ":00;=\"541448860000000001\";1SAG1;"
           "Digitale Meter;" +
           reg + ";" + volume + ";kWh;" + status + "\r\n";
}

TEST(Fluvius, reads_a_row_for_each_register_and_the_doubled_hour_twice) {
    std::string text = kFluvius;
    for (const auto& [from, to] :
         {std::pair{"02:30", "02:45"}, std::pair{"02:30", "02:45"}, std::pair{"02:45", "02:00"},
          std::pair{"02:45", "03:00"}, std::pair{"02:00", "02:15"}, std::pair{"02:15", "02:30"}}) {
        text += fluvius_row(from, to, "Afname Nacht", "0,125", "Gevalideerd");
        text += fluvius_row(from, to, "Injectie Nacht", "", "Geen verbruik");
    }
    text += fluvius_row("02:00", "02:15", "Afname Nacht", "0,25", "Geschat");
    text += fluvius_row("02:15", "02:30", "Afname Nacht", "1", "Gevalideerd");
    text += fluvius_row("02:00", "02:15", "Injectie Nacht", "", "Geen verbruik");
    text += fluvius_row("02:15", "02:30", "Injectie Nacht", "", "Geen verbruik");
    const auto import = import_texts({{"f.csv", "", text}});
    ASSERT_TRUE(import) << first_error(import);
    const ImportedHome& home = import->homes[0];
    EXPECT_EQ(home.id, "h1");  // the number of the connection stays out of the recording
    EXPECT_EQ(home.label, "541448860000000001");
    EXPECT_EQ(import->span.steps(), 8);
    EXPECT_EQ(total_mwh(home, Channel::imported), 6 * 125'000 + 250'000 + 1'000'000);
    EXPECT_EQ(total_mwh(home, Channel::exported), 0);
    EXPECT_EQ(home.registers[0].estimated_steps, 1);
    EXPECT_THAT(import->notes, Contains(HasSubstr("8 empty volumes with the status 'Geen "
                                                  "verbruik' read as zero")));
}

TEST(Fluvius, an_empty_volume_of_another_status_is_a_gap) {
    const std::string text = kFluvius +
                             fluvius_row("04:00", "04:15", "Afname Dag", "0,1", "Gevalideerd") +
                             fluvius_row("04:15", "04:30", "Afname Dag", "", "Niet uitgelezen") +
                             fluvius_row("04:30", "04:45", "Afname Dag", "0,1", "Gevalideerd");
    EXPECT_THAT(first_error(import_texts({{"f.csv", "", text}})),
                HasSubstr("f.csv:4: no value of 'Afname' for 15 min before"));
}

TEST(Fluvius, an_idle_register_beside_the_counting_one_adds_nothing) {
    std::string text = kFluvius;
    for (const auto& [from, to] : {std::pair{"04:00", "04:15"}, std::pair{"04:15", "04:30"}})
        text += fluvius_row(from, to, "Afname Dag", "", "Geen verbruik") +
                fluvius_row(from, to, "Afname Nacht", "0,125", "Gevalideerd") +
                fluvius_row(from, to, "Injectie Dag", "0,5", "Gevalideerd");
    const auto import = import_texts({{"f.csv", "", text}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 250'000);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::exported), 1'000'000);
}

TEST(Fluvius, says_which_cell_is_wrong) {
    const std::string text =
        kFluvius + fluvius_row("04:00", "04:15", "Afname Dag", "veel", "Gevalideerd");
    EXPECT_EQ(first_error(import_texts({{"f.csv", "", text}})),
              "f.csv:2: column 'Volume': 'veel' is not a number like 0.25");
}

TEST(SolarEdge, takes_offsets_from_the_zone_and_nulls_for_night) {
    const std::string text =
        "{\"energy\": {\"timeUnit\": \"HOUR\", \"unit\": \"Wh\", \"values\": [\n"
        "{\"date\": \"2024-10-27 01:00:00 CEST+0200\", \"value\": null},\n"
        "{\"date\": \"2024-10-27 02:00:00 CET+0100\", \"value\": 10.0},\n"
        "{\"date\": \"2024-10-27 03:00:00 CET+0100\", \"value\": 7}]}}";
    const std::string meter =
        "Hour Start,Electricity 1,Electricity 1 Returned\n"
        "2024-10-27T01:00:00+02:00,1,0\n2024-10-27T02:00:00+02:00,1,0\n"
        "2024-10-27T02:00:00+01:00,1,0\n2024-10-27T03:00:00+01:00,1,0\n";
    const auto import = import_texts({{"s.json", "", text}, {"m.csv", "", meter}}, kBrussels);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_THAT(import->homes[0].steps_mwh.at(Channel::generation),
                ElementsAre(0, 5'000, 5'000, 7'000));
    EXPECT_THAT(import->notes, Contains("s.json: 1 values 'null' read as zero"));
    EXPECT_THAT(first_error(import_texts({{"s.json", "", text}, {"m.csv", "", meter}})),
                HasSubstr("s.json:3: clocks change in this file"));
    std::string wrong = text;
    wrong.replace(wrong.find("10.0"), 4, "\"x\"");
    EXPECT_EQ(first_error(import_texts({{"s.json", "", wrong}})),
              "s.json:3: value: 'x' is not a number like 0.25");
}

TEST(SolarEdge, reads_the_meters_of_energy_details) {
    const auto import = import_texts(
        {{"s.json", "",
          R"({"energyDetails": {"timeUnit": "QUARTER_OF_AN_HOUR", "unit": "Wh", "meters": [
{"type": "Production", "values": [{"date": "2024-07-01 12:00:00", "value": 900.5}]},
{"type": "SelfConsumption", "values": [{"date": "2024-07-01 12:00:00", "value": 100}]},
{"type": "Consumption", "values": [{"date": "2024-07-01 12:00:00", "value": 110}]},
{"type": "FeedIn", "values": [{"date": "2024-07-01 12:00:00", "value": 800.5}]},
{"type": "Purchased", "values": [{"date": "2024-07-01 12:00:00", "value": 10}]}]}})"}},
        kBrussels);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->grid.step_s, 900);
    EXPECT_THAT(recording_text(*import),
                HasSubstr("import_kwh_s,export_kwh_s,pv_kwh_s\n"
                          "2024-07-01T11:00,0.010000,0.800500,0.900500\n"));
}

TEST(HomeAssistant, sums_are_registers_at_the_end_of_their_hour) {
    const std::string text = R"({"id": 7, "type": "result", "result": {
"sensor.p1_energy_import_tariff_1": [
 {"start": 1704063600000, "end": 1704067200000, "sum": 10.5, "state": 8350.1},
 {"start": 1704067200000, "end": 1704070800000, "sum": 10.75, "state": 8350.4},
 {"start": 1704070800000, "end": 1704074400000, "sum": 11.75, "state": 2.0}],
"sensor.p1_energy_import": [{"start": 1704063600000, "sum": 99.0}],
"sensor.p1_energy_returned": [
 {"start": 1704063600000, "sum": 0}, {"start": 1704067200000, "sum": 0.125},
 {"start": 1704070800000, "sum": 0.125}],
"sensor.temperature": [{"start": 1704063600000, "mean": 20.5, "state": 1}]}})";
    const auto import = import_texts({{"ha.json", "", text}});
    ASSERT_TRUE(import) << first_error(import);
    const ImportedHome& home = import->homes[0];
    EXPECT_EQ(total_mwh(home, Channel::imported), 1'250'000);
    EXPECT_EQ(total_mwh(home, Channel::exported), 125'000);
    EXPECT_EQ(import->grid.start_s(import->span.first), 1'704'067'200);
    EXPECT_THAT(import->notes, Contains(HasSubstr("'sensor.p1_energy_import' left out: its tariffs "
                                                  "are there")));
    EXPECT_THAT(import->notes, Contains(HasSubstr("'sensor.temperature' left out")));
}

TEST(HomeAssistant, reads_tables_of_changes_and_histories_of_states) {
    const auto changes = import_texts(
        {{"ha.tsv", "",
          "statistic_id\tunit\tstart\tdelta\nsensor.grid_a\tWh\t01.01.2024 00:00\t250\n"
          "sensor.grid_a\tWh\t01.01.2024 01:00\t500\n"}},
        {GapPolicy::refuse, "Europe/Brussels", 0, {{"sensor.grid_a", Channel::imported}}});
    ASSERT_TRUE(changes) << first_error(changes);
    EXPECT_EQ(total_mwh(changes->homes[0], Channel::imported), 750'000);
    const auto history = import_texts(
        {{"history.csv", "",
          "entity_id,state,last_changed\nsensor.energy_import,100.0,2024-01-01T00:00:00.000Z\n"
          "sensor.energy_import,unavailable,2024-01-01T00:07:11.100Z\n"
          "sensor.energy_import,100.5,2024-01-01T00:15:00.000Z\n"
          "sensor.energy_import,101.0,2024-01-01T00:30:00.000Z\n"}});
    ASSERT_TRUE(history) << first_error(history);
    EXPECT_EQ(total_mwh(history->homes[0], Channel::imported), 1'000'000);
}

TEST(HomeAssistant, reads_the_table_of_the_recorder) {
    const auto import =
        import_texts({{"statistics.csv", "",
                       "id,created,metadata_id,start,start_ts,mean,state,sum\n"
                       "1,,7,,1704063600.0,,8350.1,10.5\n2,,7,,1704067200.0,,8350.4,10.75\n"}},
                     {GapPolicy::refuse, "", 0, {{"7", Channel::imported}}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 250'000);
}

TEST(HomeAssistant, a_sensor_whose_name_says_nothing_needs_the_users_word) {
    const std::string text =
        "statistic_id,start,sum\nsensor.a,1704063600,1\nsensor.a,1704067200,2\n";
    EXPECT_THAT(first_error(import_texts({{"ha.csv", "", text}})),
                HasSubstr("--channel sensor.a=import says it"));
}

TEST(HomeAssistant, reads_the_download_of_the_energy_dashboard) {
    const auto import =
        import_texts({{"energy.csv", "",
                       "entity_id,type,unit,2024-06-30T22:00:00.000Z,2024-06-30T23:00:00.000Z\n"
                       "sensor.a,grid_consumption,kWh,0.25,0.5\nsensor.b,grid_consumption,kWh,0,1\n"
                       "sensor.c,grid_return,Wh,10,20\nsensor.d,solar_production,kWh,0.1,0.2\n"
                       "sensor.e,gas,m³,1,2\n"}},
                     kBrussels);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_THAT(recording_text(*import),
                HasSubstr("2024-06-30T23:00,0.250000,0.010000,0.100000\n"
                          "2024-07-01T00:00,1.500000,0.020000,0.200000\n"));
}

const std::string kNem12 =
    "100,NEM12,202401151200,MDP1,RETAILER\n"
    "200,6123456789,E1B1Q1,E1,E1,N1,METSER1,kWh,30,20240201\n";

std::string nem12_day(const std::string& day, const std::string& value,
                      const std::string& quality) {
    std::string row = "300," + day;
    for (int i = 0; i < 48; ++i)
        row += "," + value;
    return row + "," + quality + ",,,20240115120000,\n";
}

TEST(Nem12, reads_days_by_register_and_marks_their_quality) {
    const std::string text = kNem12 + nem12_day("20240101", "0.5", "A") +
                             nem12_day("20240102", "0.25", "V") +
                             "400,1,46,A,,\n400,47,48,E52,,\n"
                             "200,6123456789,E1B1Q1,B1,B1,N1,METSER1,Wh,30,\n" +
                             nem12_day("20240101", "125", "A") + nem12_day("20240102", "0", "S52") +
                             "200,6123456789,E1B1Q1,Q1,Q1,N1,METSER1,kVArh,30,\n" +
                             nem12_day("20240101", "7", "A") + "900\n";
    const auto import = import_texts({{"n.csv", "", text}});
    ASSERT_TRUE(import) << first_error(import);
    const ImportedHome& home = import->homes[0];
    EXPECT_EQ(import->grid.step_s, 1800);
    EXPECT_EQ(import->grid.offset_s, 36'000);
    EXPECT_EQ(import->span.steps(), 96);
    EXPECT_EQ(total_mwh(home, Channel::imported), 24'000'000 + 12'000'000);
    EXPECT_EQ(total_mwh(home, Channel::exported), 6'000'000);
    EXPECT_EQ(home.registers[0].estimated_steps, 2);
    EXPECT_EQ(home.registers[1].estimated_steps, 48);
    EXPECT_EQ(home.id, "h1");
    EXPECT_THAT(import->notes, Contains(HasSubstr("register 'Q1' in 'kVArh' left out")));
}

TEST(Nem12, a_day_that_does_not_fit_its_interval_length_is_refused) {
    std::string text = kNem12 + nem12_day("20240101", "0.5", "A");
    text.replace(text.find("kWh,30"), 6, "kWh,15");
    EXPECT_THAT(first_error(import_texts({{"n.csv", "", text}})),
                HasSubstr("n.csv:3: no quality after 96 values"));
    EXPECT_THAT(
        first_error(import_texts({{"n.csv", "", kNem12 + nem12_day("20240101", "x", "A")}})),
        HasSubstr("n.csv:3: value 1: 'x' is not a number"));
}

// The reader took the day of the register before for one of the new register, and wrote beside it.
TEST(Nem12, a_quality_before_the_first_day_of_a_register_belongs_to_no_day) {
    const std::string text = kNem12 + nem12_day("20240101", "0.5", "A") +
                             "200,6123456789,E1B1Q1,B1,B1,N1,METSER1,kWh,30,\n400,1,48,N,,\n" +
                             nem12_day("20240101", "0.25", "A") + "900\n";
    const auto import = import_texts({{"n.csv", "", text}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 24'000'000);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::exported), 12'000'000);
}

TEST(Nem12, five_minute_intervals_become_quarter_hours) {
    std::string row = "300,20240101";
    for (int i = 0; i < 288; ++i)
        row += ",0.01";
    const auto import =
        import_texts({{"n.csv", "",
                       "100,NEM12,202401151200,M,R\n200,61,E1,E1,E1,N1,M1,KWH,5,\n" + row +
                           ",A,,,20240115120000,\n900\n"}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->grid.step_s, 900);
    EXPECT_EQ(import->homes[0].steps_mwh.at(Channel::imported)[0], 30'000);
}

TEST(Formats, other_files_are_no_format) {
    for (const char* text :
         {"", "a,b\n1,2\n", "{}", "<html/>", "interval_start_local,load_kwh_a\n"})
        EXPECT_EQ(recognise(text), nullptr) << text;
    for (const Format& format : formats()) {
        CsvComplaints complaints("x");
        const ChannelChoices none;
        const ReadFile file = format.read({"a,b\n1,2\n", none}, complaints);
        EXPECT_TRUE(file.series.empty());
        EXPECT_FALSE(complaints.empty()) << format.name;
    }
}

}  // namespace
}  // namespace fairfeed::imports
