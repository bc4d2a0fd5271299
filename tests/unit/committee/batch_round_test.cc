// The certification of a window: when the parent builds, what members request, endorse and object
// to, how endorsements count, and what happens when the chain or a reading comes in between.
#include "edge-node/committee/batch_round.h"

#include "tests/unit/committee/committee_bench.h"

namespace fairfeed::committee {
namespace {

using test::TestNetwork;
using test::TestNetworkOptions;

const MeterId kMeter = TestNetwork::meter(1, 1);

TestNetworkOptions of_size(std::size_t nodes, bool degraded_quorum = false) {
    TestNetworkOptions options;
    options.nodes = nodes;
    options.clusters_with_meters = 1;
    options.parameters.degraded_quorum = degraded_quorum;
    return options;
}

TEST(BatchRound, builds_a_complete_window_when_it_is_over_and_not_a_moment_before) {
    Bench bench;
    bench.measure(0);
    bench.go_to_end_of(0);
    bench.pass(-1);
    EXPECT_EQ(order_of(bench.advance(bench.parent())), "");
    EXPECT_EQ(bench.round(bench.parent()).next_deadline_ms(bench.view(bench.parent())),
              bench.now.steady_ms + 1);
    bench.pass(1);
    const Said said = bench.advance(bench.parent());
    EXPECT_EQ(order_of(said), "persist batch, batch, persist endorsement, endorsement")
        << "durable before said";
    EXPECT_EQ(all_of<PersistBatch>(said)[0].batch, all_of<SendBatch>(said)[0].batch);
    EXPECT_EQ(order_of(bench.advance(bench.parent())), "") << "once";
}

TEST(BatchRound, waits_for_a_missing_meter_until_the_grace_is_over) {
    Bench bench;
    bench.measure(0);
    bench.held[bench.parent()].erase(kMeter);
    bench.go_to_end_of(0);
    bench.pass(59'999);
    EXPECT_EQ(order_of(bench.advance(bench.parent())), "");
    bench.pass(1);
    const auto batches = all_of<SendBatch>(bench.advance(bench.parent()));
    ASSERT_EQ(batches.size(), 1U);
    const Settlement& settlement = settlement_of(batches[0].batch);
    ASSERT_EQ(settlement.entries.size(), 3U);
    EXPECT_EQ(settlement.entries[0].status, EntryStatus::missing);
    EXPECT_EQ(settlement.entries[1].status, EntryStatus::reading);
}

TEST(BatchRound, a_neighbour_builds_only_in_its_own_slot_after_the_grace) {
    Bench bench;
    bench.measure(0);
    bench.go_to_end_of(0);
    const Timers& timers = bench.network.genesis().content.parameters.timers;
    bench.pass(timers.grace_ms + timers.slot_ms - 1);
    EXPECT_EQ(order_of(bench.advance(bench.members[1])), "");
    bench.pass(1);
    const auto first = all_of<SendBatch>(bench.advance(bench.members[1]));
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(settlement_of(first[0].batch).slot, 1U);
    EXPECT_EQ(order_of(bench.advance(bench.members[2])), "") << "its slot opens later";
    EXPECT_EQ(order_of(*bench.hear_batch(bench.members[2], first[0].batch)),
              "persist endorsement, endorsement");
    bench.pass(timers.slot_ms);
    const auto second = all_of<SendBatch>(bench.advance(bench.members[2]));
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(settlement_of(second[0].batch).slot, 2U);
}

TEST(BatchRound, endorses_the_parents_batch_and_a_neighbours_alike) {
    Bench bench;
    const Transaction of_parent = bench.batch_of(0);
    const Timers& timers = bench.network.genesis().content.parameters.timers;
    bench.pass(timers.grace_ms + timers.slot_ms);
    const auto said = all_of<SendBatch>(bench.advance(bench.members[1]));
    ASSERT_EQ(said.size(), 1U);
    const NodeId& member = bench.members[2];
    EXPECT_EQ(order_of(*bench.hear_batch(member, said[0].batch)),
              "persist endorsement, endorsement");
    EXPECT_EQ(order_of(*bench.hear_batch(member, of_parent)), "persist endorsement, endorsement")
        << "the same readings: the chain decides which of them counts";
}

TEST(BatchRound, a_hasty_proposer_cannot_call_a_meter_missing_before_the_grace_is_over) {
    Bench bench;
    bench.measure(0);
    for (const NodeId& node : bench.members)
        bench.held[node].erase(kMeter);
    bench.go_to_end_of(0);
    const auto draft = bench.chain.accounts(bench.cluster)
                           .draft(bench.chain.state(), 0, {{0, bench.held[bench.parent()]}});
    const auto hasty = bench.chain.accounts(bench.cluster)
                           .seal(bench.chain.state(), 0, *draft, bench.parent(), 0, 0,
                                 bench.chain.keys(), bench.network.random());
    const NodeId& member = bench.members[1];
    EXPECT_EQ(order_of(*bench.hear_batch(member, bench.sign(*hasty))), "");
    bench.pass(bench.network.genesis().content.parameters.timers.grace_ms);
    EXPECT_EQ(order_of(bench.advance(member)), "persist endorsement, endorsement");
}

TEST(BatchRound, a_draft_that_fails_is_tried_again_without_spinning) {
    Bench bench;
    bench.measure(0);
    bench.has_keys = false;
    bench.go_to_end_of(0);
    EXPECT_EQ(order_of(bench.advance(bench.parent())), "");
    bench.pass(100'000);
    EXPECT_EQ(order_of(bench.advance(bench.parent())), "");
    bench.has_keys = true;
    bench.pass(bench.rebroadcast_ms());
    EXPECT_EQ(all_of<SendBatch>(bench.advance(bench.parent())).size(), 1U);
}

TEST(BatchRound, certifies_with_the_quorum_of_its_committees_size) {
    struct Row {
        std::size_t members;
        bool degraded;
        std::size_t quorum;
    };
    for (const Row& row : {Row{1, false, 1}, Row{2, false, 2}, Row{2, true, 2}, Row{3, false, 3},
                           Row{3, true, 2}, Row{4, false, 3}, Row{4, true, 3}, Row{7, false, 3}}) {
        SCOPED_TRACE(testing::Message()
                     << row.members << " members" << (row.degraded ? ", degraded" : ""));
        Bench bench(of_size(row.members, row.degraded));
        bench.measure(0);
        bench.go_to_end_of(0);
        const Said said = bench.advance(bench.parent());
        const Transaction batch = all_of<SendBatch>(said)[0].batch;
        auto certified = all_of<Certified>(said);
        std::size_t votes = 1;
        while (certified.empty() && votes < bench.members.size()) {
            const auto heard =
                bench.hear_endorsement(bench.parent(), batch, bench.members[votes++]);
            ASSERT_TRUE(heard);
            certified = all_of<Certified>(*heard);
        }
        ASSERT_EQ(certified.size(), 1U);
        EXPECT_EQ(votes, row.quorum);
        EXPECT_EQ(certified[0].settlement.endorsements.size(), row.quorum);
        EXPECT_EQ(certified[0].settlement.id, batch.id);
        bench.commit(certified[0].settlement, bench.held[bench.parent()]);
    }
}

TEST(BatchRound, is_certified_once) {
    Bench bench;
    const Transaction batch = bench.batch_of(0);
    std::size_t certified = 0;
    for (int again = 0; again < 2; ++again) {
        for (const NodeId& member : bench.members) {
            const auto heard = bench.hear_endorsement(bench.parent(), batch, member);
            certified += all_of<Certified>(*heard).size();
        }
        certified += all_of<Certified>(bench.advance(bench.parent())).size();
    }
    EXPECT_EQ(certified, 1U);
}

TEST(BatchRound, counts_no_endorsement_that_is_forged_foreign_or_repeated) {
    TestNetworkOptions five;
    five.nodes = 5;
    five.clusters_with_meters = 1;
    Bench bench(five);
    const Transaction batch = bench.batch_of(0);
    const NodeId parent = bench.parent();
    const NodeId second = bench.members[1];
    const auto forged =
        bench.hear_endorsement(parent, batch, second, bench.network.key(bench.members[2]));
    ASSERT_FALSE(forged);
    EXPECT_EQ(forged.error(), Reject::wrong_signature);
    const auto foreign = bench.hear_endorsement(parent, batch, TestNetwork::node(5));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error(), Reject::not_a_member);
    Settlement other = settlement_of(batch);
    other.totals.load_wh += 1;
    EXPECT_EQ(order_of(*bench.hear_endorsement(parent, bench.sign(other), second)), "")
        << "of another batch";
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(order_of(*bench.hear_endorsement(parent, batch, second)), "");
    }
    EXPECT_EQ(order_of(*bench.hear_endorsement(parent, batch, bench.members[2])), "certified");
}

TEST(BatchRound, a_member_endorses_what_it_recomputes_and_says_it_again) {
    Bench bench;
    const Transaction batch = bench.batch_of(0);
    const auto said = bench.hear_batch(bench.members[1], batch);
    ASSERT_TRUE(said);
    EXPECT_EQ(order_of(*said), "persist endorsement, endorsement");
    EXPECT_EQ(order_of(*bench.hear_batch(bench.members[1], batch)), "") << "heard again";
    std::vector<std::int64_t> pauses;
    for (int i = 0; i < 6; ++i) {
        const auto due =
            bench.round(bench.members[1]).next_deadline_ms(bench.view(bench.members[1]));
        ASSERT_TRUE(due);
        pauses.push_back(*due - bench.now.steady_ms);
        bench.pass(pauses.back());
        EXPECT_EQ(order_of(bench.advance(bench.members[1])), "endorsement");
    }
    EXPECT_EQ(pauses, (std::vector<std::int64_t>{1000, 1000, 2000, 4000, 8000, 10000}));
}

// A batch of 900 meters has 200 kB, and may wait a minute for its block. Said again to every node
// of the chain, it cost more than all groups together.
TEST(BatchRound, a_certified_batch_is_not_sent_again_while_it_waits_for_its_block) {
    Bench bench;
    const NodeId parent = bench.parent();
    const Transaction batch = bench.batch_of(0);
    for (const std::size_t member : {1U, 2U})
        ASSERT_TRUE(bench.hear_endorsement(parent, batch, bench.members[member]));
    for (int i = 0; i < 10; ++i) {
        bench.pass(*bench.round(parent).next_deadline_ms(bench.view(parent)) - bench.now.steady_ms);
        EXPECT_EQ(order_of(bench.advance(parent)), "endorsement")
            << "a member that was off may need it to certify its own batch";
    }
}

// Else a batch that a member has lost would leave the window open until another slot begins.
TEST(BatchRound, a_batch_is_sent_again_until_enough_members_stand_behind_it) {
    Bench bench;
    const NodeId parent = bench.parent();
    const Transaction batch = bench.batch_of(0);
    ASSERT_TRUE(bench.hear_endorsement(parent, batch, bench.members[1]));
    for (int i = 0; i < 10; ++i) {
        bench.pass(*bench.round(parent).next_deadline_ms(bench.view(parent)) - bench.now.steady_ms);
        EXPECT_EQ(order_of(bench.advance(parent)), "batch, endorsement") << "two of three";
    }
    EXPECT_EQ(order_of(*bench.hear_endorsement(parent, batch, bench.members[2])), "certified");
    bench.pass(60'000);
    EXPECT_EQ(order_of(bench.advance(parent)), "endorsement");
}

// An answer is as large as a window. A member that cannot use the answers must not receive one
// every second.
TEST(BatchRound, a_member_asks_ever_more_rarely_for_what_it_does_not_get) {
    Bench bench;
    const Transaction batch = bench.batch_of(0);
    const NodeId member = bench.members[2];
    bench.held[member].erase(kMeter);
    ASSERT_EQ(order_of(*bench.hear_batch(member, batch)), "ask");
    std::vector<std::int64_t> pauses;
    std::int64_t pause = 0;
    while (pauses.size() < 6) {
        bench.pass(500);
        pause += 500;
        if (order_of(bench.advance(member)).find("ask") == std::string::npos) continue;
        pauses.push_back(std::exchange(pause, 0));
    }
    EXPECT_EQ(pauses, (std::vector<std::int64_t>{1000, 2000, 4000, 8000, 10000, 10000}));
}

TEST(BatchRound, a_member_asks_for_readings_it_does_not_hold_and_stops_asking) {
    Bench bench;
    const Transaction batch = bench.batch_of(0);
    const NodeId member = bench.members[2];
    const OpenedReading kept = bench.held[member].at(kMeter);
    bench.held[member].erase(kMeter);
    const auto first = bench.hear_batch(member, batch);
    ASSERT_TRUE(first);
    const auto asked = all_of<AskForReadings>(*first);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].from, bench.parent());
    EXPECT_EQ(asked[0].readings, std::vector<Digest>{kept.reading.id});
    EXPECT_EQ(order_of(bench.advance(member)), "") << "not at once again";
    bench.pass(bench.rebroadcast_ms());
    EXPECT_EQ(order_of(bench.advance(member)), "ask");
    bench.held[member].emplace(kMeter, kept);
    EXPECT_EQ(order_of(bench.advance(member)), "persist endorsement, endorsement");
    bench.pass(bench.rebroadcast_ms() / 2);
    EXPECT_EQ(order_of(bench.advance(member)), "");
}

TEST(BatchRound, a_member_waits_for_the_end_of_a_window_its_clock_has_not_reached) {
    Bench bench;
    const Transaction batch = bench.batch_of(0);
    const NodeId member = bench.members[1];
    bench.pass(-5000);  // the member's clock is behind the parent's
    EXPECT_EQ(order_of(*bench.hear_batch(member, batch)), "");
    EXPECT_EQ(bench.round(member).next_deadline_ms(bench.view(member)), bench.now.steady_ms + 3000);
    bench.pass(3000);
    EXPECT_EQ(order_of(bench.advance(member)), "persist endorsement, endorsement");
}

TEST(BatchRound, is_not_confused_by_a_clock_that_goes_back) {
    Bench bench;
    const Transaction batch = bench.batch_of(0);
    bench.now.real_ms -= 3'600'000;
    bench.now.steady_ms += 10;
    EXPECT_EQ(order_of(bench.advance(bench.parent())), "");
    const auto heard = bench.hear_endorsement(bench.parent(), batch, bench.members[1]);
    EXPECT_TRUE(heard);
    EXPECT_EQ(order_of(*bench.hear_endorsement(bench.parent(), batch, bench.members[2])),
              "certified");
}

TEST(BatchRound, follows_the_chain_when_a_window_is_settled_without_it) {
    Bench bench;
    const NodeId late = bench.members[3];
    const Transaction batch = bench.batch_of(0);
    ASSERT_TRUE(bench.hear_batch(late, batch));
    bench.chain.run_window({bench.cluster}, 0);  // another proposal of the window won
    EXPECT_EQ(order_of(bench.advance(late)), "");
    EXPECT_EQ(order_of(bench.advance(bench.parent())), "");
    const auto stale = bench.hear_batch(late, batch);
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error(), Reject::already_committed);
    const Transaction next = bench.batch_of(1);
    EXPECT_EQ(settlement_of(next).window, 1U);
    EXPECT_EQ(settlement_of(next).version, 0U);
    EXPECT_EQ(order_of(*bench.hear_batch(late, next)), "persist endorsement, endorsement");
}

