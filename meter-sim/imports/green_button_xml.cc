// Green Button as XML (ESPI, NAESB REQ.21): meter readings with their reading type and blocks of
// intervals, in an Atom feed. Times are seconds since 1970, so they need no zone.
#include <pugixml.hpp>

#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "core/base/time_zone.h"
#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/import_table.h"
#include "meter-sim/imports/quantity_text.h"

namespace fairfeed::imports {

namespace {

constexpr std::int64_t kWattHours = 72;  // uom
constexpr std::int64_t kWatts = 38;
constexpr std::int64_t kForward = 1;  // flowDirection
constexpr std::int64_t kReverse = 19;
constexpr std::int64_t kBulkQuantity = 1;  // accumulationBehaviour
constexpr std::int64_t kCumulative = 3;
constexpr std::int64_t kMostPower = 6;
constexpr std::int64_t kLastSecond = 4'133'980'800;  // the end of 2100
constexpr std::int64_t kLongestInterval = 366 * 86'400;
constexpr int kWattHourPlaces = 6;

// Elements by their names without a prefix: feeds use espi:, ns0: or none.
std::string_view local_name(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const std::size_t colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
    for (const pugi::xml_node& each : node.children())
        if (local_name(each) == name) return each;
    return {};
}

std::optional<std::int64_t> number(const pugi::xml_node& node) {
    std::int64_t value = 0;
    const std::string_view text = node.text().get();
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string link(const pugi::xml_node& entry, std::string_view rel) {
    for (const pugi::xml_node& each : entry.children())
        if (local_name(each) == "link" && each.attribute("rel").value() == rel)
            return each.attribute("href").value();
    return {};
}

struct ReadingType {
    Channel channel = Channel::imported;
    Figure figure = Figure::energy;
    Unit unit;
    std::string left_out;  // why, or empty
};

class GreenButtonReader {
  public:
    GreenButtonReader(std::string_view text, ReadFile& file, CsvComplaints& complaints)
        : text_(text), file_(file), complaints_(complaints) {}

    void read(const pugi::xml_node& root) {
        collect(root);
        for (const pugi::xml_node& each : root.children())
            if (local_name(each) == "feed") collect(each);
        for (const auto& [entry, block] : blocks_)
            read_block(entry, block);
    }

  private:
    // An entry is one of a feed, or a lone element with the same children. Feeds do not nest.
    void collect(const pugi::xml_node& node) {
        for (const pugi::xml_node& each : node.children())
            if (local_name(each) == "entry") collect_entry(each);
    }

    void collect_entry(const pugi::xml_node& entry) {
        for (const pugi::xml_node& each : child(entry, "content").children()) {
            const std::string_view name = local_name(each);
            if (name == "ReadingType") types_[link(entry, "self")] = type_of(each);
            if (name == "MeterReading") {
                const std::string self = link(entry, "self");
                for (const pugi::xml_node& related : entry.children())
                    if (local_name(related) == "link" &&
                        std::string_view(related.attribute("rel").value()) == "related")
                        related_[self].push_back(related.attribute("href").value());
                meters_[self] = link(entry, "up");
            }
            if (name == "LocalTimeParameters") read_zone(each);
            if (name == "IntervalBlock") blocks_.emplace_back(entry, each);
        }
    }

    // Instants need no zone, but a recording is in local standard time.
    void read_zone(const pugi::xml_node& node) {
        const auto offset_s = number(child(node, "tzOffset"));
        if (offset_s && TimeZone::fixed(offset_text(*offset_s)))
            file_.zone = offset_text(*offset_s);
    }

    static ReadingType type_of(const pugi::xml_node& node) {
        ReadingType type;
        const auto uom = number(child(node, "uom")).value_or(kWattHours);
        const auto direction = number(child(node, "flowDirection")).value_or(kForward);
        const auto power = number(child(node, "powerOfTenMultiplier")).value_or(0);
        const auto behaviour = number(child(node, "accumulationBehaviour")).value_or(0);
        if (uom != kWattHours && uom != kWatts)
            type.left_out = "its unit (uom " + std::to_string(uom) + ") is not Wh";
        if (direction != kForward && direction != kReverse && direction != 0)
            type.left_out = "its flow direction is " + std::to_string(direction);
        if (power < -kWattHourPlaces || power > kMostPower)
            type.left_out = "its power of ten is " + std::to_string(power);
        type.channel = direction == kReverse ? Channel::exported : Channel::imported;
        type.unit = {kWattHourPlaces + static_cast<int>(type.left_out.empty() ? power : 0),
                     uom == kWatts};
        if (behaviour == kBulkQuantity || behaviour == kCumulative)
            type.figure = Figure::register_figure;
        if (type.unit.is_power) type.figure = Figure::power;
        return type;
    }

    // A block's reading is the entry above it; a reading's type is one of its related entries.
    [[nodiscard]] const ReadingType* type_of_block(const pugi::xml_node& entry,
                                                   std::string& reading) const {
        const std::string up = link(entry, "up");
        for (const auto& [self, related] : related_) {
            bool is_above = up == self || (!self.empty() && up.starts_with(self + "/"));
            for (const std::string& each : related)
                is_above = is_above || (!each.empty() && each == up);
            if (!is_above) continue;
            reading = self;
            for (const std::string& each : related)
                if (const auto found = types_.find(each); found != types_.end())
                    return &found->second;
        }
        return types_.size() == 1 ? &types_.begin()->second : nullptr;
    }

    [[nodiscard]] std::size_t line_of(const pugi::xml_node& node) const {
        const auto offset =
            static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, node.offset_debug()));
        while (counted_ < std::min(offset, text_.size()))
            line_ += text_[counted_++] == '\n' ? 1 : 0;
        return line_;
    }

