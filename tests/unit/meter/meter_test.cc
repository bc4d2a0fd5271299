#include "meter-sim/meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/meter/meter_bench.h"

namespace fairfeed {
namespace {

using meter_effect::PersistFirstPublish;
using meter_effect::PersistReading;
using meter_effect::PersistReceipt;
using meter_effect::PersistState;
using meter_effect::Publish;
using test::all_of;
using test::MeterBench;
using test::only_reading;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t kWindow = 14'400;
const MeterEvent kTick = meter_event::Tick{};

std::vector<NodeId> members_of(const std::vector<Publish>& publishes) {
    std::vector<NodeId> members;
    for (const Publish& publish : publishes)
        members.push_back(publish.member);
    return members;
}

TEST(Meter, says_nothing_before_its_window_has_ended) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    EXPECT_TRUE(meter.step(kTick, bench.at(0, kWindow - 1)).empty());
    EXPECT_EQ(meter.deadline_ms(bench.at(0, 0)), kWindow * 1000);
}

TEST(Meter, a_window_becomes_one_sealed_and_signed_reading) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    const KeptReading kept = only_reading(meter.step(kTick, bench.at(1)));
    const SignedReading reading = bench.decoded(kept.envelope);
    EXPECT_EQ(reading.id, kept.id);
    EXPECT_EQ(reading.header.meter, bench.meter_id());
    EXPECT_EQ(reading.header.cluster, ClusterId("cluster-1"));
    EXPECT_EQ(reading.header.window, 0U);
    EXPECT_EQ(reading.header.sequence, 1U);
    EXPECT_EQ(reading.header.key_epoch, 1U);
    EXPECT_LE(kept.envelope.size(), kMaxReadingBytes);
    const ReadingBody body = bench.opened(kept.envelope);
    EXPECT_EQ(body.end, (Registers{0, 16 * 400, 16 * 500}));
    EXPECT_EQ(body.available_wh, 16 * 500);
    EXPECT_EQ(body.share_w, 5000);  // its certified capacity: 100 %
}

TEST(Meter, the_sequence_and_the_bytes_are_persisted_before_they_are_published) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    bench.connect_all(meter, bench.at(0));
    const MeterEffects effects = meter.step(kTick, bench.at(1));
    ASSERT_EQ(effects.size(), 6U);
    const auto& persisted = std::get<PersistReading>(effects[0]);
    EXPECT_EQ(persisted.state.next_sequence, 2U);
    EXPECT_EQ(persisted.state.next_window, 1U);
    EXPECT_EQ(persisted.state.previous, persisted.reading.id);
    EXPECT_EQ(std::get<PersistFirstPublish>(effects[1]).real_ms, bench.at(1).real_ms);
    for (std::size_t i = 2; i < effects.size(); ++i)
        EXPECT_EQ(*std::get<Publish>(effects[i]).envelope, persisted.reading.envelope);
}

TEST(Meter, windows_it_slept_through_are_measured_and_chained_not_skipped) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    const auto readings = all_of<PersistReading>(meter.step(kTick, bench.at(5)));
    ASSERT_EQ(readings.size(), 5U);
    Digest previous;
    Registers before;
    for (Window window = 0; window < 5; ++window) {
        const SignedReading reading = bench.decoded(readings[window].reading.envelope);
        EXPECT_EQ(reading.header.window, window);
        EXPECT_EQ(reading.header.sequence, window + 1);
        EXPECT_EQ(reading.header.previous, previous);
        previous = reading.id;
        const ReadingBody body = bench.opened(readings[window].reading.envelope);
        EXPECT_EQ(registers_at_start(body), before);
        before = body.end;
    }
}

TEST(Meter, a_long_sleep_is_made_up_in_several_steps) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    const Instant now = bench.at(100);
    EXPECT_EQ(all_of<PersistReading>(meter.step(kTick, now)).size(), Meter::kMaxWindowsPerStep);
    EXPECT_LE(meter.deadline_ms(now), now.steady_ms);
    EXPECT_EQ(all_of<PersistReading>(meter.step(kTick, now)).size(),
              100 - Meter::kMaxWindowsPerStep);
    EXPECT_EQ(meter.state().next_window, 100U);
}

