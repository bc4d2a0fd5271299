// The rules of the public state for a change of committee, and a keyholder's view of the change.
#include "core/accounts/handover.h"

#include <gtest/gtest.h>

#include "core/state/late_rules.h"
#include "core/state/settlement_rules.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/handover_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const ClusterId kOne = TestNetwork::cluster(1);
const NodeId kFirst = TestNetwork::node(1);

TestNetworkOptions six_nodes() {
    TestNetworkOptions options;
    options.nodes = 6;
    options.clusters = 1;  // its committee: nodes 1 to 4
    options.meters_per_cluster = 2;
    return options;
}

class HandoverRules : public ::testing::Test {
  protected:
    [[nodiscard]] std::string append(const std::vector<Transaction>& transactions,
                                     std::int64_t time_ms = 0) {
        const auto appended = chain.append(chain.next_block(transactions, time_ms));
        return appended ? "accepted" : std::string(to_string(appended.error().reason));
    }
    [[nodiscard]] std::string say(const TransactionContent& content, std::int64_t time_ms = 0) {
        return append({network.from_dgmd(chain.state(), content)}, time_ms);
    }
    [[nodiscard]] std::string grant(const std::vector<NodeId>& readers, Window effective,
                                    std::int64_t time_ms = 0) {
        std::string said = "nothing";
        for (const MeterId& meter : network.meters(kOne)) {
            const KeyEpoch next = chain.state().meters.at(meter).grants.back().epoch + 1;
            std::vector<NodeId> all = readers;
            all.push_back(network.dgmd());
            said = say(network.grant(meter, next, all, effective), time_ms);
            if (time_ms != 0) ++time_ms;
            chain.meter(meter).use_key_epoch(next);
        }
        return said;
    }
    [[nodiscard]] std::string allocate(const std::vector<NodeId>& members, Window effective,
                                       std::int64_t time_ms = 0) {
        CommitteeAllocation committee = chain.state().clusters.at(kOne).committee;
        committee.members = members;
        committee.epoch += 1;
        committee.effective = effective;
        return say(committee, time_ms);
    }
    [[nodiscard]] Transaction handover_by(const NodeId& sender,
                                          const std::vector<NodeId>& recipients) const {
        return handover_by(sender, recipients, [](Handover&) {});
    }
    template <class Change>
    [[nodiscard]] Transaction handover_by(const NodeId& sender,
                                          const std::vector<NodeId>& recipients,
                                          Change change) const {
        auto handover = write_handover(chain.state(), last_settlement(), sender, recipients,
                                       chain.keys(), network.random());
        CHECK(handover);
        change(*handover);
        return make_handover(*handover, sender, network.network(), signing_key(sender.str()));
    }
    [[nodiscard]] Settlement last_settlement() const {
        for (auto block = chain.blocks().rbegin(); block != chain.blocks().rend(); ++block) {
            for (const Transaction& transaction : block->block.transactions)
                if (const auto* found = std::get_if<Settlement>(&transaction.content))
                    return *found;
        }
        return {};
    }
    // Nodes 1 to 4 settle windows 0 and 1. From window 2 on the cluster belongs to `members`.
    void change_to(const std::vector<NodeId>& members) {
        chain.run_window({kOne}, 0);
        ASSERT_EQ(grant(members, 2), "accepted");
        ASSERT_EQ(allocate(members, 2), "accepted");
        for (const MeterId& meter : network.meters(kOne))
            chain.meter(meter).use_key_epoch(1);
        chain.run_window({kOne}, 1);
        for (const MeterId& meter : network.meters(kOne))
            chain.meter(meter).use_key_epoch(2);
    }
    [[nodiscard]] std::string settle(Window window) {
        const auto readings = chain.read_all(kOne, window);
        return append(chain.group(chain.settle(kOne, window, readings), readings));
    }

    TestNetwork network{six_nodes()};
    TestChain chain{network};
};

