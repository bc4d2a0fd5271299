// Nodes answer, cut into packets, reassemble, import, store and mend a block of the maximal size
// like any other. They recognise a larger block, and it costs nobody much (R14, R15).
#include <gtest/gtest.h>

#include "core/wire/chain_codec.h"
#include "core/wire/chunk.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"
#include "edge-node/service/node_config.h"
#include "edge-node/storage/storage.h"
#include "tests/support/heavy_group.h"
#include "tests/support/selected.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::size_t kBlockBytes = max_block_bytes(kFewestForLimits);

constexpr std::size_t kMost = max_message_bytes(kFewestForLimits);  // of a message

const ClusterId kCluster = TestNetwork::cluster(1);
const NodeId kOne = TestNetwork::node(1);
const NodeId kTwo = TestNetwork::node(2);
const NodeId kRogue = TestNetwork::node(4);

// Splits a message into packets and reassembles it, as sender and receiver do.
Bytes through_packets(const Bytes& message) {
    ChunkAssembler assembler(kMost);
    std::optional<Bytes> whole;
    for (const Bytes& packet : split_message(message, kMost)) {
        EXPECT_LE(packet.size(), kMaxPacketBytes);
        whole = assembler.add("topic", packet);
    }
    EXPECT_TRUE(whole.has_value()) << message.size() << " bytes do not come through";
    return whole.value_or(Bytes{});
}

class BlockAtTheLimit : public ::testing::Test {
  protected:
    [[nodiscard]] CommittedBlock heavy(std::size_t bytes) {
        const Block block = make_block(chain.state(), heavy_group(chain, kCluster, bytes), {});
        return {block, make_certificate(network, chain.state(), block.header)};
    }
    [[nodiscard]] std::string judged(const Block& block) {
        ChainState after = chain.state();
        const auto executed = execute_block(after, block, signatures);
        return executed ? "" : std::string(to_string(executed.error().reason));
    }

    NodeWorld world{lab(4)};
    const TestNetwork& network = world.network();
    TestChain chain{network};
    PlainSignatureChecker signatures;
};

TEST_F(BlockAtTheLimit, is_valid_and_one_byte_more_is_not) {
    EXPECT_EQ(judged(heavy(kBlockBytes).block), "");
    EXPECT_EQ(judged(heavy(kBlockBytes + 1).block), "oversized");
    ExecutionFault fault{Reject::oversized, std::nullopt};
    EXPECT_FALSE(is_about_witnesses(fault)) << "whoever decided it is to blame, not who sent it";
}

TEST_F(BlockAtTheLimit, travels_in_an_answer_and_through_the_disk) {
    const CommittedBlock block = heavy(kBlockBytes);
    testing_support::TempDirectory directory;
    NodeConfig config;
    config.node = kOne;
    config.data = directory / "data";
    auto storage = Storage::open(config, network.genesis());
    ASSERT_TRUE(storage);
    ASSERT_TRUE(storage->write({CommitBlock{block}}, 4711));
    const auto answer = storage->blocks({1, 16});
    ASSERT_TRUE(answer && answer->blocks.size() == 1);
    const Bytes whole = through_packets(encode_answer(*answer));
    const auto came = decode_answer(whole, network.network());
    ASSERT_TRUE(came) << to_string(came.error());
    EXPECT_EQ(std::get<BlocksAnswer>(*came).blocks, std::vector{block});
}

// Several small blocks share an answer; a large block is sent alone.
TEST_F(BlockAtTheLimit, never_makes_an_answer_too_large) {
    TestChain small(network);
    testing_support::TempDirectory directory;
    NodeConfig config;
    config.node = kOne;
    config.data = directory / "data";
    auto storage = Storage::open(config, network.genesis());
    ASSERT_TRUE(storage);
    const CommittedBlock first = heavy(900'000);
    ASSERT_TRUE(storage->write({CommitBlock{first}}, 4711));
    ChainState after = chain.state();
    ASSERT_TRUE(execute_block(after, first.block, signatures));
    std::vector<Transaction> other = heavy_group(small, TestNetwork::cluster(2), kBlockBytes);
    const Block second = make_block(after, std::move(other), first.certificate);
    const CommittedBlock large{second, make_certificate(network, after, second.header)};
    ASSERT_TRUE(storage->write({CommitBlock{large}}, 4711));
    const auto both = storage->blocks({1, 16});
    ASSERT_TRUE(both);
    EXPECT_EQ(both->blocks, std::vector{first});
    const auto rest = storage->blocks({2, 16});
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->blocks, std::vector{large});
    EXPECT_FALSE(split_message(encode_answer(*rest), kMost).empty());
}

