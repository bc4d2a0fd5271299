// Drafts that are signed at once: all of them, or none.
#include "gateway/office/draft_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/wire/cbor.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestNetwork;
using ::testing::HasSubstr;

class DraftBatchTest : public ::testing::Test {
  protected:
    [[nodiscard]] Draft draft(std::uint64_t further) const {
        const CapacityCertificate content{0, TestNetwork::meter(1, 1),
                                          5000 + static_cast<std::int64_t>(further), 9};
        return {.network = network_.network(),
                .notice = network_.draft(state_, content, 99, further),
                .office = state_.office.office};
    }
    [[nodiscard]] DraftBatch batch() const { return {draft(0), draft(1), draft(2)}; }

    TestNetwork network_;
    ChainState state_ = network_.initial_state();
};

TEST_F(DraftBatchTest, comes_back_from_its_file) {
    DraftBatch made = batch();
    ASSERT_EQ(*add_approvals(made, test::signing_key("officer-2")), NodeId("officer-2"));
    const auto read = decode_batch(encode_batch(made));
    ASSERT_TRUE(read) << read.error();
    ASSERT_EQ(read->size(), 3U);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ((*read)[i].notice, made[i].notice);
    const Draft alone = draft(0);
    EXPECT_EQ(encode_batch({alone}), encode_draft(alone)) << "a batch of one is a draft";
    EXPECT_EQ(decode_batch(encode_draft(alone))->front().notice, alone.notice);
}

TEST_F(DraftBatchTest, is_approved_as_a_whole_or_not_at_all) {
    DraftBatch made = batch();
    ASSERT_TRUE(add_approval(made[1], test::signing_key("officer-2")));
    EXPECT_FALSE(add_approvals(made, test::signing_key("officer-2")));
    EXPECT_TRUE(made[0].notice.endorsements.empty());
    ASSERT_TRUE(add_approvals(made, test::signing_key("officer-1")));
    EXPECT_THAT(notices_to_submit(made).error(), HasSubstr("1 more of"));
    ASSERT_TRUE(add_approvals(made, test::signing_key("officer-3")));
    ASSERT_TRUE(notices_to_submit(made));
    EXPECT_EQ(notices_to_submit(made)->size(), 3U);
}

TEST_F(DraftBatchTest, takes_the_approvals_of_another_copy_of_the_same_notices) {
    DraftBatch one = batch(), other = batch();
    ASSERT_TRUE(add_approvals(one, test::signing_key("officer-1")));
    ASSERT_TRUE(add_approvals(other, test::signing_key("officer-3")));
    ASSERT_TRUE(merge(one, other));
    EXPECT_TRUE(notices_to_submit(one));
    EXPECT_FALSE(merge(one, {draft(0), draft(1)}));
    EXPECT_FALSE(merge(one, {draft(0), draft(1), draft(3)}));
}

TEST_F(DraftBatchTest, is_refused_with_a_notice_missing_cut_short_or_drawn_out) {
    EXPECT_THAT(decode_batch(encode_batch({draft(0), draft(2)})).error(),
                HasSubstr("do not follow each other"));
    const Bytes bytes = encode_batch(batch());
    EXPECT_FALSE(decode_batch(ByteView(bytes).first(bytes.size() - 1)));
    Bytes longer = bytes;
    longer.push_back(0);
    EXPECT_FALSE(decode_batch(longer));
    cbor::Writer one;
    one.array(1);
    one.bytes(encode_draft(draft(0)));
    EXPECT_FALSE(decode_batch(one.take())) << "the file of one draft has another form";
    EXPECT_FALSE(decode_batch({}));
}

}  // namespace
}  // namespace fairfeed
