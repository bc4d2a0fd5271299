// Reads tables with a time in each row and a register in each column, by a plan that says which
// column is what. Named formats make the plan from the heading, a mapping file states it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meter-sim/imports/import_table.h"
#include "meter-sim/imports/quantity_text.h"
#include "meter-sim/imports/read_series.h"
#include "meter-sim/imports/stamp_text.h"

namespace fairfeed::imports {

struct ValueColumn {
    std::size_t index = 0;
    Channel channel = Channel::imported;
    std::optional<Channel> negative;  // of values below zero; absent: they are faults
    Unit unit;
    Figure figure = Figure::energy;
    bool reversed = false;  // the file's sign is the opposite one
};

struct ColumnPlan {
    std::size_t heading = 0;  // row of the table; values begin after it
    // The column of the time, or those of date and time. A time may be "start to end".
    std::vector<std::size_t> at;
    std::vector<std::size_t> end;     // the same of the interval's end, or empty
    bool end_stamped = false;         // `at` is the interval's end
    bool end_is_last_minute = false;  // 00:00 to 00:14 is a quarter hour
    bool by_wall_clock = false;       // as ReadSeries says
    DateOrder order = DateOrder::day_first;
    std::int64_t length_s = 0;          // of every interval; 0: see the times
    std::optional<DecimalMark> mark;    // absent: found from the numbers
    std::optional<std::size_t> home;    // the column with the name of the meter
    std::optional<std::size_t> wanted;  // a column, and ...
    std::string wanted_begins;          // ... how it begins, lower case, in rows that count
    std::vector<ValueColumn> values;
};

// Adds one series for each column and home. What cannot be read is told of by line and column.
void read_columns(const ImportTable& table, const ColumnPlan& plan, ReadFile& file,
                  CsvComplaints& complaints);

// A table of one meter whose first column is the time: `column` says of each other heading which
// column it is, without the index; nullopt: it is left out, with a note. `missing`: told where no
// row is a heading.
[[nodiscard]] ReadFile read_named_columns(
    std::string_view text, bool (*is_heading)(const CsvRow&), std::string_view missing,
    std::optional<ValueColumn> (*column)(const std::string& heading), CsvComplaints& complaints);

// "column 'Import T1 kWh': "
[[nodiscard]] std::string in_column(const CsvRow& heading, std::size_t index);

}  // namespace fairfeed::imports
