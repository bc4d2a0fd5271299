#include "meter-sim/load_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/meter/meter_bench.h"

namespace fairfeed {
namespace {

using test::MeterBench;

class LoadBookTest : public ::testing::Test {
  protected:
    LoadBookTest() : book_(bench_.network().options().parameters.timers) {
        Meter meter = bench_.fresh();
        std::vector<std::pair<std::int64_t, KeptReading>> due;
        for (const auto& each : test::all_of<meter_effect::PersistReading>(
                 meter.step(meter_event::Tick{}, bench_.at(2))))
            due.emplace_back(1000 * (each.reading.window + 1), each.reading);
        readings_ = {due[0].second, due[1].second};
        (void)book_.add(bench_.setup().enrolment, std::move(due));
        for (std::size_t i = 1; i <= 4; ++i)
            book_.connected(0, bench_.member(i), true);
    }
    void receipt(std::size_t member, std::size_t reading, std::int64_t now_ms) {
        const KeptReading& of = readings_[reading];
        book_.heard(bench_.member(member), 0,
                    Receipt{bench_.meter_id(), of.window, of.sequence, of.id}, now_ms);
    }
    void settled(std::size_t member, Window window, std::int64_t now_ms) {
        ShareStatement share;
        share.window = window;
        book_.heard(bench_.member(member), 0, share, now_ms);
    }

