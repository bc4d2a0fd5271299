// EVIDENCE and EVENT on the public state: what is said against somebody, with the proof in it. Any
// node can check both; neither needs a committee (rules 3, 5 and 11, R19). Signatures are checked
// elsewhere, under key_of_culprit's or the meter's key. Pure; check first, apply only what was
// checked.
#pragma once

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "core/state/state.h"

namespace fairfeed {

// The registered key of a meter or node; nullptr: nobody is called so.
[[nodiscard]] const VerifyKey* key_of_culprit(const ChainState& state, const Evidence& evidence);

// May it enter the block of this height and header time? Readings and batches of windows that are
// over, votes and proposals up to this height (else future_window, wrong_height).
// already_committed: it is not newer than what is proved of the same culprit and offence, and
// voids nothing; so a culprit adds at most one per offence and window or height.
[[nodiscard]] Result<void, Reject> check_evidence(const ChainState& state, const Evidence& evidence,
                                                  Height height, std::int64_t time_ms);
// Names the culprit. Two readings also void the meter's windows that are not settled yet: these
// settle with an estimate and CONFLICT. A settled window stays as it is.
void apply_evidence(ChainState& state, const Transaction& evidence, Height height);

// A registered meter of that cluster, not tampered with before (else already_committed), and a
// window that had begun at the header time (else future_window).
[[nodiscard]] Result<void, Reject> check_event(const ChainState& state, const MeterAlarm& event,
                                               std::int64_t time_ms);
// Out of the settlements from the event's window on, at the earliest from the one settled next.
void apply_event(ChainState& state, const Transaction& event, Height height);

}  // namespace fairfeed
