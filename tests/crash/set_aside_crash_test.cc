// A node that starts on damaged files sets them aside and goes on with their sound content. After a
// power cut during that start, the next start finishes the work without help: no readable content
// is lost, and the node says nothing that may contradict an earlier statement.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/wire/genesis_file_codec.h"
#include "core/wire/reading_codec.h"
#include "tests/crash/node_disk.h"

namespace fairfeed::test {
namespace {

using testing_support::TempDirectory;

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMarkInHeader = 68;  // SQLite's application id

const NodeStory& story() {
    return NodeStory::get();
}

const NodeDisk& node_disk() {
    static const NodeDisk kDisk;
    return kDisk;
}

// Until the node holds the readings of the last window unsettled: they are in the inbox's log.
std::size_t turns_lived() {
    const auto& turns = story().turns();
    const auto last = std::find_if(turns.rbegin(), turns.rend(), [](const Effects& turn) {
        return std::ranges::any_of(turn, [](const Effect& effect) {
            return std::holds_alternative<PersistReading>(effect);
        });
    });
    return static_cast<std::size_t>(turns.rend() - last);
}

std::set<Digest> ids_of(const std::vector<Bytes>& envelopes) {
    std::set<Digest> ids;
    for (const Bytes& envelope : envelopes)
        if (const auto reading = decode_reading(envelope, story().network().network()))
            ids.insert(reading->id);
    return ids;
}

// Starts a node as main does: a ledger that the replay finds damaged is rebuilt, once. Writes all
// effects that the node's start asks for.
struct Life {
    std::optional<Storage> storage;
    std::optional<NodeDisk::Started> node;
    std::string error;

    explicit Life(const std::filesystem::path& directory) {
        if (open(directory)) return;
        if (error.find("damaged") == std::string::npos) return;
        storage.reset();
        const auto done = Storage::rebuild_ledger(NodeDisk::config(directory),
                                                  story().network().genesis(), error);
        if (done) (void)open(directory);
    }

  private:
    bool open(const std::filesystem::path& directory) {
        const LoadedGenesis& genesis = story().network().genesis();
        auto opened = Storage::open(NodeDisk::config(directory), genesis);
        if (!opened) return fail(opened.error().message);
        storage.emplace(std::move(*opened));
        auto started = NodeDisk::start(*storage);
        if (!started) return fail(started.error());
        if (auto done = storage->write(started->effects, 1); !done)
            return fail(done.error().message);
        node.emplace(std::move(*started));
        error.clear();
        return true;
    }
    bool fail(const std::string& why) {
        error = why;
        return false;
    }
};

// The result of a start on these files without a power cut.
struct Outcome {
    Height height = 0;
    std::set<Digest> readings;  // held after the start
    ModelInbox inbox;

    explicit Outcome(const DiskImage& image) {
        const TempDirectory directory;
        image.lay_out(directory.path());
        Life life(directory.path());
        EXPECT_TRUE(life.node) << life.error;
        if (!life.node) return;
        height = life.storage->ledger().height();
        auto after = life.storage->recall(story().network().network());
        EXPECT_TRUE(after);
        readings = ids_of(after->readings);
        inbox = ModelInbox::of(*after, story().network().network());
    }
};

void work(const std::filesystem::path& directory, DiskRecording& recording) {
    const Life life(directory);
    if (life.node) recording.acknowledge();
}

class Damaged {
  public:
    Damaged(DiskImage image, bool forgets, bool silent)
        : image_(std::move(image)), whole_(image_), forgets_(forgets), silent_(silent) {}

    [[nodiscard]] const DiskImage& image() const { return image_; }
    [[nodiscard]] const Outcome& whole() const { return whole_; }

    void check(const CutPoint&, const std::filesystem::path& directory) const {
        for (const int life : {1, 2}) {
            SCOPED_TRACE("life " + std::to_string(life) + " after the power cut");
            Life next(directory);
            ASSERT_TRUE(next.node) << next.error;
            ASSERT_EQ(next.storage->ledger().height(), whole_.height) << "blocks are lost";
            auto now = next.storage->recall(story().network().network());
            ASSERT_TRUE(now) << now.error().message;
            ASSERT_EQ(ids_of(now->readings), whole_.readings) << "readings are lost";
            ASSERT_EQ(ModelInbox::of(*now, story().network().network()), whole_.inbox);
            ASSERT_EQ(!now->doubts.empty(), forgets_) << "it knows whether it forgot";
            const bool may_sign = next.node->node->summary().consensus.may_sign;
            ASSERT_TRUE(!silent_ || !may_sign) << "it has no safety record, and signs (R23)";
            node_disk().go_on(turns_lived(), *next.storage, *next.node, silent_);
        }
    }

