#include "gateway/forecast/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace fairfeed::forecast {

namespace {

constexpr double kWidth = 760;
constexpr double kPanelHeight = 240;
constexpr double kLeft = 64;
constexpr double kRight = 744;
constexpr double kTop = 56;  // of a panel's title and legend
constexpr double kBottom = 28;
constexpr double kWantedSteps = 5;
constexpr std::array kStepDigits = {1.0, 2.0, 5.0, 10.0};
constexpr double kLetter = 7.5;  // estimated width

constexpr const char* kStyle =
    "<style>\n"
    "  rect.page { fill: #ffffff }\n"
    "  text { font: 13px 'DejaVu Sans', Verdana, sans-serif; fill: #222222 }\n"
    "  text.title { font-weight: bold }\n"
    "  .axis { stroke: #222222; fill: none }\n"
    "  .grid { stroke: #e2e2e2; fill: none }\n"
    "  .band { fill: #0072b2; fill-opacity: 0.18; stroke: none }\n"
    "  .line { fill: none; stroke-width: 1.8 }\n"
    "  .actual { stroke: #222222; stroke-width: 1.3 }\n"
    "  .forecast { stroke: #0072b2 }\n"
    "  .other { stroke: #d55e00; stroke-dasharray: 5 3 }\n"
    "  .reference { stroke: #009e73; stroke-dasharray: 2 2 }\n"
    "</style>\n";

const char* class_of(PlotLine::Style style) {
    switch (style) {
        case PlotLine::Style::actual:
            return "line actual";
        case PlotLine::Style::forecast:
            return "line forecast";
        case PlotLine::Style::other:
            return "line other";
        case PlotLine::Style::reference:
            return "line reference";
    }
    return "";
}

// With one decimal, whatever the locale; -0.0 is 0.0.
std::string coordinate(double value) {
    const auto tenths = static_cast<std::int64_t>(std::llround(value * 10));
    const std::int64_t size = tenths < 0 ? -tenths : tenths;
    return (tenths < 0 ? "-" : "") + std::to_string(size / 10) + "." + std::to_string(size % 10);
}

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

std::string text_at(double x, double y, const std::string& text, const std::string& attributes) {
    return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\"" + attributes + ">" +
           escaped(text) + "</text>\n";
}

std::string path(const std::string& shape, const char* css) {
    return std::string("<path class=\"") + css + "\" d=\"" + shape + "\"/>\n";
}

struct Scale {
    double low = 0;
    double high = 1;
    double step = 1;
    std::size_t positions = 2;
    double top = 0;  // of the panel's field

    [[nodiscard]] double x(std::size_t position) const {
        return kLeft + (kRight - kLeft) * static_cast<double>(position) /
                           static_cast<double>(positions - 1);
    }
    [[nodiscard]] double y(double value) const {
        const double height = kPanelHeight - kTop - kBottom;
        return top + height * (high - value) / (high - low);
    }
    [[nodiscard]] std::string point(std::size_t position, double value) const {
        return coordinate(x(position)) + " " + coordinate(y(value));
    }
};

void stretch(Scale& scale, const Values& values) {
    scale.positions = std::max(scale.positions, values.size());
    for (const auto& value : values) {
        if (!value) continue;
        scale.low = std::min(scale.low, *value);
        scale.high = std::max(scale.high, *value);
    }
}

// The axis always holds 0, and ends at round figures.
Scale scale_of(const PlotPanel& panel, double top) {
    Scale scale;
    scale.top = top;
    for (const PlotBand& band : panel.bands) {
        stretch(scale, band.low);
        stretch(scale, band.high);
    }
    for (const PlotLine& line : panel.lines)
        stretch(scale, line.values);
    const double rough = (scale.high - scale.low) / kWantedSteps;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    scale.step = power * *std::find_if(kStepDigits.begin(), kStepDigits.end() - 1,
                                       [&](double digit) { return digit * power >= rough; });
    scale.low = std::floor(scale.low / scale.step) * scale.step;
    scale.high = std::ceil(scale.high / scale.step) * scale.step;
    return scale;
}

std::string axes(const PlotPanel& panel, const Scale& scale) {
    std::string out;
    const auto steps = std::llround((scale.high - scale.low) / scale.step);
    for (std::int64_t i = 0; i <= steps; ++i) {
        const double value = scale.low + static_cast<double>(i) * scale.step;
        const std::string y = coordinate(scale.y(value));
        out += path("M" + coordinate(kLeft) + " " + y + "H" + coordinate(kRight), "grid");
        const bool is_whole = scale.step >= 1;
        out += text_at(kLeft - 8, scale.y(value) + 4,
                       is_whole ? std::to_string(std::llround(value)) : coordinate(value),
                       " text-anchor=\"end\"");
    }
    const double bottom = scale.y(scale.low);
    double free_from = 0;  // where the text before ends
    for (const auto& [position, text] : panel.marks) {
        const double x = scale.x(position);
        out += path("M" + coordinate(x) + " " + coordinate(bottom) + "V" + coordinate(scale.top),
                    "grid");
        const double half = kLetter * static_cast<double>(text.size()) / 2;
        if (x - half < free_from) continue;
        out += text_at(x, bottom + 18, text, " text-anchor=\"middle\"");
        free_from = x + half;
    }
    return out +
           path("M" + coordinate(kLeft) + " " + coordinate(scale.y(0)) + "H" + coordinate(kRight),
                "axis");
}

std::string line_shape(const Values& values, const Scale& scale) {
    std::string shape;
    bool is_drawing = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i]) shape += (is_drawing ? "L" : "M") + scale.point(i, *values[i]);
        is_drawing = values[i].has_value();
    }
    return shape;
}

