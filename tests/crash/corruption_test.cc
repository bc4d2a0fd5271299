// Bytes of a node's files change by themselves. Each damage is tried in a process of its own: the
// node starts with the right content, or says what is damaged and does not start. It never takes
// wrong content for right, and never aborts.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "core/ledger/chain_verifier.h"
#include "tests/crash/node_disk.h"

namespace fairfeed::test {
namespace {

using testing_support::TempDirectory;

constexpr std::size_t kTrials = 150;
constexpr std::size_t kFullTrials = 3000;

enum class Verdict : int { same = 0, refused, fewer_blocks, earlier, in_doubt, silent, wrong };

const NodeStory& story() {
    return NodeStory::get();
}

// The data directory in the middle of the story, with an open batch, endorsements and blocks.
DiskImage directory_of_a_node(bool killed) {
    const NodeDisk disk;
    const auto work = [&](const std::filesystem::path& directory, DiskRecording& recording) {
        disk.work(directory, recording);
    };
    const DiskHistory history = record(work);
    // After a kill the log beside the database holds the newest part.
    const std::size_t end =
        killed ? history.acknowledgements[story().turns().size() / 2] : history.operations.size();
    VirtualDisk virtual_disk(history.start);
    for (std::size_t i = 0; i < end; ++i)
        virtual_disk.perform(history.operations[i]);
    return virtual_disk.after(Cut::kept, 0);
}

struct Truth {
    Height height = 0;
    InboxContent inbox;
    Bytes safety;
    // SQLite takes a damaged log for one that ends there: what such a file may fall back to.
    std::vector<InboxContent> earlier;
};

Truth truth_of(const DiskImage& image) {
    TempDirectory directory;
    image.lay_out(directory.path());
    auto storage = Storage::open(NodeDisk::config(directory.path()), story().network().genesis());
    CHECK(storage.has_value());
    const Digest& network = story().network().network();
    auto memory = storage->recall(network);
    CHECK(memory.has_value());
    return {
        storage->ledger().height(), InboxContent::of(*memory, network), memory->safety_record, {}};
}

std::vector<InboxContent> moments_of_the_inbox() {
    std::vector<InboxContent> out(1);
    for (const Effects& turn : story().turns()) {
        for (const Effect& effect : turn) {
            InboxContent next = out.back();
            next.apply(effect);
            if (next != out.back()) out.push_back(std::move(next));
        }
    }
    return out;
}

Verdict refused(const std::string& reason) {
    std::cout << "    " << reason << "\n";
    return reason.size() > 10 ? Verdict::refused : Verdict::silent;
}

// What the node takes the blocks for. Signatures that the ids do not cover are not verified again
// when a node starts: `verify` finds them.
Verdict judge_ledger(const Ledger& ledger, const Truth& truth) {
    const LoadedGenesis& genesis = story().network().genesis();
    bool same = true;
    for (Height height = 1; height <= ledger.height() && same; ++height) {
        const auto block = ledger.block(height);
        if (!block) return refused(block.error().message);
        if (!*block) return refused("block " + std::to_string(height) + " is missing");
        same = height <= truth.height && **block == story().blocks()[height - 1];
        for (const Transaction& transaction : (*block)->block.transactions) {
            const auto found = ledger.find_transaction(transaction.id);
            if (!found) return refused(found.error().message);
            same = same && *found == height;
        }
    }
    if (!same) {
        const VerifyReport report = verify_ledger(ledger, genesis, nullptr, {});
        return report.fault ? refused("verify: " + report.fault->explanation) : Verdict::wrong;
    }
    return ledger.height() < truth.height ? Verdict::fewer_blocks : Verdict::same;
}

// An older record is not wrong as long as the node knows that it may be one.
Verdict judge_safety(const std::filesystem::path& directory) {
    const auto slots = DiskImage::read(directory).files.at("data/safety.slot");
    const TempDirectory apart;
    DiskImage{{{"safety.slot", slots}}, {}}.lay_out(apart.path());
    const auto file = SlotFile::open(apart / "safety.slot");
    return file && file->in_doubt() ? Verdict::in_doubt : Verdict::wrong;
}

Verdict judge_inbox(const InboxContent& inbox, const Truth& truth) {
    const auto found = std::find(truth.earlier.begin(), truth.earlier.end(), inbox);
    return found == truth.earlier.end() ? Verdict::wrong : Verdict::earlier;
}

Verdict judge(const std::filesystem::path& directory, const Truth& truth) {
    const LoadedGenesis& genesis = story().network().genesis();
    auto storage = Storage::open(NodeDisk::config(directory), genesis);
    if (!storage) return refused(storage.error().message);
    auto memory = storage->recall(genesis.network);
    if (!memory) return refused(memory.error().message);
    if (memory->safety_record != truth.safety) return judge_safety(directory);
    const InboxContent inbox = InboxContent::of(*memory, genesis.network);
    if (inbox != truth.inbox) return judge_inbox(inbox, truth);
    const Verdict blocks = judge_ledger(storage->ledger(), truth);
    if (blocks != Verdict::same && blocks != Verdict::fewer_blocks) return blocks;
    auto started = NodeDisk::start(*storage);
    if (!started) return refused(started.error());
    if (auto written = storage->write(started->effects, 1); !written)
        return refused(written.error().message);
    return blocks;
}

struct Outcome {
    std::map<Verdict, std::size_t> count;
    std::size_t aborted = 0;
};

void judge_apart(const std::filesystem::path& directory, const Truth& truth, Outcome& outcome) {
    std::cout.flush();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const Verdict verdict = judge(directory, truth);
        std::cout.flush();
        ::_exit(static_cast<int>(verdict));
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) > static_cast<int>(Verdict::wrong)) {
        ++outcome.aborted;
        ADD_FAILURE() << "the node aborted";
        return;
    }
    const auto verdict = static_cast<Verdict>(WEXITSTATUS(status));
    ++outcome.count[verdict];
    EXPECT_NE(verdict, Verdict::wrong) << "wrong content was taken for right";
    EXPECT_NE(verdict, Verdict::silent) << "refused without a reason";
}

