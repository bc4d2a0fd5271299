// R20: the permitted time of a header, for a node that knows the time and for one that does not.
#include "edge-node/consensus/block_time.h"

#include <gtest/gtest.h>

#include "core/model/block.h"

namespace fairfeed::consensus {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;
constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kYears = 3 * 365 * kDay;
constexpr std::int64_t kNotice = 900'000;

constexpr Instant kKnows{.steady_ms = 50'000, .real_ms = kNow, .synchronised = true};
// The node has had the tip for a quarter of an hour.
constexpr Instant kGuesses{.steady_ms = 950'000, .real_ms = 0, .synchronised = false};
constexpr ParentTime kParent{.time_ms = kNow - 900'000, .since_steady_ms = 50'000};

Timeliness judge(std::int64_t header_ms, Round round, Instant now, ParentTime parent = kParent) {
    return timeliness(header_ms, round, parent, kNotice, now);
}

TEST(BlockTime, is_held_against_a_clock_that_is_synchronised) {
    EXPECT_EQ(judge(kNow + 10'000, 0, kKnows), Timeliness::timely);
    EXPECT_EQ(judge(kNow + 10'001, 0, kKnows), Timeliness::untimely);
    EXPECT_EQ(judge(kNow + 10'001, 1, kKnows), Timeliness::timely);
    EXPECT_EQ(judge(kNow + kDay, 14, kKnows), Timeliness::timely);
    EXPECT_EQ(judge(kNow + kDay + 1, UINT32_MAX, kKnows), Timeliness::untimely);
}

// A node with a clock of 1970 and a recent tip knows the time as long as the node runs.
TEST(BlockTime, is_held_against_the_parents_and_the_time_since_by_who_has_no_other) {
    EXPECT_EQ(judge(kNow + 10'000, 0, kGuesses), Timeliness::timely);
    EXPECT_EQ(judge(kNow + 10'001, 0, kGuesses), Timeliness::unknown);
    EXPECT_EQ(judge(kNow + kYears, UINT32_MAX, kGuesses), Timeliness::unknown);
    const ParentTime restarted{kParent.time_ms, kGuesses.steady_ms};
    EXPECT_EQ(judge(kNow, 0, kGuesses, restarted), Timeliness::unknown);
    EXPECT_EQ(judge(kNow, 7, kGuesses, restarted), Timeliness::timely) << "10 s * 2^7";
}

// Otherwise a share could bind before any meter has heard of it.
TEST(BlockTime, leaves_meters_half_of_their_notice) {
    const ParentTime old{kNow - kDay, 50'000};
    EXPECT_EQ(judge(kNow - kNotice / 2, 0, kKnows, old), Timeliness::timely);
    EXPECT_EQ(judge(kNow - kNotice / 2 - 1, 0, kKnows, old), Timeliness::untimely);
    EXPECT_EQ(judge(kNow - kNotice, 1, kKnows, old), Timeliness::timely);
    EXPECT_EQ(judge(kNow - kDay + 1, 40, kKnows, old), Timeliness::timely)
        << "a chain that was asleep goes on";
    EXPECT_EQ(judge(kNow - kNotice / 2 - 1, 0, kGuesses), Timeliness::unknown);
    EXPECT_EQ(timeliness(kNow - 10'001, 0, old, 0, kKnows), Timeliness::untimely);
}

// A chain whose time is years ahead must not stand still for years.
TEST(BlockTime, that_is_the_least_possible_makes_no_clock_worse) {
    const ParentTime ahead{kNow + kYears, 50'000};
    EXPECT_EQ(judge(ahead.time_ms + 1, 0, kKnows, ahead), Timeliness::timely);
    EXPECT_EQ(judge(ahead.time_ms + 2, 0, kKnows, ahead), Timeliness::untimely);
}

TEST(BlockTime, is_set_back_by_those_alone_who_know_the_time) {
    const ParentTime ahead{kNow + kYears, 50'000};
    EXPECT_TRUE(has_run_ahead(ahead, kKnows));
    EXPECT_EQ(judge(kNow, 0, kKnows, ahead), Timeliness::timely);
    EXPECT_EQ(judge(kNow + 10'001, 0, kKnows, ahead), Timeliness::untimely);
    EXPECT_EQ(judge(kNow, 0, kGuesses, ahead), Timeliness::unknown);
    const ParentTime a_minute{kNow + kTimeCorrectionMs, 50'000};
    EXPECT_FALSE(has_run_ahead(a_minute, kKnows));
    EXPECT_EQ(judge(kNow, 0, kKnows, a_minute), Timeliness::untimely) << "it is waited for";
}

TEST(BlockTime, of_any_size_is_judged_without_overflow) {
    const ParentTime end{kMaxHeaderTimeMs, 0};
    const Instant late{.steady_ms = kDay, .real_ms = kMaxHeaderTimeMs, .synchronised = false};
    for (const std::int64_t header_ms : {-kMaxHeaderTimeMs, kMaxHeaderTimeMs}) {
        for (const Round round : {Round{0}, Round{40}, UINT32_MAX}) {
            (void)judge(header_ms, round, kKnows, end);
            (void)judge(header_ms, round, late, end);
        }
    }
    EXPECT_FALSE(may_follow(kMaxHeaderTimeMs, kMaxHeaderTimeMs + 1));
    EXPECT_FALSE(may_follow(kNow, INT64_MAX));
    EXPECT_FALSE(may_follow(kNow, INT64_MIN));
}

TEST(BlockTime, follows_the_parents_or_sets_it_back_by_more_than_a_minute) {
    EXPECT_TRUE(may_follow(kNow, kNow + 1));
    EXPECT_FALSE(may_follow(kNow, kNow));
    EXPECT_FALSE(may_follow(kNow, kNow - kTimeCorrectionMs));
    EXPECT_TRUE(may_follow(kNow, kNow - kTimeCorrectionMs - 1));
}

}  // namespace
}  // namespace fairfeed::consensus
