// What a capacity is taken away for, and what DGMD alone may take by a policy (paper A69, A70). The
// table of abuse is what a stolen gateway can try (threat 54).
#include "core/state/capacity_rules.h"

#include <gtest/gtest.h>

#include "core/state/authority_rules.h"
#include "core/state/execution.h"
#include "core/state/office_rules.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);
const MeterId kConsumer = TestNetwork::meter(1, 2);
const MeterId kOther = TestNetwork::meter(1, 3);
constexpr WatchLimits kTwoOfThree{.windows_exceeded = 2, .of_windows = 3};

// Windows 0 and 1 are settled when the policy comes; window 2 runs, and 3 is the first that counts.
class PolicyTest : public testing::Test {
  protected:
    PolicyTest() : chain_(network_) {
        for (const Window window : {0U, 1U})
            chain_.run_window({kOne}, window);
    }
    [[nodiscard]] const ChainState& state() const { return chain_.state(); }
    [[nodiscard]] std::string judge(const std::vector<Transaction>& transactions) const {
        ChainState copy = state();
        PlainSignatureChecker signatures;
        const auto result = execute_transactions(copy, transactions, copy.height + 1,
                                                 copy.tip_time_ms + 1, signatures);
        return result ? "accepted" : std::string(to_string(result.error().reason));
    }
    [[nodiscard]] std::string judge(const TransactionContent& content) const {
        return judge({network_.from_dgmd(state(), content)});
    }
    std::string say(const TransactionContent& content) {
        const std::string said = judge(content);
        const Transaction notice = network_.from_dgmd(state(), content);
        if (said != "accepted") return said;
        EXPECT_TRUE(chain_.append(chain_.next_block({notice}, state().tip_time_ms + 1)));
        return said;
    }
    void run_to(Window last) {
        for (Window window = *state().clusters.at(kOne).last_window + 1; window <= last; ++window)
            chain_.run_window({kOne}, window);
    }
    [[nodiscard]] std::uint64_t policy() const { return state().policy->policy.sequence; }
    // By the policy in force.
    [[nodiscard]] Deauthorisation taken(std::vector<Window> evidence, MeterId meter = kMeter,
                                        Window ahead = 0) const {
        return {0,
                std::move(meter),
                DeauthorisationReason::over_capacity,
                *state().clusters.at(kOne).last_window + 2 + ahead,
                std::move(evidence),
                policy()};
    }

    TestNetwork network_;
    TestChain chain_;
};

TEST_F(PolicyTest, without_one_the_officers_decide_by_the_papers_limits) {
    EXPECT_EQ(state().watch_limits(), (WatchLimits{110, 115, 3, 42}));
    Deauthorisation alone{0, kMeter, DeauthorisationReason::over_capacity, 3, {0, 1}, 1};
    EXPECT_EQ(judge(alone), "no_policy");
    alone.policy.reset();
    EXPECT_EQ(judge({network_.draft(state(), alone)}), "no_quorum");
    EXPECT_EQ(judge(alone), "accepted");
}

TEST_F(PolicyTest, needs_the_officers_itself_and_holds_from_the_next_window_on) {
    const WatchPolicy policy{0, kTwoOfThree, 1};
    EXPECT_EQ(judge({network_.draft(state(), policy)}), "no_quorum");
    EXPECT_EQ(say(policy), "accepted");
    EXPECT_EQ(state().watch_limits(), kTwoOfThree);
    EXPECT_EQ(state().policy->from, 3U);
    run_to(3);
    EXPECT_EQ(judge(taken({2, 3})), "no_ground") << "window 2 ran when the policy came";
    run_to(4);
    EXPECT_EQ(judge(taken({3, 4})), "accepted");
}

