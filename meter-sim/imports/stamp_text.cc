#include "meter-sim/imports/stamp_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>

#include "core/base/time_zone.h"
#include "core/base/units.h"

namespace fairfeed::imports {

namespace {

constexpr std::int64_t kFirstYear = 1970;
constexpr std::int64_t kLastYear = 2100;
constexpr std::int64_t kLastSecond = 4'133'980'800;  // the end of 2100
constexpr std::size_t kSecondDigits = 10;
constexpr std::size_t kMillisecondDigits = 13;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Takes a text apart from its front.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }
    [[nodiscard]] std::string_view rest() const { return rest_; }
    bool take(char c) {
        if (front() != c || rest_.empty()) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take_blanks() {
        const std::size_t before = rest_.size();
        while (take(' '))
            continue;
        return rest_.size() != before;
    }
    std::string_view digits() { return take_while(is_digit); }
    std::string_view letters() { return take_while(is_letter); }

  private:
    std::string_view take_while(bool (*wanted)(char)) {
        std::size_t count = 0;
        while (count < rest_.size() && wanted(rest_[count]))
            ++count;
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    std::string_view rest_;
};

std::optional<std::int64_t> number(std::string_view digits, std::size_t most) {
    std::int64_t value = 0;
    if (digits.empty() || digits.size() > most) return std::nullopt;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::optional<std::int64_t> day_of(std::string_view year, std::string_view month,
                                   std::string_view day) {
    auto y = number(year, 4);
    const auto m = number(month, 2);
    const auto d = number(day, 2);
    if (!y || !m || !d) return std::nullopt;
    if (year.size() == 2) *y += 2000;
    if (*y < kFirstYear || *y > kLastYear) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*y)),
                                           std::chrono::month(static_cast<unsigned>(*m)),
                                           std::chrono::day(static_cast<unsigned>(*d))};
    if (!date.ok()) return std::nullopt;
    return std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()};
}

