// When a validator sends its newest statements of a height again (R13): rebroadcast_ms after the
// last new signature, then after twice the interval each time, up to rebroadcast_cap_ms. Each
// interval is shortened by up to a quarter, which depends on name and count alone, so that nodes do
// not send at the same moment and a run can be replayed. Times are steady milliseconds. Says when,
// not what. Owned by HeightInstance.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/network.h"

namespace fairfeed::consensus {

class Rebroadcast {
  public:
    Rebroadcast(NodeId self, const Timers& timers);

    void begin(Instant now);  // a new signature: starts from the shortest interval
    void sent(Instant now);   // the statements were sent again: doubles the interval
    void stop() { deadline_ms_.reset(); }

    [[nodiscard]] bool is_due(Instant now) const;
    [[nodiscard]] std::optional<std::int64_t> deadline_ms() const { return deadline_ms_; }

  private:
    void schedule(Instant now);

    NodeId self_;
    std::int64_t shortest_ms_;
    std::int64_t longest_ms_;
    std::uint32_t count_ = 0;  // since the last new signature
    std::optional<std::int64_t> deadline_ms_;
};

}  // namespace fairfeed::consensus