TEST_F(PolicyTest, lets_dgmd_alone_take_a_capacity_that_the_officers_give_back) {
    ASSERT_EQ(say(WatchPolicy{0, kTwoOfThree, 1}), "accepted");
    run_to(5);
    ASSERT_EQ(say(taken({4, 5})), "accepted");
    EXPECT_EQ(state().meters.at(kMeter).deauthorised,
              (DeauthorisedMeter{7, DeauthorisationReason::over_capacity, true}));
    EXPECT_EQ(state().capacity_w(kMeter, 6), 5000);
    EXPECT_EQ(state().capacity_w(kMeter, 7), 0);
    run_to(7);
    EXPECT_EQ(say(CapacityCertificate{0, kMeter, 5000, 9}), "accepted") << "without another visit";
    EXPECT_EQ(state().meters.at(kMeter).deauthorised, std::nullopt);
    EXPECT_EQ(state().capacity_w(kMeter, 9), 5000);
}

TEST_F(PolicyTest, gives_a_stolen_gateway_no_more_than_it_states) {
    ASSERT_EQ(say(WatchPolicy{0, kTwoOfThree, 1}), "accepted");
    run_to(6);
    const auto changed = [&](auto change) {
        Deauthorisation notice = taken({5, 6});
        change(notice);
        return notice;
    };
    const struct {
        const char* name;
        Deauthorisation notice;
        const char* expected;
    } table[] = {
        {"of another reason",
         changed([](auto& n) { n.reason = DeauthorisationReason::grid_safety; }), "no_ground"},
        {"one window too few", taken({6}), "no_ground"},
        {"one window too many", taken({4, 5, 6}), "no_ground"},
        {"a window that is not among the last n", taken({3, 6}), "no_ground"},
        {"a window that is not settled", taken({6, 7}), "no_ground"},
        {"a window of long ago", taken({0, 1}), "no_ground"},
        {"another policy", changed([](auto& n) { *n.policy += 1; }), "no_policy"},
        {"the window that runs", changed([](auto& n) { n.effective = 7; }), "not_effective"},
        {"a day ahead", taken({5, 6}, kMeter, 6), "accepted"},
        {"more than a day ahead", taken({5, 6}, kMeter, 7), "not_effective"},
        {"a consumer", taken({5, 6}, kConsumer), "no_ground"},
        {"a stranger", taken({5, 6}, MeterId("x")), "unknown_meter"},
        {"as it should be", taken({5, 6}), "accepted"},
    };
    for (const auto& row : table)
        EXPECT_EQ(judge(row.notice), row.expected) << row.name;
    Transaction by_officer = network_.draft(state(), taken({5, 6}));
    const NodeId officer = TestNetwork::officer(1);
    by_officer = make_notice(by_officer.content, test::kLongValid, officer, network_.network(),
                             test::signing_key(officer.str()));
    EXPECT_EQ(judge({by_officer}), "not_a_member") << "the officers allowed it DGMD";
    Transaction approved = network_.approved(network_.draft(state(), taken({5, 6})), {officer});
    EXPECT_EQ(judge({approved}), "malformed") << "bytes that no id covers";
}

TEST_F(PolicyTest, is_exhausted_for_seven_days_even_by_a_new_one) {
    constexpr Window kWeek = 42;
    ASSERT_EQ(say(WatchPolicy{0, kTwoOfThree, 1}), "accepted");
    run_to(5);
    ASSERT_EQ(say(taken({4, 5})), "accepted");
    EXPECT_EQ(judge(taken({4, 5}, kOther)), "policy_exhausted");
    ASSERT_EQ(say(WatchPolicy{0, kTwoOfThree, 1}), "accepted");
    run_to(5 + kWeek - 1);
    const Window last = *state().clusters.at(kOne).last_window;
    EXPECT_EQ(judge(taken({last - 1, last}, kOther)), "policy_exhausted");
    run_to(last + 1);
    EXPECT_EQ(policy_room(state(), last + 2), 1U);
    EXPECT_EQ(say(taken({last, last + 1}, kOther)), "accepted");
    EXPECT_EQ(state().policy_uses.size(), 1U) << "older ones are forgotten";
}

TEST_F(PolicyTest, counts_no_window_of_before_the_capacity_came_back) {
    ASSERT_EQ(say(WatchPolicy{0, kTwoOfThree, 3}), "accepted");
    run_to(5);
    ASSERT_EQ(say(taken({4, 5})), "accepted");
    EXPECT_EQ(judge(taken({4, 5})), "deauthorised") << "once is enough";
    ASSERT_EQ(say(CapacityCertificate{0, kMeter, 5000, 8}), "accepted");
    run_to(8);
    EXPECT_EQ(judge(taken({6, 8})), "no_ground") << "in window 7 it had none";
    run_to(9);
    EXPECT_EQ(judge(taken({8, 9})), "accepted");
}

