#include "core/wire/office_topics.h"

#include "core/wire/topics.h"

namespace fairfeed {
namespace {

std::string topic(std::string_view network, const NodeId& sender, Channel channel) {
    return Topic{.network = std::string(network), .sender = sender.str(), .channel = channel}.str();
}

std::string topic(std::string_view network, const NodeId& sender, Channel channel,
                  const NodeId& item) {
    return Topic{.network = std::string(network),
                 .sender = sender.str(),
                 .channel = channel,
                 .item = item.str()}
        .str();
}

}  // namespace

std::vector<std::string> office_filters(std::string_view network, const NodeId& office,
                                        const NodeId& self) {
    return {topic(network, office, Channel::tx), topic(network, office, Channel::tariff),
            topic(network, office, Channel::request, self)};
}

std::vector<std::string> follower_filters(std::string_view network, const NodeId& node,
                                          const NodeId& office) {
    return {topic(network, node, Channel::status), topic(network, node, Channel::commit),
            topic(network, node, Channel::answer, office)};
}

std::string office_acl(std::string_view network, const NodeId& office,
                       const std::vector<NodeId>& nodes) {
    std::string acl = "user " + office.str() + "\n";
    for (const Channel channel : {Channel::tx, Channel::tariff})
        acl += "topic write " + topic(network, office, channel) + "\n";
    for (const NodeId& node : nodes)
        acl += "topic write " + topic(network, office, Channel::request, node) + "\n";
    for (const NodeId& node : nodes) {
        acl += "\nuser " + node.str() + "\n";
        for (const std::string& filter : office_filters(network, office, node))
            acl += "topic read " + filter + "\n";
    }
    return acl;
}

}  // namespace fairfeed