TEST(Meter, stops_measuring_at_the_window_limit) {
    test::TestNetworkOptions options;
    options.parameters.window_limit = 2;
    const MeterBench bench(options);
    Meter meter = bench.fresh();
    EXPECT_EQ(all_of<PersistReading>(meter.step(kTick, bench.at(9))).size(), 2U);
    EXPECT_TRUE(meter.has_measured_all());
    EXPECT_TRUE(meter.step(kTick, bench.at(9)).empty());
}

TEST(Meter, keeps_a_reading_until_two_members_hold_it_and_one_is_not_the_parent) {
    const MeterBench bench;
    const NodeId parent = bench.member(1);
    const std::vector<std::pair<std::vector<NodeId>, bool>> cases = {
        {{parent}, false},
        {{parent, parent}, false},
        {{bench.member(2)}, false},
        {{bench.member(2), bench.member(2)}, false},
        {{parent, bench.member(2)}, true},
        {{bench.member(3), bench.member(4)}, true},
    };
    for (const auto& [receipts, enough] : cases) {
        Meter meter = bench.fresh();
        const KeptReading kept = only_reading(meter.step(kTick, bench.at(1)));
        for (const NodeId& node : receipts)
            (void)meter.step(bench.receipt(node, kept), bench.at(1));
        EXPECT_EQ(meter.pending() == 0, enough) << receipts.size();
        EXPECT_TRUE(meter.ignored().empty());
    }
}

TEST(Meter, small_committees_need_all_they_have) {
    for (const std::size_t nodes : {1U, 2U}) {
        test::TestNetworkOptions options;
        options.nodes = nodes;
        const MeterBench bench(options);
        Meter meter = bench.fresh();
        const KeptReading kept = only_reading(meter.step(kTick, bench.at(1)));
        for (std::size_t i = 1; i <= nodes; ++i) {
            EXPECT_EQ(meter.pending(), 1U);
            (void)meter.step(bench.receipt(bench.member(i), kept), bench.at(1));
        }
        EXPECT_EQ(meter.pending(), 0U);
    }
}

TEST(Meter, a_receipt_is_persisted_and_the_last_one_needed_completes_the_reading) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    const KeptReading kept = only_reading(meter.step(kTick, bench.at(1)));
    auto first =
        all_of<PersistReceipt>(meter.step(bench.receipt(bench.member(1), kept), bench.at(1)));
    ASSERT_EQ(first.size(), 1U);
    EXPECT_FALSE(first[0].complete);
    auto second =
        all_of<PersistReceipt>(meter.step(bench.receipt(bench.member(2), kept), bench.at(1)));
    ASSERT_EQ(second.size(), 1U);
    EXPECT_TRUE(second[0].complete);
    EXPECT_EQ(second[0].member, bench.member(2));
    EXPECT_TRUE(meter.step(bench.receipt(bench.member(3), kept), bench.at(1)).empty());
}

