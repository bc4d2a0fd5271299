// Random damage to bytes of a node's files. Each damage is tried in a process of its own. The node
// starts with the right content or with less of it; it knows which, and can get the rest again. The
// node never accepts wrong content as right, and never aborts.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "core/ledger/chain_verifier.h"
#include "core/wire/genesis_file_codec.h"
#include "tests/crash/node_disk.h"
#include "tests/support/dice.h"

namespace fairfeed::test {
namespace {

using testing_support::TempDirectory;

constexpr std::size_t kTrials = 150;
constexpr std::size_t kFullTrials = 3000;

enum class Verdict : int { same = 0, refused, mended, forgot, in_doubt, silent, wrong };

const NodeStory& story() {
    return NodeStory::get();
}

// In the middle of the story the node has an open batch, endorsements and blocks. After a kill the
// log beside the database holds the newest part.
DiskImage directory_of_a_node(bool killed) {
    return killed ? NodeDisk::after_kill(story().turns().size() / 2 + 1) : NodeDisk::after_stop();
}

struct Truth {
    Height height = 0;
    ModelInbox inbox;
    Bytes safety;
};

Truth truth_of(const DiskImage& image) {
    TempDirectory directory;
    image.lay_out(directory.path());
    auto storage = Storage::open(NodeDisk::config(directory.path()), story().network().genesis());
    CHECK(storage.has_value());
    const Digest& network = story().network().network();
    auto memory = storage->recall(network);
    CHECK(memory.has_value());
    return {storage->ledger().height(), ModelInbox::of(*memory, network), memory->safety_record};
}

Verdict refused(const std::string& reason) {
    std::cout << "    " << reason << "\n";
    return reason.size() > 10 ? Verdict::refused : Verdict::silent;
}

// Rebuilds the ledger as the runtime does after a replay or a write has found damage.
bool rebuild(std::optional<Storage>& storage, const NodeConfig& config, std::string_view reason) {
    const LoadedGenesis& genesis = story().network().genesis();
    storage.reset();
    if (!Storage::rebuild_ledger(config, genesis, reason)) return false;
    auto again = Storage::open(config, genesis);
    if (!again) return false;
    storage.emplace(std::move(*again));
    return true;
}

// Starts a node on this disk, with a rebuilt ledger if the replay asks for a rebuild. nullopt: the
// node does not start, and `reason` says why.
std::optional<NodeDisk::Started> start(std::optional<Storage>& storage, const NodeConfig& config,
                                       std::string& reason) {
    auto started = NodeDisk::start(*storage);
    if (!started && started.error().find("damaged") != std::string::npos) {
        if (!rebuild(storage, config, started.error())) return std::nullopt;
        started = NodeDisk::start(*storage);
    }
    if (started) return std::move(*started);
    reason = started.error();
    return std::nullopt;
}

// Fetches missing blocks from the story, as a node that was away gets missing blocks from its
// peers. The scrub finds damaged blocks, and blocks of the story mend them. Afterwards the ledger
// must equal the true one.
Result<Verdict, IoError> judge_ledger(Storage& storage, const Truth& truth) {
    const LoadedGenesis& genesis = story().network().genesis();
    const Height height = storage.ledger().height();
    if (height > truth.height) return Verdict::wrong;
    storage.learn(block_id(genesis.block.block.header));
    for (Height at = 1; at <= height; ++at)
        storage.learn(block_id(story().blocks()[at - 1].block.header));
    std::size_t mended = 0;
    Instant now{1'000, 1'000, true};
    for (const std::uint64_t passes = storage.scrubbed().passes() + 2;
         height > 0 && storage.scrubbed().passes() < passes; now.steady_ms += 1'000'000) {
        const auto found = storage.scrub(now);
        if (!found) return unexpected(found.error());
        for (const DamagedBlock& each : *found) {
            const auto done = storage.write({MendBlock{story().blocks()[each.height - 1]}}, 1);
            if (!done) return unexpected(done.error());
            while (storage.is_mending())
                if (auto more = storage.mend_on(1); !more) return unexpected(more.error());
            mended += storage.take_mended().size();
        }
    }
    for (Height at = height + 1; at <= truth.height; ++at)
        if (auto done = storage.write({CommitBlock{story().blocks()[at - 1]}}, 1); !done)
            return unexpected(done.error());
    for (Height at = 1; at <= truth.height; ++at) {
        const auto block = storage.ledger().block(at);
        if (!block || !*block || (*block)->block != story().blocks()[at - 1].block)
            return Verdict::wrong;
    }
    const VerifyReport report = verify_ledger(storage.ledger(), genesis, nullptr, {});
    if (report.fault) return Verdict::wrong;
    return mended > 0 || height < truth.height ? Verdict::mended : Verdict::same;
}

// An older record, or none, is not wrong as long as the node knows this and signs nothing.
Verdict judge_safety(Storage& storage, const RecoveredState& memory, const Truth& truth) {
    const bool knows = memory.safety == SafetyTrust::in_doubt || memory.safety == SafetyTrust::lost;
    if (!knows || memory.safety_record == truth.safety) return Verdict::wrong;
    if (memory.safety == SafetyTrust::lost && storage.mishaps().empty()) return Verdict::silent;
    const auto started = NodeDisk::start(storage);
    if (!started) return refused(started.error());
    return started->node->summary().consensus.may_sign ? Verdict::wrong : Verdict::in_doubt;
}

// An inbox that lost rows is sound if each remaining row is true and no promise remains: then the
// node knows that it forgot.
Verdict judge_lost_inbox(const ModelInbox& inbox, const Truth& truth) {
    const auto was_there = [](const auto& some, const auto& all) {
        return std::all_of(some.begin(), some.end(), [&](const auto& row) {
            const auto found = all.find(row.first);
            return found != all.end() && found->second == row.second;
        });
    };
    const bool sound = inbox.batches.empty() && inbox.endorsements.empty() &&
                       was_there(inbox.readings, truth.inbox.readings);
    return sound ? Verdict::forgot : Verdict::wrong;
}

Verdict judge(const std::filesystem::path& directory, const Truth& truth) {
    const LoadedGenesis& genesis = story().network().genesis();
    const NodeConfig config = NodeDisk::config(directory);
    auto opened = Storage::open(config, genesis);
    if (!opened) return refused(opened.error().message);
    std::optional<Storage> storage(std::move(*opened));
    auto memory = storage->recall(genesis.network);
    if (!memory) return refused(memory.error().message);
    if (memory->safety_record != truth.safety) return judge_safety(*storage, *memory, truth);
    const bool inbox_lost = memory->inbox_lost;
    const ModelInbox inbox = ModelInbox::of(*memory, genesis.network);
    if (!inbox_lost && inbox != truth.inbox) return Verdict::wrong;
    std::string reason;
    auto started = start(storage, config, reason);
    if (!started) return refused(reason);
    if (auto written = storage->write(started->effects, 1); !written)
        return refused(written.error().message);
    auto ledger = judge_ledger(*storage, truth);
    if (!ledger && ledger.error().damage) {
        if (!rebuild(storage, config, ledger.error().message)) return refused("rebuild fails");
        if (!start(storage, config, reason)) return refused(reason);
        ledger = judge_ledger(*storage, truth);
        if (ledger && *ledger == Verdict::same) ledger = Verdict::mended;
    }
    if (!ledger) return refused(ledger.error().message);
    if (!inbox_lost || *ledger != Verdict::same) return *ledger;
    memory = storage->recall(genesis.network);
    if (!memory || memory->inbox_lost || memory->doubts.empty()) return Verdict::wrong;
    return judge_lost_inbox(ModelInbox::of(*memory, genesis.network), truth);
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
    EXPECT_NE(verdict, Verdict::refused) << "the node does not start";
    EXPECT_NE(verdict, Verdict::wrong) << "wrong content was taken for right";
    EXPECT_NE(verdict, Verdict::silent) << "refused without a reason";
}

void flip(Bytes& content, std::uint64_t seed) {
    Dice dice(seed);
    const std::size_t flips = 1 + dice.next() % 8;
    // The flips are adjacent, as in a bad sector, or anywhere.
    const bool together = dice.next() % 2 == 0;
    const std::size_t first = dice.next() % content.size();
    for (std::size_t i = 0; i < flips; ++i) {
        const std::size_t at =
            together ? (first + i) % content.size() : dice.next() % content.size();
        content[at] ^= static_cast<std::uint8_t>(1 + dice.next() % 255);
    }
}

void damage(const std::string& file, bool killed) {
    const DiskImage whole = directory_of_a_node(killed);
    ASSERT_TRUE(whole.files.contains(file)) << file;
    const Truth truth = truth_of(whole);
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
              << outcome.count[Verdict::refused] << " reported and not started, "
              << outcome.count[Verdict::mended] << " mended or fetched again, "
              << outcome.count[Verdict::forgot] << " set aside with the inbox, "
              << outcome.count[Verdict::in_doubt] << " older and known to be in doubt, "
              << outcome.count[Verdict::wrong] << " wrong, " << outcome.aborted << " aborted\n";
}

TEST(Corruption, of_the_ledger_is_found_and_mended) {
    damage("data/ledger.db", false);
}
TEST(Corruption, of_the_ledgers_log_leaves_fewer_blocks_at_most) {
    damage("data/ledger.db-wal", true);
}
TEST(Corruption, of_the_inbox_is_found) {
    damage("data/inbox.db", false);
}
TEST(Corruption, of_the_inboxs_log_is_found) {
    damage("data/inbox.db-wal", true);
}
TEST(Corruption, of_the_inboxs_mark_is_found) {
    damage("data/inbox.mark", false);
}
TEST(Corruption, of_the_safety_record_is_found) {
    damage("data/safety.slot", false);
}

}  // namespace
}  // namespace fairfeed::test
