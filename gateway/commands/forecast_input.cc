#include "gateway/commands/forecast_input.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/units.h"
#include "core/io/file.h"
#include "core/io/zone_file.h"
#include "core/recordings/recorded_homes.h"
#include "gateway/commands/forecast_office.h"
#include "gateway/commands/totals_table.h"
#include "gateway/dgmd/lab_parameters.h"
#include "gateway/forecast/recorded_clusters.h"

namespace fairfeed {

namespace {

using forecast::ClusterSeries;
using forecast::Coordinates;

constexpr std::int64_t kSecondsPerMinute = 60;
constexpr std::int64_t kMostWeeks = 52;
constexpr int kDegreePlaces = 6;
constexpr double kMicroDegrees = 1e6;

// "-117.43"; nullopt: not a number of that size.
std::optional<double> degrees(std::string_view text, std::int64_t most) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    const auto micro = parse_decimal(text, kDegreePlaces, most * 1'000'000, false);
    if (!micro) return std::nullopt;
    return static_cast<double>(is_negative ? -*micro : *micro) / kMicroDegrees;
}

std::optional<Coordinates> parse_coordinates(std::string_view text) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const auto latitude = degrees(text.substr(0, comma), 90);
    const auto longitude = degrees(text.substr(comma + 1), 180);
    if (!latitude || !longitude) return std::nullopt;
    return Coordinates{*latitude, *longitude};
}

CsvErrors objections_to(const ForecastInput& input) {
    CsvErrors errors;
    const int sources =
        int{!input.totals.empty()} + int{!input.homes.empty()} + int{!input.office.empty()};
    if (sources != 1)
        errors.push_back(
            "give one of --totals FILE.csv, --homes FILE.csv and --config GATEWAY.yaml");
    if (!input.at.empty() && !parse_coordinates(input.at))
        errors.push_back("--at " + visible(input.at) +
                         ": write degrees north and east, such as 34.09,-117.43");
    if (input.weeks < 1 || input.weeks > kMostWeeks) errors.push_back("--weeks: 1 to 52");
    if (input.notice_hours < 0 || input.notice_hours > forecast::kMaxNoticeS / kSecondsPerHour)
        errors.push_back("--notice-hours: 0 to 672");
    if (!input.week_start.empty() && !parse_grid_epoch(input.week_start))
        errors.push_back("--week-start " + visible(input.week_start) +
                         ": write 2016-08-08T00:00 (UTC) or seconds since 1970");
    if (input.window_minutes < 15 || input.window_minutes > 480 || input.window_minutes % 15 != 0)
        errors.push_back("--window-minutes: 15 to 480, in steps of 15");
    return errors;
}

const std::filesystem::path& file_of(const ForecastInput& input) {
    if (!input.office.empty()) return input.office;
    return input.totals.empty() ? input.homes : input.totals;
}

Result<std::vector<ClusterSeries>, CsvErrors> load_clusters(const ForecastInput& input,
                                                            const TimeZone& zone) {
    const std::filesystem::path file = file_of(input);
    const auto text = read_text_file(file);
    if (!text) return unexpected(CsvErrors{text.error().message});
    if (input.homes.empty()) return parse_totals(file.string(), *text);
    const auto homes = parse_recorded_homes(file.string(), *text);
    if (!homes) return unexpected(homes.error());
    const forecast::Deal deal{
        input.clusters, input.window_minutes * kSecondsPerMinute,
        input.wall_clock ? forecast::RowClock::wall : forecast::RowClock::standard};
    auto clusters = forecast::clusters_of(*homes, zone, deal);
    if (!clusters) return unexpected(CsvErrors{file.string() + ": " + clusters.error()});
    return *clusters;
}

}  // namespace

Result<ForecastHistory, CsvErrors> load_history(const ForecastInput& input) {
    CsvErrors errors = objections_to(input);
    if (const auto zone = load_time_zone(input.zone); !zone)
        errors.push_back("--zone: " + zone.error());
    if (!errors.empty()) return unexpected(std::move(errors));
    std::optional<OfficeTotals> office;
    if (!input.office.empty()) {
        auto totals = load_office_totals(input.office);
        if (!totals) return unexpected(totals.error());
        office = std::move(*totals);
    }
    const auto zone = load_time_zone(office ? office->zone : input.zone);
    if (!zone) return unexpected(CsvErrors{"the network's zone: " + zone.error()});
    auto clusters = office
                        ? parse_totals("the settlements of " + input.office.string(), office->table)
                        : load_clusters(input, *zone);
    if (!clusters) return unexpected(clusters.error());
    ForecastHistory history;
    history.file = file_of(input);
    history.clusters = std::move(*clusters);
    for (const std::string& objection : forecast::objections_to(history.clusters))
        errors.push_back(history.file.string() + ": " + objection);
    if (!errors.empty()) return unexpected(std::move(errors));
    history.conditions.zone = *zone;
    history.conditions.where = parse_coordinates(input.at);
    history.conditions.weeks_tested = input.weeks;
    history.calendar.notice_s = input.notice_hours * kSecondsPerHour;
    const std::int64_t some_week_s =
        office ? office->week_start_s : history.clusters.front().load.start_s();
    history.calendar.first_week_s = parse_grid_epoch(input.week_start).value_or(some_week_s);
    history.known_s = INT64_MIN;
    for (const ClusterSeries& cluster : history.clusters)
        history.known_s = std::max(history.known_s, cluster.load.known_until_s());
    return history;
}

}  // namespace fairfeed
