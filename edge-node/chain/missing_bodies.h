// The bodies of transactions that this node lacks, because a proposed block lists them or a peer
// announces them: whom to ask for them, when to ask again, and which answers to take. An answer is
// taken only from the peer that was asked, and only what it was asked for. Says whom to ask; the
// caller sends the question. Pure; owned by Workbench.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/state/state.h"
#include "edge-node/chain/announcements.h"
#include "edge-node/effects/open_requests.h"

namespace fairfeed {

class MissingBodies {
  public:
    struct Question {
        NodeId peer;
        std::vector<Digest> ids;
    };
    explicit MissingBodies(NodeId self) : self_(std::move(self)) {}

    // The block is wanted, and nobody has described it yet.
    void await_outline(const Digest& block);
    [[nodiscard]] bool awaits_outline(const Digest& block) const;
    // The block is wanted, and these bodies of it are missing. The first to be asked is `source`,
    // who described the block; then each other validator in turn, once, and then ever less often.
    // nullopt: it is too early to ask again, or it is this node's own turn, which is passed over.
    [[nodiscard]] std::optional<Question> ask(const Digest& block, std::vector<Digest> missing,
                                              const NodeId& source, const ChainState& state,
                                              Instant now);
    // The block was judged: nothing of it is missing any more.
    void found(const Digest& block) { wanted_.erase(block); }
    [[nodiscard]] bool wants(const Digest& block) const { return wanted_.contains(block); }
    [[nodiscard]] std::vector<Digest> wanted() const;

    // The peer announces these bodies, which this node lacks. nullopt: there is nothing to ask the
    // peer for now.
    [[nodiscard]] std::optional<Question> pull(const NodeId& peer, std::vector<Digest> lacking,
                                               const ChainState& state, Instant now);
    // The bodies of the answer that the peer was asked for. unasked: there are none.
    [[nodiscard]] Result<std::vector<Transaction>, Reject> take(const NodeId& peer,
                                                                std::vector<Transaction> answer);
    // The body came, and the pool did not take it: no peer is asked for it again at this height.
    void refused(const Digest& body) { pulls_.refused(body); }

    // Another height begins: no block is wanted any more.
    void on_commit(const CommittedBlock& committed);
    // Steady time at which a wanted block should be asked for again.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;

  private:
    struct Wanted {
        NodeId ask;                             // the peer to ask next
        std::optional<std::int64_t> ask_at_ms;  // none: the block awaits its outline
        std::uint32_t asked = 0;
    };
    [[nodiscard]] NodeId validator_after(const NodeId& node, const ChainState& state) const;

    NodeId self_;
    std::map<Digest, Wanted> wanted_;  // by block, of the height being decided
    OpenRequests open_;
    Pulls pulls_;
};

}  // namespace fairfeed
