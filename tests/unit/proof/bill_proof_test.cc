#include "core/proof/bill_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/proof/proof_parts.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"
#include "tests/unit/bills/month_end.h"

namespace fairfeed {
namespace {

using test::MonthEnd;
using test::TestNetwork;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const BillMonth kAugust = *parse_month("2016-08");
const BillMonth kSeptember = *parse_month("2016-09");

class BillProofTest : public ::testing::Test {
  protected:
    static MonthEnd& month_end() {
        static auto* const made = new MonthEnd;
        return *made;
    }
    [[nodiscard]] static const LoadedGenesis& genesis() { return month_end().stored().genesis(); }
    [[nodiscard]] static Result<BillProof, ProofRefusal> make(
        const BillMonth& month, const MeterId& meter = MonthEnd::silent()) {
        test::StoredChain& stored = month_end().stored();
        return make_bill_proof(stored.open(), stored.genesis(),
                               stored.holder(stored.network().dgmd()), meter, month);
    }
    static const BillProof& september() {
        static const BillProof proof = *make(kSeptember);
        return proof;
    }
    [[nodiscard]] static std::string fault_of(const BillProof& proof) {
        const auto checked = check_bill_proof(encode_bill_proof(proof), genesis());
        return checked ? "none" : std::string(to_string(checked.error().part));
    }
};

TEST_F(BillProofTest, convinces_whoever_has_the_genesis_file_of_every_number) {
    const auto findings = check_bill_proof(encode_bill_proof(september()), genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    const Bill& bill = findings->bill;
    EXPECT_EQ(bill.meter, MonthEnd::silent());
    EXPECT_THAT(bill.windows, SizeIs(MonthEnd::kWindows - MonthEnd::kInAugust));
    EXPECT_EQ(bill.windows.back().line,
              month_end().stored().chain().accounts(TestNetwork::cluster(1)).last_lines()[1]);
    EXPECT_EQ(bill.corrections.front().windows, (std::pair<Window, Window>{15, 18}));
    EXPECT_EQ(bill.opening_micro + bill.total_micro, bill.closing_micro);
    EXPECT_EQ(findings->endorsements, 3U);
    EXPECT_EQ(findings->unchecked_corrections, 0U);
    EXPECT_THAT(findings->proved,
                Contains(HasSubstr("corrections of earlier windows follow, to the micro, from 1 "
                                   "late readings signed by the meter")));
    EXPECT_THAT(findings->not_proved, Contains(HasSubstr("not settled here")));
    const auto august = check_bill_proof(encode_bill_proof(*make(kAugust)), genesis());
    ASSERT_TRUE(august) << august.error().explanation;
    EXPECT_EQ(august->bill.closing_micro, bill.opening_micro);
}

TEST_F(BillProofTest, is_the_same_after_it_was_written_and_read) {
    const Bytes file = encode_bill_proof(september());
    EXPECT_TRUE(is_bill_file(file));
    const auto read = decode_bill_proof(file);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, september());
}

TEST_F(BillProofTest, opens_the_late_reading_and_no_other_reading_or_line) {
    std::size_t opened = 0;
    for (const CommittedBlock& each : month_end().stored().chain().blocks()) {
        for (const Transaction& transaction : each.block.transactions) {
            const auto* reading = std::get_if<SignedReading>(&transaction.content);
            if (reading == nullptr) continue;
            for (const BillPiece& piece : september().pieces) {
                EXPECT_FALSE(open_reading(*reading, piece.line_key));
                for (const BilledReading& late : piece.late)
                    opened += open_reading(*reading, late.key) ? 1 : 0;
            }
        }
    }
    EXPECT_EQ(opened, 1U);
    const Bytes file = encode_bill_proof(september());
    const SymmetricKey key = month_end().stored().network().data_key(MonthEnd::silent());
    EXPECT_EQ(std::search(file.begin(), file.end(), key.bytes.begin(), key.bytes.end()),
              file.end());
}

TEST_F(BillProofTest, is_refused_without_the_late_readings_that_its_settlements_list) {
    const auto piece_with_late = [](BillProof& proof) -> BillPiece& {
        return *std::find_if(proof.pieces.begin(), proof.pieces.end(),
                             [](const BillPiece& piece) { return !piece.late.empty(); });
    };
    BillProof proof = september();
    piece_with_late(proof).late.clear();
    EXPECT_EQ(fault_of(proof), "reading");
    proof = september();
    piece_with_late(proof).late.push_back(piece_with_late(proof).late.front());
    EXPECT_EQ(fault_of(proof), "reading");
    proof = september();
    piece_with_late(proof).late.front().key.bytes[0] ^= 1U;
    EXPECT_EQ(fault_of(proof), "reading_key");
    // The row and the reading both left out: the correction follows no more.
    proof = september();
    BillPiece& piece = piece_with_late(proof);
    const Window window = std::get<Settlement>(piece.settlement.content).window;
    for (const CommittedBlock& each : month_end().stored().chain().blocks())
        for (const Transaction& transaction : each.block.transactions)
            if (transaction.id == piece.settlement.id) {
                SettlementExcerpt excerpt = cut_out(transaction, 1, {});
                excerpt.transaction.endorsements.clear();
                piece.settlement = std::move(excerpt.transaction);
                piece.rows = std::move(excerpt.rows);
            }
    piece.late.clear();
    const auto checked = check_bill_proof(encode_bill_proof(proof), genesis());
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().explanation,
              "window " + std::to_string(window) +
                  ": what is trued up does not follow from late readings, registers and tariffs");
}

// Factors that bound in August stand in the settlements of August alone.
TEST(BillProofOfSchedules, brings_the_factors_of_windows_that_were_read_late) {
    MonthEnd month_end(ShareResolution::quarter);
    test::StoredChain& stored = month_end.stored();
    BillProof proof =
        *make_bill_proof(stored.open(), stored.genesis(), stored.holder(stored.network().dgmd()),
                         MonthEnd::silent(), kSeptember);
    const auto is_of_august = [](const BillPiece& piece) {
        return std::get<Settlement>(piece.settlement.content).window < MonthEnd::kInAugust;
    };
    EXPECT_GE(std::count_if(proof.pieces.begin(), proof.pieces.end(), is_of_august), 2);
    auto findings = check_bill_proof(encode_bill_proof(proof), stored.genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->unchecked_corrections, 0U);
    while (is_of_august(proof.pieces[1]))
        proof.pieces.erase(proof.pieces.begin());
    findings = check_bill_proof(encode_bill_proof(proof), stored.genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->bill.corrections.size(), 2U);
    EXPECT_EQ(findings->unchecked_corrections, 1U);
    EXPECT_THAT(findings->not_proved, Contains(HasSubstr("the corrections of 1 windows")));
}

class BillStatusInTheFile : public BillProofTest {
  protected:
    // A claim that the settlement of this window ends the month's corrections.
    [[nodiscard]] static BillEnd end_at(Window window, const MeterId& meter, bool with_row,
                                        const ClusterId& cluster = TestNetwork::cluster(1)) {
        test::StoredChain& stored = month_end().stored();
        for (const CommittedBlock& each : stored.chain().blocks()) {
            for (std::size_t i = 0; i < each.block.transactions.size(); ++i) {
                const Transaction& transaction = each.block.transactions[i];
                const auto* content = std::get_if<Settlement>(&transaction.content);
                if (!content || content->window != window || content->cluster != cluster) continue;
                BillEnd end{
                    each.block.header, each.certificate, include(each.block, i), {}, {}, {}};
                const std::size_t at = meter == content->entries[0].meter ? 0 : 1;
                std::optional<std::size_t> entry;
                if (with_row) entry = at;
                SettlementExcerpt excerpt = cut_out(transaction, entry, {});
                end.settlement.transaction = std::move(excerpt.transaction);
                end.rows = std::move(excerpt.rows);
                const SealedLine& line = content->lines[at];
                const SymmetricKey key = stored.network().data_key(meter);
                if (with_row)
                    end.closing_key = closing_key(*content, line, line_key(*content, line, key));
                return end;
            }
        }
        throw std::logic_error("no such settlement");
    }
    [[nodiscard]] static std::string explain(BillProof proof, const BillEnd& end) {
        proof.end = end;
        const auto checked = check_bill_proof(encode_bill_proof(proof), genesis());
        return checked ? "fine" : checked.error().explanation;
    }
};

TEST_F(BillStatusInTheFile, is_final_with_the_settlement_behind_the_last_correction) {
    for (const MeterId& meter : {TestNetwork::meter(1, 1), MonthEnd::silent()}) {
        const auto findings = check_bill_proof(encode_bill_proof(*make(kAugust, meter)), genesis());
        ASSERT_TRUE(findings) << findings.error().explanation;
        EXPECT_EQ(findings->status, BillStatus::closed) << meter.str();
        EXPECT_EQ(findings->final_with, 22);
        EXPECT_THAT(findings->proved, Contains(HasSubstr("the bill is final")));
    }
    const auto end = *make(kAugust, MonthEnd::silent())->end;
    EXPECT_THAT(end.rows, SizeIs(1)) << "its last windows of August had no reading";
    EXPECT_THAT(make(kAugust, TestNetwork::meter(1, 1))->end->rows, SizeIs(0));
}

TEST_F(BillStatusInTheFile, is_open_as_long_as_the_file_shows_no_such_settlement) {
    BillProof proof = *make(kAugust);
    proof.end.reset();
    const auto findings = check_bill_proof(encode_bill_proof(proof), genesis());
    ASSERT_TRUE(findings);
    EXPECT_EQ(findings->status, BillStatus::open);
    EXPECT_EQ(findings->final_with, 22);
    EXPECT_THAT(findings->not_proved, Contains(HasSubstr("whether a later settlement trues up")));
    EXPECT_FALSE(make(kSeptember)->end);
    const auto later = check_bill_proof(encode_bill_proof(september()), genesis());
    ASSERT_TRUE(later);
    EXPECT_EQ(later->final_with, std::nullopt) << "September is not over";
}

TEST_F(BillStatusInTheFile, is_not_final_too_early) {
    const MeterId read = TestNetwork::meter(1, 1);
    const BillProof proof = *make(kAugust, read);
    EXPECT_EQ(explain(proof, end_at(22, read, false)), "fine");
    for (const Window window : {0, 17, 18, 21})
        EXPECT_EQ(explain(proof, end_at(window, read, false)),
                  "the bill claims to be final with the settlement of window " +
                      std::to_string(window) +
                      ", and corrections may come up to that of window 22");
    EXPECT_EQ(explain(*make(kSeptember, read), end_at(23, read, false)),
              "the bill claims to be final, and does not reach the end of its month");
}

// Window 18 of September can still be read late with window 23. It is in one gap with the last
// windows of August, so they would be billed again.
TEST_F(BillStatusInTheFile, is_not_final_while_a_run_of_windows_goes_on_into_the_next_month) {
    const BillProof proof = *make(kAugust, MonthEnd::silent());
    EXPECT_EQ(explain(proof, end_at(22, MonthEnd::silent(), true)),
              "the bill claims to be final, and its last windows may still be read late or closed "
              "by registers");
    EXPECT_EQ(explain(proof, end_at(23, MonthEnd::silent(), true)), "fine");
    EXPECT_EQ(explain(proof, end_at(23, MonthEnd::silent(), false)),
              "the meter's row is not in the settlement at the end");
    EXPECT_EQ(explain(proof, end_at(23, TestNetwork::meter(1, 1), true)),
              "the meter's row is not in the settlement at the end");
}

TEST_F(BillStatusInTheFile, is_not_final_by_a_settlement_of_others_or_of_nobody) {
    const MeterId read = TestNetwork::meter(1, 1);
    const BillProof proof = *make(kAugust, read);
    EXPECT_EQ(explain(proof, end_at(22, TestNetwork::meter(2, 1), false, TestNetwork::cluster(2))),
              "the settlement at the end is of another cluster");
    BillEnd end = end_at(22, read, false);
    end.settlement.transaction.endorsements.pop_back();
    EXPECT_EQ(explain(proof, end), "2 endorsements, needed are 3");
    end = end_at(22, read, false);
    end.certificate.witnesses.pop_back();
    EXPECT_THAT(explain(proof, end), HasSubstr("certificate"));
    end = end_at(22, read, false);
    end.settlement.index ^= 1U;
    EXPECT_EQ(explain(proof, end), "the settlement at the end is not in its block");
}

TEST_F(BillProofTest, is_refused_with_any_byte_changed) {
    const Bytes file = encode_bill_proof(september());
    for (std::size_t at = 0; at < file.size(); at += 61) {
        Bytes forged = file;
        forged[at] ^= 1U;
        EXPECT_FALSE(check_bill_proof(forged, genesis())) << "byte " << at;
    }
}

TEST_F(BillProofTest, is_refused_with_a_window_left_out_or_of_another_meter) {
    BillProof proof = september();
    proof.pieces.erase(proof.pieces.begin() + 2);
    EXPECT_EQ(fault_of(proof), "settlement");
    proof = september();
    std::swap(proof.pieces[1], proof.pieces[2]);
    EXPECT_EQ(fault_of(proof), "settlement");
    proof = september();
    proof.pieces.pop_back();
    EXPECT_EQ(fault_of(proof), "settlement");
    proof = september();
    proof.meter = TestNetwork::meter(1, 1);
    EXPECT_EQ(fault_of(proof), "settlement");
    proof = september();
    proof.pieces[1].rows = make(kSeptember, TestNetwork::meter(1, 1))->pieces[1].rows;
    EXPECT_EQ(fault_of(proof), "settlement");
}

TEST_F(BillProofTest, is_refused_without_its_committee_or_for_another_month) {
    BillProof proof = september();
    proof.pieces.back().settlement.endorsements.pop_back();
    EXPECT_EQ(fault_of(proof), "committee");
    proof = september();
    proof.month = kAugust;
    EXPECT_EQ(fault_of(proof), "money");
    proof = september();
    proof.pieces[1].line_key.bytes[0] ^= 1U;
    EXPECT_EQ(fault_of(proof), "line_key");
    proof = september();
    proof.certificate.witnesses.pop_back();
    EXPECT_EQ(fault_of(proof), "certificate");
}

TEST_F(BillProofTest, is_not_made_where_there_is_nothing_to_prove) {
    EXPECT_THAT(make(*parse_month("2016-10")).error().explanation,
                HasSubstr("2016-10: no window of it is settled in this ledger"));
    EXPECT_THAT(make(kAugust, MeterId("who")).error().explanation,
                HasSubstr("who is not registered on this network"));
}

// The lines that a committee could have sealed, but no honest one.
TEST(BillFold, refuses_lines_that_do_not_follow_from_each_other) {
    MonthEnd month_end;
    test::StoredChain& stored = month_end.stored();
    const ChainState& state = stored.chain().state();
    const auto findings =
        check_bill_proof(encode_bill_proof(*make_bill_proof(stored.open(), stored.genesis(),
                                                            stored.holder(stored.network().dgmd()),
                                                            MonthEnd::silent(), kAugust)),
                         stored.genesis());
    ASSERT_TRUE(findings);
    const auto fault = [&](auto damage) {
        std::vector<std::pair<Window, SettlementLine>> lines;
        for (const BilledWindow& each : findings->bill.windows)
            lines.emplace_back(each.window, each.line);
        damage(lines);
        const auto bill = fold_bill(state, {MonthEnd::silent(), TestNetwork::cluster(1), kAugust},
                                    std::nullopt, lines);
        return bill ? "fine" : bill.error();
    };
    EXPECT_EQ(fault([](auto&) {}), "fine");
    EXPECT_EQ(fault([](auto& lines) { lines.erase(lines.begin() + 4); }),
              "window 5: the one before is left out");
    EXPECT_EQ(fault([](auto& lines) { lines[4].second.import_amount_micro += 1; }),
              "window 4: an amount does not follow from energy, tariff and fixed charge");
    EXPECT_EQ(fault([](auto& lines) { lines[4].second.closing.balance_micro += 1; }),
              "window 4: the balance does not move by what is posted");
    EXPECT_EQ(fault([](auto& lines) { lines[4].second.bands[0].import_wh += 1; }),
              "window 4: the bands do not add up to the energy");
    EXPECT_EQ(fault([](auto& lines) { lines[4].second.load_wh += 1; }),
              "window 4: load is not import and generation less export");
    EXPECT_EQ(fault([](auto& lines) { lines.clear(); }), "the month has no line");
}

}  // namespace
}  // namespace fairfeed
