#include "core/contract/share_history.h"

#include <gtest/gtest.h>

#include "core/state/past_room.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kRoom = kMaxShares * kShareBytes;

TEST(ShareHistory, keeps_what_binds_in_the_spans_and_what_follows) {
    const ShareSchedule shares{{1, 0}, {2, 100}, {3, 200}, {4, 300}, {5, 400}};
    EXPECT_EQ(kept_shares(shares, {{150, 160}, {400, INT64_MAX}}, kRoom),
              (ShareSchedule{{2, 100}, {5, 400}}));
    EXPECT_EQ(kept_shares(shares, {{100, 200}, {450, INT64_MAX}}, kRoom),
              (ShareSchedule{{2, 100}, {5, 400}}));
    EXPECT_EQ(kept_shares(shares, {{99, 201}, {500, INT64_MAX}}, kRoom),
              (ShareSchedule{{1, 0}, {2, 100}, {3, 200}, {5, 400}}));
    EXPECT_EQ(kept_shares(shares, {{350, INT64_MAX}}, kRoom), (ShareSchedule{{4, 300}, {5, 400}}));
    EXPECT_TRUE(kept_shares({}, {{0, 10}}, kRoom).empty());
}

TEST(ShareHistory, keeps_one_of_equal_shares_in_a_row) {
    const ShareSchedule shares{{7, 0}, {7, 100}, {3, 200}, {7, 300}, {7, 400}};
    EXPECT_EQ(kept_shares(shares, {{0, INT64_MAX}}, kRoom),
              (ShareSchedule{{7, 0}, {3, 200}, {7, 300}}));
    EXPECT_EQ(kept_shares(shares, {{0, 150}, {350, INT64_MAX}}, kRoom), (ShareSchedule{{7, 0}}))
        << "nobody asks for the one between";
}

TEST(ShareHistory, is_bounded_and_then_credits_the_oldest_windows_with_the_smallest_share) {
    ShareSchedule shares;
    for (std::int64_t i = 0; i < 600; ++i)
        shares.push_back({1000 + (i % 2), i * 100});
    shares[3].share_w = 5;
    const ShareSchedule kept = kept_shares(shares, {{0, INT64_MAX}}, kRoom);
    ASSERT_EQ(kept.size(), kMaxShares);
    EXPECT_EQ(kept[0], (ShareInForce{5, 0}));
    EXPECT_EQ(kept[1], shares[600 - kMaxShares + 1]);
    EXPECT_EQ(kept.back(), shares.back());
    EXPECT_EQ(kept_shares(kept, {{0, INT64_MAX}}, kRoom), kept);
}

// Shares of 9 bytes (W below 65 536, time below 2^32) and one of 13.
TEST(ShareHistory, fills_the_room_it_has_with_the_newest) {
    ShareSchedule shares{{kNoShareW, 1'000'000}};
    for (std::int64_t i = 1; i < 100; ++i)
        shares.push_back({1000 + i % 7, 1'000'000 + i * 900});
    const auto kept = [&](std::size_t room) { return kept_shares(shares, {{0, INT64_MAX}}, room); };
    const std::size_t all = 99 * 9 + 15;
    EXPECT_EQ(kept(all), shares);
    const ShareSchedule cut = kept(all - 1);
    ASSERT_EQ(cut.size(), 1 + (all - 1 - kShareBytes) / 9);
    EXPECT_EQ(cut[0], (ShareInForce{1001, 1'000'000})) << "the smallest, from the beginning on";
    EXPECT_TRUE(std::equal(cut.begin() + 1, cut.end(), shares.end() - (std::ssize(cut) - 1)));
    EXPECT_EQ(kept_shares(cut, {{0, INT64_MAX}}, all - 1), cut) << "and stay";
    EXPECT_EQ(kept(kShareBytes), (ShareSchedule{{1000, 1'000'000}}));
}

}  // namespace
}  // namespace fairfeed
