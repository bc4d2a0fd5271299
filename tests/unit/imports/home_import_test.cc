#include "meter-sim/imports/home_import.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "core/recordings/recorded_homes.h"
#include "meter-sim/imports/home_names.h"
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

const std::string kHeading = "time,Import T1 kWh,Export T1 kWh\n";
const Setting kBrussels{GapPolicy::refuse, "Europe/Brussels"};

std::string hour_rows(const std::string& day, int first, int count, double kwh) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        char row[80];
        std::snprintf(row, sizeof row, "%sT%02d:00:00+01:00,%.3f,0,0.002,0\n", day.c_str(),
                      first + i, kwh + i * 0.1);
        text += row;
    }
    return text;
}
const std::string kDsmrHeading =
    "Hour Start,Electricity 1,Electricity 2,Electricity 1 Returned,Electricity 2 Returned\n";

// The registers of a meter that plays the recording, in Wh.
std::pair<std::int64_t, std::int64_t> played_wh(const HomeImport& import) {
    const auto homes = parse_recorded_homes("homes.csv", recording_text(import));
    EXPECT_TRUE(homes) << homes.error().front();
    std::pair<std::int64_t, std::int64_t> wh;
    for (std::int64_t quarter = 0; homes && quarter < homes->quarters; ++quarter) {
        const RecordedQuarter energy = homes->homes[0].quarter(quarter);
        const std::int64_t net_wh = energy.load_wh - energy.available_wh;
        wh.first += std::max<std::int64_t>(0, net_wh) + energy.both_ways_wh;
        wh.second += std::max<std::int64_t>(0, -net_wh) + energy.both_ways_wh;
    }
    return wh;
}

TEST(HomeImport, registers_come_out_equal_to_the_file_in_hours_that_have_both) {
    const auto import = import_texts(
        {{"h.csv", "homewizard",
          kHeading + "2022-09-01 00:00,8350.277,3095.077\n2022-09-01 00:15,8350.385,3095.178\n"
                     "2022-09-01 00:30,8350.705,3095.197\n"}},
        kBrussels);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->grid.step_s, 900);
    EXPECT_EQ(import->grid.offset_s, 3600);
    EXPECT_EQ(import->homes[0].both_ways_steps, 2);
    EXPECT_EQ(played_wh(*import), (std::pair<std::int64_t, std::int64_t>{428, 120}));
    EXPECT_THAT(recording_text(*import),
                HasSubstr("interval_start_local,import_kwh_h,export_kwh_h\n"
                          "2022-08-31T23:00,0.108000,0.101000\n"));
}

TEST(HomeImport, a_gap_is_refused_with_its_line_and_what_fills_it) {
    const std::string text =
        kDsmrHeading + hour_rows("2024-01-01", 0, 3, 0.1) + hour_rows("2024-01-01", 5, 4, 0.5);
    EXPECT_EQ(
        first_error(import_texts({{"d.csv", "", text}})),
        "d.csv:5: no value of 'Electricity 1' for 2 h 0 min before, from 2024-01-01 03:00:00 "
        "(standard time) on: --gaps zero, interpolate or last-week fills gaps and flags them");
}

