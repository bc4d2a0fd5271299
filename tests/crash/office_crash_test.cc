// The gateway's own copy of the chain: ledger, read model, records, drafts and snapshots, as the
// service writes them block by block. After any power cut it starts by itself, knows what the chain
// says up to its ledger's tip and nothing else, and comes to the same end as without the cut. And
// the notices that wait beside the ledger: none is lost before a block has it.
#include <gtest/gtest.h>

#include "core/state/app_hash.h"
#include "core/wire/event_codec.h"
#include "gateway/service/notice_outbox.h"
#include "gateway/service/office_service.h"
#include "tests/crash/crash_enumeration.h"
#include "tests/unit/follower/followed_chain.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;
constexpr Height kSnapshotEvery = 2;

// What the office has made of the chain up to one height.
struct OfficeKnowledge {
    Bytes state;
    Bytes books;
    std::vector<OfficeRow> rows;
    std::vector<WorkOrder> orders;
    bool operator==(const OfficeKnowledge&) const = default;
};

// A chain with a broken seal and a capacity that is exceeded three times; node 1 tells of it.
class OfficeStory final : public FollowedChain {
  public:
    static OfficeStory& get() {
        static OfficeStory story;
        return story;
    }
    [[nodiscard]] Height end() const { return top(); }
    [[nodiscard]] const OfficeKnowledge& at(Height height) const { return known_.at(height); }
    [[nodiscard]] const CommittedBlock& block_at(Height height) const { return block(height); }
    [[nodiscard]] const LoadedGenesis& genesis() const { return network_.genesis(); }
    // Of block 2, with its approvals.
    [[nodiscard]] const Transaction& notice() const { return notice_; }

    [[nodiscard]] GatewayConfig config(const std::filesystem::path& directory) const {
        GatewayConfig config;
        config.ledger = directory / "office/ledger.db";
        config.database.sqlite = directory / "office/office.db";
        config.records.sqlite = directory / "office/records.db";
        config.drafts = directory / "office/drafts";
        for (const NodeId& node : network_.nodes())
            config.nodes.push_back(NodeBroker{{"127.0.0.1", 1}, node});
        return config;
    }
    [[nodiscard]] Result<std::unique_ptr<OfficeService>, OfficeFault> open(
        const std::filesystem::path& directory) const {
        const NodeId dgmd = network_.dgmd();
        return OfficeService::open(
            config(directory), {network_.genesis(), network_.key(dgmd), agreement_key(dgmd.str())},
            TablesAtStart::as_they_are, [](Height, Height) {}, kNow);
    }
    // Calls `done` after each block that is followed. false: the disk failed.
    bool follow(OfficeService& office, Height to, const std::function<void()>& done) {
        const auto tell = [&](const FollowerEvent& event) {
            return office.step(event, now_).has_value() && !office.copy().is_stalled();
        };
        if (!tell(status(1, to))) return false;
        now_.steady_ms += kLongMs;
        if (!tell(MomentPassed{})) return false;
        while (office.state().height < to) {
            if (!tell(answer(1, {block(office.state().height + 1)}))) return false;
            done();
        }
        return true;
    }
    [[nodiscard]] OfficeKnowledge knowledge(const OfficeService& office,
                                            const std::filesystem::path& directory) const {
        OfficeKnowledge out{encode_state(office.state()), office.books(), {}, {}};
        for (const OfficeLayout& layout : office_layouts())
            EXPECT_TRUE(office.copy().read_model().visit(
                layout.table, 0, [&](const OfficeRow& row) { out.rows.push_back(row); }));
        const auto records = Records::open(config(directory).records, network_.network());
        EXPECT_TRUE(records) << records.error();
        if (records) out.orders = *records->work_orders();
        return out;
    }
    [[nodiscard]] std::filesystem::path draft(const std::filesystem::path& directory) const {
        const std::string meter = TestNetwork::meter(1, 1).str();
        return config(directory).drafts / ("deauthorise-" + meter + "-3.draft");
    }

