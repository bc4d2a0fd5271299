// The node's disk: promised effects of a turn are there after a restart, in order, and the last
// safety record counts.
#include "edge-node/storage/storage.h"
#include "core/io/sequence_mark.h"
#include "core/io/set_aside.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/wire/transaction_codec.h"
#include "edge-node/node/node.h"
#include "edge-node/service/node_config.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_network.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);

class Disk : public ::testing::Test {
  protected:
    Disk() {
        config_.node = TestNetwork::node(1);
        config_.data = directory_ / "data";
        chain_.run_window({kCluster}, 0);
        chain_.run_window({kCluster}, 1);
        reopen();
    }
    void reopen() {
        storage_.reset();
        auto opened = Storage::open(config_, network_.genesis());
        ASSERT_TRUE(opened) << opened.error().message;
        storage_.emplace(std::move(*opened));
    }
    void write(const Effects& turn) { ASSERT_TRUE(storage_->write(turn, 4711)); }
    [[nodiscard]] RecoveredState recall() {
        auto memory = storage_->recall(network_.network());
        CHECK(memory.has_value());
        return std::move(*memory);
    }
    [[nodiscard]] const Block& block(Height height) const {
        return chain_.blocks()[height - 1].block;
    }
    [[nodiscard]] Transaction batch(Height height) const {
        Transaction out = block(height).transactions.back();
        out.endorsements.clear();
        return out;
    }
    [[nodiscard]] PersistReading reading(Height height, std::size_t index) const {
        return {std::get<SignedReading>(block(height).transactions[index].content)};
    }
    [[nodiscard]] PersistEndorsement endorsement(Height height) const {
        const Transaction said = batch(height);
        const auto& settlement = std::get<Settlement>(said.content);
        const Witness witness = endorse(network_, settlement, said.id, config_.node);
        return {{kCluster, settlement.window, 0, said.id}, witness.signature, said};
    }
    [[nodiscard]] PersistBlock body(Height height) const {
        return {block_id(block(height).header), block(height)};
    }

    testing_support::TempDirectory directory_;
    TestNetwork network_;
    TestChain chain_{network_};
    NodeConfig config_;
    std::optional<Storage> storage_;
};

TEST_F(Disk, remembers_everything_of_a_turn_in_order) {
    const PersistEndorsement vote = endorsement(1);
    write({reading(1, 1), reading(1, 0), PersistBatch{kCluster, batch(1)}, vote, body(1),
           PersistSafety{{1, 2, 3}}, Publish{Topic{"test", "node-1", Channel::status, "-"}, {}}});
    reopen();
    const RecoveredState held = recall();
    ASSERT_EQ(held.readings.size(), 2U);
    EXPECT_EQ(held.readings[0], reading(1, 0).reading.envelope);
    ASSERT_EQ(held.batches.size(), 1U);
    EXPECT_EQ(held.batches[0], batch(1));
    ASSERT_EQ(held.endorsements.size(), 1U);
    EXPECT_EQ(held.endorsements[0].endorsement, vote.endorsement);
    EXPECT_EQ(held.endorsements[0].signature, vote.signature);
    EXPECT_EQ(held.endorsements[0].batch, vote.batch);
    ASSERT_EQ(held.blocks.size(), 1U);
    EXPECT_EQ(held.blocks[0], block(1));
    EXPECT_EQ(held.safety_record, (Bytes{1, 2, 3}));
}

TEST_F(Disk, keeps_the_last_safety_record_of_a_turn) {
    write({PersistSafety{{1}}, body(1), PersistSafety{{2}}, reading(1, 0), PersistSafety{{3}}});
    reopen();
    EXPECT_EQ(recall().safety_record, Bytes{3});
    write({reading(1, 1)});
    reopen();
    EXPECT_EQ(recall().safety_record, Bytes{3}) << "a turn without one changes nothing";
    EXPECT_EQ(recall().readings.size(), 2U);
}

