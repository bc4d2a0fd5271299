#include "gateway/forecast/backtest.h"

#include <algorithm>

#include "gateway/forecast/local_time.h"

namespace fairfeed::forecast {

namespace {

std::optional<std::int64_t> energy_at(const WindowSeries& series, std::int64_t start_s) {
    const std::int64_t index = (start_s - series.start_s()) / series.window_s();
    if (start_s < series.start_s() || index >= static_cast<std::int64_t>(series.size()))
        return std::nullopt;
    return series.at(static_cast<std::size_t>(index));
}

struct WeekSums {
    std::int64_t actual_wh = 0;
    std::int64_t forecast_wh = 0;
};

void add(Scores& scores, WeekSums& sums, std::int64_t actual_wh, const Estimate& estimate) {
    scores.windows.add(actual_wh, estimate);
    sums.actual_wh += actual_wh;
    sums.forecast_wh += estimate.wh;
}

// Returns the mean absolute error of the week's gap.
std::int64_t judge(const Outlook& outlook, const ClusterSeries& came, TrackRecord& record) {
    WeekSums load;
    WeekSums generation;
    WeekSums gap;
    Scores gap_of_week;
    bool any = false;
    for (const WindowOutlook& window : outlook.windows) {
        const auto load_wh = energy_at(came.load, window.start_s);
        const auto generation_wh = energy_at(came.generation, window.start_s);
        if (!load_wh || !generation_wh) continue;
        any = true;
        add(record.load, load, *load_wh, window.load);
        add(record.generation, generation, *generation_wh, window.generation);
        add(gap_of_week, gap, *load_wh - *generation_wh, window.gap);
    }
    if (!any) return 0;
    record.gap.windows.add(gap_of_week.windows);
    record.load.weeks.add(load.actual_wh, {load.forecast_wh, std::nullopt});
    record.generation.weeks.add(generation.actual_wh, {generation.forecast_wh, std::nullopt});
    record.gap.weeks.add(gap.actual_wh, {gap.forecast_wh, std::nullopt});
    return gap_of_week.windows.mae_wh();
}

class Street {
  public:
    Street(const std::vector<ClusterSeries>& clusters, const Conditions& conditions)
        : clusters_(clusters), conditions_(conditions), system_(system_series(clusters)) {
        forecasters_.reserve(clusters.size());
        for (const ClusterSeries& cluster : clusters)
            forecasters_.emplace_back(cluster, conditions);
    }

    Outlook live_week(std::int64_t from_s, std::int64_t known_s, Contest& contest) {
        std::vector<Outlook> outlooks;
        for (ClusterForecaster& forecaster : forecasters_)
            outlooks.push_back(forecaster.outlook(from_s, known_s, contest.contestant));
        for (std::size_t i = 0; i < outlooks.size(); ++i) {
            judge(outlooks[i], clusters_[i], contest.clusters);
            ++contest.spoke_for_load[static_cast<std::size_t>(outlooks[i].load.model)];
            ++contest.spoke_for_generation[static_cast<std::size_t>(outlooks[i].generation.model)];
        }
        Outlook sum = sum_of(outlooks, conditions_, system_.load.window_s());
        contest.gap_mae_wh.push_back(judge(sum, system_, contest.system));
        return sum;
    }

  private:
    const std::vector<ClusterSeries>& clusters_;
    const Conditions& conditions_;
    ClusterSeries system_;
    std::vector<ClusterForecaster> forecasters_;
};

std::vector<ClusterSeries> with_history(const std::vector<ClusterSeries>& clusters) {
    std::vector<ClusterSeries> out;
    for (const ClusterSeries& cluster : clusters)
        if (cluster.load.known_from_s() < cluster.load.known_until_s() &&
            cluster.generation.known_from_s() < cluster.generation.known_until_s())
            out.push_back(cluster);
    return out;
}

// The last ones of all whole weeks after the warm-up, a multiple of four.
std::vector<std::int64_t> judged_weeks(const std::vector<ClusterSeries>& clusters,
                                       const Plan& plan) {
    std::int64_t begin_s = INT64_MIN;
    std::int64_t end_s = INT64_MIN;
    for (const ClusterSeries& cluster : clusters) {
        begin_s = std::max(begin_s, cluster.load.known_from_s());
        end_s = std::max(end_s, cluster.load.known_until_s());
    }
    const std::int64_t earliest_s =
        begin_s + plan.notice_s + plan.warm_up_weeks * kSecondsPerWeek - plan.first_week_s;
    const auto ceiling =
        static_cast<std::int64_t>(floor_div(earliest_s + kSecondsPerWeek - 1, kSecondsPerWeek));
    std::vector<std::int64_t> weeks;
    for (std::int64_t from_s = plan.first_week_s + ceiling * kSecondsPerWeek;
         from_s + kSecondsPerWeek <= end_s; from_s += kSecondsPerWeek)
        weeks.push_back(from_s);
    weeks.erase(weeks.begin(), weeks.begin() + static_cast<std::ptrdiff_t>(weeks.size()) %
                                                   static_cast<std::ptrdiff_t>(kWeeksPerMonth));
    return weeks;
}

}  // namespace

Backtest lived_through(const std::vector<ClusterSeries>& clusters, const Conditions& conditions,
                       const Plan& plan) {
    Backtest test;
    const std::vector<ClusterSeries> heard = with_history(clusters);
    if (heard.empty()) return test;
    test.weeks_s = judged_weeks(heard, plan);
    Street street(heard, conditions);
    for (std::size_t i = 0; i < kContestants.size(); ++i) {
        test.weekly[i].contestant = test.monthly[i].contestant = kContestants[i];
        for (std::size_t week = 0; week < test.weeks_s.size(); ++week) {
            const std::int64_t from_s = test.weeks_s[week];
            const std::int64_t first_of_month_s =
                test.weeks_s[week - week % static_cast<std::size_t>(kWeeksPerMonth)];
            Outlook sum = street.live_week(from_s, from_s - plan.notice_s, test.weekly[i]);
            if (!kContestants[i]) test.example = std::move(sum);
            (void)street.live_week(from_s, first_of_month_s - plan.notice_s, test.monthly[i]);
        }
    }
    return test;
}

ClusterSeries system_series(const std::vector<ClusterSeries>& clusters) {
    if (clusters.empty()) return {};
    const std::int64_t window_s = clusters.front().load.window_s();
    std::int64_t begin_s = INT64_MAX;
    std::int64_t end_s = INT64_MIN;
    for (const ClusterSeries& cluster : clusters) {
        begin_s = std::min(begin_s, cluster.load.start_s());
        end_s = std::max(end_s, cluster.load.end_s());
    }
    std::vector<std::optional<std::int64_t>> load;
    std::vector<std::optional<std::int64_t>> generation;
    for (std::int64_t at_s = begin_s; at_s < end_s; at_s += window_s) {
        std::optional<std::int64_t> load_wh = 0;
        std::optional<std::int64_t> generation_wh = 0;
        for (const ClusterSeries& cluster : clusters) {
            const auto one_load = energy_at(cluster.load, at_s);
            const auto one_generation = energy_at(cluster.generation, at_s);
            if (load_wh && one_load)
                *load_wh += *one_load;
            else
                load_wh = std::nullopt;
            if (generation_wh && one_generation)
                *generation_wh += *one_generation;
            else
                generation_wh = std::nullopt;
        }
        load.push_back(load_wh);
        generation.push_back(generation_wh);
    }
    return {"all clusters", WindowSeries(begin_s, window_s, std::move(load)),
            WindowSeries(begin_s, window_s, std::move(generation))};
}

}  // namespace fairfeed::forecast
