// What changes of committee must leave as it is, from a whole chain and the keys of each node:
// every member's accounts say the same as DGMD's; whoever tells the truth hands over what opens,
// to those it is for; and nobody opens a line that it was granted no key of. One per run; one
// thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "tests/simulation/scenery.h"

namespace fairfeed::simulation {

// A member of the committee that settles next has no key of that window: DGMD gave it to others,
// and not the window.
[[nodiscard]] bool is_sealed_for_others(const ChainState& state, const ClusterId& cluster);
// The same; or those who settled last cannot be believed, and newcomers depend on them.
[[nodiscard]] bool may_be_misled(const ChainState& state, const ClusterId& cluster,
                                 const Scenery& scenery, const Plan& plan);

class HandoverAudit {
  public:
    HandoverAudit(const Scenery& scenery, const Plan& plan);

    // In the order of the chain, from height 1. What is wrong, in words; empty: nothing.
    [[nodiscard]] std::string follow(const CommittedBlock& committed);
    // After the last block: a line that somebody opens who must not, or cannot open who may.
    [[nodiscard]] std::string find_leak() const;

  private:
    [[nodiscard]] std::string judge(const Transaction& handover) const;
    [[nodiscard]] std::string compare(const ClusterId& cluster, Window settled) const;
    [[nodiscard]] std::string compare(const NodeId& member, const ClusterId& cluster) const;
    [[nodiscard]] bool is_granted(const NodeId& node, const SealedLine& line) const;
    [[nodiscard]] bool is_honest(const NodeId& node) const;

    const Scenery& scenery_;
    const Plan& plan_;
    std::set<ClusterId> misled_;  // once: an honest member may be without closing states since
    ChainState state_;
    KeyholderAccounts dgmd_;
    std::vector<KeyholderAccounts> accounts_;  // by node
    std::vector<Settlement> settlements_;
};

}  // namespace fairfeed::simulation
