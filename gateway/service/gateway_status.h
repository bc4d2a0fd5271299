// What the gateway says of itself: the content of its status file, its alarms, and one line for the
// service manager. Local, no part of the protocol; docs/office.md names every member. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/io/json.h"
#include "core/ledger/snapshot_keeper.h"
#include "gateway/follower/follower.h"
#include "gateway/office/notice_plans.h"

namespace fairfeed {

// What the runtime knows beside the follower.
struct GatewayFacts {
    NodeId self;  // DGMD's name
    bool broker_connected = false;
    bool patient = false;  // a connection was lost a moment ago, or the service has just started
    std::string broker_why_not;   // the reason while it is not connected
    std::int64_t waiting_ms = 0;  // since the last block, while nodes claim more
    std::optional<Height> read_model;
    std::string database_fault;               // empty: none
    std::vector<std::string> repaired;        // what was damaged at the start, a sentence each
    std::vector<std::string> machine;         // alarms about disk, certificates and files
    SnapshotReport snapshot;                  // of the start, and of those kept since
    std::size_t notices_waiting = 0;          // submitted, and in no block yet
    std::vector<EndingKey> ending_keys = {};  // of meters that have no key for the time after
    std::uint64_t dropped = 0;                // messages that a full queue did not take
    std::int64_t starts_ms = 0;               // real: of the network
    bool running = true;                      // false: the service ends with this report
};

struct GatewayStatus {
    std::string line;                 // "height 41, 3 blocks behind; 2 alarms, the first: ..."
    std::vector<std::string> alarms;  // the text before the first colon is an alarm's subject
    Json facts;                       // both of them, and everything else
};

// Nodes that claim blocks and give none for so long do not hear the gateway.
constexpr std::int64_t kUnansweredMs = 30'000;

[[nodiscard]] GatewayStatus status_of(const GatewayFacts& facts, const FollowerSummary& summary,
                                      Instant now);

}  // namespace fairfeed
