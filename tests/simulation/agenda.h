// The future events of a simulated world, earliest first; at one millisecond in the order of their
// insertion. A plain value; one thread.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "core/base/bytes.h"
#include "core/wire/topics.h"

namespace fairfeed::simulation {

// A message in transit, shared by all its recipients.
struct Publication {
    std::size_t from = 0;  // node
    Topic topic;
    std::string topic_text;
    Bytes message;
};

enum class What : std::uint8_t {
    packet,        // to a host
    meter_packet,  // to a meter
    wake,          // a host's timer
    boot,          // a host
    connect,       // a host to its own broker
    measure,       // a meter, a window
    told,          // a meter: the number of DGMD's decrees that it knows
    send,          // a meter, a window: send the reading again
    cut_begins,    // of the plan
    cut_ends,
    broker_dies,
    broker_returns,
    clock_changes,
    blackout,
    utility,  // DGMD checks whether its notices are in the chain
    calm,
    check,     // liveness: whether the run is complete
    idle_end,  // nothing has happened for a while, as required
};

struct Happening {
    std::int64_t at_ms = 0;
    std::uint64_t order = 0;
    What what = What::wake;
    std::size_t who = 0;    // host or meter
    std::uint64_t tag = 0;  // boot number of a host, window, index in the plan
    bool retained = false;
    std::shared_ptr<const Publication> publication;
};

class Agenda {
  public:
    void add(Happening happening) {
        happening.order = ++order_;
        heap_.push_back(std::move(happening));
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }
    [[nodiscard]] Happening take() {
        std::pop_heap(heap_.begin(), heap_.end(), later);
        Happening next = std::move(heap_.back());
        heap_.pop_back();
        return next;
    }

  private:
    static bool later(const Happening& a, const Happening& b) {
        return a.at_ms != b.at_ms ? a.at_ms > b.at_ms : a.order > b.order;
    }
    std::vector<Happening> heap_;
    std::uint64_t order_ = 0;
};

}  // namespace fairfeed::simulation
