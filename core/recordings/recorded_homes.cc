#include "core/recordings/recorded_homes.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "core/base/check.h"
#include "core/base/units.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMaxHourMwh = 1'000'000'000;  // 1 MW for an hour: more than any home
constexpr std::int64_t kMaxNominalW = 100'000'000;   // the most that can be certified
constexpr int kMwhPlaces = 6;                        // of a kWh
constexpr int kWattPlaces = 3;                       // of a kW
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2100;
constexpr std::size_t kMaxHomeName = 100;
constexpr std::int64_t kMwhPerWh = 1000;
constexpr std::int64_t kQuartersPerHour = 4;
constexpr std::int64_t kCapacityStepW = 500;
constexpr std::string_view kTimeColumn = "interval_start_local";
constexpr std::string_view kLoadPrefix = "load_kwh_";
constexpr std::string_view kPvPrefix = "pv_kwh_";

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char digit) { return digit >= '0' && digit <= '9'; });
}

std::optional<int> parse_digits(std::string_view text) {
    int value = 0;
    if (!all_digits(text)) return std::nullopt;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc()) return std::nullopt;
    return value;
}

// YYYY-MM-DDTHH:MM, or with a blank, with or without :00 seconds, on the full hour. Returns seconds
// since 1970 as if UTC.
std::optional<std::int64_t> parse_hour(std::string_view text) {
    if (text.size() == 19 && text.ends_with(":00")) text.remove_suffix(3);
    if (text.size() != 16 || text[4] != '-' || text[7] != '-' ||
        (text[10] != 'T' && text[10] != ' ') || text.substr(13) != ":00")
        return std::nullopt;
    const auto year = parse_digits(text.substr(0, 4));
    const auto month = parse_digits(text.substr(5, 2));
    const auto day = parse_digits(text.substr(8, 2));
    const auto hour = parse_digits(text.substr(11, 2));
    if (!year || !month || !day || !hour || *hour > 23) return std::nullopt;
    if (*year < kFirstYear || *year > kLastYear) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return std::int64_t{days} * kSecondsPerDay + std::int64_t{*hour} * kSecondsPerHour;
}

struct Column {
    std::string home;
    bool is_pv = false;
    std::vector<std::int64_t> hours_mwh;
};

std::optional<Column> parse_column(std::string_view name) {
    Column column;
    if (name.starts_with(kLoadPrefix)) {
        column.home = name.substr(kLoadPrefix.size());
    } else if (name.starts_with(kPvPrefix)) {
        column.home = name.substr(kPvPrefix.size());
        column.is_pv = true;
    } else {
        return std::nullopt;
    }
    if (column.home.empty() || column.home.size() > kMaxHomeName) return std::nullopt;
    return column;
}

const Column* find_column(const std::vector<Column>& columns, std::string_view home, bool is_pv) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
        return column.home == home && column.is_pv == is_pv;
    });
    return found == columns.end() ? nullptr : &*found;
}

std::vector<Column> parse_heading(const CsvRow& heading, CsvComplaints& complaints) {
    const auto& names = heading.cells;
    if (names[0] != kTimeColumn)
        complaints.add(heading.line, "the first column must be '" + std::string(kTimeColumn) +
                                         "', not " + visible(names[0]));
    std::vector<Column> columns;
    for (std::size_t i = 1; i < names.size(); ++i) {
        auto column = parse_column(names[i]);
        if (!column) {
            complaints.add(heading.line, "unknown column " + visible(names[i]) +
                                             "; expected load_kwh_<home> or pv_kwh_<home>");
        } else if (find_column(columns, column->home, column->is_pv) != nullptr) {
            complaints.add(heading.line, "column " + visible(names[i]) + " is there twice");
        } else {
            columns.push_back(std::move(*column));
        }
    }
    for (const Column& column : columns)
        if (column.is_pv && find_column(columns, column.home, false) == nullptr)
            complaints.add(heading.line, "home " + visible(column.home) + " has no load column");
    if (columns.empty() && complaints.empty())
        complaints.add(heading.line, "no home: a load_kwh_<home> column is needed");
    return columns;
}

void parse_energy(const CsvTable& table, const CsvRow& row, std::vector<Column>& columns,
                  CsvComplaints& complaints) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto value =
            parse_decimal(row.cells[i + 1], kMwhPlaces, kMaxHourMwh, table.decimal_comma);
        if (value) {
            columns[i].hours_mwh.push_back(*value);
        } else {
            complaints.add(row.line, table.heading.cells[i + 1] + ": " + visible(row.cells[i + 1]) +
                                         " " + value.error());
        }
    }
}

