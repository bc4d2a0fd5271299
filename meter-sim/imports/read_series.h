// What a reader of a format hands over: figures of registers as the file states them, with times as
// the file states them. No reader knows another, and none knows time zones, gaps or rollovers; what
// comes after the readers knows no format. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fairfeed::imports {

enum class Channel { imported, exported, generation, load };
[[nodiscard]] const char* to_string(Channel channel);  // import, export, pv, load

// The meaning of a value: energy of an interval in uWh, the figure of a register at a time in uWh,
// or mean power of an interval in uW.
enum class Figure { energy, register_figure, power };

struct Stamp {
    std::int64_t local_s = 0;              // the written time, read as if it were UTC
    std::optional<std::int64_t> offset_s;  // of the written time, if the file states one
    bool operator==(const Stamp&) const = default;
};

struct Place {
    std::size_t file = 0;  // its number among the files of an import
    std::size_t line = 0;  // from 1
};

struct ReadValue {
    Place place;
    Stamp at;                   // the start or the end of the interval, or the register's time
    std::int64_t length_s = 0;  // of the interval; 0: not stated
    std::optional<std::int64_t> value;  // in millionths of Wh or W; nullopt: nothing recorded
    bool estimated = false;             // by the supplier
};

struct ReadSeries {
    std::string home;  // the meter or connection, if the file states one
    Channel channel = Channel::imported;
    std::string name;  // as in the file
    Figure figure = Figure::energy;
    bool end_stamped = false;
    // The writer puts one value for each hour that the clock on the wall shows: the value of the
    // hour that comes twice is that of both.
    bool by_wall_clock = false;
    std::vector<ReadValue> values;  // in the order of the file
};

struct ReadFile {
    std::string format;
    std::string zone;  // of times without an offset, if the format implies one; else empty
    std::vector<ReadSeries> series;
    std::vector<std::string> notes;  // what was left out, and what was read as zero
    std::size_t rounded = 0;         // values finer than a millionth of Wh
};

}  // namespace fairfeed::imports
