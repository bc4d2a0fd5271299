#include "core/base/time_zone.h"

#include <algorithm>
#include <charconv>

#include "core/base/check.h"
#include "core/base/units.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kHalfYear = 183 * kSecondsPerDay;
constexpr std::int64_t kMostHours = 15;

std::optional<std::int64_t> digits(std::string_view text) {
    std::int64_t value = 0;
    if (text.empty() || text.size() > 2) return std::nullopt;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

// +h, +hh, +hhmm or +hh:mm.
std::optional<std::int64_t> parse_offset(std::string_view text) {
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const std::int64_t sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    std::string_view minutes;
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        minutes = text.substr(colon + 1);
        if (minutes.size() != 2) return std::nullopt;
        text = text.substr(0, colon);
    } else if (text.size() == 4) {
        minutes = text.substr(2);
        text = text.substr(0, 2);
    }
    const auto hour = digits(text);
    const auto minute = minutes.empty() ? std::optional<std::int64_t>(0) : digits(minutes);
    if (!hour || !minute || *hour > kMostHours || *minute > 59) return std::nullopt;
    return sign * (*hour * kSecondsPerHour + *minute * 60);
}

}  // namespace

TimeZone::TimeZone(std::string name, std::vector<Period> periods)
    : name_(std::move(name)), periods_(std::move(periods)) {
    CHECK(!periods_.empty());
}

std::optional<TimeZone> TimeZone::fixed(std::string_view text) {
    if (text == "Z" || text == "UTC" || text == "GMT") return TimeZone("UTC", {{0, 0}});
    if (text.starts_with("UTC") || text.starts_with("GMT")) text.remove_prefix(3);
    const auto offset_s = parse_offset(text);
    if (!offset_s) return std::nullopt;
    return TimeZone("UTC" + offset_text(*offset_s), {{0, *offset_s}});
}

std::size_t TimeZone::index_at(std::int64_t utc_s) const {
    const auto after =
        std::upper_bound(periods_.begin(), periods_.end(), utc_s,
                         [](std::int64_t at, const Period& period) { return at < period.from_s; });
    return after == periods_.begin() ? 0 : static_cast<std::size_t>(after - periods_.begin()) - 1;
}

std::int64_t TimeZone::offset_s(std::int64_t utc_s) const {
    return periods_[index_at(utc_s)].offset_s;
}

std::int64_t TimeZone::standard_offset_s(std::int64_t utc_s) const {
    std::int64_t least = offset_s(utc_s);
    const std::size_t last = index_at(utc_s + kHalfYear);
    for (std::size_t i = index_at(utc_s - kHalfYear); i <= last; ++i)
        least = std::min(least, periods_[i].offset_s);
    return least;
}

std::vector<std::int64_t> TimeZone::instants(std::int64_t local_s) const {
    std::vector<std::int64_t> found;
    const std::size_t last = index_at(local_s + kSecondsPerDay);
    for (std::size_t i = index_at(local_s - kSecondsPerDay); i <= last; ++i) {
        const std::int64_t utc_s = local_s - periods_[i].offset_s;
        if (index_at(utc_s) == i) found.push_back(utc_s);
    }
    return found;
}

std::string offset_text(std::int64_t offset_s) {
    const std::int64_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    const auto two = [](std::int64_t value) {
        return std::string(value < 10 ? "0" : "") + std::to_string(value);
    };
    return (offset_s < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60);
}

}  // namespace fairfeed
