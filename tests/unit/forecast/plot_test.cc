#include "gateway/forecast/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed::forecast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Style = PlotLine::Style;

PlotPanel panel(const Values& values) {
    return {"A title", {}, {{"a line", Style::forecast, values}}, {}};
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

TEST(Plot, draws_every_panel_with_title_legend_and_axes) {
    const std::string svg = drawn({panel({1, 2, 3}), panel({4, 5})}, "Two panels");
    EXPECT_THAT(svg, HasSubstr("viewBox=\"0 0 760 480\""));
    EXPECT_THAT(svg, HasSubstr("aria-label=\"Two panels\""));
    EXPECT_EQ(count(svg, ">A title</text>"), 2U);
    EXPECT_EQ(count(svg, ">a line</text>"), 2U);
    EXPECT_EQ(count(svg, "class=\"axis\""), 2U);
    EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
}

TEST(Plot, breaks_a_line_and_a_band_at_holes) {
    PlotPanel holed = panel({1, 2, std::nullopt, 4, 5});
    holed.bands.push_back({"a band", {0, 0, std::nullopt, 0, 0}, {2, 2, 2, std::nullopt, 2}});
    const std::string svg = drawn({holed}, "");
    // From 0 to 5 over a field from y = 212 to y = 56.
    EXPECT_THAT(svg, HasSubstr("d=\"M64.0 180.8L234.0 149.6M574.0 87.2L744.0 56.0\""));
    EXPECT_THAT(svg, HasSubstr("d=\"M64.0 149.6L234.0 149.6L234.0 212.0L64.0 212.0Z"
                               "M744.0 149.6L744.0 212.0Z\""));
}

TEST(Plot, ends_its_axis_at_round_figures_that_hold_all_values_and_zero) {
    const std::string high = drawn({panel({380, 1170})}, "");
    EXPECT_THAT(high, HasSubstr(">1500</text>"));
    EXPECT_THAT(high, HasSubstr(">0</text>"));
    const std::string low = drawn({panel({-30, 12})}, "");
    EXPECT_THAT(low, HasSubstr(">-30</text>"));
    EXPECT_THAT(low, HasSubstr(">20</text>"));
    EXPECT_THAT(drawn({panel({0.2, 0.7})}, ""), HasSubstr(">0.4</text>"));
}

TEST(Plot, survives_panels_without_values) {
    for (const Values& values : {Values{}, Values{std::nullopt}, Values{0.0}, Values{0, 0, 0}}) {
        const std::string svg = drawn({panel(values)}, "");
        EXPECT_THAT(svg, Not(HasSubstr("nan")));
        EXPECT_THAT(svg, Not(HasSubstr("inf")));
    }
    EXPECT_THAT(drawn({}, "nothing"), HasSubstr("height=\"0\""));
}

TEST(Plot, writes_no_text_over_another_and_no_text_as_markup) {
    PlotPanel marked = panel(Values(100, 1));
    marked.title = "a < b & \"c\"";
    marked.marks = {{10, "first"}, {12, "hidden"}, {40, "third"}};
    const std::string svg = drawn({marked}, "<x>");
    EXPECT_THAT(svg, HasSubstr(">first<"));
    EXPECT_THAT(svg, Not(HasSubstr("hidden")));
    EXPECT_THAT(svg, HasSubstr(">third<"));
    EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; &quot;c&quot;"));
    EXPECT_THAT(svg, HasSubstr("aria-label=\"&lt;x&gt;\""));
}

}  // namespace
}  // namespace fairfeed::forecast
