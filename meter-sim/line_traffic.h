// LineTraffic: books the bytes that the lines of a fleet have carried, by meter and by day of the
// grid clock. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/io/mqtt_lines.h"
#include "core/model/network.h"
#include "meter-sim/traffic_book.h"

namespace fairfeed {

class LineTraffic {
  public:
    explicit LineTraffic(const NetworkParameters& parameters) : grid_(parameters) {}
    // In the order of the lines; those of a meter in a row.
    void add_line(const MeterId& meter) { meters_.push_back(meter); }

    // The grid second at which the day of the traffic to come is over; INT64_MAX before the first
    // count(), which is due at once.
    [[nodiscard]] std::int64_t next_day_s() const;
    [[nodiscard]] bool must_count(std::int64_t real_ms) const;
    // What passed since the last call belongs to the day of that call.
    void count(const MqttLines& lines, std::int64_t real_ms, TrafficBook& book);

  private:
    GridClock grid_;
    std::vector<MeterId> meters_;        // by line
    std::vector<MqttTraffic> in_books_;  // by line
    std::int64_t day_ = INT64_MIN;
};

}  // namespace fairfeed