  private:
    void TestBody() override {}
    OfficeStory() {
        grow(1);
        const Transaction unsigned_notice = network_.draft(
            chain_.state(), CapacityCertificate{0, TestNetwork::meter(1, 2), 6000, 9}, kLongValid);
        notice_ =
            network_.approved(unsigned_notice, {TestNetwork::officer(1), TestNetwork::officer(2)});
        append({notice_});
        const MeterId meter = TestNetwork::meter(1, 3);
        append({make_event({1, network_.network(), meter, TestNetwork::cluster(1), 1, 77,
                            AlarmType::seal_broken, 1'470'700'000},
                           network_.key(meter))});
        const std::int64_t too_much_wh = TestNetworkOptions().capacity_w * 120 / 100 / 4;
        for (int i = 0; i < 3; ++i) {
            chain_.run_window({TestNetwork::cluster(1)}, next_window_++, too_much_wh);
            states_.push_back(chain_.state());
        }
        const testing_support::TempDirectory directory;
        auto office = open(directory.path());
        CHECK(office.has_value());
        known_.push_back(knowledge(**office, directory.path()));
        CHECK(follow(**office, end(),
                     [&] { known_.push_back(knowledge(**office, directory.path())); }));
        CHECK(std::filesystem::exists(draft(directory.path())));
    }

    Transaction notice_;
    std::vector<OfficeKnowledge> known_;  // by height, of a life without any cut
};

// Follows the chain with one restart; each block that was followed is acknowledged.
void work(const std::filesystem::path& directory, DiskRecording& recording) {
    OfficeStory& story = OfficeStory::get();
    for (const Height to : {story.end() / 2, story.end()}) {
        auto office = story.open(directory);
        if (!office) return;
        const auto done = [&] {
            recording.acknowledge();
            if ((*office)->state().height % kSnapshotEvery != 0) return;
            (*office)->take_snapshot();
            (*office)->finish();
        };
        if (!story.follow(**office, to, done)) return;
    }
}

void check(const CutPoint& point, const std::filesystem::path& directory) {
    OfficeStory& story = OfficeStory::get();
    auto office = story.open(directory);
    ASSERT_TRUE(office) << office.error().reason;
    const Height height = (*office)->state().height;
    EXPECT_GE(height, point.acknowledged);
    EXPECT_LE(height, point.acknowledged + 1);
    EXPECT_EQ(story.knowledge(**office, directory), story.at(height));
    EXPECT_TRUE((*office)->copy().mishaps().empty());
    ASSERT_TRUE(story.follow(**office, story.end(), [] {}));
    EXPECT_EQ(story.knowledge(**office, directory), story.at(story.end()));
    EXPECT_TRUE(std::filesystem::exists(story.draft(directory))) << "the ground is not forgotten";
}

TEST(OfficeCrash, no_power_cut_loses_a_block_or_what_the_office_makes_of_it) {
    const DiskHistory history = record(work);
    ASSERT_EQ(history.acknowledgements.size(), OfficeStory::get().end());
    enumerate_power_cuts("office", history, check, {0, 31});
}

TEST(OfficeCrash, a_failing_disk_leaves_an_office_that_starts) {
    enumerate_disk_faults("office_faults", record(work), work, check);
}

// The ledger beside which notices wait; a block of it holds the notice.
Result<Ledger, IoError> ledger_in(const std::filesystem::path& directory) {
    return Ledger::open(directory / "ledger.db", OfficeStory::get().genesis());
}

void submit(const std::filesystem::path& directory, DiskRecording& recording) {
    OfficeStory& story = OfficeStory::get();
    auto ledger = ledger_in(directory);
    if (!ledger) return;
    NoticeOutbox outbox(directory / "ledger.db");
    if (!outbox.put(story.notice())) return;
    recording.acknowledge();
    for (const Height height : {1U, 2U}) {
        const CommittedBlock& block = story.block_at(height);
        if (!ledger->commit(block.block, block.certificate, kNow)) return;
        recording.acknowledge();
        (void)outbox.look(story.genesis(), *ledger, {.steady_ms = 0, .real_ms = 0});
    }
    if (!outbox.put(story.notice())) return;
    recording.acknowledge();
}

void check_notice(const CutPoint& point, const std::filesystem::path& directory) {
    OfficeStory& story = OfficeStory::get();
    const auto ledger = ledger_in(directory);
    ASSERT_TRUE(ledger) << ledger.error().message;
    NoticeOutbox outbox(directory / "ledger.db");
    const Instant now{.steady_ms = 0, .real_ms = 0};
    const auto look = outbox.look(story.genesis(), *ledger, now);
    EXPECT_TRUE(look.faults.empty()) << look.faults.front();
    const bool is_final = ledger->height() >= 2;
    if (point.acknowledged > 0 && !is_final) {
        ASSERT_EQ(look.publish.size(), 1U) << "submitted, and neither published nor in a block";
        EXPECT_EQ(look.publish.front(), story.notice());
    }
    if (!is_final) return;
    EXPECT_EQ(look.waiting, 0U);
    EXPECT_TRUE(outbox.look(story.genesis(), *ledger, now).ended.empty()) << "it went for good";
}

TEST(NoticeOutboxCrash, no_power_cut_loses_a_notice_before_a_block_has_it) {
    const DiskHistory history = record(submit);
    ASSERT_EQ(history.acknowledgements.size(), 4U);
    enumerate_power_cuts("notices", history, check_notice);
}

TEST(NoticeOutboxCrash, a_failing_disk_loses_none_either) {
    enumerate_disk_faults("notices_faults", record(submit), submit, check_notice);
}

}  // namespace
}  // namespace fairfeed::test
