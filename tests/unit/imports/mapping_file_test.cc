#include "meter-sim/imports/mapping_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/imports/import_bench.h"

namespace fairfeed::imports {
namespace {

using test::total_mwh;
using ::testing::HasSubstr;

Result<HomeImport, std::vector<std::string>> import_by(const std::string& map,
                                                       const std::string& text) {
    const auto mapping = parse_mapping("map.yaml", map);
    if (!mapping) return unexpected(mapping.error());
    CsvComplaints complaints("t.csv");
    NamedFile file{"t.csv", "", std::nullopt, read_mapped(*mapping, text, complaints)};
    if (!complaints.empty()) return unexpected(complaints.take());
    ImportRules rules;
    rules.zone = test::zone(mapping->zone.empty() ? "Europe/Brussels" : mapping->zone);
    file.zone = rules.zone;
    return import_homes({std::move(file)}, rules);
}

std::string error_of(const std::string& map, const std::string& text) {
    return test::first_error(import_by(map, text));
}

TEST(MappingFile, says_columns_units_signs_and_ends) {
    const auto import = import_by(
        "time: {column: Datum, clock_column: Uhrzeit, stamp: end}\n"
        "columns:\n"
        "  - {column: Bezug, register: import, unit: Wh}\n"
        "  - {column: 'Saldo [kWh]', register: pv, sign: reversed}\n",
        "Bericht\n\nDatum;Uhrzeit;Bezug;Saldo [kWh]\n31.01.2024;00:15;250,5;-0,1\n"
        "31.01.2024;00:30;1.000;-0,2\n31.01.2024;24:00;0;0\n");
    ASSERT_FALSE(import);  // 23 h are missing
    EXPECT_THAT(test::first_error(import), HasSubstr("t.csv:6: no value of 'Bezug'"));
    const auto whole = import_by(
        "time: {column: Datum, clock_column: Uhrzeit, stamp: end}\n"
        "columns:\n"
        "  - {column: Bezug, register: import, unit: Wh}\n"
        "  - {column: 'Saldo [kWh]', register: pv, sign: reversed}\n",
        "Datum;Uhrzeit;Bezug;Saldo [kWh]\n31.01.2024;23:45;250,5;-0,1\n"
        "31.01.2024;24:00;1.000;-0,2\n");
    ASSERT_TRUE(whole) << test::first_error(whole);
    EXPECT_EQ(total_mwh(whole->homes[0], Channel::imported), 1'250'500);
    EXPECT_EQ(total_mwh(whole->homes[0], Channel::generation), 300'000);
    EXPECT_EQ(whole->grid.start_s(whole->span.first), 1'706'740'200);  // 22:30 UTC
}

// The hours of a file whose quarter hours came later were taken for a quarter hour and a gap.
TEST(MappingFile, steps_that_change_are_read_from_ends_as_from_starts) {
    std::string text = "t,kWh\n";
    for (int hour = 1; hour <= 6; ++hour)
        text += "2024-01-01 0" + std::to_string(hour) + ":00,1\n";
    for (int quarter = 1; quarter <= 16; ++quarter)
        text += "2024-01-01 " + std::string(quarter < 16 ? "0" : "") +
                std::to_string(6 + quarter / 4) + ":" +
                (quarter % 4 == 0 ? "00" : std::to_string(quarter % 4 * 15)) + ",0.25\n";
    const auto import = import_by(
        "time: {column: t, stamp: end}\ncolumns: [{column: kWh, register: load}]\n", text);
    ASSERT_TRUE(import) << test::first_error(import);
    EXPECT_EQ(import->span.steps(), 40);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::load), 10'000'000);
}

TEST(MappingFile, power_is_energy_over_the_length_of_its_interval) {
    const auto import =
        import_by("time: {column: t}\ncolumns: [{column: 'P (kW)', register: load}]\n",
                  "t,P (kW)\n2024-01-01 00:00,2\n2024-01-01 00:15,4\n2024-01-01 00:30,1\n");
    ASSERT_TRUE(import) << test::first_error(import);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::load), 1'750'000);
}

TEST(MappingFile, one_cell_may_hold_a_start_and_an_end) {
    const auto import =
        import_by("time: {column: period}\ncolumns: [{column: kWh, register: import}]\n",
                  "period,kWh\n2024-01-01 00:00:00 to 2024-01-01 01:00:00,2\n"
                  "2024-01-01 01:00:00 to 2024-01-01 02:00:00,4\n");
    ASSERT_TRUE(import) << test::first_error(import);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 6'000'000);
}

TEST(MappingFile, a_net_column_fills_both_registers) {
    const auto import = import_by(
        "time: {column: t, step_minutes: 30, order: month_first, zone: America/New_York}\n"
        "columns: [{column: net, unit: kWh, register: import, negative: export}]\n",
        "t,net\n7/4/2024 1:00 PM,-0.5\n7/4/2024 1:30 PM,0.25\n");
    ASSERT_TRUE(import) << test::first_error(import);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 250'000);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::exported), 500'000);
    EXPECT_EQ(import->grid.offset_s, -18'000);
}

TEST(MappingFile, cumulative_columns_and_a_column_of_homes) {
    const auto import = import_by(
        "time: {column: t}\ndecimal: comma\nhome_column: meter\n"
        "columns: [{column: reading, unit: kWh, register: import, cumulative: true}]\n",
        "t;meter;reading\n2024-01-01 00:00;7;1.000,5\n2024-01-01 00:00;8;5\n"
        "2024-01-01 01:00;7;1.001\n2024-01-01 01:00;8;7,25\n");
    ASSERT_TRUE(import) << test::first_error(import);
    ASSERT_EQ(import->homes.size(), 2U);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 500'000);
    EXPECT_EQ(total_mwh(import->homes[1], Channel::imported), 2'250'000);
}

TEST(MappingFile, mistakes_name_their_place_and_what_to_write) {
    const std::string columns = "columns: [{column: a, unit: kWh, register: import}]\n";
    const std::string table = "t,a\n2024-01-01 00:00,1\n2024-01-01 01:00,2\n";
    EXPECT_THAT(error_of("time: {column: t, stamp: middle}\n" + columns, table),
                HasSubstr("map.yaml:1"));
    EXPECT_THAT(error_of(columns, table), HasSubstr("time"));
    EXPECT_THAT(error_of("time: {column: t}\ncolumns: [{column: a, register: gas}]\n", table),
                HasSubstr("must be one of import, export, pv, load"));
    EXPECT_THAT(error_of("time: {column: t}\ncolumns: [{column: a, register: pv}]\n", table),
                HasSubstr("t.csv:1: column 'a': the heading names no unit: say 'unit'"));
    EXPECT_THAT(
        error_of("time: {column: t}\ncolumns: [{column: b, unit: Wh, register: pv}]\n", table),
        HasSubstr("t.csv:1: no column 'b'; there are 't', 'a'"));
    EXPECT_THAT(error_of("time: {column: when}\n" + columns, table),
                HasSubstr("t.csv:1: no heading with the column 'when'"));
    EXPECT_THAT(error_of("time: {column: t}\n" + columns, table + "2024-01-01 02:00,-3\n"),
                HasSubstr("t.csv:4: column 'a': '-3' is negative"));
    EXPECT_THAT(error_of("time: {column: t}\n" + columns, table + "Total,3\n"),
                HasSubstr("t.csv:4: column 't': 'Total' is not a time like 2024-01-31 10:15"));
}

}  // namespace
}  // namespace fairfeed::imports