TEST_F(HandoverRules, hold_the_next_window_until_two_of_four_have_handed_over) {
    const auto next = nodes({1, 2, 5, 6});
    change_to(next);
    EXPECT_EQ(newcomers(chain.state(), kOne), nodes({5, 6}));
    EXPECT_FALSE(is_handed_over(chain.state(), kOne));
    EXPECT_EQ(settle(2), "not_handed_over");
    EXPECT_EQ(append({handover_by(kFirst, nodes({5, 6}))}), "accepted");
    EXPECT_EQ(settle(2), "not_handed_over");
    EXPECT_EQ(append({handover_by(TestNetwork::node(3), nodes({5, 6}))}), "accepted");
    EXPECT_TRUE(is_handed_over(chain.state(), kOne));
    EXPECT_EQ(append({handover_by(TestNetwork::node(4), nodes({5, 6}))}), "already_committed");
    EXPECT_EQ(settle(2), "accepted");
    EXPECT_TRUE(chain.state().clusters.at(kOne).handovers.empty());
    EXPECT_TRUE(newcomers(chain.state(), kOne).empty());
}

TEST_F(HandoverRules, take_one_of_dgmd_for_all) {
    change_to(nodes({5, 6}));
    EXPECT_EQ(append({handover_by(network.dgmd(), nodes({5, 6}))}), "accepted");
    EXPECT_EQ(settle(2), "accepted");
}

// Otherwise the other newcomers would wait for ever: the window would count as handed over, and no
// member could endorse.
TEST_F(HandoverRules, leave_no_newcomer_out_of_what_dgmd_hands_over) {
    const NodeId dgmd = network.dgmd();
    change_to(nodes({1, 5, 6}));
    EXPECT_EQ(append({handover_by(dgmd, nodes({5}))}), "not_a_member");
    EXPECT_EQ(append({handover_by(dgmd, nodes({1, 5}))}), "not_a_member");
    EXPECT_FALSE(is_handed_over(chain.state(), kOne));
    EXPECT_EQ(append({handover_by(dgmd, nodes({1, 5, 6}))}), "accepted") << "one who lost his too";
    EXPECT_TRUE(is_handed_over(chain.state(), kOne));
}

TEST_F(HandoverRules, let_dgmd_and_members_put_right_what_dgmd_garbled) {
    const auto come = nodes({5, 6});
    change_to(come);
    const Transaction garbled =
        handover_by(network.dgmd(), come, [](Handover& h) { h.sealed[0] ^= 1; });
    EXPECT_EQ(append({garbled}), "accepted") << "nobody else can see it";
    EXPECT_EQ(append({garbled}), "already_committed") << "whoever repeats it takes no place";
    EXPECT_EQ(append({handover_by(kFirst, come)}), "accepted");
    EXPECT_EQ(append({handover_by(TestNetwork::node(2), come)}), "accepted");
    EXPECT_EQ(append({handover_by(TestNetwork::node(3), come)}), "already_committed");
    for (int times = 0; times < 3; ++times)
        EXPECT_EQ(append({handover_by(network.dgmd(), come)}), "accepted");
    EXPECT_EQ(append({handover_by(network.dgmd(), come)}), "already_committed") << "not for ever";
}

TEST_F(HandoverRules, let_nobody_go_who_still_has_to_hand_over) {
    const auto come = nodes({1, 5, 6});
    const NodeRevocation leave{.sequence = 0, .node = TestNetwork::node(2)};
    change_to(come);
    EXPECT_EQ(say(leave), "still_allocated");
    EXPECT_EQ(append({handover_by(kFirst, nodes({5, 6}))}), "accepted");
    EXPECT_EQ(say(leave), "still_allocated");
    EXPECT_EQ(append({handover_by(TestNetwork::node(3), nodes({5, 6}))}), "accepted");
    EXPECT_EQ(say(leave), "accepted");
}

TEST_F(HandoverRules, ask_nothing_of_a_committee_that_only_loses_members) {
    change_to(nodes({2, 3}));
    EXPECT_TRUE(newcomers(chain.state(), kOne).empty());
    EXPECT_EQ(settle(2), "accepted");
}

