#include "core/recordings/homes_meta.h"

#include <algorithm>

namespace fairfeed {

namespace {

constexpr std::int64_t kMaxNominalW = 100'000'000;  // the most that can be certified
constexpr int kWattPlaces = 3;                      // of a kW

}  // namespace

Result<std::map<std::string, std::int64_t>, CsvErrors> parse_homes_meta(std::string_view file,
                                                                        std::string_view text) {
    CsvComplaints complaints(file);
    const CsvTable table = parse_csv(text, complaints);
    if (table.heading.line == 0) return unexpected(complaints.take());
    const auto& names = table.heading.cells;
    const auto place_of = [&](std::string_view name) {
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end())
            complaints.add(table.heading.line, "no column '" + std::string(name) + "'");
        return static_cast<std::size_t>(found - names.begin());
    };
    const std::size_t home_at = place_of("home");
    const std::size_t power_at = place_of("pv_nominal_kw");
    if (!complaints.empty()) return unexpected(complaints.take());
    std::map<std::string, std::int64_t> nominal_w;
    for (const CsvRow& row : table.rows) {
        const std::string& home = row.cells[home_at];
        const std::string& power = row.cells[power_at];
        const auto watts = parse_decimal(power, kWattPlaces, kMaxNominalW, table.decimal_comma);
        if (home.empty()) complaints.add(row.line, "home: '' is empty");
        if (!watts) {
            complaints.add(row.line, "pv_nominal_kw: " + visible(power) + " " + watts.error());
        } else if (!nominal_w.emplace(home, *watts).second) {
            complaints.add(row.line, "home " + visible(home) + " is there twice");
        }
    }
    if (!complaints.empty()) return unexpected(complaints.take());
    return nominal_w;
}

}  // namespace fairfeed
