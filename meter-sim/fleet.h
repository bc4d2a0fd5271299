// All running meters of a process: one MQTT connection per meter and committee member, all of them
// in one MqttMultiplexer; one outbox, one loop. Callbacks of brokers and signals only post. The
// loop steps the meters, writes a batch of effects in one transaction and only then publishes. A
// turn of the loop is short even with a large backlog. Owned by `run`; run() is called once, on the
// caller's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/io/clock.h"
#include "core/io/disk_space.h"
#include "core/io/event_queue.h"
#include "core/io/io_error.h"
#include "core/io/mqtt_lines.h"
#include "core/io/mqtt_multiplexer.h"
#include "core/io/status_file.h"
#include "meter-sim/fleet_plan.h"
#include "meter-sim/fleet_status.h"
#include "meter-sim/meter.h"
#include "meter-sim/meter_clock.h"
#include "meter-sim/outbox.h"
#include "meter-sim/tls_alarms.h"

namespace fairfeed {

// What is kept when a fleet pauses and starts again.
struct FleetSurface {
    StatusFile status;
    DiskRoom room;  // on the outbox's disk
};

// Why a fleet ended: a stop request, or a lack of disk space or descriptors, after which it starts
// again on its outbox. Everything that was published is in the outbox.
enum class FleetEnd { stopped, no_room, no_descriptors };

class Fleet {
  public:
    // Meters that the outbox knows continue from it.
    [[nodiscard]] static Result<std::unique_ptr<Fleet>, IoError> start(
        const std::filesystem::path& ca_certificate, FleetSurface& surface, FleetPlan plan,
        Outbox outbox);
    ~Fleet();  // closes all connections

    // Runs until stop(), or until disk space or descriptors run out. Error: the outbox cannot be
    // written for another reason, or is damaged.
    [[nodiscard]] Result<FleetEnd, IoError> run(const Clock& clock);
    void stop();  // any thread; run() returns soon

    [[nodiscard]] FleetStatus status() const;

  private:
    struct MeterNews {
        std::size_t meter = 0;
        MeterEvent event;
        std::string reason;  // of a connection change
    };
    struct Stop {};
    using News = std::variant<MeterNews, Stop>;
    using Deadline = std::pair<std::int64_t, std::size_t>;  // steady ms, meter

    struct Line {  // one connection
        std::size_t meter = 0;
        NodeId member;
    };

    Fleet(std::filesystem::path ca_certificate, FleetSurface& surface, Outbox outbox);
    [[nodiscard]] Result<void, IoError> add_meter(PlannedMeter planned);
    // Plans the connections of a meter: a line for each broker.
    void add_lines(std::size_t meter, const PlannedMeter& planned,
                   std::vector<MqttConfig>& configs);
    [[nodiscard]] MqttLineHandlers handlers();

    [[nodiscard]] std::int64_t wait_ms(const Instant& now) const;
    void hear(const std::vector<News>& batch, const Instant& now);
    void look_after(const Instant& machine);
    [[nodiscard]] Result<FleetEnd, IoError> end_of(const IoError& error);
    void step_meter(std::size_t meter, const MeterEvent& event, const Instant& now);
    void step_due(const Instant& now);
    void schedule(std::size_t meter, const Instant& now);
    [[nodiscard]] Result<void, IoError> perform();
    [[nodiscard]] Result<void, IoError> zeroise_key(std::size_t meter) const;
    void publish(std::size_t meter, const meter_effect::Publish& publication);

    std::filesystem::path ca_certificate_;
    FleetSurface& surface_;
    Outbox outbox_;
    std::vector<Meter> meters_;
    std::vector<Line> lines_;              // by their number in mqtt_; those of a meter in a row
    std::vector<std::size_t> first_line_;  // by meter, and the end of the last one's
    std::vector<std::filesystem::path> signing_keys_;
    TlsAlarms tls_;
    std::set<Deadline> deadlines_;
    std::vector<std::int64_t> deadline_of_;  // by meter; INT64_MAX: none
    std::uint64_t clock_set_ = 1;            // number of clock changes, the start included
    std::vector<std::uint64_t> knows_set_;   // by meter: the last clock change it was told of
    std::vector<std::pair<std::size_t, MeterEffect>> effects_;  // of this turn of the loop
    std::atomic<bool> stopping_{false};
    EventQueue<News> news_;
    std::unique_ptr<MqttLines> mqtt_;  // last: its handlers use the others
};

}  // namespace fairfeed
