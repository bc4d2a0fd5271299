// The energy dashboard of Home Assistant, downloaded as CSV: a row for each sensor with its part in
// the dashboard and its unit, and a column for each hour with the energy from that time on.
#include <array>
#include <map>
#include <optional>

#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/import_table.h"
#include "meter-sim/imports/quantity_text.h"
#include "meter-sim/imports/stamp_text.h"

namespace fairfeed::imports {

namespace {

constexpr std::size_t kFirstHour = 3;

struct Part {
    std::string_view name;
    Channel channel;
};
constexpr std::array kParts = {Part{"grid_consumption", Channel::imported},
                               Part{"grid_return", Channel::exported},
                               Part{"solar_production", Channel::generation}};

bool is_heading(const CsvRow& row) {
    return row.cells.size() > kFirstHour && lower_case(row.cells[0]) == "entity_id" &&
           lower_case(row.cells[1]) == "type" && lower_case(row.cells[2]) == "unit";
}

std::optional<Channel> channel_of(const FormatText& input, const CsvRow& row) {
    const auto chosen = input.choices.find(cell_of(row, 0));
    if (chosen != input.choices.end()) return chosen->second;
    for (const Part& part : kParts)
        if (part.name == lower_case(cell_of(row, 1))) return part.channel;
    return std::nullopt;
}

std::vector<Stamp> hours_of(const CsvRow& heading, CsvComplaints& complaints) {
    std::vector<Stamp> hours;
    for (std::size_t i = kFirstHour; i < heading.cells.size(); ++i) {
        const auto at = parse_stamp(heading.cells[i], DateOrder::day_first);
        if (!at)
            complaints.add(heading.line, "column " + visible(heading.cells[i]) +
                                             " is not a time like 2024-01-31T10:00:00.000Z");
        hours.push_back(at.value_or(Stamp{}));
    }
    return hours;
}

void read_row(const CsvRow& row, const std::vector<Stamp>& hours, const Unit& unit,
              ReadSeries& series, ReadFile& file, CsvComplaints& complaints) {
    for (std::size_t i = 0; i < hours.size(); ++i) {
        ReadValue value;
        value.place.line = row.line;
        value.at = hours[i];
        const std::string& cell = cell_of(row, kFirstHour + i);
        if (!cell.empty()) {
            const auto quantity = parse_quantity(cell, unit, DecimalMark::point);
            if (!quantity || quantity->millionths < 0) {
                complaints.add(row.line, "value " + std::to_string(i + 1) + ": " + visible(cell) +
                                             " " + (quantity ? "is negative" : quantity.error()));
                continue;
            }
            value.value = quantity->millionths;
            file.rounded += quantity->rounded ? 1 : 0;
        }
        series.values.push_back(value);
    }
}

}  // namespace

bool fits_energy_dashboard(std::string_view text) {
    return find_row(parse_import_table(text.substr(0, text.find('\n'))), is_heading).has_value();
}

ReadFile read_energy_dashboard(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    const ImportTable table = parse_import_table(input.text);
    const auto heading = find_row(table, is_heading);
    if (!heading) {
        complaints.add(1, "no heading that begins with entity_id, type, unit");
        return file;
    }
    const std::vector<Stamp> hours = hours_of(table.rows[*heading], complaints);
    for (std::size_t i = *heading + 1; i < table.rows.size() && complaints.empty(); ++i) {
        const CsvRow& row = table.rows[i];
        const auto channel = channel_of(input, row);
        const auto unit = parse_unit(cell_of(row, 2));
        if (!channel || !unit || unit->is_power) {
            file.notes.push_back(visible(cell_of(row, 0)) + " left out: " +
                                 visible(cell_of(row, 1)) + " in " + visible(cell_of(row, 2)));
            continue;
        }
        ReadSeries series;
        series.channel = *channel;
        series.name = cell_of(row, 0);
        read_row(row, hours, *unit, series, file, complaints);
        file.series.push_back(std::move(series));
    }
    if (file.series.empty() && complaints.empty())
        complaints.add(1, "no row of grid_consumption, grid_return or solar_production");
    return file;
}

}  // namespace fairfeed::imports
