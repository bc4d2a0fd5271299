// A meter and the commands of the office: it executes what enough members of its committee say, in
// the windows of the command, and says so in its reading (paper T01, T02, A87).
#include "meter-sim/relay.h"

#include <gtest/gtest.h>

#include "tests/unit/meter/meter_bench.h"

namespace fairfeed {
namespace {

using meter_effect::NoteIgnored;
using meter_effect::PersistReading;
using meter_effect::PersistState;
using test::all_of;
using test::MeterBench;
using test::only_reading;
using test::TestNetwork;

const MeterEvent kTick = meter_event::Tick{};

class CommandedMeter : public ::testing::Test {
  protected:
    CommandedMeter() { (void)meter_.step(kTick, bench_.at(1)); }

    [[nodiscard]] MeterCommand order(MeterOrder order, Window effective, Window expires,
                                     std::int64_t hours = 0) {
        return {++sequence_, bench_.meter_id(), order, CommandReason::grid_safety,
                effective,   expires,           hours};
    }
    MeterEffects hear(std::size_t member, const MeterCommand& command, const Instant& now) {
        return meter_.step(bench_.command(bench_.member(member), command), now);
    }
    void hear_both(const MeterCommand& command, const Instant& now) {
        EXPECT_TRUE(hear(1, command, now).empty());
        EXPECT_EQ(all_of<PersistState>(hear(2, command, now)).size(), 1U);
    }
    // The reading of the window, which has just ended.
    [[nodiscard]] ReadingBody read(Window window) {
        return bench_.opened(only_reading(meter_.step(kTick, bench_.at(window + 1))).envelope);
    }
    [[nodiscard]] static std::int64_t load(const ReadingBody& body) {
        std::int64_t sum = 0;
        for (const QuarterHour& quarter : body.profile)
            sum += quarter.export_wh + quarter.generation_wh + quarter.import_wh;
        return sum;
    }

    const MeterBench bench_;
    Meter meter_ = bench_.fresh();
    std::uint64_t sequence_ = 0;
};

TEST_F(CommandedMeter, opens_its_relay_at_the_next_quarter_hour_and_acknowledges) {
    const MeterCommand command = order(MeterOrder::disconnect, 1, 1);
    hear_both(command, bench_.at(1, 4 * 900 + 60));
    const ReadingBody body = read(1);
    for (std::size_t i = 0; i < body.profile.size(); ++i)
        EXPECT_EQ(body.profile[i].generation_wh, i < 5 ? 500 : 0) << i;
    EXPECT_EQ(body.available_wh, 5 * 500);
    EXPECT_NE(body.flags & kFlagRelayOpen, 0U);
    EXPECT_EQ(body.flags & kFlagCurtailed, 0U);
    EXPECT_EQ(body.executed_command, command.sequence);

    const ReadingBody next = read(2);
    EXPECT_EQ(load(next), 0);
    EXPECT_NE(next.flags & kFlagRelayOpen, 0U) << "every reading says that the meter is off";
    EXPECT_EQ(next.executed_command, std::nullopt) << "acknowledged once";
}

TEST_F(CommandedMeter, closes_its_relay_by_a_later_command) {
    hear_both(order(MeterOrder::disconnect, 1, 1), bench_.at(1));
    EXPECT_EQ(load(read(1)), 0);
    hear_both(order(MeterOrder::connect, 3, 3), bench_.at(2, 60));
    EXPECT_EQ(load(read(2)), 0);
    const ReadingBody body = read(3);
    EXPECT_EQ(body.end.generation_wh, 2 * 16 * 500);
    EXPECT_EQ(body.flags & kFlagRelayOpen, 0U);
}

TEST_F(CommandedMeter, does_nothing_for_one_member_alone) {
    const MeterCommand command = order(MeterOrder::disconnect, 1, 9);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(hear(1, command, bench_.at(1, 60)).empty());
    MeterCommand other = command;
    other.expires = 8;
    EXPECT_TRUE(hear(2, other, bench_.at(1, 60)).empty()) << "not the same command";
    EXPECT_GT(load(read(1)), 0);
}

TEST_F(CommandedMeter, ignores_a_command_that_nobody_of_its_committee_signed) {
    const MeterCommand command = order(MeterOrder::disconnect, 1, 9);
    const NodeId liar = bench_.member(1);
    const MeterEvent forged =
        bench_.message(liar, Channel::command,
                       encode_command(command, liar, bench_.network().network(),
                                      bench_.network().key(bench_.member(2))));
    const auto ignored = all_of<NoteIgnored>(meter_.step(forged, bench_.at(1, 60)));
    ASSERT_EQ(ignored.size(), 1U);
    EXPECT_EQ(ignored[0].reason, Reject::wrong_signature);
    MeterCommand for_another = command;
    for_another.meter = TestNetwork::meter(1, 2);
    const auto misdirected = all_of<NoteIgnored>(hear(2, for_another, bench_.at(1, 60)));
    ASSERT_EQ(misdirected.size(), 1U);
    EXPECT_EQ(misdirected[0].reason, Reject::unknown_meter);
}

TEST_F(CommandedMeter, never_executes_a_command_that_expired_while_it_was_away) {
    hear_both(order(MeterOrder::disconnect, 0, 0), bench_.at(1, 60));
    EXPECT_GT(load(read(1)), 0);
    EXPECT_GT(load(read(2)), 0);
    hear_both(order(MeterOrder::disconnect, 1, 2), bench_.at(3));
    const ReadingBody body = read(3);
    EXPECT_GT(load(body), 0);
    EXPECT_EQ(body.executed_command, std::nullopt);
}

// A replayed disconnect must not undo the connect behind it.
TEST_F(CommandedMeter, takes_no_command_that_is_older_than_the_last) {
    const MeterCommand off = order(MeterOrder::disconnect, 1, 9);
    const MeterCommand on = order(MeterOrder::connect, 1, 9);
    hear_both(on, bench_.at(1));
    for (const std::size_t member : {1U, 2U, 3U})
        (void)hear(member, off, bench_.at(1, 60));
    EXPECT_EQ(meter_.state().relay.command, on);
    EXPECT_GT(load(read(1)), 0);
}

TEST_F(CommandedMeter, may_be_opened_by_a_technician_while_it_is_in_service_and_not_after) {
    hear_both(order(MeterOrder::service, 1, 1, 2), bench_.at(1));
    const Instant within = bench_.at(1, 7200 - 60);
    EXPECT_TRUE(all_of<PersistReading>(meter_.step(meter_event::Opened{}, within)).empty());
    EXPECT_FALSE(meter_.is_broken());
    const ReadingBody body = read(1);
    EXPECT_EQ(body.flags & kFlagService, 0U) << "over before the window's end";
    EXPECT_TRUE(body.executed_command.has_value());
    EXPECT_GT(load(body), 0) << "the home has power meanwhile";
    (void)meter_.step(meter_event::Opened{}, bench_.at(2, 60));
    EXPECT_TRUE(meter_.is_broken());
}

}  // namespace
}  // namespace fairfeed
