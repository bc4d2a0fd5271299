#include "core/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace fairfeed {
namespace {

enum class Reject { late, wrong };

Result<int, Reject> half_of(int number) {
    if (number % 2 != 0) return unexpected(Reject::wrong);
    return number / 2;
}

Result<void, std::string> open_door(bool has_key) {
    if (!has_key) return unexpected("no key");
    return {};
}

TEST(Result, carries_a_value_or_the_reason_there_is_none) {
    const auto good = half_of(8);
    ASSERT_TRUE(good);
    EXPECT_EQ(*good, 4);
    EXPECT_EQ(good.value_or(-1), 4);
    const auto bad = half_of(7);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error(), Reject::wrong);
    EXPECT_EQ(bad.value_or(-1), -1);
}

TEST(Result, keeps_value_and_error_apart_when_their_types_are_the_same) {
    const Result<std::string, std::string> good = std::string("value");
    const Result<std::string, std::string> bad = unexpected(std::string("error"));
    EXPECT_TRUE(good);
    EXPECT_FALSE(bad);
    EXPECT_EQ(bad.error(), "error");
}

TEST(Result, moves_what_cannot_be_copied) {
    Result<std::unique_ptr<int>, Reject> made = std::make_unique<int>(7);
    const std::unique_ptr<int> taken = *std::move(made);
    EXPECT_EQ(*taken, 7);
}

TEST(Result, succeeds_with_nothing_to_carry) {
    EXPECT_TRUE(open_door(true));
    ASSERT_FALSE(open_door(false));
    EXPECT_EQ(open_door(false).error(), "no key");
}

TEST(ResultDeathTest, ends_the_process_when_the_wrong_half_is_read) {
    EXPECT_DEATH((void)half_of(7).value(), "broken promise");
    EXPECT_DEATH((void)half_of(8).error(), "broken promise");
    EXPECT_DEATH((void)open_door(true).error(), "broken promise");
}

}  // namespace
}  // namespace fairfeed
