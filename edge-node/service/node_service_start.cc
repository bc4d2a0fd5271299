// The start of a node: files, snapshot and ledger, connections.
#include <algorithm>

#include "core/crypto/key_file.h"
#include "core/io/log.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/office_topics.h"
#include "edge-node/service/node_files.h"
#include "edge-node/service/node_service.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxBuffered = 20'000;
// Limits of queued bytes from one broker: no peer alone can fill the memory or the queue. All
// meters share the own broker's limit.
constexpr std::size_t kMeterBytes = 64'000'000;
constexpr std::size_t kPeerMessages = 4;  // of the network's largest size

Unexpected<NodeService::End> fails(std::string reason) {
    return unexpected(NodeService::End{std::move(reason)});
}
Unexpected<NodeService::End> mistake(std::string reason) {
    return unexpected(NodeService::End{.reason = std::move(reason), .mistake = true});
}
Unexpected<NodeService::End> fails(const IoError& error) {
    return unexpected(NodeService::End{error.message});
}

}  // namespace

Result<std::unique_ptr<NodeService>, NodeService::End> NodeService::open(
    const NodeConfig& config, const LoadedGenesis& genesis, std::vector<std::string> set_aside,
    NodeSurface& surface) {
    auto signing = load_signing_key(config.signing_key);
    if (!signing) return mistake(signing.error());
    auto agreement = load_agreement_key(config.agreement_key);
    if (!agreement) return mistake(agreement.error());
    auto storage = Storage::open(config, genesis);
    if (!storage) return fails(storage.error());
    for (const std::string& mishap : storage->mishaps()) {
        log_warning("repaired", kv("what", mishap));
        set_aside.push_back(mishap);
    }
    std::unique_ptr<NodeService> node(new NodeService(
        config, genesis, std::move(*signing), std::move(*agreement), std::move(*storage), surface));
    node->set_aside_ = std::move(set_aside);
    if (auto ready = node->catch_up(); !ready) return unexpected(ready.error());
    return node;
}

std::vector<NodeId> NodeService::others(const NodeConfig& config) {
    std::vector<NodeId> out;
    for (const BrokerAddress& peer : config.peers)
        out.push_back(peer.node);
    return out;
}

// Invalid blocks whose bytes are as written are a fault, not damage.
Result<ChainState, NodeService::End> NodeService::replay_ledger() {
    const auto verifier = VerifyKey::from_point(signing_.public_key());
    CHECK(verifier.has_value());
    const SnapshotKeys keys{{genesis_.network, config_.node}, *verifier, agreement_};
    const SnapshotFiles files = config_.snapshots();
    NodeStart start(
        storage_, genesis_, keys,
        [this] {
            return std::make_unique<Node>(
                Node::Setup{config_.node, signing_, agreement_, system_random(), &verification_});
        },
        [this] { tell_progress(clock_.now()); });
    auto started = start.run(files);
    if (started) {
        node_ = std::move(started->node);
        snapshots_.emplace(files, keys.owner, signing_, agreement_.public_key(),
                           std::move(started->report));
        return std::move(started->state);
    }
    const ReplayFault& fault = started.error();
    const bool damaged = is_damage(fault);
    return unexpected(
        End{concat(config_.ledger().string(), ": block ", fault.height, ": ", fault.reason, ": ",
                   fault.explanation,
                   damaged ? ""
                           : "; the block is as it was committed, but this version refuses it: "
                             "use the version that wrote it, or move ledger.db away and let the "
                             "node fetch the blocks from its peers"),
            damaged});
}

