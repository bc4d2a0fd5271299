// Nameplates of recorded homes: the table homes_meta.csv beside a recording. Parses text that the
// caller has read. Re-entrant.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/recordings/csv_table.h"

namespace fairfeed {

// Nominal PV power in W per home, from a table with columns `home` and `pv_nominal_kw`; other
// columns are ignored.
[[nodiscard]] Result<std::map<std::string, std::int64_t>, CsvErrors> parse_homes_meta(
    std::string_view file, std::string_view text);

}  // namespace fairfeed