// One closed shape for each run of positions with both edges.
std::string band_shape(const PlotBand& band, const Scale& scale) {
    std::string shape;
    const std::size_t size = std::min(band.low.size(), band.high.size());
    for (std::size_t begin = 0; begin < size;) {
        std::size_t end = begin;
        while (end < size && band.low[end] && band.high[end])
            ++end;
        for (std::size_t i = begin; i < end; ++i)
            shape += (i == begin ? "M" : "L") + scale.point(i, *band.high[i]);
        for (std::size_t i = end; i > begin; --i)
            shape += "L" + scale.point(i - 1, *band.low[i - 1]);
        if (end > begin) shape += "Z";
        begin = std::max(end, begin + 1);
    }
    return shape;
}

std::string legend(const PlotPanel& panel, double y) {
    std::string out;
    double x = kLeft;
    const auto add = [&](const std::string& sample, const std::string& name) {
        out += sample + text_at(x + 30, y + 4, name, "");
        x += 48 + kLetter * static_cast<double>(name.size());
    };
    for (const PlotLine& line : panel.lines)
        add(path("M" + coordinate(x) + " " + coordinate(y) + "h24", class_of(line.style)),
            line.name);
    for (const PlotBand& band : panel.bands)
        add(path("M" + coordinate(x) + " " + coordinate(y - 5) + "h24v10h-24Z", "band"), band.name);
    return out;
}

std::string drawn_panel(const PlotPanel& panel, double top) {
    const Scale scale = scale_of(panel, top + kTop);
    std::string out = text_at(kLeft, top + 22, panel.title, " class=\"title\"");
    out += legend(panel, top + 40) + axes(panel, scale);
    for (const PlotBand& band : panel.bands)
        out += path(band_shape(band, scale), "band");
    for (const PlotLine& line : panel.lines)
        out += path(line_shape(line.values, scale), class_of(line.style));
    return out;
}

}  // namespace

std::string drawn(const std::vector<PlotPanel>& panels, const std::string& label) {
    const std::string width = std::to_string(std::llround(kWidth));
    const std::string height =
        std::to_string(std::llround(kPanelHeight * static_cast<double>(panels.size())));
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " +
                      height + "\" width=\"" + width + "\" height=\"" + height +
                      "\" role=\"img\" aria-label=\"" + escaped(label) + "\">\n" + kStyle +
                      "<rect class=\"page\" width=\"" + width + "\" height=\"" + height + "\"/>\n";
    for (std::size_t i = 0; i < panels.size(); ++i)
        out += drawn_panel(panels[i], kPanelHeight * static_cast<double>(i));
    return out + "</svg>\n";
}

}  // namespace fairfeed::forecast
