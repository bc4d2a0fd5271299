// To whom a node speaks: what every virtual network of the tests does with a topic between nodes.
#pragma once

#include "core/base/ids.h"
#include "core/wire/topics.h"

namespace fairfeed::test {

// A request or an answer is meant for the peer that its topic names, and every other message
// between nodes for all of them.
[[nodiscard]] inline bool is_meant_for(const NodeId& node, const Topic& topic) {
    const bool names_a_peer = topic.channel == Channel::request || topic.channel == Channel::answer;
    return !names_a_peer || topic.item == node.str();
}

}  // namespace fairfeed::test
