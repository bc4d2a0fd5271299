// The surroundings of a node that only its shell can see: its own broker, the other nodes, the
// machine's clock, windows that should have been settled. Gives alarms for people, and one line on
// the node's state that names missing nodes. Pure: the caller passes times.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "edge-node/node/node.h"

namespace fairfeed {

class Outlook {
  public:
    // A shorter interruption of a connection is not reported.
    static constexpr std::int64_t kPatienceMs = 3000;

    // `others`: the nodes to which this one listens.
    Outlook(NodeId self, const std::vector<NodeId>& others, Instant now);

    void on_connection(const NodeId& broker, bool connected, std::string_view reason, Instant now);
    // Call when a message of the node arrives; a broker's retained messages do not count.
    void on_heard(const NodeId& node, Instant now);

    struct Missing {
        NodeId node;
        std::string why;
        bool operator==(const Missing&) const = default;
    };
    struct View {
        std::vector<Missing> missing;     // nodes that send nothing, by name
        std::vector<std::string> alarms;  // the text before the first colon is an alarm's subject
        std::string line;                 // the node's state, for the service manager
    };
    [[nodiscard]] View look(const ChainState& state, const NodeSummary& summary, Instant now) const;

  private:
    struct Line {
        bool connected = false;
        std::string reason;         // the reason for the absence
        std::int64_t since_ms = 0;  // steady
        std::int64_t heard_ms = 0;  // steady
    };
    [[nodiscard]] std::vector<Missing> missing(const ChainState& state, Instant now) const;

    NodeId self_;
    Line own_;
    std::map<NodeId, Line> others_;
};

}  // namespace fairfeed
