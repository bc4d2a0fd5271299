#include "core/contract/share_history.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(ShareHistory, keeps_what_binds_in_the_spans_and_what_follows) {
    const ShareSchedule shares{{1, 0}, {2, 100}, {3, 200}, {4, 300}, {5, 400}};
    EXPECT_EQ(kept_shares(shares, {{150, 160}, {400, INT64_MAX}}),
              (ShareSchedule{{2, 100}, {5, 400}}));
    EXPECT_EQ(kept_shares(shares, {{100, 200}, {450, INT64_MAX}}),
              (ShareSchedule{{2, 100}, {5, 400}}));
    EXPECT_EQ(kept_shares(shares, {{99, 201}, {500, INT64_MAX}}),
              (ShareSchedule{{1, 0}, {2, 100}, {3, 200}, {5, 400}}));
    EXPECT_EQ(kept_shares(shares, {{350, INT64_MAX}}), (ShareSchedule{{4, 300}, {5, 400}}));
    EXPECT_TRUE(kept_shares({}, {{0, 10}}).empty());
}

TEST(ShareHistory, keeps_one_of_equal_shares_in_a_row) {
    const ShareSchedule shares{{7, 0}, {7, 100}, {3, 200}, {7, 300}, {7, 400}};
    EXPECT_EQ(kept_shares(shares, {{0, INT64_MAX}}), (ShareSchedule{{7, 0}, {3, 200}, {7, 300}}));
    EXPECT_EQ(kept_shares(shares, {{0, 150}, {350, INT64_MAX}}), (ShareSchedule{{7, 0}}))
        << "nobody asks for the one between";
}

TEST(ShareHistory, is_bounded_and_then_credits_the_oldest_windows_with_the_smallest_share) {
    ShareSchedule shares;
    for (std::int64_t i = 0; i < 600; ++i)
        shares.push_back({1000 + (i % 2), i * 100});
    shares[3].share_w = 5;
    const ShareSchedule kept = kept_shares(shares, {{0, INT64_MAX}});
    ASSERT_EQ(kept.size(), kMaxShares);
    EXPECT_EQ(kept[0], (ShareInForce{5, 0}));
    EXPECT_EQ(kept[1], shares[600 - kMaxShares + 1]);
    EXPECT_EQ(kept.back(), shares.back());
    EXPECT_EQ(kept_shares(kept, {{0, INT64_MAX}}), kept);
}

}  // namespace
}  // namespace fairfeed
