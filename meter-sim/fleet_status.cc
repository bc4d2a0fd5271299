#include "meter-sim/fleet_status.h"

#include <algorithm>

namespace fairfeed {

namespace {

void add_counts(const std::map<std::string, std::uint64_t>& from,
                std::map<std::string, std::uint64_t>& to) {
    for (const auto& [reason, count] : from)
        to[reason] += count;
}

Json counts_json(const std::map<std::string, std::uint64_t>& counts) {
    Json json = Json::object();
    for (const auto& [reason, count] : counts)
        json.set(reason, count);
    return json;
}

}  // namespace

FleetStatus status_of(const std::vector<Meter>& meters) {
    FleetStatus status;
    status.meters = meters.size();
    status.done = !meters.empty();
    std::optional<Window> next_window;
    for (const Meter& meter : meters) {
        const std::uint64_t measured = meter.state().next_sequence - 1;
        if (meter.is_broken()) {
            ++status.broken;
        } else {
            status.windows_measured =
                next_window ? std::min(status.windows_measured, measured) : measured;
            next_window = std::min(next_window.value_or(meter.state().next_window),
                                   meter.state().next_window);
        }
        status.sent += measured - meter.unpublished();
        status.receipted += measured - meter.pending();
        status.pending += meter.pending();
        status.done = status.done && meter.has_measured_all() && meter.pending() == 0;
        add_counts(meter.refusals(), status.refused);
        add_counts(meter.ignored(), status.ignored);
    }
    if (next_window && *next_window > 0) status.last_window = *next_window - 1;
    return status;
}

Json to_json(const FleetStatus& status) {
    Json json = Json::object();
    json.set("meters", status.meters);
    json.set("broken", status.broken);
    json.set(
        "connections",
        Json::object().set("wanted", status.connections_wanted).set("up", status.connections_up));
    json.set("windows_measured", status.windows_measured);
    json.set("sent", status.sent);
    json.set("receipted", status.receipted);
    json.set("pending", status.pending);
    json.set("refused", counts_json(status.refused));
    json.set("ignored", counts_json(status.ignored));
    json.set("last_window", status.last_window ? Json(*status.last_window) : Json());
    Json alarms = Json::array();
    for (const std::string& alarm : status.alarms)
        alarms.push(alarm);
    json.set("alarms", std::move(alarms));
    json.set("done", status.done);
    json.set("waiting", status.waiting.empty() ? Json() : Json(status.waiting));
    return json;
}

}  // namespace fairfeed
