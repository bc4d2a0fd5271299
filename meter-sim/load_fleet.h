// LoadFleet: plays a LoadBook over real connections. Signs the readings first: one meter after the
// other, by its own state machine, into the outbox, from which `run` goes on afterwards. Then waits
// for the connections and publishes what is due; if that took too long, everything is due later.
// Messages pass the links of the configuration, as in `run`. One thread; MQTT callbacks only post.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/io/clock.h"
#include "core/io/event_queue.h"
#include "core/io/io_error.h"
#include "core/io/mqtt_lines.h"
#include "meter-sim/fleet_links.h"
#include "meter-sim/fleet_plan.h"
#include "meter-sim/line_traffic.h"
#include "meter-sim/load_book.h"
#include "meter-sim/outbox.h"

namespace fairfeed {

struct LoadPace {
    std::int64_t windows = 1;
    std::int64_t rate = 0;  // readings a second within a window; 0: all at its end
    // Readings that may wait for their receipts at once. If it is limited, all windows are sent
    // when the last has ended.
    std::size_t in_flight = SIZE_MAX;
};

struct LoadResult {
    LoadTally tally;
    MqttLineCounts wire;
    LinkCounts links;
    TrafficBook traffic;
    std::size_t meters = 0;
    std::size_t connections = 0;
    std::size_t connected = 0;    // when the first reading left
    bool stopped = false;         // by request
    bool has_poor_links = false;  // by configuration
    // The readings left so much later than due, because signing and connecting took so long.
    std::int64_t postponed_ms = 0;
};

class LoadFleet {
  public:
    // Called about once a second with a line for a person.
    using Progress = std::function<void(const std::string&)>;

    LoadFleet(FleetPlan plan, Outbox outbox, const LoadPace& pace, const LinkSettings& links,
              Progress progress);
    // Error: the outbox cannot be written.
    [[nodiscard]] Result<LoadResult, IoError> run(const std::filesystem::path& ca_certificate);
    void stop();  // any thread

  private:
    struct Message {
        std::size_t line = 0;
        std::string topic;
        Bytes payload;
    };
    struct Change {
        std::size_t line = 0;
        bool up = false;
    };
    struct Stop {};
    using News = std::variant<Message, Change, Stop>;
    struct Signed {
        MeterId meter;
        std::vector<KeptReading> readings;
        MeterEffects effects;  // to be written, the readings among them
    };

    [[nodiscard]] Result<void, IoError> sign_all();
    [[nodiscard]] Result<Signed, IoError> sign(PlannedMeter& planned, std::size_t number);
    [[nodiscard]] Result<void, IoError> keep_signed(const std::vector<Signed>& meters);
    [[nodiscard]] std::int64_t due_ms(Window window, std::size_t number) const;
    void connect(const std::filesystem::path& ca_certificate);
    void await_connections(LoadResult& result);
    void play();
    void hear(std::int64_t wait_ms);
    void hear_change(const Change& change);
    void hear_message(std::size_t line, const std::string& topic, ByteView payload);
    void publish_due();
    void serve_links();
    void count_traffic(bool at_the_end);
    void tell(const std::string& text);
    [[nodiscard]] Result<void, IoError> keep_receipts();

    FleetPlan plan_;
    Outbox outbox_;
    LoadPace pace_;
    Progress progress_;
    Clock clock_;
    LoadBook book_;
    FleetLinks links_;  // by line
    LineTraffic line_traffic_;
    TrafficBook traffic_;
    std::vector<Enrolment> enrolments_;
    std::vector<FleetLine> lines_;
    std::vector<std::size_t> first_line_;  // by meter, and the end of the last one's
    std::size_t up_ = 0;
    std::int64_t told_ms_ = 0;
    std::int64_t next_count_ms_ = 0;  // steady
    std::int64_t postponed_ms_ = 0;
    std::atomic<bool> stopping_{false};
    EventQueue<News> news_;
    std::unique_ptr<MqttLines> mqtt_;  // last: its handlers use the others
};

}  // namespace fairfeed
