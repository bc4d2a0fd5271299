#include "core/wire/topics.h"

#include <array>
#include <utility>

#include "core/base/check.h"

namespace fairfeed {
namespace {

constexpr std::string_view kRoot = "ff1";
constexpr std::string_view kNoItem = "-";

constexpr std::array kChannels = {
    Channel::reading,   Channel::event,   Channel::proposal, Channel::prevote, Channel::precommit,
    Channel::polka,     Channel::commit,  Channel::status,   Channel::batch,   Channel::endorsement,
    Channel::objection, Channel::tx,      Channel::have,     Channel::request, Channel::answer,
    Channel::receipt,   Channel::refusal, Channel::share,    Channel::command, Channel::tariff,
};

// Channels about one cluster, peer or meter have its name as item; the others have "-".
bool names_an_item(Channel channel) {
    switch (channel) {
        case Channel::batch:
        case Channel::endorsement:
        case Channel::objection:
        case Channel::request:
        case Channel::answer:
        case Channel::receipt:
        case Channel::refusal:
        case Channel::share:
        case Channel::command:
            return true;
        case Channel::reading:
        case Channel::event:
        case Channel::proposal:
        case Channel::prevote:
        case Channel::precommit:
        case Channel::polka:
        case Channel::commit:
        case Channel::status:
        case Channel::tx:
        case Channel::have:
        case Channel::tariff:
            return false;
    }
    CHECK(false);
}

bool is_well_formed(const Topic& topic) {
    if (!is_valid_name(topic.network) || !is_valid_name(topic.sender)) return false;
    if (!names_an_item(topic.channel)) return topic.item == kNoItem;
    return is_valid_name(topic.item) && topic.item != kNoItem;
}

// Joins levels with '/'; in a filter, a level may be '+'.
std::string join(std::string_view network, std::string_view sender, std::string_view channel,
                 std::string_view item) {
    std::string text(kRoot);
    for (const std::string_view level : {network, sender, channel, item}) {
        text += '/';
        text += level;
    }
    return text;
}

std::string join(std::string_view network, std::string_view sender, Channel channel,
                 std::string_view item) {
    return join(network, sender, to_string(channel), item);
}

std::string all_of(std::string_view network, const NodeId& node) {
    std::string text(kRoot);
    return text.append("/").append(network).append("/").append(node.str()).append("/#");
}

// Removes the text before the next '/' from the front of `rest`; nullopt if there is no '/'.
std::optional<std::string_view> take_level(std::string_view& rest) {
    const std::size_t end = rest.find('/');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view level = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return level;
}

}  // namespace

std::string_view to_string(Channel channel) {
    switch (channel) {
        case Channel::reading:
            return "reading";
        case Channel::event:
            return "event";
        case Channel::proposal:
            return "proposal";
        case Channel::prevote:
            return "prevote";
        case Channel::precommit:
            return "precommit";
        case Channel::polka:
            return "polka";
        case Channel::commit:
            return "commit";
        case Channel::status:
            return "status";
        case Channel::batch:
            return "batch";
        case Channel::endorsement:
            return "endorsement";
        case Channel::objection:
            return "objection";
        case Channel::tx:
            return "tx";
        case Channel::have:
            return "have";
        case Channel::request:
            return "request";
        case Channel::answer:
            return "answer";
        case Channel::receipt:
            return "receipt";
        case Channel::refusal:
            return "refusal";
        case Channel::share:
            return "share";
        case Channel::command:
            return "command";
        case Channel::tariff:
            return "tariff";
    }
    CHECK(false);
}

std::optional<Channel> parse_channel(std::string_view text) {
    for (const Channel channel : kChannels) {
        if (to_string(channel) == text) return channel;
    }
    return std::nullopt;
}

bool is_retained(Channel channel) {
    switch (channel) {
        case Channel::proposal:
        case Channel::prevote:
        case Channel::precommit:
        case Channel::polka:
        case Channel::commit:
        case Channel::status:
        case Channel::batch:
        case Channel::endorsement:
        case Channel::objection:
        case Channel::share:
        case Channel::command:
            return true;
        case Channel::reading:
        case Channel::event:
        case Channel::tx:
        case Channel::have:
        case Channel::request:
        case Channel::answer:
        case Channel::receipt:
        case Channel::refusal:
        case Channel::tariff:
            return false;
    }
    CHECK(false);
}

std::string Topic::str() const {
    CHECK(is_well_formed(*this));
    return join(network, sender, channel, item);
}

std::optional<Topic> Topic::parse(std::string_view text) {
    const auto root = take_level(text);
    const auto network = take_level(text);
    const auto sender = take_level(text);
    const auto channel = take_level(text);
    if (!root || !network || !sender || !channel || *root != kRoot) return std::nullopt;
    const auto known = parse_channel(*channel);
    if (!known) return std::nullopt;
    Topic topic{.network = std::string(*network),
                .sender = std::string(*sender),
                .channel = *known,
                .item = std::string(text)};
    if (!is_well_formed(topic)) return std::nullopt;
    return topic;
}

std::vector<std::string> peer_filters(std::string_view network, const NodeId& peer,
                                      const NodeId& self) {
    std::vector<std::string> filters;
    for (const Channel channel :
         {Channel::proposal, Channel::prevote, Channel::precommit, Channel::polka, Channel::commit,
          Channel::status, Channel::tx, Channel::have, Channel::tariff}) {
        filters.push_back(join(network, peer.str(), channel, kNoItem));
    }
    for (const Channel channel : {Channel::batch, Channel::endorsement, Channel::objection}) {
        filters.push_back(join(network, peer.str(), channel, "+"));
    }
    for (const Channel channel : {Channel::request, Channel::answer}) {
        filters.push_back(join(network, peer.str(), channel, self.str()));
    }
    return filters;
}

std::vector<std::string> meter_filters(std::string_view network) {
    return {join(network, "+", Channel::reading, kNoItem),
            join(network, "+", Channel::event, kNoItem)};
}

std::string notice_filter(std::string_view network, const NodeId& dgmd) {
    return join(network, dgmd.str(), Channel::tx, kNoItem);
}

std::vector<std::string> own_filters(std::string_view network, const NodeId& node,
                                     const MeterId& meter) {
    std::vector<std::string> filters;
    for (const Channel channel :
         {Channel::receipt, Channel::refusal, Channel::share, Channel::command}) {
        filters.push_back(join(network, node.str(), channel, meter.str()));
    }
    return filters;
}

std::string broker_acl(std::string_view network, const NodeId& node,
                       const std::vector<NodeId>& peers, const NodeId& dgmd) {
    std::string acl;
    for (const Channel channel : {Channel::reading, Channel::event}) {
        acl += "pattern write " + join(network, "%u", channel, kNoItem) + "\n";
    }
    for (const Channel channel :
         {Channel::receipt, Channel::refusal, Channel::share, Channel::command}) {
        acl += "pattern read " + join(network, "+", channel, "%u") + "\n";
    }
    acl += "\nuser " + node.str() + "\ntopic write " + all_of(network, node) + "\n";
    for (const std::string& filter : meter_filters(network))
        acl += "topic read " + filter + "\n";
    acl += "topic read " + notice_filter(network, dgmd) + "\n";
    for (const NodeId& peer : peers) {
        acl += "\nuser " + peer.str() + "\ntopic read " + all_of(network, node) + "\n";
    }
    acl += "\nuser " + dgmd.str() + "\ntopic read " + all_of(network, node) + "\ntopic write " +
           notice_filter(network, dgmd) + "\n";
    return acl;
}

}  // namespace fairfeed
