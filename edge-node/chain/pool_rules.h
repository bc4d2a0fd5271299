// Which transactions may wait for a block: the rules of the transaction pool that need no pool.
// Each function looks at one transaction and the public state. Whether a transaction fits a block
// is decided later, by execution. Pure.
#pragma once

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed::pool {

// Evidence, an event or a handover: a transaction that carries its own proof and needs no
// committee.
[[nodiscard]] bool is_accusation(const Transaction& transaction);
// The chain has moved past the transaction: its window is settled, its sequence number is used, or
// what it proves is on the chain. A transaction of an unknown meter is not past, because the meter
// may be registered later.
[[nodiscard]] bool is_past(const Transaction& transaction, const ChainState& state);
// The settlement was drafted on a state that the chain has left.
[[nodiscard]] bool is_stale(const Settlement& settlement, const ChainState& state);
// The settlement is of the window to settle next or of the one after: another node's chain may be
// a block longer.
[[nodiscard]] bool is_due(const Settlement& settlement, const ChainState& state);
// Could the accusation enter the chain, and soon? Errors: those of check_evidence, check_event and
// check_handover; future_window: it is about a window beyond the one that runs by a synchronised
// clock, and beyond the one after the window to settle next.
[[nodiscard]] Result<void, Reject> check_accusation(const Transaction& accusation,
                                                    const ChainState& state, Instant now);
// The signature of the transaction itself. Errors: unknown_meter, unknown_node: no key is
// registered for the signer; wrong_signature.
[[nodiscard]] Result<void, Reject> check_signature(const Transaction& transaction,
                                                   const ChainState& state,
                                                   SignatureChecker& signatures);
// The reason is nobody's fault: the transaction came again, or the sender's chain is shorter or
// longer than this node's.
[[nodiscard]] bool is_of_another_time(const Transaction& transaction, Reject reason);

}  // namespace fairfeed::pool
