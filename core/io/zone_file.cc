#include "core/io/zone_file.h"

#include <date/tz.h>

#include <chrono>
#include <exception>

namespace fairfeed {

namespace {

constexpr std::chrono::seconds kFirst{0};               // 1970
constexpr std::chrono::seconds kLast{4'102'444'800LL};  // 2100

}  // namespace

Result<TimeZone, std::string> load_time_zone(std::string_view name) {
    if (auto fixed = TimeZone::fixed(name)) return std::move(*fixed);
    try {
        const date::time_zone* zone = date::locate_zone(std::string(name));
        std::vector<TimeZone::Period> periods;
        for (date::sys_seconds at{kFirst}; at.time_since_epoch() < kLast;) {
            const date::sys_info info = zone->get_info(at);
            periods.push_back({info.begin.time_since_epoch().count(), info.offset.count()});
            if (info.end <= at) break;
            at = info.end;
        }
        return TimeZone(std::string(name), std::move(periods));
    } catch (const std::exception&) {
        return unexpected("'" + std::string(name) +
                          "' is no time zone of this system: write a name like Europe/Brussels "
                          "(`timedatectl list-timezones` lists them; Debian package tzdata), or an "
                          "offset like +01:00");
    }
}

}  // namespace fairfeed
