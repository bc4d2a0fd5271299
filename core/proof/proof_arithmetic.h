// The figures of an opened proof: does the bill line follow from the reading and the tariff, as far
// as one window alone can say, and what has been proved in words. Private to proof_checker.cc.
// Pure.
#pragma once

#include "core/proof/proof.h"

namespace fairfeed {

// The line's energies are the sums of the reading's profile, its closing registers the reading's.
[[nodiscard]] Result<void, ProofFault> check_energy(const ProofFindings& findings,
                                                    std::int64_t capacity_w,
                                                    std::int64_t window_seconds);
// The closing state's shares ascend, bind from whole quarter hours and not after the share that
// this line settles: those of a later window do not.
[[nodiscard]] Result<void, ProofFault> check_shares(const ProofFindings& findings,
                                                    std::int64_t grid_epoch_s);
// amount * 1000 + new remainder - energy * rate must be a remainder that can have been carried in:
// 0..999. Writes both into the findings.
[[nodiscard]] Result<void, ProofFault> check_money(ProofFindings& findings);

// Fills `proved` and `not_proved`.
void describe_findings(ProofFindings& findings, const Proof& proof);

}  // namespace fairfeed