TEST_F(HandoverRules, refuse_whatever_is_not_owed) {
    const auto next = nodes({1, 2, 5, 6});
    const auto come = nodes({5, 6});
    chain.run_window({kOne}, 0);
    ASSERT_EQ(grant(next, 2), "accepted");
    EXPECT_EQ(append({handover_by(kFirst, come)}), "already_committed") << "the same committee";
    ASSERT_EQ(allocate(nodes({1, 3}), 2), "not_granted") << "node-3 cannot read what comes";
    ASSERT_EQ(allocate(next, 2), "accepted");
    for (const MeterId& meter : network.meters(kOne))
        chain.meter(meter).use_key_epoch(1);
    EXPECT_EQ(append({handover_by(kFirst, come)}), "already_committed") << "not yet the next";
    chain.run_window({kOne}, 1);
    EXPECT_EQ(append({handover_by(TestNetwork::node(5), come)}), "not_a_member");
    EXPECT_EQ(append({handover_by(kFirst, nodes({5}))}), "not_a_member");
    EXPECT_EQ(append({handover_by(kFirst, nodes({4, 5, 6}))}), "not_a_member");
    EXPECT_EQ(append({handover_by(network.dgmd(), nodes({3}))}), "not_a_member");
    EXPECT_EQ(append({handover_by(kFirst, come, [](Handover& h) { h.window = 0; })}),
              "already_committed");
    EXPECT_EQ(append({handover_by(kFirst, come, [](Handover& h) { h.settlement = {}; })}),
              "wrong_previous");
    EXPECT_EQ(append({handover_by(kFirst, come, [](Handover& h) { h.epoch = 1; })}), "stale_state");
    EXPECT_EQ(append({handover_by(kFirst, come, [](Handover& h) { h.cluster = ClusterId("c"); })}),
              "wrong_cluster");
    EXPECT_EQ(append({handover_by(
                  kFirst, come,
                  [](Handover& h) { h.entries.back().wrapped.ephemeral.bytes.back() ^= 1U; })}),
              "malformed")
        << "it would open for nobody";
    Transaction forged = handover_by(kFirst, come);
    forged.signer = TestNetwork::node(2);
    EXPECT_EQ(append({forged}), "wrong_signature");
    EXPECT_EQ(append({handover_by(kFirst, come)}), "accepted");
    EXPECT_EQ(append({handover_by(kFirst, come)}), "already_committed") << "once each";
}

// A thief with the gateway can hand false keys over, as often as DGMD may. A new key puts it right.
TEST_F(HandoverRules, of_dgmd_by_a_key_that_was_replaced_count_no_more) {
    const auto come = nodes({5, 6});
    change_to(come);
    const Transaction of_thief =
        handover_by(network.dgmd(), come, [](Handover& h) { h.sealed[0] ^= 1; });
    EXPECT_EQ(append({of_thief}), "accepted");
    EXPECT_TRUE(is_handed_over(chain.state(), kOne));
    const Transaction later = handover_by(network.dgmd(), come);
    EXPECT_EQ(say(DgmdKeyChange{0, TestNetwork::dgmd_keys("dgmd-2")}), "accepted");
    EXPECT_FALSE(is_handed_over(chain.state(), kOne));
    EXPECT_EQ(settle(2), "not_handed_over");
    EXPECT_EQ(append({of_thief}), "retired_key");
    EXPECT_EQ(append({later}), "retired_key");
    const Transaction good = make_handover(std::get<Handover>(later.content), network.dgmd(),
                                           network.network(), signing_key("dgmd-2"));
    EXPECT_EQ(append({good}), "accepted");
    EXPECT_EQ(settle(2), "accepted");
}

TEST_F(HandoverRules, let_dgmd_give_away_what_nobody_settles) {
    chain.run_window({kOne}, 0);
    const GridClock grid = chain.state().grid();
    const std::int64_t early_ms = grid.end_real_ms(2) - 1;
    const std::int64_t late_ms = grid.end_real_ms(2);
    EXPECT_EQ(allocate(nodes({1, 2}), 1, early_ms), "not_effective")
        << "somebody may yet settle it";
    EXPECT_EQ(allocate(nodes({1, 2}), 0, late_ms), "not_effective") << "it is settled";
    EXPECT_EQ(allocate(nodes({5, 6}), 1, late_ms), "not_granted");
    EXPECT_EQ(grant(nodes({5, 6}), 1, late_ms), "accepted");
    EXPECT_EQ(allocate(nodes({5, 6}), 1, late_ms + 1000), "accepted");
    EXPECT_EQ(append({handover_by(network.dgmd(), nodes({5, 6}))}, late_ms + 2000), "accepted");
    EXPECT_EQ(settle(1), "accepted");
}