// Else a stolen gateway could make an officers' decision one that needs no inspection any more.
TEST_F(PolicyTest, brings_forward_what_officers_decided_and_leaves_it_theirs) {
    ASSERT_EQ(say(WatchPolicy{0, kTwoOfThree, 1}), "accepted");
    run_to(5);
    ASSERT_EQ(say(Deauthorisation{0, kMeter, DeauthorisationReason::grid_safety, 40}), "accepted");
    ASSERT_EQ(say(taken({4, 5})), "accepted");
    EXPECT_EQ(state().meters.at(kMeter).deauthorised,
              (DeauthorisedMeter{7, DeauthorisationReason::grid_safety, false}));
    EXPECT_EQ(judge(CapacityCertificate{0, kMeter, 5000, 9}), "deauthorised");
}

TEST_F(PolicyTest, is_withdrawn_by_another_and_dies_with_the_stolen_key) {
    ASSERT_EQ(say(WatchPolicy{0, kTwoOfThree, 3}), "accepted");
    run_to(5);
    const Transaction of_thief = network_.draft(state(), taken({4, 5}), test::kLongValid, 1);
    const Transaction keys =
        network_.from_dgmd(state(), DgmdKeyChange{0, TestNetwork::dgmd_keys("dgmd-2")});
    EXPECT_EQ(judge({keys, of_thief}), "retired_key");
    const Transaction withdrawn = network_.from_dgmd(state(), WatchPolicy{0, kTwoOfThree, 0});
    EXPECT_EQ(judge({withdrawn, of_thief}), "no_policy");
    ASSERT_EQ(say(WatchPolicy{0, kTwoOfThree, 0}), "accepted");
    EXPECT_EQ(judge(taken({4, 5})), "no_policy") << "it names the one in force, which allows none";
}

TEST_F(PolicyTest, is_refused_when_nobody_could_keep_it) {
    const auto with = [](auto change) {
        WatchPolicy policy{0, kTwoOfThree, 1};
        change(policy);
        return policy;
    };
    EXPECT_EQ(judge(with([](auto& p) { p.limits.exceed_percent = 109; })), "out_of_range");
    EXPECT_EQ(judge(with([](auto& p) { p.limits.warn_percent = 99; })), "out_of_range");
    EXPECT_EQ(judge(with([](auto& p) { p.limits.exceed_percent = 1001; })), "out_of_range");
    EXPECT_EQ(judge(with([](auto& p) { p.limits.windows_exceeded = 0; })), "out_of_range");
    EXPECT_EQ(judge(with([](auto& p) { p.limits.windows_exceeded = 4; })), "out_of_range");
    EXPECT_EQ(judge(with([](auto& p) { p.limits.of_windows = 1001; })), "out_of_range");
    EXPECT_EQ(judge(with([](auto& p) { p.most_per_week = 17; })), "out_of_range");
    EXPECT_EQ(judge(with([](auto& p) { p.most_per_week = 16; })), "accepted");
}

TEST_F(PolicyTest, leaves_windows_without_a_counted_reading_out) {
    ASSERT_EQ(say(WatchPolicy{0, kTwoOfThree, 1}), "accepted");
    run_to(4);
    OpenedReadings readings = chain_.read_all(kOne, 5);
    readings.erase(kMeter);
    const Settlement settled = chain_.settle(kOne, 5, readings);
    ASSERT_TRUE(chain_.append(chain_.next_block(chain_.group(settled, readings))));
    EXPECT_EQ(judge(taken({4, 5})), "no_ground") << "nobody read window 5";
    EXPECT_EQ(judge(taken({4, 5}, kOther)), "accepted");
    run_to(6);
    EXPECT_EQ(judge(taken({5, 6})), "no_ground") << "it is a gap now";
    EXPECT_EQ(judge(taken({4, 6})), "accepted");
}

}  // namespace
}  // namespace fairfeed
