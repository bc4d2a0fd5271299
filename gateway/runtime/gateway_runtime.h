// The shell around OfficeService: MQTT connections, clock, signals and one loop. The gateway's own
// broker, on which nodes hear it, comes first; then those of all nodes, on which it hears them.
// What a request promises is on the disk before it leaves. Callbacks only post to the queue;
// whoever else wants something of the service posts there too.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
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
#include "core/wire/chunk.h"
#include "core/wire/topics.h"
#include "gateway/config/gateway_files.h"
#include "gateway/service/gateway_status.h"
#include "gateway/service/notice_outbox.h"
#include "gateway/service/office_service.h"

namespace fairfeed {

class GatewayRuntime {
  public:
    // `files` outlive the runtime. Starts with the ledger played to its tip, nobody dialled yet.
    [[nodiscard]] static Result<std::unique_ptr<GatewayRuntime>, OfficeFault> open(
        const GatewayConfig& config, const GatewayFiles& files);
    // Until SIGINT or SIGTERM. Error: why the service cannot go on.
    [[nodiscard]] Result<void, OfficeFault> run();

  private:
    static constexpr std::size_t kQueueCapacity = 100'000;
    // A message that a callback posts to the loop.
    struct Packet {
        static constexpr std::size_t kOverhead = 512;
        NodeId broker;
        std::string topic;
        Bytes payload;
        [[nodiscard]] std::size_t cost() const { return payload.size() + topic.size() + kOverhead; }
    };
    struct Signalled {
        Signal signal = Signal::stop;
    };
    using Posted = std::variant<Packet, NodeLineChanged, Signalled>;

    GatewayRuntime(const GatewayConfig& config, const GatewayFiles& files);
    [[nodiscard]] Result<void, OfficeFault> replay_ledger();
    void connect();
    [[nodiscard]] std::unique_ptr<MqttClient> dial(const NodeId& owner, const DialPlace& place,
                                                   const std::vector<std::string>& filters);
    [[nodiscard]] Result<void, OfficeFault> handle(Posted posted);
    [[nodiscard]] Result<void, OfficeFault> step(const FollowerEvent& event);
    void send(Channel channel, const std::string& item, ByteView message);
    void publish_notices(Instant now);
    void publish_handovers(Instant now);
    void tell_line(const NodeLineChanged& change);
    void report();
    [[nodiscard]] std::int64_t waiting_ms(const FollowerSummary& summary, Instant now);
    [[nodiscard]] std::vector<std::string> machine_alarms(Instant now);
    [[nodiscard]] std::int64_t wait_ms(Instant now) const;

    GatewayConfig config_;
    const GatewayFiles& files_;
    Clock clock_;
    EventQueue<Posted> queue_;
    SignalWatch signals_;  // before whatever starts threads
    StatusFile status_;
    DiskRoom room_;
    TlsWatch tls_;
    NoticeOutbox outbox_;
    NoticeOutbox::Look notices_;              // the latest
    std::unique_ptr<OfficeService> service_;  // from replay_ledger() on
    std::map<NodeId, ByteBudget> waiting_;    // bytes in the queue, by broker
    std::map<NodeId, ChunkAssembler> assemblers_;
    MqttDialer dialer_;
    std::vector<std::unique_ptr<MqttClient>> clients_;  // the own broker's first
    ConnectionLog connection_log_;
    bool broker_connected_ = false;
    std::string broker_why_not_ = "not yet";
    std::int64_t patient_until_ms_ = 0;  // steady: before, a lost connection is no alarm
    std::set<std::string> told_alarms_;  // by subject
    std::set<Digest> told_handovers_;
    std::int64_t handovers_at_ms_ = 0;  // steady: when to look again
    std::string told_line_;
    std::uint64_t not_sent_ = 0;
    std::int64_t report_at_ms_ = 0;    // steady
    std::int64_t progress_at_ms_ = 0;  // steady
    Height told_height_ = 0;
    std::int64_t satisfied_ms_ = 0;  // steady: when a block came, or none was wanting
    bool stopping_ = false;
};

// Called when ledger and read model are there, before the first connection. Error: then the gateway
// does not start.
using AtOpening = std::function<Result<void, OfficeFault>()>;

// Runs the gateway until a stop signal: 0, or 1 after disk or database failed. Error: it cannot
// start.
[[nodiscard]] Result<int, OfficeFault> run_gateway(const GatewayConfig& config,
                                                   const GatewayFiles& files,
                                                   const AtOpening& at_opening);

}  // namespace fairfeed
