// A newcomer's books, from the blocks alone: closed until it is handed over to, and then those of
// whoever held the keys all along.
#include "core/ledger/keyholder_books.h"

#include "tests/unit/ledger/handover_bench.h"

namespace fairfeed::test {
namespace {

class HandoverBooks : public ::testing::Test, public HandoverBench {
  protected:
    // What they make of all blocks; who handed over what does not open.
    [[nodiscard]] static std::vector<NodeId> follow(KeyholderBooks& books,
                                                    const HandoverBench& bench) {
        ChainState state = bench.network.initial_state();
        (void)books.follow({{bench.network.genesis().block.block, {}}, state, state});
        std::vector<NodeId> liars;
        PlainSignatureChecker signatures;
        for (const CommittedBlock& committed : bench.chain.blocks()) {
            const ChainState before = state;
            CHECK(execute_block(state, committed.block, signatures));
            (void)books.follow({committed, before, state});
            for (const ReplayFault& fault : books.faults())
                ADD_FAILURE() << fault.explanation;
            const auto& found = books.false_handovers();
            liars.insert(liars.end(), found.begin(), found.end());
        }
        return liars;
    }

    KeyholderBooks newcomer{Keyholder{kCome, agreement_key(kCome.str())}};
};

TEST_F(HandoverBooks, are_those_of_a_member_whichever_of_two_lied) {
    for (const bool liar_first : {true, false}) {
        SCOPED_TRACE(liar_first);
        HandoverBench street;
        street.change();
        const Transaction lie = street.handover(TestNetwork::node(1), street.wrong_keys());
        const Transaction truth = street.handover(TestNetwork::node(2), street.chain.keys());
        street.append({liar_first ? lie : truth});
        street.append({liar_first ? truth : lie});
        street.settle(2);
        street.settle(3);
        KeyholderBooks books{Keyholder{kCome, agreement_key(kCome.str())}};
        EXPECT_EQ(follow(books, street), std::vector{TestNetwork::node(1)}) << "it is named";
        EXPECT_TRUE(books.closed().empty());
        for (const MeterId& meter : street.network.meters(kOne)) {
            EXPECT_EQ(*books.books().at(kOne).closing(meter),
                      *street.chain.book(kOne).closing(meter));
        }
    }
}

TEST_F(HandoverBooks, stay_closed_to_who_leaves_and_to_who_has_not_come) {
    change();
    EXPECT_TRUE(follow(newcomer, *this).empty());
    EXPECT_TRUE(newcomer.closed().contains(kOne));
    KeyholderBooks leaver(Keyholder{TestNetwork::node(1), agreement_key("node-1")});
    hand_over();
    settle(2);
    EXPECT_TRUE(follow(leaver, *this).empty());
    EXPECT_TRUE(leaver.closed().contains(kOne));
}

// It was a member before: what it knew of then does not stand in the way.
TEST_F(HandoverBooks, open_again_to_who_comes_back) {
    change();
    hand_over();
    settle(2);
    give_to({TestNetwork::node(1), TestNetwork::node(2)}, 4);
    settle(3);
    append({handover(kCome, chain.keys())});
    settle(4);
    KeyholderBooks back(Keyholder{TestNetwork::node(1), agreement_key("node-1")});
    EXPECT_TRUE(follow(back, *this).empty());
    EXPECT_TRUE(back.closed().empty());
    for (const MeterId& meter : network.meters(kOne))
        EXPECT_EQ(*back.books().at(kOne).closing(meter), *chain.book(kOne).closing(meter));
}

}  // namespace
}  // namespace fairfeed::test
