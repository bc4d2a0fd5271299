#include "edge-node/service/node_service.h"

#include <algorithm>

#include "core/io/heap.h"
#include "core/io/log.h"
#include "core/io/notify.h"
#include "core/state/app_hash.h"
#include "core/wire/message_codec.h"
#include "core/wire/topics.h"
#include "edge-node/service/status_report.h"

namespace fairfeed {
namespace {

constexpr std::size_t kEventsPerTurn = 256;
constexpr std::int64_t kMaxWaitMs = 200;
constexpr std::int64_t kStatusEveryMs = 1000;
// Pages that the next block needs again are not given back.
constexpr std::int64_t kTrimAfterMs = 5000;

bool is_block(const Effect& effect) {
    return std::holds_alternative<CommitBlock>(effect);
}

bool is_durable(const Effect& effect) {
    return !std::holds_alternative<Publish>(effect) &&
           !std::holds_alternative<AnswerBlocks>(effect);
}

}  // namespace

NodeService::End NodeService::run() {
    connect();
    log_info("node started", kv("node", config_.node), kv("height", node_->state().height),
             kv("peers", config_.peers.size()));
    notify_ready();
    bool written = true;
    while (!stopping_ && written) {
        auto posted = queue_.pop_batch(kEventsPerTurn, wait_ms(clock_.now()));
        verify_ahead(posted);
        Effects turn;
        for (Posted& event : posted)
            handle(std::move(event), turn);
        const Instant now = clock_.now();
        if (now.steady_ms >= node_->next_deadline_ms(now))
            add(turn, node_->step(TimePassed{}, now));
        if (now.steady_ms >= report_at_ms_) {
            report(now);
            scrub(now, turn);
            look_at_space();
        }
        written = perform(turn) && mend_on(now);
        if (written) keep_snapshot(turn);
    }
    for (const auto& client : clients_)
        client->start_close();
    clients_.clear();
    stopping_ = true;
    snapshots_->finish();
    report(clock_.now());
    log_info("node stopped", kv("node", config_.node), kv("height", node_->state().height));
    return end_;
}

std::int64_t NodeService::wait_ms(Instant now) const {
    const std::int64_t due = std::min(node_->next_deadline_ms(now), report_at_ms_) - now.steady_ms;
    return storage_.is_mending() ? 1 : std::clamp(due, std::int64_t{1}, kMaxWaitMs);
}

// The readings that meters sent to this node's broker: their signatures are most of a turn's work.
void NodeService::verify_ahead(const std::vector<Posted>& posted) {
    std::vector<VerificationPool::Task> tasks;
    for (const Posted& event : posted) {
        const auto* packet = std::get_if<Packet>(&event);
        if (packet == nullptr || packet->broker != config_.node || packet->retained) continue;
        const auto topic = Topic::parse(packet->topic);
        if (!topic || topic->channel != Channel::reading) continue;
        const auto meter = MeterId::parse(topic->sender);
        const VerifyKey* key = meter ? node_->state().meter_key(*meter) : nullptr;
        if (key != nullptr) tasks.push_back({packet->payload, *key});
    }
    verification_.prepare(genesis_.network, tasks, node_->signatures());
}

void NodeService::handle(Posted posted, Effects& turn) {
    if (auto* packet = std::get_if<Packet>(&posted)) {
        waiting_.at(packet->broker).give_back(packet->cost());
        if (!packet->retained) outlook_.on_heard(packet->broker, clock_.now());
        auto message = whole_message(*packet);
        if (!message) return;
        add(turn, node_->step(MessageArrived{packet->broker, std::move(packet->topic),
                                             packet->retained, std::move(*message)},
                              clock_.now()));
    } else if (const auto* change = std::get_if<ConnectionChanged>(&posted)) {
        handle_connection(*change, turn);
    } else if (std::get<Signalled>(posted).signal == Signal::stop) {
        stopping_ = true;
    }
}

// Meters' messages fit one packet. Each peer's chunks, and those of the utility on this node's own
// broker, are assembled apart from all others', so that nobody can crowd out another.
std::optional<Bytes> NodeService::whole_message(Packet& packet) {
    const Genesis& genesis = genesis_.content;
    NodeId sender = packet.broker;
    if (packet.broker == config_.node) {
        if (packet.topic != notice_filter(genesis.parameters.name, genesis.dgmd))
            return std::move(packet.payload);
        sender = genesis.dgmd;
    }
    const std::size_t most = max_message_bytes(genesis.parameters);
    ChunkAssembler& assembler = assemblers_.try_emplace(sender, most).first->second;
    return assembler.add(packet.topic, packet.payload);
}

void NodeService::handle_connection(const ConnectionChanged& change, Effects& turn) {
    const Instant now = clock_.now();
    if (change.broker == genesis_.content.dgmd) return handle_gateway(change, now);
    outlook_.on_connection(change.broker, change.connected, change.reason, now);
    if (change.connected)
        connected_.insert(change.broker);
    else
        connected_.erase(change.broker);
    if (!change.connected) tls_.suspect(config_.node.str());
    if (change.broker == config_.node) {
        NodeEvent event = BrokerLost{};
        if (change.connected) event = BrokerConnected{};
        add(turn, node_->step(event, now));
    }
    connection_log_.tell(change.broker, change.connected, change.reason, now);
}

// Nothing waits for the utility's gateway, so its absence is no fault of the network.
void NodeService::handle_gateway(const ConnectionChanged& change, Instant now) {
    gateway_connected_ = change.connected;
    if (!connection_log_.on_change(change.broker, now)) return;
    if (change.connected)
        log_info("connected to the utility's gateway");
    else
        log_info("the utility's gateway is away; nothing waits for it",
                 kv("reason", change.reason));
}

void NodeService::add(Effects& turn, Effects more) {
    std::move(more.begin(), more.end(), std::back_inserter(turn));
}

bool NodeService::write(const Effects& turn) {
    const Instant before = clock_.now();
    if (auto written = storage_.write(turn, before.real_ms); !written) {
        end_ = {written.error().message, written.error().damage};
        return false;
    }
    if (surface_.metrics && std::any_of(turn.begin(), turn.end(), is_durable))
        surface_.metrics->wrote(std::any_of(turn.begin(), turn.end(), is_block),
                                clock_.now().steady_ms - before.steady_ms);
    return true;
}

void NodeService::note_block(const CommittedBlock& block) {
    const BlockHeader& header = block.block.header;
    const Round round = block.certificate.content.round;
    view_changes_ += round;
    trim_at_ms_ = clock_.now().steady_ms + kTrimAfterMs;
    log_info("block committed", kv("height", header.height),
             kv("transactions", header.transaction_count), kv("round", round),
             kv("proposer", header.proposer));
}

// Performs durable effects first, in order, then sends the turn's messages.
bool NodeService::perform(const Effects& turn) {
    if (!write(turn)) return false;
    std::set<NodeId> answered;  // one answer with blocks per peer and turn: they are large
    for (const Effect& effect : turn) {
        if (const auto* publish = std::get_if<Publish>(&effect)) {
            send(publish->topic, publish->message);
        } else if (const auto* asked = std::get_if<AnswerBlocks>(&effect)) {
            if (answered.insert(asked->to).second && !answer_blocks(*asked)) return false;
        } else if (const auto* commit = std::get_if<CommitBlock>(&effect)) {
            note_block(*commit->block);
        }
    }
    return true;
}

// Between two turns the books are those of the tip, and every block up to it is on the disk.
void NodeService::keep_snapshot(const Effects& turn) {
    for (const Effect& effect : turn) {
        if (const auto* commit = std::get_if<CommitBlock>(&effect))
            snapshots_->on_block(commit->block->block.transactions.size());
    }
    const ChainState& state = node_->state();
    snapshots_->look(state.height);
    if (!snapshots_->is_due(state.meters.size())) return;
    snapshots_->take({state.height, storage_.ids(), encode_state(state), node_->books()});
}

// Verifies a few blocks in every turn.
bool NodeService::mend_on(Instant now) {
    if (!storage_.is_mending()) return true;
    const auto done = storage_.mend_on(now.real_ms);
    if (!done) end_ = {done.error().message, done.error().damage};
    return done.has_value();
}

bool NodeService::answer_blocks(const AnswerBlocks& asked) {
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

// Requests damaged blocks from peers at once; meanwhile they are not sent to anybody.
void NodeService::scrub(Instant now, Effects& turn) {
    for (const Height height : storage_.take_mended()) {
        log_info("a damaged block of the ledger was mended from a peer", kv("height", height));
        add(turn, node_->step(BlockMended{height}, now));
    }
    const auto found = storage_.scrub(now);
    const std::string fault = found ? "" : found.error().message;
    if (std::exchange(scrub_fault_, fault) != fault) {
        if (fault.empty())
            log_info("the ledger can be scrubbed again");
        else
            log_error("the ledger cannot be scrubbed", kv("reason", fault));
    }
    if (!found) return;
    for (const DamagedBlock& damaged : *found) {
        log_error("a block of the ledger is damaged; it is fetched again from the peers",
                  kv("height", damaged.height), kv("reason", damaged.reason));
        add(turn, node_->step(BlockDamaged{damaged.height, storage_.id(damaged.height)}, now));
    }
}

// The node stops before a write fails, and starts again when there is space.
void NodeService::look_at_space() {
    if (surface_.room.look()) return;
    end_.disk_full = true;
    stopping_ = true;
}

void NodeService::send(const Topic& topic, ByteView message) {
    if (clients_.empty()) return;  // before connect(): repeated at the first connection
    ++sent_[topic.channel];
    const auto packets = split_message(message, max_message_bytes(genesis_.content.parameters));
    const bool retain = is_retained(topic.channel) && packets.size() == 1;
    // A meter that hears no receipt sends its reading again.
    const Delivery delivery =
        topic.channel == Channel::receipt ? Delivery::unacknowledged : Delivery::acknowledged;
    for (const Bytes& packet : packets) {
        if (!clients_.front()->publish(topic.str(), packet, retain, delivery)) ++not_sent_;
    }
}

void NodeService::tell_progress(Instant now) {
    if (now.steady_ms < progress_at_ms_) return;
    progress_at_ms_ = now.steady_ms + kStatusEveryMs;
    notify_progress();
}

// Alarms about the node's own files and about the certificates that brokers have shown.
std::vector<std::string> NodeService::certificate_alarms(Instant now) {
    const std::int64_t now_s = now.real_ms / 1000;
    auto alarms = tls_.look(now_s, now.steady_ms);
    if (clients_.empty()) return alarms;
    const TlsReport shown = clients_.front()->tls_report();
    if (!shown.asked) return alarms;
    if (const auto notice = expiry_notice(shown.valid_until_s, now_s))
        alarms.push_back("the certificate of this node's broker expires soon: it " + *notice);
    return alarms;
}

void NodeService::tell_alarms(const NodeSummary& summary) {
    for (const AlarmNews& news : surface_.alarms.look(summary)) {
        if (news.over)
            log_info("alarm is over", kv("what", news.what));
        else
            log_warning("alarm", kv("what", news.what));
    }
}

ShellReport NodeService::shell_report() const {
    ShellReport out{.load = node_->load(),
                    .events_waiting = queue_.size(),
                    .bytes_waiting = 0,
                    .unacknowledged = clients_.empty() ? 0 : clients_.front()->buffered(),
                    .sent = {},
                    .view_changes = view_changes_};
    for (const auto& [broker, waiting] : waiting_)
        out.bytes_waiting += waiting.waiting();
    for (const auto& [channel, count] : sent_)
        out.sent[std::string(to_string(channel))] = count;
    return out;
}

std::uint64_t NodeService::messages_lost() const {
    std::uint64_t lost = not_sent_ + queue_.refused();
    for (const auto& [broker, waiting] : waiting_)
        lost += waiting.refused();
    return lost;
}

void NodeService::report(Instant now) {
    report_at_ms_ = now.steady_ms + kStatusEveryMs;
    notify_watchdog();
    if (now.steady_ms >= trim_at_ms_) {
        return_freed_memory();
        trim_at_ms_ = INT64_MAX;
    }
    NodeSummary summary = node_->summary();
    Outlook::View view = outlook_.look(node_->state(), summary, now);
    summary.alarms.insert(summary.alarms.begin(), view.alarms.begin(), view.alarms.end());
    for (std::string& alarm : certificate_alarms(now))
        summary.alarms.push_back(std::move(alarm));
    if (!surface_.metrics_fault.empty()) summary.alarms.push_back(surface_.metrics_fault);
    if (!stopping_) tell_alarms(summary);
    if (std::exchange(told_line_, view.line) != view.line) notify_status(view.line);
    const StatusReport status{config_.node,
                              connected_.contains(config_.node),
                              connected_.size() - (connected_.contains(config_.node) ? 1U : 0U),
                              config_.peers.size(),
                              messages_lost(),
                              summary,
                              {storage_.scrubbed().blocks(), storage_.scrubbed().passes(),
                               set_aside_, snapshots_->report()},
                              std::move(view),
                              !stopping_,
                              gateway_connected_,
                              shell_report()};
    surface_.status.show(to_json(status), now);
    if (surface_.metrics) surface_.metrics->show(status);
}

}  // namespace fairfeed
