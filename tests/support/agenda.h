// The future of a virtual world: what happens when. The earliest comes first; at one millisecond
// the order is that of the insertion, so a world that draws its times from a seed can be run again.
// The event queue of every whole network in the tests. A plain value; one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace fairfeed::test {

template <class Happening>
class Agenda {
  public:
    void add(std::int64_t at_ms, Happening happening) {
        heap_.push_back({at_ms, ++order_, std::move(happening)});
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }
    // Of the next happening. There must be one.
    [[nodiscard]] std::int64_t next_ms() const { return heap_.front().at_ms; }
    // The next happening, which is no longer to come. There must be one.
    [[nodiscard]] Happening take() {
        std::pop_heap(heap_.begin(), heap_.end(), later);
        Happening next = std::move(heap_.back().happening);
        heap_.pop_back();
        return next;
    }
    // Calls off every happening for which `is_off` is true.
    template <class Predicate>
    void call_off(const Predicate& is_off) {
        std::erase_if(heap_, [&](const Entry& entry) { return is_off(entry.happening); });
        std::make_heap(heap_.begin(), heap_.end(), later);
    }

  private:
    struct Entry {
        std::int64_t at_ms;
        std::uint64_t order;
        Happening happening;
    };
    static bool later(const Entry& a, const Entry& b) {
        return a.at_ms != b.at_ms ? a.at_ms > b.at_ms : a.order > b.order;
    }
    std::vector<Entry> heap_;
    std::uint64_t order_ = 0;
};

}  // namespace fairfeed::test
