#include "meter-sim/imports/quantity_text.h"

#include <gtest/gtest.h>

namespace fairfeed::imports {
namespace {

constexpr Unit kKwh = {9, false};
constexpr Unit kWh = {6, false};

std::int64_t millionths(std::string_view text, Unit unit, DecimalMark mark) {
    const auto quantity = parse_quantity(text, unit, mark);
    EXPECT_TRUE(quantity) << text;
    return quantity ? quantity->millionths : -1;
}

TEST(QuantityText, reads_points_commas_and_thousands) {
    EXPECT_EQ(millionths("0.25", kKwh, DecimalMark::point), 250'000'000);
    EXPECT_EQ(millionths("0,25", kKwh, DecimalMark::comma), 250'000'000);
    EXPECT_EQ(millionths("1.234,5", kKwh, DecimalMark::comma), 1'234'500'000'000);
    EXPECT_EQ(millionths("1,234.5", kKwh, DecimalMark::point), 1'234'500'000'000);
    EXPECT_EQ(millionths("1 234,5", kWh, DecimalMark::comma), 1'234'500'000);
    EXPECT_EQ(millionths("1\xC2\xA0"
                         "234",
                         kWh, DecimalMark::point),
              1'234'000'000);
    EXPECT_EQ(millionths("-0.5", kWh, DecimalMark::point), -500'000);
    EXPECT_EQ(millionths("8.5e-2", kWh, DecimalMark::point), 85'000);
    EXPECT_EQ(millionths("98765432.123", kKwh, DecimalMark::point), 98'765'432'123'000'000);
}

TEST(QuantityText, says_when_a_number_is_finer_than_a_millionth) {
    EXPECT_FALSE(parse_quantity("0.123456789", kKwh, DecimalMark::point)->rounded);
    EXPECT_TRUE(parse_quantity("0.1234567891", kKwh, DecimalMark::point)->rounded);
    EXPECT_FALSE(parse_quantity("0.1234567890", kKwh, DecimalMark::point)->rounded);
}

TEST(QuantityText, refuses_what_is_no_number) {
    for (const char* text : {"", "a lot", "1.2.3", "0,5,", "--1", "nan", "99999999999999999999"})
        EXPECT_FALSE(parse_quantity(text, kKwh, DecimalMark::comma)) << text;
    EXPECT_FALSE(parse_quantity("1.5,000", kKwh, DecimalMark::point));
}

// With the wrong mark 0.25 kWh would have been 25.
TEST(QuantityText, a_mark_that_separates_no_thousands_is_refused) {
    EXPECT_FALSE(parse_quantity("0.25", kKwh, DecimalMark::comma));
    EXPECT_FALSE(parse_quantity("1,5", kKwh, DecimalMark::point));
    EXPECT_FALSE(parse_quantity("1.2345", kKwh, DecimalMark::comma));
    EXPECT_EQ(millionths("1.234.567", kWh, DecimalMark::comma), 1'234'567'000'000);
}

TEST(QuantityText, the_numbers_of_a_file_say_which_mark_is_the_decimal_one) {
    const auto mark_of = [](std::initializer_list<const char*> cells) {
        MarkFinder finder;
        for (const char* cell : cells)
            finder.see(cell);
        return finder.mark();
    };
    EXPECT_EQ(mark_of({"0,25", "1,5"}), DecimalMark::comma);
    EXPECT_EQ(mark_of({"0.25", "1,234"}), DecimalMark::point);
    EXPECT_EQ(mark_of({"1.234,5", "0.7"}), DecimalMark::comma);
    EXPECT_EQ(mark_of({"1,234.5", "2,000"}), DecimalMark::point);
    EXPECT_EQ(mark_of({"1.000", "250,5"}), DecimalMark::comma);
    EXPECT_EQ(mark_of({"1.234.567", "8"}), DecimalMark::comma);
    EXPECT_EQ(mark_of({"1,234", "0,125"}), DecimalMark::comma);
    EXPECT_EQ(mark_of({"3", ""}), DecimalMark::point);
}

TEST(QuantityText, headings_name_units) {
    EXPECT_EQ(unit_of_heading("Import T1 kWh"), (Unit{9, false}));
    EXPECT_EQ(unit_of_heading("Usage (Wh)"), (Unit{6, false}));
    EXPECT_EQ(unit_of_heading("value [kW]"), (Unit{9, true}));
    EXPECT_EQ(unit_of_heading("MWH total"), (Unit{12, false}));
    EXPECT_FALSE(unit_of_heading("which"));
    EXPECT_FALSE(parse_unit("m3"));
}

}  // namespace
}  // namespace fairfeed::imports
