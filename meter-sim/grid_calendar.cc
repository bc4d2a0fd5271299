#include "meter-sim/grid_calendar.h"

#include <chrono>

namespace fairfeed {

namespace {

std::chrono::sys_days days(std::int64_t grid_s) {
    return std::chrono::sys_days(std::chrono::days(day_of(grid_s)));
}

}  // namespace

std::int64_t month_of(std::int64_t grid_s) {
    const std::chrono::year_month_day date(days(grid_s));
    return std::int64_t{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month()) -
           1;
}

std::int64_t day_of_year(std::int64_t grid_s) {
    const std::chrono::year_month_day date(days(grid_s));
    const std::chrono::sys_days new_year(date.year() / std::chrono::January / 1);
    return (days(grid_s) - new_year).count() + 1;
}

bool is_weekend(std::int64_t grid_s) {
    const std::chrono::weekday day(days(grid_s));
    return day == std::chrono::Saturday || day == std::chrono::Sunday;
}

}  // namespace fairfeed
