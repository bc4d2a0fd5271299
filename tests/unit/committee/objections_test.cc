// The batches that members refuse, their objections, and the parent's reaction.
#include "edge-node/committee/batch_round.h"

#include "core/wire/event_codec.h"
#include "core/wire/reading_codec.h"
#include "tests/unit/committee/committee_bench.h"

namespace fairfeed::committee {
namespace {

using test::TestNetwork;

const MeterId kMeter = TestNetwork::meter(1, 1);

// Edits to the parent's draft and to the sealed settlement.
using DraftEdit = std::function<void(SettlementDraft&)>;
using SettlementEdit = std::function<void(Settlement&)>;

Transaction batch_with(Bench& bench, const DraftEdit& edit_draft, const SettlementEdit& edit) {
    const auto& state = bench.chain.state();
    const ClusterAccounts& accounts = bench.chain.accounts(bench.cluster);
    auto draft = accounts.draft(state, 1, {{1, bench.held[bench.parent()]}});
    CHECK(draft);
    edit_draft(*draft);
    auto settlement = accounts.seal(state, 1, *draft, bench.parent(), 0, 0, bench.chain.keys(),
                                    bench.network.random());
    CHECK(settlement);
    edit(*settlement);
    return bench.sign(*settlement);
}

// Window 0 is settled. Window 1 is over, and every member holds its readings.
class Objections : public ::testing::Test {
  protected:
    Objections() {
        bench.chain.run_window({bench.cluster}, 0);
        bench.measure(1);
        bench.go_to_end_of(1);
    }
    void expect_objection(const std::string& reason, const DraftEdit& draft,
                          const SettlementEdit& settlement) {
        SCOPED_TRACE(reason);
        const NodeId member = bench.members[1];
        bench.restart(member);
        const auto said = bench.hear_batch(member, batch_with(bench, draft, settlement));
        ASSERT_TRUE(said) << to_string(said.error());
        EXPECT_EQ(reasons(*said), std::vector<std::string>{reason});
        EXPECT_EQ(order_of(*said), "objection") << "and nothing else";
    }
    static void no_draft(SettlementDraft& /*draft*/) {}
    static void no_edit(Settlement& /*settlement*/) {}

