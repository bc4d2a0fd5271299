#include "gateway/forecast/outlook.h"

#include <algorithm>
#include <map>

#include "gateway/forecast/local_time.h"

namespace fairfeed::forecast {

namespace {

constexpr std::int64_t kNoLeast = INT64_MIN;
constexpr std::int64_t kMaxWeekWh = 1'000'000'000'000'000'000;  // sums of forecasts fit 64 bits

struct Week {
    std::int64_t from_s = 0;
    std::int64_t known_s = 0;
};

// The weeks before, each with what was known as long before it; the latest first. Weeks that were
// not over at `known_s` are left out.
std::vector<Week> weeks_before(const Week& week, std::int64_t weeks) {
    std::vector<Week> out;
    for (std::int64_t back = 1; static_cast<std::int64_t>(out.size()) < weeks; ++back) {
        const Week past{week.from_s - back * kSecondsPerWeek,
                        week.known_s - back * kSecondsPerWeek};
        if (past.from_s + kSecondsPerWeek <= week.known_s) out.push_back(past);
    }
    return out;
}

// A week of windows like the largest one.
Int128 largest_week(const WindowSeries& series) {
    std::int64_t most_wh = 0;
    for (std::size_t i = 0; i < series.size(); ++i)
        most_wh = std::max(most_wh, series.at(i).value_or(0));
    return Int128{most_wh} * (kSecondsPerWeek / series.window_s() + 1);
}

std::optional<std::int64_t> actual(const WindowSeries& series, std::int64_t index) {
    if (index < 0 || index >= static_cast<std::int64_t>(series.size())) return std::nullopt;
    return series.at(static_cast<std::size_t>(index));
}

std::size_t place(Model model) {
    return static_cast<std::size_t>(model);
}

// The models that can speak about this week.
std::vector<Model> speakers(const Sayings& says) {
    std::vector<Model> out;
    for (const Model model : kModels)
        if (!says[place(model)].empty()) out.push_back(model);
    return out;
}

bool all_speak(const std::vector<Model>& models, const Sayings& says) {
    return std::all_of(models.begin(), models.end(),
                       [&](Model model) { return !says[place(model)].empty(); });
}

void judge(const WindowSeries& series, std::int64_t from_s, const Sayings& says,
           const std::vector<Model>& models, Selected& selected) {
    const WindowSeries::Range range = series.windows_in(from_s, from_s + kSecondsPerWeek);
    bool any = false;
    for (std::int64_t i = range.first; i < range.last; ++i) {
        const auto wh = actual(series, i);
        if (!wh) continue;
        any = true;
        for (const Model model : models) {
            const auto at = static_cast<std::size_t>(i - range.first);
            selected.errors[place(model)].add(*wh, {says[place(model)][at], std::nullopt});
        }
    }
    if (any) ++selected.weeks_tested;
}

// The plainest model wins a tie.
Model best_of(const std::vector<Model>& models, const Selected& selected) {
    return *std::min_element(models.begin(), models.end(), [&](Model a, Model b) {
        return selected.errors[place(a)].absolute_wh() < selected.errors[place(b)].absolute_wh();
    });
}

Selected selected_for(SeriesModels& models, const WindowSeries& series, const Week& week,
                      std::int64_t weeks, std::optional<Model> only) {
    const std::vector<Model> can = speakers(models.week(week.from_s, week.known_s));
    Selected selected;
    if (can.empty()) return selected;
    std::vector<Model> compared = can;
    const std::vector<Week> past = weeks_before(week, weeks);
    // A model that is too young for any week of the past does not keep the others from a test.
    for (; compared.size() > 1 && selected.weeks_tested == 0;) {
        for (const Week& each : past) {
            const Sayings& says = models.week(each.from_s, each.known_s);
            if (all_speak(compared, says)) judge(series, each.from_s, says, compared, selected);
        }
        if (selected.weeks_tested == 0) compared.pop_back();
    }
    const bool is_able = only && std::find(can.begin(), can.end(), *only) != can.end();
    if (is_able) {
        selected.basis = Basis::given;
        selected.model = *only;
    } else if (selected.weeks_tested > 0) {
        selected.basis = Basis::tested;
        selected.model = best_of(compared, selected);
    } else {
        selected.model = can.front();
        selected.basis = can.front() == Model::last_week ? Basis::short_history : Basis::first_days;
    }
    return selected;
}

struct Bands {
    Bands(const Conditions& conditions, std::int64_t window_s)
        : zone(conditions.zone), window_s_(window_s) {}

