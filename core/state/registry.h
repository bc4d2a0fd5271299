// DGMD's transactions on the public state: who is on the network, where, with what capacity, keys
// and price (protocol 4). A change takes effect with a window that has not begun when its block is
// made, so that nothing already measured changes its meaning. Signatures are checked elsewhere.
// Pure; check first, apply only what was checked.
#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "core/state/state.h"

namespace fairfeed {

// Its sequence number; 0 for content of any other kind.
[[nodiscard]] std::uint64_t registry_sequence(const TransactionContent& content);

// Is each ephemeral key a point of the curve? What is wrapped with another opens for nobody.
[[nodiscard]] bool are_wrapped_with_points(const std::vector<KeyGrantEntry>& entries);

// May it enter the block of this height and header time? Block 0 (height 0) may set up windows from
// the first on; a later one only windows after the one that contains its header time.
[[nodiscard]] Result<void, Reject> check_registry(const ChainState& state,
                                                  const Transaction& transaction, Height height,
                                                  std::int64_t time_ms);

// CHECKs that the content is of DGMD's kinds.
void apply_registry(ChainState& state, const Transaction& transaction, Height height);

}  // namespace fairfeed
