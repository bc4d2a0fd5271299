// Alters a settlement as a dishonest parent could before it seals the settlement: any figure, any
// entry, any closing state, chosen by a fuzzer's input. The encoder accepts every result.
#pragma once

#include "core/accounts/cluster_accounts.h"
#include "tests/fuzz/input.h"

namespace fairfeed::fuzz {

// Makes one alteration, which may change nothing. The draft must have entries.
void alter(SettlementDraft& draft, Input& input);

}  // namespace fairfeed::fuzz