    void add(const Outlook::Missed& missed) {
        load.add(local_slot(missed.start_s), missed.load_wh);
        generation.add(utc_slot(missed.start_s), missed.generation_wh);
        gap.add(local_slot(missed.start_s), missed.load_wh - missed.generation_wh);
    }
    [[nodiscard]] WindowOutlook around(std::int64_t start_s, std::int64_t load_wh,
                                       std::int64_t generation_wh) {
        const std::int64_t gap_wh = load_wh - generation_wh;
        return {start_s,
                {load_wh, load.around(local_slot(start_s), load_wh, 0)},
                {generation_wh, generation.around(utc_slot(start_s), generation_wh, 0)},
                {gap_wh, gap.around(local_slot(start_s), gap_wh, kNoLeast)}};
    }

  private:
    [[nodiscard]] std::int64_t local_slot(std::int64_t at_s) const {
        return local_time(zone, at_s).second_of_day / window_s_;
    }
    [[nodiscard]] std::int64_t utc_slot(std::int64_t at_s) const {
        return static_cast<std::int64_t>(floor_mod(at_s, kSecondsPerDay)) / window_s_;
    }
    const TimeZone& zone;
    std::int64_t window_s_;
    Residuals load;
    Residuals generation;
    Residuals gap;
};

}  // namespace

ClusterForecaster::ClusterForecaster(const ClusterSeries& series, const Conditions& conditions)
    : series_(series),
      conditions_(conditions),
      load_(FeatureTable(series.load, Quantity::load, conditions.zone, conditions.where)),
      generation_(FeatureTable(series.generation, Quantity::generation, conditions.zone,
                               conditions.where)) {}

Outlook ClusterForecaster::outlook(std::int64_t from_s, std::int64_t known_s,
                                   std::optional<Model> only) {
    const Week week{from_s, known_s};
    const std::int64_t weeks = conditions_.weeks_tested;
    Outlook out{series_.name, from_s, known_s, {}, {}, {}, {}};
    out.load = selected_for(load_, series_.load, week, weeks, only);
    out.generation = selected_for(generation_, series_.generation, week, weeks, only);
    if (out.load.basis == Basis::no_history || out.generation.basis == Basis::no_history)
        return out;
    Bands bands(conditions_, series_.load.window_s());
    for (const Week& past : weeks_before(week, weeks)) {
        const auto& load = load_.week(past.from_s, past.known_s)[place(out.load.model)];
        const auto& generation =
            generation_.week(past.from_s, past.known_s)[place(out.generation.model)];
        if (load.empty() || generation.empty()) continue;
        const auto range = series_.load.windows_in(past.from_s, past.from_s + kSecondsPerWeek);
        for (std::int64_t i = range.first; i < range.last; ++i) {
            const auto load_wh = actual(series_.load, i);
            const auto generation_wh = actual(series_.generation, i);
            if (!load_wh || !generation_wh) continue;
            const auto at = static_cast<std::size_t>(i - range.first);
            out.missed.push_back({series_.load.start_s() + i * series_.load.window_s(),
                                  *load_wh - load[at], *generation_wh - generation[at]});
            bands.add(out.missed.back());
        }
    }
    const auto& load = load_.week(from_s, known_s)[place(out.load.model)];
    const auto& generation = generation_.week(from_s, known_s)[place(out.generation.model)];
    const auto range = series_.load.windows_in(from_s, from_s + kSecondsPerWeek);
    for (std::size_t at = 0; at < load.size(); ++at) {
        const std::int64_t index = range.first + static_cast<std::int64_t>(at);
        out.windows.push_back(bands.around(series_.load.start_s() + index * series_.load.window_s(),
                                           load[at], generation[at]));
    }
    return out;
}

Outlook sum_of(const std::vector<Outlook>& clusters, const Conditions& conditions,
               std::int64_t window_s) {
    Outlook out{"all clusters", 0, 0, {}, {}, {}, {}};
    struct Sum {
        Outlook::Missed missed;
        std::size_t clusters = 0;
    };
    std::map<std::int64_t, Sum> missed;
    std::map<std::int64_t, WindowOutlook> windows;
    std::size_t counted = 0;
    for (const Outlook& cluster : clusters) {
        if (cluster.windows.empty()) continue;
        ++counted;
        out.from_s = cluster.from_s;
        out.known_s = cluster.known_s;
        out.load.basis = out.generation.basis = Basis::sum;
        for (const Outlook::Missed& each : cluster.missed) {
            Sum& sum = missed[each.start_s];
            sum.missed.start_s = each.start_s;
            sum.missed.load_wh += each.load_wh;
            sum.missed.generation_wh += each.generation_wh;
            ++sum.clusters;
        }
        for (const WindowOutlook& each : cluster.windows) {
            windows[each.start_s].load.wh += each.load.wh;
            windows[each.start_s].generation.wh += each.generation.wh;
        }
    }
    Bands bands(conditions, window_s);
    for (const auto& [start_s, sum] : missed) {
        if (sum.clusters != counted) continue;
        out.missed.push_back(sum.missed);
        bands.add(sum.missed);
    }
    for (const auto& [start_s, sum] : windows)
        out.windows.push_back(bands.around(start_s, sum.load.wh, sum.generation.wh));
    return out;
}

WeekTotals totals_of(const Outlook& outlook) {
    WeekTotals totals;
    for (const WindowOutlook& window : outlook.windows) {
        totals.load_wh += window.load.wh;
        totals.generation_wh += window.generation.wh;
    }
    totals.gap_wh = totals.load_wh - totals.generation_wh;
    return totals;
}

std::vector<std::string> objections_to(const std::vector<ClusterSeries>& clusters) {
    std::vector<std::string> out;
    Int128 largest_week_wh = 0;
    const auto same_grid = [](const WindowSeries& a, const WindowSeries& b) {
        return a.window_s() == b.window_s() && (a.start_s() - b.start_s()) % a.window_s() == 0;
    };
    const auto is_sound = [](const WindowSeries& series) {
        for (std::size_t i = 0; i < series.size(); ++i)
            if (series.at(i) && (*series.at(i) < 0 || *series.at(i) > kMaxSeriesWh)) return false;
        return true;
    };
    for (const ClusterSeries& cluster : clusters) {
        const std::string who = "cluster " + cluster.name + ": ";
        if (!same_grid(cluster.load, clusters.front().load))
            out.push_back(who + "its windows are not those of cluster " + clusters.front().name);
        if (cluster.load.start_s() != cluster.generation.start_s() ||
            cluster.load.window_s() != cluster.generation.window_s())
            out.push_back(who + "load and generation have different windows");
        if (!is_sound(cluster.load) || !is_sound(cluster.generation))
            out.push_back(who + "an energy is below 0 or above 1 PWh");
        largest_week_wh += largest_week(cluster.load) + largest_week(cluster.generation);
    }
    if (largest_week_wh > kMaxWeekWh)
        out.push_back("all clusters together: a week may have more than 1 EWh");
    return out;
}

std::string_view text_of(Basis basis) {
    switch (basis) {
        case Basis::tested:
            return "least error in the back-tests";
        case Basis::short_history:
            return "less than two weeks of history: nothing to test";
        case Basis::first_days:
            return "less than a week of history: the mean of earlier days";
        case Basis::no_history:
            return "no history: no forecast";
        case Basis::given:
            return "asked for";
        case Basis::sum:
            return "sum of the clusters";
    }
    return "";
}

std::string_view name_of(Basis basis) {
    switch (basis) {
        case Basis::tested:
            return "tested";
        case Basis::short_history:
            return "short_history";
        case Basis::first_days:
            return "first_days";
        case Basis::no_history:
            return "no_history";
        case Basis::given:
            return "given";
        case Basis::sum:
            return "sum";
    }
    return "";
}

}  // namespace fairfeed::forecast
