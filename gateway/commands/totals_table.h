// Cluster totals as a table: what stands on the chain of every settlement, a row for each cluster
// and window. Parses text that the caller has read. Re-entrant.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/recordings/csv_table.h"
#include "gateway/forecast/outlook.h"

namespace fairfeed {

// Columns `cluster`, `start` (UTC as 2016-08-08T04:00, or seconds since 1970), `load_wh` and
// `available_wh`, in any order; others are ignored. Rows in any order. The window is the largest
// step of whole quarter hours that all starts fit; missing rows are holes. `file` is the name in
// the error lines.
[[nodiscard]] Result<std::vector<forecast::ClusterSeries>, CsvErrors> parse_totals(
    std::string_view file, std::string_view text);

}  // namespace fairfeed
