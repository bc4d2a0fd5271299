// EVIDENCE and EVENT on the public state. Both accuse somebody, and both carry their own proof, so
// any node can check them without a committee (rules 3, 5 and 11, R19). Signatures are checked
// elsewhere, with the key of key_of_culprit or the meter's key. Pure; check first, apply only what
// was checked.
#pragma once

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "core/state/state.h"

namespace fairfeed {

// The registered key of the meter or node that the evidence names; nullptr: the name is unknown.
[[nodiscard]] const VerifyKey* key_of_culprit(const ChainState& state, const Evidence& evidence);

// Whether the evidence may enter the block of this height and header time. It must concern readings
// and batches of windows that are over, or votes and proposals up to this height (else
// future_window, wrong_height). already_committed: the evidence is not newer than the evidence
// already on the chain for the same culprit and offence, and it voids nothing. So a culprit adds at
// most one transaction per offence and window or height.
[[nodiscard]] Result<void, Reject> check_evidence(const ChainState& state, const Evidence& evidence,
                                                  Height height, std::int64_t time_ms);
// Records the culprit. Two readings also void those windows of the meter that are not settled yet:
// such a window settles with an estimate and CONFLICT. A settled window stays as it is.
void apply_evidence(ChainState& state, const Transaction& evidence, Height height);

// The event must name a registered meter of its cluster that was not tampered with before (else
// already_committed), and a window that had begun at the header time (else future_window).
[[nodiscard]] Result<void, Reject> check_event(const ChainState& state, const MeterAlarm& event,
                                               std::int64_t time_ms);
// Takes the meter out of the settlements from the event's window on, or from the next window to
// settle if that is later.
void apply_event(ChainState& state, const Transaction& event, Height height);

}  // namespace fairfeed
