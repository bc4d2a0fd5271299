// All running meters of a process: one MQTT connection per meter and committee member, all of them
// in one MqttMultiplexer, or in an MqttShards if they are too many; one outbox, one loop. Callbacks
// of brokers and signals only post. The loop steps the meters, writes a batch of effects in one
// transaction and only then publishes. A turn of the loop is short even with a large backlog. Owned
// by `run`; run() is called once, on the caller's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
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
#include "core/io/status_file.h"
#include "meter-sim/fleet_links.h"
#include "meter-sim/fleet_plan.h"
#include "meter-sim/fleet_script.h"
#include "meter-sim/fleet_status.h"
#include "meter-sim/line_traffic.h"
#include "meter-sim/meter.h"
#include "meter-sim/meter_clock.h"
#include "meter-sim/outbox.h"
#include "meter-sim/tls_alarms.h"
#include "meter-sim/traffic_book.h"

namespace fairfeed {

// What is kept when a fleet pauses and starts again.
struct FleetSurface {
    StatusFile status;
    DiskRoom room;  // on the outbox's disk
    TrafficBook traffic = {};
};

// Why a fleet ended: a stop request, the end of its scenario, or a lack of disk space or
// descriptors, after which it starts again on its outbox. Everything that was published is in the
// outbox.
enum class FleetEnd { stopped, played, no_room, no_descriptors };

// How a fleet plays its meters.
struct FleetManner {
    LinkSettings links;
    FleetScript* script = nullptr;  // null: no scenario
};

class Fleet {
  public:
    // Meters that the outbox knows continue from it.
    [[nodiscard]] static Result<std::unique_ptr<Fleet>, IoError> start(
        const std::filesystem::path& ca_certificate, FleetSurface& surface, FleetPlan plan,
        Outbox outbox, const FleetManner& manner = {});
    ~Fleet();  // closes all connections

    // Runs until stop(), until the scenario is over, or until disk space or descriptors run out.
    // Error: the outbox cannot be written for another reason, or is damaged.
    [[nodiscard]] Result<FleetEnd, IoError> run(const Clock& clock);
    void stop();  // any thread; run() returns soon

    [[nodiscard]] FleetStatus status() const;
    [[nodiscard]] const LinkCounts& links() const { return links_.counts(); }

  private:
    struct LineNews {
        std::size_t line = 0;
        MeterEvent event;
        std::string reason;  // of a connection change
    };
    struct Stop {};
    using News = std::variant<LineNews, Stop>;
    using Deadline = std::pair<std::int64_t, std::size_t>;  // steady ms, meter

    // The clock of a meter that a scenario has set wrong, and its time in this turn of the loop.
    struct OwnClock {
        MeterClock clock;
        std::int64_t ahead_ms = 0;  // of the machine's
        Instant now;
    };

    Fleet(std::filesystem::path ca_certificate, FleetSurface& surface, const FleetPlan& plan,
          Outbox outbox, const FleetManner& manner);
    [[nodiscard]] Result<void, IoError> add_meter(PlannedMeter planned);
    // Plans the connections of a meter: a line for each broker.
    void add_lines(std::size_t meter, const PlannedMeter& planned,
                   std::vector<MqttConfig>& configs);
    [[nodiscard]] MqttLineHandlers handlers();

    [[nodiscard]] Result<FleetEnd, IoError> live(const Clock& clock);
    [[nodiscard]] std::int64_t wait_ms(const Instant& now) const;
    void read_clocks(const Instant& machine, const Instant& now);
    [[nodiscard]] const Instant& time_of(std::size_t meter, const Instant& now) const;
    void play_script(const Instant& now);
    void perform_script(const std::vector<ScenarioEffect>& effects, const Instant& now);
    void set_lines();  // to the conditions of the moment
    void serve_links(const Instant& now);
    void hear(const std::vector<News>& batch, const Instant& now);
    void look_after(const Instant& machine);
    [[nodiscard]] Result<FleetEnd, IoError> end_of(const IoError& error);
    void step_meter(std::size_t meter, const MeterEvent& event, const Instant& now);
    void step_due(const Instant& now);
    void schedule(std::size_t meter, const Instant& now);
    [[nodiscard]] Result<void, IoError> perform();
    [[nodiscard]] Result<void, IoError> zeroise_key(std::size_t meter) const;
    [[nodiscard]] std::size_t line_of(std::size_t meter, const NodeId& member) const;
    void publish(std::size_t meter, const meter_effect::Publish& publication);

    std::filesystem::path ca_certificate_;
    FleetSurface& surface_;
    Outbox outbox_;
    std::vector<Meter> meters_;
    std::vector<FleetLine> lines_;         // by their number in mqtt_; those of a meter in a row
    std::vector<std::size_t> first_line_;  // by meter, and the end of the last one's
    std::vector<std::filesystem::path> signing_keys_;
    TlsAlarms tls_;
    GridClock grid_;
    FleetManner manner_;
    FleetLinks links_;                            // by line
    std::map<std::size_t, OwnClock> own_clocks_;  // by meter
    std::map<MeterId, std::size_t> numbers_;      // of meters
    LineTraffic traffic_;
    Instant now_;  // of this turn of the loop
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
