// MQTT topics as a type: ff1/<network>/<sender>/<channel>/<item>, always five levels (protocol 7).
// No other file has topic strings; build and parse are inverse.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"

namespace fairfeed {

enum class Channel : std::uint8_t {
    reading,
    event,
    proposal,
    prevote,
    precommit,
    polka,
    commit,
    status,
    batch,
    endorsement,
    objection,
    tx,
    have,
    request,
    answer,
    receipt,
    refusal,
    share,
    command,
    tariff,
};
[[nodiscard]] std::string_view to_string(Channel channel);
[[nodiscard]] std::optional<Channel> parse_channel(std::string_view text);
// Whether the broker retains the last message: consensus and committee state, shares; never
// readings (threat 13).
[[nodiscard]] bool is_retained(Channel channel);

// item is "-", or the cluster, peer or meter that the channel concerns.
struct Topic {
    std::string network;
    std::string sender;
    Channel channel = Channel::reading;
    std::string item = "-";
    bool operator==(const Topic&) const = default;

    [[nodiscard]] std::string str() const;
    // Accepts exactly the strings that str() builds; nullopt for anything else, wildcards included.
    [[nodiscard]] static std::optional<Topic> parse(std::string_view text);
};

// A node's subscriptions at a peer's broker: all channels between nodes, but only its own requests
// and answers.
[[nodiscard]] std::vector<std::string> peer_filters(std::string_view network, const NodeId& peer,
                                                    const NodeId& self);
// A node's subscriptions at its own broker: messages of meters.
[[nodiscard]] std::vector<std::string> meter_filters(std::string_view network);
// A node's subscription at its own broker: what the utility's office submits. DGMD publishes there
// because notices must reach nodes also while no broker of its own runs.
[[nodiscard]] std::string notice_filter(std::string_view network, const NodeId& dgmd);
// A meter's subscriptions at a member's broker: its receipts, refusals, share and commands.
[[nodiscard]] std::vector<std::string> own_filters(std::string_view network, const NodeId& node,
                                                   const MeterId& meter);
// The lines of the Mosquitto ACL for the node's broker (all tried on 2.0.11). DGMD reads what peers
// read, and writes to its own `tx/-`.
[[nodiscard]] std::string broker_acl(std::string_view network, const NodeId& node,
                                     const std::vector<NodeId>& peers, const NodeId& dgmd);

}  // namespace fairfeed
