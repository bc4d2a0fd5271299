// What DGMD's own key may do, and which key it is: DGMD_KEYS replaces it, and POLICY lets it
// deauthorise a few meters a week by itself (docs/protocol.md, "The office"). A key that was
// replaced is worthless wherever it is shown. What a DEAUTHORISE on the word of a policy must show
// stands in capacity_rules.h. Pure; check first, apply only what was checked.
#pragma once

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed {

// Faults: not_effective (block 0 has the keys of GENESIS), malformed (no points, or one key for
// both purposes), already_registered (DGMD has or had the key, or another person of the office).
[[nodiscard]] Result<void, Reject> check_dgmd_keys(const ChainState& state,
                                                   const DgmdKeyChange& change, Height height);
// HANDOVERs by the keys before count no more, so DGMD hands over again where they were needed.
void apply_dgmd_keys(ChainState& state, const DgmdKeys& keys);
// Whether DGMD has or had this key, for either purpose.
[[nodiscard]] bool is_dgmds(const ChainState& state, const PublicKey& key);

// The verdict of `verify` under DGMD's key in force. What verifies under a key that DGMD_KEYS
// replaced is refused by name: retired_key. `verify`: VerifyKey -> Result<void, Reject>.
template <class Verify>
[[nodiscard]] Result<void, Reject> check_by_dgmd(const ChainState& state, const Verify& verify) {
    constexpr std::size_t kRetiredTried = 4;  // the newest: a forger must not buy much work
    auto verdict = verify(*state.dgmd.key);
    if (verdict || verdict.error() != Reject::wrong_signature) return verdict;
    const auto& retired = state.dgmd.retired;
    for (std::size_t i = 0; i < retired.size() && i < kRetiredTried; ++i) {
        const auto key = VerifyKey::from_point(retired[retired.size() - 1 - i].signing);
        if (key && verify(*key)) return unexpected(Reject::retired_key);
    }
    return verdict;
}

// Block 0 has no policy. Faults: not_effective, out_of_range.
[[nodiscard]] Result<void, Reject> check_policy(const WatchPolicy& policy, Height height);
// `earliest`: the first window a change may be effective for.
void apply_policy(ChainState& state, const WatchPolicy& policy, Window earliest);

// How many meters DGMD alone may still deauthorise while this window runs: uses of any policy in
// seven days count, so a new POLICY does not begin anew.
[[nodiscard]] std::uint32_t policy_room(const ChainState& state, Window running);
void note_policy_use(ChainState& state, Window running);

}  // namespace fairfeed
