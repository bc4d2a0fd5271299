// Power cuts while a node writes and promotes its snapshots: whatever is left of them, the node
// starts as it would from genesis, and once a snapshot was promoted, one of them always serves.
#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/io/log.h"
#include "core/state/app_hash.h"
#include "core/wire/chain_codec.h"
#include "edge-node/service/node_start.h"
#include "tests/crash/node_disk.h"

namespace fairfeed::test {
namespace {

constexpr Height kEvery = 1;  // blocks from snapshot to snapshot

const NodeStory& story() {
    return NodeStory::get();
}

std::unique_ptr<Node> new_node() {
    const NodeId& self = story().self();
    return std::make_unique<Node>(Node::Setup{self, story().network().key(self),
                                              agreement_key(self.str()), counting_random()});
}

SnapshotKeys keys() {
    const NodeId& self = story().self();
    return {{story().network().network(), self},
            *VerifyKey::from_point(story().network().key(self).public_key()),
            agreement_key(self.str())};
}

// What the node would write at each height, and its books there.
struct Written {
    std::vector<Bytes> files;
    std::vector<Bytes> books;
};

const Written& written() {
    static const Written kWritten = [] {
        Written out;
        const auto node = new_node();
        const auto& states = story().states();
        Digest ids;
        for (Height height = 0; height < states.size(); ++height) {
            const CommittedBlock genesis{story().network().genesis().block.block, {}};
            const CommittedBlock& block = height == 0 ? genesis : story().blocks()[height - 1];
            node->replay({block, states[height == 0 ? 0 : height - 1], states[height]});
            ids = sha256({ids.view(), block_id(block.block.header).view()});
            out.books.push_back(node->books());
            const Snapshot snapshot{height, ids, encode_state(states[height]), out.books.back()};
            out.files.push_back(
                seal_snapshot(snapshot, keys().owner, story().network().key(story().self()),
                              agreement_key(story().self().str()).public_key(), counting_random()));
        }
        return out;
    }();
    return kWritten;
}

// Each acknowledgement is a promoted snapshot.
void work(const std::filesystem::path& directory, DiskRecording& recording) {
    const NodeConfig config = NodeDisk::config(directory);
    auto storage = Storage::open(config, story().network().genesis());
    if (!storage) return;
    const SnapshotFiles files = config.snapshots();
    Height unproven = 0;  // 0: none
    for (const Effects& turn : story().turns()) {
        const Height before = storage->ledger().height();
        if (!storage->write(turn, 4711)) return;
        const Height tip = storage->ledger().height();
        if (tip == before) continue;
        if (unproven > 0 && tip > unproven) {
            if (!files.promote()) return;
            unproven = 0;
            recording.acknowledge();
        }
        if (unproven == 0 && tip % kEvery == 0) {
            if (!files.put_next(written().files[tip])) return;
            unproven = tip;
        }
    }
}

Result<NodeAtTip, ReplayFault> start(Storage& storage, const NodeConfig& config,
                                     bool with_snapshots) {
    const SnapshotKeys owner = keys();
    NodeStart start(storage, story().network().genesis(), owner, new_node, {});
    DataDirectory directory = config;
    if (!with_snapshots) directory.data /= "nothing";
    return start.run(directory.snapshots());
}

void check(const CutPoint& point, const std::filesystem::path& directory) {
    const NodeConfig config = NodeDisk::config(directory);
    auto storage = Storage::open(config, story().network().genesis());
    ASSERT_TRUE(storage) << storage.error().message;
    config.snapshots().sweep();
    const auto started = start(*storage, config, true);
    ASSERT_TRUE(started) << started.error().explanation;
    const Height tip = storage->ledger().height();
    EXPECT_EQ(encode_state(started->state), encode_state(story().states()[tip]));
    EXPECT_EQ(started->node->books(), written().books[tip]);
    const Digest ids = storage->ids();
    ASSERT_TRUE(start(*storage, config, false));
    EXPECT_EQ(storage->ids(), ids);
    if (point.acknowledged > 0) {
        EXPECT_GT(started->report.from, 0U) << started->report.refused.size() << " refused";
    }
    for (const auto& entry : std::filesystem::directory_iterator(config.data)) {
        const std::string name = entry.path().filename().string();
        EXPECT_TRUE(!name.starts_with("snapshot") || name == "snapshot" || name == "snapshot.next")
            << name << " is never removed";
    }
}

TEST(SnapshotCrash, no_power_cut_costs_more_than_a_replay_from_the_last_proven_snapshot) {
    const DiskHistory history = record(work);
    ASSERT_GE(history.acknowledgements.size(), 2U);
    enumerate_power_cuts("snapshot", history, check);
}

TEST(SnapshotCrash, a_failing_disk_leaves_a_node_that_starts) {
    enumerate_disk_faults("snapshot_faults", record(work), work, check);
}

// Bit by bit: of the newest snapshot, of the one before, of both.
TEST(SnapshotCrash, a_rotten_snapshot_is_passed_over_and_named) {
    const DiskHistory history = record(work);
    VirtualDisk disk(history.start);
    for (const DiskOperation& operation : history.operations)
        disk.perform(operation);
    const DiskImage image = disk.after(Cut::kept, 0);
    for (std::size_t at = 0; at < 4000; at += 97) {
        DiskImage rotten = image;
        std::size_t spoilt = 0;
        for (auto& [name, content] : rotten.files) {
            if (!name.starts_with("data/snapshot")) continue;
            content[at % content.size()] ^= 0x10;
            ++spoilt;
        }
        ASSERT_GT(spoilt, 0U);
        const testing_support::TempDirectory directory;
        rotten.lay_out(directory / "node");
        const NodeConfig config = NodeDisk::config(directory / "node");
        auto storage = Storage::open(config, story().network().genesis());
        ASSERT_TRUE(storage);
        const auto started = start(*storage, config, true);
        ASSERT_TRUE(started) << started.error().explanation;
        EXPECT_EQ(started->report.from, 0U);
        EXPECT_EQ(started->report.refused.size(), spoilt);
        EXPECT_EQ(started->node->books(), written().books[storage->ledger().height()]);
    }
}

}  // namespace
}  // namespace fairfeed::test
