#include "edge-node/runtime.h"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "core/crypto/key_file.h"
#include "core/io/byte_budget.h"
#include "core/io/clock.h"
#include "core/io/event_queue.h"
#include "core/io/file.h"
#include "core/io/log.h"
#include "core/io/mqtt_client.h"
#include "core/io/notify.h"
#include "core/io/signals.h"
#include "core/ledger/replay.h"
#include "core/wire/chunk.h"
#include "core/wire/message_codec.h"
#include "edge-node/node.h"
#include "edge-node/status_report.h"
#include "edge-node/storage.h"

namespace fairfeed {
namespace {

constexpr std::size_t kQueueCapacity = 100'000;
constexpr std::size_t kEventsPerTurn = 256;
constexpr std::size_t kMaxBuffered = 20'000;
// What may wait in the queue of what came over one broker: a peer alone can neither fill the memory
// nor all places. Meters share the own broker's.
constexpr std::size_t kMeterBytes = 64'000'000;
constexpr std::size_t kPeerBytes = 16'000'000;
constexpr std::size_t kPacketCost = 512;  // of an empty one
constexpr std::int64_t kMaxWaitMs = 200;
constexpr std::int64_t kStatusEveryMs = 1000;
// A disk that damages every ledger put on it is not to be filled with them.
constexpr int kMostRebuilds = 3;

// What a callback posts to the loop.
struct Packet {
    NodeId broker;
    std::string topic;
    bool retained = false;
    Bytes payload;
    [[nodiscard]] std::size_t cost() const { return payload.size() + topic.size() + kPacketCost; }
};
struct ConnectionChanged {
    NodeId broker;
    bool connected = false;
    std::string reason;
};
struct Signalled {
    Signal signal = Signal::stop;
};
using Posted = std::variant<Packet, ConnectionChanged, Signalled>;

class Runtime {
  public:
    // Why it ends, or does not begin.
    struct End {
        std::string reason;  // for a person; empty: nothing failed
        bool ledger_damaged = false;
    };
    [[nodiscard]] static Result<std::unique_ptr<Runtime>, End> open(const NodeConfig& config,
                                                                    const LoadedGenesis& genesis);
    [[nodiscard]] End run();

  private:
    Runtime(NodeConfig config, LoadedGenesis genesis, SigningKey signing, AgreementKey agreement,
            Storage storage)
        : config_(std::move(config)),
          genesis_(std::move(genesis)),
          signing_(std::move(signing)),
          clock_(config_.clock),
          storage_(std::move(storage)),
          node_({config_.node, signing_, std::move(agreement), system_random()}),
          queue_(kQueueCapacity),
          signals_([this](Signal signal) { queue_.push_always(Signalled{signal}); }) {}

    [[nodiscard]] Result<void, End> catch_up();
    [[nodiscard]] Result<ChainState, End> replay_ledger();
    void connect();
    [[nodiscard]] std::unique_ptr<MqttClient> dial(const BrokerAddress& address,
                                                   std::vector<MqttSubscription> subscriptions);
    void handle(Posted posted, Effects& turn);
    [[nodiscard]] std::optional<Bytes> whole_message(Packet& packet);
    void handle_connection(const ConnectionChanged& change, Effects& turn);
    void add(Effects& turn, Effects more);
    [[nodiscard]] bool perform(const Effects& turn);
    [[nodiscard]] bool answer_blocks(const AnswerBlocks& asked);
    void scrub(Instant now, Effects& turn);
    void send(const Topic& topic, ByteView message);
    [[nodiscard]] std::int64_t wait_ms(Instant now) const;
    void report(Instant now);

