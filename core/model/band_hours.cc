#include "core/model/band_hours.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"

namespace fairfeed {

namespace {

constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::size_t kQuartersPerHour = 4;

std::string two_digits(std::size_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
}

// "00:00" to "24:00".
std::string time_text(std::size_t quarter_of_day) {
    return two_digits(quarter_of_day / kQuartersPerHour) + ":" +
           two_digits(quarter_of_day % kQuartersPerHour * 15);
}

std::optional<std::size_t> parse_time(std::string_view text) {
    for (std::size_t quarter = 0; quarter <= kQuartersPerDay; ++quarter)
        if (time_text(quarter) == text) return quarter;
    return std::nullopt;
}

std::optional<std::size_t> parse_day(std::string_view text) {
    const auto found = std::find(kDays.begin(), kDays.end(), text);
    if (found == kDays.end()) return std::nullopt;
    return static_cast<std::size_t>(found - kDays.begin());
}

std::string_view trimmed(std::string_view text) {
    const auto first = std::min(text.find_first_not_of(' '), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

// The two sides of a dash; without a dash both are the whole.
std::pair<std::string_view, std::string_view> sides(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return {text, text};
    return {text.substr(0, dash), text.substr(dash + 1)};
}

// Hours of some days, in quarter hours of the day; `end` above a day: on the day after.
struct DayHours {
    std::size_t first_day = 0;
    std::size_t days = kDays.size();
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::optional<DayHours> parse_hours(std::string_view text) {
    DayHours out;
    const std::size_t space = text.find(' ');
    if (space != std::string_view::npos) {
        const auto [from, to] = sides(text.substr(0, space));
        const auto first = parse_day(from);
        const auto last = parse_day(to);
        if (!first || !last) return std::nullopt;
        out.first_day = *first;
        out.days = (*last + kDays.size() - *first) % kDays.size() + 1;
        text = trimmed(text.substr(space));
    }
    if (text.find('-') == std::string_view::npos) return std::nullopt;
    const auto [from, to] = sides(text);
    const auto begin = parse_time(from);
    const auto end = parse_time(to);
    if (!begin || !end || *begin == kQuartersPerDay || *begin == *end) return std::nullopt;
    out.begin = *begin;
    out.end = *end > *begin ? *end : *end + kQuartersPerDay;
    return out;
}

// "00:00-06:00, 22:00-24:00" of one day's bands.
std::vector<std::string> intervals(const std::uint8_t* day, std::size_t band) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < kQuartersPerDay;) {
        std::size_t end = at;
        while (end < kQuartersPerDay && day[end] == band)
            ++end;
        if (end > at) out.push_back(time_text(at) + "-" + time_text(end));
        at = end + 1;
    }
    return out;
}

std::string days_text(std::size_t first, std::size_t last) {
    if (first == 0 && last + 1 == kDays.size()) return "";
    if (first == last) return std::string(kDays[first]) + " ";
    return std::string(kDays[first]) + "-" + std::string(kDays[last]) + " ";
}

}  // namespace

std::string text_of_quarter(std::size_t quarter) {
    CHECK(quarter < kQuartersPerWeek);
    return std::string(kDays[quarter / kQuartersPerDay]) + " " +
           time_text(quarter % kQuartersPerDay);
}

std::optional<std::string> mark_hours(BandWeek& week, std::uint8_t band, std::string_view hours) {
    CHECK(week.size() == kQuartersPerWeek);
    for (std::size_t at = 0; at <= hours.size();) {
        const std::size_t end = std::min(hours.find(',', at), hours.size());
        const std::string_view part = trimmed(hours.substr(at, end - at));
        const auto parsed = parse_hours(part);
        if (!parsed) {
            return "'" + std::string(part) +
                   "' are no hours: write Mon-Fri 17:00-20:00, in quarter hours";
        }
        for (std::size_t day = 0; day < parsed->days; ++day) {
            const std::size_t midnight = (parsed->first_day + day) * kQuartersPerDay;
            for (std::size_t i = parsed->begin; i < parsed->end; ++i) {
                const std::size_t quarter = (midnight + i) % kQuartersPerWeek;
                if (week[quarter] != 0 && week[quarter] != band)
                    return text_of_quarter(quarter) + " is in two bands";
                week[quarter] = band;
            }
        }
        at = end + 1;
    }
    return std::nullopt;
}

std::vector<BandRun> runs_of(const BandWeek& week) {
    std::vector<BandRun> runs;
    for (const std::uint8_t band : week) {
        if (runs.empty() || runs.back().band != band) runs.push_back({band, 0});
        ++runs.back().quarters;
    }
    if (runs.size() == 1 && runs.front().band == 0) runs.clear();
    return runs;
}

BandWeek week_of(const Tariff& tariff) {
    BandWeek week;
    for (const BandRun& run : tariff.week)
        week.insert(week.end(), run.quarters, run.band);
    week.resize(kQuartersPerWeek);
    return week;
}

std::string hours_of(const Tariff& tariff, std::size_t band) {
    const BandWeek week = week_of(tariff);
    std::string out;
    for (std::size_t first = 0; first < kDays.size();) {
        const auto hours = intervals(&week[first * kQuartersPerDay], band);
        std::size_t last = first;
        while (last + 1 < kDays.size() &&
               intervals(&week[(last + 1) * kQuartersPerDay], band) == hours)
            ++last;
        for (const std::string& interval : hours)
            out += (out.empty() ? "" : ", ") + days_text(first, last) + interval;
        first = last + 1;
    }
    return out;
}

}  // namespace fairfeed
