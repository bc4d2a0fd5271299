// One run of a node on its data directory: opens it, replays the ledger up to its tip, then runs
// one loop over MQTT connections, clock and signals. Performs the node's effects so that whatever a
// message promises is on the disk before the message leaves. The run ends at a signal, at the first
// failed write (never retried, R12), or when the files need repair. Callbacks only post to its
// queue.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/crypto/tls_watch.h"
#include "core/io/byte_budget.h"
#include "core/io/clock.h"
#include "core/io/connection_log.h"
#include "core/io/disk_space.h"
#include "core/io/event_queue.h"
#include "core/io/mqtt_client.h"
#include "core/io/signals.h"
#include "core/io/status_file.h"
#include "core/ledger/replay.h"
#include "core/ledger/snapshot_keeper.h"
#include "core/wire/chunk.h"
#include "core/wire/genesis_file_codec.h"
#include "edge-node/node/node.h"
#include "edge-node/service/alarm_log.h"
#include "edge-node/service/node_config.h"
#include "edge-node/service/node_metrics.h"
#include "edge-node/service/node_start.h"
#include "edge-node/service/outlook.h"
#include "edge-node/service/verification_pool.h"
#include "edge-node/storage/storage.h"

namespace fairfeed {

// What is kept over several runs in one process: status file, alarm log, free disk space, metrics.
struct NodeSurface {
    StatusFile status;
    AlarmLog alarms;
    DiskRoom room;
    std::unique_ptr<NodeMetrics> metrics;  // nullptr: not wanted, or a fault
    std::string metrics_fault;             // an alarm; empty: none
};

class NodeService {
  public:
    // Why a run ended, or could not begin.
    struct End {
        std::string reason;  // for a person; empty: nothing failed
        bool ledger_damaged = false;
        bool disk_full = false;  // nearly full: no write has failed
        bool mistake = false;    // an operator's, in the configuration: a restart would not help
    };
    // set_aside: the files set aside in earlier runs. Genesis and surface outlive the node.
    [[nodiscard]] static Result<std::unique_ptr<NodeService>, End> open(
        const NodeConfig& config, const LoadedGenesis& genesis, std::vector<std::string> set_aside,
        NodeSurface& surface);
    [[nodiscard]] End run();

  private:
    static constexpr std::size_t kQueueCapacity = 100'000;
    // A message that a callback posts to the loop.
    struct Packet {
        static constexpr std::size_t kOverhead = 512;
        NodeId broker;
        std::string topic;
        bool retained = false;
        Bytes payload;
        [[nodiscard]] std::size_t cost() const { return payload.size() + topic.size() + kOverhead; }
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

    NodeService(NodeConfig config, const LoadedGenesis& genesis, SigningKey signing,
                AgreementKey agreement, Storage storage, NodeSurface& surface)
        : config_(std::move(config)),
          genesis_(genesis),
          signing_(std::move(signing)),
          agreement_(std::move(agreement)),
          clock_(config_.clock),
          queue_(kQueueCapacity),
          signals_([this](Signal signal) { queue_.push_always(Signalled{signal}); }),
          storage_(std::move(storage)),
          surface_(surface),
          outlook_(config_.node, others(config_), clock_.now()) {}

    [[nodiscard]] static std::vector<NodeId> others(const NodeConfig& config);
    [[nodiscard]] Result<void, End> catch_up();
    [[nodiscard]] Result<ChainState, End> replay_ledger();
    void keep_snapshot(const Effects& turn);
    void connect();
    [[nodiscard]] std::unique_ptr<MqttClient> dial(const BrokerAddress& address,
                                                   std::vector<MqttSubscription> subscriptions);
    void verify_ahead(const std::vector<Posted>& posted);
    void handle(Posted posted, Effects& turn);
    [[nodiscard]] std::optional<Bytes> whole_message(Packet& packet);
    void handle_connection(const ConnectionChanged& change, Effects& turn);
    void handle_gateway(const ConnectionChanged& change, Instant now);
    void add(Effects& turn, Effects more);
    [[nodiscard]] bool perform(const Effects& turn);
    [[nodiscard]] bool write(const Effects& turn);
    void note_block(const CommittedBlock& block);
    [[nodiscard]] bool mend_on(Instant now);
    [[nodiscard]] bool answer_blocks(const AnswerBlocks& asked);
    void scrub(Instant now, Effects& turn);
    void look_at_space();
    void send(const Topic& topic, ByteView message);
    [[nodiscard]] std::int64_t wait_ms(Instant now) const;
    void tell_progress(Instant now);  // of a replay
    void tell_alarms(const NodeSummary& summary);
    void report(Instant now);
    [[nodiscard]] ShellReport shell_report() const;
    [[nodiscard]] std::uint64_t messages_lost() const;
    [[nodiscard]] std::vector<std::string> certificate_alarms(Instant now);

    NodeConfig config_;
    const LoadedGenesis& genesis_;
    std::int64_t trim_at_ms_ = 0;  // steady; the start has left pages to give back
    SigningKey signing_;
    AgreementKey agreement_;
    Clock clock_;
    EventQueue<Posted> queue_;
    SignalWatch signals_;  // before whatever starts threads
    Storage storage_;
    VerificationPool verification_;
    std::unique_ptr<Node> node_;               // from catch_up() on
    std::optional<SnapshotKeeper> snapshots_;  // likewise
    std::map<NodeId, ByteBudget> waiting_;     // bytes in the queue, by the broker they came over
    std::map<NodeId, ChunkAssembler> assemblers_;  // by the broker they came over
    MqttDialer dialer_;
    std::vector<std::unique_ptr<MqttClient>> clients_;  // the own broker first
    std::set<NodeId> connected_;                        // without the utility's gateway
    std::optional<bool> gateway_connected_;             // nullopt: not dialled, or not tried yet
    std::uint64_t not_sent_ = 0;
    std::map<Channel, std::uint64_t> sent_;  // messages
    std::uint64_t view_changes_ = 0;         // rounds that failed before a committed block
    std::int64_t report_at_ms_ = 0;
    std::vector<std::string> set_aside_;
    NodeSurface& surface_;
    Outlook outlook_;
    ConnectionLog connection_log_;
    std::string told_line_;  // the last line for the service manager
    std::int64_t progress_at_ms_ = 0;
    TlsWatch tls_;
    std::string scrub_fault_;  // of the last look; empty: none
    bool stopping_ = false;
    End end_;
};

}  // namespace fairfeed
