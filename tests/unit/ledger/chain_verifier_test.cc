#include "core/ledger/chain_verifier.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "core/ledger/replay.h"
#include "core/wire/chain_codec.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed {
namespace {

using test::StoredChain;
using test::TestChain;
using test::TestNetwork;
using test::TestNetworkOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TestNetworkOptions options_of(std::size_t nodes, std::size_t meters = 2) {
    TestNetworkOptions options;
    options.nodes = nodes;
    options.meters_per_cluster = meters;
    return options;
}

VerifyReport verify(const StoredChain& stored, const Keyholder* holder = nullptr) {
    return verify_ledger(stored.open(), stored.genesis(), holder, {});
}

const InvariantReport& invariant(const VerifyReport& report, std::string_view name,
                                 std::string_view checked_by) {
    const auto found = std::find_if(report.invariants.begin(), report.invariants.end(),
                                    [&](const InvariantReport& each) {
                                        return each.name == name && each.checked_by == checked_by;
                                    });
    CHECK(found != report.invariants.end());
    return *found;
}

// Flips one bit of a byte string that is stored at a height.
void flip(const StoredChain& stored, std::string_view sql, Height height, Bytes value,
          std::size_t at) {
    value[at] ^= 1U;
    stored.damage(sql, height, value);
}

TEST(chain_verifier, recomputes_everything_with_the_keys_of_a_member) {
    StoredChain stored(options_of(4));
    stored.run_windows(3);
    stored.store();
    const Keyholder holder = stored.holder(TestNetwork::node(2));
    const VerifyReport report = verify(stored, &holder);
    ASSERT_TRUE(report.sound()) << report.fault->explanation;
    EXPECT_EQ(report.checked_height, 3U);
    EXPECT_EQ(report.tip, stored.chain().state().tip);
    EXPECT_EQ(report.app_hash, app_hash(stored.chain().state()));
    EXPECT_EQ(report.counts.blocks, 3U);
    EXPECT_EQ(report.counts.readings, 24U);
    EXPECT_EQ(report.counts.readings_opened, 24U);
    EXPECT_EQ(report.counts.lines_opened, 24U);
    EXPECT_EQ(report.counts.settlements, 12U);
    EXPECT_EQ(report.counts.settlements_recomputed, 12U);
    EXPECT_EQ(report.counts.certificates, 5U);
    EXPECT_THAT(report.closed, IsEmpty());
    for (const InvariantReport& each : report.invariants) {
        EXPECT_TRUE(each.applicable) << each.name;
        EXPECT_TRUE(each.ok) << each.name << ": " << each.explanation;
    }
}

TEST(chain_verifier, says_what_it_could_not_recompute_without_keys) {
    StoredChain stored(options_of(2));
    stored.run_windows(2);
    stored.store();
    const VerifyReport report = verify(stored);
    ASSERT_TRUE(report.sound()) << report.fault->explanation;
    EXPECT_EQ(report.counts.settlements, 4U);
    EXPECT_EQ(report.counts.settlements_recomputed, 0U);
    EXPECT_EQ(report.counts.readings_opened, 0U);
    EXPECT_THAT(report.closed,
                ElementsAre(Pair(TestNetwork::cluster(1), ElementsAre(WindowRun{0, 1})),
                            Pair(TestNetwork::cluster(2), ElementsAre(WindowRun{0, 1}))));
    EXPECT_TRUE(invariant(report, "conservation_of_money", "public").ok);
    EXPECT_FALSE(invariant(report, "conservation_of_money", "keyholders").applicable);
    EXPECT_FALSE(invariant(report, "conservation_of_money", "keyholders").ok);
    EXPECT_FALSE(invariant(report, "registers_never_fall", "keyholders").ok);
}

TEST(chain_verifier, recomputes_the_clusters_a_node_witnesses_and_names_the_others) {
    StoredChain stored(options_of(6));
    stored.run_windows(2);
    stored.store();
    const Keyholder holder = stored.holder(TestNetwork::node(1));
    const VerifyReport report = verify(stored, &holder);
    ASSERT_TRUE(report.sound()) << report.fault->explanation;
    // node-1 is in the committees of clusters 1, 6, 5 and 4.
    EXPECT_THAT(report.closed,
                ElementsAre(Pair(TestNetwork::cluster(2), ElementsAre(WindowRun{0, 1})),
                            Pair(TestNetwork::cluster(3), ElementsAre(WindowRun{0, 1}))));
    EXPECT_EQ(report.counts.settlements_recomputed, 8U);
}

TEST(chain_verifier, reports_how_far_it_is) {
    StoredChain stored(options_of(1));
    stored.run_windows(2);
    stored.store();
    std::vector<std::pair<Height, Height>> seen;
    const auto progress = [&seen](Height done, Height total) { seen.emplace_back(done, total); };
    (void)verify_ledger(stored.open(), stored.genesis(), nullptr, progress);
    EXPECT_THAT(seen, ElementsAre(std::pair{0U, 2U}, std::pair{1U, 2U}, std::pair{2U, 2U}));
}

TEST(chain_verifier, names_the_height_of_every_damaged_byte_of_a_body) {
    StoredChain stored(options_of(1, 1));
    stored.run_windows(3);
    stored.store();
    constexpr std::string_view kSql = "UPDATE blocks SET body = ?2 WHERE height = ?1";
    for (Height height = 1; height <= 3; ++height) {
        const Bytes body = stored.body(height);
        for (std::size_t at = height; at < body.size(); at += 5) {
            flip(stored, kSql, height, body, at);
            const VerifyReport report = verify(stored);
            ASSERT_FALSE(report.sound()) << "height " << height << ", byte " << at;
            ASSERT_EQ(report.fault->height, height) << "byte " << at;
            ASSERT_EQ(report.checked_height, height - 1);
        }
        stored.damage(kSql, height, body);
    }
    EXPECT_TRUE(verify(stored).sound());
}

TEST(chain_verifier, names_the_height_of_a_damaged_byte_of_genesis) {
    StoredChain stored(options_of(1, 1));
    stored.run_windows(1);
    stored.store();
    const Bytes body = encode_block(stored.genesis().block.block);
    for (std::size_t at = 0; at < body.size(); at += 41) {
        flip(stored, "UPDATE blocks SET body = ?2 WHERE height = ?1", 0, body, at);
        const VerifyReport report = verify(stored);
        ASSERT_FALSE(report.sound()) << "byte " << at;
        ASSERT_EQ(report.fault->height, 0U);
    }
}

TEST(chain_verifier, names_the_height_of_every_damaged_byte_of_a_certificate) {
    StoredChain stored(options_of(2, 1));
    stored.run_windows(2);
    stored.store();
    for (Height height = 1; height <= 2; ++height) {
        const Bytes certificate =
            encode_certificate(stored.chain().blocks()[height - 1].certificate);
        constexpr std::string_view kSql = "UPDATE blocks SET certificate = ?2 WHERE height = ?1";
        for (std::size_t at = 0; at < certificate.size(); at += 3) {
            flip(stored, kSql, height, certificate, at);
            const VerifyReport report = verify(stored);
            ASSERT_FALSE(report.sound()) << "height " << height << ", byte " << at;
            ASSERT_EQ(report.fault->height, height) << "byte " << at;
        }
        stored.damage(kSql, height, certificate);
    }
}

TEST(chain_verifier, names_the_height_of_a_damaged_id_time_or_index) {
    struct Row {
        std::string_view sql;
        std::string_view reason;
    };
    const Row rows[] = {
        {"UPDATE blocks SET id = zeroblob(32) WHERE height = 2", "damaged"},
        {"UPDATE blocks SET time_ms = time_ms + 1 WHERE height = 2", "damaged"},
        {"UPDATE blocks SET certificate = NULL WHERE height = 2", "damaged"},
        {"DELETE FROM transactions WHERE height = 2", "wrong_index"},
        {"UPDATE transactions SET height = 7 WHERE height = 2", "wrong_index"},
        {"DELETE FROM blocks WHERE height = 2", "missing_block"},
    };
    for (const Row& row : rows) {
        StoredChain stored(options_of(1, 1));
        stored.run_windows(3);
        stored.store();
        stored.damage(row.sql);
        const VerifyReport report = verify(stored);
        ASSERT_FALSE(report.sound()) << row.sql;
        EXPECT_EQ(report.fault->height, 2U) << row.sql;
        EXPECT_EQ(report.fault->reason, row.reason) << row.sql;
        EXPECT_EQ(report.checked_height, 1U);
    }
}

TEST(chain_verifier, finds_blocks_that_changed_places) {
    StoredChain stored(options_of(1, 1));
    stored.run_windows(3);
    stored.store();
    stored.damage("UPDATE blocks SET height = -height - 1 + 10 WHERE height IN (1, 2)");
    stored.damage("UPDATE blocks SET height = height - 6 WHERE height > 3");
    const VerifyReport report = verify(stored);
    ASSERT_FALSE(report.sound());
    EXPECT_EQ(report.fault->height, 1U);
    EXPECT_EQ(report.fault->reason, "wrong_height");
}

TEST(chain_verifier, refuses_a_certificate_of_too_few_or_about_another_block) {
    StoredChain stored(options_of(4, 1));
    stored.run_windows(2);
    stored.store();
    const auto& state = stored.chain().state();
    const BlockHeader tip = stored.chain().blocks()[1].block.header;
    BlockHeader other = tip;
    other.time_ms += 1;
    QuorumCertificate twice = stored.chain().blocks()[1].certificate;
    twice.witnesses[1] = twice.witnesses[0];
    QuorumCertificate prevotes = stored.chain().blocks()[1].certificate;
    prevotes.content.type = VoteType::prevote;
    for (const QuorumCertificate& forged :
         {test::make_certificate(stored.network(), state, tip, 2),
          test::make_certificate(stored.network(), state, other), prevotes, twice}) {
        stored.damage("UPDATE blocks SET certificate = ?1 WHERE height = 2",
                      encode_certificate(forged));
        const VerifyReport report = verify(stored);
        ASSERT_FALSE(report.sound());
        EXPECT_EQ(report.fault->height, 2U);
        EXPECT_THAT(report.fault->explanation, HasSubstr("block 2"));
    }
}

TEST(chain_verifier, accepts_any_quorum_as_witness_of_a_block) {
    StoredChain stored(options_of(4, 1));
    stored.run_windows(2);
    stored.store();
    const QuorumCertificate all = test::make_certificate(
        stored.network(), stored.chain().state(), stored.chain().blocks()[0].block.header, 4, 3);
    stored.damage("UPDATE blocks SET certificate = ?1 WHERE height = 1", encode_certificate(all));
    EXPECT_TRUE(verify(stored).sound());
}

TEST(chain_verifier, finds_a_line_that_a_whole_committee_falsified_only_with_keys) {
    StoredChain stored(options_of(2));
    stored.run_windows(1);
    TestChain& chain = stored.chain();
    const ClusterId cluster = TestNetwork::cluster(1);
    const auto readings = chain.read_all(cluster, 1);
    auto draft = chain.accounts(cluster).draft(chain.state(), 1, {{1, readings}});
    ASSERT_TRUE(draft);
    draft->lines[0].closing.balance_micro += 1;
    const NodeId parent = TestNetwork::node(1);
    const auto falsified = chain.accounts(cluster).seal(chain.state(), 1, *draft, parent, 0, 0,
                                                        chain.keys(), stored.network().random());
    ASSERT_TRUE(falsified);
    ASSERT_TRUE(chain.append(chain.next_block(chain.group(*falsified, readings))));
    stored.store();
    EXPECT_TRUE(verify(stored).sound());
    const Keyholder holder = stored.holder(TestNetwork::node(2));
    const VerifyReport report = verify(stored, &holder);
    ASSERT_FALSE(report.sound());
    EXPECT_EQ(report.fault->height, 2U);
    EXPECT_EQ(report.fault->reason, "wrong_lines");
    EXPECT_THAT(report.fault->explanation, HasSubstr("cluster cluster-1, window 1"));
}

TEST(replay, checks_signatures_of_strangers_and_may_trust_its_own) {
    StoredChain stored(options_of(1, 1));
    stored.run_windows(2);
    stored.store();
    const Transaction& reading = stored.chain().blocks()[0].block.transactions[0];
    Bytes body = stored.body(1);
    const auto envelope =
        std::search(body.begin(), body.end(), reading.envelope.begin(), reading.envelope.end());
    ASSERT_NE(envelope, body.end());
    const auto in_signature = static_cast<std::ptrdiff_t>(reading.envelope.size() - 60);
    *(envelope + in_signature) ^= 1U;
    stored.damage("UPDATE blocks SET body = ?1 WHERE height = 1", body);
    const Ledger ledger = stored.open();
    const auto nothing = [](const ReplayStep&) -> Result<void, ReplayFault> { return {}; };
    const auto strict = replay(ledger, stored.genesis(), {}, nothing);
    ASSERT_FALSE(strict);
    EXPECT_EQ(strict.error().reason, "wrong_signature");
    EXPECT_THAT(strict.error().explanation, HasSubstr("reading of meter meter-1-1, window 0"));
    const auto trusting = replay(ledger, stored.genesis(), {.trust_signatures = true}, nothing);
    ASSERT_TRUE(trusting);
    EXPECT_EQ(app_hash(*trusting), app_hash(stored.chain().state()));
}

TEST(replay, hands_the_states_before_and_after_each_block_to_its_visitor) {
    StoredChain stored(options_of(1, 1));
    stored.run_windows(2);
    stored.store();
    std::vector<std::pair<Height, Height>> seen;
    const auto end =
        replay(stored.open(), stored.genesis(), {.trust_signatures = true, .keep_before = true},
               [&seen](const ReplayStep& step) -> Result<void, ReplayFault> {
                   seen.emplace_back(step.before.height, step.after.height);
                   return {};
               });
    ASSERT_TRUE(end);
    EXPECT_THAT(seen, ElementsAre(std::pair{0U, 0U}, std::pair{0U, 1U}, std::pair{1U, 2U}));
}

// A block that rots while it waits on the disk is found; one that was read before is not. So what
// is found tells what was held.
TEST(replay, never_fills_the_memory_with_blocks_that_wait_for_their_turn) {
    const auto fault_after_rot = [](std::size_t blocks) -> Height {
        StoredChain stored(options_of(1, 1));
        stored.run_windows(6);
        stored.store();
        BlockSize room;
        for (std::size_t i = 0; i < blocks; ++i)
            room.add(stored.chain().blocks()[i].block.transactions);
        // A ledger opened for reading alone would go on with pages that it has read before.
        const auto ledger = Ledger::open(stored.file(), stored.genesis());
        const auto end =
            replay(*ledger, stored.genesis(), {.threads = 2, .bytes_ahead = room.envelopes},
                   [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                       if (step.after.height == 1)
                           stored.rot("UPDATE blocks SET body = x'00' WHERE height >= 3");
                       return {};
                   });
        return end ? 0 : end.error().height;
    };
    EXPECT_EQ(fault_after_rot(2), 3U) << "blocks 1 and 2 were in memory";
    EXPECT_EQ(fault_after_rot(4), 5U);
    EXPECT_EQ(fault_after_rot(6), 0U) << "all were";
}

TEST(replay, ends_with_the_fault_of_its_visitor) {
    StoredChain stored(options_of(1, 1));
    stored.run_windows(2);
    stored.store();
    const ReplayFault mine{1, "mine", "because"};
    const auto end = replay(stored.open(), stored.genesis(), {},
                            [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                                if (step.after.height == 1) return unexpected(mine);
                                return {};
                            });
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error(), mine);
}

}  // namespace
}  // namespace fairfeed
