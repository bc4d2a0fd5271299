// Decided blocks in the records: each alarm opens its one order within its block, also over a
// restart and over a database that was away.
#include "gateway/records/records_follower.h"

#include <gmock/gmock.h>

#include "core/wire/event_codec.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/follower/followed_chain.h"

namespace fairfeed::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing_support::TempDirectory;

class BlocksForTheOffice : public FollowedChain {
  protected:
    BlocksForTheOffice() {
        grow(1);
        append({broken(1)});
        grow(1);
        append({broken(2)});
        catch_up_with(1);
    }
    [[nodiscard]] Transaction broken(std::size_t meter) const {
        const MeterId id = TestNetwork::meter(1, meter);
        return make_event({1, network_.network(), id, TestNetwork::cluster(1), 1, 77,
                           AlarmType::seal_broken, 1'470'700'000},
                          network_.key(id));
    }
    [[nodiscard]] DatabasePlace place() const { return {directory_ / "records.db", {}}; }
    [[nodiscard]] RecordsFollower follower(const DatabasePlace& where) const {
        return {where, PeakLimits{}, network_.genesis().content, network_.network()};
    }
    // An application for this meter, up to its code.
    [[nodiscard]] ApplicationId coded(const MeterId& meter, const Digest& commitment) const {
        constexpr std::int64_t kAt = 1'400'000'000;
        using enum ApplicationAction;
        auto records = *Records::open(place(), network_.network());
        const auto step_of = [&](ApplicationAction action) {
            ApplicationStep step;
            step.action = action;
            step.at_s = kAt;
            step.by = {ActorRole::office, "erik"};
            step.visit_s = kAt;
            return step;
        };
        const ApplicationForm form{{}, PersonId("p-1"), "sp-9", meter, Technology::solar, 5000, {}};
        const ApplicationId id = records.apply(form, "", step_of(apply))->form.id;
        ApplicationStep seen = step_of(inspect);
        seen.by = {ActorRole::inspector, "inspector-1"};
        seen.inspection =
            sign_inspection({id, meter, Technology::solar, 5200, {}, {}, kAt, ""},
                            NodeId("inspector-1"), network_.network(), signing_key("inspector-1"));
        ApplicationStep code = step_of(issue);
        code.commitment = commitment;
        for (const ApplicationStep& step : {step_of(schedule), seen, step_of(verify), code})
            EXPECT_TRUE(records.add_step(id, step));
        return id;
    }
    std::size_t play(RecordsFollower& follower, Height from, Height to) const {
        std::size_t grounds = 0;
        for (Height height = from; height <= to; ++height) {
            const AppendBlock& block = appended_.at(height - 1);
            grounds += follower
                           .follow({{*block.committed, block.before, block.after},
                                    block.settlements,
                                    block.faults},
                                   1'800'000'000)
                           .size();
        }
        return grounds;
    }
    [[nodiscard]] std::vector<WorkOrder> orders() const {
        const auto records = Records::open(place(), network_.network());
        CHECK(records.has_value());
        return *records->work_orders();
    }

    TempDirectory directory_;
};

TEST_F(BlocksForTheOffice, open_an_order_within_the_block_that_shows_why) {
    RecordsFollower following = follower(place());
    play(following, 1, 1);
    EXPECT_THAT(orders(), IsEmpty());
    play(following, 2, 2);
    ASSERT_THAT(orders(), SizeIs(1));
    EXPECT_EQ(orders()[0].alarm.height, 2U);
    play(following, 3, 4);
    EXPECT_THAT(orders(), SizeIs(2));
    EXPECT_FALSE(following.is_stalled()) << following.fault();
}

TEST_F(BlocksForTheOffice, open_no_order_again_after_a_restart) {
    {
        RecordsFollower following = follower(place());
        play(following, 1, 3);
    }
    RecordsFollower following = follower(place());
    play(following, 1, 4);
    EXPECT_THAT(orders(), SizeIs(2));
}

TEST_F(BlocksForTheOffice, use_the_code_up_and_bring_its_application_into_operation) {
    const MeterId meter = TestNetwork::meter(1, 1);
    const Digest commitment = sha256(as_bytes("certificate and salt"));
    const ApplicationId id = coded(meter, commitment);
    append(
        {network_.from_dgmd(chain_.state(), CapacityCertificate{0, meter, 5200, 40, commitment})});
    catch_up_with(1);
    RecordsFollower following = follower(place());
    play(following, 1, 4);
    const auto records = *Records::open(place(), network_.network());
    EXPECT_EQ(records.application(id)->state, ApplicationState::coded);
    EXPECT_EQ((**records.code(commitment)).record.used_s, std::nullopt);
    play(following, 5, 5);
    EXPECT_EQ(records.application(id)->state, ApplicationState::operating);
    EXPECT_EQ((**records.code(commitment)).record.used_s, 1'800'000'000);
}

TEST_F(BlocksForTheOffice, wait_for_a_database_that_is_away) {
    const DatabasePlace late{directory_ / "later/records.db", {}};
    RecordsFollower following = follower(late);
    EXPECT_TRUE(following.is_stalled());
    play(following, 1, 4);
    EXPECT_TRUE(following.is_stalled());
    std::filesystem::create_directory(directory_ / "later");
    following.try_database();
    EXPECT_FALSE(following.is_stalled()) << following.fault();
    const auto records = Records::open(late, network_.network());
    ASSERT_TRUE(records);
    EXPECT_THAT(*records->work_orders(), SizeIs(2));
    EXPECT_EQ(*records->alarms_height(), std::optional<Height>(4));
}

TEST_F(BlocksForTheOffice, name_the_grounds_to_deauthorise_once) {
    const std::int64_t too_much_wh = TestNetworkOptions().capacity_w * 120 / 100 / 4;
    for (int i = 0; i < 3; ++i) {
        chain_.run_window({TestNetwork::cluster(1)}, next_window_++, too_much_wh);
        states_.push_back(chain_.state());
    }
    catch_up_with(1);
    RecordsFollower following = follower(place());
    EXPECT_EQ(play(following, 1, 6), 0U);
    EXPECT_GE(play(following, 7, 7), 1U);
    RecordsFollower crashed = follower(place());
    EXPECT_GE(play(crashed, 1, 7), 1U) << "no draft of them was on the disk yet";
    crashed.note_drafted(7);
    RecordsFollower again = follower(place());
    EXPECT_EQ(play(again, 1, 7), 0U) << "they were drafted before the restart";
}

}  // namespace
}  // namespace fairfeed::test
