// The relay of a meter, and the commands that move it (paper T01, T02; docs/protocol.md,
// "Commands"). A command is accepted when enough members of the committee state it identically, and
// executed at the start of the first quarter hour after that within its windows; an expired command
// is never executed. Knows no signatures: the meter checks the sender first. A plain value; memory
// is bounded per member.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "core/base/ids.h"
#include "core/model/meter_command.h"
#include "core/model/reading.h"

namespace fairfeed {

// What is kept on disk. Times are grid seconds.
struct RelayState {
    std::optional<MeterCommand> command;  // the newest that was accepted
    std::int64_t accepted_at_s = 0;
    std::optional<std::int64_t> executed_at_s;  // the start of a quarter hour
    bool was_open = false;                      // before the command
    bool operator==(const RelayState&) const = default;
};

class Relay {
  public:
    explicit Relay(RelayState state) : state_(std::move(state)) {}

    // true: this statement completed a quorum, and the state has changed.
    [[nodiscard]] bool hear(const NodeId& member, const MeterCommand& command,
                            const std::set<NodeId>& members, std::size_t needed,
                            std::int64_t now_s);
    // The quarter hour of this window begins. true: a command was executed, the state has changed.
    [[nodiscard]] bool begin_quarter(Window window, std::int64_t start_s);

    [[nodiscard]] bool is_open_at(std::int64_t at_s) const;
    [[nodiscard]] bool is_in_service_at(std::int64_t at_s) const;
    // Flags and acknowledgement of the reading of the window from `start_s` to before `end_s`.
    void mark(ReadingBody& body, std::int64_t start_s, std::int64_t end_s) const;
    [[nodiscard]] const RelayState& state() const { return state_; }

  private:
    [[nodiscard]] bool is_executed_at(std::int64_t at_s) const;

    RelayState state_;
    std::map<NodeId, MeterCommand> heard_;  // the newest of each member
};

}  // namespace fairfeed