TEST_F(Disk, commits_a_block_and_forgets_what_the_ledger_now_holds) {
    write({reading(1, 0), PersistBatch{kCluster, batch(1)}, endorsement(1), body(1)});
    write({body(2), CommitBlock{chain_.blocks()[0]}, ForgetWindow{kCluster, 0, 0},
           PersistSafety{{9}}});
    reopen();
    EXPECT_EQ(storage_->ledger().height(), 1U);
    EXPECT_EQ(*storage_->ledger().committed_at_ms(1), 4711);
    const RecoveredState held = recall();
    EXPECT_EQ(held.readings.size(), 1U) << "for a day, in case its receipt was lost";
    EXPECT_TRUE(held.batches.empty());
    EXPECT_TRUE(held.endorsements.empty());
    ASSERT_EQ(held.blocks.size(), 1U) << "of the height that is open";
    EXPECT_EQ(held.blocks[0].header.height, 2U);
}

TEST_F(Disk, writes_several_blocks_of_one_turn) {
    write({CommitBlock{chain_.blocks()[0]}, ForgetWindow{kCluster, 0, 0},
           CommitBlock{chain_.blocks()[1]}, ForgetWindow{kCluster, 1, 1}});
    reopen();
    EXPECT_EQ(storage_->ledger().height(), 2U);
    EXPECT_TRUE(recall().blocks.empty());
}

// The commit becomes durable before the inbox forgets, so a node killed in between finds both.
TEST_F(Disk, starts_from_a_ledger_that_is_ahead_of_inbox_and_safety_record) {
    write({reading(1, 0), PersistBatch{kCluster, batch(1)}, endorsement(1), body(1)});
    write({CommitBlock{chain_.blocks()[0]}});
    reopen();
    const auto signer = network_.key(config_.node);
    Node node({config_.node, signer, agreement_key(config_.node.str()), counting_random()});
    ChainState state = network_.initial_state();
    node.replay({{network_.genesis().block.block, {}}, state, state});
    const ChainState before = state;
    PlainSignatureChecker signatures;
    ASSERT_TRUE(execute_block(state, block(1), signatures));
    node.replay({chain_.blocks()[0], before, state});
    const Instant now{1000, state.tip_time_ms, true};
    const auto effects = node.start(state, chain_.blocks()[0].certificate, recall(), now);
    ASSERT_TRUE(effects);
    for (const Effect& effect : *effects) {
        const auto* said = std::get_if<Publish>(&effect);
        ASSERT_TRUE(said == nullptr || said->topic.channel != Channel::batch)
            << "a batch of a settled window is over";
    }
    EXPECT_GT(node.next_deadline_ms(now), now.steady_ms);
}

TEST_F(Disk, answers_any_range_of_blocks_a_peer_can_name) {
    write({CommitBlock{chain_.blocks()[0]}, CommitBlock{chain_.blocks()[1]}});
    const auto heights = [&](Height from, std::uint32_t count) {
        const auto answer = storage_->blocks({from, count});
        EXPECT_TRUE(answer);
        std::vector<Height> out;
        for (const CommittedBlock& each : answer->blocks)
            out.push_back(each.block.header.height);
        return out;
    };
    EXPECT_EQ(heights(1, 1), (std::vector<Height>{1}));
    EXPECT_EQ(heights(1, UINT32_MAX), (std::vector<Height>{1, 2}));
    EXPECT_EQ(heights(0, 2), (std::vector<Height>{1, 2})) << "block 0 is everybody's own";
    EXPECT_EQ(heights(2, 0), std::vector<Height>{});
    EXPECT_EQ(heights(3, 5), std::vector<Height>{});
    EXPECT_EQ(heights(Height{1} << 63, 5), std::vector<Height>{});
    EXPECT_EQ(heights(UINT64_MAX, UINT32_MAX), std::vector<Height>{});
}

