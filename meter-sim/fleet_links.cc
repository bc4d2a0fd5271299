#include "meter-sim/fleet_links.h"

#include <algorithm>

namespace fairfeed {

Json to_json(const LinkCounts& counts) {
    return Json::object()
        .set("lost", counts.lost)
        .set("doubled", counts.doubled)
        .set("broken_off", counts.broken_off);
}

void print(const LinkCounts& counts, std::ostream& out) {
    if (counts.lost + counts.doubled + counts.broken_off == 0) return;
    out << "messages on the links: " << counts.lost << " lost, " << counts.doubled << " doubled, "
        << counts.broken_off << " on their way when a connection ended\n";
}

void FleetLinks::add(const MeterId& meter, const NodeId& node, std::int64_t now_ms) {
    const std::size_t line = links_.size();
    links_.push_back(
        {LinkModel(settings_.seed, meter.str(), node.str(), now_ms), settings_.conditions});
    if (settings_.outages.every_ms > 0) looks_.emplace(now_ms, line);
}

void FleetLinks::set(std::size_t line, const LinkConditions& conditions, bool is_down) {
    links_[line].conditions = conditions;
    links_[line].is_down = is_down;
    to_look_at_.insert(line);
}

std::vector<FleetLinks::Change> FleetLinks::changes(std::int64_t now_ms) {
    while (!looks_.empty() && looks_.begin()->first <= now_ms) {
        const std::size_t line = looks_.begin()->second;
        looks_.erase(looks_.begin());
        to_look_at_.insert(line);
        const std::int64_t next_ms = links_[line].model.next_change_ms(settings_.outages, now_ms);
        if (next_ms != INT64_MAX) looks_.emplace(next_ms, line);
    }
    std::vector<Change> changes;
    for (const std::size_t line : std::exchange(to_look_at_, {})) {
        Link& link = links_[line];
        const bool cut = link.is_down || link.model.is_out(settings_.outages, now_ms);
        if (std::exchange(link.is_cut, cut) != cut) changes.push_back({line, cut});
    }
    return changes;
}

bool FleetLinks::is_clear(std::size_t line) const {
    return links_[line].conditions.is_perfect() && links_[line].on_the_way == 0;
}

void FleetLinks::enter(std::size_t line, LinkMessage message, std::int64_t now_ms) {
    Link& link = links_[line];
    const auto arrivals = link.model.pass(message.way, link.conditions, now_ms);
    if (arrivals.empty()) ++counts_.lost;
    if (arrivals.size() > 1) ++counts_.doubled;
    for (const std::int64_t at_ms : arrivals) {
        on_the_way_.emplace(Place{at_ms, ++entered_}, OnTheWay{{line, message}, link.connection});
        ++link.on_the_way;
    }
}

std::vector<FleetLinks::Arrival> FleetLinks::arrived(std::int64_t now_ms) {
    std::vector<Arrival> arrived;
    while (!on_the_way_.empty() && on_the_way_.begin()->first.first <= now_ms) {
        auto first = on_the_way_.extract(on_the_way_.begin());
        OnTheWay& message = first.mapped();
        Link& link = links_[message.arrival.first];
        if (message.connection != link.connection) continue;
        --link.on_the_way;
        arrived.push_back(std::move(message.arrival));
    }
    return arrived;
}

void FleetLinks::connection_lost(std::size_t line) {
    counts_.broken_off += std::exchange(links_[line].on_the_way, 0);
    ++links_[line].connection;
}

std::int64_t FleetLinks::next_ms() const {
    if (!to_look_at_.empty()) return INT64_MIN;
    const std::int64_t look_ms = looks_.empty() ? INT64_MAX : looks_.begin()->first;
    return on_the_way_.empty() ? look_ms : std::min(look_ms, on_the_way_.begin()->first.first);
}

}  // namespace fairfeed
