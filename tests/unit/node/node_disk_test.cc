// A node of a whole network on a disk of real files. Its ledger rots and is mended by proven blocks
// of peers, some of whom lie. A lost machine comes back from `edge-node backup` alone.
#include <gtest/gtest.h>

#include "core/ledger/schema.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "edge-node/service/node_config.h"
#include "edge-node/storage/storage.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
constexpr DatabaseKind kStored{.what = "a ledger",
                               .application_id = kLedgerApplicationId,
                               .schema_version = kLedgerSchemaVersion,
                               .schema = kLedgerSchema};
const NodeId kFour = TestNetwork::node(4);
const ClusterId kCluster = TestNetwork::cluster(1);

class NodeOnFiles : public ::testing::Test {
  protected:
    void settle(Window window) {
        world_.go_to_end_of(window);
        world_.measure(window, 700);
        const auto done = [&] { return world_.settled(kCluster, window) && world_.agreed_at(1); };
        ASSERT_TRUE(world_.run_until(done, kPatienceMs)) << "window " << window;
    }
    [[nodiscard]] NodeConfig config(const std::string& name) const {
        NodeConfig config;
        config.node = kFour;
        config.data = directory_ / name;
        return config;
    }
    [[nodiscard]] Storage open(const std::string& name) {
        auto storage = Storage::open(config(name), world_.network().genesis());
        CHECK(storage.has_value());
        return std::move(*storage);
    }
    // Writes the blocks that node 4 has into files.
    [[nodiscard]] Storage stored(const std::string& name) {
        Storage storage = open(name);
        storage.learn(block_id(world_.network().genesis().block.block.header));
        for (const CommittedBlock& each : world_.disk(kFour).ledger)
            CHECK(storage.write({CommitBlock{each}}, 4711).has_value());
        return storage;
    }
    [[nodiscard]] const CommittedBlock& block(Height height) const {
        return world_.disk(kFour).ledger.at(height - 1);
    }
    [[nodiscard]] NodeSummary summary() { return world_.node(kFour).summary(); }

    testing_support::TempDirectory directory_;
    NodeWorld world_{lab(4, 1)};
};

TEST_F(NodeOnFiles, mends_rotten_blocks_over_the_network_and_never_with_what_a_liar_sends) {
    for (Window window = 0; window < 3; ++window)
        settle(window);
    Storage storage = stored("data");
    {
        auto database = Database::open(config("data").ledger(), kStored);
        ASSERT_TRUE(database);
        ASSERT_TRUE(database->execute("UPDATE blocks SET body = zeroblob(40) WHERE height = 2"));
        ASSERT_TRUE(database->execute("UPDATE blocks SET certificate = NULL WHERE height = 1"));
    }
    // Nodes 1 and 2 give out blocks with invalid signatures, whose ids are the right ones.
    for (const std::size_t liar : {1U, 2U})
        for (CommittedBlock& each : world_.disk_of(TestNetwork::node(liar)).ledger)
            for (Transaction& transaction : each.block.transactions)
                for (Witness& witness : transaction.endorsements)
                    witness.signature.bytes[5] ^= 1;
    std::size_t offered = 0;
    world_.watch([&](const NodeId& id, const Effect& effect) {
        if (id != kFour || !std::holds_alternative<MendBlock>(effect)) return;
        ++offered;
        ASSERT_TRUE(storage.write({effect}, 4712)) << "a lie is no failure of the disk";
        while (storage.is_mending())
            ASSERT_TRUE(storage.mend_on(4712));
    });
    Instant now = world_.now();
    std::set<Height> found;
    for (const std::uint64_t passes = storage.scrubbed().passes() + 2;
         storage.scrubbed().passes() < passes; now.steady_ms += 60'000) {
        const auto damaged = storage.scrub(now);
        ASSERT_TRUE(damaged);
        for (const DamagedBlock& each : *damaged)
            if (found.insert(each.height).second)
                world_.happen(kFour, BlockDamaged{each.height, storage.id(each.height)});
    }
    EXPECT_EQ(found, (std::set<Height>{1, 2}));
    EXPECT_EQ(summary().blocks_damaged, 2U);
    EXPECT_EQ(summary().alarms.size(), 1U);
    const auto mended = [&] {
        for (const Height height : storage.take_mended())
            world_.happen(kFour, BlockMended{height});
        return summary().blocks_damaged == 0;
    };
    ASSERT_TRUE(world_.run_until(mended, kPatienceMs));
    EXPECT_GT(offered, 2U) << "a liar was asked, too";
    EXPECT_EQ(summary().blocks_mended, 2U);
    EXPECT_TRUE(summary().alarms.empty());
    for (const Height height : {1U, 2U})
        EXPECT_EQ(**storage.ledger().block(height), block(height));
}

