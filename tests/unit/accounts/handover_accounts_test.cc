// A newcomer's accounts, built from the blocks alone. They are closed until a HANDOVER; then they
// equal the accounts of the members that held the keys all along.
#include "core/accounts/keyholder_accounts.h"

#include "tests/unit/accounts/handover_bench.h"

namespace fairfeed::test {
namespace {

class HandoverAccounts : public ::testing::Test, public HandoverBench {
  protected:
    // Follows all blocks. Returns the members whose HANDOVER does not open.
    [[nodiscard]] static std::vector<NodeId> follow(KeyholderAccounts& accounts,
                                                    const HandoverBench& bench) {
        ChainState state = bench.network.initial_state();
        (void)accounts.follow({{bench.network.genesis().block.block, {}}, state, state});
        std::vector<NodeId> liars;
        PlainSignatureChecker signatures;
        for (const CommittedBlock& committed : bench.chain.blocks()) {
            const ChainState before = state;
            CHECK(execute_block(state, committed.block, signatures));
            (void)accounts.follow({committed, before, state});
            for (const ReplayFault& fault : accounts.faults())
                ADD_FAILURE() << fault.explanation;
            const auto& found = accounts.false_handovers();
            liars.insert(liars.end(), found.begin(), found.end());
        }
        return liars;
    }

    KeyholderAccounts newcomer{Keyholder{kCome, agreement_key(kCome.str())}};
};

TEST_F(HandoverAccounts, are_those_of_a_member_whichever_of_two_lied) {
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
        KeyholderAccounts accounts{Keyholder{kCome, agreement_key(kCome.str())}};
        EXPECT_EQ(follow(accounts, street), std::vector{TestNetwork::node(1)}) << "it is named";
        EXPECT_TRUE(accounts.closed().empty());
        for (const MeterId& meter : street.network.meters(kOne)) {
            EXPECT_EQ(*accounts.clusters().at(kOne).closing(meter),
                      *street.chain.accounts(kOne).closing(meter));
        }
    }
}

TEST_F(HandoverAccounts, stay_closed_to_who_leaves_and_to_who_has_not_come) {
    change();
    EXPECT_TRUE(follow(newcomer, *this).empty());
    EXPECT_TRUE(newcomer.closed().contains(kOne));
    KeyholderAccounts leaver(Keyholder{TestNetwork::node(1), agreement_key("node-1")});
    hand_over();
    settle(2);
    EXPECT_TRUE(follow(leaver, *this).empty());
    EXPECT_TRUE(leaver.closed().contains(kOne));
}

// Otherwise the newcomer would estimate a missing meter differently from the rest of its committee,
// which could read yesterday's reading, and would object to the others' batch.
TEST_F(HandoverAccounts, estimate_like_any_member_although_they_were_opened_late) {
    change();
    append({handover(TestNetwork::node(1), wrong_keys())});
    append({handover(TestNetwork::node(2), wrong_keys())});
    settle(2);
    settle(3);
    const auto said = write_handover(chain.state(), last_settlement(), network.dgmd(), {kCome},
                                     chain.keys(), network.random());
    ASSERT_TRUE(said);
    append({make_handover(*said, network.dgmd(), network.network(),
                          signing_key(network.dgmd().str()))});
    for (Window window = 4; window < 7; ++window) {
        OpenedReadings heard = read(window);
        heard.erase(network.meters(kOne).front());
        settle(window, {{window, heard}});
    }
    EXPECT_EQ(follow(newcomer, *this).size(), 2U);  // and no fault
    EXPECT_TRUE(newcomer.closed().empty());
    for (const MeterId& meter : network.meters(kOne))
        EXPECT_EQ(*newcomer.clusters().at(kOne).closing(meter),
                  *chain.accounts(kOne).closing(meter));
}

// A node keeps a last settlement of every cluster in memory, and that of a large cluster has
// megabytes.
TEST_F(HandoverAccounts, keep_no_more_of_a_last_settlement_than_is_handed_over) {
    change();
    KeyholderAccounts stranger{Keyholder{TestNetwork::node(4), agreement_key("node-4")}};
    (void)follow(stranger, *this);
    const Settlement whole = last_settlement();
    const Settlement* kept = stranger.last_settlement(kOne);
    ASSERT_NE(kept, nullptr);
    EXPECT_TRUE(kept->entries.empty() && kept->late.empty());
    ASSERT_EQ(kept->lines.size(), whole.lines.size());
    for (std::size_t i = 0; i < kept->lines.size(); ++i) {
        EXPECT_TRUE(kept->lines[i].ciphertext.empty());
        EXPECT_EQ(kept->lines[i].closing, whole.lines[i].closing);
    }
}

// DGMD names node-5, and withdraws the order before node-5 has settled anything. DGMD then grants
// node-5 the keys of later windows, for a later order. node-5 can open all lines, but could never
// read the window from which the missing meter is estimated.
TEST_F(HandoverAccounts, accuse_nobody_of_an_estimate_from_what_they_could_not_read) {
    const std::vector<NodeId> old = chain.state().clusters.at(kOne).committee.members;
    change();
    hand_over();
    give_to(old, 2);
    std::vector<NodeId> all = old;
    all.insert(all.end(), {kCome, network.dgmd()});
    for (const MeterId& meter : network.meters(kOne)) {
        const KeyEpoch next = chain.state().meters.at(meter).grants.back().epoch + 1;
        append({network.from_dgmd(chain.state(), network.grant(meter, next, all, 2))});
    }
    OpenedReadings heard = read(2);
    heard.erase(network.meters(kOne).front());
    settle(2, {{2, heard}});
    EXPECT_GT(chain.accounts(kOne).last_lines().front().generation_wh, 0) << "it is estimated";
    EXPECT_TRUE(follow(newcomer, *this).empty());  // and no fault
    EXPECT_TRUE(newcomer.closed().empty());
    for (const MeterId& meter : network.meters(kOne))
        EXPECT_EQ(*newcomer.clusters().at(kOne).closing(meter),
                  *chain.accounts(kOne).closing(meter));
}

// The node was a member before; its old knowledge does not stand in the way.
TEST_F(HandoverAccounts, open_again_to_who_comes_back) {
    change();
    hand_over();
    settle(2);
    give_to(nodes({1, 2}), 4);
    settle(3);
    append({handover(kCome, chain.keys())});
    settle(4);
    KeyholderAccounts back(Keyholder{TestNetwork::node(1), agreement_key("node-1")});
    EXPECT_TRUE(follow(back, *this).empty());
    EXPECT_TRUE(back.closed().empty());
    for (const MeterId& meter : network.meters(kOne))
        EXPECT_EQ(*back.clusters().at(kOne).closing(meter), *chain.accounts(kOne).closing(meter));
}

}  // namespace
}  // namespace fairfeed::test
