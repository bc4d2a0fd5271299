// TrafficBook: the bytes of MQTT packets that each meter has sent and received, by day of the grid
// clock. Keeps the last kMostDays days apart, and what came before as one sum. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <ostream>

#include "core/base/ids.h"
#include "core/io/json.h"
#include "core/io/mqtt_lines.h"

namespace fairfeed {

class TrafficBook {
  public:
    static constexpr std::size_t kMostDays = 31;

    // `day`: since 1970, on the grid clock; never earlier than a day before.
    void add(const MeterId& meter, std::int64_t day, const MqttTraffic& more);
    // Of one meter and day; zeros of nothing.
    [[nodiscard]] MqttTraffic of(const MeterId& meter, std::int64_t day) const;
    [[nodiscard]] MqttTraffic total() const;

    // {"days": [{"day", "sent", "received", "meters": {name: {"sent", "received"}}}], "earlier"}
    [[nodiscard]] Json to_json() const;
    // A line for each day: the mean of a meter, the least and the most.
    void print(std::ostream& out) const;

  private:
    using Meters = std::map<MeterId, MqttTraffic>;
    std::map<std::int64_t, Meters> days_;
    MqttTraffic earlier_;
};

}  // namespace fairfeed
