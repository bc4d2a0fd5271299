// FleetLinks: the links of all lines of a fleet, each a LinkModel with the conditions of the
// moment, and the messages that are on their way. The fleet asks which lines to cut and which
// messages have arrived, and does it. Pure: times are passed in (steady milliseconds); one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/io/json.h"
#include "meter-sim/link_model.h"

namespace fairfeed {

struct FleetLine {  // the connection of one meter to one broker
    std::size_t meter = 0;
    NodeId member;
};

// A message between a meter and its MQTT client.
struct LinkMessage {
    LinkWay way = LinkWay::out;
    std::string topic;
    std::shared_ptr<const Bytes> payload;
};

struct LinkCounts {  // of messages, since the start
    std::uint64_t lost = 0;
    std::uint64_t doubled = 0;
    std::uint64_t broken_off = 0;  // on their way when the connection ended
    LinkCounts& operator+=(const LinkCounts& more) {
        lost += more.lost;
        doubled += more.doubled;
        broken_off += more.broken_off;
        return *this;
    }
};

[[nodiscard]] Json to_json(const LinkCounts& counts);
void print(const LinkCounts& counts, std::ostream& out);  // a line; nothing if all are zero

class FleetLinks {
  public:
    using Arrival = std::pair<std::size_t, LinkMessage>;  // line
    struct Change {
        std::size_t line = 0;
        bool is_cut = false;
    };

    explicit FleetLinks(const LinkSettings& settings) : settings_(settings) {}
    // Lines are numbered from 0 in this order.
    void add(const MeterId& meter, const NodeId& node, std::int64_t now_ms);

    // The conditions of this line from now on; `is_down`: it is cut beside the outages that come by
    // themselves.
    void set(std::size_t line, const LinkConditions& conditions, bool is_down);
    [[nodiscard]] const LinkSettings& settings() const { return settings_; }

    // Lines to cut or to mend now, each once.
    [[nodiscard]] std::vector<Change> changes(std::int64_t now_ms);
    // A message on this line arrives at once, whole, and overtakes nothing: it need not enter.
    [[nodiscard]] bool is_clear(std::size_t line) const;
    void enter(std::size_t line, LinkMessage message, std::int64_t now_ms);
    [[nodiscard]] std::vector<Arrival> arrived(std::int64_t now_ms);
    void connection_lost(std::size_t line);  // what is on its way is lost
    // When changes() or arrived() has something; INT64_MAX: never.
    [[nodiscard]] std::int64_t next_ms() const;
    [[nodiscard]] const LinkCounts& counts() const { return counts_; }

  private:
    struct Link {
        LinkModel model;
        LinkConditions conditions;
        bool is_down = false;
        bool is_cut = false;  // as told
        std::size_t on_the_way = 0;
        std::uint64_t connection = 0;  // counts up when one is lost
    };
    struct OnTheWay {
        Arrival arrival;
        std::uint64_t connection = 0;
    };
    using Place = std::pair<std::int64_t, std::uint64_t>;  // arrival, order of entering

    LinkSettings settings_;
    std::vector<Link> links_;
    std::set<std::pair<std::int64_t, std::size_t>> looks_;  // when an outage begins or ends
    std::set<std::size_t> to_look_at_;
    std::map<Place, OnTheWay> on_the_way_;
    std::uint64_t entered_ = 0;
    LinkCounts counts_;
};

}  // namespace fairfeed