// A proposer without a clock takes its time from the block's content (R20). At that time the
// cluster must stand still, or the block would be invalid.
TEST_F(HandoverRules, give_a_block_a_time_at_which_its_windows_may_be_given_away) {
    chain.run_window({kOne}, 0);
    const std::int64_t stands_ms = chain.state().grid().end_real_ms(2);
    ASSERT_LT(chain.state().tip_time_ms, stands_ms);
    EXPECT_EQ(grant(nodes({5, 6}), 1), "accepted") << "no time is named: the earliest";
    EXPECT_EQ(allocate(nodes({5, 6}), 1), "accepted");
    EXPECT_GE(chain.state().tip_time_ms, stands_ms);
    const std::int64_t before_ms = chain.state().tip_time_ms;
    EXPECT_EQ(allocate(nodes({5, 6}), 9), "accepted");
    EXPECT_EQ(chain.state().tip_time_ms, before_ms + 1) << "what is to come needs no time";
}

// The committee's accounts would close at the first line that it cannot read.
TEST_F(HandoverRules, refuse_a_committee_that_a_later_grant_leaves_out) {
    chain.run_window({kOne}, 0);
    ASSERT_EQ(grant(nodes({1, 2, 3, 4, 5}), 2), "accepted");
    ASSERT_EQ(grant(nodes({1, 2, 3, 4}), 4), "accepted");
    EXPECT_EQ(allocate(nodes({1, 2, 3, 5}), 2), "not_granted") << "node-5 cannot read window 4";
    EXPECT_EQ(allocate(nodes({1, 2, 4}), 2), "accepted");
    ASSERT_EQ(grant(nodes({1, 2, 3, 5}), 4), "accepted");
    EXPECT_EQ(allocate(nodes({1, 2, 3, 5}), 2), "accepted") << "the later grant counts";
}

// A reading that is sealed for the old committee does not count for a window that was given away.
TEST_F(HandoverRules, count_a_reading_that_is_sealed_for_others_as_missing) {
    chain.run_window({kOne}, 0);
    const auto sealed_for_others = chain.read_all(kOne, 1);
    const std::int64_t late_ms = chain.state().grid().end_real_ms(2);
    ASSERT_EQ(grant(nodes({5, 6}), 1, late_ms), "accepted");
    ASSERT_EQ(allocate(nodes({5, 6}), 1, late_ms + 1000), "accepted");
    const auto draft = chain.accounts(kOne).draft(chain.state(), 1, {{1, sealed_for_others}});
    ASSERT_TRUE(draft);
    for (const SettlementEntry& entry : draft->entries)
        EXPECT_EQ(entry.status, EntryStatus::missing);
    for (const SettlementLine& line : draft->lines)
        EXPECT_EQ(line.import_wh + line.export_wh, 0) << "estimated from what not all could read";
}

// Members who left could read such a reading.
TEST_F(HandoverRules, take_no_reading_under_a_key_epoch_that_has_ended) {
    change_to(nodes({1, 2, 5, 6}));
    const MeterId meter = network.meters(kOne).front();
    const Profile profile = flat_profile(chain.state(), {100, 0, 0});
    chain.meter(meter).use_key_epoch(1);
    const ReadingHeader old = chain.meter(meter).read(2, profile).reading.header;
    chain.meter(meter).use_key_epoch(2);
    const ReadingHeader fresh = chain.meter(meter).read(2, profile).reading.header;
    EXPECT_EQ(check_reading_header(chain.state(), 2, old).error(), Reject::unknown_key_epoch);
    EXPECT_TRUE(check_reading_header(chain.state(), 2, fresh));
}

TEST_F(HandoverRules, know_with_which_window_the_newest_member_came) {
    ChainState state = chain.state();
    ClusterRecord& cluster = state.clusters.edit(kOne);
    const auto add = [&](const std::vector<NodeId>& members, Window effective) {
        cluster.earlier.push_back(cluster.committee);
        cluster.committee.members = members;
        cluster.committee.epoch += 1;
        cluster.committee.effective = effective;
    };
    add(nodes({1, 2, 3}), 10);
    add(nodes({1, 2, 5}), 20);
    add(nodes({1, 2}), 30);
    add(nodes({5, 6}), 40);
    add(nodes({6}), 35);  // replaces the order before
    const MeterId meter = network.meters(kOne).front();
    state.meters.edit(meter).grants.clear();  // leaves the committees alone to decide
    const std::vector<std::pair<Window, Window>> expected = {
        {5, 0}, {12, 0}, {20, 20}, {29, 20}, {30, 20}, {34, 20}, {35, 35}, {100, 35}};
    for (const auto& [window, from] : expected)
        EXPECT_EQ(state.witnessed_from(meter, window), from) << "window " << window;
    // A member that is one settlement behind accepts everything that the others demand.
    for (Window window = 0; window < 50; ++window)
        EXPECT_LE(state.witnessed_from(meter, window), state.witnessed_from(meter, window + 1));
}

