// A member's statements before a crash bind it afterwards: batches, endorsements, one vote per
// slot.
#include "edge-node/committee/batch_round.h"

#include "tests/unit/committee/committee_bench.h"

namespace fairfeed::committee {
namespace {

using test::TestNetwork;
using test::TestNetworkOptions;

const MeterId kMeter = TestNetwork::meter(1, 1);

// Restores a round as the node does from its inbox: batches first, then endorsements in ascending
// version.
void restore(BatchRound& round, const Said& before) {
    for (const PersistBatch& row : all_of<PersistBatch>(before))
        round.restore_batch(row.batch);
    for (const PersistEndorsement& row : all_of<PersistEndorsement>(before))
        round.restore_endorsement(row.endorsement, row.signature, row.batch);
}

TEST(RestartedRound, republishes_the_stored_batch_and_never_builds_another) {
    Bench bench;
    bench.measure(0);
    bench.go_to_end_of(0);
    const Said before = bench.advance(bench.parent());
    restore(bench.restart(bench.parent()), before);
    bench.held[bench.parent()].erase(kMeter);  // the parent may hold other readings by now
    const Said after = bench.advance(bench.parent());
    EXPECT_EQ(order_of(after), "batch, endorsement");
    EXPECT_EQ(all_of<SendBatch>(after)[0].batch, all_of<SendBatch>(before)[0].batch);
    EXPECT_EQ(all_of<SendEndorsement>(after)[0].signature,
              all_of<SendEndorsement>(before)[0].signature);
}

TEST(RestartedRound, counts_the_parents_own_endorsement_from_before) {
    for (const std::size_t nodes : {1U, 2U}) {
        SCOPED_TRACE(nodes);
        TestNetworkOptions options;
        options.nodes = nodes;
        Bench bench(options);
        bench.measure(0);
        bench.go_to_end_of(0);
        const Said before = bench.advance(bench.parent());
        restore(bench.restart(bench.parent()), before);
        Said after = bench.advance(bench.parent());
        if (nodes == 2) {
            const Transaction batch = all_of<SendBatch>(before)[0].batch;
            after = *bench.hear_endorsement(bench.parent(), batch, bench.members[1]);
        }
        EXPECT_EQ(all_of<Certified>(after).size(), 1U);
    }
}

TEST(RestartedRound, gives_a_reissue_the_next_version) {
    Bench bench;
    bench.measure(0);
    const OpenedReadings all = bench.held[bench.parent()];
    bench.held[bench.parent()].erase(kMeter);
    bench.go_to_end_of(0);
    bench.pass(60'000);
    const Said before = bench.advance(bench.parent());
    restore(bench.restart(bench.parent()), before);
    (void)bench.advance(bench.parent());
    bench.held[bench.parent()] = all;
    const Digest batch = all_of<SendBatch>(before)[0].batch.id;
    const Said after =
        bench.hear_objection(bench.parent(), {bench.cluster, 0, 0, batch, "reading_withheld", {}});
    ASSERT_EQ(all_of<SendBatch>(after).size(), 1U);
    EXPECT_EQ(settlement_of(all_of<SendBatch>(after)[0].batch).version, 1U);
}

// The member endorses version 0. Then another reading of one meter replaces the endorsed one, as
// after a lost inbox, and the parent lists the new reading in version 1.
class OneVotePerSlot : public ::testing::Test {
  protected:
    OneVotePerSlot() {
        first_ = bench.batch_of(0);
        said_ = *bench.hear_batch(member_, first_);
        const OpenedReading other =
            bench.chain.meter(kMeter).read_body(0, bench.held[member_].at(kMeter).body);
        for (const NodeId& node : {member_, bench.parent()})
            bench.held[node].insert_or_assign(kMeter, other);
        const auto& state = bench.chain.state();
        const ClusterAccounts& accounts = bench.chain.accounts(bench.cluster);
        const auto draft = accounts.draft(state, 0, {{0, bench.held[bench.parent()]}});
        for (const std::uint32_t version : {0U, 1U}) {
            second_.push_back(
                bench.sign(*accounts.seal(state, 0, *draft, bench.parent(), version, 0,
                                          bench.chain.keys(), bench.network.random())));
        }
    }
    void expect_refusal() {
        EXPECT_EQ(bench.hear_batch(member_, second_[0]).error(), Reject::wrong_entries)
            << "a second batch of the version endorsed";
        const auto said = bench.hear_batch(member_, second_[1]);
        ASSERT_TRUE(said);
        EXPECT_EQ(reasons(*said), std::vector<std::string>{"slot_taken"});
        EXPECT_TRUE(all_of<SendEndorsement>(*said).empty());
    }

    Bench bench;
    NodeId member_ = bench.members[1];
    Transaction first_;
    Said said_;
    std::vector<Transaction> second_;
};

TEST_F(OneVotePerSlot, holds_while_the_member_runs) {
    expect_refusal();
}

TEST_F(OneVotePerSlot, holds_after_a_restart) {
    restore(bench.restart(member_), said_);
    expect_refusal();
}

TEST_F(OneVotePerSlot, gives_way_when_the_window_is_settled) {
    bench.chain.run_window({bench.cluster}, 0);
    (void)bench.advance(member_);
    const Transaction next = bench.batch_of(1);
    EXPECT_EQ(order_of(*bench.hear_batch(member_, next)), "persist endorsement, endorsement");
}

}  // namespace
}  // namespace fairfeed::committee
