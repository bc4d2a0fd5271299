#include "gateway/commands/totals_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::int64_t kMonday = 1'470'614'400;  // 2016-08-08 00:00 UTC

std::vector<forecast::ClusterSeries> read(const std::string& text) {
    const auto series = parse_totals("totals.csv", text);
    EXPECT_TRUE(series) << series.error().front();
    return series.value_or(std::vector<forecast::ClusterSeries>());
}

CsvErrors refused(const std::string& text) {
    const auto series = parse_totals("totals.csv", text);
    EXPECT_FALSE(series);
    return series ? CsvErrors() : series.error();
}

TEST(TotalsTable, reads_clusters_in_any_order_with_holes_where_rows_are_missing) {
    const auto series = read(
        "height,start,cluster,available_wh,load_wh\n"
        "9,2016-08-08T12:00,oak,30,300\n"
        "7,2016-08-08T00:00,oak,10,100\n"
        "7,1470614400,elm,1,2\n"
        "8,2016-08-08T04:00:00,elm,3,4\n");
    ASSERT_THAT(series, SizeIs(2));
    EXPECT_EQ(series[0].name, "elm");
    EXPECT_EQ(series[1].name, "oak");
    for (const auto& each : series) {
        EXPECT_EQ(each.load.start_s(), kMonday);
        EXPECT_EQ(each.load.window_s(), 14'400);
        EXPECT_EQ(each.load.size(), 4U);
    }
    EXPECT_EQ(series[0].load.at(1), 4);
    EXPECT_EQ(series[0].generation.at(1), 3);
    EXPECT_EQ(series[0].load.at(2), std::nullopt);
    EXPECT_EQ(series[1].load.at(0), 100);
    EXPECT_EQ(series[1].load.at(2), std::nullopt);
    EXPECT_EQ(series[1].load.at(3), 300);
    EXPECT_THAT(forecast::objections_to(series), ::testing::IsEmpty());
}

TEST(TotalsTable, says_which_column_is_missing_and_which_are_wanted) {
    EXPECT_THAT(refused("cluster,start,load_wh,generation_wh\n"),
                ElementsAre(HasSubstr("totals.csv:1: there is no column 'available_wh'")));
    EXPECT_THAT(refused("a,b\n1,2\n"), SizeIs(4));
}

TEST(TotalsTable, names_line_and_cell_of_every_fault) {
    const CsvErrors errors = refused(
        "cluster,start,load_wh,available_wh\n"
        "elm,2016-08-08T00:00,1,2\n"
        "Elm,2016-08-08T04:00,1,2\n"
        "elm,yesterday,1,2\n"
        "elm,2016-08-08T08:00,-5,2\n"
        "elm,2016-08-08T12:00,5,much\n"
        "elm,2016-08-08T00:00,1,2\n");
    EXPECT_THAT(errors, Contains(HasSubstr("totals.csv:3: 'Elm' is no cluster")));
    EXPECT_THAT(errors, Contains(HasSubstr("totals.csv:4: 'yesterday' is no start of a window")));
    EXPECT_THAT(errors, Contains(HasSubstr("totals.csv:5: '-5' ")));
    EXPECT_THAT(errors, Contains(HasSubstr("totals.csv:6: 'much' ")));
    EXPECT_THAT(errors, Contains(HasSubstr("totals.csv:7: the window of cluster elm at "
                                           "2016-08-08T00:00 stands in the table twice")));
    EXPECT_THAT(errors, SizeIs(5));
}

TEST(TotalsTable, refuses_windows_that_no_network_has) {
    const std::string heading = "cluster,start,load_wh,available_wh\n";
    EXPECT_THAT(refused(heading), ElementsAre(HasSubstr("there are no rows")));
    EXPECT_THAT(refused(heading + "elm,0,1,1\n"), ElementsAre(HasSubstr("at least two")));
    EXPECT_THAT(refused(heading + "elm,0,1,1\nelm,1000,1,1\n"),
                ElementsAre(HasSubstr("begin 1000 s apart")));
    EXPECT_THAT(refused(heading + "elm,0,1,1\nelm,36000,1,1\n"),
                ElementsAre(HasSubstr("begin 36000 s apart")));
    EXPECT_THAT(refused(heading + "elm,0,1,1\nelm,900,1,1\nelm,2099-01-01T00:00,1,1\n"),
                ElementsAre(HasSubstr("is a year mistyped?")));
    EXPECT_THAT(refused(""), ::testing::Not(::testing::IsEmpty()));
}

}  // namespace
}  // namespace fairfeed