TEST_F(BlockAtTheLimit, is_imported_fetched_by_others_and_mended) {
    const CommittedBlock block = heavy(kBlockBytes);
    for (const std::size_t i : {2U, 3U, 4U})
        world.crash(TestNetwork::node(i));
    world.disk_of(kRogue).ledger.push_back(block);  // decided while the others were down
    world.restart(kRogue);
    ASSERT_TRUE(world.run_until([&] { return world.node(kOne).state().height == 1; }, 60'000));
    world.crash(kRogue);
    world.restart(kTwo);
    EXPECT_TRUE(world.run_until([&] { return world.node(kTwo).state().height == 1; }, 60'000));
    world.rot(kTwo, 1);
    EXPECT_TRUE(world.run_until(
        [&] { return world.disk(kTwo).ledger.at(0).block.header == block.block.header; }, 60'000));
}

TEST_F(BlockAtTheLimit, is_what_a_builder_stays_below) {
    std::vector<Transaction> waiting = heavy_group(chain, kCluster, kBlockBytes - 1'000'000);
    const std::vector<Transaction> second = heavy_group(chain, TestNetwork::cluster(2), 1'000'001);
    const std::size_t first = waiting.size();
    waiting.insert(waiting.end(), second.begin(), second.end());
    const auto select = [&] { return selected_of(chain.state(), waiting, INT64_MAX, signatures); };
    EXPECT_EQ(select().size(), first);
    const std::vector<Transaction> fits = heavy_group(chain, TestNetwork::cluster(3), 1'000'000);
    waiting.insert(waiting.end(), fits.begin(), fits.end());
    EXPECT_EQ(weight_of(select()), kBlockBytes) << "what does not fit holds up nothing else";
    Transaction huge = waiting.back();
    huge.envelope.resize(kBlockBytes + 1);
    TransactionPool pool(100);
    EXPECT_EQ(pool.add(huge, chain.state(), signatures).error(), Reject::oversized);
}

// A proposer in its turn lists pairs of batches that it has signed itself, without end.
class BlockAboveTheLimit : public BlockAtTheLimit {
  protected:
    [[nodiscard]] Transaction pair_of(Window window) {
        std::vector<Bytes> batches;
        for (const std::uint8_t filling : {std::uint8_t{1}, std::uint8_t{2}}) {
            Settlement settlement;
            settlement.cluster = kCluster;
            settlement.window = window;
            settlement.proposer = kRogue;
            settlement.contract_version = 1;
            settlement.entries = {{TestNetwork::meter(1, 1), EntryStatus::missing, {}}};
            settlement.lines = {{TestNetwork::meter(1, 1), 1, Salt{}, Bytes(16, filling), {}}};
            batches.push_back(to_bytes(
                signed_envelope(make_batch(settlement, network.network(), network.key(kRogue)))));
        }
        return *make_evidence(Offence::two_batches, batches[0], batches[1], network.network());
    }
};

TEST_F(BlockAboveTheLimit, is_known_before_its_last_body_is_there_and_leaves_nothing_behind) {
    std::vector<Transaction> pairs;
    for (Window window = 0; window < 600; ++window)
        pairs.push_back(pair_of(window));
    const Block block = make_block(chain.state(), pairs, {});
    const Digest id = block_id(block.header);
    CandidateBlocks bench(chain.state().genesis.parameters.max_block_transactions);
    TransactionPool pool(1000);
    ASSERT_TRUE(bench.describe(kRogue, outline_of(block)));
    std::size_t taken = 0;
    auto verdict = bench.judge(id, chain.state(), pool, signatures);
    for (; taken < pairs.size() && !verdict.known; ++taken) {
        pool.expect(verdict.missing);
        ASSERT_TRUE(pool.add(pairs[taken], chain.state(), signatures))
            << "a block must be judged, however far ahead its evidence is";
        verdict = bench.judge(id, chain.state(), pool, signatures);
    }
    BlockSize size;
    size.add(std::span(pairs).first(taken - 1));
    EXPECT_TRUE(size.is_allowed(kBlockBytes));
    size.add(std::span(pairs).subspan(taken - 1, 1));
    EXPECT_FALSE(size.is_allowed(kBlockBytes));
    EXPECT_LT(taken, pairs.size());
    ASSERT_TRUE(verdict.known && !verdict.valid && verdict.fault);
    EXPECT_EQ(verdict.fault->reason, Reject::oversized);
    EXPECT_TRUE(verdict.missing.empty()) << "nobody is asked for the rest";
    pool.give_up(bench.outline(id)->transactions);
    EXPECT_EQ(pool.size(), 0U);
    EXPECT_EQ(pool.add(pairs[9], chain.state(), signatures).error(), Reject::future_window);
}

// Otherwise a proposer could fill every pool by a megabyte at each of its turns.
TEST_F(BlockAboveTheLimit, and_any_other_that_is_not_decided_leaves_no_accusation_behind) {
    TransactionPool pool(100);
    pool.expect({pair_of(500).id, pair_of(501).id});
    ASSERT_TRUE(pool.add(pair_of(500), chain.state(), signatures));
    ASSERT_TRUE(pool.add(pair_of(501), chain.state(), signatures));
    pool.prune(chain.state());
    EXPECT_EQ(pool.size(), 0U);
    EXPECT_TRUE(pool.accusations().empty());
}

TEST_F(BlockAboveTheLimit, takes_nothing_from_the_pool_that_was_there_without_it) {
    TransactionPool pool(100);
    const Transaction honest = pair_of(0);
    ASSERT_TRUE(pool.add(honest, chain.state(), signatures));
    const std::vector<Digest> listed{honest.id, pair_of(1).id};
    pool.expect(listed);
    pool.give_up(listed);
    EXPECT_NE(pool.find(honest.id), nullptr);
}

}  // namespace
}  // namespace fairfeed::test
