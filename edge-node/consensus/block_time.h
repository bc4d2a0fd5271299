// R20: which times the header of a fresh block may have, and which time a proposer chooses. A node
// with a synchronised clock compares a header's time with that clock. A node without one knows the
// parent's time, and by its own steady clock how long it has had the parent. Where these leave a
// header's time open, such a node follows other validators, more than may be faulty. Pure rules,
// used by Replica and BlockBuilder.
#pragma once

#include <cstdint>

#include "core/base/units.h"
#include "core/model/certificate.h"

namespace fairfeed::consensus {

// The time in the header of the tip, and the steady time since which this node has had it.
struct ParentTime {
    std::int64_t time_ms = 0;
    std::int64_t since_steady_ms = 0;
};

// How far the time of a fresh header may lie above and below the present. Each round doubles both
// distances.
constexpr std::int64_t kMostAheadMs = 86'400'000;
[[nodiscard]] std::int64_t most_ahead_ms(Round round);
// This distance has no cap: a header of any age is accepted in some round. share_notice_ms is the
// real time from a share's block until the share binds. Meters are to have half of that time.
[[nodiscard]] std::int64_t most_behind_ms(Round round, std::int64_t share_notice_ms);

// The present as this node knows it. The result is later than the true time only if the parent's
// time is.
[[nodiscard]] std::int64_t known_time_ms(const ParentTime& parent, Instant now);
// True: a synchronised clock shows that the chain's time is too late and must be set back.
[[nodiscard]] bool has_run_ahead(const ParentTime& parent, Instant now);

enum class Timeliness : std::uint8_t {
    timely,
    untimely,
    unknown,  // this node does not know the time; other validators decide
};
[[nodiscard]] Timeliness timeliness(std::int64_t header_ms, Round round, const ParentTime& parent,
                                    std::int64_t share_notice_ms, Instant now);

}  // namespace fairfeed::consensus
