// The instants of a series' values: offsets where the file has them, else the named zone, so that
// the hour that comes twice is told apart by its order in the file. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/time_zone.h"
#include "meter-sim/imports/import_errors.h"
#include "meter-sim/imports/read_series.h"

namespace fairfeed::imports {

struct PlacedValue {
    std::int64_t at_s = 0;      // UTC: the interval's start, or the register's time
    std::int64_t length_s = 0;  // of the interval; 0: not known yet, and of registers
    bool at_end = false;        // at_s is the end of an interval whose length is not known yet
    const ReadValue* value = nullptr;
    // A value for a clock's hour that came twice is there twice, with half of its amount.
    std::int64_t parts = 1;
    std::int64_t part = 0;

    [[nodiscard]] std::int64_t amount() const {
        const std::int64_t whole = *value->value;
        return part + 1 < parts ? whole / parts : whole - whole / parts * (parts - 1);
    }
};

struct Instants {
    std::vector<PlacedValue> values;  // sorted; of equal times in the order of the file
    std::size_t skipped = 0;  // nothing, or nothing but zero, at a time that no clock showed
};

// Values without an amount are left out.
[[nodiscard]] Instants find_instants(const ReadSeries& series, const TimeZone* zone,
                                     ImportErrors& errors);

// The most frequent of the positive differences between neighbours; 0: fewer than two times.
[[nodiscard]] std::int64_t usual_step(const std::vector<std::int64_t>& ascending);

}  // namespace fairfeed::imports
