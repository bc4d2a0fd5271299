// Plots as SVG text: panels of lines and bands over windows or weeks, in the style of the pages'
// other pictures. Colours that also print and that colour-blind people tell apart. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairfeed::forecast {

using Values = std::vector<std::optional<double>>;  // by position; nullopt: the line breaks

struct PlotLine {
    enum class Style { actual, forecast, other, reference };
    std::string name;
    Style style = Style::forecast;
    Values values;
};

struct PlotBand {
    std::string name;
    Values low;
    Values high;
};

struct PlotPanel {
    std::string title;  // with the unit
    std::vector<PlotBand> bands;
    std::vector<PlotLine> lines;
    std::vector<std::pair<std::size_t, std::string>> marks;  // of the horizontal axis, by position
};

// `label` describes the picture to those who do not see it.
[[nodiscard]] std::string drawn(const std::vector<PlotPanel>& panels, const std::string& label);

}  // namespace fairfeed::forecast
