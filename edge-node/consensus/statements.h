// What a validator has signed at its newest height and round: at most one proposal, one prevote and
// one precommit. A plain value. SignGuard holds a validator's own statements; Replica collects
// those of another validator for ATTEST (R22).
#pragma once

#include <optional>

#include "core/base/ids.h"
#include "core/model/certificate.h"

namespace fairfeed::consensus {

struct Statements {
    Height height = 0;
    Round round = 0;
    std::optional<Proposal> proposal;
    std::optional<Vote> prevote;
    std::optional<Vote> precommit;

    // Makes (to_height, to_round) the newest place and drops the statements of an older place.
    // False: the place is older than the newest one, and nothing changes.
    [[nodiscard]] bool advance_to(Height to_height, Round to_round);
    // Keeps a statement of the newest place. Of two statements in one slot the first is kept.
    void take(const Vote& vote);
    void take(const Proposal& made);
    bool operator==(const Statements&) const = default;
};

}  // namespace fairfeed::consensus
