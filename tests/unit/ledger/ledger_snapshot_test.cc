#include "core/ledger/ledger_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/accounts/keyholder_accounts.h"
#include "core/ledger/replay.h"
#include "core/state/app_hash.h"
#include "core/state/state_decoder.h"
#include "core/wire/chain_codec.h"
#include "tests/unit/ledger/chain_story.h"
#include "tests/unit/ledger/second_story.h"
#include "tests/unit/ledger/third_story.h"

namespace fairfeed {
namespace {

using test::StoredChain;
using test::TestNetwork;
using ::testing::HasSubstr;

test::TestNetworkOptions small() {
    test::TestNetworkOptions options;
    options.clusters_with_meters = 1;
    options.meters_per_cluster = 2;
    return options;
}

std::vector<ChainState> states_of(const StoredChain& stored) {
    std::vector<ChainState> states;
    const auto end = replay(stored.open(), stored.genesis(), {},
                            [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                                states.push_back(step.after);
                                return {};
                            });
    CHECK(end);
    return states;
}

class LedgerSnapshotTest : public ::testing::Test {
  protected:
    LedgerSnapshotTest() {
        stored.run_windows(4);
        stored.store();
        states = states_of(stored);
    }
    StoredChain stored{small()};
    std::vector<ChainState> states;
};

TEST_F(LedgerSnapshotTest, is_right_if_the_next_block_says_so) {
    for (std::size_t height = 0; height < 4; ++height)
        EXPECT_TRUE(check_snapshot(stored.open(), states[height])) << height;
    EXPECT_THAT(check_snapshot(stored.open(), states[4]).error(),
                HasSubstr("the ledger ends at block 4, before the one that proves it"));
}

TEST_F(LedgerSnapshotTest, is_wrong_with_any_other_record) {
    ChainState wrong = states[2];
    wrong.meters.edit(TestNetwork::meter(1, 1)).last_sequence += 1;
    EXPECT_THAT(check_snapshot(stored.open(), wrong).error(),
                HasSubstr("block 3 says that its state is wrong"));
    wrong = states[2];
    wrong.tip.bytes[0] ^= 1;
    EXPECT_THAT(check_snapshot(stored.open(), wrong).error(), HasSubstr("another block 2"));
}

TEST_F(LedgerSnapshotTest, is_not_believed_beside_a_damaged_block) {
    stored.rot("UPDATE blocks SET body = zeroblob(40) WHERE height = 3");
    EXPECT_THAT(check_snapshot(stored.open(), states[2]).error(), HasSubstr("damaged"));
}

TEST_F(LedgerSnapshotTest, finds_readings_by_their_ids_in_the_order_asked_for) {
    std::vector<Digest> ids;
    std::vector<SignedReading> expected;
    for (const CommittedBlock& committed : stored.chain().blocks()) {
        for (const Transaction& transaction : committed.block.transactions) {
            const auto* reading = std::get_if<SignedReading>(&transaction.content);
            if (reading == nullptr) continue;
            ids.push_back(transaction.id);
            expected.push_back(*reading);
        }
    }
    std::reverse(ids.begin(), ids.end());
    std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(readings_in(stored.open(), ids), expected);
    EXPECT_EQ(readings_in(stored.open(), {})->size(), 0U);
    ids.push_back(Digest{});
    EXPECT_FALSE(readings_in(stored.open(), ids));
    EXPECT_FALSE(readings_in(stored.open(),
                             {states[1].clusters.at(TestNetwork::cluster(1)).last_settlement}))
        << "a settlement is no reading";
}

TEST_F(LedgerSnapshotTest, knows_the_ids_of_all_blocks_without_reading_them) {
    stored.rot("UPDATE blocks SET body = zeroblob(40) WHERE height = 3");
    const auto ids = stored.open().ids(3);
    ASSERT_TRUE(ids);
    ASSERT_EQ(ids->size(), 4U);
    for (std::size_t height = 0; height < 4; ++height)
        EXPECT_EQ((*ids)[height], states[height].tip);
    EXPECT_FALSE(stored.open().ids(5));
}

// From every block of a chain on: the rest of the replay gives the same states and the same books.
void expect_the_same_from_everywhere(const StoredChain& stored, const NodeId& node) {
    const Ledger ledger = stored.open();
    const Keyholder holder = stored.holder(node);
    std::vector<std::pair<Bytes, Bytes>> at;
    KeyholderAccounts accounts(holder);
    const auto written = [](const KeyholderAccounts& books) {
        cbor::Writer out;
        books.write(out);
        return out.take();
    };
    constexpr ReplayOptions kOptions{.trust_signatures = true, .keep_before = true};
    ASSERT_TRUE(replay(ledger, stored.genesis(), kOptions,
                       [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                           (void)accounts.follow(step);
                           at.emplace_back(encode_state(step.after), written(accounts));
                           return {};
                       }));
    for (std::size_t height = 0; height < at.size(); ++height) {
        auto state = decode_state(at[height].first, stored.genesis());
        ASSERT_TRUE(state) << height;
        EXPECT_EQ(check_snapshot(ledger, *state).has_value(), height + 1 < at.size());
        cbor::Reader in(at[height].second);
        auto books = KeyholderAccounts::read(in, holder);
        ASSERT_TRUE(in.finish()) << height;
        std::size_t next = height + 1;
        const auto end = replay_from(std::move(*state), ledger, kOptions,
                                     [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                                         (void)books.follow(step);
                                         EXPECT_EQ(encode_state(step.after), at[next].first);
                                         EXPECT_EQ(written(books), at[next].second);
                                         ++next;
                                         return {};
                                     });
        ASSERT_TRUE(end) << end.error().explanation;
        EXPECT_EQ(next, at.size());
    }
}

TEST(ReplayFrom, any_block_of_the_stories_is_the_replay_of_all) {
    for (const NodeId& node : {TestNetwork::node(2), TestNetwork::node(5), NodeId("dgmd")}) {
        expect_the_same_from_everywhere(test::ChainStory().stored(), node);
        expect_the_same_from_everywhere(test::SecondStory().stored(), node);
        expect_the_same_from_everywhere(test::ThirdStory().stored(), node);
    }
}

}  // namespace
}  // namespace fairfeed
