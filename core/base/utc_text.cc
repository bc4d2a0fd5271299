#include "core/base/utc_text.h"

#include <chrono>

namespace fairfeed {
namespace {

std::string padded(std::int64_t value, std::size_t width) {
    std::string text = std::to_string(value);
    if (text.size() < width) text.insert(0, width - text.size(), '0');
    return text;
}

}  // namespace

std::string utc_text(std::int64_t seconds) {
    using std::chrono::days;
    const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
    const auto midnight = std::chrono::floor<days>(time);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss clock(time - midnight);
    return padded(static_cast<int>(date.year()), 4) + "-" +
           padded(static_cast<unsigned>(date.month()), 2) + "-" +
           padded(static_cast<unsigned>(date.day()), 2) + " " + padded(clock.hours().count(), 2) +
           ":" + padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2);
}

std::string utc_ms_text(std::int64_t ms) {
    const std::chrono::milliseconds time(ms);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return utc_text(seconds.count()) + "." + padded((time - seconds).count(), 3);
}

std::string span_text(std::int64_t ms) {
    const std::int64_t seconds = ms / 1000;
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 60 * kMinute;
    constexpr std::int64_t kDay = 24 * kHour;
    if (seconds < 2 * kMinute) return std::to_string(seconds) + " s";
    if (seconds < kHour) return std::to_string(seconds / kMinute) + " min";
    if (seconds >= 2 * kDay) return std::to_string(seconds / kDay) + " days";
    return std::to_string(seconds / kHour) + " h " + std::to_string(seconds % kHour / kMinute) +
           " min";
}

}  // namespace fairfeed
