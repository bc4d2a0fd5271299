// R4, R5 and R20 of docs/chain-rules.md: what a validator prevotes on a proposal, as a pure
// function of what the validator knows.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/units.h"
#include "core/model/certificate.h"
#include "edge-node/consensus/block_lock.h"
#include "edge-node/consensus/block_time.h"
#include "edge-node/consensus/block_verdicts.h"
#include "edge-node/consensus/vote_set.h"

namespace fairfeed::consensus {

// What a header's time is compared with (R20).
struct TimeBounds {
    ParentTime parent;
    std::int64_t share_notice_ms = 0;
    Instant now;
};

// true: prevote the block. false: prevote nil. nullopt: wait; the verdict, the polka of the valid
// round, or the prevotes of others that vouch for the time are missing. tPropose bounds the wait.
[[nodiscard]] std::optional<bool> opinion(const ProposalContent& proposal,
                                          const std::optional<Verdict>& verdict,
                                          const BlockLock& lock, const VoteSet& votes,
                                          const TimeBounds& bounds);

}  // namespace fairfeed::consensus
