// The office starts from a snapshot of what its ledger amounts to: as it would from genesis, with
// work that does not grow with the ledger, and without one that is not right in every respect.
#include <gmock/gmock.h>

#include <algorithm>

#include "core/io/file.h"
#include "core/state/app_hash.h"
#include "core/wire/event_codec.h"
#include "core/wire/snapshot_codec.h"
#include "tests/unit/gateway/an_office_service.h"

namespace fairfeed::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AnOfficeWithSnapshots : public AnOfficeService {
  protected:
    // Everything that the office knows, however it came to know it.
    struct Knowledge {
        Bytes state;
        Bytes books;
        std::vector<OfficeRow> rows;
        std::size_t work_orders = 0;
        bool operator==(const Knowledge&) const = default;
    };
    [[nodiscard]] Knowledge knowledge() const {
        return {encode_state(service_->state()), service_->books(), rows(),
                Records::open(config_.records, network_.network())->work_orders()->size()};
    }
    [[nodiscard]] SnapshotFiles files() const { return service_->copy().snapshots(); }
    void take_snapshot() {
        service_->take_snapshot();
        service_->finish();
    }
    // Follows so many blocks, takes a snapshot, and follows two more, the first of which proves it.
    void live(std::size_t blocks) {
        open();
        grow(blocks);
        follow();
        take_snapshot();
        grow(2);
        follow();
    }
    [[nodiscard]] Knowledge from_genesis() {
        for (const auto& file : files().existing())
            std::filesystem::remove(file);
        open();
        EXPECT_EQ(service_->snapshots().start.from, 0U);
        EXPECT_THAT(service_->snapshots().start.refused, IsEmpty());
        return knowledge();
    }
    // The reasons for which a start passes over the snapshots; it logs a line for each.
    [[nodiscard]] std::vector<std::string> refusals_at_start() {
        ::testing::internal::CaptureStderr();
        open();
        const std::string log = ::testing::internal::GetCapturedStderr();
        const auto refused = service_->snapshots().start.refused;
        std::size_t lines = 0;
        for (std::size_t at = log.find("a snapshot is not used"); at != std::string::npos;
             at = log.find("a snapshot is not used", at + 1))
            ++lines;
        EXPECT_EQ(lines, refused.size()) << log;
        EXPECT_EQ(service_->snapshots().start.from, 0U);
        return refused;
    }
};

