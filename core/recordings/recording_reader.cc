// parse_recorded_homes: a recording's heading, times and cells.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "core/base/units.h"
#include "core/recordings/recorded_homes.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMaxStepMwh = 1'000'000'000;  // 1 MW for an hour: more than any home
constexpr int kMwhPlaces = 6;                        // of a kWh
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2100;
constexpr std::size_t kMaxHomeName = 100;
constexpr std::string_view kTimeColumn = "interval_start_local";
constexpr std::array kSteps = {std::int64_t{900}, std::int64_t{1800}, std::int64_t{3600}};

enum class Content { load, pv, imported, exported, flag };

struct Prefix {
    std::string_view text;
    Content content;
};
constexpr std::array kPrefixes = {
    Prefix{"load_kwh_", Content::load}, Prefix{"pv_kwh_", Content::pv},
    Prefix{"import_kwh_", Content::imported}, Prefix{"export_kwh_", Content::exported},
    Prefix{"flag_", Content::flag}};
constexpr std::array<std::string_view, 3> kFilled = {"zero", "interpolated", "last-week"};
constexpr std::string_view kEstimated = "estimated";

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

// YYYY-MM-DDTHH:MM, or with a blank, with or without :00 seconds, on a quarter hour. Returns
// seconds since 1970 as if UTC.
std::optional<std::int64_t> parse_quarter(std::string_view text) {
    if (text.size() == 19 && text.ends_with(":00")) text.remove_suffix(3);
    if (text.size() != 16 || text[4] != '-' || text[7] != '-' ||
        (text[10] != 'T' && text[10] != ' ') || text[13] != ':')
        return std::nullopt;
    const auto year = parse_digits(text.substr(0, 4));
    const auto month = parse_digits(text.substr(5, 2));
    const auto day = parse_digits(text.substr(8, 2));
    const auto hour = parse_digits(text.substr(11, 2));
    const auto minute = parse_digits(text.substr(14, 2));
    if (!year || !month || !day || !hour || *hour > 23 || !minute || *minute > 45 ||
        *minute % 15 != 0)
        return std::nullopt;
    if (*year < kFirstYear || *year > kLastYear) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return std::int64_t{days} * kSecondsPerDay + std::int64_t{*hour} * kSecondsPerHour +
           std::int64_t{*minute} * 60;
}

struct Column {
    std::string home;
    Content content = Content::load;
    std::vector<std::int64_t> steps_mwh;  // of a column of energy
    std::int64_t filled = 0;              // of a column of flags
    std::int64_t estimated = 0;
};

std::optional<Column> parse_column(std::string_view name) {
    for (const Prefix& prefix : kPrefixes) {
        if (!name.starts_with(prefix.text)) continue;
        const std::string_view home = name.substr(prefix.text.size());
        if (home.empty() || home.size() > kMaxHomeName) return std::nullopt;
        return Column{std::string(home), prefix.content, {}};
    }
    return std::nullopt;
}

const Column* find_column(const std::vector<Column>& columns, std::string_view home,
                          Content content) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
        return column.home == home && column.content == content;
    });
    return found == columns.end() ? nullptr : &*found;
}

void check_home_of(const Column& column, const std::vector<Column>& columns, std::size_t line,
                   CsvComplaints& complaints) {
    const bool has_load = find_column(columns, column.home, Content::load) != nullptr;
    const bool has_import = find_column(columns, column.home, Content::imported) != nullptr;
    const std::string home = "home " + visible(column.home);
    if (column.content == Content::load && has_import)
        complaints.add(line, home +
                                 " has a load and an import column: keep the load and the PV, "
                                 "or both registers of the meter");
    if (column.content == Content::exported && !has_import && !has_load)
        complaints.add(line, home + " has an export and no import column");
    if (column.content == Content::exported && has_load)
        complaints.add(line, home +
                                 " has an export column beside its load: export goes with "
                                 "import_kwh_" +
                                 column.home);
    if ((column.content == Content::pv || column.content == Content::flag) && !has_load &&
        !has_import)
        complaints.add(line, home + " has no load column and no import column");
}

std::vector<Column> parse_heading(const CsvRow& heading, CsvComplaints& complaints) {
    const auto& names = heading.cells;
    if (names[0] != kTimeColumn)
        complaints.add(heading.line, "the first column must be '" + std::string(kTimeColumn) +
                                         "', not " + visible(names[0]) +
                                         ": meter-sim import makes a recording of other tables");
    std::vector<Column> columns;
    for (std::size_t i = 1; i < names.size(); ++i) {
        auto column = parse_column(names[i]);
        if (!column) {
            complaints.add(heading.line, "unknown column " + visible(names[i]) +
                                             "; expected load_kwh_<home>, pv_kwh_<home>, "
                                             "import_kwh_<home>, export_kwh_<home> or flag_<home>");
        } else if (find_column(columns, column->home, column->content) != nullptr) {
            complaints.add(heading.line, "column " + visible(names[i]) + " is there twice");
        } else {
            columns.push_back(std::move(*column));
        }
    }
    for (const Column& column : columns)
        check_home_of(column, columns, heading.line, complaints);
    if (columns.empty() && complaints.empty())
        complaints.add(heading.line,
                       "no home: a load_kwh_<home> or an import_kwh_<home> column is needed");
    return columns;
}

