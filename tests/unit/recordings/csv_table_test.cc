#include "core/recordings/csv_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::vector<std::string>> cells_in(std::string_view text) {
    CsvComplaints complaints("a.csv");
    const CsvTable table = parse_csv(text, complaints);
    EXPECT_THAT(complaints.take(), IsEmpty()) << text;
    std::vector<std::vector<std::string>> found{table.heading.cells};
    for (const CsvRow& row : table.rows)
        found.push_back(row.cells);
    return found;
}

TEST(CsvTable, reads_one_table_however_it_was_written) {
    for (const std::string_view text : {
             "a,b\n1,2\n",
             "a,b\r\n1,2\r\n",
             "a,b\n1,2",
             "\xEF\xBB\xBF"
             "a,b\n1,2\n",
             "a;b\n1;2\n",
             "a\tb\n1\t2\n",
             "a, b\n 1 ,\t2\n",
             "\"a\",\"b\"\n\"1\",2\n",
             "a,b,\n1,2,\n",
             "a,b\n1,2\n\n",
             "a,b\n1,2\n,\n  \n\r\n",
             "\na,b\n\n1,2\n",
         })
        EXPECT_THAT(cells_in(text), ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2")))
            << text;
}

TEST(CsvTable, keeps_what_stands_between_quotes) {
    EXPECT_THAT(cells_in("a,b\n\" x, \"\"y\"\" \",2\n"),
                ElementsAre(ElementsAre("a", "b"), ElementsAre(" x, \"y\" ", "2")));
}

TEST(CsvTable, unwraps_digits_that_spreadsheets_keep_as_text) {
    EXPECT_EQ(csv_cells("=\"0123\";x=\"y\"; = \"7\"", ';'),
              (std::vector<std::string>{"0123", "x=\"y\"", "7"}));
}

TEST(CsvTable, names_the_line_of_the_file_whatever_is_blank_before_it) {
    CsvComplaints complaints("a.csv");
    (void)parse_csv("\n\na,b\n\n1\n1,2,3\n", complaints);
    EXPECT_THAT(complaints.take(), ElementsAre("a.csv:5: expected 2 cells, found 1",
                                               "a.csv:6: expected 2 cells, found 3"));
}

TEST(CsvTable, says_what_to_do_with_another_encoding_and_shows_what_nobody_sees) {
    CsvComplaints complaints("a.csv");
    (void)parse_csv(
        "\xFF\xFE"
        "a\0",
        complaints);
    EXPECT_THAT(complaints.take(), ElementsAre("a.csv:1: the file is UTF-16: save it as UTF-8"));
    EXPECT_EQ(visible("\xC2\xA0x"), "'\\xC2\\xA0x'");
}

struct Number {
    const char* cell;
    std::int64_t micro;
};

TEST(Decimal, is_read_in_every_way_in_which_programs_write_one) {
    const std::vector<Number> table{{"1", 1'000'000},
                                    {"0.868233", 868'233},
                                    {"+0.5", 500'000},
                                    {".5", 500'000},
                                    {"5.", 5'000'000},
                                    {"-0.000", 0},
                                    {"-0", 0},
                                    {"1e-05", 10},
                                    {"1E3", 1'000'000'000},
                                    {"2.5e+1", 25'000'000},
                                    {"0.1234567", 123'457},
                                    {"0.12345649999", 123'456},
                                    {"0.0000005", 1},
                                    {"0.00000049", 0},
                                    {"1e-400", 0},
                                    {"0.999999500000", 1'000'000},
                                    {"000012", 12'000'000}};
    for (const auto& [cell, micro] : table) {
        const auto value = parse_decimal(cell, 6, 1'000'000'000'000, false);
        ASSERT_TRUE(value) << cell << " " << value.error();
        EXPECT_EQ(*value, micro) << cell;
    }
    const auto with_comma = parse_decimal("1,5", 6, 1'000'000'000, true);
    ASSERT_TRUE(with_comma);
    EXPECT_EQ(*with_comma, 1'500'000);
}

TEST(Decimal, is_refused_with_the_reason) {
    const std::vector<std::pair<const char*, const char*>> table{
        {"", "is empty: write 0 where there is nothing"},
        {"-0.1", "is negative"},
        {"-1e-9", "is negative"},
        {"nan", "is not a number like 0.25"},
        {"1,5", "is not a number like 0.25"},
        {"1 5", "is not a number like 0.25"},
        {"1e", "is not a number like 0.25"},
        {"e3", "is not a number like 0.25"},
        {".", "is not a number like 0.25"},
        {"0x10", "is not a number like 0.25"},
        {"1.2.3", "is not a number like 0.25"},
        {"1000001", "is too large"},
        {"99999999999999999999", "is too large"},
        {"1e300", "is too large"},
    };
    for (const auto& [cell, reason] : table) {
        const auto value = parse_decimal(cell, 6, 1'000'000'000'000, false);
        ASSERT_FALSE(value) << cell;
        EXPECT_EQ(value.error(), reason) << cell;
    }
}

}  // namespace
}  // namespace fairfeed
