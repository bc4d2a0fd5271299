#include "core/ledger/signatures_ahead.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/ledger/chain_verifier.h"
#include "core/ledger/replay.h"
#include "core/wire/chain_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/accounts/stored_chain.h"
#include "tests/unit/ledger/chain_story.h"
#include "tests/unit/ledger/second_story.h"

namespace fairfeed {
namespace {

using test::StoredChain;
using test::TestChain;
using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);

class SignaturesAheadTest : public ::testing::TestWithParam<std::size_t> {
  protected:
    SignaturesAheadTest() {
        chain.run_window({kOne}, 0);
        before = chain.state();
        chain.run_window({kOne}, 1);
        block = chain.blocks().back().block;
    }
    [[nodiscard]] Result<void, ExecutionFault> executed(const ChainState& known) const {
        SignaturesAhead ahead(GetParam());
        ahead.begin(block, known);
        ChainState state = before;
        const auto done = execute_block(state, block, ahead);
        ahead.forget(block);
        EXPECT_EQ(ahead.waiting(), 0U);
        return done;
    }

    TestNetwork network;
    TestChain chain{network};
    ChainState before;
    Block block;
};

INSTANTIATE_TEST_SUITE_P(Threads, SignaturesAheadTest, ::testing::Values(1, 2, 4));

TEST_P(SignaturesAheadTest, accept_a_block_whose_signatures_are_right) {
    EXPECT_TRUE(executed(before));
    EXPECT_TRUE(executed(network.initial_state())) << "work ahead knows an older state only";
}

TEST_P(SignaturesAheadTest, refuse_each_wrong_signature_for_the_reason_that_a_plain_check_gives) {
    const Block right = block;
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        block = right;
        Transaction& changed = block.transactions[i];
        const ByteView said = signed_envelope(changed);  // its last byte is the signature's
        changed.envelope[static_cast<std::size_t>(&said.back() - changed.envelope.data())] ^= 1;
        ChainState state = before;
        PlainSignatureChecker plain;
        const auto expected = execute_block(state, block, plain);
        const auto found = executed(before);
        ASSERT_FALSE(found) << i;
        EXPECT_EQ(found.error().reason, expected.error().reason);
        EXPECT_EQ(found.error().transaction, expected.error().transaction);
    }
    block = right;
    block.transactions.back().endorsements[1].signature.bytes[7] ^= 1;
    EXPECT_EQ(executed(before).error().reason, Reject::wrong_signature);
}

// Between the block that work ahead knows and the one that counts, DGMD may register keys anew.
TEST_P(SignaturesAheadTest, never_believe_a_signature_under_another_key_than_the_state_has) {
    ChainState other = before;
    const MeterId meter = TestNetwork::meter(1, 1);
    other.meters.edit(meter).key =
        VerifyKey::from_point(network.key(TestNetwork::meter(1, 2)).public_key());
    EXPECT_TRUE(executed(other)) << "the wrong key was tried in vain, the right one counts";
    std::swap(before, other);
    EXPECT_EQ(executed(other).error().reason, Reject::wrong_signature);
}

TEST_P(SignaturesAheadTest, end_while_work_is_open) {
    SignaturesAhead ahead(GetParam());
    for (int i = 0; i < 20; ++i)
        ahead.begin(block, before);
}

TEST(VerifyOnAllCores, reports_what_one_thread_reports) {
    const auto report = [](const StoredChain& stored, std::size_t threads) {
        const Keyholder holder = stored.holder(TestNetwork::node(2));
        return verify_ledger(stored.open(), stored.genesis(), &holder, {}, threads);
    };
    const auto expect_same = [&](const StoredChain& stored, bool sound) {
        const VerifyReport one = report(stored, 1);
        EXPECT_EQ(one.sound(), sound);
        for (const std::size_t threads : {2U, 5U}) {
            const VerifyReport many = report(stored, threads);
            EXPECT_EQ(many.fault, one.fault);
            EXPECT_EQ(many.checked_height, one.checked_height);
            EXPECT_EQ(many.tip, one.tip);
            EXPECT_EQ(many.app_hash, one.app_hash);
            EXPECT_EQ(many.counts, one.counts);
            EXPECT_EQ(many.closed, one.closed);
            EXPECT_EQ(many.invariants, one.invariants);
        }
    };
    expect_same(test::ChainStory().stored(), true);
    expect_same(test::SecondStory().stored(), true);
    StoredChain stored;
    stored.run_windows(6);
    stored.store();
    expect_same(stored, true);
    Bytes body = stored.body(4);
    const Bytes& envelope = stored.chain().blocks()[3].block.transactions[0].envelope;
    const auto at = std::search(body.begin(), body.end(), envelope.begin(), envelope.end());
    ASSERT_NE(at, body.end());
    *(at + static_cast<std::ptrdiff_t>(envelope.size()) - 1) ^= 1;
    stored.damage("UPDATE blocks SET body = ?2 WHERE height = ?1", 4, body);
    expect_same(stored, false);
    stored.rot("UPDATE blocks SET body = zeroblob(9) WHERE height = 6");
    expect_same(stored, false);
}

}  // namespace
}  // namespace fairfeed
