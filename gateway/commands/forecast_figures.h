// Figures of forecasts as people read them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/time_zone.h"

namespace fairfeed {

[[nodiscard]] std::string grouped(std::int64_t value);               // 1234567 -> "1 234 567"
[[nodiscard]] std::string tenths_of_kwh(std::int64_t wh);            // -1234567 -> "-1 234.6"
[[nodiscard]] std::string percent(std::int64_t ppm);                 // 123456 -> "12.3 %"
[[nodiscard]] std::string percent(std::optional<std::int64_t> ppm);  // nullopt: "-"
[[nodiscard]] std::string local_minute(const TimeZone& zone, std::int64_t utc_s);
[[nodiscard]] std::string local_day(const TimeZone& zone, std::int64_t utc_s);  // "Mon 2016-08-08"

// Padded on the left (right) to so many columns.
[[nodiscard]] std::string right(const std::string& text, std::size_t columns);
[[nodiscard]] std::string left(const std::string& text, std::size_t columns);

}  // namespace fairfeed