TEST_F(AnOfficeWithSnapshots, starts_as_it_would_from_genesis) {
    const MeterId meter = TestNetwork::meter(1, 1);
    append({make_event({1, network_.network(), meter, TestNetwork::cluster(1), 1, 77,
                        AlarmType::seal_broken, 1'470'700'000},
                       network_.key(meter))});
    live(6);
    EXPECT_EQ(service_->snapshots().height, 7U);
    EXPECT_EQ(files().existing(), std::vector{config_.ledger.parent_path() / "snapshot"});
    const Knowledge of_one_life = knowledge();
    open();
    EXPECT_EQ(service_->snapshots().start.from, 7U);
    EXPECT_THAT(progress_, ElementsAre(8, 9));
    EXPECT_EQ(knowledge(), of_one_life);
    EXPECT_EQ(from_genesis(), of_one_life);
}

// What the watch of capacities saw before the snapshot counts with what comes after it.
TEST_F(AnOfficeWithSnapshots, remembers_the_peaks_of_blocks_that_it_does_not_read_again) {
    open();
    const std::int64_t too_much_wh = TestNetworkOptions().capacity_w * 120 / 100 / 4;
    const auto exceed = [&] {
        chain_.run_window({TestNetwork::cluster(1)}, next_window_++, too_much_wh);
        states_.push_back(chain_.state());
        follow();
    };
    exceed();
    exceed();
    take_snapshot();
    grow(1);
    follow();
    open();
    ASSERT_EQ(service_->snapshots().start.from, 2U);
    const auto file =
        config_.drafts / ("deauthorise-" + TestNetwork::meter(1, 1).str() + "-3.draft");
    EXPECT_FALSE(std::filesystem::exists(file));
    exceed();
    EXPECT_TRUE(std::filesystem::exists(file)) << "the third excess of the week";
}

// The blocks before the snapshot are made unreadable, but for block 0, and nobody notices.
TEST_F(AnOfficeWithSnapshots, reads_no_older_block_however_old_the_ledger_is) {
    for (const std::size_t blocks : {3U, 10U, 40U}) {
        live(blocks);
        const Height taken = top() - 2;
        const Knowledge before = knowledge();
        service_.reset();
        change(config_.ledger,
               ("update blocks set body = zeroblob(length(body)) where height > 0 and "
                "height < " +
                std::to_string(taken))
                   .c_str());
        open();
        EXPECT_EQ(service_->snapshots().start.from, taken);
        EXPECT_EQ(service_->snapshots().start.blocks, 2U);
        EXPECT_THAT(service_->copy().mishaps(), IsEmpty());
        EXPECT_EQ(knowledge(), before);
        service_.reset();
        std::filesystem::remove_all(config_.ledger.parent_path());
    }
}

TEST_F(AnOfficeWithSnapshots, passes_over_a_snapshot_that_is_wrong_and_says_why_in_a_line) {
    live(4);
    const Knowledge right = knowledge();
    const auto file = files().proven();
    const Bytes good = SnapshotFiles::read(file).value();
    Bytes rotten = good;
    rotten[good.size() / 2] ^= 1;
    const NodeId dgmd = network_.dgmd();
    const auto own = [&](const Snapshot& snapshot) {
        return seal_snapshot(snapshot, {network_.network(), dgmd}, network_.key(dgmd),
                             agreement_key(dgmd.str()).public_key(), counting_random());
    };
    const std::pair<Bytes, const char*> rows[] = {
        {rotten, "its owner has not signed it"},
        {Bytes(good.begin(), good.begin() + 100), "it is damaged"},
        {own({4, {}, encode_state(states_[4]), {1, 2, 3}}), "its books are not readable"},
        {own({3, {}, encode_state(states_[4]), right.books}), "its state is not readable"},
    };
    for (const auto& [bytes, why] : rows) {
        ASSERT_TRUE(write_file_atomically(file, bytes, 0600));
        EXPECT_THAT(refusals_at_start(), ElementsAre(HasSubstr(why)));
        EXPECT_EQ(knowledge(), right);
    }
    ASSERT_TRUE(write_file_atomically(file, good, 0600));
    open();
    EXPECT_EQ(service_->snapshots().start.from, 4U);
}

// Rows come from blocks, so databases that were lost need all of them again.
TEST_F(AnOfficeWithSnapshots, recomputes_all_for_databases_that_do_not_reach_the_snapshot) {
    live(4);
    const Knowledge right = knowledge();
    std::filesystem::remove(config_.database.sqlite);
    EXPECT_THAT(refusals_at_start(), ElementsAre(HasSubstr("tables end before block 4, its own")));
    EXPECT_EQ(knowledge(), right);
    std::filesystem::remove(config_.records.sqlite);
    EXPECT_THAT(refusals_at_start(), ElementsAre(HasSubstr("records end before block 4, its own")));
    EXPECT_EQ(knowledge(), right);
    open();
    EXPECT_EQ(service_->snapshots().start.from, 4U) << "it serves again";
}

TEST_F(AnOfficeWithSnapshots, rebuilds_its_tables_from_genesis_all_the_same) {
    live(4);
    const Knowledge right = knowledge();
    open(TablesAtStart::anew);
    EXPECT_EQ(progress_.size(), 7U) << "block 0 as well";
    EXPECT_EQ(knowledge(), right);
}

// A block after the snapshot rots: the start from it is given up, and the ledger salvaged.
TEST_F(AnOfficeWithSnapshots, falls_back_and_salvages_where_a_later_block_is_rotten) {
    live(4);
    service_.reset();
    change(config_.ledger, "update blocks set body = zeroblob(length(body)) where height = 6");
    open();
    EXPECT_EQ(service_->state().height, 5U);
    EXPECT_EQ(service_->copy().mishaps().size(), 1U);
    follow();
    EXPECT_EQ(service_->state().tip, states_.back().tip);
}

// It waits for databases that are behind, because a snapshot stands for their rows as well.
TEST_F(AnOfficeWithSnapshots, takes_one_by_itself_when_many_transactions_are_behind_the_last) {
    constexpr std::size_t kAnswer = 16;  // blocks that come at once
    open();
    std::size_t transactions = 0;
    while (transactions + 2 * kAnswer < SnapshotSchedule::kFewest) {
        grow(1);
        transactions += block(top()).block.transactions.size();
    }
    follow();
    EXPECT_EQ(service_->snapshots().written, 0U);
    change_tables("alter table settlements rename to hidden");
    grow(kAnswer);
    follow();
    ASSERT_TRUE(service_->copy().is_stalled());
    service_->finish();
    EXPECT_EQ(service_->snapshots().written, 0U);
    change_tables("alter table hidden rename to settlements");
    now_.steady_ms += kLongMs;
    (void)tell(MomentPassed{});
    service_->finish();
    EXPECT_EQ(service_->snapshots().written, 1U);
    EXPECT_EQ(service_->snapshots().failed, 0U);
    const Height taken = service_->state().height;
    grow(1);
    follow();
    EXPECT_EQ(service_->snapshots().height, taken);
    open();
    EXPECT_EQ(service_->snapshots().start.from, taken);
    EXPECT_LT(service_->snapshots().start.transactions, SnapshotSchedule::kFewest);
}

}  // namespace
}  // namespace fairfeed::test