    MeterBench bench_;
    LoadBook book_;
    std::vector<KeptReading> readings_;
};

TEST_F(LoadBookTest, sends_each_reading_to_its_committee_when_it_is_due) {
    EXPECT_TRUE(book_.due(999, 10).empty());
    EXPECT_EQ(book_.next_due_ms(), 1000);
    EXPECT_EQ(book_.due(1003, 10).size(), 4U);
    EXPECT_EQ(book_.counts().sent, 1U);
    EXPECT_EQ(book_.tally().lag.max_ms, 3);
    EXPECT_EQ(book_.due(2000, 10).size(), 4U);
    EXPECT_EQ(book_.counts().publishes, 8U);
    EXPECT_EQ(book_.counts().duplicates, 0U);
}

TEST_F(LoadBookTest, begins_later_and_keeps_the_distance_if_the_meters_were_not_ready) {
    EXPECT_EQ(book_.postpone(900), 0);
    EXPECT_EQ(book_.postpone(1500), 500);
    EXPECT_EQ(book_.next_due_ms(), 1500);
    EXPECT_TRUE(book_.due(1499, 10).empty());
    EXPECT_EQ(book_.due(1500, 10).size(), 4U);
    receipt(1, 0, 1510);
    receipt(2, 0, 1510);
    EXPECT_EQ(book_.next_due_ms(), 2500);
    EXPECT_EQ(book_.due(2500, 10).size(), 4U);
    EXPECT_EQ(book_.tally().lag.max_ms, 0) << "the generator was not late";
}

TEST_F(LoadBookTest, sends_all_windows_in_their_order_when_they_are_gathered) {
    EXPECT_EQ(book_.gather(1500), 1000) << "the second window ends at 2000";
    EXPECT_EQ(book_.due(1999, 10).size(), 4U);
    receipt(1, 0, 2010);
    receipt(2, 0, 2010);
    EXPECT_EQ(book_.counts().receipted, 1U) << "the first window went first";
    EXPECT_EQ(book_.due(2000, 10).size(), 4U);
    EXPECT_EQ(book_.counts().sent, 2U);
    EXPECT_EQ(book_.tally().lag.max_ms, 0);
}

TEST_F(LoadBookTest, sends_the_next_when_one_in_flight_has_its_receipts) {
    LoadBook book(bench_.network().options().parameters.timers, 1);
    (void)book.add(bench_.setup().enrolment, {{1000, readings_[0]}, {2000, readings_[1]}});
    for (std::size_t i = 1; i <= 4; ++i)
        book.connected(0, bench_.member(i), true);
    EXPECT_EQ(book.due(2500, 10).size(), 4U);
    EXPECT_EQ(book.counts().sent, 1U);
    EXPECT_TRUE(book.tally().held_back);
    EXPECT_GT(book.next_due_ms(), 2500) << "only a repetition of the first is due";
    const KeptReading& first = readings_[0];
    for (std::size_t i = 1; i <= 2; ++i)
        book.heard(bench_.member(i), 0,
                   Receipt{bench_.meter_id(), first.window, first.sequence, first.id}, 2600);
    EXPECT_EQ(book.next_due_ms(), 2000);
    EXPECT_EQ(book.due(2610, 10).size(), 4U);
    EXPECT_EQ(book.counts().duplicates, 0U);
    EXPECT_EQ(book.tally().lag.p50_ms, 10) << "from when it was allowed, not from when it was due";
}

TEST_F(LoadBookTest, repeats_only_to_those_who_have_not_receipted_and_counts_it) {
    (void)book_.due(1000, 1);
    receipt(1, 0, 1010);
    (void)book_.due(2000, 1);
    receipt(1, 1, 2010);
    receipt(2, 1, 2010);
    EXPECT_EQ(book_.counts().receipted, 1U) << "one receipt does not suffice";
    const auto again = book_.due(book_.next_due_ms(), 10);
    EXPECT_EQ(again.size(), 3U);
    EXPECT_EQ(book_.counts().duplicates, 3U);
    EXPECT_EQ(book_.counts().sent, 2U);
}

TEST_F(LoadBookTest, is_done_when_all_is_receipted_and_two_members_say_that_it_is_settled) {
    (void)book_.due(1000, 1);
    (void)book_.due(2000, 1);
    for (const std::size_t reading : {0U, 1U})
        for (const std::size_t member : {3U, 4U})
            receipt(member, reading, 2000 + 10 * static_cast<std::int64_t>(reading + member));
    EXPECT_EQ(book_.next_due_ms(), INT64_MAX);
    settled(2, 1, 2100);
    EXPECT_EQ(book_.counts().settled, 0U);
    settled(3, 0, 2200);
    EXPECT_EQ(book_.counts().settled, 1U) << "the second window by one member only";
    EXPECT_FALSE(book_.is_done());
    settled(3, 1, 2300);
    EXPECT_TRUE(book_.is_done());
    const LoadTally tally = book_.tally();
    EXPECT_EQ(tally.to_settled, (LoadTimes{300, 1200, 1200, 1200}));
    EXPECT_EQ(tally.last_receipt_ms, 2050);
}

TEST_F(LoadBookTest, tells_of_each_window_what_was_sent_and_when_the_last_answer_came) {
    (void)book_.due(1003, 1);
    receipt(1, 0, 1010);
    receipt(2, 0, 1020);
    settled(2, 0, 1100);
    settled(3, 0, 1200);
    EXPECT_EQ(book_.tally().windows, (std::vector<LoadWindow>{{0, 1, 1, 1, 1003, 1020, 1200}}));
    (void)book_.due(2000, 1);
    receipt(1, 1, 2010);
    EXPECT_EQ(book_.tally().windows.back(),
              (LoadWindow{1, 1, 0, 0, 2000, LoadWindow::kNever, LoadWindow::kNever}))
        << "one receipt does not suffice, and nobody has settled it";
}

TEST_F(LoadBookTest, takes_no_receipt_of_another_reading_or_twice_from_one_member) {
    (void)book_.due(1000, 1);
    receipt(1, 0, 1010);
    receipt(1, 0, 1011);
    book_.heard(
        bench_.member(2), 0,
        Receipt{bench_.meter_id(), readings_[0].window, readings_[0].sequence, readings_[1].id},
        1012);
    book_.heard(bench_.member(2), 0, Receipt{bench_.meter_id(), 77, 78, readings_[0].id}, 1013);
    EXPECT_EQ(book_.counts().receipted, 0U);
}

TEST_F(LoadBookTest, keeps_for_the_outbox_what_was_sent_and_who_holds_it) {
    (void)book_.due(1000, 1);
    receipt(1, 0, 1010);
    receipt(2, 0, 1011);
    const auto kept = book_.to_keep(5);
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(std::get<meter_effect::PersistFirstPublish>(kept[0].second).sequence, 1U);
    EXPECT_TRUE(std::get<meter_effect::PersistReceipt>(kept[2].second).complete);
}

TEST(LoadTimes, are_ranks_of_what_was_measured) {
    std::vector<std::int64_t> each;
    for (std::int64_t i = 1000; i >= 1; --i)
        each.push_back(i);
    EXPECT_EQ(load_times(each), (LoadTimes{500, 990, 999, 1000}));
    EXPECT_EQ(load_times({7}), (LoadTimes{7, 7, 7, 7}));
    EXPECT_EQ(load_times({}), LoadTimes());
}

}  // namespace
}  // namespace fairfeed
