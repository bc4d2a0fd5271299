#include "core/model/recorded_homes.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/base/units.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMaxHourMwh = 1'000'000'000;   // 1 MW for an hour: no home
constexpr std::int64_t kMaxNominalW = 1'000'000'000;  // and no roof
constexpr std::int64_t kMwhPerWh = 1000;
constexpr std::int64_t kQuartersPerHour = 4;
constexpr std::int64_t kCapacityStepW = 500;
constexpr std::string_view kTimeColumn = "interval_start_local";
constexpr std::string_view kLoadPrefix = "load_kwh_";
constexpr std::string_view kPvPrefix = "pv_kwh_";

class Complaints {
  public:
    explicit Complaints(std::string_view file) : file_(file) {}
    void add(std::size_t line, const std::string& what) {
        ++count_;
        if (lines_.size() < kMaxRecordingErrors)
            lines_.push_back(file_ + ":" + std::to_string(line) + ": " + what);
    }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] RecordingErrors take() {
        if (count_ > lines_.size())
            lines_.push_back(file_ + ": and " + std::to_string(count_ - lines_.size()) + " more");
        return std::move(lines_);
    }

  private:
    std::string file_;
    RecordingErrors lines_;
    std::size_t count_ = 0;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = text.find(separator, begin);
        parts.push_back(text.substr(begin, end - begin));
        if (end == std::string_view::npos) return parts;
        begin = end + 1;
    }
}

// Lines without their ends; an empty last one is dropped.
std::vector<std::string_view> split_lines(std::string_view text) {
    auto lines = split(text, '\n');
    if (lines.back().empty()) lines.pop_back();
    for (auto& line : lines)
        if (line.ends_with('\r')) line.remove_suffix(1);
    return lines;
}

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char digit) { return digit >= '0' && digit <= '9'; });
}

// A plain decimal as an integer in units of 10^-places; the reason where it is none.
Result<std::int64_t, std::string> parse_decimal(std::string_view text, std::size_t places,
                                                std::int64_t max) {
    if (text.empty()) return unexpected(std::string("is empty"));
    if (text.starts_with('-')) return unexpected(std::string("is negative"));
    const std::size_t dot = text.find('.');
    const std::string_view whole = text.substr(0, dot);
    std::string_view fraction;
    if (dot != std::string_view::npos) fraction = text.substr(dot + 1);
    if (!all_digits(whole) || (dot != std::string_view::npos && !all_digits(fraction)))
        return unexpected(std::string("is not a plain decimal number"));
    while (fraction.size() > places && fraction.ends_with('0'))
        fraction.remove_suffix(1);
    if (fraction.size() > places)
        return unexpected("has more than " + std::to_string(places) + " decimal places");
    std::string digits(whole);
    digits.append(fraction).append(places - fraction.size(), '0');
    std::int64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec != std::errc() || value > max) return unexpected(std::string("is too large"));
    return value;
}

std::optional<int> parse_digits(std::string_view text) {
    int value = 0;
    if (!all_digits(text)) return std::nullopt;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc()) return std::nullopt;
    return value;
}

// YYYY-MM-DDTHH:MM, the hour full; seconds since 1970 as if UTC.
std::optional<std::int64_t> parse_hour(std::string_view text) {
    if (text.size() != 16 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text.substr(13) != ":00")
        return std::nullopt;
    const auto year = parse_digits(text.substr(0, 4));
    const auto month = parse_digits(text.substr(5, 2));
    const auto day = parse_digits(text.substr(8, 2));
    const auto hour = parse_digits(text.substr(11, 2));
    if (!year || !month || !day || !hour || *hour > 23) return std::nullopt;
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
    if (!is_valid_name(column.home)) return std::nullopt;
    return column;
}

const Column* find_column(const std::vector<Column>& columns, std::string_view home, bool is_pv) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
        return column.home == home && column.is_pv == is_pv;
    });
    return found == columns.end() ? nullptr : &*found;
}

