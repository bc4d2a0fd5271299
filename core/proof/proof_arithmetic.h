// The arithmetic of an opened proof: checks that the bill line follows from the reading and the
// tariff, as far as one window alone can show, and states in words what is proved. Private to
// proof_checker.cc. Pure.
#pragma once

#include "core/proof/proof.h"

namespace fairfeed {

// The line's energies must be the sums of the reading's profile, and its closing registers the
// reading's.
[[nodiscard]] Result<void, ProofFault> check_energy(const ProofFindings& findings,
                                                    std::int64_t capacity_w,
                                                    std::int64_t window_seconds);
// The shares of the closing state must ascend, bind from whole quarter hours, and bind no later
// than the share that this line settles.
[[nodiscard]] Result<void, ProofFault> check_shares(const ProofFindings& findings,
                                                    std::int64_t grid_epoch_s);
// amount * 1000 + new remainder - energy * rate (of each band, and the fixed charge for import)
// must be a possible carried remainder: 0..999. Writes both remainders into the findings.
[[nodiscard]] Result<void, ProofFault> check_money(ProofFindings& findings);

// Fills `proved` and `not_proved`.
void describe_findings(ProofFindings& findings, const Proof& proof);

}  // namespace fairfeed
