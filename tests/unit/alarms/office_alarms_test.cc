// Alarms from decided blocks: each in the block in which it can first be known, and only once.
#include "gateway/alarms/office_alarms.h"

#include <gmock/gmock.h>

#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "tests/unit/follower/followed_chain.h"

namespace fairfeed::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AlarmsOfAChain : public FollowedChain {
  protected:
    // The alarms of the blocks that the follower has not seen yet, "height kind subject".
    std::vector<std::string> alarms() {
        catch_up_with(1);
        std::vector<std::string> said;
        for (; seen_ < appended_.size(); ++seen_) {
            const AppendBlock& block = appended_[seen_];
            for (const OfficeAlarm& each : follow(block, block.settlements)) {
                EXPECT_EQ(each.height, block.committed->block.header.height);
                EXPECT_EQ(each.what.back(), '.') << each.what;
                said.push_back(std::to_string(each.height) + " " +
                               std::string(to_string(each.kind)) + " " + each.subject);
            }
        }
        return said;
    }
    std::vector<OfficeAlarm> follow(const AppendBlock& block,
                                    const std::vector<RecomputedSettlement>& settlements) {
        return fold_
            .follow({{*block.committed, block.before, block.after}, settlements, block.faults})
            .alarms;
    }
    void settle_without(const MeterId& missing) {
        auto readings = chain_.read_all(kOne, next_window_);
        readings.erase(missing);
        const auto group = chain_.group(chain_.settle(kOne, next_window_, readings), readings);
        ++next_window_;
        append(group);
    }
    void settle_with(std::int64_t generation_wh) {
        chain_.run_window({kOne}, next_window_++, generation_wh);
        states_.push_back(chain_.state());
    }
    [[nodiscard]] std::string prosumer() const {
        for (const MeterId& meter : chain_.state().meters_of(kOne, 0))
            if (chain_.state().capacity_w(meter, 0) > 0) return meter.str();
        return "";
    }

    const ClusterId kOne = TestNetwork::cluster(1);
    OfficeAlarms fold_{PeakLimits{}, network_.genesis().content.parameters};
    std::size_t seen_ = 0;
};

TEST_F(AlarmsOfAChain, are_none_while_nothing_happens) {
    grow(4);
    EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(AlarmsOfAChain, name_a_broken_seal_in_its_block) {
    grow(1);
    const MeterId meter = TestNetwork::meter(1, 2);
    append({make_event(
        {1, network_.network(), meter, kOne, 1, 77, AlarmType::seal_broken, 1'470'700'000},
        network_.key(meter))});
    EXPECT_THAT(alarms(), ElementsAre("2 seal_broken " + meter.str()));
}

TEST_F(AlarmsOfAChain, name_a_meter_when_it_becomes_silent_and_not_again) {
    const MeterId meter = TestNetwork::meter(1, 1);
    grow(1);
    settle_without(meter);
    settle_without(meter);
    EXPECT_THAT(alarms(), IsEmpty());
    settle_without(meter);
    EXPECT_THAT(alarms(), ElementsAre("4 silent_meter " + meter.str()));
    settle_without(meter);
    EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(AlarmsOfAChain, name_a_node_against_which_there_is_evidence) {
    grow(1);
    const NodeId culprit = TestNetwork::node(2);
    const auto vote = [&](std::string_view block) {
        Vote said{{VoteType::prevote, 1, 0, sha256(as_bytes(block))}, culprit, {}};
        said.signature = network_.key(culprit).sign(
            vote_to_be_signed(said.content, culprit, network_.network()));
        return encode_vote(said);
    };
    append({*make_evidence(Offence::two_votes, vote("a"), vote("b"), network_.network())});
    EXPECT_THAT(alarms(), ElementsAre("2 evidence_against_node " + culprit.str()));
}

TEST_F(AlarmsOfAChain, name_registers_that_were_reset) {
    grow(1);
    catch_up_with(1);
    auto settlements = appended_[0].settlements;
    settlements[0].opened.lines[1].flags |= kLineRegisterReset;
    const auto found = follow(appended_[0], settlements);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, OfficeAlarmKind::impossible_registers);
    EXPECT_EQ(found[0].subject, settlements[0].opened.lines[1].meter.str());
}

TEST_F(AlarmsOfAChain, name_a_capacity_that_is_exceeded_in_the_third_window) {
    const std::int64_t too_much_wh = states_[0].capacity_w(MeterId(prosumer()), 0) * 120 / 100 / 4;
    settle_with(too_much_wh);
    settle_with(too_much_wh);
    EXPECT_THAT(alarms(), IsEmpty());
    settle_with(too_much_wh);
    const auto said = alarms();
    ASSERT_FALSE(said.empty());
    EXPECT_EQ(said[0], "3 capacity_exceeded " + prosumer());
}

TEST_F(AlarmsOfAChain, tell_of_a_week_without_a_tariff_of_its_own) {
    const GridClock grid = chain_.state().grid();
    const auto week = static_cast<Window>(kSecondsPerWeek / grid.window_seconds());
    grow(week - 1);
    EXPECT_THAT(alarms(), IsEmpty());
    grow(3);
    EXPECT_THAT(alarms(), ::testing::SizeIs(1)) << "once for the week";
}

TEST_F(AlarmsOfAChain, count_weeks_by_the_clock_of_the_tariff_and_not_from_window_0) {
    const GridClock grid = chain_.state().grid();
    const auto week = static_cast<Window>(kSecondsPerWeek / grid.window_seconds());
    grow(week + 1);
    catch_up_with(1);
    std::vector<Height> told;
    for (AppendBlock& block : appended_) {
        for (ChainState* state : {&block.before, &block.after})
            state->tariffs[0].value.clock.offset_s = grid.window_seconds();
        for (const OfficeAlarm& each : follow(block, block.settlements)) {
            EXPECT_EQ(each.kind, OfficeAlarmKind::no_tariff);
            EXPECT_THAT(each.what, ::testing::HasSubstr("window " + std::to_string(week - 1)));
            told.push_back(each.height);
        }
    }
    EXPECT_THAT(told, ::testing::SizeIs(1)) << "Monday comes a window earlier in the east";
}

}  // namespace
}  // namespace fairfeed::test
