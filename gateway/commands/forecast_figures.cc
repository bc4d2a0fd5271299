#include "gateway/commands/forecast_figures.h"

#include <array>

#include "core/base/units.h"
#include "core/base/utc_text.h"
#include "gateway/forecast/local_time.h"

namespace fairfeed {

namespace {

constexpr std::array kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::int64_t kWhPerTenth = 100;
constexpr std::int64_t kPpmPerTenth = 1000;
constexpr std::size_t kDateLetters = 10;
constexpr std::size_t kMinuteLetters = 16;

// Nearest tenth, halves away from zero.
std::string with_tenth(std::int64_t value, std::int64_t per_tenth) {
    const Int128 size = value < 0 ? -Int128{value} : Int128{value};
    const auto tenths = static_cast<std::int64_t>((size + per_tenth / 2) / per_tenth);
    return (value < 0 && tenths > 0 ? "-" : "") + grouped(tenths / 10) + "." +
           std::to_string(tenths % 10);
}

}  // namespace

std::string grouped(std::int64_t value) {
    std::string text = std::to_string(value);
    const std::size_t digits_from = value < 0 ? 1 : 0;
    for (std::size_t at = text.size(); at > digits_from + 3;) {
        at -= 3;
        text.insert(at, " ");
    }
    return text;
}

std::string tenths_of_kwh(std::int64_t wh) {
    return with_tenth(wh, kWhPerTenth);
}

std::string percent(std::int64_t ppm) {
    return with_tenth(ppm, kPpmPerTenth) + " %";
}

std::string percent(std::optional<std::int64_t> ppm) {
    return ppm ? percent(*ppm) : "-";
}

std::string local_minute(const TimeZone& zone, std::int64_t utc_s) {
    return utc_text(utc_s + zone.offset_s(utc_s)).substr(0, kMinuteLetters);
}

std::string local_day(const TimeZone& zone, std::int64_t utc_s) {
    const auto day = static_cast<std::size_t>(forecast::local_time(zone, utc_s).day);
    return std::string(kDays[day]) + " " + local_minute(zone, utc_s).substr(0, kDateLetters);
}

std::string right(const std::string& text, std::size_t columns) {
    return std::string(text.size() < columns ? columns - text.size() : 0, ' ') + text;
}

std::string left(const std::string& text, std::size_t columns) {
    return text + std::string(text.size() < columns ? columns - text.size() : 0, ' ');
}

}  // namespace fairfeed
