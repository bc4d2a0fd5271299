// Green Button as CSV: lines about the account, then a row for each interval with its date, first
// and last minute, and either one usage or import and export.
#include <algorithm>

#include "meter-sim/imports/column_reader.h"
#include "meter-sim/imports/formats.h"

namespace fairfeed::imports {

namespace {

constexpr std::size_t kHead = 20'000;  // bytes that hold the heading
constexpr Unit kKwh = {9, false};

bool is_heading(const CsvRow& row) {
    return find_column(row, "date") && find_column(row, "start time");
}

std::optional<std::size_t> column_that_begins(const CsvRow& heading, std::string_view begin) {
    for (std::size_t i = 0; i < heading.cells.size(); ++i)
        if (lower_case(heading.cells[i]).starts_with(begin)) return i;
    return std::nullopt;
}

// A column of units beside the usage holds one unit for all rows.
std::optional<Unit> unit_of(const ImportTable& table, std::size_t heading, std::size_t usage) {
    if (const auto unit = unit_of_heading(table.rows[heading].cells[usage])) return unit;
    const auto units = column_that_begins(table.rows[heading], "unit");
    if (!units) return kKwh;
    for (std::size_t i = heading + 1; i < table.rows.size(); ++i)
        if (!cell_of(table.rows[i], *units).empty())
            return parse_unit(cell_of(table.rows[i], *units));
    return kKwh;
}

void add_value(const ImportTable& table, ColumnPlan& plan, std::string_view begin, Channel channel,
               CsvComplaints& complaints) {
    const auto index = column_that_begins(table.rows[plan.heading], begin);
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

// Dates that begin with the day exist in no Green Button, so 1/31/2024 is a month first.
ColumnPlan plan_of(const ImportTable& table, std::size_t heading, CsvComplaints& complaints) {
    const CsvRow& names = table.rows[heading];
    ColumnPlan plan;
    plan.heading = heading;
    plan.order = DateOrder::month_first;
    const std::size_t date = *find_column(names, "date");
    plan.at = {date, *find_column(names, "start time")};
    if (const auto end = find_column(names, "end time")) plan.end = {date, *end};
    plan.end_is_last_minute = true;
    if (const auto type = find_column(names, "type")) {
        plan.wanted = *type;
        plan.wanted_begins = "electric";
    }
    add_value(table, plan, "import", Channel::imported, complaints);
    add_value(table, plan, "export", Channel::exported, complaints);
    if (plan.values.empty()) {
        add_value(table, plan, "usage", Channel::imported, complaints);
        // Net metering: what is below zero went to the grid.
        if (!plan.values.empty()) plan.values[0].negative = Channel::exported;
    }
    if (plan.values.empty() && complaints.empty())
        complaints.add(names.line, "no column 'USAGE' or 'IMPORT'");
    return plan;
}

}  // namespace

bool fits_green_button_csv(std::string_view text) {
    return find_row(parse_import_table(text.substr(0, kHead)), is_heading).has_value();
}

ReadFile read_green_button_csv(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    const ImportTable table = parse_import_table(input.text);
    const auto heading = find_row(table, is_heading);
    if (!heading) {
        complaints.add(1, "no heading with 'DATE' and 'START TIME'");
        return file;
    }
    const ColumnPlan plan = plan_of(table, *heading, complaints);
    if (!complaints.empty()) return file;
    read_columns(table, plan, file, complaints);
    // A net usage that was never below zero is an import without an export.
    if (plan.values[0].negative)
        std::erase_if(file.series, [](const ReadSeries& series) {
            return series.channel == Channel::exported &&
                   std::all_of(series.values.begin(), series.values.end(),
                               [](const ReadValue& value) { return value.value.value_or(0) == 0; });
        });
    return file;
}

}  // namespace fairfeed::imports
