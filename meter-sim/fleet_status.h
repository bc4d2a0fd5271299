// The state of a fleet of meters, as in its status file (docs: config/meter-sim.yaml). Counts of
// readings go back to the outbox's beginning, refusals to the start of the process.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/io/json.h"
#include "meter-sim/meter.h"

namespace fairfeed {

struct FleetStatus {
    std::size_t meters = 0;
    std::size_t broken = 0;  // meters with a broken seal; not counted in windows
    std::size_t connections_wanted = 0;
    std::size_t connections_up = 0;
    std::uint64_t windows_measured = 0;            // by every meter: the minimum
    std::uint64_t sent = 0;                        // distinct readings published at least once
    std::uint64_t receipted = 0;                   // by enough members
    std::uint64_t pending = 0;                     // measured and not receipted
    std::map<std::string, std::uint64_t> refused;  // by members, by reason
    std::map<std::string, std::uint64_t> ignored;  // messages that the meters rejected
    std::optional<Window> last_window;             // the newest that every meter measured
    bool done = false;                             // window_limit reached, everything receipted
    std::vector<std::string> alarms;               // what a person must look at
    std::string waiting;                           // why the fleet pauses; empty: at work
};

[[nodiscard]] FleetStatus status_of(const std::vector<Meter>& meters);
[[nodiscard]] Json to_json(const FleetStatus& status);

}  // namespace fairfeed
