// Recorded homes: the energy of real households as exact integers, by steps of 15, 30 or 60
// minutes. A home is recorded either as its load and its PV, or as both registers of its meter
// (import and export) and, where it is known, its PV. Parses text that the caller has read; knows
// no file system and no meter. Energy is kept in mWh, rounded from finer records. Used by the
// meters (for measurements) and by provisioning (for certified capacity). Re-entrant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/recordings/csv_table.h"
#include "core/recordings/energy_series.h"

namespace fairfeed {

// The registers of a home's own meter. In one quarter hour both may count.
struct MeteredEnergy {
    EnergySeries imported;
    EnergySeries exported;
    EnergySeries own_use;  // generation that does not leave the home
};

// The energy of one quarter hour in Wh. A meter without a cap imports max(0, load - available) +
// both_ways and exports max(0, available - load) + both_ways.
struct RecordedQuarter {
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;
    std::int64_t both_ways_wh = 0;  // what the home imports and exports within the quarter hour

    bool operator==(const RecordedQuarter&) const = default;
};

struct RecordedHome {
    std::string name;  // suffix of its columns, unchanged: "h01", "House_1"
    // What the home uses. With registers: import + generation - export.
    EnergySeries load;
    // Available generation; all zero without such a column. With registers: at least the export.
    EnergySeries pv;
    std::optional<MeteredEnergy> metered = std::nullopt;
    std::int64_t filled_steps = 0;     // steps whose energy was filled in, not measured
    std::int64_t estimated_steps = 0;  // steps that the supplier estimated

    // `quarter` >= 0; the recording repeats after its last step. The quarter hours' imports and
    // exports add up exactly to the floor of the file's registers.
    [[nodiscard]] RecordedQuarter quarter(std::int64_t quarter) const;
};

struct RecordedHomes {
    std::int64_t start_s = 0;  // first row, its local time read as if it were UTC
    std::int64_t step_s = 0;   // 900, 1800 or 3600
    std::int64_t quarters = 0;
    std::vector<RecordedHome> homes;  // in the order of their first load or import columns

    [[nodiscard]] const RecordedHome* find(std::string_view name) const;
};

// "15 hours", or "15.25 hours": the length of a recording for people.
[[nodiscard]] std::string hours_text(std::int64_t quarters);

// interval_start_local and then, in any order, load_kwh_<home>, pv_kwh_<home>, import_kwh_<home>,
// export_kwh_<home> in kWh and flag_<home>; rows 15, 30 or 60 minutes apart. A home has load or
// import, never both. A flag is empty, zero, interpolated, last-week or estimated. `file` is the
// name in the error lines.
[[nodiscard]] Result<RecordedHomes, CsvErrors> parse_recorded_homes(std::string_view file,
                                                                    std::string_view text);

// The certified capacity of a home without a nameplate: its recorded PV peak, rounded up to 500 W.
[[nodiscard]] std::int64_t recorded_capacity_w(const RecordedHome& home);

}  // namespace fairfeed
