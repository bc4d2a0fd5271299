#include "gateway/forecast/models.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "gateway/forecast/local_time.h"

namespace fairfeed::forecast {

namespace {

constexpr double kPenalty = 2;  // docs/forecast.md: between 0.5 and 4 errors hardly differ
constexpr std::int64_t kWeeksLearned = 52;
constexpr double kMostGrowth = 2;

std::int64_t in_wh(double energy, double most_wh) {
    return std::llround(std::clamp(energy, 0.0, kMostGrowth * most_wh));
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

}  // namespace

std::string_view name_of(Model model) {
    switch (model) {
        case Model::last_week:
            return "last week";
        case Model::profile:
            return "profile";
        case Model::regression:
            return "regression";
    }
    return "";
}

const SeriesModels::Lesson& SeriesModels::lesson(std::int64_t from_s, std::int64_t known_s) {
    const Key key(from_s, known_s);
    if (const auto found = lessons_.find(key); found != lessons_.end()) return found->second;
    Lesson lesson{RidgeSums(table_.columns()), table_.week(from_s, known_s)};
    const WindowSeries& series = table_.series();
    const WindowSeries::Range range = series.windows_in(from_s, from_s + kSecondsPerWeek);
    for (std::int64_t i = range.first; lesson.seen && i < range.last; ++i) {
        if (i < 0 || i >= static_cast<std::int64_t>(series.size())) continue;
        const auto& wh = series.at(static_cast<std::size_t>(i));
        if (!wh) continue;
        const Features& row = lesson.seen->rows[static_cast<std::size_t>(i - range.first)];
        lesson.sums.add(row.columns, static_cast<double>(*wh) - row.profile);
    }
    return lessons_.emplace(key, std::move(lesson)).first->second;
}

std::optional<std::vector<double>> SeriesModels::learned(std::int64_t from_s,
                                                         std::int64_t known_s) {
    RidgeSums all(table_.columns());
    const std::int64_t begin_s = table_.series().known_from_s();
    for (std::int64_t weeks = 1; weeks <= kWeeksLearned; ++weeks) {
        const std::int64_t back_s = weeks * kSecondsPerWeek;
        if (from_s - back_s + kSecondsPerWeek > known_s) continue;  // not over yet
        if (known_s - back_s < begin_s + kSecondsPerWeek) break;    // nothing to learn from
        all.add(lesson(from_s - back_s, known_s - back_s).sums);
    }
    if (all.rows() == 0) return std::nullopt;
    return all.coefficients(kPenalty);
}

const Sayings& SeriesModels::week(std::int64_t from_s, std::int64_t known_s) {
    CHECK(known_s <= from_s);
    const Key key(from_s, known_s);
    if (const auto found = said_.find(key); found != said_.end()) return found->second;
    Sayings says;
    const auto learnt = learned(from_s, known_s);
    const Lesson& now = lesson(from_s, known_s);
    const bool is_week_old = known_s - table_.series().known_from_s() >= kSecondsPerWeek;
    for (std::size_t i = 0; now.seen && i < now.seen->rows.size(); ++i) {
        const Features& row = now.seen->rows[i];
        const auto say = [&](Model model, double wh) {
            says[static_cast<std::size_t>(model)].push_back(in_wh(wh, now.seen->most_wh));
        };
        if (is_week_old) say(Model::last_week, row.last_week);
        say(Model::profile, row.profile);
        if (learnt) say(Model::regression, row.profile + product(row.columns, *learnt));
    }
    return said_.emplace(key, std::move(says)).first->second;
}

}  // namespace fairfeed::forecast