TEST(HomeImport, every_filled_step_is_flagged_counted_and_told_from_what_was_measured) {
    const std::string text =
        kDsmrHeading + hour_rows("2024-01-01", 0, 3, 0.1) + hour_rows("2024-01-01", 5, 4, 0.5);
    const auto zero = import_texts({{"d.csv", "", text}}, {GapPolicy::zero});
    ASSERT_TRUE(zero) << first_error(zero);
    const ImportedHome& home = zero->homes[0];
    EXPECT_THAT(home.flags,
                ElementsAre(Flag::measured, Flag::measured, Flag::measured, Flag::zero, Flag::zero,
                            Flag::measured, Flag::measured, Flag::measured, Flag::measured));
    EXPECT_EQ(home.registers[0].filled_steps, 2);
    EXPECT_EQ(home.registers[0].filled_uwh, 0);
    EXPECT_EQ(home.registers[0].gaps.size(), 1U);
    const auto drawn = import_texts({{"d.csv", "", text}}, {GapPolicy::interpolate});
    ASSERT_TRUE(drawn);
    // Between 0.3 and 0.5 kWh.
    EXPECT_EQ(drawn->homes[0].steps_mwh.at(Channel::imported)[3], 366'667);
    EXPECT_EQ(drawn->homes[0].steps_mwh.at(Channel::imported)[4], 433'333);
    EXPECT_EQ(drawn->homes[0].registers[0].measured_uwh, 3'200'000'000);
    EXPECT_THAT(recording_text(*drawn),
                HasSubstr("2024-01-01T03:00,0.366667,0.002000,interpolated"));
}

TEST(HomeImport, last_week_fills_a_gap_and_says_so_where_there_is_none) {
    std::string text = kDsmrHeading;
    for (int day = 1; day <= 9; ++day)
        if (day != 8) text += hour_rows("2024-01-0" + std::to_string(day), 0, 24, 0.1 * day);
    const auto import = import_texts({{"d.csv", "", text}}, {GapPolicy::last_week});
    ASSERT_TRUE(import) << first_error(import);
    const auto& steps = import->homes[0].steps_mwh.at(Channel::imported);
    for (std::size_t hour = 0; hour < 24; ++hour)
        EXPECT_EQ(steps[7 * 24 + hour], steps[hour]);
    EXPECT_EQ(
        std::count(import->homes[0].flags.begin(), import->homes[0].flags.end(), Flag::last_week),
        24);
    const std::string young =
        kDsmrHeading + hour_rows("2024-01-01", 0, 3, 0.1) + hour_rows("2024-01-01", 5, 4, 0.5);
    EXPECT_THAT(first_error(import_texts({{"d.csv", "", young}}, {GapPolicy::last_week})),
                HasSubstr("no week before the gap at 2024-01-01 02:00:00 UTC"));
}

TEST(HomeImport, a_register_that_counted_over_a_gap_keeps_its_energy_by_every_policy) {
    const std::string text = kHeading +
                             "2022-09-01 00:00,1,0\n2022-09-01 00:15,2,0\n2022-09-01 00:30,3,0\n"
                             "2022-09-01 01:30,7,0\n2022-09-01 01:45,8,0\n";
    EXPECT_THAT(first_error(import_texts({{"h.csv", "", text}}, kBrussels)),
                HasSubstr("h.csv:5: no value of 'Import T1 kWh' for 1 h 0 min before"));
    for (const GapPolicy gaps : {GapPolicy::zero, GapPolicy::interpolate, GapPolicy::last_week}) {
        const auto import = import_texts({{"h.csv", "", text}}, {gaps, "Europe/Brussels"});
        ASSERT_TRUE(import) << first_error(import);
        EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 7'000'000);
        EXPECT_EQ(import->homes[0].flags[3], Flag::interpolated);
        EXPECT_EQ(import->homes[0].registers[0].filled_steps, 4);
        EXPECT_TRUE(import->homes[0].registers[0].gaps[0].known);
    }
}

TEST(HomeImport, unsorted_and_repeated_rows_are_the_same_rows) {
    const std::string rows[] = {
        "2024-01-01T00:00:00+01:00,1,0,0,0\n", "2024-01-01T01:00:00+01:00,2,0,0,0\n",
        "2024-01-01T02:00:00+01:00,3,0,0,0\n", "2024-01-01T03:00:00+01:00,4,0,0,0\n"};
    const auto sorted =
        import_texts({{"d.csv", "", kDsmrHeading + rows[0] + rows[1] + rows[2] + rows[3]}});
    const auto mixed = import_texts(
        {{"d.csv", "", kDsmrHeading + rows[2] + rows[0] + rows[3] + rows[1] + rows[0]}});
    ASSERT_TRUE(sorted) << first_error(sorted);
    ASSERT_TRUE(mixed) << first_error(mixed);
    EXPECT_EQ(recording_text(*mixed), recording_text(*sorted));
    EXPECT_EQ(mixed->homes[0].registers[0].repeated, 1U);
    const auto torn = import_texts(
        {{"d.csv", "",
          kDsmrHeading + rows[0] + rows[1] + rows[2] + "2024-01-01T01:00:00+01:00,9,0,0,0\n"}});
    EXPECT_THAT(first_error(torn), HasSubstr("d.csv:5: a second value for the time of d.csv:3"));
}

TEST(HomeImport, steps_that_change_within_a_file_keep_their_lengths) {
    std::string text = kDsmrHeading + hour_rows("2024-01-01", 0, 6, 1);
    for (int i = 0; i < 8; ++i) {
        char row[80];
        std::snprintf(row, sizeof row, "2024-01-01T%02d:%02d:00+01:00,0.25,0,0,0\n", 6 + i / 4,
                      i % 4 * 15);
        text += row;
    }
    const auto import = import_texts({{"d.csv", "", text}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->grid.step_s, 900);
    EXPECT_EQ(import->span.steps(), 32);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 7'500'000 + 2'000'000);
    EXPECT_EQ(import->homes[0].registers[0].split_steps, 24);
    const auto hourly = import_texts({{"d.csv", "", text}}, {GapPolicy::refuse, "", 3600});
    ASSERT_TRUE(hourly);
    EXPECT_EQ(hourly->span.steps(), 8);
    EXPECT_EQ(total_mwh(hourly->homes[0], Channel::imported), 9'500'000);
}

// Every second hour missing was read as steps of two hours.
TEST(HomeImport, gaps_that_repeat_are_gaps) {
    std::string text = kDsmrHeading + hour_rows("2024-01-01", 0, 9, 1);
    for (int hour = 10; hour < 22; hour += 2)
        text += hour_rows("2024-01-01", hour, 1, 1);
    EXPECT_THAT(first_error(import_texts({{"d.csv", "", text}})),
                HasSubstr("d.csv:11: no value of 'Electricity 1' for 1 h 0 min before"));
}

TEST(HomeImport, impossible_energy_is_a_gap) {
    const std::string text = kDsmrHeading + hour_rows("2024-01-01", 0, 3, 0.1) +
                             "2024-01-01T03:00:00+01:00,5000,0,0,0\n" +
                             hour_rows("2024-01-01", 4, 4, 0.5);
    EXPECT_THAT(first_error(import_texts({{"d.csv", "", text}})), HasSubstr("d.csv:6: no value"));
    const auto import = import_texts({{"d.csv", "", text}}, {GapPolicy::interpolate});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_THAT(import->homes[0].registers[0].events,
                ElementsAre(HasSubstr("d.csv:5: 5000.000 kWh in 60 min is more than 100 kW")));
    EXPECT_EQ(import->homes[0].flags[3], Flag::interpolated);
}

TEST(HomeImport, files_of_one_home_go_on_where_the_one_before_ended) {
    const std::string first = kHeading + "2022-09-01 00:00,1,0\n2022-09-01 00:15,2,0\n";
    const std::string second = kHeading + "2022-09-01 00:30,4,0\n2022-09-01 00:45,7,1\n";
    const auto import =
        import_texts({{"feb.csv", "", second, "ash"}, {"jan.csv", "", first, "ash"}}, kBrussels);
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->homes.size(), 1U);
    EXPECT_EQ(import->homes[0].id, "ash");
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 6'000'000);
    EXPECT_THAT(
        first_error(import_texts({{"feb.csv", "", second}, {"jan.csv", "", first}}, kBrussels)),
        HasSubstr("give them one name: NAME=FILE NAME=FILE"));
}

