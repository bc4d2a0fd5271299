// What stands around a node and only its shell can see: its own broker, the other nodes, the
// machine's clock, windows that should have been settled. Says what a person must look at, and in
// one line how the node stands, with the names of those who are missing. Pure: times are handed in.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "edge-node/node/node.h"

namespace fairfeed {

class Outlook {
  public:
    // A connection that is away for less is no news.
    static constexpr std::int64_t kPatienceMs = 3000;

    // `others`: the nodes this one listens to.
    Outlook(NodeId self, const std::vector<NodeId>& others, Instant now);

    void on_connection(const NodeId& broker, bool connected, std::string_view reason, Instant now);
    // A node said something now; what a broker had kept does not count.
    void on_heard(const NodeId& node, Instant now);

    struct Missing {
        NodeId node;
        std::string why;
        bool operator==(const Missing&) const = default;
    };
    struct View {
        std::vector<Missing> missing;     // nodes that cannot be heard, by name
        std::vector<std::string> alarms;  // an alarm's subject stands before its first colon
        std::string line;                 // how the node stands, for the service manager
    };
    [[nodiscard]] View look(const ChainState& state, const NodeSummary& summary, Instant now) const;

  private:
    struct Line {
        bool connected = false;
        std::string reason;         // why not
        std::int64_t since_ms = 0;  // steady
        std::int64_t heard_ms = 0;  // steady
    };
    [[nodiscard]] std::vector<Missing> missing(const ChainState& state, Instant now) const;

    NodeId self_;
    Line own_;
    std::map<NodeId, Line> others_;
};

}  // namespace fairfeed
