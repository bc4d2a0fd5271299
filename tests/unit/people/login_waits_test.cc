// Whom wrong passwords make wait: the guesser, and not the person whose name is guessed at.
#include "gateway/accounts/login_waits.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

constexpr std::int64_t kNow = 1'770'000'000'000;
constexpr std::int64_t kMinute = 60'000;

TEST(LoginWaits, hold_for_the_place_that_guesses_and_for_no_other) {
    LoginWaits waits({});
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(waits.wait_ms({"home", "a"}, {}, kNow), 0);
        waits.fail({"home", "a"}, kNow);
    }
    EXPECT_EQ(waits.wait_ms({"home", "a"}, {}, kNow), 2000);
    EXPECT_EQ(waits.wait_ms({"home", "b"}, {}, kNow), 0);
    EXPECT_EQ(waits.wait_ms({"olga", "a"}, {}, kNow), 0);
}

TEST(LoginWaits, end_when_nobody_guesses_any_more) {
    const AccessPolicy policy;
    LoginWaits waits(policy);
    for (int i = 0; i < 8; ++i)
        waits.fail({"home", "a"}, kNow);
    EXPECT_EQ(waits.wait_ms({"home", "a"}, {}, kNow), 16'000);
    const std::int64_t later = kNow + 9 * policy.of_place.decay_ms;
    for (int i = 0; i < 4; ++i)
        waits.fail({"home", "a"}, later);
    EXPECT_EQ(waits.wait_ms({"home", "a"}, {}, later), 0) << "the old ones are forgotten";
}

TEST(LoginWaits, of_a_name_do_not_hold_where_its_person_got_in_before) {
    LoginWaits waits({});
    const FailureCount guessed{200, kNow + 15 * kMinute};
    waits.let_in({"home", "kitchen"}, kNow);
    EXPECT_EQ(waits.wait_ms({"home", "kitchen"}, guessed, kNow), 0);
    EXPECT_EQ(waits.wait_ms({"home", "elsewhere"}, guessed, kNow), 15 * kMinute);
    for (int i = 0; i < 5; ++i)
        waits.fail({"home", "kitchen"}, kNow);
    EXPECT_EQ(waits.wait_ms({"home", "kitchen"}, guessed, kNow), 2000);
}

TEST(LoginWaits, are_forgotten_one_at_a_time_when_there_are_too_many) {
    LoginWaits waits({}, 10);
    for (int i = 0; i < 12; ++i) {
        waits.fail({"home", "a"}, kNow);
        waits.put_stranger("nobody", {7, kNow + kMinute});
    }
    for (int i = 0; i < 100; ++i) {
        waits.fail({std::to_string(i), "b"}, kNow + i);
        waits.put_stranger(std::to_string(i), {1, kNow + i});
    }
    EXPECT_GT(waits.wait_ms({"home", "a"}, {}, kNow), 0) << "others that fail are no way out";
    EXPECT_EQ(waits.stranger("nobody").failures, 7U);
    EXPECT_EQ(waits.stranger("99").failures, 1U);
    EXPECT_EQ(waits.stranger("0").failures, 0U);
}

}  // namespace
}  // namespace fairfeed
