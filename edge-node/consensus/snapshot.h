// Where a replica stands, for the status display. The protocol does not depend on it.
#pragma once

#include <cstddef>
#include <optional>

#include "core/base/ids.h"
#include "edge-node/consensus/safety_record.h"

namespace fairfeed::consensus {

struct Snapshot {
    Height height = 0;  // being decided; 0 before the first HeightStarts
    Round round = 0;
    Step step = Step::propose;
    std::optional<Marked> locked;
    std::optional<Marked> valid;
    bool awake = false;    // R16: timers run
    bool decided = false;  // waiting for the ledger
    std::size_t validators = 0;
    std::size_t prevotes = 0;  // validators that voted in this round
    std::size_t precommits = 0;
    NodeId proposer;  // of this round; none before the first HeightStarts
    std::optional<Halt> halt;
    std::optional<Silence> silence;  // also one that is over
    bool may_sign = false;           // is a validator, neither halted nor silent at this height
    bool operator==(const Snapshot&) const = default;
};

}  // namespace fairfeed::consensus
