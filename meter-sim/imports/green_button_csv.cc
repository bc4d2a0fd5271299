// Green Button as CSV: lines about the account, then tables with a row for each interval. Utilities
// write three of them: a date with the first and last minute and either one usage or import and
// export; a date, a start and a duration with consumption and generation; or a table for each day
// and direction with "start to end" in one cell.
#include <algorithm>
#include <map>
#include <optional>

#include "meter-sim/imports/column_reader.h"
#include "meter-sim/imports/formats.h"

namespace fairfeed::imports {

namespace {

constexpr std::size_t kHead = 20'000;  // bytes that hold the heading
constexpr Unit kKwh = {9, false};
constexpr std::string_view kPeriod = "time period";

bool is_heading(const CsvRow& row) {
    return find_column(row, "date") && find_column(row, "start time");
}

// "Energy consumption time period", "Energy Received time period"
bool begins_section(const CsvRow& row) {
    return row.cells.size() > 1 && lower_case(row.cells[0]).ends_with(kPeriod);
}

std::optional<std::size_t> column_that_begins(const CsvRow& heading,
                                              std::initializer_list<std::string_view> begins) {
    for (const std::string_view begin : begins)
        for (std::size_t i = 0; i < heading.cells.size(); ++i)
            if (lower_case(heading.cells[i]).starts_with(begin)) return i;
    return std::nullopt;
}

// A column of units beside the usage holds one unit for all rows.
std::optional<Unit> unit_of(const ImportTable& table, std::size_t heading, std::size_t usage) {
    if (const auto unit = unit_of_heading(table.rows[heading].cells[usage])) return unit;
    const auto units = column_that_begins(table.rows[heading], {"unit"});
    if (!units) return kKwh;
    for (std::size_t i = heading + 1; i < table.rows.size(); ++i)
        if (!cell_of(table.rows[i], *units).empty())
            return parse_unit(cell_of(table.rows[i], *units));
    return kKwh;
}

void add_value(const ImportTable& table, ColumnPlan& plan,
               std::initializer_list<std::string_view> begins, Channel channel,
               CsvComplaints& complaints) {
    const auto index = column_that_begins(table.rows[plan.heading], begins);
    if (!index) return;
    const auto unit = unit_of(table, plan.heading, *index);
    if (!unit) {
        complaints.add(table.rows[plan.heading].line,
                       in_column(table.rows[plan.heading], *index) +
                           "its unit is not kWh, Wh, MWh, kW or W: --map can state one");
        return;
    }
    plan.values.push_back({*index, channel, std::nullopt, *unit, Figure::energy, false});
}

// Dates that begin with the day exist in no Green Button, so 1/31/2024 is a month first. Some
// utilities put both passes of the doubled hour into one row.
ColumnPlan plan_of(const ImportTable& table, std::size_t heading, CsvComplaints& complaints) {
    const CsvRow& names = table.rows[heading];
    ColumnPlan plan;
    plan.heading = heading;
    plan.order = DateOrder::month_first;
    plan.by_wall_clock = true;
    const std::size_t date = *find_column(names, "date");
    plan.at = {date, *find_column(names, "start time")};
    if (const auto end = find_column(names, "end time")) plan.end = {date, *end};
    plan.end_is_last_minute = true;
    plan.home = find_column(names, "meter number");
    if (const auto type = find_column(names, "type")) {
        plan.wanted = *type;
        plan.wanted_begins = "electric";
    }
    add_value(table, plan, {"import", "delivered", "consumption"}, Channel::imported, complaints);
    add_value(table, plan, {"export", "received", "generation"}, Channel::exported, complaints);
    if (plan.values.empty()) {
        add_value(table, plan, {"usage"}, Channel::imported, complaints);
        // Net metering: what is below zero went to the grid.
        if (!plan.values.empty()) plan.values[0].negative = Channel::exported;
    }
    if (plan.values.empty() && complaints.empty())
        complaints.add(names.line, "no column 'USAGE', 'IMPORT' or 'Consumption'");
    return plan;
}

// The tables of days become one table for each direction.
void read_sections(const ImportTable& table, ReadFile& file, CsvComplaints& complaints) {
    std::map<Channel, ImportTable> tables;
    ImportTable* current = nullptr;
    for (const CsvRow& row : table.rows) {
        if (begins_section(row)) {
            const std::string name = lower_case(row.cells[0]);
            const bool is_export = name.find("received") != std::string::npos ||
                                   name.find("generat") != std::string::npos;
            current = &tables[is_export ? Channel::exported : Channel::imported];
            if (current->rows.empty()) current->rows.push_back(row);
        } else if (row.cells.size() < 2) {
            current = nullptr;  // a title
        } else if (current != nullptr) {
            current->rows.push_back(row);
        }
    }
    for (const auto& [channel, rows] : tables) {
        ColumnPlan plan;
        plan.at = {0};
        plan.by_wall_clock = true;
        plan.order = DateOrder::month_first;
        const Unit unit = unit_of_heading(rows.rows[0].cells[1]).value_or(kKwh);
        plan.values.push_back({1, channel, std::nullopt, unit, Figure::energy, false});
        read_columns(rows, plan, file, complaints);
    }
}

// A net usage that was never below zero is an import without an export.
void drop_empty_exports(ReadFile& file) {
    std::erase_if(file.series, [](const ReadSeries& series) {
        return series.channel == Channel::exported &&
               std::all_of(series.values.begin(), series.values.end(),
                           [](const ReadValue& value) { return value.value.value_or(0) == 0; });
    });
}

}  // namespace

bool fits_green_button_csv(std::string_view text) {
    const ImportTable table = parse_import_table(text.substr(0, kHead));
    return find_row(table, is_heading) || find_row(table, begins_section);
}

ReadFile read_green_button_csv(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    const ImportTable table = parse_import_table(input.text);
    const auto heading = find_row(table, is_heading);
    if (!heading && find_row(table, begins_section)) {
        read_sections(table, file, complaints);
        return file;
    }
    if (!heading) {
        complaints.add(1, "no heading with 'DATE' and 'START TIME', and none of a 'time period'");
        return file;
    }
    const ColumnPlan plan = plan_of(table, *heading, complaints);
    if (!complaints.empty()) return file;
    read_columns(table, plan, file, complaints);
    if (plan.values[0].negative) drop_empty_exports(file);
    return file;
}

}  // namespace fairfeed::imports
