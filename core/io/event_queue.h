// EventQueue<T>: many threads push, one runtime loop pops batches. Bounded, because the sender may
// be hostile: a full queue refuses and counts. Callbacks end here and the loop begins: MQTT
// handlers, SignalWatch and timers only push. push() never waits longer than the mutex.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace fairfeed {

template <class T>
class EventQueue {
  public:
    explicit EventQueue(std::size_t capacity) : capacity_(capacity) {}
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;

    // false: full, and the event is dropped and counted.
    [[nodiscard]] bool push(T event) { return add(std::move(event), capacity_); }
    // For events that a flood must not push out (a signal, a connection change): ignores the bound.
    void push_always(T event) { (void)add(std::move(event), SIZE_MAX); }

    // Up to `max_count` events in order of arrival; waits at most `wait_ms` (0: not at all) for the
    // first one. Empty: the time is up.
    [[nodiscard]] std::vector<T> pop_batch(std::size_t max_count, std::int64_t wait_ms) {
        std::unique_lock lock(mutex_);
        if (wait_ms > 0) {
            arrived_.wait_for(lock, std::chrono::milliseconds(wait_ms),
                              [this] { return !events_.empty(); });
        }
        std::vector<T> batch;
        while (!events_.empty() && batch.size() < max_count) {
            batch.push_back(std::move(events_.front()));
            events_.pop_front();
        }
        return batch;
    }

    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return events_.size();
    }
    // How many events push() has refused since construction.
    [[nodiscard]] std::uint64_t refused() const {
        const std::lock_guard lock(mutex_);
        return refused_;
    }

  private:
    bool add(T event, std::size_t bound) {
        {
            const std::lock_guard lock(mutex_);
            if (events_.size() >= bound) {
                ++refused_;
                return false;
            }
            events_.push_back(std::move(event));
        }
        arrived_.notify_one();
        return true;
    }

    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<T> events_;
    std::uint64_t refused_ = 0;
};

}  // namespace fairfeed
