#include "gateway/commands/backtest_report.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/units.h"
#include "gateway/commands/forecast_figures.h"
#include "gateway/commands/forecast_report.h"
#include "gateway/forecast/local_time.h"
#include "gateway/forecast/plot.h"

namespace fairfeed {

namespace {

using forecast::Backtest;
using forecast::Contest;
using forecast::Errors;
using forecast::Scores;
using forecast::TrackRecord;

constexpr double kWhPerKwh = 1000;

struct Series {
    const char* name;
    Scores TrackRecord::*scores;
};
constexpr std::array kSeries = {Series{"load", &TrackRecord::load},
                                Series{"generation", &TrackRecord::generation},
                                Series{"gap", &TrackRecord::gap}};

struct Level {
    const char* name;
    TrackRecord Contest::*record;
};
constexpr std::array kLevels = {Level{"clusters", &Contest::clusters},
                                Level{"all", &Contest::system}};

std::string name_of(const forecast::Contestant& contestant) {
    return contestant ? std::string(name_of(*contestant)) : "selected";
}

std::string watt_hours(std::optional<std::int64_t> wh) {
    return wh ? grouped(*wh) : "-";
}

void print_row(const Contest& weekly, const Contest& monthly, const Level& level,
               const Series& series, std::ostream& out) {
    const Scores& week = weekly.*level.record.*series.scores;
    const Scores& month = monthly.*level.record.*series.scores;
    out << "  " << left(name_of(weekly.contestant), 12) << right(grouped(week.windows.mae_wh()), 9)
        << right(percent(week.windows.relative_ppm()), 9)
        << right(percent(week.windows.mape_ppm()), 9)
        << right(watt_hours(week.windows.pinball_wh()), 9)
        << right(percent(week.windows.within_band_ppm()), 9)
        << right(percent(week.weeks.relative_ppm()), 9) << right(percent(week.weeks.mape_ppm()), 9)
        << right(grouped(month.windows.mae_wh()), 10)
        << right(percent(month.windows.relative_ppm()), 9)
        << right(percent(month.weeks.relative_ppm()), 9) << '\n';
}

void print_table(const Backtest& test, const Level& level, const Series& series,
                 const std::string& title, std::ostream& out) {
    out << left(title + ", " + series.name, 26)
        << " forecast each week                             each four weeks\n"
        << left("", 26)
        << "  windows                                sums     windows            sums\n"
        << "  " << left("", 12) << right("MAE Wh", 9) << right("of mean", 9) << right("MAPE", 9)
        << right("pinball", 9) << right("in band", 9) << right("of mean", 9) << right("MAPE", 9)
        << right("MAE Wh", 10) << right("of mean", 9) << right("of mean", 9) << '\n';
    for (std::size_t i = 0; i < test.weekly.size(); ++i)
        print_row(test.weekly[i], test.monthly[i], level, series, out);
    out << '\n';
}

// "load: regression 137, profile 73".
std::string choices(const char* name,
                    const std::array<std::int64_t, forecast::kModels.size()>& spoke) {
    std::string text;
    for (const forecast::Model model : forecast::kModels)
        text += (text.empty() ? "" : ", ") + std::string(name_of(model)) + " " +
                std::to_string(spoke[static_cast<std::size_t>(model)]);
    return std::string(name) + ": " + text;
}

Json to_json(const Errors& errors) {
    Json json = Json::object()
                    .set("count", errors.windows())
                    .set("mae_wh", errors.mae_wh())
                    .set("relative_ppm", errors.relative_ppm());
    if (const auto mape_ppm = errors.mape_ppm()) json.set("mape_ppm", *mape_ppm);
    if (const auto pinball_wh = errors.pinball_wh()) json.set("pinball_wh", *pinball_wh);
    if (const auto within_ppm = errors.within_band_ppm()) json.set("within_band_ppm", *within_ppm);
    return json;
}

Json to_json(const TrackRecord& record) {
    Json json = Json::object();
    for (const Series& series : kSeries) {
        const Scores& scores = record.*series.scores;
        json.set(series.name, Json::object()
                                  .set("windows", to_json(scores.windows))
                                  .set("weeks", to_json(scores.weeks)));
    }
    return json;
}

Json to_json(const std::array<Contest, forecast::kContestants.size()>& contests) {
    Json json = Json::array();
    for (const Contest& contest : contests) {
        Json weeks = Json::array();
        for (const std::int64_t mae_wh : contest.gap_mae_wh)
            weeks.push(mae_wh);
        json.push(Json::object()
                      .set("model", name_of(contest.contestant))
                      .set("clusters", to_json(contest.clusters))
                      .set("all", to_json(contest.system))
                      .set("gap_mae_wh_by_week", std::move(weeks)));
    }
    return json;
}

forecast::PlotLine line_of(const Contest& contest, const std::string& name,
                           forecast::PlotLine::Style style) {
    forecast::PlotLine line{name, style, {}};
    for (const std::int64_t mae_wh : contest.gap_mae_wh)
        line.values.push_back(static_cast<double>(mae_wh) / kWhPerKwh);
    return line;
}

// The first week of every month.
std::vector<std::pair<std::size_t, std::string>> month_marks(const Backtest& test,
                                                             const TimeZone& zone) {
    std::vector<std::pair<std::size_t, std::string>> marks;
    std::string before;
    for (std::size_t i = 0; i < test.weeks_s.size(); ++i) {
        const std::string month = local_minute(zone, test.weeks_s[i]).substr(0, 7);
        if (i > 0 && month != before) marks.emplace_back(i, month);
        before = month;
    }
    return marks;
}

forecast::PlotPanel example_panel(const Backtest& test, const ForecastHistory& history) {
    using Style = forecast::PlotLine::Style;
    const TimeZone& zone = history.conditions.zone;
    const forecast::ClusterSeries came = forecast::system_series(history.clusters);
    forecast::PlotLine actual{"metered", Style::actual, {}};
    forecast::PlotLine said{"forecast", Style::forecast, {}};
    forecast::PlotBand band{"10 to 90 %", {}, {}};
    std::vector<std::pair<std::size_t, std::string>> marks;
    std::string before;
    const auto in_kwh = [](std::int64_t wh) { return static_cast<double>(wh) / kWhPerKwh; };
    const auto range = came.load.windows_in(test.example->from_s,
                                            test.example->from_s + kSecondsPerWeek);
    for (std::size_t i = 0; i < test.example->windows.size(); ++i) {
        const auto& window = test.example->windows[i];
        const auto index = static_cast<std::size_t>(range.first) + i;
        const bool is_known = index < came.load.size() && came.load.at(index);
        actual.values.push_back(
            is_known ? std::optional(in_kwh(*came.load.at(index) - *came.generation.at(index)))
                     : std::nullopt);
        said.values.push_back(in_kwh(window.gap.wh));
        const auto& found = window.gap.band;
        band.low.push_back(found ? std::optional(in_kwh(found->p10_wh)) : std::nullopt);
        band.high.push_back(found ? std::optional(in_kwh(found->p90_wh)) : std::nullopt);
        const std::string day = local_day(zone, window.start_s);
        if (i > 0 && day != before) marks.emplace_back(i, day.substr(0, 4) + day.substr(9));
        before = day;
    }
    return {"Gap of all clusters in the week from " + local_day(zone, test.example->from_s) +
                ", kWh a window",
            {band},
            {actual, said},
            marks};
}

}  // namespace

void print_backtest(const Backtest& test, const ForecastHistory& history, std::ostream& out) {
    const TimeZone& zone = history.conditions.zone;
    out << summary_of(history) << "\nJudged: " << test.weeks_s.size() << " weeks from "
        << local_day(zone, test.weeks_s.front()) << ", forecast "
        << history.calendar.notice_s / kSecondsPerHour
        << " h before they begin; chosen and banded by the " << history.conditions.weeks_tested
        << " weeks before\n\n";
    for (const Series& series : kSeries)
        print_table(test, kLevels[0], series, "Clusters", out);
    for (const Series& series : kSeries)
        print_table(test, kLevels[1], series, "All", out);
    const Contest& selected = test.weekly.back();
    out << "Selected, by cluster and week: " << choices("load", selected.spoke_for_load) << "; "
        << choices("generation", selected.spoke_for_generation) << '\n';
}

Json to_json(const Backtest& test, const ForecastHistory& history) {
    Json weeks = Json::array();
    for (const std::int64_t week_s : test.weeks_s)
        weeks.push(week_s);
    return Json::object()
        .set("file", history.file.string())
        .set("zone", history.conditions.zone.name())
        .set("window_s", history.window_s())
        .set("notice_s", history.calendar.notice_s)
        .set("weeks_tested", history.conditions.weeks_tested)
        .set("weeks_s", std::move(weeks))
        .set("weekly", to_json(test.weekly))
        .set("monthly", to_json(test.monthly));
}

std::string plot_of(const Backtest& test, const ForecastHistory& history) {
    using Style = forecast::PlotLine::Style;
    const forecast::PlotPanel errors{
        "Mean absolute error of the gap of all clusters, kWh a window, by week",
        {},
        {line_of(test.weekly.front(), "last week again", Style::other),
         line_of(test.monthly.back(), "selected, each four weeks", Style::reference),
         line_of(test.weekly.back(), "selected, each week", Style::forecast)},
        month_marks(test, history.conditions.zone)};
    return forecast::drawn({errors, example_panel(test, history)},
                           "Errors of the forecast by week, and one week of forecast and truth");
}

}  // namespace fairfeed
