#include "core/proof/bill_corrections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/proof/bill_proof.h"
#include "core/wire/reading_codec.h"
#include "tests/unit/bills/month_end.h"

namespace fairfeed {
namespace {

using test::MonthEnd;
using ::testing::HasSubstr;

struct FollowedLine {
    Window window = 0;
    SettlementLine line;
    std::vector<LateReading> late;
};

// The lines of August and September of the silent meter, with the late readings that they list.
class CorrectionCheckTest : public ::testing::Test {
  protected:
    CorrectionCheckTest() {
        for (const char* month : {"2016-08", "2016-09"}) {
            test::StoredChain& stored = month_end().stored();
            const auto proof = make_bill_proof(stored.open(), stored.genesis(),
                                               stored.holder(stored.network().dgmd()),
                                               MonthEnd::silent(), *parse_month(month));
            CHECK(proof.has_value());
            const auto found = check_bill_proof(encode_bill_proof(*proof), stored.genesis());
            CHECK(found.has_value());
            for (const BilledWindow& each : found->bill.windows)
                lines_.push_back({each.window, each.line, late_of(*proof, each.window)});
        }
    }
    static MonthEnd& month_end() {
        static auto* const made = new MonthEnd;
        return *made;
    }
    [[nodiscard]] static std::vector<LateReading> late_of(const BillProof& proof, Window window) {
        std::vector<LateReading> out;
        for (const BillPiece& piece : proof.pieces) {
            if (std::get<Settlement>(piece.settlement.content).window != window) continue;
            for (const BilledReading& late : piece.late)
                out.push_back({late.reading.header.window, *open_reading(late.reading, late.key)});
        }
        return out;
    }
    [[nodiscard]] CorrectionCheck check() {
        return {month_end().stored().chain().state(), MonthEnd::silent(), std::nullopt, 0};
    }
    // What is wrong after one line was changed; the lines before it are those of the chain.
    [[nodiscard]] std::string fault_of(Window window,
                                       const std::function<void(FollowedLine&)>& damage) {
        CorrectionCheck following = check();
        for (FollowedLine each : lines_) {
            if (each.window == window) damage(each);
            const auto sound = following.follow(each.window, each.line, each.late);
            if (!sound) return sound.error();
        }
        return "nothing";
    }

