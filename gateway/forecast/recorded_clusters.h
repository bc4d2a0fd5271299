// Recorded homes as clusters: what the chain would hold of them if nobody had been curtailed. The
// back-tests of the documentation run on these. Pure, re-entrant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time_zone.h"
#include "core/recordings/recorded_homes.h"
#include "gateway/forecast/outlook.h"

namespace fairfeed::forecast {

// Whether the rows of a recording follow standard time throughout, as imports do, or the clock on
// the wall, with its changes.
enum class RowClock : std::uint8_t { standard, wall };

struct Deal {
    std::size_t clusters = 5;  // homes are dealt to them in turn, in the order of the file
    std::int64_t window_s = 14'400;
    RowClock clock = RowClock::standard;
};

// By wall clock, the hour that comes twice has one row: its second time is a hole. Error: one line.
[[nodiscard]] Result<std::vector<ClusterSeries>, std::string> clusters_of(
    const RecordedHomes& homes, const TimeZone& zone, const Deal& deal);

}  // namespace fairfeed::forecast