TEST(Meter, believes_no_receipt_that_a_member_did_not_sign) {
    const MeterBench bench;
    const auto named_by_another = [&](const KeptReading& kept) {
        const Receipt receipt{bench.meter_id(), kept.window, kept.sequence, kept.id};
        return bench.message(bench.member(2), Channel::receipt,
                             encode_receipt(receipt, bench.member(3), bench.network().network(),
                                            bench.network().key(bench.member(3))));
    };
    const auto signed_by_another = [&](const KeptReading& kept) {
        const Receipt receipt{bench.meter_id(), kept.window, kept.sequence, kept.id};
        return bench.message(bench.member(2), Channel::receipt,
                             encode_receipt(receipt, bench.member(2), bench.network().network(),
                                            bench.network().key(bench.member(3))));
    };
    const auto about_other_bytes = [&](KeptReading kept) {
        kept.id.bytes[0] ^= 1;
        return bench.receipt(bench.member(2), kept);
    };
    const auto of_nobody = [&](const KeptReading& kept) {
        const auto event = bench.receipt(bench.member(2), kept);
        const Topic topic{bench.network().options().parameters.name, "node-9", Channel::receipt,
                          bench.meter_id().str()};
        return MeterEvent(
            meter_event::Message{topic.str(), std::get<meter_event::Message>(event).payload});
    };
    const auto rubbish = [&](const KeptReading&) {
        return bench.message(bench.member(2), Channel::receipt, Bytes{0xff, 0x00});
    };
    const auto elsewhere = [&](const KeptReading& kept) {
        auto event = bench.receipt(bench.member(2), kept);
        std::get<meter_event::Message>(event).topic = "ff1/other/node-2/receipt/meter-1-1";
        return event;
    };
    const std::vector<std::pair<std::function<MeterEvent(const KeptReading&)>, std::string>> cases =
        {{named_by_another, "wrong_topic"},
         {signed_by_another, "wrong_signature"},
         {about_other_bytes, "conflicting_reading"},
         {of_nobody, "not_a_member"},
         {rubbish, "malformed"},
         {elsewhere, "wrong_topic"}};
    for (const auto& [forge, reason] : cases) {
        Meter meter = bench.fresh();
        const KeptReading kept = only_reading(meter.step(kTick, bench.at(1)));
        (void)meter.step(bench.receipt(bench.member(1), kept), bench.at(1));
        const auto noted = all_of<meter_effect::NoteIgnored>(meter.step(forge(kept), bench.at(1)));
        ASSERT_EQ(noted.size(), 1U) << reason;
        EXPECT_EQ(meter.pending(), 1U) << reason;
        EXPECT_EQ(meter.ignored().size(), 1U) << reason;
        EXPECT_EQ(meter.ignored().begin()->first, reason);
    }
}

TEST(Meter, resends_the_same_bytes_with_back_off_to_those_who_do_not_hold_them) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    bench.connect_all(meter, bench.at(0));
    Instant now = bench.at(1);
    const KeptReading kept = only_reading(meter.step(kTick, now));
    (void)meter.step(bench.receipt(bench.member(1), kept), now);
    // Nothing is known of the round trip, so the first pause is the longest.
    const Timers timers = bench.network().options().parameters.timers;
    const std::int64_t longest_ms = RoundTrip::kLongestCaps * timers.rebroadcast_cap_ms;
    for (int i = 0; i < 8; ++i) {
        const std::int64_t pause_ms = meter.deadline_ms(now).value() - now.steady_ms;
        EXPECT_GE(pause_ms, longest_ms);
        EXPECT_LT(pause_ms, longest_ms + longest_ms / 8);
        now.steady_ms += pause_ms - 1;
        EXPECT_TRUE(meter.step(kTick, now).empty());
        now.steady_ms += 1;
        const auto publishes = all_of<Publish>(meter.step(kTick, now));
        EXPECT_THAT(members_of(publishes),
                    UnorderedElementsAre(bench.member(2), bench.member(3), bench.member(4)));
        for (const Publish& publish : publishes)
            EXPECT_EQ(*publish.envelope, kept.envelope);
    }
}

TEST(Meter, publishes_at_once_to_a_member_that_comes_later_and_notes_the_first_time) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    const MeterEffects alone = meter.step(kTick, bench.at(1));
    EXPECT_TRUE(all_of<Publish>(alone).empty());
    EXPECT_EQ(meter.unpublished(), 1U);
    Instant later = bench.at(1);
    later.steady_ms += 10;
    later.real_ms += 10;
    const MeterEffects effects = meter.step(meter_event::Connected{bench.member(3)}, later);
    ASSERT_EQ(effects.size(), 2U);
    EXPECT_EQ(std::get<PersistFirstPublish>(effects[0]).real_ms, later.real_ms);
    EXPECT_EQ(std::get<Publish>(effects[1]).member, bench.member(3));
    EXPECT_EQ(meter.unpublished(), 0U);
    later.steady_ms += 10;
    const MeterEffects more = meter.step(meter_event::Connected{bench.member(2)}, later);
    EXPECT_TRUE(all_of<PersistFirstPublish>(more).empty());
    EXPECT_EQ(all_of<Publish>(more).size(), 1U);
}

