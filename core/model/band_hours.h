// The hours of a tariff's bands as people write them: "Mon-Fri 17:00-20:00, Sat 10:00-12:00". Hours
// past midnight belong to the next day: "22:00-06:00" ends at six of the day after. Without days
// the hours are those of every day. Pure, re-entrant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/tariff.h"

namespace fairfeed {

// The band of each quarter hour of the week, Monday 00:00 first.
using BandWeek = std::vector<std::uint8_t>;

// Marks the quarter hours of these hours with the band. One line with what is wrong and where, also
// where another band than 0 has a quarter hour already; nullopt: all are marked.
[[nodiscard]] std::optional<std::string> mark_hours(BandWeek& week, std::uint8_t band,
                                                    std::string_view hours);
// Empty where band 0 has the whole week.
[[nodiscard]] std::vector<BandRun> runs_of(const BandWeek& week);
// The inverse.
[[nodiscard]] BandWeek week_of(const Tariff& tariff);

// What mark_hours would take for this band.
[[nodiscard]] std::string hours_of(const Tariff& tariff, std::size_t band);
// "Mon 00:00" to "Sun 23:45".
[[nodiscard]] std::string text_of_quarter(std::size_t quarter);

}  // namespace fairfeed
