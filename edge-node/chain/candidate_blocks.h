// The blocks of the height being decided, on the workbench: outlines heard, bodies gathered from
// the pool, and the verdict of executing them on the tip's state (R15). Also the blocks this node
// builds itself. Pure; owned by ChainDriver and cleared with every height.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/base/units.h"
#include "core/state/execution.h"
#include "edge-node/chain/transaction_pool.h"

namespace fairfeed {

// Are the transactions and the parent's certificate those that the header names?
[[nodiscard]] bool is_of_its_header(const BlockOutline& outline);
// The same of what a peer describes, and no more than a block may hold? Counts are looked at before
// anything is hashed. empty_block, too_many_transactions, wrong_certificate, wrong_root, or
// not_canonical for an id that comes twice.
[[nodiscard]] Result<void, Reject> check_outline(const BlockOutline& outline,
                                                 std::int64_t max_block_transactions);

class CandidateBlocks {
  public:
    explicit CandidateBlocks(std::int64_t max_block_transactions)
        : max_block_transactions_(max_block_transactions) {}

    // A block that executes on the tip's state, and the state it leads to.
    struct Valid {
        Block block;
        ChainState after;
    };
    struct Verdict {
        // false: bodies are missing, or nobody described the block yet; a block that is too large
        // is known as soon as that can be seen
        bool known = false;
        bool valid = false;
        bool fresh = false;  // first time found valid: it must be made durable before a vote
        std::int64_t time_ms = 0;
        std::vector<Digest> missing;
        std::optional<ExecutionFault> fault;  // why it is known and not valid
    };

    // What a proposal, POLKA or COMMIT described; `sender` is asked first for the bodies. Bounded
    // per sender. Errors: check_outline.
    [[nodiscard]] Result<void, Reject> describe(const NodeId& sender, const BlockOutline& outline);
    // A whole block from this node's own disk or hand; valid only if it executes.
    [[nodiscard]] bool add(const NodeId& self, Block block, const ChainState& state,
                           SignatureChecker& signatures);
    [[nodiscard]] Verdict judge(const Digest& id, const ChainState& state,
                                const TransactionPool& pool, SignatureChecker& signatures);
    [[nodiscard]] const BlockOutline* outline(const Digest& id) const;
    [[nodiscard]] const Valid* valid(const Digest& id) const;
    // Who described the block; the block must have been described.
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

// The next block of a state: these transactions, at the earliest time they allow or `now_ms`,
// whichever is later; where the chain's time has run ahead of `now_ms`, it is set back (R20).
[[nodiscard]] Block make_next_block(const ChainState& state, const NodeId& proposer,
                                    std::vector<Transaction> transactions,
                                    const std::optional<QuorumCertificate>& parent_certificate,
                                    std::int64_t now_ms);

}  // namespace fairfeed
