// A newcomer's books, from the blocks alone: closed until it is handed over to, and then those of
// whoever held the keys all along.
#include <gtest/gtest.h>

#include "core/contract/handover.h"
#include "core/ledger/keyholder_books.h"
#include "core/ledger/proof.h"
#include "core/wire/handover_codec.h"
#include "tests/unit/ledger/stored_chain.h"

namespace fairfeed::test {
namespace {

const ClusterId kOne = TestNetwork::cluster(1);
const NodeId kCome = TestNetwork::node(5);

TestNetworkOptions five_nodes() {
    TestNetworkOptions options;
    options.nodes = 5;
    options.clusters = 1;  // its committee: nodes 1 to 4
    options.meters_per_cluster = 2;
    return options;
}

class HandoverBooks : public ::testing::Test {
  protected:
    void append(const std::vector<Transaction>& transactions) {
        ASSERT_TRUE(chain.append(chain.next_block(transactions)));
    }
    // Window 0 is settled by nodes 1 to 4; node-5 alone settles from window 1 on.
    void change() {
        chain.run_window({kOne}, 0);
        for (const MeterId& meter : network.meters(kOne)) {
            append({network.from_dgmd(chain.state(),
                                      network.grant(meter, 2, {kCome, network.dgmd()}, 2))});
        }
        CommitteeAllocation committee = chain.state().clusters.at(kOne).committee;
        committee.members = {kCome};
        committee.epoch += 1;
        committee.effective = 2;
        append({network.from_dgmd(chain.state(), committee)});
        chain.run_window({kOne}, 1);
    }
    [[nodiscard]] Transaction handover(const NodeId& sender, const KeyRing& keys) {
        Settlement last;
        for (const Transaction& transaction : chain.blocks().back().block.transactions)
            if (const auto* found = std::get_if<Settlement>(&transaction.content)) last = *found;
        const auto said =
            write_handover(chain.state(), last, sender, {kCome}, keys, network.random());
        CHECK(said);
        return make_handover(*said, sender, network.network(), network.key(sender));
    }
    void settle_as_newcomer(Window window) {
        for (const MeterId& meter : network.meters(kOne))
            chain.meter(meter).use_key_epoch(2);
        chain.run_window({kOne}, window);
    }
    // What node-5 makes of all blocks; how often somebody handed over what does not open.
    [[nodiscard]] std::size_t follow(KeyholderBooks& books) {
        ChainState state = network.initial_state();
        (void)books.follow({{network.genesis().block.block, {}}, state, state});
        std::size_t lies = 0;
        PlainSignatureChecker signatures;
        for (const CommittedBlock& committed : chain.blocks()) {
            const ChainState before = state;
            CHECK(execute_block(state, committed.block, signatures));
            (void)books.follow({committed, before, state});
            for (const ReplayFault& fault : books.faults())
                ADD_FAILURE() << fault.explanation;
            lies += books.false_handovers().size();
        }
        return lies;
    }

    StoredChain stored{five_nodes()};
    const TestNetwork& network = stored.network();
    TestChain& chain = stored.chain();
    KeyholderBooks newcomer{Keyholder{kCome, agreement_key(kCome.str())}};
};

TEST_F(HandoverBooks, are_those_of_a_member_although_one_of_two_lied) {
    change();
    KeyRing wrong;
    for (const MeterId& meter : network.meters(kOne))
        wrong.add(meter, 1, data_key("wrong"));
    append({handover(TestNetwork::node(1), wrong), handover(TestNetwork::node(2), chain.keys())});
    settle_as_newcomer(2);
    settle_as_newcomer(3);
    EXPECT_EQ(follow(newcomer), 1U);
    EXPECT_TRUE(newcomer.closed().empty());
    for (const MeterId& meter : network.meters(kOne)) {
        EXPECT_EQ(*newcomer.books().at(kOne).closing(meter), *chain.book(kOne).closing(meter));
    }
}

TEST_F(HandoverBooks, stay_closed_to_who_leaves_and_to_who_has_not_come) {
    change();
    EXPECT_EQ(follow(newcomer), 0U);
    EXPECT_TRUE(newcomer.closed().contains(kOne));
    KeyholderBooks leaver(Keyholder{TestNetwork::node(1), agreement_key("node-1")});
    append({handover(TestNetwork::node(1), chain.keys()),
            handover(TestNetwork::node(2), chain.keys())});
    settle_as_newcomer(2);
    EXPECT_EQ(follow(leaver), 0U);
    EXPECT_TRUE(leaver.closed().contains(kOne));
}

class ProofOverAHandover : public HandoverBooks {
  protected:
    [[nodiscard]] Result<Proof, ProofRefusal> proof_by(const NodeId& holder, Window window) {
        stored.store();
        return make_proof(stored.open(), stored.genesis(), stored.holder(holder),
                          TestNetwork::meter(1, 1), window);
    }
    [[nodiscard]] std::string fault_of(const Proof& proof) const {
        const auto checked = check_proof(encode_proof(proof), stored.genesis());
        return checked ? "none" : std::string(to_string(checked.error().part));
    }
};

TEST_F(ProofOverAHandover, holds_and_says_who_vouches_now) {
    change();
    append({handover(TestNetwork::node(1), chain.keys()),
            handover(TestNetwork::node(2), chain.keys())});
    settle_as_newcomer(2);
    const auto before = proof_by(TestNetwork::node(1), 1);
    ASSERT_TRUE(before) << before.error().explanation;
    EXPECT_EQ(before->committee, CommitteeClass::full);
    EXPECT_EQ(fault_of(*before), "none");
    auto after = proof_by(kCome, 2);
    ASSERT_TRUE(after) << after.error().explanation;
    EXPECT_EQ(after->committee, CommitteeClass::single);
    EXPECT_EQ(fault_of(*after), "none");
    after->committee = CommitteeClass::full;
    EXPECT_EQ(fault_of(*after), "committee");
    EXPECT_FALSE(proof_by(kCome, 1)) << "a window before its time";
    EXPECT_FALSE(proof_by(TestNetwork::node(1), 2)) << "a window after its time";
}

}  // namespace
}  // namespace fairfeed::test
