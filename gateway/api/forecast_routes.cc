// The week's forecast of load, generation and gap: for each cluster, and for all together, with the
// errors of the models in back-tests. Everybody may know it: it follows from public totals.
#include "gateway/api/api_route.h"

namespace fairfeed {
namespace {

HttpResponse no_forecast(const std::string& why) {
    return problem(404, "no-forecast", "there is no forecast yet: " + why);
}

Json without_windows(const Json& outlook) {
    Json out = Json::object();
    for (const auto& [name, value] : *outlook.as_object())
        if (name != "windows") out.set(name, value);
    return out;
}

// The head of the forecast, and of each outlook all but its windows.
HttpResponse list_forecasts(const ApiSources& sources, const ApiCall&) {
    const auto week = sources.forecast();
    if (!week) return no_forecast(week.error());
    Json clusters = Json::array();
    for (const Json& cluster : *week->at("clusters").as_array())
        clusters.push(without_windows(cluster));
    return json_response(Json(*week)
                             .set("clusters", std::move(clusters))
                             .set("all", without_windows(week->at("all"))));
}

HttpResponse show_forecast(const ApiSources& sources, const ApiCall& call) {
    const std::string& wanted = call.in_path("cluster");
    const auto week = sources.forecast();
    if (!week) return no_forecast(week.error());
    for (const Json& cluster : *week->at("clusters").as_array())
        if (*cluster.at("name").as_text() == wanted) return json_response(cluster);
    return not_found();
}

}  // namespace

std::vector<ApiRoute> forecast_routes(const ApiSources& sources) {
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    constexpr AccessRight kRight = AccessRight::read_public;
    return {
        {"GET", "/api/v1/forecasts", kRight, {}, with(list_forecasts)},
        {"GET", "/api/v1/forecasts/{cluster}", kRight, {}, with(show_forecast)},
    };
}

}  // namespace fairfeed