std::vector<Column> parse_heading(std::string_view line, Complaints& complaints) {
    const auto names = split(line, ',');
    if (names[0] != kTimeColumn)
        complaints.add(
            1, "the first column must be " + quoted(kTimeColumn) + ", not " + quoted(names[0]));
    std::vector<Column> columns;
    for (std::size_t i = 1; i < names.size(); ++i) {
        auto column = parse_column(names[i]);
        if (!column) {
            complaints.add(1, "unknown column " + quoted(names[i]) +
                                  "; expected load_kwh_<home> or pv_kwh_<home>");
        } else if (find_column(columns, column->home, column->is_pv) != nullptr) {
            complaints.add(1, "column " + quoted(names[i]) + " is there twice");
        } else {
            columns.push_back(std::move(*column));
        }
    }
    for (const Column& column : columns)
        if (column.is_pv && find_column(columns, column.home, false) == nullptr)
            complaints.add(1, "home " + quoted(column.home) + " has no load column");
    if (columns.empty()) complaints.add(1, "no home: a load_kwh_<home> column is needed");
    return columns;
}

void parse_row(std::string_view line, std::size_t number, std::vector<Column>& columns,
               Complaints& complaints) {
    const auto cells = split(line, ',');
    if (cells.size() != columns.size() + 1) {
        complaints.add(number, "expected " + std::to_string(columns.size() + 1) + " cells, found " +
                                   std::to_string(cells.size()));
        return;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        Column& column = columns[i];
        const auto value = parse_decimal(cells[i + 1], 6, kMaxHourMwh);
        if (value) {
            column.hours_mwh.push_back(*value);
        } else {
            complaints.add(number, std::string(column.is_pv ? kPvPrefix : kLoadPrefix) +
                                       column.home + ": " + quoted(cells[i + 1]) + " " +
                                       value.error());
        }
    }
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

Result<RecordedHomes, RecordingErrors> parse_recorded_homes(std::string_view file,
                                                            std::string_view text) {
    Complaints complaints(file);
    const auto lines = split_lines(text);
    if (lines.empty()) {
        complaints.add(1, "the file is empty");
        return unexpected(complaints.take());
    }
    auto columns = parse_heading(lines[0], complaints);
    if (!complaints.empty()) return unexpected(complaints.take());
    if (lines.size() == 1) complaints.add(1, "no rows after the heading");
    std::optional<std::int64_t> start_s;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::string_view time = lines[i].substr(0, lines[i].find(','));
        const auto hour_s = parse_hour(time);
        if (i == 1) start_s = hour_s;
        if (!hour_s) {
            complaints.add(i + 1, quoted(time) + " is not a full hour like 2016-08-08T13:00");
        } else if (start_s &&
                   *hour_s != *start_s + static_cast<std::int64_t>(i - 1) * kSecondsPerHour) {
            complaints.add(i + 1, quoted(time) + " does not follow the row before by one hour");
            start_s = *hour_s - static_cast<std::int64_t>(i - 1) * kSecondsPerHour;
        }
        parse_row(lines[i], i + 1, columns, complaints);
    }
    if (!complaints.empty()) return unexpected(complaints.take());
    return assemble(*start_s, static_cast<std::int64_t>(lines.size() - 1), columns);
}

Result<std::map<std::string, std::int64_t>, RecordingErrors> parse_homes_meta(
    std::string_view file, std::string_view text) {
    Complaints complaints(file);
    const auto lines = split_lines(text);
    const auto heading = split(lines.empty() ? std::string_view() : lines[0], ',');
    const auto home_at = std::find(heading.begin(), heading.end(), "home") - heading.begin();
    const auto power_at =
        std::find(heading.begin(), heading.end(), "pv_nominal_kw") - heading.begin();
    for (const auto& [name, place] : {std::pair{"home", home_at}, {"pv_nominal_kw", power_at}})
        if (static_cast<std::size_t>(place) == heading.size())
            complaints.add(1, "no column " + quoted(name));
    if (!complaints.empty()) return unexpected(complaints.take());

    std::map<std::string, std::int64_t> nominal_w;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto cells = split(lines[i], ',');
        if (cells.size() != heading.size()) {
            complaints.add(i + 1, "expected " + std::to_string(heading.size()) + " cells, found " +
                                      std::to_string(cells.size()));
            continue;
        }
        const std::string_view home = cells[static_cast<std::size_t>(home_at)];
        const std::string_view power = cells[static_cast<std::size_t>(power_at)];
        const auto watts = parse_decimal(power, 3, kMaxNominalW);
        if (!is_valid_name(home)) complaints.add(i + 1, quoted(home) + " is not a home's name");
        if (!watts) {
            complaints.add(i + 1, "pv_nominal_kw: " + quoted(power) + " " + watts.error());
        } else if (!nominal_w.emplace(home, *watts).second) {
            complaints.add(i + 1, "home " + quoted(home) + " is there twice");
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
