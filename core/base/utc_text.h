// Times and durations as text for people, in UTC and whole units. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace fairfeed {

[[nodiscard]] std::string utc_text(std::int64_t seconds);  // Unix: "2016-08-08 04:00:00"
[[nodiscard]] std::string utc_ms_text(std::int64_t ms);    // with ".123"
[[nodiscard]] std::string span_text(std::int64_t ms);      // "40 s", "3 min", "2 h 5 min", "4 days"

}  // namespace fairfeed
