#include "meter-sim/measurement.h"

#include <gtest/gtest.h>

#include "core/model/reading.h"
#include "meter-sim/grid_calendar.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kMidnight = 1470614400;  // 2016-08-08T00:00

NetworkParameters parameters() {
    NetworkParameters out;
    out.name = "test";
    out.grid_epoch_s = kMidnight;
    return out;
}

// Load and sun that differ between quarter hours; either may be larger.
QuarterEnergy uneven(std::int64_t quarter) {
    return {100 + quarter * 37 % 211, quarter * 53 % 400};
}

Measurement measured(Window window, std::int64_t share_w, const MeterRegisters& registers = {},
                     const EnergySource& source = uneven) {
    Measurement out(window, GridClock(parameters()), registers);
    while (!out.is_complete())
        out.add_quarter(source, share_w);
    return out;
}

TEST(Measurement, energy_balances_in_every_quarter_hour) {
    const ReadingBody body = measured(3, 800).body(ClockState::synchronised);
    ASSERT_EQ(body.profile.size(), 16U);
    for (std::size_t i = 0; i < body.profile.size(); ++i) {
        const QuarterEnergy energy = uneven(3 * 16 + static_cast<std::int64_t>(i));
        const QuarterHour& flow = body.profile[i];
        EXPECT_EQ(flow.import_wh + flow.generation_wh - flow.export_wh, energy.load_wh) << i;
        EXPECT_LE(flow.generation_wh, energy.available_wh) << i;
        EXPECT_TRUE(flow.import_wh == 0 || flow.export_wh == 0) << i;
    }
}

TEST(Measurement, generation_stops_at_the_share_but_own_use_is_never_capped) {
    EXPECT_EQ(curtailed({100, 400}, 250), (QuarterHour{0, 150, 250}));
    EXPECT_EQ(curtailed({300, 400}, 250), (QuarterHour{0, 0, 300}));
    EXPECT_EQ(curtailed({300, 200}, 250), (QuarterHour{100, 0, 200}));
    EXPECT_EQ(curtailed({100, 400}, 0), (QuarterHour{0, 0, 100}));
}

TEST(Measurement, says_what_it_curtailed_and_what_would_have_been_available) {
    const ReadingBody free = measured(0, 1'000'000).body(ClockState::synchronised);
    const ReadingBody held = measured(0, 400).body(ClockState::synchronised);
    EXPECT_EQ(free.flags & kFlagCurtailed, 0U);
    EXPECT_NE(held.flags & kFlagCurtailed, 0U);
    EXPECT_EQ(free.available_wh, held.available_wh);
    EXPECT_EQ(free.end.generation_wh, *free.available_wh);
    EXPECT_LT(held.end.generation_wh, *held.available_wh);
    EXPECT_EQ(held.share_w, 400);
}

TEST(Measurement, registers_go_on_and_the_profile_explains_their_difference) {
    const Measurement first = measured(0, 2000);
    const ReadingBody second = measured(1, 2000, first.registers()).body(ClockState::synchronised);
    EXPECT_EQ(registers_at_start(second), first.registers().total);
}

TEST(Measurement, peaks_name_the_power_and_the_quarter_they_came_in) {
    const EnergySource source = [](std::int64_t quarter) {
        return quarter == 5 ? QuarterEnergy{700, 0} : QuarterEnergy{100, quarter == 9 ? 900 : 0};
    };
    const ReadingBody body = measured(0, 10'000, {}, source).body(ClockState::synchronised);
    EXPECT_EQ(body.peak_demand_w, 2800);
    EXPECT_EQ(body.peak_demand_at_s, kMidnight + 5 * 900);
    EXPECT_EQ(body.peak_generation_w, 3600);
    EXPECT_EQ(body.peak_generation_at_s, kMidnight + 9 * 900);
    EXPECT_EQ(body.average_demand_w, (700 + 14 * 100) * 4 / 16);
}

TEST(Measurement, daily_units_are_cut_at_midnight_and_monthly_ones_at_the_first) {
    const EnergySource source = [](std::int64_t) { return QuarterEnergy{10, 0}; };
    MeterRegisters registers;
    for (Window window = 0; window < 6; ++window)
        registers = measured(window, 0, registers, source).registers();
    EXPECT_EQ(registers.day_import_wh, 960);  // of the window that ends at midnight
    registers = measured(6, 0, registers, source).registers();
    EXPECT_EQ(registers.day_import_wh, 160);
    EXPECT_EQ(registers.month_import_wh, 1120);
    EXPECT_EQ(registers.total.import_wh, 1120);
    registers = measured(24 * 6, 0, registers, source).registers();  // 1 September
    EXPECT_EQ(registers.month_import_wh, 160);
    EXPECT_EQ(registers.total.import_wh, 1280);
}

TEST(GridCalendar, knows_leap_days_weekends_and_months) {
    EXPECT_EQ(day_of_year(kMidnight), 221);  // 2016 has a 29 February
    EXPECT_EQ(month_of(kMidnight), 2016 * 12 + 7);
    EXPECT_FALSE(is_weekend(kMidnight));
    EXPECT_TRUE(is_weekend(kMidnight - 1));
    EXPECT_EQ(second_of_day(kMidnight - 1), 86'399);
    EXPECT_EQ(day_of(-1), -1);
}

}  // namespace
}  // namespace fairfeed
