// From series of files to homes of a recording: whose they are, the step and the span that all have
// in common, gaps filled by policy, and an account of everything that was done. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time_zone.h"
#include "meter-sim/imports/energy_grid.h"
#include "meter-sim/imports/read_series.h"

namespace fairfeed::imports {

struct NamedFile {
    std::string name;              // in errors
    std::string home;              // NAME of NAME=FILE, or empty
    std::optional<TimeZone> zone;  // of its times without an offset
    ReadFile read;
};

struct ImportRules {
    GapPolicy gaps = GapPolicy::refuse;
    std::int64_t step_s = 0;        // 0: the finest of the files, at least 15 minutes
    std::int64_t most_w = 100'000;  // more is impossible for a home
    std::optional<TimeZone> zone;   // of the recording; absent: that of the files
};

struct ImportedRegister {
    Channel channel = Channel::imported;
    std::string name;
    std::string format;
    std::vector<std::string> files;
    std::int64_t step_s = 0;
    std::int64_t measured_uwh = 0;  // what the files state for the span of the recording
    std::int64_t filled_uwh = 0;    // what the policy added
    std::vector<Gap> gaps;
    std::int64_t filled_steps = 0;
    std::int64_t estimated_steps = 0;
    std::int64_t split_steps = 0;
    std::size_t repeated = 0;
    std::size_t skipped = 0;
    std::vector<std::string> events;  // "file:line: what"
};

struct ImportedHome {
    std::string id;     // in the recording
    std::string label;  // in the files
    std::vector<ImportedRegister> registers;
    std::map<Channel, std::vector<std::int64_t>> steps_mwh;
    std::vector<Flag> flags;
    std::int64_t both_ways_steps = 0;  // steps with import and export
};

struct HomeImport {
    Grid grid;
    Span span;
    std::string zone;
    std::vector<ImportedHome> homes;
    std::vector<std::string> notes;
    std::size_t rounded = 0;
};

// Error: one line for each fault, with file, line and remedy where there is one.
[[nodiscard]] Result<HomeImport, std::vector<std::string>> import_homes(
    std::vector<NamedFile> files, const ImportRules& rules);

}  // namespace fairfeed::imports