TEST(Meter, a_member_that_is_gone_gets_nothing_until_it_is_back) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    bench.connect_all(meter, bench.at(0));
    (void)meter.step(meter_event::Disconnected{bench.member(4)}, bench.at(0));
    EXPECT_THAT(members_of(all_of<Publish>(meter.step(kTick, bench.at(1)))),
                ElementsAre(bench.member(1), bench.member(2), bench.member(3)));
}

TEST(Meter, a_backlog_goes_out_in_order_as_receipts_make_room) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    const Instant now = bench.at(40);
    const auto readings = all_of<PersistReading>(meter.step(kTick, now));
    ASSERT_EQ(readings.size(), 40U);
    Instant later = now;
    later.steady_ms += 60'000;
    (void)meter.step(meter_event::Connected{bench.member(1)}, later);
    const auto first = all_of<Publish>(meter.step(meter_event::Connected{bench.member(2)}, later));
    EXPECT_EQ(first.size(), Meter::kMaxUnderWay);
    (void)meter.step(bench.receipt(bench.member(1), readings[0].reading), later);
    const auto next =
        all_of<Publish>(meter.step(bench.receipt(bench.member(2), readings[0].reading), later));
    EXPECT_THAT(members_of(next), ElementsAre(bench.member(1), bench.member(2)));
    EXPECT_EQ(*next[0].envelope, readings[Meter::kMaxUnderWay].reading.envelope);
}

TEST(Meter, readings_that_came_too_late_do_not_keep_the_next_ones_at_home) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    bench.connect_all(meter, bench.at(0));
    constexpr Window kSleptThrough = 40;
    Instant now = bench.at(kSleptThrough);
    const auto late = all_of<PersistReading>(meter.step(kTick, now));
    const auto refuse = [&](std::size_t member) {
        for (const PersistReading& each : late) {
            const KeptReading& reading = each.reading;
            (void)meter.step(bench.refusal(bench.member(member), "closed_window", reading.window,
                                           reading.sequence),
                             now);
        }
    };
    refuse(1);
    now = bench.at(kSleptThrough + 1);
    const auto published_of = [&](const MeterEffects& effects, const KeptReading& reading) {
        std::size_t count = 0;
        for (const Publish& publish : all_of<Publish>(effects))
            if (*publish.envelope == reading.envelope) ++count;
        return count;
    };
    MeterEffects effects = meter.step(kTick, now);
    EXPECT_EQ(published_of(effects, only_reading(effects)), 0U) << "one member may lie";
    refuse(2);
    now = bench.at(kSleptThrough + 2);
    effects = meter.step(kTick, now);
    EXPECT_EQ(published_of(effects, only_reading(effects)), 4U);
    EXPECT_EQ(published_of(effects, late.front().reading), 4U) << "kept, and tried again";
    EXPECT_EQ(meter.pending(), kSleptThrough + 2);
}

TEST(Meter, refusals_are_counted_by_reason_and_the_reading_is_kept) {
    const MeterBench bench;
    Meter meter = bench.fresh();
    (void)meter.step(kTick, bench.at(1));
    const auto noted = all_of<meter_effect::NoteRefusal>(
        meter.step(bench.refusal(bench.member(1), "future_window"), bench.at(1)));
    ASSERT_EQ(noted.size(), 1U);
    EXPECT_EQ(noted[0].reason, "future_window");
    const auto kept = [&](const char* reason) {
        return all_of<meter_effect::PersistRefusal>(
            meter.step(bench.refusal(bench.member(2), reason), bench.at(1)));
    };
    EXPECT_EQ(kept("future_window").size(), 1U);
    EXPECT_EQ(kept("wrong_cluster").size(), 1U) << "it is over meanwhile, and something is wrong";
    EXPECT_TRUE(kept("no such reason").empty()) << "the first one is kept";
    ASSERT_EQ(kept("closed_window").size(), 1U) << "that stays true";
    EXPECT_TRUE(kept("closed_window").empty());
    EXPECT_TRUE(kept("future_window").empty());
    EXPECT_EQ(meter.refusals().at("future_window"), 3U);
    EXPECT_EQ(meter.refusals().at("other"), 1U);
    EXPECT_EQ(meter.pending(), 1U);
}

}  // namespace
}  // namespace fairfeed
