// The blocks that could be decided at this height: the outlines that peers described, and the
// verdict of executing a block on the tip's state (R15). Bodies come from the pool. The blocks that
// this node builds are among them. Pure; owned by Workbench and cleared with every height.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/base/shared.h"
#include "core/base/units.h"
#include "core/state/execution.h"
#include "edge-node/chain/transaction_pool.h"

namespace fairfeed {

// Does the header name the outline's transactions and the outline's parent certificate?
[[nodiscard]] bool is_of_its_header(const BlockOutline& outline);
// Could a peer's outline describe a block? Counts are checked before anything is hashed.
// empty_block; too_many_transactions: more than a block may hold; not_canonical: an id comes twice;
// wrong_certificate: the parent certificate has too many witnesses; wrong_root: the outline is not
// of its header.
[[nodiscard]] Result<void, Reject> check_outline(const BlockOutline& outline,
                                                 std::int64_t max_block_transactions);

class CandidateBlocks {
  public:
    explicit CandidateBlocks(std::int64_t max_block_transactions)
        : max_block_transactions_(max_block_transactions) {}

    // A block that executes on the tip's state, and the state it leads to.
    struct Valid {
        Shared<Block> block;
        ChainState after;
    };
    struct Verdict {
        // false: bodies are missing, or no peer has described the block. A block that is too large
        // is known as soon as enough bodies are there to see its size.
        bool known = false;
        bool valid = false;
        bool fresh = false;  // found valid for the first time: to be made durable before a vote
        std::int64_t time_ms = 0;
        std::vector<Digest> missing;
        std::optional<ExecutionFault> fault;  // why a known block is not valid
    };

    // A proposal, POLKA or COMMIT of the sender described a block. The sender is the first peer to
    // be asked for the bodies. Bounded for each sender. Errors: check_outline.
    [[nodiscard]] Result<void, Reject> describe(const NodeId& sender, const BlockOutline& outline);
    // A whole block that this node built or had on its disk. False: the block does not execute.
    [[nodiscard]] bool add(const NodeId& self, Block block, const ChainState& state,
                           SignatureChecker& signatures);
    [[nodiscard]] Verdict judge(const Digest& id, const ChainState& state,
                                const TransactionPool& pool, SignatureChecker& signatures);
    [[nodiscard]] const BlockOutline* outline(const Digest& id) const;
    [[nodiscard]] const Valid* valid(const Digest& id) const;
    // The valid block of this id, which must be there, and is not afterwards.
    [[nodiscard]] Valid take(const Digest& id);
    // The sender that described the block. Some sender must have described the block.
    [[nodiscard]] const NodeId& source(const Digest& id) const;
    void clear();

  private:
    [[nodiscard]] Result<void, ExecutionFault> try_block(const NodeId& source, Block block,
                                                         const ChainState& state,
                                                         SignatureChecker& signatures);

    std::int64_t max_block_transactions_;
    std::map<Digest, std::pair<NodeId, BlockOutline>> outlines_;
    std::map<NodeId, std::deque<Digest>> described_;  // oldest first
    std::map<Digest, Valid> valid_;
};

// The next block of a state with these transactions. Its time is the later of `now_ms` and the
// earliest time that the transactions allow. Where the chain's time has run ahead of `now_ms`, the
// block sets the time back to `now_ms` (R20).
[[nodiscard]] Block make_next_block(const ChainState& state, const NodeId& proposer,
                                    std::vector<Transaction> transactions,
                                    const std::optional<QuorumCertificate>& parent_certificate,
                                    std::int64_t now_ms);

}  // namespace fairfeed
