#include "gateway/commands/forecast_office.h"

#include <sstream>

#include "core/io/zone_file.h"
#include "core/model/tariff.h"
#include "gateway/commands/draft.h"
#include "gateway/commands/export.h"
#include "gateway/commands/totals_table.h"
#include "gateway/config/gateway_config.h"
#include "gateway/config/gateway_files.h"

namespace fairfeed {
namespace {

using Lines = std::vector<std::string>;

struct OfficeCalendar {
    GridClock grid;
    std::string zone_name;
    TimeZone zone;

    // The first window from `window` on that opens a week. There is one in every eight days.
    [[nodiscard]] Window week_from(Window window) const {
        const LocalClock clock = clock_of(zone, grid.start_s(window));
        while (!opens_a_week(clock, grid.start_s(window), grid.window_seconds()))
            ++window;
        return window;
    }
};

Result<OfficeCalendar, Lines> load_calendar(const GatewayConfig& config) {
    const auto genesis = load_genesis_file(config.genesis);
    if (!genesis) return unexpected(Lines{genesis.error()});
    const NetworkParameters& parameters = genesis->content.parameters;
    auto zone = load_time_zone(parameters.time_zone);
    if (!zone) return unexpected(Lines{"the network's zone: " + zone.error()});
    return OfficeCalendar{GridClock(parameters), parameters.time_zone, std::move(*zone)};
}

Lines lines_of(const std::string& text) {
    Lines lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

}  // namespace

Result<OfficeTotals, Lines> load_office_totals(const std::filesystem::path& config) {
    const auto loaded = load_gateway_config(config);
    if (!loaded) return unexpected(loaded.error());
    return office_totals(*loaded);
}

Result<OfficeTotals, Lines> office_totals(const GatewayConfig& config) {
    const auto calendar = load_calendar(config);
    if (!calendar) return unexpected(calendar.error());
    std::ostringstream table;
    std::ostringstream faults;
    ExportOptions settlements;
    settlements.what = "settlements";
    if (export_from(config, settlements, table, faults) != 0)
        return unexpected(lines_of(faults.str()));
    return OfficeTotals{table.str(), calendar->zone_name,
                        calendar->grid.start_s(calendar->week_from(0))};
}

Result<forecast::WeekForecast, Lines> office_forecast(const GatewayConfig& config) {
    const auto totals = office_totals(config);
    if (!totals) return unexpected(totals.error());
    auto zone = load_time_zone(totals->zone);
    if (!zone) return unexpected(Lines{"the network's zone: " + zone.error()});
    const auto clusters = parse_totals("the settlements", totals->table);
    if (!clusters) return unexpected(clusters.error());
    auto objections = forecast::objections_to(*clusters);
    if (!objections.empty()) return unexpected(std::move(objections));
    forecast::Conditions conditions;
    conditions.zone = std::move(*zone);
    return forecast::forecast_week(*clusters, conditions, {totals->week_start_s});
}

int draft_tariff_of_week(const std::filesystem::path& config, const forecast::WeekTotals& week,
                         std::int64_t from_s, std::ostream& out, std::ostream& err) {
    const auto loaded = load_gateway_config(config);
    const auto calendar =
        loaded ? load_calendar(*loaded) : Result<OfficeCalendar, Lines>(unexpected(loaded.error()));
    if (!calendar) {
        for (const std::string& line : calendar.error())
            err << line << '\n';
        return 2;
    }
    // Where the clocks were changed meanwhile, the week begins up to an hour beside `from_s`.
    const std::int64_t near_s = from_s - kSecondsPerDay;
    const auto window = (near_s - calendar->grid.start_s(0)) / calendar->grid.window_seconds();
    const Window effective =
        calendar->week_from(static_cast<Window>(std::max<std::int64_t>(0, window)));
    DraftOptions draft;
    draft.config = config;
    draft.kind = "tariff";
    draft.fields = {"load_wh=" + std::to_string(week.load_wh),
                    "gap_wh=" + std::to_string(week.gap_wh),
                    "effective=" + std::to_string(effective)};
    return run_draft(draft, out, err);
}

}  // namespace fairfeed
