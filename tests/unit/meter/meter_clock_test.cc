// The clock of a meter, and the meter's behaviour when the machine's clock is wrong: leaps of a
// minute and of a year, forward and back, during a run and at a start. The committee's clock is
// right.
#include "meter-sim/meter_clock.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "tests/unit/meter/meter_bench.h"

namespace fairfeed {
namespace {

using test::all_of;
using test::MeterBench;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kYearMs = 365 * 24 * kHourMs;
constexpr std::int64_t kStartMs = 1'700'000'000'000;

Instant machine(std::int64_t passed_ms, std::int64_t wrong_ms, bool synchronised = true) {
    return {passed_ms, kStartMs + passed_ms + wrong_ms, synchronised};
}

TEST(MeterClock, goes_on_by_steady_time_while_the_clock_leaps_for_some_seconds) {
    for (const std::int64_t leap_ms : {kMinuteMs, kYearMs, -kMinuteMs, -kYearMs}) {
        MeterClock clock(machine(0, 0));
        for (std::int64_t at_ms = 0; at_ms <= 10 * kMinuteMs; at_ms += 500) {
            const bool wrong = at_ms >= kMinuteMs && at_ms < kMinuteMs + 50'000;
            const auto look = clock.look(machine(at_ms, wrong ? leap_ms : 0));
            EXPECT_EQ(look.now.real_ms, kStartMs + at_ms) << leap_ms;
            EXPECT_FALSE(look.set);
            EXPECT_EQ(look.now.synchronised, !wrong);
        }
    }
}

TEST(MeterClock, follows_a_clock_that_was_set_right_once_it_has_stood) {
    for (const std::int64_t wrong_ms : {kYearMs, -kYearMs}) {
        MeterClock clock(machine(0, wrong_ms, false));
        std::int64_t followed_at_ms = -1;
        for (std::int64_t at_ms = 1000; at_ms <= 2 * kMinuteMs; at_ms += 1000) {
            const auto look = clock.look(machine(at_ms, 0, false));
            const bool right = look.now.real_ms == kStartMs + at_ms;
            if (right && followed_at_ms < 0) {
                followed_at_ms = at_ms;
                EXPECT_EQ(look.set, wrong_ms < 0) << "time that was told, not lived";
            }
        }
        EXPECT_EQ(followed_at_ms, 1000 + MeterClock::kUndisciplinedStandsMs);
    }
}

TEST(MeterClock, follows_sooner_what_the_kernel_has_just_disciplined) {
    MeterClock clock(machine(0, -kYearMs, false));
    const auto at_once = clock.look(machine(1000, 0, true));
    EXPECT_EQ(at_once.now.real_ms, kStartMs + 1000 - kYearMs);
    const auto later = clock.look(machine(1000 + MeterClock::kDisciplinedStandsMs, 0, true));
    EXPECT_TRUE(later.set);
    EXPECT_TRUE(later.now.synchronised);
    EXPECT_EQ(later.now.real_ms, kStartMs + 1000 + MeterClock::kDisciplinedStandsMs);
}

TEST(MeterClock, corrects_small_differences_by_a_tenth_of_the_time_that_passes) {
    MeterClock clock(machine(0, 0));
    EXPECT_EQ(clock.look(machine(1000, 900)).now.real_ms, kStartMs + 1100);
    EXPECT_EQ(clock.look(machine(2000, 900)).now.real_ms, kStartMs + 2200);
    EXPECT_EQ(clock.look(machine(20'000, 900)).now.real_ms, kStartMs + 20'900);
    EXPECT_EQ(clock.look(machine(21'000, 0)).now.real_ms, kStartMs + 21'500);
    EXPECT_FALSE(clock.is_doubted());
}

// A meter, its clock, and a committee with the right clock. The committee receipts readings of past
// windows and refuses others, as a node does.
class LeapTest : public ::testing::Test {
  protected:
    using Wrong = std::function<std::int64_t(std::int64_t passed_ms)>;  // of the machine's clock

    static test::TestNetworkOptions options() {
        test::TestNetworkOptions out;
        out.parameters.window_seconds = 900;
        out.parameters.speed = 1;
        out.parameters.real_epoch_ms = kStartMs;
        return out;
    }
    // Runs the meter from one time after the start to another, as a new process.
    void run(Meter& meter, std::int64_t from_ms, std::int64_t to_ms, const Wrong& wrong) {
        MeterClock own(machine(from_ms, wrong(from_ms), false));
        hear(meter, meter_event::ClockSet{}, own.look(machine(from_ms, wrong(from_ms), false)).now,
             from_ms);
        for (const NodeId& node : bench_.network().committee(test::TestNetwork::cluster(1)))
            hear(meter, meter_event::Connected{node},
                 own.look(machine(from_ms, wrong(from_ms), false)).now, from_ms);
        for (std::int64_t at_ms = from_ms; at_ms <= to_ms; at_ms += 1000) {
            const auto look = own.look(machine(at_ms, wrong(at_ms), false));
            if (look.set) hear(meter, meter_event::ClockSet{}, look.now, at_ms);
            const auto due_ms = meter.deadline_ms(look.now);
            if (due_ms && *due_ms <= at_ms) hear(meter, meter_event::Tick{}, look.now, at_ms);
        }
    }
    void hear(Meter& meter, const MeterEvent& event, const Instant& now, std::int64_t true_ms) {
        const MeterEffects effects = meter.step(event, now);
        for (const auto& made : all_of<meter_effect::PersistReading>(effects)) {
            EXPECT_TRUE(signed_.emplace(made.reading.window, made.reading).second)
                << "window " << made.reading.window << " twice";
            if (!is_over(made.reading.window, true_ms)) ++early_;
        }
        std::vector<MeterEvent> answers;
        for (const auto& said : all_of<meter_effect::Publish>(effects)) {
            ++messages_;
            const ReadingHeader header = bench_.decoded(*said.envelope).header;
            const KeptReading& kept = signed_.at(header.window);
            const bool over = is_over(header.window, true_ms);
            if (!over) ++refused_;
            answers.push_back(over ? bench_.receipt(said.member, kept)
                                   : bench_.refusal(said.member, "future_window", header.window,
                                                    header.sequence));
        }
        for (const MeterEvent& answer : answers)
            hear(meter, answer, now, true_ms);
    }
    [[nodiscard]] bool is_over(Window window, std::int64_t true_ms) const {
        constexpr std::int64_t kAheadMs = 2000;  // the allowed lag of a node's clock
        return (window + 1) * std::int64_t{900'000} <= true_ms + kAheadMs;
    }
    void expect_all_receipted_until(const Meter& meter, std::int64_t true_ms) {
        const auto windows = static_cast<Window>(true_ms / 900'000);
        EXPECT_EQ(signed_.size(), windows);
        EXPECT_EQ(meter.pending(), 0U);
    }

    MeterBench bench_{options()};
    std::map<Window, KeptReading> signed_;
    std::size_t messages_ = 0;
    std::size_t refused_ = 0;
    std::size_t early_ = 0;
};

TEST_F(LeapTest, of_some_seconds_changes_nothing_of_what_a_meter_says) {
    for (const std::int64_t leap_ms : {kMinuteMs, kYearMs, -kMinuteMs, -kYearMs}) {
        SCOPED_TRACE(leap_ms);
        signed_.clear();
        Meter meter = bench_.fresh();
        run(meter, 0, 2 * kHourMs, [&](std::int64_t at_ms) {
            return at_ms >= kHourMs - 20'000 && at_ms < kHourMs + 20'000 ? leap_ms : 0;
        });
        EXPECT_EQ(early_, 0U);
        EXPECT_EQ(refused_, 0U);
        expect_all_receipted_until(meter, 2 * kHourMs);
    }
}

// The meter cannot know better. But it signs few windows too early, asks seldom, and its readings
// count once their windows are over.
TEST_F(LeapTest, at_the_start_costs_few_messages_and_no_reading_once_the_clock_is_right) {
    for (const std::int64_t leap_ms : {kMinuteMs, kYearMs}) {
        SCOPED_TRACE(leap_ms);
        signed_.clear();
        early_ = refused_ = 0;
        Meter meter = bench_.fresh();
        run(meter, kHourMs - 30'000, 2 * kHourMs,
            [&](std::int64_t at_ms) { return at_ms < kHourMs + 10 * kMinuteMs ? leap_ms : 0; });
        EXPECT_GE(early_, 1U);
        EXPECT_LE(early_, Meter::kMaxToldUnheard + 1) << "one of them is over meanwhile";
        const Timers& timers = bench_.network().options().parameters.timers;
        EXPECT_LE(refused_, 4U * (12 * kMinuteMs / timers.rebroadcast_cap_ms + 10));
        run(meter, 2 * kHourMs, 4 * kHourMs, [](std::int64_t) { return 0; });
        expect_all_receipted_until(meter, 4 * kHourMs);
    }
}

TEST_F(LeapTest, that_stands_makes_a_meter_sign_no_more_windows_and_ask_seldom_for_ever) {
    Meter meter = bench_.fresh();
    run(meter, 0, 10 * kMinuteMs, [](std::int64_t) { return 0; });
    run(meter, 10 * kMinuteMs, 4 * kHourMs, [](std::int64_t) { return kYearMs; });
    const std::size_t whole = 4 * kHourMs / 900'000;
    EXPECT_LE(early_, Meter::kMaxToldUnheard + whole) << "each a little before its end";
    EXPECT_LE(signed_.size(), whole + Meter::kMaxToldUnheard);
    const Timers& timers = bench_.network().options().parameters.timers;
    const std::size_t asked = 4 * (4 * kHourMs / timers.rebroadcast_cap_ms + 20);
    EXPECT_LE(refused_, asked) << "one reading asks for all";
}

TEST_F(LeapTest, does_not_keep_a_meter_that_was_away_from_making_up_what_it_missed) {
    Meter meter = bench_.fresh();
    run(meter, 30 * kHourMs, 30 * kHourMs + 60'000, [](std::int64_t) { return 0; });
    expect_all_receipted_until(meter, 30 * kHourMs);
}

TEST(MeterBackOff, is_longer_after_a_refusal_and_who_refuses_for_ever_delays_it_once) {
    const MeterBench bench;
    const Timers timers = bench.network().options().parameters.timers;
    Meter meter = bench.fresh();
    bench.connect_all(meter, bench.at(0));
    Instant now = bench.at(1);
    const KeptReading first = test::only_reading(meter.step(meter_event::Tick{}, now));
    for (const std::size_t member : {1U, 2U})  // so that a round trip is known: none at all
        (void)meter.step(bench.receipt(bench.member(member), first), now);
    now = bench.at(2);
    (void)meter.step(meter_event::Tick{}, now);
    ASSERT_LT(meter.deadline_ms(now), now.steady_ms + timers.rebroadcast_ms * 9 / 8);
    for (int i = 0; i < 100; ++i)
        (void)meter.step(bench.refusal(bench.member(1), "wrong_cluster", 1, 2), now);
    EXPECT_EQ(meter.deadline_ms(now), now.steady_ms + 2 * timers.rebroadcast_ms);
    (void)meter.step(meter_event::Disconnected{bench.member(1)}, now);
    EXPECT_TRUE(
        all_of<meter_effect::Publish>(meter.step(meter_event::Connected{bench.member(1)}, now))
            .empty())
        << "it has answered";
}

}  // namespace
}  // namespace fairfeed
