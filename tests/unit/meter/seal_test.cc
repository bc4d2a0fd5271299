// An opened meter signs its alarm, gives up its key, and sends only what it had signed before (rule
// 11; paper A36-A38).
#include <gtest/gtest.h>

#include "core/wire/event_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/meter/meter_bench.h"

namespace fairfeed {
namespace {

using meter_effect::PersistReading;
using meter_effect::PersistReceipt;
using meter_effect::Publish;
using meter_effect::ZeroiseKey;
using test::all_of;
using test::MeterBench;
using test::only_reading;

const MeterEvent kTick = meter_event::Tick{};

Meter opened_at(const MeterBench& bench, Window window) {
    MeterSetup setup = bench.setup();
    setup.breaks_at = window;
    return Meter(std::move(setup), {}, {});
}

TEST(BrokenSeal, is_said_in_a_signed_alarm_that_is_kept_before_it_is_sent) {
    const MeterBench bench;
    Meter meter = opened_at(bench, 1);
    bench.connect_all(meter, bench.at(0));
    EXPECT_EQ(meter.deadline_ms(bench.at(0)), bench.at(1).steady_ms);
    const MeterEffects effects = meter.step(kTick, bench.at(1));
    const auto kept = all_of<PersistReading>(effects);
    ASSERT_EQ(kept.size(), 2U) << "window 0, then the alarm";
    const auto event = decode_event(kept.back().reading.envelope, bench.network().network());
    ASSERT_TRUE(event);
    const auto& alarm = std::get<MeterAlarm>(event->content);
    EXPECT_EQ(alarm.window, 1U);
    EXPECT_EQ(alarm.counter, 2U);
    EXPECT_EQ(alarm.type, AlarmType::seal_broken);
    EXPECT_EQ(alarm.at_s, bench.start_s(1));
    const auto key = VerifyKey::from_point(bench.network().key(bench.meter_id()).public_key());
    EXPECT_TRUE(verify_transaction(*event, bench.network().network(), *key));
    std::size_t alarms = 0;
    for (const Publish& publish : all_of<Publish>(effects)) {
        alarms += publish.topic.ends_with("/event/-") ? 1U : 0U;
    }
    EXPECT_EQ(alarms, 4U) << "to every member";
    EXPECT_TRUE(std::holds_alternative<ZeroiseKey>(effects.back())) << "the key goes last";
}

TEST(BrokenSeal, of_a_meter_that_is_opened_in_the_middle_of_a_window_counts_from_that_window) {
    const MeterBench bench;
    Meter meter(bench.setup(), {}, {});
    bench.connect_all(meter, bench.at(0));
    const MeterEffects effects = meter.step(meter_event::Opened{}, bench.at(2, 60));
    const auto kept = all_of<PersistReading>(effects);
    ASSERT_EQ(kept.size(), 3U) << "windows 0 and 1 were over, then the alarm";
    const auto event = decode_event(kept.back().reading.envelope, bench.network().network());
    ASSERT_TRUE(event);
    EXPECT_EQ(std::get<MeterAlarm>(event->content).window, 2U);
    EXPECT_TRUE(meter.is_broken());
    EXPECT_TRUE(std::holds_alternative<ZeroiseKey>(effects.back()));
    EXPECT_TRUE(all_of<PersistReading>(meter.step(meter_event::Opened{}, bench.at(3))).empty());
}

TEST(BrokenSeal, of_a_meter_opened_before_its_network_begins_counts_from_its_first_window) {
    const MeterBench bench;
    Meter meter(bench.setup(), {}, {});
    Instant early = bench.at(0);
    early.real_ms -= 60'000;
    EXPECT_TRUE(all_of<PersistReading>(meter.step(meter_event::Opened{}, early)).empty());
    const KeptReading alarm = only_reading(meter.step(kTick, bench.at(0)));
    EXPECT_EQ(alarm.window, 0U);
}

TEST(BrokenSeal, ends_all_measuring_and_sends_on_what_was_signed) {
    const MeterBench bench;
    Meter meter = opened_at(bench, 1);
    (void)meter.step(kTick, bench.at(1));
    EXPECT_TRUE(meter.is_broken());
    EXPECT_TRUE(meter.has_measured_all());
    EXPECT_EQ(meter.pending(), 2U);
    const MeterEffects later = meter.step(meter_event::Connected{bench.member(1)}, bench.at(5));
    EXPECT_TRUE(all_of<PersistReading>(later).empty());
    EXPECT_EQ(all_of<Publish>(later).size(), 2U);
}

TEST(BrokenSeal, is_said_until_two_members_have_receipted_it) {
    const MeterBench bench;
    Meter meter = opened_at(bench, 0);
    const KeptReading alarm = only_reading(meter.step(kTick, bench.at(0)));
    bench.connect_all(meter, bench.at(0));
    for (const std::size_t member : {1, 2}) {
        EXPECT_EQ(meter.pending(), 1U);
        (void)meter.step(bench.receipt(bench.member(member), alarm), bench.at(0, 60));
    }
    EXPECT_EQ(meter.pending(), 0U);
}

TEST(BrokenSeal, outlives_a_restart_before_the_key_was_given_up) {
    const MeterBench bench;
    Meter meter = opened_at(bench, 1);
    const auto kept = all_of<PersistReading>(meter.step(kTick, bench.at(1)));
    // The outbox has the alarm; the key file is still there.
    Meter again(bench.setup(), kept.back().state, {kept.front().reading, kept.back().reading});
    EXPECT_TRUE(again.is_broken());
    const MeterEffects effects = again.step(kTick, bench.at(9));
    EXPECT_EQ(all_of<ZeroiseKey>(effects).size(), 1U);
    EXPECT_TRUE(all_of<PersistReading>(effects).empty());
    // With the key gone and the alarm receipted, the meter stays silent for ever.
    MeterSetup gone = bench.setup();
    gone.signer.reset();
    Meter silent(std::move(gone), kept.back().state, {});
    EXPECT_TRUE(silent.step(kTick, bench.at(9)).empty());
}

}  // namespace
}  // namespace fairfeed