    std::vector<FollowedLine> lines_;
};

TEST_F(CorrectionCheckTest, finds_every_correction_right_from_the_installation_on) {
    EXPECT_EQ(fault_of(0, [](FollowedLine&) {}), "nothing");
    ASSERT_EQ(lines_[20].late.size(), 1U);
    EXPECT_NE(lines_[19].line.adjusted, Adjustment{});
    CorrectionCheck following = check();
    for (const FollowedLine& each : lines_)
        ASSERT_TRUE(following.follow(each.window, each.line, each.late));
    EXPECT_EQ(following.unchecked(), 0U);
    EXPECT_EQ(following.late_readings(), 1U);
}

TEST_F(CorrectionCheckTest, names_the_correction_that_does_not_follow) {
    constexpr std::string_view kWrong =
        "what is trued up does not follow from late readings, registers and tariffs";
    const std::pair<Window, void (*)(FollowedLine&)> table[] = {
        {19, [](FollowedLine& each) { each.line.adjusted.import_amount_micro += 1; }},
        {19, [](FollowedLine& each) { each.line.adjusted.import_wh -= 1; }},
        {19, [](FollowedLine& each) { each.line.adjusted = {}; }},
        {20, [](FollowedLine& each) { each.line.adjusted.export_amount_micro += 1; }},
        {20, [](FollowedLine& each) { each.late.clear(); }},
        // The same energy at another hour.
        {20,
         [](FollowedLine& each) {
             Profile& profile = each.late[0].body.profile;
             profile[0].import_wh += profile[15].import_wh;
             profile[15].import_wh = 0;
         }},
        {7, [](FollowedLine& each) { each.line.adjusted.credited_wh = 1; }},
    };
    for (std::size_t i = 0; i < std::size(table); ++i)
        EXPECT_THAT(fault_of(table[i].first, table[i].second), HasSubstr(std::string(kWrong)))
            << "row " << i;
}

TEST_F(CorrectionCheckTest, refuses_a_late_reading_that_nobody_may_take) {
    EXPECT_EQ(fault_of(20, [](FollowedLine& each) { each.late[0].window = 20; }),
              "window 20: the late reading of window 20 is not of a window before");
    EXPECT_EQ(fault_of(20, [](FollowedLine& each) { each.late[0].window = 3; }),
              "window 20: the late reading of window 3 cannot be taken: closed_window");
    EXPECT_EQ(fault_of(20, [](FollowedLine& each) { each.late[0].body.end.import_wh += 9999; }),
              "window 20: the late reading of window 16 cannot be taken: registers_contradict");
    EXPECT_EQ(fault_of(20, [](FollowedLine& each) { each.late.push_back(each.late[0]); }),
              "window 20: the late reading of window 16 cannot be taken: closed_window");
}

// A false closing state would make the next correction right.
TEST_F(CorrectionCheckTest, lets_no_closing_state_pass_from_which_a_false_correction_follows) {
    const auto change = [&](Window window, auto damage) {
        return fault_of(window, [&](FollowedLine& each) { damage(each.line.closing); });
    };
    EXPECT_EQ(change(19, [](ClosingState& closing) { closing.import_remainder ^= 1; }),
              "window 19: its amounts do not go on from the remainders after its corrections");
    EXPECT_EQ(change(19, [](ClosingState& closing) { closing.balance_micro += 1; }),
              "window 19: the balance does not move by what is posted");
    EXPECT_EQ(change(16, [](ClosingState& closing) { closing.registers.import_wh -= 1; }),
              "window 16: the closing registers are not those of the newest reading");
    EXPECT_EQ(change(16, [](ClosingState& closing) { closing.unread_from -= 1; }),
              "window 16: the closing registers are not those of the newest reading");
    EXPECT_EQ(change(16, [](ClosingState& closing) { closing.estimates.back().cost += 1; }),
              "window 16: the closing estimates are not those that were billed");
    EXPECT_EQ(change(16, [](ClosingState& closing) { closing.estimates.pop_back(); }),
              "window 16: the closing estimates are not those that were billed");
    EXPECT_EQ(change(19, [](ClosingState& closing) { closing.gaps.back().after->import_wh += 1; }),
              "window 19: the closing gaps are not those without a reading");
    EXPECT_EQ(change(5,
                     [](ClosingState& closing) {
                         closing.gaps.push_back({2, 4, {}, std::nullopt, {}});
                     }),
              "window 5: the closing gaps are not those without a reading");
    EXPECT_EQ(change(5,
                     [](ClosingState& closing) {
                         closing.registers = {INT64_MIN, 0, 0};
                     }),
              "window 5: the line cannot follow the one before");
}

TEST_F(CorrectionCheckTest, counts_what_it_cannot_check_and_goes_on) {
    const ChainState& state = month_end().stored().chain().state();
    CorrectionCheck late(state, MonthEnd::silent(), std::nullopt, 0);
    for (Window window = 19; window < MonthEnd::kWindows; ++window)
        EXPECT_TRUE(late.follow(window, lines_[window].line, lines_[window].late));
    EXPECT_EQ(late.unchecked(), 1U) << "nobody shows what window 19 goes on from";
    CorrectionCheck without_factors(state, MonthEnd::silent(), lines_[17].line.closing, 18);
    for (Window window = 18; window < MonthEnd::kWindows; ++window)
        EXPECT_TRUE(without_factors.follow(window, lines_[window].line, lines_[window].late));
    EXPECT_EQ(without_factors.unchecked(), 1U) << "the factors of window 16 are not known";
}

}  // namespace
}  // namespace fairfeed
