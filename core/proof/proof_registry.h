// Selects the registry transactions that a proof must attach (docs/protocol.md, "Proof file"):
// those about its subjects, and every earlier transaction that a checker needs in order to accept
// an attached one. Private to core/proof. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "core/proof/proof.h"
#include "core/state/state.h"

namespace fairfeed {

// Collects the transactions of this block that a proof may need: DGMD's transactions without key
// grants, and EVENTs. Block 0 adds nothing, because a checker has it.
void collect_registry(std::vector<RegistryEvidence>& registry, const CommittedBlock& committed);

// The subjects of a proof, which a checker must find in genesis or in the file.
struct RegistrySubjects {
    std::set<MeterId> meters;           // registered
    std::set<ClusterId> clusters;       // with every committee that they had
    std::set<std::uint64_t> sequences;  // of further transactions by DGMD
};

// The meter and those that it replaced: what was certified for them passed on to it.
[[nodiscard]] std::set<MeterId> lineage(const ChainState& state, const MeterId& meter);

// Selects from all transactions collected up to the proof's block, in the same order: the subjects'
// own, those on which they depend, every NODE and REVOKE, because each changes the validators, and
// every OFFICERS, DGMD_KEYS and POLICY, because they change who approves, and who drafts or decides
// alone.
// The state must know every collected meter.
[[nodiscard]] std::vector<RegistryEvidence> needed_registry(std::vector<RegistryEvidence> registry,
                                                            const RegistrySubjects& subjects,
                                                            const ChainState& state);

}  // namespace fairfeed