void parse_flag(const CsvTable& table, const CsvRow& row, std::size_t index, Column& column,
                CsvComplaints& complaints) {
    const std::string& cell = row.cells[index];
    if (std::find(kFilled.begin(), kFilled.end(), cell) != kFilled.end()) {
        ++column.filled;
    } else if (cell == kEstimated) {
        ++column.estimated;
    } else if (!cell.empty()) {
        complaints.add(row.line, table.heading.cells[index] + ": " + visible(cell) +
                                     " is no flag: leave it empty, or write zero, interpolated, "
                                     "last-week or estimated");
    }
}

void parse_cells(const CsvTable& table, const CsvRow& row, std::vector<Column>& columns,
                 CsvComplaints& complaints) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].content == Content::flag) {
            parse_flag(table, row, i + 1, columns[i], complaints);
            continue;
        }
        const auto value =
            parse_decimal(row.cells[i + 1], kMwhPlaces, kMaxStepMwh, table.decimal_comma);
        if (value) {
            columns[i].steps_mwh.push_back(*value);
        } else {
            complaints.add(row.line, table.heading.cells[i + 1] + ": " + visible(row.cells[i + 1]) +
                                         " " + value.error());
        }
    }
}

struct Times {
    std::int64_t start_s = 0;
    std::int64_t step_s = kSecondsPerHour;  // of a file with one row
};

// The first two rows say the step, and all others must follow by it.
Times parse_times(const CsvTable& table, CsvComplaints& complaints) {
    Times times;
    std::optional<std::int64_t> last_s;
    bool knows_step = false;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const CsvRow& row = table.rows[i];
        const auto at_s = parse_quarter(row.cells[0]);
        if (!at_s) {
            complaints.add(row.line, visible(row.cells[0]) +
                                         " is not a time on a quarter hour like 2016-08-08T13:15");
            if (last_s) *last_s += times.step_s;
            continue;
        }
        if (!last_s) times.start_s = *at_s;
        if (last_s && !knows_step) {
            knows_step = std::find(kSteps.begin(), kSteps.end(), *at_s - *last_s) != kSteps.end();
            if (knows_step) times.step_s = *at_s - *last_s;
        }
        if (last_s && *at_s != *last_s + times.step_s)
            complaints.add(row.line, visible(row.cells[0]) + " does not follow the row before by " +
                                         (knows_step ? std::to_string(times.step_s / 60)
                                                     : std::string("15, 30 or 60")) +
                                         " minutes");
        last_s = at_s;
    }
    return times;
}

RecordedHome home_of(const Column& column, const std::vector<Column>& columns, std::size_t steps,
                     std::int64_t quarters_per_step) {
    const std::vector<std::int64_t> dark(steps, 0);
    const auto steps_of = [&](Content content) -> const std::vector<std::int64_t>& {
        const Column* found = find_column(columns, column.home, content);
        return found != nullptr ? found->steps_mwh : dark;
    };
    const auto series = [&](const std::vector<std::int64_t>& steps_mwh) {
        return EnergySeries(steps_mwh, quarters_per_step);
    };
    RecordedHome home;
    home.name = column.home;
    if (const Column* flags = find_column(columns, column.home, Content::flag)) {
        home.filled_steps = flags->filled;
        home.estimated_steps = flags->estimated;
    }
    const std::vector<std::int64_t>& pv = steps_of(Content::pv);
    if (column.content == Content::load) {
        home.load = series(column.steps_mwh);
        home.pv = series(pv);
        return home;
    }
    const std::vector<std::int64_t>& exported = steps_of(Content::exported);
    std::vector<std::int64_t> own_use(steps);
    std::vector<std::int64_t> load(steps);
    std::vector<std::int64_t> generation(steps);
    for (std::size_t i = 0; i < steps; ++i) {
        own_use[i] = std::max<std::int64_t>(0, pv[i] - exported[i]);
        load[i] = column.steps_mwh[i] + own_use[i];
        generation[i] = exported[i] + own_use[i];
    }
    home.load = series(load);
    home.pv = series(generation);
    home.metered = MeteredEnergy{series(column.steps_mwh), series(exported), series(own_use)};
    return home;
}

}  // namespace

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
    const Times times = parse_times(table, complaints);
    for (const CsvRow& row : table.rows)
        parse_cells(table, row, columns, complaints);
    if (!complaints.empty()) return unexpected(complaints.take());
    const std::int64_t quarters_per_step = times.step_s / kSecondsPerQuarter;
    const std::size_t steps = table.rows.size();
    RecordedHomes recording{
        times.start_s, times.step_s, static_cast<std::int64_t>(steps) * quarters_per_step, {}};
    for (const Column& column : columns)
        if (column.content == Content::load || column.content == Content::imported)
            recording.homes.push_back(home_of(column, columns, steps, quarters_per_step));
    return recording;
}

}  // namespace fairfeed
