// Excesses on their way to the chain: alone by a policy, or to the officers; again where another
// notice came first, and never twice.
#include "gateway/capacity/excess_desk.h"

#include <gmock/gmock.h>

#include "core/state/execution.h"
#include "core/state/office_rules.h"
#include "core/state/registry.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ClusterId kOne = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);
const MeterId kOther = TestNetwork::meter(1, 3);
constexpr WatchLimits kTwoOfThree{.windows_exceeded = 2, .of_windows = 3};

class AnExcess : public ::testing::Test {
  protected:
    AnExcess() {
        chain_.run_window({kOne}, 0);
        say(network_.from_dgmd(state(), WatchPolicy{0, kTwoOfThree, 1}));
        for (const Window window : {1U, 2U, 3U, 4U})
            chain_.run_window({kOne}, window);
    }
    [[nodiscard]] const ChainState& state() const { return chain_.state(); }
    void say(const Transaction& notice) {
        const auto said = chain_.append(chain_.next_block({notice}, state().tip_time_ms + 1));
        ASSERT_TRUE(said) << to_string(said.error().reason);
    }
    void add(const MeterId& meter, const std::vector<Window>& windows) {
        CapacityExceeded excess{meter, kOne, {}};
        for (const Window window : windows)
            excess.windows.push_back({meter, kOne, window, 5000, 6000});
        desk_.add(std::move(excess));
    }
    [[nodiscard]] ExcessDesk::ExcessOutcome act(Window running = 5) {
        return desk_.act(
            {state(), running, running + 84, network_.dgmd(), TestNetwork::dgmd_signer(state())});
    }

    TestNetwork network_;
    TestChain chain_{network_};
    ExcessDesk desk_;
};

TEST_F(AnExcess, is_taken_to_the_chain_by_dgmd_alone_where_the_policy_says_so) {
    add(kMeter, {2, 3, 4});
    const auto outcome = act();
    ASSERT_THAT(outcome.submit, SizeIs(1));
    EXPECT_THAT(outcome.drafts, IsEmpty());
    EXPECT_THAT(std::get<Deauthorisation>(outcome.submit[0].content).evidence, ElementsAre(3, 4));
    EXPECT_THAT(act().submit, IsEmpty()) << "it waits for a block";
    say(outcome.submit[0]);
    EXPECT_EQ(state().capacity_w(kMeter, 7), 0);
    EXPECT_THAT(act().submit, IsEmpty());
    EXPECT_EQ(desk_.open(), 0U);
}

TEST_F(AnExcess, is_said_again_when_another_notice_took_its_number) {
    add(kMeter, {3, 4});
    ASSERT_THAT(act().submit, SizeIs(1));
    say(network_.from_dgmd(state(), CapacityCertificate{0, kOther, 5500, 9}));
    const auto again = act();
    ASSERT_THAT(again.submit, SizeIs(1));
    say(again.submit[0]);
    EXPECT_TRUE(state().meters.at(kMeter).deauthorised);
}

TEST_F(AnExcess, is_said_again_when_no_block_took_it_in_its_time) {
    add(kMeter, {3, 4});
    ASSERT_THAT(act(5).submit, SizeIs(1));
    EXPECT_THAT(act(6).submit, IsEmpty());
    EXPECT_THAT(act(7).submit, SizeIs(1));
}

// Nodes take numbers one after the other: two that overtake each other would wait for ever.
TEST_F(AnExcess, fills_the_gap_that_one_without_a_block_left_before_it) {
    const std::uint64_t next = state().dgmd_sequence + 1;
    add(kMeter, {3, 4});
    ASSERT_THAT(act(5).submit, SizeIs(1));
    add(kOther, {3, 4});
    ASSERT_THAT(act(6).submit, SizeIs(1));
    const auto again = act(7);
    ASSERT_THAT(again.submit, SizeIs(1)) << "the first one's window is over";
    EXPECT_EQ(registry_sequence(again.submit[0].content), next);
}

TEST_F(AnExcess, beyond_what_the_policy_allows_goes_to_the_officers) {
    add(kMeter, {3, 4});
    add(kOther, {3, 4});
    const auto first = act();
    ASSERT_THAT(first.submit, SizeIs(2)) << "nobody knows yet which block comes first";
    say(first.submit[0]);
    const auto then = act(7);
    EXPECT_THAT(then.submit, IsEmpty());
    ASSERT_THAT(then.drafts, SizeIs(1));
    EXPECT_EQ(then.drafts[0].first.meter, kOther);
    EXPECT_THAT(std::get<Deauthorisation>(then.drafts[0].second.notice.content).evidence,
                ElementsAre(3, 4));
    EXPECT_EQ(desk_.open(), 0U) << "it was drafted once";
}

TEST_F(AnExcess, of_before_the_policy_goes_to_the_officers) {
    add(kMeter, {0, 1});
    const auto outcome = act();
    EXPECT_THAT(outcome.submit, IsEmpty());
    EXPECT_THAT(outcome.drafts, SizeIs(1));
}

}  // namespace
}  // namespace fairfeed::test
