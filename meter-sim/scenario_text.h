// Times and spans as people write them in a scenario. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairfeed {

// "10:00" of the first day, "day 2 06:30", "24:00"; seconds after the first midnight.
[[nodiscard]] std::optional<std::int64_t> scenario_time(std::string_view text);
// "3h", "90min", "45s", "2d", "1h30min"; seconds, more than none.
[[nodiscard]] std::optional<std::int64_t> scenario_span(std::string_view text);
// "day 2 06:30", with seconds if there are any.
[[nodiscard]] std::string scenario_time_text(std::int64_t seconds);

}  // namespace fairfeed
