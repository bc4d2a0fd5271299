// The bytes whose SHA-256 is the app hash (docs/state.md, "The app hash"). A format of its own: a
// change of these bytes is a change of what nodes agree on. Whoever compares two states that ought
// to be one compares these. Pure.
#pragma once

#include "core/base/bytes.h"
#include "core/state/state.h"

namespace fairfeed {

[[nodiscard]] Bytes encode_state(const ChainState& state);

}  // namespace fairfeed
