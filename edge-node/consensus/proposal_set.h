// The proposals of one height, by round. Bounded (A2): at most four different proposals of one
// round, and no round that lies more than kRoundWindow behind. The caller checks sender, turn and
// height. Owned by HeightInstance.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/model/certificate.h"

namespace fairfeed::consensus {

class ProposalSet {
  public:
    struct Conflict {
        Proposal first;
        Proposal second;
    };
    // Keeps another validator's proposal. The result is the conflict that the second proposal of a
    // round makes with the first. Later proposals of the same round give no conflict.
    std::optional<Conflict> add(const Proposal& proposal);
    // Keeps this node's own proposal, which counts against no bound.
    void add_own(const Proposal& proposal);
    void forget_before(Round current);

    // In the order of arrival.
    [[nodiscard]] const std::vector<Proposal>& of(Round round) const;
    [[nodiscard]] std::vector<Proposal> of(const NodeId& proposer) const;  // ascending rounds

  private:
    std::map<Round, std::vector<Proposal>> by_round_;
};

}  // namespace fairfeed::consensus