// Brings the node to the ledger's tip, then applies the recovered inbox.
Result<void, NodeService::End> NodeService::catch_up() {
    const auto state = replay_ledger();
    if (!state) return unexpected(state.error());
    const VerifyKey* registered = state->node_key(config_.node);
    if (registered != nullptr && registered->point() != signing_.public_key()) {
        return mistake(concat(config_.signing_key.string(), ": not the key that the chain has for ",
                              config_.node.str(), "; use the one that DGMD registered"));
    }
    auto certificate = storage_.ledger().certificate(state->height);
    if (!certificate) return fails(certificate.error());
    auto recovered = storage_.recall(genesis_.network);
    if (!recovered) return fails(recovered.error());
    const auto effects = node_->start(*state, *certificate, std::move(*recovered), clock_.now());
    if (!effects)
        return fails(concat(config_.safety_record().string(),
                            ": not a safety record of this node "
                            "in this network (",
                            to_string(effects.error()),
                            "): name this node's own data directory, or move the file away; then "
                            "it signs nothing until the others have committed two more heights"));
    if (!perform(*effects)) return unexpected(end_);
    return {};
}

void NodeService::connect() {
    tls_.add(tls_files_of(config_), config_.node.str());
    const std::string& network = genesis_.content.parameters.name;
    std::vector<MqttSubscription> meters;
    for (std::string& filter : meter_filters(network)) {
        meters.push_back({std::move(filter), RetainHandling::never});
    }
    meters.push_back({notice_filter(network, genesis_.content.dgmd), RetainHandling::never});
    clients_.push_back(dial(config_.broker, std::move(meters)));
    for (const BrokerAddress& peer : config_.peers) {
        std::vector<MqttSubscription> filters;
        for (std::string& filter : peer_filters(network, peer.node, config_.node)) {
            filters.push_back({std::move(filter), RetainHandling::send});
        }
        clients_.push_back(dial(peer, std::move(filters)));
    }
    if (config_.gateway) {
        const NodeId& office = genesis_.content.dgmd;
        std::vector<MqttSubscription> filters;
        for (std::string& filter : office_filters(network, office, config_.node))
            filters.push_back({std::move(filter), RetainHandling::never});
        clients_.push_back(
            dial({office, config_.gateway->host, config_.gateway->port}, std::move(filters)));
    }
}

std::unique_ptr<MqttClient> NodeService::dial(const BrokerAddress& address,
                                              std::vector<MqttSubscription> subscriptions) {
    MqttConfig config;
    config.host = address.host;
    config.port = address.port;
    config.client_id = config_.node.str();
    config.ca_file = config_.ca_certificate;
    config.certificate_file = config_.tls_certificate;
    config.key_file = config_.tls_key;
    config.subscriptions = std::move(subscriptions);
    config.max_in_flight = 1000;
    config.max_buffered = kMaxBuffered;
    const NodeId broker = address.node;
    // A reading above the limit is cut: its first bytes are enough to refuse it.
    const std::size_t most = broker == config_.node ? kMaxReadingBytes : kMaxPacketBytes + 1;
    const std::size_t of_peer = kPeerMessages * max_message_bytes(genesis_.content.parameters);
    ByteBudget& waiting =
        waiting_.try_emplace(broker, broker == config_.node ? kMeterBytes : of_peer).first->second;
    MqttHandlers handlers;
    const std::string office =
        notice_filter(genesis_.content.parameters.name, genesis_.content.dgmd);
    handlers.on_message = [this, broker, most, office, &waiting](std::string_view topic,
                                                                 ByteView payload, bool retained) {
        const std::size_t limit = topic == office ? kMaxPacketBytes + 1 : most;
        payload = payload.first(std::min(payload.size(), limit));
        Packet packet{broker, std::string(topic), retained, to_bytes(payload)};
        const std::size_t cost = packet.cost();
        if (waiting.take(cost) && !queue_.push(std::move(packet))) waiting.give_back(cost);
    };
    handlers.on_connection = [this, broker](bool connected, std::string_view reason) {
        queue_.push_always(ConnectionChanged{broker, connected, std::string(reason)});
    };
    handlers.on_denied = [broker](std::string_view topic, int reason) {
        log_error("the broker refused a message; check its ACL", kv("broker", broker),
                  kv("topic", topic), kv("reason_code", reason));
    };
    return std::make_unique<MqttClient>(dialer_, std::move(config), std::move(handlers));
}

}  // namespace fairfeed
