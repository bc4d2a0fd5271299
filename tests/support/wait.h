// Waits for a condition outside the process, with a time limit instead of a fixed sleep.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "core/io/clock.h"

namespace fairfeed::test {

// Checks every 10 ms; false: the time is up.
[[nodiscard]] inline bool wait_for(const std::function<bool()>& condition,
                                   std::int64_t for_ms = 20'000) {
    const Clock clock;
    const std::int64_t end_ms = clock.now().steady_ms + for_ms;
    std::mutex mutex;
    std::condition_variable never;
    while (!condition()) {
        if (clock.now().steady_ms > end_ms) return false;
        std::unique_lock lock(mutex);
        never.wait_for(lock, std::chrono::milliseconds(10));
    }
    return true;
}

}  // namespace fairfeed::test