// The disk rots beneath a running node.
class RottenDisk : public Disk {
  protected:
    RottenDisk() {
        chain_.run_window({kCluster}, 2);
        for (const CommittedBlock& each : chain_.blocks())
            write({CommitBlock{each}});
        learn();
    }
    void learn() {
        storage_->learn(block_id(network_.genesis().block.block.header));
        for (const CommittedBlock& each : chain_.blocks())
            storage_->learn(block_id(each.block.header));
    }
    template <class... Values>
    void rot(std::string_view sql, const Values&... values) {
        auto database = Database::open(config_.ledger(), kStoredLedger);
        ASSERT_TRUE(database) << database.error().message;
        ASSERT_TRUE(database->execute("PRAGMA foreign_keys = OFF"));
        auto statement = database->prepare(sql);
        ASSERT_TRUE(statement && statement->run(values...));
    }
    // Runs a whole pass of the scrub, one second at a time.
    [[nodiscard]] std::set<Height> found() {
        std::set<Height> out;
        const std::int64_t pass_ms = Scrub::pass_ms(network_.options().parameters.speed);
        for (const std::uint64_t until = storage_->scrubbed().passes() + 2;
             storage_->scrubbed().passes() < until; now_.steady_ms += pass_ms / 8) {
            const auto damaged = storage_->scrub(now_);
            EXPECT_TRUE(damaged);
            for (const DamagedBlock& each : *damaged)
                out.insert(each.height);
        }
        return out;
    }
    [[nodiscard]] bool mends(const CommittedBlock& block) {
        write({MendBlock{block}});
        while (storage_->is_mending())
            EXPECT_TRUE(storage_->mend_on(4712));
        return storage_->take_mended() == std::vector<Height>{block.block.header.height};
    }

    Instant now_{1000, 1000, true};
};

TEST_F(RottenDisk, is_found_within_a_pass_and_mended_with_what_a_peer_has) {
    EXPECT_EQ(found(), std::set<Height>{});
    rot("UPDATE blocks SET body = zeroblob(40) WHERE height = 2");
    EXPECT_EQ(found(), std::set<Height>{2});
    EXPECT_TRUE(mends(chain_.blocks()[1]));
    EXPECT_EQ(found(), std::set<Height>{});
    EXPECT_EQ(**storage_->ledger().block(2), chain_.blocks()[1]);
}

TEST_F(RottenDisk, is_not_given_to_peers_and_ends_nothing) {
    rot("UPDATE blocks SET certificate = x'80' WHERE height = 2");
    const auto answer = storage_->blocks({1, 3});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->blocks.size(), 1U) << "what stands before it";
    const auto noticed = storage_->scrub(now_);
    ASSERT_TRUE(noticed && noticed->size() == 1);
    EXPECT_EQ(noticed->front().height, 2U) << "without waiting for the scrub to come by";
    EXPECT_TRUE(mends(chain_.blocks()[1]));
    EXPECT_EQ(storage_->blocks({1, 3})->blocks.size(), 3U);
}

// If the id alone counted, a peer could offer a block with spoilt signatures.
TEST_F(RottenDisk, is_not_mended_with_a_block_whose_signatures_do_not_hold) {
    rot("UPDATE blocks SET body = zeroblob(40) WHERE height = 2");
    CommittedBlock forged = chain_.blocks()[1];
    forged.block.transactions.back().endorsements.front().signature.bytes[5] ^= 1;
    EXPECT_FALSE(mends(forged));
    forged = chain_.blocks()[2];
    EXPECT_FALSE(mends(forged) && storage_->ledger().block(2));
    rot("UPDATE commits SET body_hash = zeroblob(32) WHERE height = 2");
    forged = chain_.blocks()[1];
    forged.block.transactions.back().endorsements.front().signature.bytes[5] ^= 1;
    EXPECT_FALSE(mends(forged)) << "not even when nobody knows the bytes any more";
    EXPECT_TRUE(mends(chain_.blocks()[1])) << "everything in it was verified again";
    EXPECT_EQ(found(), std::set<Height>{});
}

