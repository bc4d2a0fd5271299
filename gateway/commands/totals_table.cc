#include "gateway/commands/totals_table.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "gateway/dgmd/lab_parameters.h"

namespace fairfeed {

namespace {

using forecast::ClusterSeries;
using forecast::WindowSeries;

constexpr std::int64_t kLongestWindowS = 28'800;
constexpr std::int64_t kMostWindows = 1'000'000;  // 28 years of quarter hours
constexpr std::array<std::string_view, 4> kColumns = {"cluster", "start", "load_wh",
                                                      "available_wh"};

struct Totals {
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;
};
using Clusters = std::map<std::string, std::map<std::int64_t, Totals>>;  // by name and start

using Places = std::array<std::size_t, kColumns.size()>;

std::optional<Places> places_of(const CsvRow& heading, CsvComplaints& complaints) {
    Places places{};
    bool all = true;
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        const auto found = std::find(heading.cells.begin(), heading.cells.end(), kColumns[i]);
        places[i] = static_cast<std::size_t>(found - heading.cells.begin());
        if (found != heading.cells.end()) continue;
        all = false;
        complaints.add(std::max<std::size_t>(heading.line, 1),
                       "there is no column '" + std::string(kColumns[i]) +
                           "': the table has a row for each cluster and window, with cluster, "
                           "start, load_wh and available_wh");
    }
    if (!all) return std::nullopt;
    return places;
}

std::optional<std::int64_t> energy_of(const CsvRow& row, std::size_t place, bool decimal_comma,
                                      CsvComplaints& complaints) {
    const auto wh = parse_decimal(row.cells[place], 0, forecast::kMaxSeriesWh, decimal_comma);
    if (wh) return *wh;
    complaints.add(row.line, visible(row.cells[place]) + " " + wh.error());
    return std::nullopt;
}

Clusters read_rows(const CsvTable& table, const Places& places, CsvComplaints& complaints) {
    Clusters clusters;
    for (const CsvRow& row : table.rows) {
        const std::string& name = row.cells[places[0]];
        const auto start_s = parse_grid_epoch(row.cells[places[1]]);
        if (!is_valid_name(name))
            complaints.add(row.line, visible(name) + " is no cluster: 1 to 32 of a-z, 0-9 and '-'");
        if (!start_s)
            complaints.add(row.line, visible(row.cells[places[1]]) +
                                         " is no start of a window: write 2016-08-08T04:00 (UTC) "
                                         "or seconds since 1970");
        const auto load_wh = energy_of(row, places[2], table.decimal_comma, complaints);
        const auto available_wh = energy_of(row, places[3], table.decimal_comma, complaints);
        if (!is_valid_name(name) || !start_s || !load_wh || !available_wh) continue;
        if (!clusters[name].emplace(*start_s, Totals{*load_wh, *available_wh}).second)
            complaints.add(row.line, "the window of cluster " + name + " at " +
                                         row.cells[places[1]] + " stands in the table twice");
    }
    return clusters;
}

struct Grid {
    std::int64_t start_s = 0;
    std::int64_t window_s = 0;
    std::int64_t windows = 0;
};

std::optional<Grid> grid_of(const Clusters& clusters, CsvComplaints& complaints) {
    std::int64_t first_s = INT64_MAX;
    std::int64_t last_s = INT64_MIN;
    std::int64_t step_s = 0;
    for (const auto& [name, windows] : clusters) {
        first_s = std::min(first_s, windows.begin()->first);
        last_s = std::max(last_s, windows.rbegin()->first);
    }
    for (const auto& [name, windows] : clusters)
        for (const auto& [start_s, totals] : windows)
            step_s = std::gcd(step_s, start_s - first_s);
    if (step_s == 0) {
        complaints.add(1, "one window says nothing about its length: give at least two");
        return std::nullopt;
    }
    if (step_s % kSecondsPerQuarter != 0 || step_s > kLongestWindowS) {
        complaints.add(1, "the windows begin " + std::to_string(step_s) +
                              " s apart, or multiples of it: 900 to 28800 in steps of 900 are "
                              "possible");
        return std::nullopt;
    }
    const std::int64_t windows = (last_s - first_s) / step_s + 1;
    if (windows > kMostWindows) {
        complaints.add(1, "from the first window to the last there are " + std::to_string(windows) +
                              " windows: is a year mistyped?");
        return std::nullopt;
    }
    return Grid{first_s, step_s, windows};
}

ClusterSeries series_of(const std::string& name, const std::map<std::int64_t, Totals>& windows,
                        const Grid& grid) {
    std::vector<std::optional<std::int64_t>> load(static_cast<std::size_t>(grid.windows));
    auto available = load;
    for (const auto& [start_s, totals] : windows) {
        const auto at = static_cast<std::size_t>((start_s - grid.start_s) / grid.window_s);
        load[at] = totals.load_wh;
        available[at] = totals.available_wh;
    }
    return {name, WindowSeries(grid.start_s, grid.window_s, std::move(load)),
            WindowSeries(grid.start_s, grid.window_s, std::move(available))};
}

}  // namespace

Result<std::vector<ClusterSeries>, CsvErrors> parse_totals(std::string_view file,
                                                           std::string_view text) {
    CsvComplaints complaints(file);
    const CsvTable table = parse_csv(text, complaints);
    std::vector<ClusterSeries> series;
    if (const auto places = places_of(table.heading, complaints)) {
        const Clusters clusters = read_rows(table, *places, complaints);
        if (clusters.empty() && complaints.empty()) complaints.add(2, "there are no rows");
        const auto grid = complaints.empty() ? grid_of(clusters, complaints) : std::nullopt;
        for (const auto& [name, windows] : clusters)
            if (grid) series.push_back(series_of(name, windows, *grid));
    }
    if (!complaints.empty()) return unexpected(complaints.take());
    return series;
}

}  // namespace fairfeed
