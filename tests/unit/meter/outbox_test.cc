#include "meter-sim/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "meter-sim/variation.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/meter/meter_bench.h"

namespace fairfeed {
namespace {

using meter_effect::PersistReading;
using meter_effect::Publish;
using test::all_of;
using test::MeterBench;
using ::testing::HasSubstr;
using testing_support::TempDirectory;

constexpr std::int64_t kWindow = 14'400;
const MeterEvent kTick = meter_event::Tick{};

class OutboxTest : public ::testing::Test {
  protected:
    Outbox open(std::int64_t window_seconds = kWindow) {
        auto outbox = Outbox::open(file_, bench_.network().network(), window_seconds);
        if (!outbox) ADD_FAILURE() << outbox.error().message;
        return std::move(*outbox);
    }
    // The meter as a starting process restores it.
    Meter started(Outbox& outbox) {
        auto known = outbox.load(bench_.meter_id());
        CHECK(known.has_value());
        if (!*known) return bench_.fresh(uneven);
        std::vector<KeptReading> pending;
        for (OutboxReading& row : (*known)->readings)
            pending.push_back(std::move(row.reading));
        return Meter(bench_.setup(uneven), std::move((*known)->state), std::move(pending));
    }
    void write(Outbox& outbox, const MeterEffects& effects) {
        std::vector<MeterAndEffect> writes;
        for (const MeterEffect& effect : effects)
            writes.emplace_back(bench_.meter_id(), &effect);
        const auto written = outbox.write(writes);
        ASSERT_TRUE(written) << written.error().message;
    }
    static QuarterEnergy uneven(std::int64_t quarter) {
        return {100 + quarter * 37 % 211, quarter * 53 % 400};
    }

