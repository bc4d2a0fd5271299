// The gateway's follower among nodes that are late, repeat themselves, forge, or contradict each
// other; after a restart, and after a week away.
#include "gateway/follower/follower.h"

#include <gmock/gmock.h>

#include "tests/unit/follower/followed_chain.h"

namespace fairfeed::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kWeek = 42;  // windows

using AFollower = FollowedChain;

TEST_F(AFollower, takes_a_block_when_a_node_has_one_more) {
    grow(1);
    EXPECT_EQ(hear(commit(1, block(1))).index, 0U) << "a moment, as a node waits";
    EXPECT_EQ(answer_all(wait(kLongMs)), 1U);
    ASSERT_EQ(appended_.size(), 1U);
    EXPECT_EQ(*appended_[0].committed, block(1));
    EXPECT_EQ(appended_[0].before.height, 0U);
    EXPECT_EQ(appended_[0].after.tip, states_[1].tip);
    ASSERT_EQ(appended_[0].settlements.size(), 1U) << "opened with DGMD's keys";
    EXPECT_TRUE(appended_[0].settlements[0].judged) << "and computed again";
    EXPECT_THAT(follower_.summary().faults, IsEmpty());
}

TEST_F(AFollower, that_was_away_for_a_week_catches_up_from_one_node) {
    grow(kWeek);
    const Asked asked = hear(status(2, top()));
    EXPECT_EQ(asked.index, 2U);
    EXPECT_EQ(follower_.summary().claimed, 0U) << "one of four may lie about its height";
    (void)hear(status(3, top()));
    EXPECT_EQ(follower_.summary().behind(), kWeek);
    EXPECT_EQ(answer_all(asked), 3U) << "sixteen blocks at a time";
    const FollowerSummary summary = follower_.summary();
    EXPECT_EQ(summary.height, kWeek);
    EXPECT_EQ(summary.behind(), 0U);
    EXPECT_EQ(summary.tip, chain_.state().tip);
    EXPECT_EQ(summary.app_hash, app_hash(chain_.state()));
    EXPECT_EQ(word(2).standing, NodeStanding::agrees);
    EXPECT_EQ(word(4).standing, NodeStanding::unheard);
    for (const InvariantReport& report : summary.invariants)
        EXPECT_TRUE(!report.applicable || report.ok) << report.name << report.explanation;
}

TEST_F(AFollower, that_restarts_goes_on_where_its_ledger_ends) {
    grow(5);
    catch_up_with(1);
    ASSERT_EQ(appended_.size(), 5U);
    grow(3);
    Follower again = made();
    start(again, 5);
    EXPECT_EQ(again.summary().app_hash, follower_.summary().app_hash);
    auto asked = keep(again.step(status(3, top()), now_));
    EXPECT_EQ(asked.request.from, 6U);
    asked = keep(again.step(honest_answer(3, asked.request), now_));
    EXPECT_EQ(asked.index, 0U);
    EXPECT_EQ(again.summary().tip, chain_.state().tip);
    ASSERT_EQ(appended_.size(), 8U);
    EXPECT_TRUE(appended_.back().settlements.at(0).judged) << "the accounts went on as well";
    EXPECT_THAT(again.summary().faults, IsEmpty());
}

TEST_F(AFollower, takes_an_answer_that_comes_twice_once) {
    grow(3);
    const Asked asked = hear(status(1, top()));
    const NodeSpoke said = honest_answer(1, asked.request);
    (void)hear(said);
    (void)hear(said);
    EXPECT_EQ(appended_.size(), 3U);
    EXPECT_EQ(word(1).refused.at("unasked"), 1U);
    EXPECT_EQ(follower_.summary().height, 3U);
}

TEST_F(AFollower, takes_a_late_answer_although_another_node_was_asked_meanwhile) {
    grow(3);
    const Asked first = hear(status(1, top()));
    (void)hear(status(2, top()));
    const Asked second = wait(kLongMs);
    ASSERT_EQ(second.index, 2U);
    (void)hear(honest_answer(1, first.request));
    EXPECT_EQ(follower_.summary().height, 3U);
    (void)hear(honest_answer(2, second.request));
    EXPECT_EQ(appended_.size(), 3U) << "the second answer brings nothing new, and no harm";
    EXPECT_EQ(follower_.summary().height, 3U);
}

