// The public state in full (docs/state.md, "The app hash"). The app hash is the SHA-256 of the same
// bytes with three Merkle roots in place of the nodes, meters and clusters. Nodes must agree on
// these bytes, so any change of them is a change of the protocol. Two states are equal if these
// bytes are equal. Pure.
#pragma once

#include "core/base/bytes.h"
#include "core/state/state.h"

namespace fairfeed {

[[nodiscard]] Bytes encode_state(const ChainState& state);

}  // namespace fairfeed