    Bench bench;
};

TEST_F(Objections, name_what_is_wrong_with_a_batch) {
    expect_objection(
        "wrong_totals", [](SettlementDraft& d) { d.totals.load_wh += 1; }, no_edit);
    expect_objection(
        "wrong_totals", [](SettlementDraft& d) { d.totals.grid_amount_micro -= 1; }, no_edit);
    expect_objection(
        "wrong_lines", [](SettlementDraft& d) { d.lines[0].mes_w += 1; }, no_edit);
    expect_objection(
        "wrong_lines", [](SettlementDraft& d) { d.lines[1].closing.balance_micro -= 1; }, no_edit);
    expect_objection("wrong_previous", no_draft, [](Settlement& s) { s.previous.bytes[0] ^= 1; });
    expect_objection("stale_state", no_draft, [](Settlement& s) { s.state_height = 0; });
    expect_objection("unsupported_version", no_draft,
                     [](Settlement& s) { s.contract_version = 2; });
    expect_objection("unsupported_version", no_draft,
                     [](Settlement& s) { s.rule = ShareRule::waterfill; });
    expect_objection("wrong_entries", no_draft, [](Settlement& s) {
        s.entries.pop_back();
        s.lines.pop_back();
    });
    expect_objection("cannot_open", no_draft, [](Settlement& s) {
        std::swap(s.lines[0].ciphertext, s.lines[1].ciphertext);
    });
    expect_objection("cannot_open", no_draft,
                     [](Settlement& s) { s.lines[0].ciphertext.back() ^= 1; });
}

TEST_F(Objections, carry_the_reading_that_a_batch_withholds_until_it_is_heard) {
    OpenedReadings few = bench.held[bench.parent()];
    bench.held[bench.parent()].erase(kMeter);
    bench.pass(60'000);
    const auto batch = all_of<SendBatch>(bench.advance(bench.parent())).at(0).batch;
    const NodeId member = bench.members[1];
    const auto said = bench.hear_batch(member, batch);
    ASSERT_TRUE(said);
    const auto objections = all_of<SendObjection>(*said);
    ASSERT_EQ(objections.size(), 1U);
    EXPECT_EQ(objections[0].objection.reason, "reading_withheld");
    EXPECT_EQ(objections[0].objection.reading, few.at(kMeter).reading.envelope);
    EXPECT_EQ(order_of(bench.advance(member)), "");
    bench.pass(bench.rebroadcast_ms());
    EXPECT_EQ(order_of(bench.advance(member)), "objection") << "the first one may be lost";
    // The parent's intake has taken the reading, so its next batch lists the reading.
    bench.held[bench.parent()] = few;
    const Said reissued = bench.hear_objection(bench.parent(), objections[0].objection);
    EXPECT_EQ(order_of(reissued), "persist batch, batch, persist endorsement, endorsement");
    const Transaction second = all_of<SendBatch>(reissued)[0].batch;
    EXPECT_EQ(settlement_of(second).version, 1U);
    EXPECT_EQ(order_of(bench.hear_objection(bench.parent(), objections[0].objection)), "")
        << "about a batch that is replaced";
    EXPECT_EQ(order_of(*bench.hear_batch(member, second)), "persist endorsement, endorsement");
    bench.pass(bench.rebroadcast_ms());
    EXPECT_EQ(order_of(bench.advance(member)), "endorsement") << "the objection is over";
}

// The meter is missing in window 1. Its reading comes while window 2 is being certified.
class LateObjections : public Objections {
  protected:
    LateObjections() {
        late = bench.held[bench.parent()].at(kMeter);
        OpenedReadings few = bench.held[bench.parent()];
        few.erase(kMeter);
        const Settlement first = bench.chain.settle(bench.cluster, 1, few);
        CHECK(bench.chain.append(bench.chain.next_block(bench.chain.group(first, few))));
        bench.measure(2);
        bench.go_to_end_of(2);
    }
    void hold(const NodeId& member, const OpenedReading& reading) {
        bench.late[member][1].insert_or_assign(kMeter, reading);
    }
    [[nodiscard]] Transaction parents_batch() {
        const auto said = all_of<SendBatch>(bench.advance(bench.parent()));
        CHECK(said.size() == 1);
        return said[0].batch;
    }
    OpenedReading late;
};

TEST_F(LateObjections, carry_a_late_reading_that_a_batch_leaves_out) {
    const NodeId member = bench.members[1];
    hold(member, late);
    const Transaction batch = parents_batch();
    const auto said = bench.hear_batch(member, batch);
    ASSERT_TRUE(said);
    const auto objections = all_of<SendObjection>(*said);
    ASSERT_EQ(objections.size(), 1U);
    EXPECT_EQ(objections[0].objection.reason, "reading_withheld");
    EXPECT_EQ(objections[0].objection.reading, late.reading.envelope);
    hold(bench.parent(), late);
    const Said reissued = bench.hear_objection(bench.parent(), objections[0].objection);
    const Transaction second = all_of<SendBatch>(reissued).at(0).batch;
    EXPECT_EQ(settlement_of(second).late.size(), 1U);
    EXPECT_EQ(order_of(*bench.hear_batch(member, second)), "persist endorsement, endorsement");
}

// The sequence of the late reading is after that of the present reading. A batch with the late
// reading therefore has the same number of readings, not more.
TEST_F(LateObjections, do_not_stop_a_cluster_whose_meter_signs_its_windows_out_of_order) {
    const OpenedReading overtaking = bench.chain.meter(kMeter).read_body(1, late.body);
    const NodeId member = bench.members[1];
    const Transaction batch = parents_batch();
    hold(member, overtaking);
    const auto objections = all_of<SendObjection>(*bench.hear_batch(member, batch));
    ASSERT_EQ(objections.size(), 1U);
    EXPECT_EQ(objections[0].objection.reading, overtaking.reading.envelope);
    hold(bench.parent(), overtaking);
    const Said reissued = bench.hear_objection(bench.parent(), objections[0].objection);
    const auto said = all_of<SendBatch>(reissued);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(settlement_of(said[0].batch).entries[0].status, EntryStatus::missing);
    ASSERT_TRUE(bench.hear_batch(member, said[0].batch));
    bench.pass(60'000);  // the grace is over: an entry has no reading
    const auto endorsed = all_of<SendEndorsement>(bench.advance(member));
    ASSERT_FALSE(endorsed.empty());
    EXPECT_EQ(endorsed[0].endorsement.batch, said[0].batch.id);
}

// The parent has endorsed its first batch, which the chain has made void since. No other member may
// ever receive the late reading.
TEST_F(LateObjections, do_not_stop_a_parent_that_endorsed_an_older_batch_of_its_own) {
    const NodeId parent = bench.parent();
    const Transaction first = parents_batch();
    const MeterId opened = TestNetwork::meter(1, 3);
    MeterAlarm alarm;
    alarm.network = bench.network.network();
    alarm.meter = opened;
    alarm.cluster = bench.cluster;
    alarm.window = 2;
    alarm.counter = 1000;
    alarm.at_s = bench.chain.state().grid().start_s(2);
    ASSERT_TRUE(
        bench.chain.append(bench.chain.next_block({make_event(alarm, bench.network.key(opened))})));
    bench.held[parent].erase(TestNetwork::meter(1, 2));
    const Transaction second = parents_batch();
    EXPECT_EQ(settlement_of(second).version, 1U);
    hold(parent, late);
    const auto said = all_of<SendBatch>(bench.advance(parent));
    ASSERT_EQ(said.size(), 1U) << "it objects to its own and waits for ever";
    EXPECT_EQ(settlement_of(said[0].batch).late.size(), 1U);
    bench.pass(60'000);  // the grace is over: an entry has no reading
    const auto endorsed = all_of<SendEndorsement>(bench.advance(parent));
    ASSERT_FALSE(endorsed.empty());
    EXPECT_EQ(endorsed[0].endorsement.batch, said[0].batch.id);
}

TEST_F(LateObjections, are_not_made_after_the_member_has_endorsed) {
    const NodeId member = bench.members[1];
    const Transaction batch = parents_batch();
    EXPECT_EQ(order_of(*bench.hear_batch(member, batch)), "persist endorsement, endorsement");
    hold(member, late);
    EXPECT_EQ(order_of(bench.advance(member)), "");
}

TEST_F(LateObjections, are_preceded_by_asking_for_a_late_reading_one_does_not_hold) {
    hold(bench.parent(), late);
    const Transaction batch = parents_batch();
    const NodeId member = bench.members[1];
    const auto said = bench.hear_batch(member, batch);
    ASSERT_TRUE(said);
    const auto asked = all_of<AskForReadings>(*said);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].readings, std::vector<Digest>{late.reading.id});
    hold(member, late);
    EXPECT_EQ(order_of(bench.advance(member)), "persist endorsement, endorsement");
}

// A member gives one vote per slot; this holds for late readings as well.
TEST_F(LateObjections, stand_against_a_second_late_reading_of_one_window) {
    for (const NodeId& each : {bench.parent(), bench.members[1]})
        hold(each, late);
    const NodeId member = bench.members[1];
    EXPECT_EQ(order_of(*bench.hear_batch(member, parents_batch())),
              "persist endorsement, endorsement");
    EXPECT_NE(bench.round(member).promised(kMeter, 1), nullptr);
    const OpenedReading other = bench.chain.meter(kMeter).read_body(1, late.body);
    HeldReadings theirs;
    theirs[1].insert({kMeter, other});
    theirs[2] = bench.held[member];
    theirs[2].erase(kMeter);
    const ClusterAccounts& accounts = bench.chain.accounts(bench.cluster);
    const auto draft = accounts.draft(bench.chain.state(), 2, theirs);
    ASSERT_TRUE(draft);
    const auto settlement = accounts.seal(bench.chain.state(), 2, *draft, bench.members[2], 0, 2,
                                          bench.chain.keys(), bench.network.random());
    ASSERT_TRUE(settlement);
    bench.pass(120'000);
    const Transaction second = bench.sign(*settlement);
    const auto said = bench.hear_batch(member, second);
    ASSERT_TRUE(said);
    for (const SendEndorsement& each : all_of<SendEndorsement>(*said))
        EXPECT_NE(each.endorsement.batch, second.id);
    EXPECT_FALSE(reasons(*said).empty());
}

TEST_F(Objections, never_make_a_parent_reissue_what_it_has_nothing_to_add_to) {
    const Said said = bench.advance(bench.parent());
    const Transaction batch = all_of<SendBatch>(said).at(0).batch;
    const Objection idle{bench.cluster, 1, 0, batch.id, "wrong_totals", {}};
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(order_of(bench.hear_objection(bench.parent(), idle)), "");
}

// A meter whose sequence goes back must not stop its whole cluster from settling.
TEST_F(Objections, are_not_made_for_a_reading_whose_sequence_the_chain_has_passed) {
    OpenedReading stale =
        bench.chain.meter(kMeter).read(1, test::flat_profile(bench.chain.state(), {0, 400, 500}));
    ReadingHeader header = stale.reading.header;
    header.sequence = 1;  // the sequence of window 0
    stale.reading =
        make_reading(header, stale.body, bench.network.data_key(kMeter), bench.network.key(kMeter));
    for (const NodeId& member : bench.members)
        bench.held[member].insert_or_assign(kMeter, stale);
    bench.pass(60'000);
    const auto batch = all_of<SendBatch>(bench.advance(bench.parent())).at(0).batch;
    EXPECT_EQ(settlement_of(batch).entries[0].status, EntryStatus::missing);
    EXPECT_EQ(order_of(*bench.hear_batch(bench.members[1], batch)),
              "persist endorsement, endorsement");
    const Objection idle{bench.cluster, 1, 0, batch.id, "reading_withheld", {}};
    EXPECT_EQ(order_of(bench.hear_objection(bench.parent(), idle)), "") << "no endless reissue";
}

TEST_F(Objections, are_not_made_to_another_reading_of_a_meter_of_which_nothing_was_promised) {
    const Transaction batch = batch_with(bench, no_draft, no_edit);
    const NodeId member = bench.members[1];
    const OpenedReading other =
        bench.chain.meter(kMeter).read(1, test::flat_profile(bench.chain.state(), {0, 400, 500}));
    bench.held[member].insert_or_assign(kMeter, other);
    EXPECT_EQ(order_of(*bench.hear_batch(member, batch)), "ask") << "the listed one may be taken";
}

TEST_F(Objections, are_for_members_strangers_batches_are_refused) {
    const auto refused = [&](const Transaction& batch, const NodeId& sender) {
        const NodeId member = bench.members[1];
        const auto said = bench.round(member).on_batch(sender, batch, bench.view(member));
        return said ? std::string("heard") : std::string(to_string(said.error()));
    };
    const Transaction good = batch_with(bench, no_draft, no_edit);
    const NodeId parent = bench.parent();
    const NodeId other = bench.members[2];
    EXPECT_EQ(refused(good, other), "wrong_proposer") << "said over another's broker";
    const auto by_other = [&](Settlement& s) { s.proposer = other; };
    EXPECT_EQ(refused(batch_with(bench, no_draft, by_other), other), "wrong_proposer");
    EXPECT_EQ(refused(batch_with(bench, no_draft, [](Settlement& s) { s.slot = 1; }), parent),
              "wrong_proposer");
    const auto elsewhere = [](Settlement& s) { s.cluster = TestNetwork::cluster(2); };
    EXPECT_EQ(refused(batch_with(bench, no_draft, elsewhere), parent), "wrong_cluster");
    EXPECT_EQ(refused(batch_with(bench, no_draft, [](Settlement& s) { s.window = 0; }), parent),
              "already_committed");
    Transaction forged =
        make_batch(settlement_of(good), bench.network.network(), bench.network.key(other));
    EXPECT_EQ(refused(forged, parent), "wrong_signature");
    const auto& reading = bench.held[parent].at(kMeter).reading;
    EXPECT_EQ(refused(make_reading_transaction(reading), parent), "malformed");
    EXPECT_EQ(refused(good, parent), "heard");
    EXPECT_EQ(refused(batch_with(bench, no_draft, no_edit), parent), "wrong_entries")
        << "a second batch of one version";
}

}  // namespace
}  // namespace fairfeed::committee
