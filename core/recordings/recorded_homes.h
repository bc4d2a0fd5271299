// Recorded homes: hourly load and PV of real households as exact integers, and their energy per
// quarter hour. Parses text that the caller has read; knows no file system and no meter. Energy is
// kept in mWh, rounded from finer records. Hours are split evenly, and a quarter hour is a
// difference of floor(exact cumulative mWh / 1000), so the quarter hours add up exactly to the
// floor of the file's total. Used by the meters (for measurements) and by provisioning (for
// certified capacity). Re-entrant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/recordings/csv_table.h"

namespace fairfeed {

// Energy of each hour in mWh (never negative), starting at quarter 0.
class HourlySeries {
  public:
    HourlySeries() = default;
    explicit HourlySeries(const std::vector<std::int64_t>& hours_mwh);

    [[nodiscard]] std::int64_t quarters() const;
    // Wh from the start to the beginning of `quarter` >= 0: the floor of the exact value. The
    // series repeats after its last hour, and the sum continues.
    [[nodiscard]] std::int64_t cumulative_wh(std::int64_t quarter) const;
    [[nodiscard]] std::int64_t quarter_wh(std::int64_t quarter) const;
    // The sum over the whole recording.
    [[nodiscard]] std::int64_t total_mwh() const;
    [[nodiscard]] std::int64_t peak_hour_mwh() const;

  private:
    std::vector<std::int64_t> cumulative_mwh_;  // one entry more than hours; empty: no hours
};

struct RecordedHome {
    std::string name;  // suffix of its columns, unchanged: "h01", "House_1"
    HourlySeries load;
    HourlySeries pv;  // available generation; all zero without such a column
};

struct RecordedHomes {
    std::int64_t start_s = 0;  // first row, its local time read as if it were UTC
    std::int64_t hours = 0;
    std::vector<RecordedHome> homes;  // in the order of the load columns

    [[nodiscard]] const RecordedHome* find(std::string_view name) const;
};

// interval_start_local,load_kwh_<home>...,pv_kwh_<home>... in any order after the first; rows one
// hour apart, in kWh. `file` is the name in the error lines.
[[nodiscard]] Result<RecordedHomes, CsvErrors> parse_recorded_homes(std::string_view file,
                                                                    std::string_view text);

// Nominal PV power in W per home, from a table with columns `home` and `pv_nominal_kw`; other
// columns are ignored.
[[nodiscard]] Result<std::map<std::string, std::int64_t>, CsvErrors> parse_homes_meta(
    std::string_view file, std::string_view text);

// The certified capacity of a home without a nameplate: its recorded PV peak, rounded up to 500 W.
[[nodiscard]] std::int64_t recorded_capacity_w(const RecordedHome& home);

}  // namespace fairfeed
