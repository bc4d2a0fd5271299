// Connections that come and go, for the log: every change while they are few, and no more than a
// person can read when a broker is there and gone again and again. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/base/units.h"

namespace fairfeed {

class ConnectionLog {
  public:
    static constexpr std::int64_t kSpanMs = 60'000;
    static constexpr std::uint32_t kMostInSpan = 6;

    // A change happened now. nullopt: not to be told; else how many were not told before it.
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

  private:
    struct Told {
        std::int64_t since_ms = INT64_MIN / 2;  // steady
        std::uint32_t lines = 0;
        std::uint32_t untold = 0;
    };
    std::map<NodeId, Told> told_;
};

}  // namespace fairfeed
