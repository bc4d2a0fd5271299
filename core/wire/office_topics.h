// The topics between the utility's gateway and the nodes (protocol 7). The gateway publishes to its
// own broker alone, under DGMD's name, and the nodes dial it there; it dials the nodes' brokers to
// hear what it follows. Nobody publishes on another's broker.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"

namespace fairfeed {

// A node's subscriptions at the gateway's broker: transactions, the tariff, and the gateway's
// requests to this node.
[[nodiscard]] std::vector<std::string> office_filters(std::string_view network,
                                                      const NodeId& office, const NodeId& self);
// The gateway's subscriptions at a node's broker: what a follower of the chain needs.
[[nodiscard]] std::vector<std::string> follower_filters(std::string_view network,
                                                        const NodeId& node, const NodeId& office);
// The lines of the Mosquitto ACL for the gateway's broker: each node reads what office_filters says
// and nothing else, and only the gateway writes.
[[nodiscard]] std::string office_acl(std::string_view network, const NodeId& office,
                                     const std::vector<NodeId>& nodes);

}  // namespace fairfeed
