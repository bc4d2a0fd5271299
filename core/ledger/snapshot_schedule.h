// When a node or the gateway writes a snapshot: when so many transactions are behind the last one
// that a start would take long, or that the writing is cheap beside them. So a start replays a
// bounded number, whatever the ledger's age, and what is written stays in proportion to what the
// ledger writes. Pure.
#pragma once

#include <algorithm>
#include <cstddef>

namespace fairfeed {

class SnapshotSchedule {
  public:
    static constexpr std::size_t kFewest = 2'000;  // about 0.1 s of replay
    static constexpr std::size_t kMost = 10'000;   // about half a second
    static constexpr std::size_t kPerMeter = 6;    // a day's readings in windows of four hours

    [[nodiscard]] static std::size_t due_after(std::size_t meters) {
        return std::clamp(kPerMeter * meters, kFewest, kMost);
    }

    void on_block(std::size_t transactions) { since_ += transactions; }
    // `meters`: of the network, because the state holds all of them.
    [[nodiscard]] bool is_due(std::size_t meters) const { return since_ >= due_after(meters); }
    // A snapshot was taken of the last block; or its writing failed, and the next is tried later.
    void taken() { since_ = 0; }
    [[nodiscard]] std::size_t since() const { return since_; }

  private:
    std::size_t since_ = 0;  // transactions in blocks after the last snapshot
};

}  // namespace fairfeed
