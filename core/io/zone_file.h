// The rules of named time zones, from the system's zone files (Debian package tzdata).
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time_zone.h"

namespace fairfeed {

// "Europe/Brussels", or an offset as TimeZone::fixed takes it. Error: one line with a remedy.
[[nodiscard]] Result<TimeZone, std::string> load_time_zone(std::string_view name);

}  // namespace fairfeed