    TempDirectory directory_;
    std::filesystem::path file_ = directory_ / "outbox.db";
    MeterBench bench_;
};

TEST_F(OutboxTest, a_restart_goes_on_exactly_and_resends_the_same_bytes) {
    MeterState before;
    Bytes envelope;
    {
        Outbox outbox = open();
        Meter meter = started(outbox);
        const MeterEffects effects = meter.step(kTick, bench_.at(1));
        envelope = test::only_reading(effects).envelope;
        write(outbox, effects);
        for (std::size_t i = 1; i <= 2; ++i)
            write(outbox, meter.step(bench_.share(bench_.member(i), 0, 700, bench_.start_s(2)),
                                     bench_.at(1, 60)));
        before = meter.state();
    }
    Outbox outbox = open();
    Meter meter = started(outbox);
    EXPECT_EQ(meter.state(), before);
    EXPECT_EQ(meter.state().shares.size(), 1U);
    EXPECT_EQ(meter.pending(), 1U);
    const auto sent =
        all_of<Publish>(meter.step(meter_event::Connected{bench_.member(2)}, bench_.at(1, 120)));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(*sent[0].envelope, envelope);
}

// A meter that forgot would close its relay by itself at a restart.
TEST_F(OutboxTest, a_disconnected_meter_stays_disconnected_after_a_restart) {
    const MeterCommand command{
        9, bench_.meter_id(), MeterOrder::disconnect, CommandReason::grid_safety, 1, 2};
    MeterState before;
    for (const bool is_executed : {false, true}) {
        {
            Outbox outbox = open();
            Meter meter = started(outbox);
            if (is_executed) {
                write(outbox, meter.step(kTick, bench_.at(2)));
            } else {
                write(outbox, meter.step(kTick, bench_.at(1)));
                for (std::size_t i = 1; i <= 2; ++i)
                    write(outbox,
                          meter.step(bench_.command(bench_.member(i), command), bench_.at(1, 60)));
            }
            before = meter.state();
        }
        Outbox outbox = open();
        EXPECT_EQ(started(outbox).state(), before);
        EXPECT_EQ(before.relay.command, command);
        EXPECT_EQ(before.relay.executed_at_s.has_value(), is_executed);
    }
}

TEST_F(OutboxTest, receipts_survive_and_complete_readings_are_not_pending_any_more) {
    {
        Outbox outbox = open();
        Meter meter = started(outbox);
        const MeterEffects effects = meter.step(kTick, bench_.at(2));
        write(outbox, effects);
        const auto readings = all_of<PersistReading>(effects);
        for (std::size_t i = 1; i <= 2; ++i)
            write(outbox,
                  meter.step(bench_.receipt(bench_.member(i), readings[0].reading), bench_.at(2)));
        write(outbox,
              meter.step(bench_.receipt(bench_.member(3), readings[1].reading), bench_.at(2)));
    }
    Outbox outbox = open();
    const auto known = outbox.load(bench_.meter_id());
    ASSERT_TRUE(known && *known);
    ASSERT_EQ((*known)->readings.size(), 1U);
    EXPECT_EQ((*known)->readings[0].reading.window, 1U);
    EXPECT_EQ((*known)->readings[0].reading.receipts, std::set<NodeId>{bench_.member(3)});
    EXPECT_EQ(started(outbox).pending(), 1U);
}

// However far a killed process had got in a step, no receiver gets two readings of one window.
TEST_F(OutboxTest, remembers_who_refused_a_reading_and_why) {
    {
        Outbox outbox = open();
        Meter meter = started(outbox);
        write(outbox, meter.step(kTick, bench_.at(1)));
        for (const char* reason : {"future_window", "closed_window"})
            write(outbox, meter.step(bench_.refusal(bench_.member(2), reason), bench_.at(1)));
    }
    const auto meters = read_outbox(file_);
    ASSERT_TRUE(meters && meters->size() == 1);
    const auto& refusals = meters->front().readings.front().refusals;
    EXPECT_EQ(refusals, (std::map<NodeId, std::string>{{bench_.member(2), "closed_window"}}));
}

TEST_F(OutboxTest, no_kill_between_effects_makes_a_meter_say_two_things) {
    std::map<Window, Bytes> said;
    std::map<std::uint64_t, Window> window_of;
    std::int64_t last_total = 0;
    for (Window window = 1; window <= 60; ++window) {
        Outbox outbox = open();
        Meter meter = started(outbox);
        const std::uint64_t chance = mix_number(41, window);
        bench_.connect_all(meter, bench_.at(window - 1));
        const MeterEffects effects = meter.step(kTick, bench_.at(window));
        if (chance % 3 == 0) continue;  // killed before the transaction
        write(outbox, effects);
        std::size_t leaves = chance % 3 == 1 ? pick(mix(chance), 0, 4) : SIZE_MAX;
        for (const Publish& publish : all_of<Publish>(effects)) {
            if (leaves-- == 0) break;  // killed between two publishes
            const SignedReading reading = bench_.decoded(*publish.envelope);
            const auto first = said.emplace(reading.header.window, *publish.envelope).first;
            ASSERT_EQ(first->second, *publish.envelope);
            const auto number =
                window_of.emplace(reading.header.sequence, reading.header.window).first;
            ASSERT_EQ(number->second, reading.header.window);
        }
        const Registers& total = meter.state().registers.total;
        ASSERT_GE(total.import_wh + total.export_wh + total.generation_wh, last_total);
        last_total = total.import_wh + total.export_wh + total.generation_wh;
    }
    EXPECT_GT(said.size(), 40U);
    // Every restart continues the same measurement: the last registers equal those of a meter that
    // never stopped.
    Outbox outbox = open();
    Meter meter = started(outbox);
    write(outbox, meter.step(kTick, bench_.at(61)));
    Meter unbroken = bench_.fresh(uneven);
    (void)unbroken.step(kTick, bench_.at(61));
    EXPECT_EQ(meter.state().registers, unbroken.state().registers);
}

TEST_F(OutboxTest, the_ring_overwrites_what_is_receipted_and_nothing_else) {
    constexpr std::int64_t kRing = kRingDays * 6;
    Outbox outbox = open();
    MeterState state;
    const auto keep = [&](Window window, bool receipted) {
        state.next_sequence = window + 2;
        state.next_window = window + 1;
        KeptReading reading{window, window + 1, {}, Bytes(8, 1), {}, {}};
        MeterEffects effects = {PersistReading{reading, state}};
        if (receipted)
            effects.push_back(meter_effect::PersistReceipt{window + 1, bench_.member(1), true});
        write(outbox, effects);
    };
    for (Window window = 0; window < kRing + 10; ++window)
        keep(window, window != 3);
    const auto meters = read_outbox(file_);
    ASSERT_TRUE(meters);
    const auto& readings = meters->at(0).readings;
    ASSERT_EQ(readings.size(), static_cast<std::size_t>(kRing) + 1);
    EXPECT_EQ(readings[0].reading.window, 3U);
    EXPECT_EQ(readings[1].reading.window, 10U);
    EXPECT_TRUE(readings[1].reading.receipts.contains(bench_.member(1)));
}

TEST_F(OutboxTest, never_stores_a_second_reading_of_a_window_or_a_sequence) {
    Outbox outbox = open();
    const auto attempt = [&](Window window, std::uint64_t sequence) {
        const MeterEffect effect =
            PersistReading{KeptReading{window, sequence, {}, Bytes(8, 1), {}, {}}, MeterState{}};
        return outbox.write({{bench_.meter_id(), &effect}}).has_value();
    };
    EXPECT_TRUE(attempt(0, 1));
    EXPECT_FALSE(attempt(0, 2));
    EXPECT_FALSE(attempt(1, 1));
    EXPECT_TRUE(attempt(1, 2));
}

TEST_F(OutboxTest, the_first_publish_is_noted_once_and_can_be_read_beside_a_running_meter) {
    Outbox outbox = open();
    Meter meter = started(outbox);
    bench_.connect_all(meter, bench_.at(0));
    write(outbox, meter.step(kTick, bench_.at(1)));
    write(outbox, {meter_effect::PersistFirstPublish{1, 99}});
    const auto meters = read_outbox(file_);
    ASSERT_TRUE(meters);
    ASSERT_EQ(meters->size(), 1U);
    EXPECT_EQ(meters->at(0).meter, bench_.meter_id());
    EXPECT_EQ(meters->at(0).readings.at(0).reading.first_publish_ms, bench_.at(1).real_ms);
    EXPECT_EQ(meters->at(0).state, meter.state());
}

TEST_F(OutboxTest, is_for_one_process_and_refuses_the_next_by_name) {
    Outbox outbox = open();
    const auto link = directory_ / "link.db";
    std::filesystem::create_symlink(file_, link);
    for (const auto& name : {file_, link}) {
        const auto second = Outbox::open(name, bench_.network().network(), kWindow);
        ASSERT_FALSE(second);
        EXPECT_THAT(second.error().message, HasSubstr("'" + name.string() + "' is in use by"));
        EXPECT_FALSE(second.error().damage);
    }
    Meter meter = started(outbox);
    write(outbox, meter.step(kTick, bench_.at(1)));
}

// Two writers without a common lock: another machine, or a removed lock file.
TEST_F(OutboxTest, is_not_damaged_by_two_writers_that_no_lock_keeps_apart) {
    const auto attempt = [&](Outbox& outbox, Meter& meter, Window window) {
        const MeterEffects effects = meter.step(kTick, bench_.at(window));
        std::vector<MeterAndEffect> writes;
        for (const MeterEffect& effect : effects)
            writes.emplace_back(bench_.meter_id(), &effect);
        return outbox.write(writes);
    };
    {
        Outbox one = open();
        Meter meter = started(one);
        ASSERT_TRUE(attempt(one, meter, 1));
        std::filesystem::remove(file_.string() + ".lock");
        Outbox other = open();
        Meter twin = started(other);
        ASSERT_TRUE(attempt(other, twin, 2));
        const auto refused = attempt(one, meter, 3);
        ASSERT_FALSE(refused);
        EXPECT_THAT(refused.error().message, HasSubstr("another process writes"));
        ASSERT_TRUE(attempt(other, twin, 3));
    }
    Outbox outbox = open();
    EXPECT_EQ(started(outbox).state().next_window, 3U);
}

TEST_F(OutboxTest, refuses_the_outbox_of_another_network) {
    { (void)open(); }
    Digest other = bench_.network().network();
    other.bytes[0] ^= 1;
    const auto outbox = Outbox::open(file_, other, kWindow);
    ASSERT_FALSE(outbox);
    EXPECT_THAT(outbox.error().message, HasSubstr("another network"));
}

}  // namespace
}  // namespace fairfeed
