// DSMR-reader (Netherlands): a row for each hour, kWh of two tariffs each way, times with offsets.
#include "meter-sim/imports/column_reader.h"
#include "meter-sim/imports/formats.h"

namespace fairfeed::imports {

namespace {

constexpr Unit kKwh = {9, false};

bool is_heading(const CsvRow& row) {
    bool has_import = false;
    for (const std::string& cell : row.cells)
        has_import = has_import || lower_case(cell).starts_with("electricity 1");
    return has_import && row.cells.size() > 1;
}

std::optional<ValueColumn> column_of(const std::string& heading) {
    const std::string name = lower_case(heading);
    if (!name.starts_with("electricity")) return std::nullopt;
    const bool returned = name.find("returned") != std::string::npos;
    return ValueColumn{
        0,    returned ? Channel::exported : Channel::imported, std::nullopt, kKwh, Figure::energy,
        false};
}

}  // namespace

bool fits_dsmr_reader(std::string_view text) {
    const ImportTable table = parse_import_table(text.substr(0, text.find('\n')));
    return find_row(table, is_heading).has_value();
}

ReadFile read_dsmr_reader(const FormatText& input, CsvComplaints& complaints) {
    return read_named_columns(input.text, is_heading,
                              "no heading with a column 'Electricity 1 ...'", column_of,
                              complaints);
}

}  // namespace fairfeed::imports
