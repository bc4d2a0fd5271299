// The office at work on its files: what it followed survives its end, a damaged ledger and a
// database that fails, and the tables are the same however they came to be.
#include "gateway/service/office_service.h"

#include <algorithm>

#include <gmock/gmock.h>

#include <fstream>

#include "core/io/file.h"
#include "core/wire/event_codec.h"
#include "tests/unit/gateway/an_office_service.h"

namespace fairfeed::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(AnOfficeService, keeps_the_blocks_of_the_nodes_byte_for_byte_and_their_rows) {
    grow(5);
    open();
    follow();
    EXPECT_EQ(service_->state().tip, states_[5].tip);
    EXPECT_EQ(service_->copy().ledger().height(), 5U);
    EXPECT_EQ(service_->copy().read_model().height(), 5U);
    for (Height height = 1; height <= 5; ++height) {
        const auto kept = service_->copy().ledger().block(height);
        ASSERT_TRUE(kept && *kept);
        EXPECT_EQ(**kept, block(height));
    }
    EXPECT_EQ(service_->summary().behind(), 0U);
}

TEST_F(AnOfficeService, goes_on_after_a_restart_and_weeks_away_with_the_rows_of_one_life) {
    grow(3);
    open();
    follow();
    service_.reset();
    grow(40);
    open();
    EXPECT_EQ(service_->state().height, 3U);
    follow();
    EXPECT_EQ(service_->state().height, 43U);
    const auto in_two_lives = rows();
    open(TablesAtStart::anew);
    EXPECT_EQ(progress_.size(), 44U) << "block 0 as well";
    EXPECT_EQ(rows(), in_two_lives);
}

TEST_F(AnOfficeService, folds_again_what_a_crash_left_out_of_the_database) {
    grow(4);
    open();
    follow();
    const auto before = rows();
    service_.reset();
    std::filesystem::remove(config_.database.sqlite);
    open();
    EXPECT_EQ(rows(), before);
}

TEST_F(AnOfficeService, lives_once_for_each_ledger) {
    open();
    const auto second = opened();
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().mistake);
    EXPECT_THAT(second.error().reason, HasSubstr("in use by another process"));
}

