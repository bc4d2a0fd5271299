// What a dishonest parent can do to a settlement before it seals it: any figure, any entry, any
// closing state, as a fuzzer's input says. Nothing that makes the encoder refuse.
#pragma once

#include "core/accounts/cluster_accounts.h"
#include "tests/fuzz/input.h"

namespace fairfeed::fuzz {

// One alteration; it may happen to change nothing. The draft has entries.
void alter(SettlementDraft& draft, Input& input);

}  // namespace fairfeed::fuzz
