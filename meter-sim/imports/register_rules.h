// What two figures of one register say about the energy between them. A register counts up and
// never faster than a house connection can carry; what contradicts that is a rollover, a false
// figure, an exchanged meter or a jump, by these rules:
// - A fall is a rollover if the register, seen as one of 4 to 8 digits of kWh, passed its end and
//   the energy is possible.
// - A figure is false, and is left out, if one of the next three is possible after the figure
//   before; after a fall, if any of the next day is.
// - Otherwise the meter was exchanged (a fall) or its register jumped (a rise): the energy of that
//   interval is unknown, and counting continues from the new figure.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meter-sim/imports/instants.h"
#include "meter-sim/imports/placed_series.h"

namespace fairfeed::imports {

struct RegisterReading {
    std::vector<Interval> intervals;
    std::vector<Event> events;
    std::size_t repeated = 0;
    std::int64_t step_s = 0;
};

// `values` ascend; two figures for one time are a complaint.
[[nodiscard]] RegisterReading read_register(const std::vector<PlacedValue>& values,
                                            std::int64_t most_w, ImportErrors& errors);

// The most energy that this power gives in a time, in millionths of Wh.
[[nodiscard]] std::int64_t most_uwh(std::int64_t most_w, std::int64_t seconds);

// "0.25 kWh"
[[nodiscard]] std::string kwh_text(std::int64_t uwh);

}  // namespace fairfeed::imports
