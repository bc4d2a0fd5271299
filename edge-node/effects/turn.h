// What every rule of a node is given when something happens: the public state, the time, and the
// list that the rule's effects go to. A turn is made for one call, and nobody keeps a turn.
#pragma once

#include <optional>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "edge-node/effects/effects.h"

namespace fairfeed {

struct ChainState;

struct Turn {
    const ChainState& state;  // of the last block; a block committed within the turn changes it
    Instant now;
    Effects& out;  // effects that a rule wants are appended
    // R23, R24: this node may endorse and build batches of the windows that were opened to it at
    // this height or later. nullopt: of no window.
    std::optional<Height> endorses_from{};
};

}  // namespace fairfeed
