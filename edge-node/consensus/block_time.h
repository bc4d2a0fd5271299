// R20: what time a fresh block may say it is, and what time a proposer says. A node whose clock is
// synchronised holds a header against it. Another one knows less: the parent's time and how long,
// by its own steady clock, it has had that block; beyond what follows from that it believes other
// validators, of whom more than may be faulty have to agree. Pure rules of Replica and BlockBuilder.
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

// How far a fresh header may lie above and below the present; twice as far in every further round.
constexpr std::int64_t kMostAheadMs = 86'400'000;
[[nodiscard]] std::int64_t most_ahead_ms(Round round);
// Without end: however old a time is, it is taken some day. share_notice_ms: real time from a
// share's block to the share's binding, of which meters are to have half.
[[nodiscard]] std::int64_t most_behind_ms(Round round, std::int64_t share_notice_ms);

// The present as this node knows it: never later than it is, unless the parent's time is.
[[nodiscard]] std::int64_t known_time_ms(const ParentTime& parent, Instant now);
// By a synchronised clock the chain's time has run ahead: it is to be set back.
[[nodiscard]] bool has_run_ahead(const ParentTime& parent, Instant now);

enum class Timeliness : std::uint8_t {
    timely,
    untimely,
    unknown,  // to a node without the time: for others to say
};
[[nodiscard]] Timeliness timeliness(std::int64_t header_ms, Round round, const ParentTime& parent,
                                    std::int64_t share_notice_ms, Instant now);

}  // namespace fairfeed::consensus
