// What an import understood, for people and for programs: span, step, totals of each register, gaps
// and what filled them, rounding, and everything that was left out. Pure.
#pragma once

#include <ostream>
#include <string>

#include "core/io/json.h"
#include "meter-sim/imports/home_import.h"

namespace fairfeed::imports {

void print_report(const HomeImport& import, const std::string& file, std::ostream& out);

// {file, step_minutes, starts_s, quarters, utc_offset_s, zone, rounded, notes[], homes[{id, label,
// steps, flagged{}, both_ways_steps, registers[{register, name, format, files[], step_minutes,
// measured_wh, filled_wh, filled_steps, estimated_steps, split_steps, repeated_rows, skipped_rows,
// gaps[{from_s, to_s, known}], events[]}]}]}; times in UTC seconds, `starts_s` in grid seconds.
[[nodiscard]] Json report_json(const HomeImport& import, const std::string& file);

}  // namespace fairfeed::imports
