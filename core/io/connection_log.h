// The log's lines about connections to brokers, of nodes and gateway: every change while changes
// are rare, and a readable number when a broker comes and goes again and again. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/ids.h"
#include "core/base/units.h"

namespace fairfeed {

class ConnectionLog {
  public:
    static constexpr std::int64_t kSpanMs = 60'000;
    static constexpr std::uint32_t kMostInSpan = 6;

    // Call at a change. nullopt: do not log it; else the number of changes that were not logged
    // before it.
    [[nodiscard]] std::optional<std::uint32_t> on_change(const NodeId& broker, Instant now) {
        Told& told = told_[broker];
        if (now.steady_ms - told.since_ms >= kSpanMs) told = {now.steady_ms, 0, told.untold};
        if (told.lines == kMostInSpan) {
            ++told.untold;
            return std::nullopt;
        }
        ++told.lines;
        return std::exchange(told.untold, 0);
    }

    // Logs the change with its reason, if it is to be logged.
    void tell(const NodeId& broker, bool connected, std::string_view reason, Instant now);

  private:
    struct Told {
        std::int64_t since_ms = INT64_MIN / 2;  // steady
        std::uint32_t lines = 0;
        std::uint32_t untold = 0;
    };
    std::map<NodeId, Told> told_;
};

}  // namespace fairfeed