TEST_F(AnOfficeService, sets_a_damaged_ledger_aside_and_fetches_what_is_lost) {
    grow(6);
    open();
    follow();
    service_.reset();
    {
        std::fstream file(config_.ledger, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(0);
        file << "nothing that SQLite would read";
    }
    open();
    EXPECT_FALSE(service_->copy().mishaps().empty());
    follow();
    EXPECT_EQ(service_->state().tip, states_[6].tip);
    EXPECT_EQ(service_->copy().read_model().height(), 6U) << "no block twice";
}

TEST_F(AnOfficeService, keeps_the_sound_part_of_a_ledger_with_a_rotten_block) {
    grow(6);
    open();
    follow();
    const auto before = rows();
    service_.reset();
    change(config_.ledger, "update blocks set body = zeroblob(length(body)) where height = 4");
    open();
    EXPECT_EQ(service_->state().height, 3U);
    ASSERT_EQ(service_->copy().mishaps().size(), 1U);
    EXPECT_THAT(service_->copy().mishaps()[0], HasSubstr("its blocks up to 3 were taken over"));
    follow();
    EXPECT_EQ(service_->state().tip, states_[6].tip);
    EXPECT_EQ(rows(), before);
}

TEST_F(AnOfficeService, waits_for_a_database_that_fails_and_loses_no_row) {
    grow(2);
    open();
    follow();
    change_tables("alter table settlements rename to hidden");
    grow(2);
    follow();
    EXPECT_EQ(service_->copy().ledger().height(), 4U) << "what was verified is kept";
    EXPECT_TRUE(service_->copy().is_stalled());
    EXPECT_THAT(service_->copy().database_fault(), HasSubstr("settlements"));
    grow(1);
    follow();
    EXPECT_EQ(service_->copy().ledger().height(), 4U) << "memory is bounded: nothing more is taken";
    change_tables("alter table hidden rename to settlements");
    now_.steady_ms += kLongMs;
    (void)tell(MomentPassed{});
    EXPECT_FALSE(service_->copy().is_stalled());
    EXPECT_THAT(service_->copy().database_fault(), IsEmpty());
    follow();
    EXPECT_EQ(service_->copy().read_model().height(), 5U);
    const auto kept = rows();
    open(TablesAtStart::anew);
    EXPECT_EQ(rows(), kept);
}

TEST_F(AnOfficeService, opens_a_work_order_in_the_block_that_shows_why_and_only_once) {
    grow(1);
    const MeterId meter = TestNetwork::meter(1, 1);
    append({make_event({1, network_.network(), meter, TestNetwork::cluster(1), 1, 77,
                        AlarmType::seal_broken, 1'470'700'000},
                       network_.key(meter))});
    open();
    follow();
    const auto orders = [&] {
        return *Records::open(config_.records, network_.network())->work_orders();
    };
    ASSERT_EQ(orders().size(), 1U);
    EXPECT_EQ(orders()[0].alarm.subject, meter.str());
    EXPECT_EQ(orders()[0].alarm.height, 2U);
    open();
    open(TablesAtStart::anew);
    EXPECT_EQ(orders().size(), 1U);
}

TEST_F(AnOfficeService, drafts_a_deauthorisation_for_a_capacity_that_is_exceeded) {
    open();
    const std::int64_t too_much_wh = TestNetworkOptions().capacity_w * 120 / 100 / 4;
    for (int i = 0; i < 3; ++i) {
        chain_.run_window({TestNetwork::cluster(1)}, next_window_++, too_much_wh);
        states_.push_back(chain_.state());
    }
    follow();
    const MeterId meter = TestNetwork::meter(1, 1);
    const auto file = config_.drafts / ("deauthorise-" + meter.str() + "-2.draft");
    const auto bytes = read_file(file);
    ASSERT_TRUE(bytes) << bytes.error().message;
    const auto draft = decode_draft(*bytes);
    ASSERT_TRUE(draft) << draft.error();
    EXPECT_EQ(std::get<Deauthorisation>(draft->notice.content).meter, meter);
    EXPECT_EQ(approvals_missing(*draft), 2U) << "the gateway decides nothing";
    std::filesystem::remove(file);
    open();
    (void)tell(MomentPassed{});
    EXPECT_FALSE(std::filesystem::exists(file)) << "it was drafted once";
}

TEST_F(AnOfficeService, submits_a_deauthorisation_that_a_policy_allows_it) {
    append({network_.from_dgmd(chain_.state(), WatchPolicy{0, {110, 115, 2, 42}, 1})});
    open();
    const std::int64_t too_much_wh = TestNetworkOptions().capacity_w * 120 / 100 / 4;
    for (int i = 0; i < 3; ++i) {
        chain_.run_window({TestNetwork::cluster(1)}, next_window_++, too_much_wh);
        states_.push_back(chain_.state());
    }
    now_.real_ms = chain_.state().tip_time_ms;
    follow();
    EXPECT_FALSE(std::filesystem::exists(config_.drafts)) << "nobody need sign";
    NoticeOutbox outbox(config_.ledger);
    auto waiting = outbox.look(network_.genesis(), service_->copy().ledger(), now_).publish;
    ASSERT_EQ(waiting.size(), 2U) << "two meters exceed, and the policy allows one";
    std::ranges::sort(waiting, {}, [](const Transaction& notice) {
        return std::get<Deauthorisation>(notice.content).sequence;
    });
    const auto said =
        chain_.append(chain_.next_block({waiting[0]}, chain_.state().tip_time_ms + 1));
    ASSERT_TRUE(said) << to_string(said.error().reason);
    states_.push_back(chain_.state());
    const auto& taken = std::get<Deauthorisation>(waiting[0].content);
    EXPECT_EQ(taken.evidence, (std::vector<Window>{0, 1})) << "two windows are enough";
    EXPECT_TRUE(chain_.state().meters.at(taken.meter).deauthorised);
    follow();
    now_.real_ms += 3 * 4 * kSecondsPerHour * 1000;
    (void)tell(MomentPassed{});
    const auto& left = std::get<Deauthorisation>(waiting[1].content).meter;
    EXPECT_TRUE(
        std::filesystem::exists(config_.drafts / ("deauthorise-" + left.str() + "-1.draft")))
        << "the officers decide on the other";
}

TEST_F(AnOfficeService, says_that_its_key_was_replaced) {
    open();
    EXPECT_TRUE(service_->summary().has_key);
    append(
        {network_.from_dgmd(chain_.state(), DgmdKeyChange{0, TestNetwork::dgmd_keys("dgmd-2")})});
    follow();
    EXPECT_FALSE(service_->summary().has_key);
}

TEST_F(AnOfficeService, waits_for_records_that_cannot_be_written) {
    std::filesystem::create_directories(config_.records.sqlite);
    open();
    grow(1);
    follow();
    EXPECT_TRUE(service_->copy().is_stalled());
    EXPECT_THAT(service_->copy().database_fault(), HasSubstr("the office's records: "));
    std::filesystem::remove(config_.records.sqlite);
    now_.steady_ms += kLongMs;
    (void)tell(MomentPassed{});
    EXPECT_FALSE(service_->copy().is_stalled());
    follow();
    EXPECT_EQ(service_->copy().ledger().height(), 1U);
}

TEST_F(AnOfficeService, refuses_the_tables_of_another_network_by_name) {
    open();
    service_.reset();
    const auto model = ReadModel::make_anew(config_.database, Digest{});
    ASSERT_TRUE(model);
    const auto refused = opened();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().reason, HasSubstr("gateway rebuild"));
}

}  // namespace
}  // namespace fairfeed::test
