// HomeWizard: the figures of a meter's registers in kWh, by tariff, local times without an offset.
#include "meter-sim/imports/column_reader.h"
#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/register_names.h"

namespace fairfeed::imports {

namespace {

constexpr Unit kKwh = {9, false};

bool is_register(const std::string& cell) {
    const std::string name = lower_case(cell);
    return (name.starts_with("import") || name.starts_with("export")) &&
           name.find("kwh") != std::string::npos;
}

bool is_heading(const CsvRow& row) {
    if (row.cells.empty() || lower_case(row.cells[0]) != "time") return false;
    for (const std::string& cell : row.cells)
        if (is_register(cell)) return true;
    return false;
}

}  // namespace

bool fits_homewizard(std::string_view text) {
    return find_row(parse_import_table(text.substr(0, text.find('\n'))), is_heading).has_value();
}

ReadFile read_homewizard(const FormatText& input, CsvComplaints& complaints) {
    ReadFile file;
    const ImportTable table = parse_import_table(input.text);
    const auto heading = find_row(table, is_heading);
    if (!heading) {
        complaints.add(1, "no heading with 'time' and a column like 'Import T1 kWh'");
        return file;
    }
    ColumnPlan plan;
    plan.heading = *heading;
    plan.at = {0};
    const CsvRow& names = table.rows[*heading];
    for (std::size_t i = 1; i < names.cells.size(); ++i) {
        if (is_register(names.cells[i])) {
            const bool is_export = lower_case(names.cells[i]).starts_with("export");
            plan.values.push_back({i, is_export ? Channel::exported : Channel::imported,
                                   std::nullopt, kKwh, Figure::register_figure, false});
        } else {
            file.notes.push_back(in_column(names, i) + "left out");
        }
    }
    read_columns(table, plan, file, complaints);
    drop_totals(file);
    return file;
}

}  // namespace fairfeed::imports