TEST(HomeImport, generation_alone_belongs_to_the_only_home_or_needs_a_name) {
    const std::string sun = R"({"energy": {"timeUnit": "HOUR", "unit": "Wh", "values": [)"
                            R"({"date": "2024-01-01 00:00:00 CET+0100", "value": null},)"
                            R"({"date": "2024-01-01 01:00:00 CET+0100", "value": 250.0},)"
                            R"({"date": "2024-01-01 02:00:00 CET+0100", "value": 500.5}]}})";
    const std::string meter = kDsmrHeading + hour_rows("2024-01-01", 0, 3, 0.1);
    EXPECT_THAT(first_error(import_texts({{"s.json", "", sun}})),
                HasSubstr("s.json: holds generation alone: give the home's meter as well"));
    const auto import = import_texts({{"s.json", "", sun}, {"m.csv", "", meter}});
    ASSERT_TRUE(import) << first_error(import);
    ASSERT_EQ(import->homes.size(), 1U);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::generation), 750'500);
    EXPECT_THAT(first_error(import_texts(
                    {{"s.json", "", sun}, {"m.csv", "", meter}, {"k.csv", "", meter}})),
                HasSubstr("say whose it is, as NAME=s.json"));
}

TEST(HomeImport, homes_get_ids_that_every_program_takes) {
    std::set<std::string> taken;
    EXPECT_EQ(home_id("House 1 (Südseite)", taken), "house-1-s-dseite");
    EXPECT_EQ(home_id("House 1 (Sudseite)", taken), "house-1-sudseite");
    EXPECT_EQ(home_id("House 1_sudseite", taken), "house-1-sudseite-2");
    EXPECT_EQ(home_id("541448860001234567", taken), "h541448860001234567");
    EXPECT_EQ(home_id("--", taken), "h");
    EXPECT_EQ(home_id("a name that is much too long for anybody", taken), "a-name-that-is-much");
}

