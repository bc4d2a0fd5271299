// The figures that a keyholder can read on a chain, as the JSON of
// tests/vectors/chain/figures.json: bodies of readings, lines and closing states, each under the
// names of docs/protocol.md. Pure.
#pragma once

#include "core/accounts/keyholder_accounts.h"
#include "core/io/json.h"

namespace fairfeed::test {

// The figures of one settlement in the block of that height.
[[nodiscard]] Json figures_of(Height height, const Settlement& settlement,
                              const RecomputedSettlement& opened);

// {meter: [data key of epoch 1, ...]}, in hex.
[[nodiscard]] Json data_keys_of(const ChainState& state, const KeyRing& keys);

}  // namespace fairfeed::test
