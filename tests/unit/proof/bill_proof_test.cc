#include "core/proof/bill_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/wire/reading_codec.h"
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

TEST_F(BillProofTest, opens_no_reading_and_no_line_of_others) {
    for (const CommittedBlock& each : month_end().stored().chain().blocks()) {
        for (const Transaction& transaction : each.block.transactions) {
            const auto* reading = std::get_if<SignedReading>(&transaction.content);
            if (reading == nullptr) continue;
            for (const BillPiece& piece : september().pieces)
                EXPECT_FALSE(open_reading(*reading, piece.line_key));
        }
    }
    const Bytes file = encode_bill_proof(september());
    const SymmetricKey key = month_end().stored().network().data_key(MonthEnd::silent());
    EXPECT_EQ(std::search(file.begin(), file.end(), key.bytes.begin(), key.bytes.end()),
              file.end());
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
    proof.pieces[1].row = make(kSeptember, TestNetwork::meter(1, 1))->pieces[1].row;
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