// The statements of node 4 in all its lives, by the place in which it may make only one.
class Sayings {
  public:
    explicit Sayings(NodeWorld& world) {
        world.watch([this](const NodeId& id, const Effect& effect) {
            if (id == kFour) hear(effect);
        });
    }
    [[nodiscard]] std::size_t count() const { return count_; }

  private:
    void hear(const Effect& effect) {
        const auto* publish = std::get_if<Publish>(&effect);
        if (publish == nullptr) return;
        const Channel channel = publish->topic.channel;
        if (channel == Channel::prevote || channel == Channel::precommit) {
            const VoteContent said = decode_vote(publish->message)->content;
            expect_once({static_cast<std::uint64_t>(said.type), said.height, said.round},
                        said.block.value_or(Digest{}));
        } else if (channel == Channel::proposal) {
            const ProposalContent said = decode_proposal(publish->message)->proposal.content;
            expect_once({9, said.height, said.round}, said.block);
        } else if (channel == Channel::batch || channel == Channel::endorsement ||
                   channel == Channel::objection) {
            ++count_;
        }
    }
    void expect_once(const std::array<std::uint64_t, 3>& slot, const Digest& block) {
        ++count_;
        EXPECT_EQ(said_.try_emplace(slot, block).first->second, block)
            << "two statements for height " << slot[1] << ", round " << slot[2];
    }
    std::map<std::array<std::uint64_t, 3>, Digest> said_;
    std::size_t count_ = 0;
};

// B is the node's height once it has caught up. All its earlier votes are for heights up to B + 2.
TEST_F(NodeOnFiles, restored_from_a_backup_signs_again_after_two_more_heights_and_nothing_twice) {
    Sayings sayings(world_);
    settle(0);
    ASSERT_TRUE(stored("before").ledger().back_up_to(directory_ / "backup.db"));
    const Height saved = world_.disk(kFour).ledger.size();
    settle(1);
    world_.go_to_end_of(2);
    world_.measure(2, 700);
    world_.run_for(40);  // in the middle of a height, with votes that no disk remembers
    world_.crash(kFour);

    std::filesystem::create_directory(config("after").data);
    std::filesystem::copy_file(directory_ / "backup.db", config("after").ledger());
    Storage restored = open("after");
    ASSERT_EQ(restored.ledger().height(), saved);
    ModelDisk& disk = world_.disk_of(kFour);
    disk.ledger.resize(saved);
    const RecoveredState recalled = restored.recall(world_.network().network()).value();
    ASSERT_EQ(recalled.safety, SafetyTrust::lost);
    disk.inbox = ModelInbox::of(recalled, world_.network().network());
    disk.safety = recalled.safety;
    disk.safety_record = recalled.safety_record;
    const std::size_t said = sayings.count();
    world_.restart(kFour);

    const auto knows_how_long = [&] { return summary().consensus.silence->until.has_value(); };
    ASSERT_TRUE(world_.run_until(knows_how_long, kPatienceMs));
    const Height until = *summary().consensus.silence->until;
    EXPECT_GE(until, saved + 3) << "the others had gone on";
    Window window = 2;
    const auto settled = [&] { return world_.settled(kCluster, window); };
    ASSERT_TRUE(world_.run_until(settled, kPatienceMs));
    while (world_.node(kFour).state().height < until) {
        EXPECT_EQ(sayings.count(), said) << "at height " << world_.node(kFour).state().height;
        settle(++window);
    }
    settle(++window);
    EXPECT_GT(sayings.count(), said);
    world_.crash(TestNetwork::node(3));  // now the network needs node 4's vote and endorsement
    settle(++window);
    EXPECT_TRUE(summary().accused.empty());
}

}  // namespace
}  // namespace fairfeed::test
