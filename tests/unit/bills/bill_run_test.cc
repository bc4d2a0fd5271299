#include "gateway/bills/bill_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/bills/bill_text.h"
#include "tests/unit/bills/month_end.h"

namespace fairfeed {
namespace {

using test::MonthEnd;
using test::TestNetwork;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const BillMonth kAugust = *parse_month("2016-08");
const BillMonth kSeptember = *parse_month("2016-09");

class BillRunTest : public ::testing::Test {
  protected:
    static MonthEnd& month_end() {
        static auto* const made = new MonthEnd;
        return *made;
    }
    [[nodiscard]] static BillRun run(const BillOrder& order) {
        test::StoredChain& stored = month_end().stored();
        const auto made = run_bills(stored.open(), stored.genesis(),
                                    stored.holder(stored.network().dgmd()), order);
        EXPECT_TRUE(made) << made.error();
        return *made;
    }
    [[nodiscard]] static Bill one(const MeterId& meter, const BillMonth& month) {
        return run({month, meter}).bills.at(0).bill;
    }
};

TEST_F(BillRunTest, all_bills_and_the_grid_are_nothing_to_the_micro) {
    for (const BillOrder& order :
         {BillOrder{}, BillOrder{kAugust, {}}, BillOrder{kSeptember, {}}}) {
        const BillRun made = run(order);
        EXPECT_TRUE(made.bills_micro + made.grid_micro == 0);
        EXPECT_TRUE(made.bills_micro != 0);
        EXPECT_THAT(made.bills, SizeIs(order.month ? 4 : 8));
    }
}

TEST_F(BillRunTest, a_month_begins_and_ends_by_the_local_clock) {
    const Bill august = one(TestNetwork::meter(1, 1), kAugust);
    EXPECT_THAT(august.windows, SizeIs(MonthEnd::kInAugust));
    EXPECT_TRUE(august.ends_with_month);
    EXPECT_EQ(august.opening_micro, 0);
    const Bill september = one(TestNetwork::meter(1, 1), kSeptember);
    EXPECT_EQ(september.windows.front().window, MonthEnd::kInAugust);
    EXPECT_TRUE(september.begins_with_month);
    EXPECT_FALSE(september.ends_with_month);
    EXPECT_EQ(september.opening_micro, august.closing_micro);
}

TEST_F(BillRunTest, a_bill_has_every_band_and_the_days_that_ended) {
    const Bill bill = one(TestNetwork::meter(1, 2), kAugust);
    ASSERT_THAT(bill.rows, SizeIs(3));
    EXPECT_EQ(bill.rows[1].band, "peak");
    EXPECT_EQ(bill.rows[1].rates, (BandRates{400'000, 120'000}));
    std::int64_t import_wh = 0;
    for (const BillRow& row : bill.rows)
        import_wh += row.import_wh;
    EXPECT_EQ(import_wh, bill.import_wh);
    EXPECT_EQ(bill.fixed_micro, 3 * 300'000) << "the 29th, 30th and 31st";
    EXPECT_EQ(bill.total_micro,
              bill.import_micro - bill.export_micro + bill.fixed_micro + bill.corrected_micro);
    EXPECT_EQ(bill.closing_micro - bill.opening_micro, bill.total_micro);
}

TEST_F(BillRunTest, a_correction_stands_where_it_was_settled_with_what_it_corrects) {
    EXPECT_THAT(one(MonthEnd::silent(), kAugust).corrections, SizeIs(0));
    EXPECT_EQ(one(MonthEnd::silent(), kAugust).estimated_windows, 3);
    const Bill bill = one(MonthEnd::silent(), kSeptember);
    ASSERT_GE(bill.corrections.size(), 1U);
    EXPECT_EQ(bill.corrections.front().windows, (std::pair<Window, Window>{15, 18}));
    EXPECT_EQ(bill.corrections.front().settled, 19U);
    std::int64_t corrected_micro = 0;
    for (const BillCorrection& each : bill.corrections)
        corrected_micro += each.figures.import_amount_micro - each.figures.export_amount_micro;
    EXPECT_EQ(bill.corrected_micro, corrected_micro);
}

TEST_F(BillRunTest, is_final_when_no_window_can_be_read_late_any_more) {
    EXPECT_EQ(run({kAugust, {}}).bills.front().status, BillStatus::closed);
    EXPECT_EQ(run({kSeptember, {}}).bills.front().status, BillStatus::open);
}

TEST_F(BillRunTest, is_told_as_json_and_as_csv) {
    const BillRun made = run({kAugust, MonthEnd::silent()});
    const Json json = dated_bill_json(made.bills.front());
    EXPECT_EQ(*json.at("status").as_text(), "final");
    EXPECT_EQ(*json.at("total_micro").as_int(), made.bills.front().bill.total_micro);
    EXPECT_THAT(*json.at("windows").as_array(), SizeIs(MonthEnd::kInAugust));
    EXPECT_THAT(*json.at("number").as_text(), HasSubstr("2016-08/meter-1-2/"));
    const std::string csv = bills_csv(made);
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 2);
    EXPECT_THAT(csv, HasSubstr(",meter-1-2,cluster-1,2016-08,final,18,3,"));
}

// One household's line must not keep the bills of all others back.
TEST_F(BillRunTest, lists_the_bills_whose_lines_do_not_open_and_goes_on) {
    test::StoredChain& stored = month_end().stored();
    const auto made =
        run_bills(stored.open(), stored.genesis(),
                  {NodeId("stranger"), stored.holder(stored.network().dgmd()).agreement}, {});
    ASSERT_TRUE(made) << made.error();
    EXPECT_TRUE(made->bills.empty());
    ASSERT_THAT(made->unread, SizeIs(8)) << "four meters, two months";
    EXPECT_THAT(made->unread.front(),
                HasSubstr("meter meter-1-1, 2016-08: the line of window 0: stranger holds no data "
                          "key of epoch 1"));
    EXPECT_TRUE(made->grid_micro != 0);
}

TEST(BillMonthText, is_a_year_and_a_month) {
    EXPECT_EQ(month_text(*parse_month("0987-01")), "0987-01");
    for (const char* wrong : {"", "2016", "2016-13", "2016-00", "2016-8", "2016/08", "-016-08",
                              "2016-0x", "2016-08-01"})
        EXPECT_FALSE(parse_month(wrong)) << wrong;
}

}  // namespace
}  // namespace fairfeed
