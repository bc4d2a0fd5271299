// A meter's registers: cumulative import, export and generation, which never fall and never reset
// (paper A29, A34), and the units of the running day and month (paper A32). A plain value and the
// rule that adds one quarter hour to it.
#pragma once

#include <cstdint>

#include "core/model/profile.h"
#include "core/model/reading.h"

namespace fairfeed {

struct MeterRegisters {
    Registers total;
    std::int64_t day = 0;  // since 1970-01-01 in grid time: the day of the next two members
    std::int64_t day_import_wh = 0;
    std::int64_t day_export_wh = 0;
    std::int64_t month = 0;  // year * 12 + month - 1
    std::int64_t month_import_wh = 0;
    std::int64_t month_export_wh = 0;

    bool operator==(const MeterRegisters&) const = default;
};

// Day and month are those in which the quarter hour begins, so a window that ends at midnight still
// shows the day that it ended.
void add_quarter(MeterRegisters& registers, std::int64_t quarter_start_s,
                 const QuarterHour& energy);

}  // namespace fairfeed