TEST(BatchRound, keeps_a_batch_of_a_window_the_member_has_not_reached) {
    Bench bench;
    const NodeId member = bench.members[1];
    const OpenedReadings first = bench.measure(0);
    bench.go_to_end_of(0);
    const Said built = bench.advance(bench.parent());
    const Settlement window0 = settlement_of(all_of<SendBatch>(built)[0].batch);
    Settlement ahead = window0;
    ahead.window = 1;
    EXPECT_EQ(order_of(*bench.hear_batch(member, bench.sign(ahead))), "");
    bench.commit(test::certify(bench.network, bench.chain.state(), window0), first);
    bench.go_to_end_of(1);
    bench.measure(1);
    EXPECT_EQ(reasons(bench.advance(member)), std::vector<std::string>{"wrong_previous"});
}

TEST(BatchRound, reissues_its_batch_when_the_registry_changes_under_it) {
    Bench bench;
    const Transaction batch = bench.batch_of(0);
    for (const std::size_t i : {1U, 2U})
        (void)bench.hear_endorsement(bench.parent(), batch, bench.members[i]);
    const CapacityCertificate change{0, kMeter, 6000, 0};
    const Transaction notice = bench.network.from_dgmd(bench.chain.state(), change);
    ASSERT_TRUE(bench.chain.append(bench.chain.next_block({notice})));
    const auto reissued = all_of<SendBatch>(bench.advance(bench.parent()));
    ASSERT_EQ(reissued.size(), 1U);
    EXPECT_EQ(settlement_of(reissued[0].batch).version, 1U);
    EXPECT_EQ(settlement_of(reissued[0].batch).state_height, bench.chain.state().height);
    const auto said = bench.hear_batch(bench.members[1], reissued[0].batch);
    ASSERT_TRUE(said);
    EXPECT_EQ(order_of(*said), "persist endorsement, endorsement");
    const auto old = bench.hear_batch(bench.members[1], batch);
    ASSERT_FALSE(old) << "an older version";
    EXPECT_EQ(order_of(*bench.hear_endorsement(bench.parent(), batch, bench.members[3])), "");
}

TEST(BatchRound, is_led_by_the_committee_of_its_window_not_by_the_next_one) {
    Bench bench;
    CommitteeAllocation later = bench.chain.state().clusters.at(bench.cluster).committee;
    std::rotate(later.members.begin(), later.members.begin() + 1, later.members.end());
    later.epoch = 2;
    later.effective = 5;
    const Transaction change = bench.network.from_dgmd(bench.chain.state(), later);
    ASSERT_TRUE(bench.chain.append(bench.chain.next_block({change})));
    const Transaction batch = bench.batch_of(0);
    EXPECT_EQ(batch.signer, bench.parent());
    EXPECT_EQ(order_of(*bench.hear_batch(bench.members[1], batch)),
              "persist endorsement, endorsement");
}

}  // namespace
}  // namespace fairfeed::committee
