// CAPACITY and DEAUTHORISE on the public state (paper A65-A70): what is certified, what is taken
// away, and on which grounds. Nobody without data keys can check that a peak really exceeded the
// certificate. So a DEAUTHORISE that DGMD alone signs is checked for everything else, and a POLICY
// bounds how many there are. Pure; check first, apply only what was checked.
#pragma once

#include <optional>

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/state/state.h"

namespace fairfeed {

// What the notice's block says of its time.
struct NoticeTime {
    Window earliest = 0;            // first window a change may be effective for
    std::optional<Window> running;  // at the header time
    Height height = 0;
};

// Faults: unknown_meter, out_of_range, not_effective, deauthorised (only a re-inspection gives the
// capacity back), already_committed (each inspection is used once).
[[nodiscard]] Result<void, Reject> check_capacity(const ChainState& state,
                                                  const CapacityCertificate& certificate,
                                                  Window earliest);
void apply_capacity(ChainState& state, const CapacityCertificate& certificate);

// Evidence must be settled windows of the certificate in force, each with a reading of the meter
// that counts, as far as the state still knows (late_rules.h). On the word of a policy it must in
// addition be exactly the k windows, among the last n settled and after the policy; the meter is
// deauthorised within a day; and fewer meters than the policy states were so in the last seven
// days. Faults: unknown_meter, not_effective, deauthorised, no_ground, no_policy, policy_exhausted.
[[nodiscard]] Result<void, Reject> check_deauthorisation(const ChainState& state,
                                                         const Deauthorisation& notice,
                                                         const NoticeTime& time);
void apply_deauthorisation(ChainState& state, const Deauthorisation& notice,
                           const NoticeTime& time);

}  // namespace fairfeed