void flip(Bytes& content, std::uint64_t seed) {
    const std::size_t flips = 1 + next_random(seed) % 8;
    // Together, as a bad sector has them, or anywhere.
    const bool together = next_random(seed) % 2 == 0;
    const std::size_t first = next_random(seed) % content.size();
    for (std::size_t i = 0; i < flips; ++i) {
        const std::size_t at =
            together ? (first + i) % content.size() : next_random(seed) % content.size();
        content[at] ^= static_cast<std::uint8_t>(1 + next_random(seed) % 255);
    }
}

void damage(const std::string& file, bool killed) {
    const DiskImage whole = directory_of_a_node(killed);
    ASSERT_TRUE(whole.files.contains(file)) << file;
    Truth truth = truth_of(whole);
    if (file == "data/inbox.db-wal") truth.earlier = moments_of_the_inbox();
    TempDirectory directory;
    Outcome outcome;
    const std::size_t trials = full_enumeration() ? kFullTrials : kTrials;
    for (std::size_t seed = 0; seed < trials; ++seed) {
        DiskImage damaged = whole;
        flip(damaged.files.at(file), seed);
        damaged.lay_out(directory.path());
        SCOPED_TRACE(file + ", seed " + std::to_string(seed));
        judge_apart(directory.path(), truth, outcome);
    }
    std::cout << "[  corrupt ] " << file << (killed ? " after a kill" : " after a stop") << ": "
              << trials << " damages, " << outcome.count[Verdict::same] << " without effect, "
              << outcome.count[Verdict::refused] << " reported, "
              << outcome.count[Verdict::fewer_blocks] << " with fewer blocks, "
              << outcome.count[Verdict::earlier] << " fell back to an earlier moment, "
              << outcome.count[Verdict::in_doubt] << " older and known to be in doubt, "
              << outcome.count[Verdict::wrong] << " wrong, " << outcome.aborted << " aborted\n";
}

TEST(Corruption, of_the_ledger_is_found) {
    damage("data/ledger.db", false);
}
TEST(Corruption, of_the_ledgers_log_leaves_fewer_blocks_at_most) {
    damage("data/ledger.db-wal", true);
}
TEST(Corruption, of_the_inbox_is_found) {
    damage("data/inbox.db", false);
}
TEST(Corruption, of_the_inboxs_log_leaves_an_earlier_moment_at_most) {
    damage("data/inbox.db-wal", true);
}
TEST(Corruption, of_the_safety_record_is_found) {
    damage("data/safety.slot", false);
}

}  // namespace
}  // namespace fairfeed::test