    void read_block(const pugi::xml_node& entry, const pugi::xml_node& block) {
        std::string reading;
        const ReadingType* type = type_of_block(entry, reading);
        if (type == nullptr) {
            complaints_.add(line_of(block),
                            "an IntervalBlock without a ReadingType: export the feed whole");
            return;
        }
        if (!type->left_out.empty()) {
            if (told_.insert({reading, true}).second)
                file_.notes.push_back("reading " + visible(reading) +
                                      " left out: " + type->left_out);
            return;
        }
        ReadSeries& series = series_of(reading, *type);
        for (const pugi::xml_node& each : block.children())
            if (local_name(each) == "IntervalReading") read_interval(each, *type, series);
    }

    ReadSeries& series_of(const std::string& reading, const ReadingType& type) {
        const auto meter = meters_.find(reading);
        const std::string home = meter == meters_.end() ? std::string() : meter->second;
        for (ReadSeries& series : file_.series)
            if (series.home == home && series.name == reading) return series;
        file_.series.push_back({});
        ReadSeries& series = file_.series.back();
        series.home = home;
        series.channel = type.channel;
        series.figure = type.figure;
        series.name = reading;
        return series;
    }

    void read_interval(const pugi::xml_node& node, const ReadingType& type, ReadSeries& series) {
        const pugi::xml_node period = child(node, "timePeriod");
        const auto start = number(child(period, "start"));
        const auto duration = number(child(period, "duration"));
        const std::string text = child(node, "value").text().get();
        const std::size_t line = line_of(node);
        if (!start || !duration || *start < 0 || *start > kLastSecond || *duration < 0 ||
            *duration > kLongestInterval) {
            complaints_.add(line,
                            "timePeriod: 'start' and 'duration' must be whole seconds, from "
                            "1970 to 2100 and of a year at most");
            return;
        }
        ReadValue value;
        value.place.line = line;
        value.at = {*start, 0};
        value.length_s = *duration;
        if (!text.empty()) {
            const auto quantity = parse_quantity(text, type.unit, DecimalMark::point);
            if (!quantity || quantity->millionths < 0) {
                complaints_.add(line, "value: " + visible(text) + " " +
                                          (quantity ? "is negative" : quantity.error()));
                return;
            }
            value.value = quantity->millionths;
        }
        const auto quality = number(child(child(node, "ReadingQuality"), "quality"));
        value.estimated = quality && is_estimate(*quality);
        series.values.push_back(value);
    }

    // QualityOfReading: 7 manually edited, 8 estimated with a reference day, 9 by interpolation.
    static bool is_estimate(std::int64_t quality) { return quality >= 7 && quality <= 9; }

    std::string_view text_;
    ReadFile& file_;
    CsvComplaints& complaints_;
    std::map<std::string, ReadingType> types_;                       // by the entry's own link
    std::map<std::string, std::vector<std::string>> related_;        // of meter readings
    std::map<std::string, std::string> meters_;                      // usage point of a reading
    std::vector<std::pair<pugi::xml_node, pugi::xml_node>> blocks_;  // with their entries
    std::map<std::string, bool> told_;
    mutable std::size_t counted_ = 0;
    mutable std::size_t line_ = 1;
};

}  // namespace

bool fits_green_button_xml(std::string_view text) {
    const std::string_view head = text.substr(0, 20'000);
    return head.find('<') != std::string_view::npos &&
           (head.find("naesb.org/espi") != std::string_view::npos ||
            head.find("IntervalBlock") != std::string_view::npos);
}

ReadFile read_green_button_xml(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    pugi::xml_document document;
    const auto parsed = document.load_buffer(input.text.data(), input.text.size());
    if (!parsed) {
        const auto at =
            std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, parsed.offset)),
                     input.text.size());
        const auto line =
            1 + std::count(input.text.begin(), input.text.begin() + static_cast<std::ptrdiff_t>(at),
                           '\n');
        complaints.add(static_cast<std::size_t>(line),
                       std::string("not XML: ") + parsed.description());
        return file;
    }
    GreenButtonReader(input.text, file, complaints).read(document);
    if (file.series.empty() && complaints.empty())
        complaints.add(1, "no IntervalBlock of imported or exported energy");
    return file;
}

}  // namespace fairfeed::imports
