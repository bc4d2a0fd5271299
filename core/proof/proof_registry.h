// What of the registry a proof attaches (docs/protocol.md, "Proof file"): what it speaks of, and
// every earlier transaction without which a checker would refuse one that is attached. Private to
// core/ledger. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "core/proof/proof.h"
#include "core/state/state.h"

namespace fairfeed {

// Adds what a proof may have to attach of this block: DGMD's transactions, but for grants of keys,
// and EVENTs. Block 0 adds nothing: a checker has it.
void collect_registry(std::vector<RegistryEvidence>& registry, const CommittedBlock& committed);

// What a proof speaks of, and a checker must find in genesis or in the file.
struct RegistrySubjects {
    std::set<MeterId> meters;           // registered
    std::set<ClusterId> clusters;       // with every committee they had
    std::set<std::uint64_t> sequences;  // these transactions of DGMD's
};

// Of all that was collected up to the proof's block, in the same order: the subjects' own
// transactions, what those rest on, and every NODE and REVOKE, because each changes who certifies
// blocks. The state knows every meter that was collected.
[[nodiscard]] std::vector<RegistryEvidence> needed_registry(std::vector<RegistryEvidence> registry,
                                                            const RegistrySubjects& subjects,
                                                            const ChainState& state);

}  // namespace fairfeed
