#include "meter-sim/imports/instants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter-sim/imports/stamp_text.h"
#include "tests/unit/imports/import_bench.h"

namespace fairfeed::imports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kAutumn = 1'729'980'000;  // 2024-10-26 22:00 UTC, midnight in Brussels
constexpr std::int64_t kSpring = 1'711'839'600;  // 2024-03-30 23:00 UTC, midnight in Brussels
constexpr std::int64_t kHour = 3600;

ReadSeries series_of(const std::vector<std::string>& times, std::int64_t length_s = 0) {
    ReadSeries series;
    for (std::size_t i = 0; i < times.size(); ++i) {
        ReadValue value;
        value.place.line = i + 1;
        value.at = *parse_stamp(times[i], DateOrder::day_first);
        value.length_s = length_s;
        value.value = static_cast<std::int64_t>(i) + 1;
        series.values.push_back(value);
    }
    return series;
}

// The hours since midnight at which each value begins, in the order of time.
std::vector<double> hours(const ReadSeries& series, std::int64_t midnight_s) {
    const TimeZone zone = test::zone("Europe/Brussels");
    ImportErrors errors({"a.csv"});
    std::vector<double> out;
    for (const PlacedValue& value : find_instants(series, &zone, errors).values)
        out.push_back(static_cast<double>(value.at_s - midnight_s) / kHour);
    EXPECT_TRUE(errors.empty()) << errors.take().front();
    return out;
}

TEST(Instants, the_hour_that_comes_twice_is_told_apart_by_its_order) {
    const std::vector<std::string> rows = {"27-10-2024 01:00", "27-10-2024 02:00",
                                           "27-10-2024 02:00", "27-10-2024 03:00"};
    EXPECT_THAT(hours(series_of(rows), kAutumn), ElementsAre(1, 2, 3, 4));
    const std::vector<std::string> newest_first(rows.rbegin(), rows.rend());
    const TimeZone zone = test::zone("Europe/Brussels");
    ImportErrors errors({"a.csv"});
    const ReadSeries series = series_of(newest_first);
    const Instants found = find_instants(series, &zone, errors);
    std::vector<std::size_t> lines;
    for (const PlacedValue& value : found.values)
        lines.push_back(value.value->place.line);
    EXPECT_THAT(lines, ElementsAre(4, 3, 2, 1));
}

// A file that began in the doubled hour was taken for one that goes backwards.
TEST(Instants, a_file_may_begin_in_the_first_pass_and_end_in_the_second) {
    EXPECT_THAT(hours(series_of({"2024-10-27 02:45", "2024-10-27 02:00", "2024-10-27 02:15",
                                 "2024-10-27 02:30", "2024-10-27 02:45"}),
                      kAutumn),
                ElementsAre(2.75, 3, 3.25, 3.5, 3.75));
}

TEST(Instants, figures_of_a_register_tell_the_passes_apart_in_any_order) {
    ReadSeries series = series_of({"2024-10-27 02:00", "2024-10-27 01:00", "2024-10-27 03:00",
                                   "2024-10-27 02:00", "2024-10-27 00:00"});
    series.figure = Figure::register_figure;
    const std::int64_t figures[] = {7, 5, 8, 6, 4};
    for (std::size_t i = 0; i < series.values.size(); ++i)
        series.values[i].value = figures[i];
    const TimeZone zone = test::zone("Europe/Brussels");
    ImportErrors errors({"a.csv"});
    std::vector<std::int64_t> in_time;
    for (const PlacedValue& value : find_instants(series, &zone, errors).values)
        in_time.push_back(value.amount());
    EXPECT_THAT(in_time, ElementsAre(4, 5, 6, 7, 8));
}

TEST(Instants, quarter_hours_of_the_doubled_hour_may_alternate_or_follow) {
    const std::vector<double> expected = {2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75, 4};
    EXPECT_EQ(hours(series_of({"2024-10-27 02:00", "2024-10-27 02:15", "2024-10-27 02:30",
                               "2024-10-27 02:45", "2024-10-27 02:00", "2024-10-27 02:15",
                               "2024-10-27 02:30", "2024-10-27 02:45", "2024-10-27 03:00"}),
                    kAutumn),
              expected);
    EXPECT_EQ(hours(series_of({"2024-10-27 02:00", "2024-10-27 02:00", "2024-10-27 02:15",
                               "2024-10-27 02:15", "2024-10-27 02:30", "2024-10-27 02:30",
                               "2024-10-27 02:45", "2024-10-27 02:45", "2024-10-27 03:00"}),
                    kAutumn),
              expected);
}

