// How many bytes of one source may wait at a time. A limit on the number of events would bound
// neither memory, because a sender chooses their size, nor fairness, because the fastest sender
// could fill the queue. So every source has a budget of its own, and what exceeds it is refused and
// counted. Owned by the reader of the queue; take() from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace fairfeed {

class ByteBudget {
  public:
    explicit ByteBudget(std::size_t limit) : limit_(limit) {}
    ByteBudget(const ByteBudget&) = delete;
    ByteBudget& operator=(const ByteBudget&) = delete;

    // false: the bytes do not fit now; nothing is taken, and the refusal is counted.
    [[nodiscard]] bool take(std::size_t bytes) {
        std::size_t waiting = waiting_.load();
        do {
            if (bytes > limit_ - waiting) {
                ++refused_;
                return false;
            }
        } while (!waiting_.compare_exchange_weak(waiting, waiting + bytes));
        return true;
    }
    // Call when bytes of take() have left the queue.
    void give_back(std::size_t bytes) { waiting_ -= bytes; }

    [[nodiscard]] std::size_t waiting() const { return waiting_.load(); }
    // How often take() has refused since construction.
    [[nodiscard]] std::uint64_t refused() const { return refused_.load(); }

  private:
    const std::size_t limit_;
    std::atomic<std::size_t> waiting_{0};
    std::atomic<std::uint64_t> refused_{0};
};

}  // namespace fairfeed
