// All meters of a process at work: one MQTT connection per meter and committee member, one outbox,
// one loop. Callbacks of brokers and signals only post; the loop steps the meters, writes a batch
// of effects in one transaction and only then publishes. Owned by `run`; run() is called once and
// the loop's thread is its caller's.
#pragma once

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
#include "core/io/event_queue.h"
#include "core/io/io_error.h"
#include "core/io/mqtt_client.h"
#include "meter-sim/fleet_plan.h"
#include "meter-sim/fleet_status.h"
#include "meter-sim/meter.h"
#include "meter-sim/outbox.h"

namespace fairfeed {

struct FleetSettings {
    std::filesystem::path ca_certificate;
    std::filesystem::path status_file;  // empty: none
};

class Fleet {
  public:
    // Meters go on from the outbox where it knows them.
    [[nodiscard]] static Result<std::unique_ptr<Fleet>, IoError> start(FleetSettings settings,
                                                                       FleetPlan plan,
                                                                       Outbox outbox);
    ~Fleet();  // closes all connections

    // Until stop(). Error: the outbox or the status file cannot be written.
    [[nodiscard]] Result<void, IoError> run(const Clock& clock);
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
        NodeId member;
        std::unique_ptr<MqttClient> client;
    };

    Fleet(FleetSettings settings, Outbox outbox);
    [[nodiscard]] Result<void, IoError> add_meter(PlannedMeter planned);
    void connect(std::size_t meter, const PlannedMeter& planned);
    [[nodiscard]] MqttHandlers handlers(std::size_t meter, const NodeId& member);

    [[nodiscard]] std::int64_t wait_ms(const Instant& now) const;
    void step_meter(std::size_t meter, const MeterEvent& event, const Instant& now);
    void step_due(const Instant& now);
    void schedule(std::size_t meter, const Instant& now);
    [[nodiscard]] Result<void, IoError> perform();
    [[nodiscard]] Result<void, IoError> zeroise_key(std::size_t meter) const;
    void publish(std::size_t meter, const meter_effect::Publish& publication);
    [[nodiscard]] Result<void, IoError> write_status() const;

    FleetSettings settings_;
    Outbox outbox_;
    MqttDialer dialer_;
    std::vector<Meter> meters_;
    std::vector<std::vector<Line>> lines_;  // by meter
    std::vector<std::filesystem::path> signing_keys_;
    std::set<Deadline> deadlines_;
    std::vector<std::int64_t> deadline_of_;                     // by meter; INT64_MAX: none
    std::vector<std::pair<std::size_t, MeterEffect>> effects_;  // of this turn of the loop
    EventQueue<News> news_;
};

}  // namespace fairfeed
