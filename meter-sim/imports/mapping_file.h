// The mapping file of `meter-sim import --map`: for tables that no named format fits, it says which
// column is what. docs/imports.md describes every key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/recordings/csv_table.h"
#include "meter-sim/imports/quantity_text.h"
#include "meter-sim/imports/read_series.h"
#include "meter-sim/imports/stamp_text.h"

namespace fairfeed::imports {

struct MappedColumn {
    std::string heading;
    Channel channel = Channel::imported;
    std::optional<Channel> negative;
    std::optional<Unit> unit;  // absent: the heading names it
    bool cumulative = false;
    bool reversed = false;
};

struct Mapping {
    std::vector<std::string> time;  // the column of the time, or those of date and time
    std::vector<std::string> end;   // the same of the end, or empty
    bool end_stamped = false;
    DateOrder order = DateOrder::day_first;
    std::int64_t length_s = 0;  // 0: see the times
    std::optional<DecimalMark> mark;
    std::string home;  // column; empty: one home
    std::string zone;  // empty: --zone says it, or the times do
    std::vector<MappedColumn> columns;
};

// Error: the lines of core/io/yaml_file.h.
[[nodiscard]] Result<Mapping, std::vector<std::string>> load_mapping(
    const std::filesystem::path& file);
[[nodiscard]] Result<Mapping, std::vector<std::string>> parse_mapping(
    const std::filesystem::path& file, std::string_view text);

// Whether the table has the columns of time that the mapping names. `text` is UTF-8 without a byte
// order mark.
[[nodiscard]] bool fits_mapping(const Mapping& mapping, std::string_view text);
[[nodiscard]] ReadFile read_mapped(const Mapping& mapping, std::string_view text,
                                   CsvComplaints& complaints);

}  // namespace fairfeed::imports
