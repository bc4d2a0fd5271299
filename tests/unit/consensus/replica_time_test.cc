// R20 in one replica: how a validator that knows the time votes on a fresh block's time, and how
// one without the time does. Four validators a-d at height 1: b proposes in round 0, c in round 1.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

using testing::Contains;
using testing::IsEmpty;

TEST(PrevoteFresh, bounds_the_time_of_a_block_and_widens_the_bound_with_the_round) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    EXPECT_THAT(a.judged('V', true, Bench::kRealMs + 10'001), Contains("send prevote r0 nil"));
    a.prevote("bd", 1, '-');
    a.judged('W', true, Bench::kRealMs + 20'000);
    EXPECT_THAT(a.proposal('c', 1, 'W'), Contains("send prevote r1 W"));
}

TEST(PrevoteFresh, accepts_exactly_the_bound) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    EXPECT_THAT(a.judged('V', true, Bench::kRealMs + 10'000), Contains("send prevote r0 V"));
}

TEST(PrevoteFresh, never_looks_further_than_a_day_ahead) {
    Bench a(4, 'a');
    a.prevote("bd", 41, '-');  // 2^41 * 10 s; b proposes in every fourth round
    a.judged('V', true, Bench::kRealMs + 86'400'001);
    EXPECT_THAT(a.proposal('c', 41, 'V'), Contains("send prevote r41 nil"));
}

// Regression: one clock years ahead and voters without the time stopped a chain.
TEST(PrevoteFresh, without_the_time_takes_no_block_from_years_ahead) {
    Bench a(4, 'a');
    a.now().synchronised = false;
    a.proposal('b', 0, 'V');
    EXPECT_THAT(a.judged('V', true, Bench::kRealMs + 100'000'000'000), IsEmpty());
    a.prevote("b", 0, 'V');
    EXPECT_THAT(a.wait(600), Contains("send prevote r0 nil"));
}

TEST(PrevoteFresh, without_the_time_goes_by_the_parents_and_its_own_steady_clock) {
    Bench a(4, 'a');
    a.now().synchronised = false;
    a.now().real_ms = 0;
    a.wait(5000);
    a.proposal('b', 0, 'V');
    EXPECT_THAT(a.judged('V', true, Bench::kParentMs + 15'000), Contains("send prevote r0 V"));
}

// A restart loses the steady time since the parent.
TEST(PrevoteFresh, without_the_time_follows_more_than_can_be_faulty) {
    Bench a(4, 'a');
    a.now().synchronised = false;
    a.proposal('b', 0, 'V');
    a.judged('V', true, Bench::kRealMs + 3'600'000);
    EXPECT_THAT(a.prevote("b", 0, 'V'), IsEmpty()) << "it may be the only faulty one";
    EXPECT_THAT(a.prevote("d", 0, 'V'), Contains("send prevote r0 V"));
}

TEST(PrevoteFresh, without_the_time_never_follows_one_alone) {
    Bench a(3, 'a');
    a.now().synchronised = false;
    a.proposal('b', 0, 'V');
    a.judged('V', true, Bench::kRealMs + 3'600'000);
    EXPECT_THAT(a.prevote("b", 0, 'V'), IsEmpty());
}

TEST(PrevoteFresh, refuses_a_block_whose_shares_would_bind_in_the_past) {
    Bench a(4, 'a');
    a.proposal('b', 0, 'V');
    EXPECT_THAT(a.judged('V', true, Bench::kRealMs - 10'001), Contains("send prevote r0 nil"));
}

}  // namespace
}  // namespace fairfeed::consensus
