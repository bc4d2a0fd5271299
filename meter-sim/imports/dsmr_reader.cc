// DSMR-reader (Netherlands): a row for each hour, kWh of two tariffs each way, times with offsets.
#include "meter-sim/imports/column_reader.h"
#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/register_names.h"

namespace fairfeed::imports {

namespace {

constexpr Unit kKwh = {9, false};

bool is_heading(const CsvRow& row) {
    bool has_import = false;
    for (const std::string& cell : row.cells)
        has_import = has_import || lower_case(cell).starts_with("electricity 1");
    return has_import && row.cells.size() > 1;
}

}  // namespace

bool fits_dsmr_reader(std::string_view text) {
    const ImportTable table = parse_import_table(text.substr(0, text.find('\n')));
    return find_row(table, is_heading).has_value();
}

ReadFile read_dsmr_reader(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    const ImportTable table = parse_import_table(input.text);
    const auto heading = find_row(table, is_heading);
    if (!heading) {
        complaints.add(1, "no heading with a column 'Electricity 1 ...'");
        return file;
    }
    ColumnPlan plan;
    plan.heading = *heading;
    plan.at = {0};
    const CsvRow& names = table.rows[*heading];
    for (std::size_t i = 1; i < names.cells.size(); ++i) {
        const std::string name = lower_case(names.cells[i]);
        if (name.starts_with("electricity")) {
            const bool returned = name.find("returned") != std::string::npos;
            plan.values.push_back({i, returned ? Channel::exported : Channel::imported,
                                   std::nullopt, kKwh, Figure::energy, false});
        } else {
            file.notes.push_back(in_column(names, i) + "left out");
        }
    }
    read_columns(table, plan, file, complaints);
    drop_totals(file);
    return file;
}

}  // namespace fairfeed::imports
