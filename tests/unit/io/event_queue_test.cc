#include "core/io/event_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "core/io/signals.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(EventQueueTest, hands_over_batches_in_order) {
    EventQueue<int> queue(10);
    for (const int event : {1, 2, 3})
        ASSERT_TRUE(queue.push(event));
    EXPECT_THAT(queue.pop_batch(2, 0), ElementsAre(1, 2));
    EXPECT_THAT(queue.pop_batch(2, 0), ElementsAre(3));
    EXPECT_THAT(queue.pop_batch(2, 0), IsEmpty());
}

TEST(EventQueueTest, refuses_and_counts_what_does_not_fit) {
    EventQueue<int> queue(1);
    EXPECT_TRUE(queue.push(1));
    EXPECT_FALSE(queue.push(2));
    queue.push_always(3);
    EXPECT_EQ(queue.refused(), 1U);
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_THAT(queue.pop_batch(9, 0), ElementsAre(1, 3));
}

TEST(EventQueueTest, returns_empty_handed_when_the_time_is_up) {
    EventQueue<int> queue(1);
    EXPECT_THAT(queue.pop_batch(1, 5), IsEmpty());
}

TEST(EventQueueTest, loses_nothing_between_many_writers_and_one_reader) {
    constexpr int kEach = 2000;
    EventQueue<int> queue(100'000);
    std::vector<std::thread> writers;
    for (int w = 0; w < 4; ++w)
        writers.emplace_back([&queue] {
            for (int i = 0; i < kEach; ++i)
                EXPECT_TRUE(queue.push(i));
        });
    std::size_t received = 0;
    while (received < 4U * kEach)
        received += queue.pop_batch(64, 1000).size();
    for (std::thread& writer : writers)
        writer.join();
    EXPECT_EQ(queue.size(), 0U);
}

TEST(SignalWatchTest, turns_signals_into_events) {
    EventQueue<Signal> queue(4);
    const SignalWatch watch([&queue](Signal signal) { queue.push_always(signal); });
    for (const auto& [number, event] :
         {std::pair{SIGTERM, Signal::stop}, {SIGHUP, Signal::reload}, {SIGINT, Signal::stop}}) {
        ASSERT_EQ(::kill(::getpid(), number), 0);
        EXPECT_THAT(queue.pop_batch(1, 5000), ElementsAre(event));
    }
}

}  // namespace
}  // namespace fairfeed
