#include "meter-sim/load_profile.h"

#include <array>

#include "core/base/units.h"
#include "meter-sim/grid_calendar.h"
#include "meter-sim/solar.h"
#include "meter-sim/variation.h"

namespace fairfeed {

namespace {

using DayShape = std::array<std::int64_t, 24>;  // W in the middle of each hour

constexpr DayShape kWorkday = {250, 210, 190, 180, 180, 210, 330, 440, 430, 390, 370, 390,
                               440, 420, 380, 370, 400, 500, 660, 740, 680, 570, 450, 330};
constexpr DayShape kWeekend = {280, 230, 200, 190, 180, 190, 230, 330, 450, 520, 540, 570,
                               610, 560, 480, 440, 440, 510, 630, 690, 630, 540, 450, 350};

constexpr std::int64_t kSeasonPpm = 150'000;  // winter above, summer below the mean
constexpr std::int64_t kLargeApplianceW = 1800;

std::int64_t shape_w(std::int64_t at_s) {
    const DayShape& shape = is_weekend(at_s) ? kWeekend : kWorkday;
    const std::int64_t shifted = second_of_day(at_s) + kSecondsPerDay - kSecondsPerHour / 2;
    const std::int64_t into_hour = shifted % kSecondsPerHour;
    const auto hour = static_cast<std::size_t>(shifted / kSecondsPerHour % 24);
    return (shape[hour] * (kSecondsPerHour - into_hour) + shape[(hour + 1) % 24] * into_hour) /
           kSecondsPerHour;
}

std::int64_t season_ppm(std::int64_t at_s) {
    return kPpm + kSeasonPpm * cosine_ppm(360'000 * day_of_year(at_s) / 365) / kPpm;
}

// A washing machine or an oven: once around noon and once in the evening, half an hour each.
std::int64_t appliance_w(std::uint64_t household, std::int64_t at_s) {
    const std::uint64_t today = mix_number(household, day_of(at_s));
    const std::int64_t quarter = second_of_day(at_s) / kSecondsPerQuarter;
    const std::int64_t noon = pick(mix(today + 1), 40, 56);
    const std::int64_t evening = pick(mix(today + 2), 70, 82);
    const bool running = quarter / 2 == noon / 2 || quarter / 2 == evening / 2;
    return running ? kLargeApplianceW : 0;
}

}  // namespace

std::int64_t household_load_w(std::uint64_t seed, const MeterId& meter,
                              std::int64_t quarter_start_s) {
    const std::uint64_t household = mix_name(seed, meter.str());
    const std::int64_t size_ppm = pick(mix(household), 600'000, 1'200'000);
    const std::int64_t habit_s = pick(mix(household + 1), -2, 2) * kSecondsPerQuarter;
    const std::int64_t at_s = quarter_start_s + kSecondsPerQuarter / 2;
    const std::int64_t moment_ppm =
        pick(mix_number(household, quarter_start_s), 700'000, 1'300'000);
    const std::int64_t base_w =
        shape_w(at_s + habit_s) * season_ppm(at_s) / kPpm * moment_ppm / kPpm;
    return (base_w + appliance_w(household, at_s)) * size_ppm / kPpm;
}

}  // namespace fairfeed
