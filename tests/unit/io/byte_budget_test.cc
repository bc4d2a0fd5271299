#include "core/io/byte_budget.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace fairfeed {
namespace {

TEST(ByteBudgetTest, refuses_what_would_fill_the_memory_whatever_its_size) {
    ByteBudget budget(100);
    EXPECT_TRUE(budget.take(60));
    EXPECT_FALSE(budget.take(41));
    EXPECT_FALSE(budget.take(SIZE_MAX));
    EXPECT_TRUE(budget.take(40));
    EXPECT_FALSE(budget.take(1));
    EXPECT_EQ(budget.waiting(), 100U);
    EXPECT_EQ(budget.refused(), 3U);
}

TEST(ByteBudgetTest, has_room_again_when_something_was_read) {
    ByteBudget budget(100);
    ASSERT_TRUE(budget.take(100));
    budget.give_back(30);
    EXPECT_FALSE(budget.take(31));
    EXPECT_TRUE(budget.take(30));
}

TEST(ByteBudgetTest, is_never_overdrawn_by_threads_that_take_at_once) {
    constexpr std::size_t kLimit = 1000;
    ByteBudget budget(kLimit);
    std::vector<std::size_t> taken(4);
    std::vector<std::thread> writers;
    for (std::size_t& mine : taken)
        writers.emplace_back([&budget, &mine] {
            for (int i = 0; i < 5000; ++i)
                if (budget.take(3)) mine += 3;
        });
    for (std::thread& writer : writers)
        writer.join();
    std::size_t sum = 0;
    for (const std::size_t mine : taken)
        sum += mine;
    EXPECT_EQ(sum, budget.waiting());
    EXPECT_EQ(sum, kLimit / 3 * 3);
}

}  // namespace
}  // namespace fairfeed
