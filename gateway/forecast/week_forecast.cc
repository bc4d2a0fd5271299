#include "gateway/forecast/week_forecast.h"

#include <algorithm>

#include "core/base/units.h"

namespace fairfeed::forecast {
namespace {

Json to_json(const Estimate& estimate) {
    Json json = Json::object().set("wh", estimate.wh);
    if (estimate.band)
        json.set("p10_wh", estimate.band->p10_wh)
            .set("p50_wh", estimate.band->p50_wh)
            .set("p90_wh", estimate.band->p90_wh);
    return json;
}

Json to_json(const Selected& selected) {
    Json json = Json::object().set("basis", name_of(selected.basis));
    if (selected.basis == Basis::no_history || selected.basis == Basis::sum) return json;
    json.set("model", name_of(selected.model)).set("weeks_tested", selected.weeks_tested);
    Json errors = Json::array();
    for (const Model model : kModels) {
        const auto& each = selected.errors[static_cast<std::size_t>(model)];
        if (each.windows() == 0) continue;
        const auto mape_ppm = each.mape_ppm();
        errors.push(Json::object()
                        .set("model", name_of(model))
                        .set("windows", each.windows())
                        .set("mae_wh", each.mae_wh())
                        .set("relative_ppm", each.relative_ppm())
                        .set("mape_ppm", mape_ppm ? Json(*mape_ppm) : Json()));
    }
    return json.set("errors", std::move(errors));
}

Json to_json(const Outlook& outlook) {
    const WeekTotals totals = totals_of(outlook);
    Json windows = Json::array();
    for (const WindowOutlook& window : outlook.windows)
        windows.push(Json::object()
                         .set("start_s", window.start_s)
                         .set("load", to_json(window.load))
                         .set("generation", to_json(window.generation))
                         .set("gap", to_json(window.gap)));
    return Json::object()
        .set("name", outlook.name)
        .set("load_wh", totals.load_wh)
        .set("generation_wh", totals.generation_wh)
        .set("gap_wh", totals.gap_wh)
        .set("load", to_json(outlook.load))
        .set("generation", to_json(outlook.generation))
        .set("windows", std::move(windows));
}

}  // namespace

WeekForecast forecast_week(const std::vector<ClusterSeries>& clusters, const Conditions& conditions,
                           const TariffCalendar& calendar) {
    WeekForecast week;
    week.zone = conditions.zone.name();
    week.window_s = clusters.front().load.window_s();
    week.known_s = INT64_MIN;
    for (const ClusterSeries& cluster : clusters)
        week.known_s = std::max(week.known_s, cluster.load.known_until_s());
    week.from_s = week_to_draft_s(calendar, week.known_s);
    week.sign_by_s = signing_deadline_s(calendar, week.from_s);
    for (const ClusterSeries& cluster : clusters) {
        ClusterForecaster forecaster(cluster, conditions);
        week.clusters.push_back(forecaster.outlook(week.from_s, week.known_s));
    }
    week.all = sum_of(week.clusters, conditions, week.window_s);
    return week;
}

Json week_json(const WeekForecast& week) {
    Json clusters = Json::array();
    for (const Outlook& cluster : week.clusters)
        clusters.push(to_json(cluster));
    return Json::object()
        .set("zone", week.zone)
        .set("window_s", week.window_s)
        .set("known_s", week.known_s)
        .set("from_s", week.from_s)
        .set("to_s", week.from_s + kSecondsPerWeek)
        .set("sign_by_s", week.sign_by_s)
        .set("clusters", std::move(clusters))
        .set("all", to_json(week.all));
}

}  // namespace fairfeed::forecast