    NodeConfig config_;
    LoadedGenesis genesis_;
    SigningKey signing_;
    Clock clock_;
    Storage storage_;
    Node node_;
    EventQueue<Posted> queue_;
    std::map<NodeId, ByteBudget> waiting_;  // in the queue, by whose broker it came over
    SignalWatch signals_;
    std::map<NodeId, ChunkAssembler> assemblers_;  // by whose broker it came over
    MqttDialer dialer_;
    std::vector<std::unique_ptr<MqttClient>> clients_;  // the own broker first
    std::set<NodeId> connected_;
    std::uint64_t not_sent_ = 0;
    std::int64_t report_at_ms_ = 0;
    bool stopping_ = false;
    End end_;
};

Unexpected<Runtime::End> fails(std::string reason) {
    return unexpected(Runtime::End{std::move(reason)});
}
Unexpected<Runtime::End> fails(const IoError& error) {
    return unexpected(Runtime::End{error.message});
}

Result<std::unique_ptr<Runtime>, Runtime::End> Runtime::open(const NodeConfig& config,
                                                             const LoadedGenesis& genesis) {
    auto signing = load_signing_key(config.signing_key);
    if (!signing) return fails(signing.error());
    auto agreement = load_agreement_key(config.agreement_key);
    if (!agreement) return fails(agreement.error());
    auto storage = Storage::open(config, genesis);
    if (!storage) return fails(storage.error());
    for (const std::string& mishap : storage->mishaps())
        log_warning("repaired", kv("what", mishap));
    std::unique_ptr<Runtime> runtime(new Runtime(config, genesis, std::move(*signing),
                                                 std::move(*agreement), std::move(*storage)));
    if (auto ready = runtime->catch_up(); !ready) return unexpected(ready.error());
    return runtime;
}

// The node follows along. What does not hold although it is what was written is no damage.
Result<ChainState, Runtime::End> Runtime::replay_ledger() {
    auto state =
        replay(storage_.ledger(), genesis_, {.trust_signatures = true, .keep_before = true},
               [this](const ReplayStep& step) -> Result<void, ReplayFault> {
                   const Block& block = step.committed.block;
                   storage_.learn(block_id(block.header));
                   if (auto found = check_index(storage_.ledger(), block); !found) return found;
                   return node_.replay(step);
               });
    if (state) return std::move(*state);
    const ReplayFault& fault = state.error();
    const bool damaged = is_damage(fault);
    return unexpected(
        End{concat(config_.ledger().string(), ": block ", fault.height, ": ", fault.reason, ": ",
                   fault.explanation,
                   damaged ? ""
                           : "; this is what was committed, so this program judges differently: "
                             "use the version that wrote it, or move ledger.db away and let the "
                             "node fetch the blocks from its peers"),
            damaged});
}

// Brings the node from genesis to the ledger's tip, then takes over what the inbox remembers.
Result<void, Runtime::End> Runtime::catch_up() {
    const auto state = replay_ledger();
    if (!state) return unexpected(state.error());
    const VerifyKey* registered = state->node_key(config_.node);
    if (registered == nullptr || registered->point() != signing_.public_key()) {
        return fails(concat(config_.signing_key.string(), ": not the key that genesis has for ",
                            config_.node.str(), "; use the one of this network's provisioning"));
    }
    auto certificate = storage_.ledger().certificate(state->height);
    if (!certificate) return fails(certificate.error());
    auto memory = storage_.recall(genesis_.network);
    if (!memory) return fails(memory.error());
    const auto effects = node_.start(*state, *certificate, std::move(*memory), clock_.now());
    if (!effects)
        return fails(concat(config_.safety_record().string(), ": ", to_string(effects.error())));
    if (!perform(*effects)) return unexpected(end_);
    return {};
}

void Runtime::connect() {
    const std::string& network = genesis_.content.parameters.name;
    std::vector<MqttSubscription> meters;
    for (std::string& filter : meter_filters(network)) {
        meters.push_back({std::move(filter), RetainHandling::never});
    }
    clients_.push_back(dial(config_.broker, std::move(meters)));
    for (const BrokerAddress& peer : config_.peers) {
        std::vector<MqttSubscription> filters;
        for (std::string& filter : peer_filters(network, peer.node, config_.node)) {
            filters.push_back({std::move(filter), RetainHandling::send});
        }
        clients_.push_back(dial(peer, std::move(filters)));
    }
}

std::unique_ptr<MqttClient> Runtime::dial(const BrokerAddress& address,
                                          std::vector<MqttSubscription> subscriptions) {
    MqttConfig config;
    config.uri = concat("mqtts://", address.host, ":", address.port);
    config.client_id = config_.node.str();
    config.ca_file = config_.ca_certificate;
    config.certificate_file = config_.tls_certificate;
    config.key_file = config_.tls_key;
    config.subscriptions = std::move(subscriptions);
    config.max_in_flight = 1000;
    config.max_buffered = kMaxBuffered;
    const NodeId broker = address.node;
    // Of a reading that is too long the first bytes are enough to say so.
    const std::size_t most = broker == config_.node ? kMaxReadingBytes : kMaxPacketBytes + 1;
    ByteBudget& waiting =
        waiting_.try_emplace(broker, broker == config_.node ? kMeterBytes : kPeerBytes)
            .first->second;
    MqttHandlers handlers;
    handlers.on_message = [this, broker, most, &waiting](std::string_view topic, ByteView payload,
                                                         bool retained) {
        payload = payload.first(std::min(payload.size(), most));
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

Runtime::End Runtime::run() {
    connect();
    log_info("node started", kv("node", config_.node), kv("height", node_.state().height),
             kv("peers", config_.peers.size()));
    notify_ready();
    bool written = true;
    while (!stopping_ && written) {
        auto posted = queue_.pop_batch(kEventsPerTurn, wait_ms(clock_.now()));
        Effects turn;
        for (Posted& event : posted)
            handle(std::move(event), turn);
        const Instant now = clock_.now();
        if (now.steady_ms >= node_.next_deadline_ms(now)) add(turn, node_.step(TimePassed{}, now));
        if (now.steady_ms >= report_at_ms_) {
            report(now);
            scrub(now, turn);
        }
        written = perform(turn);
    }
    notify_stopping();
    for (const auto& client : clients_)
        client->start_close();
    clients_.clear();
    report(clock_.now());
    log_info("node stopped", kv("node", config_.node), kv("height", node_.state().height));
    return end_;
}

std::int64_t Runtime::wait_ms(Instant now) const {
    const std::int64_t due = std::min(node_.next_deadline_ms(now), report_at_ms_) - now.steady_ms;
    return std::clamp(due, std::int64_t{1}, kMaxWaitMs);
}

void Runtime::handle(Posted posted, Effects& turn) {
    if (auto* packet = std::get_if<Packet>(&posted)) {
        waiting_.at(packet->broker).give_back(packet->cost());
        auto message = whole_message(*packet);
        if (!message) return;
        add(turn, node_.step(MessageArrived{packet->broker, std::move(packet->topic),
                                            packet->retained, std::move(*message)},
                             clock_.now()));
    } else if (const auto* change = std::get_if<ConnectionChanged>(&posted)) {
        handle_connection(*change, turn);
    } else if (std::get<Signalled>(posted).signal == Signal::stop) {
        stopping_ = true;
    }
}

// What meters say fits one packet; a peer's chunks are put together apart from all others', so that
// nobody can crowd out anybody else's.
std::optional<Bytes> Runtime::whole_message(Packet& packet) {
    if (packet.broker == config_.node) return std::move(packet.payload);
    return assemblers_[packet.broker].add(packet.topic, packet.payload);
}

void Runtime::handle_connection(const ConnectionChanged& change, Effects& turn) {
    if (change.connected) {
        connected_.insert(change.broker);
        log_info("connected", kv("broker", change.broker));
        if (change.broker == config_.node) add(turn, node_.step(BrokerConnected{}, clock_.now()));
    } else {
        connected_.erase(change.broker);
        if (change.broker == config_.node) add(turn, node_.step(BrokerLost{}, clock_.now()));
        log_warning("not connected; dialling again", kv("broker", change.broker),
                    kv("reason", change.reason));
    }
}

void Runtime::add(Effects& turn, Effects more) {
    std::move(more.begin(), more.end(), std::back_inserter(turn));
}

// Durable first, in order; then everything the turn has to say.
bool Runtime::perform(const Effects& turn) {
    if (auto written = storage_.write(turn, clock_.now().real_ms); !written) {
        end_ = {written.error().message, written.error().damage};
        return false;
    }
    std::set<NodeId> answered;  // one answer of blocks for each peer and turn: they are large
    for (const Effect& effect : turn) {
        if (const auto* publish = std::get_if<Publish>(&effect)) {
            send(publish->topic, publish->message);
        } else if (const auto* asked = std::get_if<AnswerBlocks>(&effect)) {
            if (answered.insert(asked->to).second && !answer_blocks(*asked)) return false;
        } else if (const auto* commit = std::get_if<CommitBlock>(&effect)) {
            const BlockHeader& header = commit->block.block.header;
            log_info("block committed", kv("height", header.height),
                     kv("transactions", header.transaction_count),
                     kv("round", commit->block.certificate.content.round),
                     kv("proposer", header.proposer));
        }
    }
    return true;
}

bool Runtime::answer_blocks(const AnswerBlocks& asked) {
    auto blocks = storage_.blocks(asked.request);
    if (!blocks) {
        end_ = {blocks.error().message};
        return false;
    }
    if (blocks->blocks.empty()) return true;
    send(Topic{genesis_.content.parameters.name, config_.node.str(), Channel::answer,
               asked.to.str()},
         encode_answer(std::move(*blocks)));
    return true;
}

// What is found is asked for at once, and not given out meanwhile.
void Runtime::scrub(Instant now, Effects& turn) {
    for (const Height height : storage_.take_mended()) {
        log_info("a damaged block of the ledger was mended from a peer", kv("height", height));
        add(turn, node_.step(BlockMended{height}, now));
    }
    const auto found = storage_.scrub(now);
    if (!found) {
        log_error("the ledger cannot be scrubbed", kv("reason", found.error().message));
        return;
    }
    for (const DamagedBlock& damaged : *found) {
        log_error("a block of the ledger is damaged; it is fetched again from the peers",
                  kv("height", damaged.height), kv("reason", damaged.reason));
        add(turn, node_.step(BlockDamaged{damaged.height, storage_.id(damaged.height)}, now));
    }
}

void Runtime::send(const Topic& topic, ByteView message) {
    if (clients_.empty()) return;  // before connect(): said again at the first connection
    const auto packets = split_message(message);
    const bool retain = is_retained(topic.channel) && packets.size() == 1;
    for (const Bytes& packet : packets) {
        if (!clients_.front()->publish(topic.str(), packet, retain)) ++not_sent_;
    }
}

void Runtime::report(Instant now) {
    report_at_ms_ = now.steady_ms + kStatusEveryMs;
    notify_watchdog();
    const NodeSummary summary = node_.summary();
    notify_status(concat("height ", summary.height, ", ", connected_.size(), " of ",
                         config_.peers.size() + 1, " brokers connected"));
    if (config_.status_file.empty()) return;
    std::uint64_t lost = not_sent_ + queue_.refused();
    for (const auto& [broker, waiting] : waiting_)
        lost += waiting.refused();
    const StatusReport status{config_.node,
                              connected_.contains(config_.node),
                              connected_.size() - (connected_.contains(config_.node) ? 1U : 0U),
                              config_.peers.size(),
                              lost,
                              summary};
    if (auto done = write_file_atomically(config_.status_file, to_json(status).dump(2) + "\n");
        !done) {
        log_warning("status file not written", kv("reason", done.error().message));
    }
}

Result<LoadedGenesis, std::string> load_genesis_of(const NodeConfig& config) {
    const auto file = read_file(config.genesis);
    if (!file) return unexpected(file.error().message);
    auto genesis = decode_genesis(*file);
    if (!genesis) {
        return unexpected(concat(config.genesis.string(),
                                 ": no valid genesis: ", to_string(genesis.error()),
                                 "; copy genesis.cbor of the network's provisioning here"));
    }
    return std::move(*genesis);
}

// One life of the node; it must be over before the ledger is rebuilt.
Result<Runtime::End, std::string> live(const NodeConfig& config, const LoadedGenesis& genesis) {
    auto runtime = Runtime::open(config, genesis);
    if (runtime) return (*runtime)->run();
    if (runtime.error().ledger_damaged) return runtime.error();
    return unexpected(runtime.error().reason);
}

}  // namespace

Result<int, std::string> run_node(const NodeConfig& config) {
    const auto genesis = load_genesis_of(config);
    if (!genesis) return unexpected(genesis.error());
    for (int rebuilt = 0;; ++rebuilt) {
        const auto end = live(config, *genesis);
        if (!end) return unexpected(end.error());
        if (end->reason.empty()) return 0;
        if (!end->ledger_damaged || rebuilt == kMostRebuilds) {
            log_error("the disk failed; the node ends, and can be started again when it is well",
                      kv("reason", end->reason));
            return 1;
        }
        const auto done = Storage::rebuild_ledger(config, *genesis, end->reason);
        if (!done) return unexpected(done.error().message);
        log_warning("repaired", kv("what", *done));
    }
}

}  // namespace fairfeed
