// SolarEdge monitoring API: "energy" of a site, or "energyDetails" with its meters. Values are of
// the hours that the clock on the wall shows, so the hour that comes twice has one value, and the
// offset in a time is that of the day's end and may be wrong.
#include <optional>

#include "core/io/json_numbers.h"
#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/json_lines.h"
#include "meter-sim/imports/quantity_text.h"
#include "meter-sim/imports/stamp_text.h"

namespace fairfeed::imports {

namespace {

constexpr std::int64_t kQuarter = 900;
constexpr std::int64_t kHour = 3600;

std::optional<Channel> channel_of(const std::string& type) {
    if (type == "Production") return Channel::generation;
    if (type == "FeedIn") return Channel::exported;
    if (type == "Purchased") return Channel::imported;
    if (type == "Consumption") return Channel::load;
    return std::nullopt;  // SelfConsumption is part of the others
}

class SolarEdgeReader {
  public:
    SolarEdgeReader(std::string_view text, ReadFile& file, CsvComplaints& complaints)
        : lines_(text), file_(file), complaints_(complaints) {}

    void read(const Json& energy) {
        const std::string unit_name = written(energy.at("unit"));
        const auto unit = parse_unit(unit_name);
        if (!unit) {
            complaints_.add(1, "'unit' is " + visible(unit_name) + ", not Wh, kWh or MWh");
            return;
        }
        unit_ = *unit;
        const std::string step = written(energy.at("timeUnit"));
        length_s_ = step == "QUARTER_OF_AN_HOUR" ? kQuarter : step == "HOUR" ? kHour : 0;
        if (length_s_ == 0) {
            complaints_.add(1, "'timeUnit' is " + visible(step) +
                                   ": ask the API for QUARTER_OF_AN_HOUR or HOUR");
            return;
        }
        if (energy.at("values").as_array() != nullptr)
            read_values(energy.at("values"), Channel::generation, "energy");
        if (const auto* meters = energy.at("meters").as_array())
            for (const Json& meter : *meters)
                read_meter(meter);
        if (zeros_ > 0)
            file_.notes.push_back(std::to_string(zeros_) + " values 'null' read as zero");
    }

  private:
    void read_meter(const Json& meter) {
        const std::string type = written(meter.at("type"));
        if (const auto channel = channel_of(type)) {
            read_values(meter.at("values"), *channel, type);
        } else {
            file_.notes.push_back("meter " + visible(type) + " left out");
        }
    }

    void read_values(const Json& values, Channel channel, const std::string& name) {
        ReadSeries series;
        series.channel = channel;
        series.name = name;
        series.by_wall_clock = true;
        series.figure = unit_.is_power ? Figure::power : Figure::energy;
        if (values.as_array() == nullptr) return;
        for (const Json& each : *values.as_array())
            read_value(each, series);
        if (!series.values.empty()) file_.series.push_back(std::move(series));
    }

    void read_value(const Json& each, ReadSeries& series) {
        const std::string date = written(each.at("date"));
        const std::size_t line = lines_.next(date);
        const auto at = parse_stamp(date, DateOrder::day_first);
        if (!at) {
            complaints_.add(line, "date: " + visible(date) +
                                      " is not a time like "
                                      "2024-01-31 10:00:00");
            return;
        }
        ReadValue value;
        value.place.line = line;
        value.at = *at;
        value.length_s = length_s_;
        value.value = 0;
        const std::string number = written(each.at("value"));
        if (number.empty()) {
            ++zeros_;  // inverters sleep at night
        } else {
            const auto quantity = parse_quantity(number, unit_, DecimalMark::point);
            if (!quantity || quantity->millionths < 0) {
                complaints_.add(line, "value: " + visible(number) + " " +
                                          (quantity ? "is negative" : quantity.error()));
                return;
            }
            value.value = quantity->millionths;
            file_.rounded += quantity->rounded ? 1 : 0;
        }
        series.values.push_back(value);
    }

    JsonLines lines_;
    ReadFile& file_;
    CsvComplaints& complaints_;
    Unit unit_;
    std::int64_t length_s_ = 0;
    std::size_t zeros_ = 0;
};

}  // namespace

bool fits_solaredge(std::string_view text) {
    const std::string_view head = text.substr(0, 400);
    return head.find('{') != std::string_view::npos &&
           head.find("\"timeUnit\"") != std::string_view::npos &&
           (head.find("\"energy\"") != std::string_view::npos ||
            head.find("\"energyDetails\"") != std::string_view::npos ||
            head.find("\"power") != std::string_view::npos);
}

ReadFile read_solaredge(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    const auto json = parse_json_with_fractions(input.text);
    if (!json) {
        complaints.add(1, "not JSON: " + json.error());
        return file;
    }
    for (const char* name : {"energy", "energyDetails", "power", "powerDetails"})
        if (json->find(name) != nullptr)
            SolarEdgeReader(input.text, file, complaints).read(json->at(name));
    if (file.series.empty() && complaints.empty())
        complaints.add(1, "no 'energy' or 'energyDetails' with values");
    return file;
}

}  // namespace fairfeed::imports
