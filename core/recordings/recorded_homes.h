// Recorded homes: hourly load and PV of real households as exact integers, and their energy per
// quarter hour. Parses text that the caller has read; knows no file system and no meter. Energy is
// kept in mWh, rounded from finer records; a quarter hour is a difference of floor(exact cumulative
// mWh / 1000), an hour split evenly, so that the quarters of a run add up to the floor of the
// file's total exactly. Used by the meters (what they measure) and by provisioning (certified
// capacity). Re-entrant.
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

// Hour by hour energy in mWh (never negative), starting at quarter 0.
class HourlySeries {
  public:
    HourlySeries() = default;
    explicit HourlySeries(const std::vector<std::int64_t>& hours_mwh);

    [[nodiscard]] std::int64_t quarters() const;
    // Wh from the start to the beginning of `quarter` >= 0: the floor of the exact value. After its
    // last hour the series starts again, and the sum goes on.
    [[nodiscard]] std::int64_t cumulative_wh(std::int64_t quarter) const;
    [[nodiscard]] std::int64_t quarter_wh(std::int64_t quarter) const;
    // Of the whole recording.
    [[nodiscard]] std::int64_t total_mwh() const;
    [[nodiscard]] std::int64_t peak_hour_mwh() const;

  private:
    std::vector<std::int64_t> cumulative_mwh_;  // one entry more than hours; empty: no hours
};

struct RecordedHome {
    std::string name;  // suffix of its columns, as it stands there: "h01", "House_1"
    HourlySeries load;
    HourlySeries pv;  // available generation; all zero where there is no such column
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
// columns are not looked at.
[[nodiscard]] Result<std::map<std::string, std::int64_t>, CsvErrors> parse_homes_meta(
    std::string_view file, std::string_view text);

// What a home without a nameplate is certified for: its recorded PV peak, rounded up to 500 W.
[[nodiscard]] std::int64_t recorded_capacity_w(const RecordedHome& home);

}  // namespace fairfeed