TEST(HomeImport, homes_share_the_span_that_all_of_them_have) {
    const std::string a = kDsmrHeading + hour_rows("2024-01-01", 0, 6, 0.1);
    const std::string b = kDsmrHeading + hour_rows("2024-01-01", 2, 6, 0.1);
    const auto import = import_texts({{"x/a.csv", "", a}, {"y/a.csv", "", b}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(import->homes[0].id, "a");
    EXPECT_EQ(import->homes[1].id, "a-2");
    EXPECT_EQ(import->span.steps(), 4);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported),
              300'000 + 400'000 + 500'000 + 600'000);
}

TEST(HomeImport, steps_that_are_too_coarse_are_refused) {
    const std::string text = kDsmrHeading +
                             "2024-01-01,5,0,0,0\n2024-01-02,5,0,0,0\n"
                             "2024-01-03,6,0,0,0\n";
    EXPECT_THAT(first_error(import_texts({{"d.csv", "", text}}, kBrussels)),
                HasSubstr("has steps of 24 h 0 min: a recording needs 60 minutes or less"));
}

// A portal's daily totals beside its hours counted everything twice.
TEST(HomeImport, totals_by_the_day_of_what_is_there_by_the_hour_are_left_out) {
    std::string text = "statistic_id,start,change\n";
    for (int hour = 0; hour < 48; ++hour) {
        char row[80];
        std::snprintf(row, sizeof row, "sensor.import_a,2024-01-0%dT%02d:00:00Z,1\n", 1 + hour / 24,
                      hour % 24);
        text += row;
    }
    const auto import =
        import_texts({{"a.csv", "", text, "a"},
                      {"b.csv", "",
                       "Hour Start,Electricity 1,Electricity 1 Returned\n2024-01-01T00:00Z,24,\n"
                       "2024-01-02T00:00Z,24,\n2024-01-03T00:00Z,24,\n",
                       "a"}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 48'000'000);
}

// Thirds of a kWh lost 3 Wh a year when each value was rounded by itself.
TEST(HomeImport, rounding_does_not_add_up) {
    std::string text = kDsmrHeading;
    for (int i = 0; i < 24; ++i) {
        char row[80];
        std::snprintf(row, sizeof row, "2024-01-01T%02d:00:00+01:00,0.333333333,0,0,0\n", i);
        text += row;
    }
    const auto import = import_texts({{"d.csv", "", text}});
    ASSERT_TRUE(import) << first_error(import);
    EXPECT_EQ(total_mwh(import->homes[0], Channel::imported), 8'000'000);
}

}  // namespace
}  // namespace fairfeed::imports
