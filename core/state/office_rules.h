// Who may decide for DGMD, and whether they did (docs/protocol.md, "The office"): the officers in
// force, their approvals of a notice, and the notice's content (registry.h). The chain checks a
// notice before it accepts the notice, the node's pool before it keeps one, and the proof checker
// before it believes one. Pure.
#pragma once

#include <optional>

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed {

// Whether the office may be in force: sound in itself (office.h), names that nobody else on the
// network has, keys that are points and not DGMD's. Faults: out_of_range, already_registered,
// malformed.
[[nodiscard]] Result<void, Reject> check_office(const ChainState& state, const Office& office);
// Its officers' keys, parsed; nullopt: one is no point.
[[nodiscard]] std::optional<OfficeInForce> parsed(const Office& office);
// Puts an office in force that check_office accepted.
void apply_office(ChainState& state, const Office& office);

// Whether DGMD or an officer in force drafted the notice. Faults: unknown_node (somebody else),
// wrong_signature, high_s, retired_key (by a key that DGMD had before).
[[nodiscard]] Result<void, Reject> check_drafted(const ChainState& state, const Transaction& notice,
                                                 SignatureChecker& signatures);

// Whether the officers in force approve the notice. Faults: not_a_member, not_canonical, no_quorum
// (fewer or more than the threshold), wrong_signature, high_s. On the word of a policy DGMD says it
// alone: not_a_member (somebody else drafted it), malformed (it has approvals).
[[nodiscard]] Result<void, Reject> check_approvals(const ChainState& state,
                                                   const Transaction& notice,
                                                   SignatureChecker& signatures);

// Whether the notice may enter the block of this height and header time: check_registry, the
// drafter's signature, the approvals. In this order; the cheapest checks come first.
[[nodiscard]] Result<void, Reject> check_notice(const ChainState& state, const Transaction& notice,
                                                Height height, std::int64_t time_ms,
                                                SignatureChecker& signatures);

}  // namespace fairfeed
