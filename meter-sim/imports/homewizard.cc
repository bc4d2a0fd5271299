// HomeWizard: the figures of a meter's registers in kWh, by tariff, local times without an offset.
#include "meter-sim/imports/column_reader.h"
#include "meter-sim/imports/formats.h"

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

std::optional<ValueColumn> column_of(const std::string& heading) {
    if (!is_register(heading)) return std::nullopt;
    const bool is_export = lower_case(heading).starts_with("export");
    return ValueColumn{0,
                       is_export ? Channel::exported : Channel::imported,
                       std::nullopt,
                       kKwh,
                       Figure::register_figure,
                       false};
}

}  // namespace

bool fits_homewizard(std::string_view text) {
    return find_row(parse_import_table(text.substr(0, text.find('\n'))), is_heading).has_value();
}

ReadFile read_homewizard(const FormatText& input, CsvComplaints& complaints) {
    return read_named_columns(input.text, is_heading,
                              "no heading with 'time' and a column like 'Import T1 kWh'", column_of,
                              complaints);
}

}  // namespace fairfeed::imports
