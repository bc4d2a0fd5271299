// Messages of the next two heights, kept until the height starts (A2). Every validator has its own
// share of bytes, so a flood crowds out nobody else. What does not fit or is held already is
// dropped: honest nodes say it again (R13). A certificate is not kept: of a later height it is a
// claim (R14). Owned by the replica.
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

    // Only ProposalSeen and VoteSeen are kept.
    void add(const Event& event);
    // Messages of this height in order of arrival by sender; they and older ones are forgotten.
    [[nodiscard]] std::vector<Event> take(Height height);
    // Messages that wait, of one sender.
    [[nodiscard]] std::vector<Event> of(const NodeId& sender) const;
    [[nodiscard]] std::size_t bytes() const;  // approximate memory held

  private:
    struct Share {
        std::size_t bytes = 0;
        std::map<Height, std::vector<Event>> events;
    };
    std::map<NodeId, Share> shares_;
};

}  // namespace fairfeed::consensus