  private:
    DiskImage image_;
    Outcome whole_;
    bool forgets_;
    bool silent_;
};

// Tries every `step`-th operation. Moving a file takes two operations, the move and the sync.
void enumerate(const std::string& name, const Damaged& damaged, std::size_t step = 1) {
    const DiskHistory history = record(work, damaged.image());
    ASSERT_EQ(history.acknowledgements.size(), 1U);
    enumerate_power_cuts(
        name, history,
        [&](const auto& point, const auto& directory) { damaged.check(point, directory); },
        {0, step});
}

bool sets_ledger_aside(const DiskImage& image, Height& height) {
    const TempDirectory directory;
    image.lay_out(directory.path());
    const Life life(directory.path());
    if (life.node) height = life.storage->ledger().height();
    const auto files = DiskImage::read(directory.path()).files;
    return life.node && std::any_of(files.begin(), files.end(), [](const auto& entry) {
               return entry.first.find("ledger.db.damaged-") != std::string::npos;
           });
}

// Damages a page with a block in the middle of the chain, found by trial.
DiskImage ledger_with_a_damaged_block() {
    const DiskImage& sound = NodeDisk::after_stop();
    const std::size_t pages = sound.files.at("data/ledger.db").size() / kPage;
    for (std::size_t page = pages; page-- > 1;) {
        DiskImage image = sound;
        for (std::size_t i = 0; i < 64; ++i)
            image.files.at("data/ledger.db")[page * kPage + kPage / 2 + i] ^= 0xff;
        Height height = 0;
        if (sets_ledger_aside(image, height) && height > 0) return image;
    }
    ADD_FAILURE() << "no damage of the ledger leaves some of its blocks";
    return sound;
}

TEST(SetAsideCrash, of_a_ledger_with_a_damaged_header_loses_no_block) {
    DiskImage image = NodeDisk::after_stop();
    image.files.at("data/ledger.db")[kMarkInHeader] ^= 0xff;
    const Damaged damaged(std::move(image), false, false);
    ASSERT_EQ(damaged.whole().height, story().blocks().size());
    enumerate("aside_ledger", damaged, 2);
}

TEST(SetAsideCrash, of_a_ledger_with_a_damaged_block_loses_none_before_it) {
    const Damaged damaged(ledger_with_a_damaged_block(), false, false);
    ASSERT_GT(damaged.whole().height, 0U);
    ASSERT_LT(damaged.whole().height, story().blocks().size());
    enumerate("aside_ledger_block", damaged, 4);
}

TEST(SetAsideCrash, of_an_inbox_loses_no_receipted_reading_and_knows_that_it_forgot) {
    DiskImage image = NodeDisk::after_kill(turns_lived());
    Bytes& log = image.files.at("data/inbox.db-wal");
    log[log.size() - 2 * kPage] ^= 0xff;  // in its last transaction
    const Damaged damaged(std::move(image), true, false);
    ASSERT_FALSE(damaged.whole().readings.empty());
    enumerate("aside_inbox", damaged, 2);
}

// The mark is not synced, so an earlier power cut can have taken its content.
TEST(SetAsideCrash, of_an_inbox_without_its_mark_knows_that_it_forgot) {
    DiskImage image = NodeDisk::after_kill(turns_lived());
    Bytes& content = image.files.at("data/inbox.db");
    content[kMarkInHeader] ^= 0xff;
    image.files.erase("data/inbox.db-wal");
    image.files.erase("data/inbox.mark");
    enumerate("aside_inbox_unmarked", Damaged(std::move(image), true, false), 2);
}

TEST(SetAsideCrash, of_a_safety_record_leaves_the_node_silent) {
    DiskImage image = NodeDisk::after_kill(turns_lived());
    Bytes& slots = image.files.at("data/safety.slot");
    for (std::size_t slot : {0U, 1U})
        slots[slot * slots.size() / 2 + 20] ^= 0xff;
    enumerate("aside_safety", Damaged(std::move(image), false, true));
}

}  // namespace
}  // namespace fairfeed::test
