#include "gateway/forecast/time_of_use.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/base/units.h"
#include "gateway/forecast/local_time.h"

namespace fairfeed::forecast {

namespace {

constexpr std::size_t kQuartersPerLocalDay = 96;
constexpr std::size_t kQuartersPerClockHour = 4;
constexpr std::array kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::string two_digits(std::size_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
}

std::optional<std::string> objection_to_names(const std::vector<std::string>& names) {
    if (names.empty() || names.size() > kMaxBands)
        return "a tariff has 1 to 8 bands, and this one " + std::to_string(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!is_valid_name(names[i]))
            return "band " + std::to_string(i) + ": a name is 1 to 32 of a-z, 0-9 and '-'";
        if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
            names.begin() + static_cast<std::ptrdiff_t>(i))
            return "two bands are called '" + names[i] + "'";
    }
    return std::nullopt;
}

}  // namespace

std::string text_of_local_quarter(std::size_t quarter) {
    CHECK(quarter < kQuartersPerLocalWeek);
    const std::size_t of_day = quarter % kQuartersPerLocalDay;
    return std::string(kDays[quarter / kQuartersPerLocalDay]) + " " +
           two_digits(of_day / kQuartersPerClockHour) + ":" +
           two_digits(of_day % kQuartersPerClockHour * 15);
}

std::optional<std::string> objection_to(const BandTable& table) {
    if (auto objection = objection_to_names(table.names)) return objection;
    if (table.band_of_quarter.size() != kQuartersPerLocalWeek)
        return "a week has 672 quarter hours, and this table " +
               std::to_string(table.band_of_quarter.size());
    for (std::size_t i = 0; i < table.band_of_quarter.size(); ++i)
        if (table.band_of_quarter[i] >= table.names.size())
            return text_of_local_quarter(i) + ": there is no band " +
                   std::to_string(table.band_of_quarter[i]) + ", the last one is " +
                   std::to_string(table.names.size() - 1);
    for (std::size_t band = 0; band < table.names.size(); ++band)
        if (std::find(table.band_of_quarter.begin(), table.band_of_quarter.end(), band) ==
            table.band_of_quarter.end())
            return "no quarter hour has the band '" + table.names[band] + "': take it out";
    return std::nullopt;
}

std::size_t local_quarter(const TimeZone& zone, std::int64_t utc_s) {
    const LocalTime local = local_time(zone, utc_s);
    return static_cast<std::size_t>(local.day) * kQuartersPerLocalDay +
           static_cast<std::size_t>(local.second_of_day / kSecondsPerQuarter);
}

std::size_t band_at(const BandTable& table, const TimeZone& zone, std::int64_t utc_s) {
    CHECK(table.band_of_quarter.size() == kQuartersPerLocalWeek);
    return table.band_of_quarter[local_quarter(zone, utc_s)];
}

std::vector<std::int64_t> quarters_by_band(const BandTable& table, const TimeZone& zone,
                                           std::int64_t from_s, std::int64_t to_s) {
    std::vector<std::int64_t> quarters(table.names.size());
    for (std::int64_t at_s = from_s; at_s < to_s; at_s += kSecondsPerQuarter)
        ++quarters[band_at(table, zone, at_s)];
    return quarters;
}

}  // namespace fairfeed::forecast
