// A node of a whole network keeps snapshots beside its ledger of real files, and starts from them.
#include "core/ledger/snapshot_keeper.h"

#include <sys/stat.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/state/app_hash.h"
#include "core/wire/chain_codec.h"
#include "edge-node/service/node_config.h"
#include "edge-node/service/node_start.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kPatienceMs = 60'000;
const NodeId kFour = TestNetwork::node(4);
const ClusterId kCluster = TestNetwork::cluster(1);

class SnapshotKeeperTest : public ::testing::Test {
  protected:
    SnapshotKeeperTest() {
        config_.node = kFour;
        config_.data = directory_ / "data";
        auto storage = Storage::open(config_, genesis());
        CHECK(storage.has_value());
        storage_.emplace(std::move(*storage));
        storage_->learn(block_id(genesis().block.block.header));
        keeper_.emplace(files(), keys().owner, world_.network().key(kFour),
                        agreement_key(kFour.str()).public_key(), StartReport{});
    }
    [[nodiscard]] const LoadedGenesis& genesis() const { return world_.network().genesis(); }
    [[nodiscard]] SnapshotFiles files() const { return config_.snapshots(); }
    [[nodiscard]] SnapshotKeys keys() const {
        return {{genesis().network, kFour},
                *VerifyKey::from_point(world_.network().key(kFour).public_key()),
                agreement_key(kFour.str())};
    }
    [[nodiscard]] std::unique_ptr<Node> new_node() const {
        return std::make_unique<Node>(Node::Setup{kFour, world_.network().key(kFour),
                                                  agreement_key(kFour.str()), counting_random()});
    }
    void settle(Window window) {
        world_.go_to_end_of(window);
        world_.measure(window, 700);
        const auto done = [&] { return world_.settled(kCluster, window) && world_.agreed_at(1); };
        ASSERT_TRUE(world_.run_until(done, kPatienceMs)) << "window " << window;
        const auto& ledger = world_.disk(kFour).ledger;
        for (Height height = storage_->ledger().height(); height < ledger.size(); ++height)
            ASSERT_TRUE(storage_->write({CommitBlock{ledger[height]}}, 4711));
        keeper_->look(ledger.size());
    }
    void take() {
        const ChainState& state = world_.node(kFour).state();
        keeper_->take(
            {state.height, storage_->ids(), encode_state(state), world_.node(kFour).books()});
        keeper_->finish();
    }
    [[nodiscard]] NodeAtTip start() {
        const SnapshotKeys owner = keys();
        NodeStart start(*storage_, genesis(), owner, [this] { return new_node(); }, {});
        auto started = start.run(files());
        CHECK(started.has_value());
        return std::move(*started);
    }
    // What the node at the tip would be without any snapshot.
    void expect_as_from_genesis(const NodeAtTip& started) {
        for (const auto& file : files().existing())
            std::filesystem::rename(file, file.string() + ".away");
        const Digest ids = storage_->ids();
        const NodeAtTip replayed = start();
        EXPECT_EQ(replayed.report.from, 0U);
        EXPECT_EQ(encode_state(started.state), encode_state(replayed.state));
        EXPECT_EQ(started.node->books(), replayed.node->books());
        EXPECT_EQ(storage_->ids(), ids);
    }

    testing_support::TempDirectory directory_;
    NodeWorld world_{lab(4, 1)};
    NodeConfig config_;
    std::optional<Storage> storage_;
    std::optional<SnapshotKeeper> keeper_;
};

TEST_F(SnapshotKeeperTest, starts_a_node_from_the_last_snapshot_and_the_blocks_after_it) {
    settle(0);
    settle(1);
    take();
    const Height taken = storage_->ledger().height();
    settle(2);
    EXPECT_EQ(keeper_->report().height, taken);
    const NodeAtTip started = start();
    EXPECT_EQ(started.report.from, taken);
    EXPECT_EQ(started.report.file, config_.snapshots().proven());
    EXPECT_GT(started.report.transactions, 0U);
    EXPECT_THAT(started.report.refused, IsEmpty());
    expect_as_from_genesis(started);
}

// The books of a running node hold readings that no block has; its snapshot does not.
TEST_F(SnapshotKeeperTest, writes_the_books_of_a_replay_and_not_what_the_inbox_has) {
    settle(0);
    world_.go_to_end_of(1);
    world_.crash(TestNetwork::node(1));
    world_.crash(TestNetwork::node(2));
    world_.measure(1, 700);
    world_.run_for(200);
    ASSERT_GT(world_.node(kFour).load().readings, 0U);
    EXPECT_EQ(world_.node(kFour).books(), start().node->books());
}

// A cluster of which no block has anything yet is none of the snapshot's.
TEST_F(SnapshotKeeperTest, writes_no_cluster_that_only_the_inbox_knows) {
    world_.go_to_end_of(0);
    world_.crash(TestNetwork::node(1));
    world_.crash(TestNetwork::node(2));
    world_.measure(0, 700);
    world_.run_for(200);
    ASSERT_GT(world_.node(kFour).load().readings, 0U);
    EXPECT_EQ(world_.node(kFour).books(), start().node->books());
}

