// A draft on its way from hand to hand: what officers add, and what nobody can.
#include "gateway/office/draft.h"

#include <gtest/gtest.h>

#include "core/state/office_rules.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestNetwork;

const SigningKey& key_of(std::string_view name) {
    return test::signing_key(name);
}

class DraftTest : public ::testing::Test {
  protected:
    [[nodiscard]] Draft draft(std::int64_t capacity_w = 6000) const {
        const CapacityCertificate content{0, TestNetwork::meter(1, 1), capacity_w, 9};
        return {.network = network_.network(),
                .notice = network_.draft(state_, content, 99),
                .office = state_.office.office};
    }
    [[nodiscard]] std::string verdict(const Transaction& notice) const {
        PlainSignatureChecker signatures;
        const auto may = check_notice(state_, notice, 1, state_.tip_time_ms + 1, signatures);
        return may ? "accepted" : std::string(to_string(may.error()));
    }

    TestNetwork network_;
    ChainState state_ = network_.initial_state();
};

TEST_F(DraftTest, comes_back_from_a_file_as_it_was) {
    Draft made = draft();
    ASSERT_TRUE(add_approval(made, key_of("officer-3")));
    const auto read = decode_draft(encode_draft(made));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->notice, made.notice);
    EXPECT_EQ(read->office, made.office);
    EXPECT_EQ(read->network, made.network);
    EXPECT_FALSE(read->withdrawn);
}

TEST_F(DraftTest, is_a_notice_when_enough_officers_have_signed) {
    Draft made = draft();
    EXPECT_EQ(approvals_missing(made), 2U);
    EXPECT_EQ(notice_to_submit(made).error(),
              "2 more of officer-1, officer-2, officer-3 must sign first: gateway sign");
    EXPECT_EQ(*add_approval(made, key_of("officer-3")), NodeId("officer-3"));
    EXPECT_FALSE(notice_to_submit(made));
    EXPECT_EQ(*add_approval(made, key_of("officer-1")), NodeId("officer-1"));
    ASSERT_TRUE(notice_to_submit(made));
    EXPECT_EQ(verdict(*notice_to_submit(made)), "accepted");
    ASSERT_TRUE(add_approval(made, key_of("officer-2"))) << "one more than needed";
    EXPECT_EQ(verdict(*notice_to_submit(made)), "accepted");
}

TEST_F(DraftTest, takes_no_signature_but_an_officers_and_each_once) {
    Draft made = draft();
    for (const char* other : {"dgmd", "node-1", "inspector-1", "officer-4"})
        EXPECT_FALSE(add_approval(made, key_of(other))) << other;
    ASSERT_TRUE(add_approval(made, key_of("officer-2")));
    EXPECT_EQ(add_approval(made, key_of("officer-2")).error(),
              "officer-2 has approved this draft already");
    EXPECT_EQ(approvals_missing(made), 1U);
}

// Whoever carries the file may want another notice approved.
TEST_F(DraftTest, loses_every_approval_that_is_not_of_what_it_says) {
    Draft honest = draft();
    ASSERT_TRUE(add_approval(honest, key_of("officer-1")));
    ASSERT_TRUE(add_approval(honest, key_of("officer-2")));
    Draft forged = draft(60'000);
    forged.notice.endorsements = honest.notice.endorsements;
    const auto read = decode_draft(encode_draft(forged));
    ASSERT_TRUE(read);
    EXPECT_EQ(approvals_missing(*read), 2U);
    EXPECT_EQ(verdict(forged.notice), "wrong_signature") << "nodes would not take it either";
}

TEST_F(DraftTest, gathers_the_copies_that_officers_signed_apart) {
    Draft first = draft();
    Draft second = first;
    ASSERT_TRUE(add_approval(first, key_of("officer-3")));
    ASSERT_TRUE(add_approval(second, key_of("officer-1")));
    ASSERT_TRUE(merge(first, second));
    ASSERT_TRUE(merge(first, second)) << "the same copy again";
    ASSERT_TRUE(notice_to_submit(first));
    EXPECT_EQ(verdict(*notice_to_submit(first)), "accepted");
    EXPECT_FALSE(merge(first, draft(1))) << "another notice";
}

TEST_F(DraftTest, is_neither_signed_nor_submitted_once_withdrawn) {
    Draft made = draft();
    ASSERT_TRUE(add_approval(made, key_of("officer-1")));
    ASSERT_TRUE(add_approval(made, key_of("officer-2")));
    made.withdrawn = true;
    auto read = decode_draft(encode_draft(made));
    ASSERT_TRUE(read);
    EXPECT_EQ(notice_to_submit(*read).error(), "this draft is withdrawn");
    EXPECT_FALSE(add_approval(*read, key_of("officer-3")));
    Draft copy = draft();
    ASSERT_TRUE(merge(copy, *read));
    EXPECT_FALSE(notice_to_submit(copy)) << "a copy of a withdrawn one withdraws the rest";
}

TEST_F(DraftTest, with_any_byte_damaged_is_refused_or_says_something_else) {
    Draft made = draft();
    ASSERT_TRUE(add_approval(made, key_of("officer-1")));
    ASSERT_TRUE(add_approval(made, key_of("officer-2")));
    const Bytes good = encode_draft(made);
    for (std::size_t at = 0; at < good.size(); ++at) {
        EXPECT_FALSE(decode_draft(ByteView(good).first(at))) << "cut at " << at;
        Bytes bytes = good;
        bytes[at] ^= 0x01;
        const auto read = decode_draft(bytes);
        if (!read) continue;
        const auto ready = notice_to_submit(*read);
        const bool same = ready && ready->id == made.notice.id;
        EXPECT_TRUE(!ready || same || verdict(*ready) != "accepted") << "byte " << at;
    }
}

}  // namespace
}  // namespace fairfeed
