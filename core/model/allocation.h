// Allocation of committees (paper A43-A47, committee rules 9 and 10): deterministic, integers only.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/model/transaction.h"

namespace fairfeed {

// The allocator's input for one node.
struct AllocationNode {
    NodeId node;
    ClusterId parent_of;
    Location location;
    std::int64_t meters = 0;  // in the cluster it is parent of
};

constexpr std::size_t kMaxNeighbours = 3;  // paper A45

// floor of the Euclidean distance in metres.
[[nodiscard]] std::int64_t distance_m(const Location& a, const Location& b);

// Parent first, then the three smallest other parents by (distance, meters of their own cluster,
// id).
[[nodiscard]] std::vector<NodeId> allocate_committee(const ClusterId& cluster,
                                                     const Location& location,
                                                     const std::vector<AllocationNode>& nodes);

// The guarantees of a committee of this size (rule 9).
enum class CommitteeClass : std::uint8_t { single = 1, degraded = 2, full = 3 };
[[nodiscard]] CommitteeClass committee_class(std::size_t members);
[[nodiscard]] std::string_view to_string(CommitteeClass committee);
// Endorsements needed: 4 -> 3; 3 -> 3, or 2 with degraded_quorum; 2 -> 2; 1 -> 1.
[[nodiscard]] std::size_t committee_quorum(std::size_t members, bool degraded_quorum);
// The number of receipts for which a meter waits (rule 1), and of identical shares that it obeys
// (rule 13).
[[nodiscard]] std::size_t receipts_needed(std::size_t members);
[[nodiscard]] std::size_t shares_needed(std::size_t members);

// Proposer order of the chain (R3): meters of the node's cluster descending, then id ascending.
[[nodiscard]] std::vector<NodeId> validator_order(const std::vector<AllocationNode>& nodes);

}  // namespace fairfeed
