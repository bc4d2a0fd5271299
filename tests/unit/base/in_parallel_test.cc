#include "core/base/in_parallel.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>

namespace fairfeed {
namespace {

using Visits = std::array<std::atomic<int>, 10>;

TEST(InParallel, does_each_piece_of_work_once_whatever_the_number_of_threads_is) {
    for (const std::size_t threads : {1, 2, 3, 7, 10, 64}) {
        Visits visits{};
        in_parallel(visits.size(), threads, [&](std::size_t, std::size_t first, std::size_t last) {
            for (std::size_t at = first; at < last; ++at)
                ++visits.at(at);
        });
        for (const auto& visited : visits)
            EXPECT_EQ(visited, 1) << threads << " threads";
    }
}

TEST(InParallel, numbers_the_parts_in_the_order_of_the_range) {
    std::array<std::size_t, 3> first_of{};
    in_parallel(
        9, 3, [&](std::size_t part, std::size_t first, std::size_t) { first_of.at(part) = first; });
    EXPECT_EQ(first_of, (std::array<std::size_t, 3>{0, 3, 6}));
}

TEST(InParallel, calls_once_for_an_empty_range) {
    std::atomic<int> calls = 0;
    in_parallel(0, 4, [&](std::size_t, std::size_t first, std::size_t last) {
        EXPECT_EQ(first, last);
        ++calls;
    });
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace fairfeed
