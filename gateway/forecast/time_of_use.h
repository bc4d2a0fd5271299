// Time of use: which band of the tariff a quarter hour falls into, by the quarter hours of the
// local week. A quarter hour of grid time belongs to the band that the clock on the wall shows at
// its beginning: on the day of 25 hours the quarters of one hour come twice, on the day of 23 hours
// four quarters of the table do not come. Knows no tariff, no chain. Pure integers, re-entrant.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time_zone.h"

namespace fairfeed::forecast {

constexpr std::size_t kQuartersPerLocalWeek = 672;
constexpr std::size_t kMaxBands = 8;

// Band 0 is the first one named.
struct BandTable {
    std::vector<std::string> names;  // 1 to kMaxBands of [a-z0-9-]{1,32}, each once
    // Of each quarter hour of the week, Monday 00:00 first: an index into names.
    std::vector<std::uint8_t> band_of_quarter;
    bool operator==(const BandTable&) const = default;
};

// One line that names what is wrong and where: the number of bands or quarter hours, a name, a
// quarter hour of no band ("Tue 07:15"), a band that no quarter hour has. nullopt: nothing.
[[nodiscard]] std::optional<std::string> objection_to(const BandTable& table);

// "Mon 00:00" to "Sun 23:45".
[[nodiscard]] std::string text_of_local_quarter(std::size_t quarter);

// 0 to 671: the local quarter hour in which the instant lies.
[[nodiscard]] std::size_t local_quarter(const TimeZone& zone, std::int64_t utc_s);

// The table must be without objection.
[[nodiscard]] std::size_t band_at(const BandTable& table, const TimeZone& zone, std::int64_t utc_s);

// How many quarter hours of each band begin in [from_s, to_s), from from_s on in steps of 900 s.
[[nodiscard]] std::vector<std::int64_t> quarters_by_band(const BandTable& table,
                                                         const TimeZone& zone, std::int64_t from_s,
                                                         std::int64_t to_s);

}  // namespace fairfeed::forecast