// English, Dutch and German names, by their first three letters.
std::optional<std::string_view> month_of_name(std::string_view name) {
    struct Name {
        std::string_view letters;
        std::string_view month;
    };
    static constexpr std::array kNames = {Name{"jan", "1"},  Name{"feb", "2"},  Name{"mar", "3"},
                                          Name{"maa", "3"},  Name{"mrt", "3"},  Name{"apr", "4"},
                                          Name{"may", "5"},  Name{"mei", "5"},  Name{"mai", "5"},
                                          Name{"jun", "6"},  Name{"jul", "7"},  Name{"aug", "8"},
                                          Name{"sep", "9"},  Name{"oct", "10"}, Name{"okt", "10"},
                                          Name{"nov", "11"}, Name{"dec", "12"}, Name{"dez", "12"}};
    std::string letters(name.substr(0, 3));
    std::transform(letters.begin(), letters.end(), letters.begin(),
                   [](char c) { return c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (const Name& each : kNames)
        if (each.letters == letters) return each.month;
    return std::nullopt;
}

// 31-Jan-2024, 31 January 2024; Jan 31, 2024.
std::optional<std::int64_t> take_named_date(Scanner& text) {
    std::string_view day = text.digits();
    (void)text.take('-');
    (void)text.take_blanks();
    const auto month = month_of_name(text.letters());
    (void)text.take('.');
    (void)text.take('-');
    (void)text.take_blanks();
    if (day.empty()) {
        day = text.digits();
        (void)text.take(',');
        (void)text.take_blanks();
    }
    const std::string_view year = text.digits();
    if (!month || year.size() != 4) return std::nullopt;
    return day_of(year, *month, day);
}

// Days since 1970.
std::optional<std::int64_t> take_date(Scanner& text, DateOrder order) {
    Scanner named = text;
    if (const auto day = take_named_date(named)) {
        text = named;
        return day;
    }
    const std::string_view a = text.digits();
    if (a.size() == 8) return day_of(a.substr(0, 4), a.substr(4, 2), a.substr(6));
    const char separator = text.front();
    if (separator != '-' && separator != '/' && separator != '.') return std::nullopt;
    (void)text.take(separator);
    const std::string_view b = text.digits();
    if (!text.take(separator)) return std::nullopt;
    const std::string_view c = text.digits();
    if (a.size() == 4) return day_of(a, b, c);
    if (c.size() != 4 && c.size() != 2) return std::nullopt;
    return order == DateOrder::day_first ? day_of(c, b, a) : day_of(c, a, b);
}

struct Clock {
    std::int64_t hour = 0;
    std::int64_t minute = 0;
    std::int64_t second = 0;
};

bool take_half_day(Scanner& text, Clock& clock) {
    Scanner ahead = text;
    (void)ahead.take_blanks();
    std::string half(ahead.letters());
    std::transform(half.begin(), half.end(), half.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (half != "AM" && half != "PM") return true;
    text = ahead;
    if (clock.hour < 1 || clock.hour > 12) return false;
    clock.hour = clock.hour % 12 + (half == "PM" ? 12 : 0);
    return true;
}

// Seconds since midnight.
std::optional<std::int64_t> take_clock(Scanner& text) {
    const std::string_view first = text.digits();
    Clock clock;
    std::optional<std::int64_t> hour;
    std::optional<std::int64_t> minute;
    std::optional<std::int64_t> second = 0;
    if (first.size() == 4 || first.size() == 6) {
        hour = number(first.substr(0, 2), 2);
        minute = number(first.substr(2, 2), 2);
        if (first.size() == 6) second = number(first.substr(4), 2);
    } else {
        hour = number(first, 2);
        if (!text.take(':')) return std::nullopt;
        minute = number(text.digits(), 2);
        if (text.take(':')) second = number(text.digits(), 2);
    }
    if (text.front() == '.' || text.front() == ',') {
        (void)text.take(text.front());
        if (text.digits().empty()) return std::nullopt;
    }
    if (!hour || !minute || !second) return std::nullopt;
    clock = {*hour, *minute, *second};
    if (!take_half_day(text, clock)) return std::nullopt;
    const bool is_end_of_day = clock.hour == 24 && clock.minute == 0 && clock.second == 0;
    if ((clock.hour > 23 && !is_end_of_day) || clock.minute > 59 || clock.second > 59)
        return std::nullopt;
    return clock.hour * kSecondsPerHour + clock.minute * 60 + clock.second;
}

// The rest of a time: nothing, an offset, or the name of a zone and perhaps its offset.
bool take_offset(Scanner& text, Stamp& stamp) {
    (void)text.take_blanks();
    if (text.at_end()) return true;
    const std::string_view zone = text.letters();
    if (text.at_end()) {
        if (zone == "Z" || zone == "UTC" || zone == "GMT") stamp.offset_s = 0;
        if (zone == "CET") stamp.offset_s = kSecondsPerHour;
        if (zone == "CEST") stamp.offset_s = 2 * kSecondsPerHour;
        return stamp.offset_s.has_value();
    }
    (void)text.take_blanks();
    const auto fixed = TimeZone::fixed(text.rest());
    if (!fixed) return false;
    stamp.offset_s = fixed->offset_s(0);
    return true;
}

std::optional<Stamp> parse_epoch(std::string_view text) {
    const std::string_view whole = text.substr(0, text.find('.'));
    if (whole.size() != kSecondDigits && whole.size() != kMillisecondDigits) return std::nullopt;
    if (!std::all_of(whole.begin(), whole.end(), is_digit)) return std::nullopt;
    if (whole.size() < text.size()) {
        const std::string_view fraction = text.substr(whole.size() + 1);
        if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return std::nullopt;
    }
    const auto value = number(whole, kMillisecondDigits);
    if (!value) return std::nullopt;
    const std::int64_t seconds = whole.size() == kMillisecondDigits ? *value / 1000 : *value;
    if (seconds > kLastSecond) return std::nullopt;
    return Stamp{seconds, 0};
}

}  // namespace

std::optional<Stamp> parse_stamp(std::string_view text, DateOrder order) {
    if (auto epoch = parse_epoch(text)) return epoch;
    Scanner scanner(text);
    const auto day = take_date(scanner, order);
    if (!day) return std::nullopt;
    Stamp stamp{*day * kSecondsPerDay, std::nullopt};
    bool has_clock = scanner.take('T');
    has_clock = scanner.take(',') || has_clock;
    has_clock = scanner.take_blanks() || has_clock;
    if (scanner.at_end()) return stamp;
    if (!has_clock) return std::nullopt;
    const auto clock_s = take_clock(scanner);
    if (!clock_s || !take_offset(scanner, stamp)) return std::nullopt;
    stamp.local_s += *clock_s;
    return stamp;
}

}  // namespace fairfeed::imports
