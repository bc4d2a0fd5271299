// Votes of the next two heights, kept until their height starts (A2). Every validator has its own
// share of bytes, so the votes of one validator take no room from another validator. A vote that
// does not fit, or is held already, is dropped: an honest node sends its votes again (R13).
// Proposals and certificates of later heights are claims (R14) and are not kept. Owned by Replica.
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
    // The votes of this height, by sender and then in the order of arrival. They are forgotten
    // here, and so are all votes of earlier heights.
    [[nodiscard]] std::vector<Vote> take(Height height);
    // The waiting votes of one sender.
    [[nodiscard]] std::vector<Vote> of(const NodeId& sender) const;
    [[nodiscard]] std::size_t bytes() const;  // approximate memory held

  private:
    std::map<NodeId, std::vector<Vote>> votes_;  // in the order of arrival
};

}  // namespace fairfeed::consensus