TEST_F(RottenDisk, of_the_tip_is_mended_with_a_certificate_that_holds) {
    rot("UPDATE blocks SET certificate = x'80' WHERE height = 3");
    EXPECT_EQ(found(), std::set<Height>{3});
    CommittedBlock forged = chain_.blocks()[2];
    forged.certificate.witnesses.front().signature.bytes[5] ^= 1;
    EXPECT_FALSE(mends(forged));
    EXPECT_TRUE(mends(chain_.blocks()[2]));
    EXPECT_EQ(found(), std::set<Height>{});
}

TEST_F(RottenDisk, of_a_whole_file_is_set_aside_at_the_start) {
    storage_.reset();
    std::ofstream(config_.ledger(), std::ios::in) << std::string(100, 'x');
    reopen();
    ASSERT_EQ(storage_->mishaps().size(), 1U);
    EXPECT_NE(storage_->mishaps()[0].find("ledger.db.damaged-2"), std::string::npos)
        << storage_->mishaps()[0];
    EXPECT_EQ(storage_->ledger().height(), 0U) << "the rest comes from the peers";
}

TEST_F(Disk, with_a_safety_record_damaged_in_both_slots_starts_as_one_that_lost_it) {
    for (const bool with_ledger : {false, true}) {
        if (with_ledger) write({CommitBlock{chain_.blocks()[0]}});
        write({PersistSafety{{1}}});
        write({PersistSafety{{2}}});
        storage_.reset();
        std::ofstream(config_.safety_record(), std::ios::in) << std::string(5000, 'x');
        reopen();
        ASSERT_EQ(storage_->mishaps().size(), 1U);
        EXPECT_NE(storage_->mishaps()[0].find("safety.slot.damaged-2"), std::string::npos)
            << storage_->mishaps()[0];
        EXPECT_EQ(recall().safety, SafetyTrust::lost);
        EXPECT_TRUE(recall().safety_record.empty());
        reopen();
        EXPECT_TRUE(storage_->mishaps().empty());
        EXPECT_EQ(recall().safety, SafetyTrust::lost) << "killed before it could write";
        write({PersistSafety{{3}}});
        reopen();
        EXPECT_EQ(recall().safety, SafetyTrust::sound) << "what it writes says for how long";
    }
}

TEST_F(Disk, whose_ledger_is_of_another_kind_is_refused_with_what_to_do) {
    storage_.reset();
    std::filesystem::remove(config_.ledger());
    {
        auto foreign = Database::open(config_.ledger(), {"a shop", 7, 1, "CREATE TABLE item(id)"});
        ASSERT_TRUE(foreign);
    }
    const auto opened = Storage::open(config_, network_.genesis());
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("move it away"), std::string::npos);
}

// The second owner reads the inbox before a write of the first one, and the mark after it.
TEST_F(Disk, is_not_set_aside_by_a_second_owner_who_looks_while_the_first_one_writes) {
    auto mark = SequenceMark::open(config_.data / "inbox.mark");
    ASSERT_TRUE(mark);
    ASSERT_TRUE(mark->write(mark->sequence() + 1000));
    const auto second = Storage::open(config_, network_.genesis());
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("in use by another process"), std::string::npos);
    EXPECT_TRUE(damaged_copies(config_.inbox()).empty());
}

TEST_F(Disk, refuses_a_second_owner_and_another_network) {
    EXPECT_FALSE(Storage::open(config_, network_.genesis())) << "the first one runs";
    storage_.reset();
    TestNetworkOptions options;
    options.parameters.name = "another";
    const TestNetwork other(options);
    EXPECT_FALSE(Storage::open(config_, other.genesis()));
}

}  // namespace
}  // namespace fairfeed::test
