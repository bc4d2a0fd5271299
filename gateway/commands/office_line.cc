#include "gateway/commands/office_line.h"

#include <algorithm>
#include <chrono>

#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/topics.h"

namespace fairfeed {
namespace {

MqttConfig config_of(const GatewayConfig& config, const NodeBroker& broker,
                     const LoadedGenesis& genesis) {
    MqttConfig out;
    out.host = broker.host;
    out.port = broker.port;
    out.client_id = genesis.content.dgmd.str();
    out.ca_file = config.ca_certificate;
    out.certificate_file = config.tls_certificate;
    out.key_file = config.tls_key;
    const std::string& network = genesis.content.parameters.name;
    for (const Channel channel : {Channel::have, Channel::commit}) {
        out.subscriptions.push_back(
            {Topic{network, broker.node.str(), channel}.str(), RetainHandling::send});
    }
    return out;
}

}  // namespace

OfficeLine::OfficeLine(const GatewayConfig& config, const LoadedGenesis& genesis,
                       const Transaction& notice)
    : notice_(notice.id), most_bytes_(max_message_bytes(genesis.content.parameters)) {
    const std::string topic = notice_filter(genesis.content.parameters.name, genesis.content.dgmd);
    const auto packets = split_message(encode_bundle({{notice}}), most_bytes_);
    for (const NodeBroker& broker : config.nodes) {
        words_[broker.node].why_not = "not connected yet";
        chunks_.try_emplace(broker.node, most_bytes_);
    }
    for (const NodeBroker& broker : config.nodes) {
        const NodeId node = broker.node;
        MqttHandlers handlers;
        handlers.on_message = [this, node](std::string_view said_on, ByteView payload, bool) {
            on_message(node, said_on, payload);
        };
        handlers.on_connection = [this, node](bool connected, std::string_view reason) {
            const std::lock_guard lock(mutex_);
            words_[node].connected = connected;
            words_[node].why_not = reason;
            changed_.notify_all();
        };
        handlers.on_denied = [this, node](std::string_view, int) {
            const std::lock_guard lock(mutex_);
            words_[node].why_not = "its broker refuses notices: its acl lacks DGMD's lines";
        };
        clients_.push_back(std::make_unique<MqttClient>(dialer_, config_of(config, broker, genesis),
                                                        std::move(handlers)));
        for (const Bytes& packet : packets)
            (void)clients_.back()->publish(topic, packet, false);  // kept until it is connected
    }
}

OfficeLine::~OfficeLine() {
    for (const auto& client : clients_)
        client->start_close();
    clients_.clear();
}

void OfficeLine::on_message(const NodeId& node, std::string_view topic, ByteView payload) {
    const auto parsed = Topic::parse(topic);
    if (!parsed || parsed->sender != node.str()) return;
    const std::lock_guard lock(mutex_);
    const auto message = chunks_.at(node).add(std::string(topic), payload);
    if (!message) return;
    const auto holds = [this](const std::vector<Digest>& ids) {
        return std::find(ids.begin(), ids.end(), notice_) != ids.end();
    };
    NodeWord& word = words_[node];
    if (parsed->channel == Channel::have) {
        const auto ids = decode_have(*message);
        if (ids && holds(*ids)) word.has_taken = true;
    } else if (parsed->channel == Channel::commit) {
        const auto certified = decode_certified_outline(*message);
        if (certified && holds(certified->outline.transactions))
            word.height = certified->outline.header.height;
    }
    changed_.notify_all();
}

bool OfficeLine::is_final(std::size_t enough) const {
    std::map<Height, std::size_t> votes;
    for (const auto& [node, word] : words_)
        if (word.height && ++votes[*word.height] >= enough) return true;
    return false;
}

std::map<NodeId, NodeWord> OfficeLine::wait(std::size_t enough, std::int64_t most_ms) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(most_ms), [&] { return is_final(enough); });
    return words_;
}

}  // namespace fairfeed
