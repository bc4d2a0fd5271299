// What a person should hear of a node once when it begins and once when it ends, out of what its
// summary says every second: the status file shows how things stand, the log when they changed.
// Pure.
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
    // Since the last look. An alarm whose figures change goes on.
    [[nodiscard]] std::vector<AlarmNews> look(const NodeSummary& summary);

  private:
    std::map<std::string, std::string> standing_;    // words by subject
    std::map<std::string, std::uint32_t> evidence_;  // on the chain, by culprit
};

}  // namespace fairfeed
