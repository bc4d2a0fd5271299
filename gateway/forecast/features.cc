#include "gateway/forecast/features.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "gateway/forecast/local_time.h"

namespace fairfeed::forecast {

namespace {

constexpr std::int64_t kDaysPerWeek = 7;
constexpr std::int64_t kWeeksAveraged = 4;
constexpr std::int64_t kWeeksSearched = 9;  // for weeks without a hole in this window
constexpr std::int64_t kRecentDays = 7;
constexpr std::int64_t kLoadDays = 28;
constexpr std::int64_t kSunDays = 42;
constexpr double kFaintSky = 20;  // W/m2 below which a ratio of skies says nothing
constexpr double kLeastSkyRatio = 0.4;
constexpr double kMostSkyRatio = 2.5;
constexpr double kSunUnit = 1000;  // W/m2
constexpr double kTrigonometryRoundedTo = 1 << 20;
constexpr std::size_t kLoadColumns = 22;
constexpr std::size_t kGenerationColumns = 8;

struct Mean {
    double sum = 0;
    std::int64_t count = 0;
    void add(double value) {
        sum += value;
        ++count;
    }
    [[nodiscard]] double or_else(double otherwise) const {
        return count > 0 ? sum / static_cast<double>(count) : otherwise;
    }
};

// Rounded, so that mathematical libraries that differ in the last bit give one figure.
double rounded(double value) {
    return std::round(value * kTrigonometryRoundedTo) / kTrigonometryRoundedTo;
}

double sky_ratio(double now, double then) {
    return then > kFaintSky ? std::clamp(now / then, kLeastSkyRatio, kMostSkyRatio) : 1;
}

}  // namespace

// Mean energy of a window in the last week and in the last four before the forecast.
struct FeatureTable::Moment {
    std::int64_t known_s = 0;
    double recent_level = 0;
    double level = 0;
    double most_wh = 0;
};

// The same time in the past, and the sky over it.
struct FeatureTable::Similar {
    double last_week = 0;
    double four_weeks = 0;
    double recent_days = 0;
    double recent_sky = 0;
    double all_days = 0;
    double all_sky = 0;
    double same_kind_of_day = 0;  // working days, or weekends
    double before = 0;            // the windows before and after this one, over all days
    double after = 0;
};

FeatureTable::FeatureTable(const WindowSeries& series, Quantity quantity, const TimeZone& zone,
                           std::optional<Coordinates> where)
    : series_(series),
      quantity_(quantity),
      zone_(quantity == Quantity::load ? zone : TimeZone("UTC", {{0, 0}})),
      sky_(where, series.window_s()) {}

std::size_t FeatureTable::columns() const {
    return quantity_ == Quantity::load ? kLoadColumns : kGenerationColumns;
}

std::optional<FeatureTable::Moment> FeatureTable::moment(std::int64_t known_s) const {
    const std::int64_t window_s = series_.window_s();
    Mean recent;
    Mean level;
    Mean ever;
    double most_wh = 0;
    for (std::size_t i = 0; i < series_.size() && series_.start_of(i + 1) <= known_s; ++i) {
        if (!series_.at(i)) continue;
        const auto wh = static_cast<double>(*series_.at(i));
        const std::int64_t age_s = known_s - series_.start_of(i);
        ever.add(wh);
        most_wh = std::max(most_wh, wh);
        if (age_s <= kLoadDays * kSecondsPerDay + window_s) level.add(wh);
        if (age_s <= kRecentDays * kSecondsPerDay + window_s) recent.add(wh);
    }
    if (ever.count == 0) return std::nullopt;
    const double all = level.or_else(ever.or_else(0));
    return Moment{known_s, recent.or_else(all), all, most_wh};
}

FeatureTable::Similar FeatureTable::similar(std::int64_t at_s, const Moment& moment) {
    const auto energy = [&](std::int64_t from_s) { return series_.energy(from_s, moment.known_s); };
    const std::int64_t window_s = series_.window_s();
    const bool is_load = quantity_ == Quantity::load;
    // The latest day whose same window has ended.
    std::int64_t first = std::max<std::int64_t>(1, (at_s - moment.known_s) / kSecondsPerDay);
    while (days_before(zone_, at_s, first) + window_s > moment.known_s)
        ++first;
    const std::int64_t days = is_load ? kLoadDays : kSunDays;
    const bool is_weekend = local_time(zone_, at_s).is_weekend();
    Mean recent, recent_sky, all, all_sky, same_kind, before, after;
    for (std::int64_t day = first; day < first + days; ++day) {
        const std::int64_t then_s = days_before(zone_, at_s, day);
        if (is_load) {
            if (const auto wh = energy(then_s - window_s)) before.add(*wh);
            if (const auto wh = energy(then_s + window_s)) after.add(*wh);
        }
        const auto wh = energy(then_s);
        if (!wh) continue;
        all.add(*wh);
        if (day < first + kRecentDays) recent.add(*wh);
        if (local_time(zone_, then_s).is_weekend() == is_weekend) same_kind.add(*wh);
        if (is_load) continue;
        all_sky.add(sky_.mean(then_s));
        if (day < first + kRecentDays) recent_sky.add(sky_.mean(then_s));
    }
    Mean weeks;
    double last_week = 0;
    const std::int64_t first_week = (first + kDaysPerWeek - 1) / kDaysPerWeek;
    for (std::int64_t week = first_week;
         week < first_week + kWeeksSearched && weeks.count < kWeeksAveraged; ++week) {
        const auto wh = energy(days_before(zone_, at_s, kDaysPerWeek * week));
        if (!wh) continue;
        if (weeks.count == 0) last_week = *wh;
        weeks.add(*wh);
    }
    Similar found;
    found.all_days = all.or_else(moment.level);
    found.all_sky = all_sky.or_else(0);
    found.recent_days = recent.or_else(found.all_days);
    found.recent_sky = recent_sky.or_else(found.all_sky);
    found.same_kind_of_day = same_kind.or_else(found.all_days);
    found.before = before.or_else(found.all_days);
    found.after = after.or_else(found.all_days);
    found.four_weeks = weeks.or_else(found.all_days);
    found.last_week = weeks.count > 0 ? last_week : found.all_days;
    return found;
}

// The profile takes half of a change of level for lasting; the regression learns the rest.
Features FeatureTable::of_load(std::int64_t at_s, const Moment& moment) {
    const Similar past = similar(at_s, moment);
    const double change = moment.level > 0 ? moment.recent_level / moment.level - 1 : 0;
    const double base = (past.four_weeks + past.same_kind_of_day) / 2 * (1 + change / 2);
    const LocalTime local = local_time(zone_, at_s);
    const double hour = 2 * std::numbers::pi * static_cast<double>(local.second_of_day) /
                        static_cast<double>(kSecondsPerDay);
    Features features{past.last_week, base, {}};
    auto& columns = features.columns;
    columns = {moment.level,
               base,
               past.last_week - base,
               past.four_weeks - base,
               past.recent_days - base,
               past.all_days - base,
               past.same_kind_of_day - base,
               past.before - base,
               past.after - base,
               moment.recent_level - moment.level,
               base * change};
    for (const double waves : {1.0, 2.0}) {  // in a day
        columns.push_back(moment.level * rounded(std::cos(waves * hour)));
        columns.push_back(moment.level * rounded(std::sin(waves * hour)));
    }
    for (std::int64_t day = 0; day < kDaysPerWeek; ++day)
        columns.push_back(local.day == day ? base : 0);
    CHECK(columns.size() == kLoadColumns);
    return features;
}

Features FeatureTable::of_generation(std::int64_t at_s, const Moment& moment) {
    const Similar past = similar(at_s, moment);
    const double sky = sky_.mean(at_s);
    const double base = past.all_days * sky_ratio(sky, past.all_sky);
    const double recent = past.recent_days * sky_ratio(sky, past.recent_sky);
    const double change = moment.level > 0 ? moment.recent_level / moment.level - 1 : 0;
    Features features{past.last_week, base, {}};
    features.columns = {base,
                        past.last_week - base,
                        past.four_weeks - base,
                        recent - base,
                        past.all_days - base,
                        base * change,
                        moment.level * sky / kSunUnit,
                        moment.level * (sky - past.all_sky) / kSunUnit};
    CHECK(features.columns.size() == kGenerationColumns);
    return features;
}

std::optional<WeekOfFeatures> FeatureTable::week(std::int64_t from_s, std::int64_t known_s) {
    const auto now = moment(known_s);
    if (!now) return std::nullopt;
    WeekOfFeatures week{{}, now->most_wh};
    const WindowSeries::Range range = series_.windows_in(from_s, from_s + kSecondsPerWeek);
    for (std::int64_t i = range.first; i < range.last; ++i) {
        const std::int64_t at_s = series_.start_s() + i * series_.window_s();
        week.rows.push_back(quantity_ == Quantity::load ? of_load(at_s, *now)
                                                        : of_generation(at_s, *now));
    }
    return week;
}

}  // namespace fairfeed::forecast