// Requires one hour between rows; returns the time of the first row.
std::int64_t parse_hours(const CsvTable& table, CsvComplaints& complaints) {
    std::optional<std::int64_t> expected_s;
    std::int64_t start_s = 0;
    for (const CsvRow& row : table.rows) {
        const auto hour_s = parse_hour(row.cells[0]);
        if (!hour_s) {
            complaints.add(row.line,
                           visible(row.cells[0]) + " is not a full hour like 2016-08-08T13:00");
        } else if (expected_s && *hour_s != *expected_s) {
            complaints.add(row.line,
                           visible(row.cells[0]) + " does not follow the row before by one hour");
        }
        if (hour_s && !expected_s) start_s = *hour_s;
        if (hour_s) {
            expected_s = *hour_s + kSecondsPerHour;
        } else if (expected_s) {
            *expected_s += kSecondsPerHour;
        }
    }
    return start_s;
}

RecordedHomes assemble(std::int64_t start_s, std::int64_t hours,
                       const std::vector<Column>& columns) {
    RecordedHomes recording{start_s, hours, {}};
    const std::vector<std::int64_t> dark(static_cast<std::size_t>(hours), 0);
    for (const Column& load : columns) {
        if (load.is_pv) continue;
        const Column* pv = find_column(columns, load.home, true);
        recording.homes.push_back({load.home, HourlySeries(load.hours_mwh),
                                   HourlySeries(pv != nullptr ? pv->hours_mwh : dark)});
    }
    return recording;
}

}  // namespace

HourlySeries::HourlySeries(const std::vector<std::int64_t>& hours_mwh) {
    if (hours_mwh.empty()) return;
    cumulative_mwh_.push_back(0);
    for (const std::int64_t hour : hours_mwh) {
        CHECK(hour >= 0 && hour <= kMaxHourMwh);
        cumulative_mwh_.push_back(cumulative_mwh_.back() + hour);
    }
}

std::int64_t HourlySeries::quarters() const {
    if (cumulative_mwh_.empty()) return 0;
    return kQuartersPerHour * (static_cast<std::int64_t>(cumulative_mwh_.size()) - 1);
}

std::int64_t HourlySeries::cumulative_wh(std::int64_t quarter) const {
    CHECK(quarter >= 0);
    if (cumulative_mwh_.empty()) return 0;
    const std::int64_t laps = quarter / quarters();
    const std::int64_t within = quarter % quarters();
    const auto hour = static_cast<std::size_t>(within / kQuartersPerHour);
    const std::int64_t before = cumulative_mwh_[hour];
    const std::int64_t in_hour = cumulative_mwh_[hour + 1] - before;
    const Int128 quarter_mwh = kQuartersPerHour * (Int128{laps} * total_mwh() + before) +
                               Int128{in_hour} * (within % kQuartersPerHour);
    const auto wh = narrow(quarter_mwh / (kQuartersPerHour * kMwhPerWh));
    CHECK(wh.has_value());
    return *wh;
}

std::int64_t HourlySeries::quarter_wh(std::int64_t quarter) const {
    return cumulative_wh(quarter + 1) - cumulative_wh(quarter);
}

std::int64_t HourlySeries::total_mwh() const {
    return cumulative_mwh_.empty() ? 0 : cumulative_mwh_.back();
}

std::int64_t HourlySeries::peak_hour_mwh() const {
    std::int64_t peak = 0;
    for (std::size_t i = 1; i < cumulative_mwh_.size(); ++i)
        peak = std::max(peak, cumulative_mwh_[i] - cumulative_mwh_[i - 1]);
    return peak;
}

const RecordedHome* RecordedHomes::find(std::string_view name) const {
    const auto found = std::find_if(homes.begin(), homes.end(),
                                    [&](const RecordedHome& home) { return home.name == name; });
    return found == homes.end() ? nullptr : &*found;
}

Result<RecordedHomes, CsvErrors> parse_recorded_homes(std::string_view file,
                                                      std::string_view text) {
    CsvComplaints complaints(file);
    const CsvTable table = parse_csv(text, complaints);
    if (table.heading.line == 0) return unexpected(complaints.take());
    // A file of another kind is one complaint, not one a row.
    CsvComplaints of_heading(file);
    auto columns = parse_heading(table.heading, of_heading);
    if (!of_heading.empty()) return unexpected(of_heading.take());
    if (!complaints.empty()) return unexpected(complaints.take());
    if (table.rows.empty()) complaints.add(table.heading.line, "no rows after the heading");
    const std::int64_t start_s = parse_hours(table, complaints);
    for (const CsvRow& row : table.rows)
        parse_energy(table, row, columns, complaints);
    if (!complaints.empty()) return unexpected(complaints.take());
    return assemble(start_s, static_cast<std::int64_t>(table.rows.size()), columns);
}

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

std::int64_t recorded_capacity_w(const RecordedHome& home) {
    const std::int64_t step_mwh = kCapacityStepW * kMwhPerWh;
    return (home.pv.peak_hour_mwh() + step_mwh - 1) / step_mwh * kCapacityStepW;
}

}  // namespace fairfeed
