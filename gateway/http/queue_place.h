// A place among those that wait. One thread.
#pragma once

#include <cstddef>

namespace fairfeed {

// Counted for as long as it lives, also if what it waits for fails.
class QueuePlace {
  public:
    explicit QueuePlace(std::size_t& count) : count_(count) { ++count_; }
    ~QueuePlace() { --count_; }
    QueuePlace(const QueuePlace&) = delete;
    QueuePlace& operator=(const QueuePlace&) = delete;

  private:
    std::size_t& count_;
};

}  // namespace fairfeed
