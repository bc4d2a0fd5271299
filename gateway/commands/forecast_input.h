// What both commands of the forecast read: the history of clusters from a file, and the conditions
// under which it is forecast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/recordings/csv_table.h"
#include "gateway/forecast/outlook.h"
#include "gateway/forecast/tariff_formula.h"

namespace fairfeed {

struct ForecastInput {
    std::filesystem::path totals;  // one of the three
    std::filesystem::path homes;
    std::filesystem::path office;    // the office's configuration: its read model has the totals
    std::string zone = "UTC";        // with `office`: the network's
    std::string at;                  // "34.09,-117.43": north and east are positive; "": unknown
    std::int64_t weeks = 8;          // of back-tests, 1 to 52
    std::int64_t notice_hours = 48;  // before a week, for the officers to sign: 0 to 672
    std::string week_start;          // beginning of some week; "": the first window
    std::size_t clusters = 5;        // of homes alone, as the following
    std::int64_t window_minutes = 240;
    bool wall_clock = false;
};

struct ForecastHistory {
    std::filesystem::path file;
    std::vector<forecast::ClusterSeries> clusters;  // at least one, without objections
    forecast::Conditions conditions;
    forecast::TariffCalendar calendar;
    std::int64_t known_s = 0;  // end of the last known window

    [[nodiscard]] std::int64_t window_s() const { return clusters.front().load.window_s(); }
};

// Error: one line for each fault, with the file or the option.
[[nodiscard]] Result<ForecastHistory, CsvErrors> load_history(const ForecastInput& input);

}  // namespace fairfeed
