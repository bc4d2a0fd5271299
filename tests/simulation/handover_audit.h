// The invariants of changes of committee, checked with a whole chain and the keys of each node:
// every member's accounts equal DGMD's; an honest sender's handover opens for its recipients; and
// no node opens a line for which it was granted no key. One per run; one thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "tests/simulation/scenery.h"

namespace fairfeed::simulation {

// Whether a member of the next committee has no key of that window, because DGMD gave the key to
// others but not the window.
[[nodiscard]] bool is_sealed_for_others(const ChainState& state, const ClusterId& cluster);
// The same, or newcomers depend on a previous committee that cannot be trusted.
[[nodiscard]] bool may_be_misled(const ChainState& state, const ClusterId& cluster,
                                 const Scenery& scenery, const Plan& plan);

class HandoverAudit {
  public:
    HandoverAudit(const Scenery& scenery, const Plan& plan);

    // Call in the order of the chain, from height 1. Returns the fault in words; empty: none.
    [[nodiscard]] std::string follow(const CommittedBlock& committed);
    // Call after the last block. Finds a line that a node opens without permission, or cannot open
    // despite permission.
    [[nodiscard]] std::string find_leak() const;

  private:
    [[nodiscard]] std::string judge(const Transaction& handover) const;
    [[nodiscard]] std::string compare(const ClusterId& cluster, Window settled) const;
    [[nodiscard]] std::string compare(const NodeId& member, const ClusterId& cluster) const;
    [[nodiscard]] bool is_granted(const NodeId& node, const SealedLine& line) const;
    [[nodiscard]] bool is_honest(const NodeId& node) const;

    const Scenery& scenery_;
    const Plan& plan_;
    std::set<ClusterId> misled_;  // once misled, an honest member may lack closing states
    ChainState state_;
    KeyholderAccounts dgmd_;
    std::vector<KeyholderAccounts> accounts_;  // by node
    std::vector<Settlement> settlements_;
};

}  // namespace fairfeed::simulation
