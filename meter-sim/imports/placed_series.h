// A register's energy on the time line: intervals between instants, sorted and without overlap. The
// step between a reader's series and the grid of a recording: times become instants, power and
// figures of registers become energy, and what cannot be is left out by rule and told of. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time_zone.h"
#include "meter-sim/imports/import_errors.h"
#include "meter-sim/imports/read_series.h"

namespace fairfeed::imports {

struct Interval {
    std::int64_t start_s = 0;  // UTC
    std::int64_t end_s = 0;
    std::int64_t uwh = 0;
    bool estimated = false;  // by the supplier
    bool bridged = false;    // energy between two figures of a register that others should divide
    Place place;
};

struct Event {
    Place place;
    std::string text;
};

struct PlacedSeries {
    std::string format;
    std::string home;
    Channel channel = Channel::imported;
    std::string name;
    std::vector<Interval> intervals;
    std::int64_t step_s = 0;    // the most frequent length of an interval
    std::vector<Event> events;  // rollovers, false figures, exchanged meters, jumps
    std::size_t repeated = 0;   // rows that said the same a second time
    std::size_t skipped = 0;    // zero values at times that the clocks left out
};

struct PlaceRules {
    const TimeZone* zone = nullptr;  // of times without an offset; null: unknown
    std::int64_t most_w = 100'000;   // more is impossible
};

// Complaints: a time without offset and zone, a time that no clock showed, two values for one
// interval, intervals that overlap.
[[nodiscard]] PlacedSeries place(const ReadFile& file, const ReadSeries& series,
                                 const PlaceRules& rules, ImportErrors& errors);

}  // namespace fairfeed::imports