TEST_F(AFollower, refuses_a_block_without_a_quorum_and_asks_the_next_node_at_once) {
    grow(2);
    (void)hear(status(2, top()));
    const Asked asked = hear(status(1, top()));
    EXPECT_EQ(asked.index, 0U) << "one is asked at a time";
    CommittedBlock forged = block(1);
    forged.certificate = make_certificate(network_, states_[0], forged.block.header, 2);
    const Asked next = hear(answer(2, {forged}));
    EXPECT_EQ(follower_.summary().height, 0U);
    EXPECT_EQ(word(2).refused.size(), 1U);
    EXPECT_EQ(next.index, 1U);
    EXPECT_EQ(answer_all(next), 1U);
    EXPECT_EQ(follower_.summary().height, 2U);
}

TEST_F(AFollower, refuses_bodies_that_the_certified_header_does_not_cover) {
    grow(1);
    (void)hear(status(1, top()));
    ASSERT_EQ(wait(kLongMs).index, 1U);
    CommittedBlock forged = block(1);
    forged.block.transactions.pop_back();
    (void)hear(answer(1, {forged}));
    EXPECT_EQ(follower_.summary().height, 0U);
    EXPECT_FALSE(follower_.summary().halted) << "the sender lied, not the quorum";
    EXPECT_EQ(word(1).refused.at("wrong_root"), 1U);
}

TEST_F(AFollower, refuses_a_body_whose_signature_was_changed) {
    grow(1);
    (void)hear(status(1, top()));
    ASSERT_EQ(wait(kLongMs).index, 1U);
    CommittedBlock forged = block(1);
    forged.block.transactions.back().endorsements.front().signature.bytes[5] ^= 1U;
    (void)hear(answer(1, {forged}));
    EXPECT_EQ(follower_.summary().height, 0U);
    EXPECT_FALSE(follower_.summary().halted);
    EXPECT_FALSE(word(1).refused.empty());
}

TEST_F(AFollower, takes_no_blocks_that_it_did_not_ask_for) {
    grow(2);
    (void)hear(answer(1, {block(1), block(2)}));
    EXPECT_EQ(follower_.summary().height, 0U);
    EXPECT_EQ(word(1).refused.at("unasked"), 1U);
}

TEST_F(AFollower, believes_no_status_that_another_signed_or_that_comes_over_anothers_broker) {
    grow(2);
    NodeSpoke said = status(1, top());
    said.broker = TestNetwork::node(2);
    EXPECT_EQ(hear(said).index, 0U);
    EXPECT_EQ(word(2).refused.at("wrong_topic"), 1U);
    const NodeId node = TestNetwork::node(3);
    const NodeSpoke forged = spoke(
        3, Channel::status,
        encode_status({2, {}, {}, 3, 0}, node, network_.network(), network_.key(network_.dgmd())));
    EXPECT_EQ(hear(forged).index, 0U);
    EXPECT_EQ(word(3).refused.at("wrong_signature"), 1U);
    EXPECT_EQ(word(3).standing, NodeStanding::unheard);
}

TEST_F(AFollower, names_the_node_whose_state_differs_until_it_agrees_again) {
    grow(2);
    catch_up_with(1);
    NodeStatus odd{2, states_[2].tip, app_hash(states_[1]), 3, 0};
    (void)hear(status(3, odd));
    EXPECT_EQ(word(3).standing, NodeStanding::differs);
    EXPECT_THAT(word(3).difference, HasSubstr("at height 2 it has the state"));
    odd.tip = states_[1].tip;
    (void)hear(status(3, odd));
    EXPECT_THAT(word(3).difference, HasSubstr("at height 2 it names block"));
    EXPECT_EQ(word(1).standing, NodeStanding::agrees);
    (void)hear(status(3, 2));
    EXPECT_EQ(word(3).standing, NodeStanding::agrees);
    EXPECT_THAT(word(3).difference, IsEmpty());
}

TEST_F(AFollower, compares_what_was_said_ahead_as_soon_as_it_has_the_height) {
    grow(2);
    (void)hear(status(3, NodeStatus{2, states_[1].tip, {}, 3, 0}));
    EXPECT_EQ(word(3).standing, NodeStanding::ahead);
    catch_up_with(1);
    EXPECT_EQ(word(3).standing, NodeStanding::differs);
}

