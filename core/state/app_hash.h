// The bytes whose SHA-256 is the app hash (docs/state.md, "The app hash"). Nodes must agree on
// these bytes, so any change of them is a change of the protocol. Two states are equal if these
// bytes are equal. Pure.
#pragma once

#include "core/base/bytes.h"
#include "core/state/state.h"

namespace fairfeed {

[[nodiscard]] Bytes encode_state(const ChainState& state);

}  // namespace fairfeed
