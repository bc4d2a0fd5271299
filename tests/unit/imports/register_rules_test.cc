#include "meter-sim/imports/register_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed::imports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kQuarter = 900;
constexpr std::int64_t kUwhPerWh = 1'000'000;

// A register whose figures in Wh are a quarter hour apart.
class RegisterRules : public ::testing::Test {
  protected:
    RegisterReading read(const std::vector<std::int64_t>& figures_wh) {
        values_.clear();
        for (std::size_t i = 0; i < figures_wh.size(); ++i) {
            ReadValue value;
            value.place.line = i + 2;
            value.value = figures_wh[i] * kUwhPerWh;
            values_.push_back(value);
        }
        std::vector<PlacedValue> placed;
        for (std::size_t i = 0; i < values_.size(); ++i)
            placed.push_back({static_cast<std::int64_t>(i) * kQuarter, 0, false, &values_[i]});
        return read_register(placed, 100'000, errors_);
    }
    static std::vector<std::int64_t> wh(const RegisterReading& reading) {
        std::vector<std::int64_t> out;
        for (const Interval& interval : reading.intervals)
            out.push_back(interval.uwh / kUwhPerWh);
        return out;
    }
    std::vector<ReadValue> values_;
    ImportErrors errors_{{"a.csv"}};
};

TEST_F(RegisterRules, energy_is_the_difference_of_figures) {
    const RegisterReading reading = read({8'350'277, 8'350'385, 8'350'385, 8'350'705});
    EXPECT_THAT(wh(reading), ElementsAre(108, 0, 320));
    EXPECT_THAT(reading.events, IsEmpty());
    EXPECT_EQ(reading.step_s, kQuarter);
}

TEST_F(RegisterRules, a_register_that_passes_its_last_digit_goes_on) {
    const RegisterReading reading = read({99'999'800, 99'999'900, 150, 400});
    EXPECT_THAT(wh(reading), ElementsAre(100, 250, 250));
    ASSERT_EQ(reading.events.size(), 1U);
    EXPECT_THAT(reading.events[0].text, HasSubstr("rolled over"));
    EXPECT_EQ(reading.events[0].place.line, 4U);
}

// A sensor that shows nothing for a while, and one figure with a digit too many, made huge
// energies.
TEST_F(RegisterRules, figures_that_later_ones_contradict_are_left_out) {
    const RegisterReading gone = read({5'000, 5'100, 0, 0, 5'400, 5'500});
    EXPECT_THAT(wh(gone), ElementsAre(100, 300, 100));
    EXPECT_EQ(gone.events.size(), 2U);
    EXPECT_TRUE(gone.intervals[1].bridged);
    EXPECT_FALSE(gone.intervals[2].bridged);
    const RegisterReading high = read({5'000, 9'005'100, 5'200, 5'300});
    EXPECT_THAT(wh(high), ElementsAre(200, 100));
    EXPECT_THAT(high.events[0].text, HasSubstr("false figure left out"));
}

TEST_F(RegisterRules, an_exchanged_meter_and_a_jump_leave_a_gap_whose_energy_is_unknown) {
    const RegisterReading exchanged = read({5'000'000, 5'000'100, 200, 300, 500});
    EXPECT_THAT(wh(exchanged), ElementsAre(100, 100, 200));
    EXPECT_EQ(exchanged.intervals[1].start_s, 2 * kQuarter);
    EXPECT_THAT(exchanged.events[0].text, HasSubstr("as if the meter was exchanged"));
    const RegisterReading jumped = read({100, 200, 9'000'000, 9'000'100, 9'000'200, 9'000'300});
    EXPECT_THAT(wh(jumped), ElementsAre(100, 100, 100, 100));
    EXPECT_THAT(jumped.events[0].text, HasSubstr("jumped"));
}

TEST_F(RegisterRules, two_figures_for_one_time_are_refused_unless_they_agree) {
    ReadValue first;
    first.place.line = 2;
    first.value = 5;
    ReadValue second = first;
    second.place.line = 3;
    EXPECT_EQ(
        read_register({{0, 0, false, &first}, {0, 0, false, &second}}, 100'000, errors_).repeated,
        1U);
    EXPECT_TRUE(errors_.empty());
    second.value = 6;
    (void)read_register({{0, 0, false, &first}, {0, 0, false, &second}}, 100'000, errors_);
    EXPECT_THAT(errors_.take(), ElementsAre(HasSubstr("a.csv:3: a second figure of the register "
                                                      "for the time of a.csv:2")));
}

}  // namespace
}  // namespace fairfeed::imports