TEST_F(AFollower, shows_two_certified_blocks_of_one_height_and_keeps_the_first) {
    grow(1);
    catch_up_with(1);
    CommittedBlock other = block(1);
    other.block.header.time_ms += 1;
    other.certificate = make_certificate(network_, states_[0], other.block.header);
    (void)hear(commit(4, other));
    (void)hear(commit(4, other));
    const FollowerSummary summary = follower_.summary();
    ASSERT_EQ(summary.contradictions.size(), 1U);
    EXPECT_EQ(summary.contradictions[0].node, TestNetwork::node(4));
    EXPECT_EQ(summary.contradictions[0].height, 1U);
    EXPECT_EQ(summary.tip, states_[1].tip);
    EXPECT_FALSE(summary.halted) << "its own chain is certified, and goes on";
    grow(1);
    catch_up_with(2);
    EXPECT_EQ(follower_.summary().height, 2U);
}

TEST_F(AFollower, takes_a_second_block_without_a_quorum_for_no_contradiction) {
    grow(1);
    catch_up_with(1);
    CommittedBlock other = block(1);
    other.block.header.time_ms += 1;
    other.certificate = make_certificate(network_, states_[0], other.block.header, 2);
    (void)hear(commit(4, other));
    EXPECT_THAT(follower_.summary().contradictions, IsEmpty());
    EXPECT_FALSE(word(4).refused.empty());
}

TEST_F(AFollower, stops_before_a_certified_block_that_does_not_follow_from_its_chain) {
    grow(2);
    (void)hear(status(1, top()));
    CommittedBlock odd = block(1);
    odd.block.header.app_hash.bytes[0] ^= 1U;
    odd.certificate = make_certificate(network_, states_[0], odd.block.header);
    (void)hear(answer(1, {odd}));
    const FollowerSummary summary = follower_.summary();
    EXPECT_TRUE(summary.halted);
    EXPECT_EQ(summary.height, 0U);
    ASSERT_EQ(summary.contradictions.size(), 1U);
    EXPECT_THAT(summary.contradictions[0].what, HasSubstr("wrong_app_hash"));
    EXPECT_EQ(hear(status(2, top())).index, 0U) << "it asks nobody any more";
    EXPECT_EQ(wait(kLongMs).index, 0U);
}

TEST_F(AFollower, is_not_made_late_by_one_liar) {
    grow(1);
    catch_up_with(1);
    for (const std::size_t index : {1U, 2U, 3U})
        (void)hear(status(index, 1));
    (void)hear(status(4, NodeStatus{UINT64_MAX, {}, {}, 0, 0}));
    EXPECT_EQ(follower_.summary().behind(), 0U);
    EXPECT_EQ(follower_.summary().height, 1U);
}

TEST_F(AFollower, tells_a_settlement_that_a_whole_committee_certified_wrongly_and_goes_on) {
    grow(1);
    const ClusterId cluster = TestNetwork::cluster(1);
    const auto readings = chain_.read_all(cluster, next_window_);
    const ClusterAccounts& accounts = chain_.accounts(cluster);
    auto draft = accounts.draft(chain_.state(), next_window_, {{next_window_, readings}});
    ASSERT_TRUE(draft);
    draft->lines[0].closing.balance_micro += 1;
    const auto wrong = accounts.seal(chain_.state(), next_window_, *draft, TestNetwork::node(1), 0,
                                     0, chain_.keys(), network_.random());
    ASSERT_TRUE(wrong);
    append(chain_.group(*wrong, readings));
    ++next_window_;
    grow(1);
    catch_up_with(1);
    const FollowerSummary summary = follower_.summary();
    EXPECT_EQ(summary.height, 3U);
    EXPECT_EQ(summary.fault_count, 1U);
    ASSERT_EQ(summary.faults.size(), 1U);
    EXPECT_EQ(summary.faults[0].height, 2U);
    EXPECT_EQ(appended_[1].faults, summary.faults);
    EXPECT_THAT(appended_[2].faults, IsEmpty()) << "the books go on from the lines of the chain";
}

TEST_F(AFollower, without_keys_follows_the_public_chain_and_names_the_closed_clusters) {
    grow(2);
    const NodeId dgmd = network_.dgmd();
    Follower keyless({dgmd, network_.key(dgmd), checker_, std::nullopt, network_.nodes(),
                      network_.genesis().content.parameters});
    start(keyless, 0);
    const Asked asked = keep(keyless.step(status(1, top()), now_));
    (void)keep(keyless.step(honest_answer(1, asked.request), now_));
    EXPECT_EQ(keyless.summary().height, 2U);
    EXPECT_TRUE(keyless.summary().closed.contains(TestNetwork::cluster(1)));
}

}  // namespace
}  // namespace fairfeed::test
