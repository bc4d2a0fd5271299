// The public state from its full encoding (app_hash.h): the inverse of encode_state. The genesis
// comes from the genesis file, and what follows from the encoded records is computed again: parsed
// keys, the meters of each cluster, the window with which it opens. Only the form is checked. That
// the state is the right one shows in its app hash, which the next block's header carries. Pure.
#pragma once

#include <optional>

#include "core/state/state.h"

namespace fairfeed {

// nullopt: no state has this encoding, or it is of another network than the genesis.
[[nodiscard]] std::optional<ChainState> decode_state(ByteView bytes, const LoadedGenesis& genesis);

}  // namespace fairfeed