TEST(Instants, ends_are_read_however_the_writer_names_the_end_of_the_doubled_hour) {
    const std::vector<double> expected = {0, 1, 2, 3, 4};
    ReadSeries by_clock = series_of({"2024-10-27 01:00", "2024-10-27 02:00", "2024-10-27 02:00",
                                     "2024-10-27 03:00", "2024-10-27 04:00"},
                                    kHour);
    by_clock.end_stamped = true;
    EXPECT_EQ(hours(by_clock, kAutumn), expected);
    ReadSeries by_start = series_of({"2024-10-27 01:00", "2024-10-27 02:00", "2024-10-27 03:00",
                                     "2024-10-27 03:00", "2024-10-27 04:00"},
                                    kHour);
    by_start.end_stamped = true;
    EXPECT_EQ(hours(by_start, kAutumn), expected);
}

TEST(Instants, ends_are_read_whether_or_not_the_skipped_hour_is_named) {
    const std::vector<double> expected = {0, 1, 2};
    for (const char* end : {"2024-03-31 02:00", "2024-03-31 03:00"}) {
        ReadSeries series = series_of({"2024-03-31 01:00", end, "2024-03-31 04:00"}, kHour);
        series.end_stamped = true;
        EXPECT_EQ(hours(series, kSpring), expected) << end;
    }
}

TEST(Instants, offsets_in_the_file_need_no_zone) {
    ImportErrors errors({"a.csv"});
    const ReadSeries series = series_of({"2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00"});
    const auto found = find_instants(series, nullptr, errors);
    ASSERT_TRUE(errors.empty());
    EXPECT_EQ(found.values[1].at_s - found.values[0].at_s, kHour);
}

TEST(Instants, a_time_without_offset_and_zone_is_refused_with_the_option_that_helps) {
    ImportErrors errors({"a.csv"});
    (void)find_instants(series_of({"2024-10-27 02:00", "2024-10-27 03:00"}), nullptr, errors);
    EXPECT_THAT(errors.take(), ElementsAre(HasSubstr("a.csv:1: '2024-10-27 02:00:00' has no offset "
                                                     "from UTC: name the zone of the times, as "
                                                     "--zone")));
}

TEST(Instants, energy_in_the_skipped_hour_is_refused_and_an_empty_row_is_not) {
    const TimeZone zone = test::zone("Europe/Brussels");
    ReadSeries series = series_of({"2024-03-31 01:00", "2024-03-31 02:00", "2024-03-31 03:00"});
    ImportErrors errors({"a.csv"});
    (void)find_instants(series, &zone, errors);
    EXPECT_THAT(errors.take(), ElementsAre(HasSubstr("a.csv:2: '2024-03-31 02:00:00' did not "
                                                     "exist in Europe/Brussels")));
    series.values[1].value = 0;
    ImportErrors none({"a.csv"});
    const Instants found = find_instants(series, &zone, none);
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(found.skipped, 1U);
    EXPECT_EQ(found.values.size(), 2U);
}

TEST(Instants, one_value_for_a_clocks_hour_that_came_twice_is_shared_by_both) {
    ReadSeries series =
        series_of({"2024-10-27 01:00", "2024-10-27 02:00", "2024-10-27 03:00"}, kHour);
    series.values[1].value = 7;
    series.by_wall_clock = true;
    EXPECT_THAT(hours(series, kAutumn), ElementsAre(1, 2, 3, 4));
    const TimeZone zone = test::zone("Europe/Brussels");
    ImportErrors errors({"a.csv"});
    const Instants found = find_instants(series, &zone, errors);
    EXPECT_EQ(found.values[1].amount(), 3);
    EXPECT_EQ(found.values[2].amount(), 4);
    series.values.push_back(series.values[1]);  // a writer that names the hour twice
    EXPECT_THAT(hours(series, kAutumn), ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(find_instants(series, &zone, errors).values[1].amount(), 7);
}

}  // namespace
}  // namespace fairfeed::imports
