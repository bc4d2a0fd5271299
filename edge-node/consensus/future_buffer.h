// Votes of the next two heights, kept until the height starts (A2). Every validator has its own
// share of bytes, so a flood crowds out nobody else. What does not fit or is held already is
// dropped: honest nodes say it again (R13). Proposals and certificates are not kept: of a later
// height they are claims (R14). Owned by the replica.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "core/base/ids.h"
#include "edge-node/consensus/messages.h"

namespace fairfeed::consensus {

class FutureBuffer {
  public:
    static constexpr Height kHeightsAhead = 2;
    static constexpr std::size_t kBytesPerSender = 16 * 1024;

    void add(const Vote& vote);
    // Votes of this height in order of arrival by sender; they and older ones are forgotten.
    [[nodiscard]] std::vector<Vote> take(Height height);
    // Votes that wait, of one sender.
    [[nodiscard]] std::vector<Vote> of(const NodeId& sender) const;
    [[nodiscard]] std::size_t bytes() const;  // approximate memory held

  private:
    std::map<NodeId, std::vector<Vote>> votes_;  // by sender, as they came
};

}  // namespace fairfeed::consensus