TEST_F(SnapshotKeeperTest, trusts_a_snapshot_once_a_later_block_has_proven_it) {
    settle(0);
    take();
    settle(1);
    const Height proven = keeper_->report().height;
    EXPECT_GT(proven, 0U);
    take();
    EXPECT_EQ(keeper_->report().height, proven);
    EXPECT_EQ(files().existing().size(), 2U);
    const NodeAtTip started = start();
    EXPECT_EQ(started.report.from, proven);
    EXPECT_THAT(started.report.refused, ElementsAre(HasSubstr("before the one that proves it")));
    settle(2);
    EXPECT_GT(keeper_->report().height, proven);
    EXPECT_EQ(files().existing().size(), 1U);
}

// The node died between the block and the promotion.
TEST_F(SnapshotKeeperTest, promotes_at_the_start_what_was_proven_while_nobody_looked) {
    settle(0);
    take();
    const Height taken = storage_->ledger().height();
    const auto unpromoted = keeper_->report();
    settle(1);
    std::filesystem::rename(config_.snapshots().proven(), config_.snapshots().next());
    NodeAtTip started = start();
    EXPECT_EQ(started.report.file, config_.snapshots().next());
    keeper_.emplace(files(), keys().owner, world_.network().key(kFour),
                    agreement_key(kFour.str()).public_key(), started.report);
    EXPECT_EQ(keeper_->report().height, taken);
    EXPECT_THAT(files().existing(), ElementsAre(config_.snapshots().proven()));
}

TEST_F(SnapshotKeeperTest, never_starts_from_what_is_wrong_and_says_why) {
    settle(0);
    take();
    settle(1);
    const Bytes good = SnapshotFiles::read(config_.snapshots().proven()).value();
    const auto put = [&](const Bytes& bytes) {
        std::ofstream(config_.snapshots().proven(), std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
    };
    Bytes older = good;
    older[1] = 0;
    Bytes rotten = good;
    rotten[good.size() / 2] ^= 1;
    // Sealed and signed by the node itself, but of a state that the chain has never had.
    ChainState other = world_.first_state();
    other.height = storage_->ledger().height() - 1;
    other.tip = storage_->id(other.height);
    const Snapshot never{other.height, storage_->ids(), encode_state(other),
                         world_.node(kFour).books()};
    const Snapshot unreadable{1, {}, {1, 2, 3}, {}};
    const auto own = [&](const Snapshot& snapshot) {
        return seal_snapshot(snapshot, keys().owner, world_.network().key(kFour),
                             agreement_key(kFour.str()).public_key(), counting_random());
    };
    const std::pair<Bytes, const char*> rows[] = {
        {older, "it has another format"},
        {rotten, "its owner has not signed it"},
        {Bytes(good.begin(), good.begin() + 100), "it is damaged"},
        {{}, "it is damaged"},
        {own(never), "says that its state is wrong"},
        {own(unreadable), "its state is not readable"},
    };
    for (const auto& [bytes, why] : rows) {
        put(bytes);
        const NodeAtTip started = start();
        EXPECT_EQ(started.report.from, 0U) << why;
        EXPECT_THAT(started.report.refused, ElementsAre(HasSubstr(why)));
        EXPECT_EQ(started.node->books(), world_.node(kFour).books());
    }
    put(good);
    EXPECT_GT(start().report.from, 0U);
}

TEST_F(SnapshotKeeperTest, writes_files_that_nobody_else_may_read) {
    settle(0);
    take();
    struct stat facts {};
    ASSERT_EQ(::stat(config_.snapshots().next().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(SnapshotKeeperTest, counts_what_it_cannot_write_and_tries_again_later) {
    settle(0);
    std::filesystem::create_directory(config_.snapshots().next());
    take();
    EXPECT_EQ(keeper_->report().failed, 1U);
    EXPECT_THAT(keeper_->report().fault, HasSubstr("snapshot.next"));
    keeper_->on_block(SnapshotSchedule::kMost);
    EXPECT_TRUE(keeper_->is_due(1));
    std::filesystem::remove(config_.snapshots().next());
    take();
    EXPECT_EQ(keeper_->report().written, 1U);
    EXPECT_EQ(keeper_->report().fault, "");
}

TEST(SnapshotSchedule, is_due_after_a_day_of_readings_within_bounds) {
    EXPECT_EQ(SnapshotSchedule::due_after(20), SnapshotSchedule::kFewest);
    EXPECT_EQ(SnapshotSchedule::due_after(1000), 6000U);
    EXPECT_EQ(SnapshotSchedule::due_after(10'000), SnapshotSchedule::kMost);
    SnapshotSchedule schedule;
    schedule.on_block(1999);
    EXPECT_FALSE(schedule.is_due(20));
    schedule.on_block(1);
    EXPECT_TRUE(schedule.is_due(20));
    EXPECT_FALSE(schedule.is_due(1000)) << "two thousand transactions are a third of a day";
    schedule.taken();
    EXPECT_FALSE(schedule.is_due(20));
}

}  // namespace
}  // namespace fairfeed::test