// KEY_GRANTs may enter the chain in time for a window, and their COMMITTEE only in time for the
// next one. A member of the first window's committee then could not read that window.
TEST_F(HandoverRules, estimate_from_no_reading_that_a_member_of_then_was_granted_no_key_of) {
    ASSERT_EQ(grant(nodes({1, 2, 5}), 1), "accepted");
    ASSERT_EQ(allocate(nodes({1, 2, 5}), 1), "accepted");
    ASSERT_EQ(grant(nodes({1, 2, 3}), 2), "accepted");
    ASSERT_EQ(allocate(nodes({1, 2, 3}), 2), "accepted");
    ChainState state = chain.state();
    const MeterId meter = network.meters(kOne).front();
    state.clusters.edit(kOne).earlier.clear();  // the nodes always were members
    state.clusters.edit(kOne).committee.effective = 0;
    EXPECT_EQ(state.witnessed_from(meter, 2), 2U) << "node 3 was granted nothing for window 1";
    EXPECT_EQ(state.witnessed_from(meter, 1), 0U) << "all of them were, for window 0";
    EXPECT_FALSE(may_true_up(state, meter, 1, 2));
}

// The meter signs two readings of window 1. Node 5 is to settle from window 3 on and could read
// neither of them. Then DGMD leaves the standing cluster to members who could read both.
class VoidReadings : public HandoverRules {
  protected:
    void settle_without_it(Window window) {
        auto readings = chain.read_all(kOne, window);
        readings.erase(meter);
        ASSERT_EQ(append(chain.group(chain.settle(kOne, window, readings), readings)), "accepted");
    }
    void begin() {
        chain.run_window({kOne}, 0);
        const Profile profile = flat_profile(chain.state(), {100, 0, 0});
        first = chain.meter(meter).read(1, profile);
        second = chain.meter(meter).read(1, profile);
    }
    void accuse() {
        ASSERT_EQ(append({*make_evidence(Offence::two_readings, first->reading.envelope,
                                         second->reading.envelope, network.network())}),
                  "accepted");
    }
    void replace_node_4() {
        ASSERT_EQ(grant(nodes({1, 2, 3, 4, 5}), 3), "accepted");
        ASSERT_EQ(allocate(nodes({1, 2, 3, 5}), 3), "accepted");
        for (const MeterId& each : network.meters(kOne))
            chain.meter(each).use_key_epoch(1);
        settle_without_it(2);
        for (const MeterId& each : network.meters(kOne))
            chain.meter(each).use_key_epoch(2);
        EXPECT_FALSE(may_true_up(chain.state(), meter, 1, 3));
    }
    void expect_void_under_the_old_committee() {
        const std::int64_t late_ms = chain.state().grid().end_real_ms(4);
        ASSERT_EQ(allocate(nodes({1, 2, 3, 4}), 3, late_ms), "accepted");
        EXPECT_TRUE(may_true_up(chain.state(), meter, 1, 3));
        HeldReadings held;
        held[1].insert({meter, *first});
        held[3] = chain.read_all(kOne, 3);
        Settlement listing = chain.settle_held(kOne, 3, held);
        EXPECT_TRUE(listing.late.empty());
        EXPECT_EQ(check_reading_header(chain.state(), 1, first->reading.header).error(),
                  Reject::conflicting_reading);
    }

    MeterId meter = network.meters(kOne).front();
    std::optional<OpenedReading> first;
    std::optional<OpenedReading> second;
};

TEST_F(VoidReadings, settle_under_no_committee_that_comes_back) {
    begin();
    accuse();
    settle_without_it(1);
    replace_node_4();
    expect_void_under_the_old_committee();
}

TEST_F(VoidReadings, can_be_told_while_a_newcomer_is_awaited_that_never_comes) {
    begin();
    settle_without_it(1);
    replace_node_4();
    accuse();
    expect_void_under_the_old_committee();
}

}  // namespace
}  // namespace fairfeed::test
