#include "meter-sim/registers.h"

#include "core/base/check.h"
#include "meter-sim/grid_calendar.h"

namespace fairfeed {

void add_quarter(MeterRegisters& registers, std::int64_t quarter_start_s,
                 const QuarterHour& energy) {
    CHECK(energy.import_wh >= 0 && energy.export_wh >= 0 && energy.generation_wh >= 0);
    if (registers.day != day_of(quarter_start_s)) {
        registers.day = day_of(quarter_start_s);
        registers.day_import_wh = 0;
        registers.day_export_wh = 0;
    }
    if (registers.month != month_of(quarter_start_s)) {
        registers.month = month_of(quarter_start_s);
        registers.month_import_wh = 0;
        registers.month_export_wh = 0;
    }
    registers.total.import_wh += energy.import_wh;
    registers.total.export_wh += energy.export_wh;
    registers.total.generation_wh += energy.generation_wh;
    registers.day_import_wh += energy.import_wh;
    registers.day_export_wh += energy.export_wh;
    registers.month_import_wh += energy.import_wh;
    registers.month_export_wh += energy.export_wh;
}

}  // namespace fairfeed
