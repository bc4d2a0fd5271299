// Log messages when an alarm begins and when it ends, derived from the summary that a node gives
// every second. The status file shows the present alarms, the log their changes. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "edge-node/node/node.h"

namespace fairfeed {

struct AlarmNews {
    bool over = false;
    std::string what;
    bool operator==(const AlarmNews&) const = default;
};

class AlarmLog {
  public:
    // Changes since the last look. An alarm whose figures change continues.
    [[nodiscard]] std::vector<AlarmNews> look(const NodeSummary& summary);

  private:
    std::map<std::string, std::string> standing_;    // text by subject
    std::map<std::string, std::uint32_t> evidence_;  // on the chain, by culprit
};

}  // namespace fairfeed
