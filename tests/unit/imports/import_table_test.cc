#include "meter-sim/imports/import_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed::imports {
namespace {

using ::testing::ElementsAre;

TEST(ImportTable, finds_the_separator_although_decimals_have_commas) {
    const ImportTable table = parse_import_table("time;value\n2024-01-01;0,5\n2024-01-02;1,5\n");
    ASSERT_EQ(table.rows.size(), 3U);
    EXPECT_THAT(table.rows[1].cells, ElementsAre("2024-01-01", "0,5"));
}

TEST(ImportTable, keeps_quoted_commas_and_spreadsheet_texts_together) {
    const ImportTable table = parse_import_table("a,b,c\n\"0,5\",=\"0123\",\"x \"\"y\"\"\"\n");
    EXPECT_THAT(table.rows[1].cells, ElementsAre("0,5", "0123", "x \"y\""));
}

TEST(ImportTable, leaves_out_blank_lines_and_tails_and_keeps_the_files_lines) {
    const ImportTable table = parse_import_table("sep=;\r\na;b\r\n\r\n1;2;;;\r\n;;\r\n");
    ASSERT_EQ(table.rows.size(), 2U);
    EXPECT_EQ(table.rows[1].line, 4U);
    EXPECT_THAT(table.rows[1].cells, ElementsAre("1", "2"));
}

TEST(ImportTable, reads_utf_16_and_byte_order_marks) {
    const std::string little(
        "\xFF\xFE"
        "a\0,\0\xE9\0=\xD8\x00\xDE",
        12);
    EXPECT_EQ(plain_text(little), "a,\xC3\xA9\xF0\x9F\x98\x80");
    EXPECT_EQ(plain_text(std::string("\xFE\xFF\0a", 4)), "a");
    EXPECT_EQ(plain_text("\xEF\xBB\xBFx"), "x");
    EXPECT_EQ(plain_text(std::string("\xFF\xFE\x00\xD8"
                                     "a\0",
                                     6)),
              "\xEF\xBF\xBD"
              "a");
}

TEST(ImportTable, finds_headings_below_lines_of_text) {
    const ImportTable table = parse_import_table("Name,J. Doe\nAddress,\n\nDATE,USAGE\n1,2\n");
    const auto row =
        find_row(table, [](const CsvRow& each) { return find_column(each, "date").has_value(); });
    ASSERT_TRUE(row);
    EXPECT_EQ(table.rows[*row].line, 4U);
    EXPECT_EQ(find_column(table.rows[*row], "usage"), 1U);
    EXPECT_EQ(cell_of(table.rows[*row], 9), "");
}

}  // namespace
}  // namespace fairfeed::imports
