#include "meter-sim/scenario_text.h"

#include <charconv>
#include <utility>

#include "core/base/units.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kSecondsPerMinute = 60;
constexpr std::int64_t kMostDays = 3660;

// Takes a decimal number off the front.
std::optional<std::int64_t> take_number(std::string_view& text, std::int64_t most) {
    std::int64_t value = 0;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value > most) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

std::optional<std::int64_t> clock_time(std::string_view text) {
    const auto hours = take_number(text, 24);
    if (!hours || !take(text, ":") || text.size() < 2) return std::nullopt;
    std::string_view minutes_text = text.substr(0, 2);
    const auto minutes = take_number(minutes_text, 59);
    text.remove_prefix(2);
    if (!minutes || !minutes_text.empty() || (*hours == 24 && *minutes > 0)) return std::nullopt;
    std::int64_t seconds = *hours * kSecondsPerHour + *minutes * kSecondsPerMinute;
    if (text.empty()) return seconds;
    if (!take(text, ":") || text.size() != 2) return std::nullopt;
    const auto more = take_number(text, 59);
    if (!more || !text.empty() || *hours == 24) return std::nullopt;
    return seconds + *more;
}

}  // namespace

std::optional<std::int64_t> scenario_time(std::string_view text) {
    std::int64_t day = 1;
    if (take(text, "day ")) {
        const auto number = take_number(text, kMostDays);
        if (!number || *number < 1 || !take(text, " ")) return std::nullopt;
        day = *number;
    }
    const auto seconds = clock_time(text);
    if (!seconds) return std::nullopt;
    return (day - 1) * kSecondsPerDay + *seconds;
}

std::optional<std::int64_t> scenario_span(std::string_view text) {
    std::int64_t seconds = 0;
    while (!text.empty()) {
        const auto number = take_number(text, kMostDays * kSecondsPerDay);
        if (!number) return std::nullopt;
        std::int64_t unit = 0;
        if (take(text, "min")) {
            unit = kSecondsPerMinute;
        } else if (take(text, "h")) {
            unit = kSecondsPerHour;
        } else if (take(text, "d")) {
            unit = kSecondsPerDay;
        } else if (take(text, "s")) {
            unit = 1;
        } else {
            return std::nullopt;
        }
        seconds += *number * unit;
        if (seconds > kMostDays * kSecondsPerDay) return std::nullopt;
    }
    return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

std::string scenario_time_text(std::int64_t seconds) {
    const auto two = [](std::int64_t value) {
        return (value < 10 ? "0" : "") + std::to_string(value);
    };
    const std::int64_t of_day = seconds % kSecondsPerDay;
    std::string text = "day " + std::to_string(seconds / kSecondsPerDay + 1) + " " +
                       two(of_day / kSecondsPerHour) + ":" +
                       two(of_day % kSecondsPerHour / kSecondsPerMinute);
    if (of_day % kSecondsPerMinute != 0) text += ":" + two(of_day % kSecondsPerMinute);
    return text;
}

}  // namespace fairfeed
