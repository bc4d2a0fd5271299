// What this node would propose: which waiting transactions are work, when to build a block of them,
// and what time the block says (R3, R16, R17, R20). Pure; owned by Workbench.
#pragma once

#include <optional>
#include <vector>

#include "edge-node/chain/chain_tip.h"
#include "edge-node/chain/transaction_pool.h"

namespace fairfeed {

class BlockBuilder {
  public:
    // What a block is built of and on.
    struct Ground {
        const ChainTip& tip;
        const TransactionPool& pool;
        SignatureChecker& signatures;
        Instant now;
    };
    struct Built {
        Round round = 0;
        Block block;
    };
    explicit BlockBuilder(NodeId self) : self_(std::move(self)) {}

    // Work is what could be built now (R16). True: there is work, and before this call there was
    // none.
    [[nodiscard]] bool finds_work(const Ground& ground);
    // It is this node's turn to propose in that round. A later request replaces an earlier one.
    void request(Height height, Round round);
    // The block of the round that was requested, if there is work and it is time to build (R17);
    // the request is answered then.
    [[nodiscard]] std::optional<Built> build(const Ground& ground);
    // Another height begins.
    void clear();
    // Steady time at which finds_work and build should be called again.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms(const TransactionPool& pool,
                                                               const Timers& timers) const;

  private:
    struct Request {
        Height height = 0;
        Round round = 0;
    };
    [[nodiscard]] bool is_time_to_build(const Ground& ground) const;
    [[nodiscard]] std::int64_t wait_ends_ms(const Timers& timers) const;  // while there is work

    NodeId self_;
    std::optional<Request> request_;
    std::size_t work_ = 0;                        // transactions that a block could contain now
    std::optional<std::int64_t> work_since_ms_;   // steady
    std::int64_t grew_at_ms_ = 0;                 // steady; when work_ last became more
    std::optional<std::uint64_t> work_revision_;  // of the pool that work_ was selected from
    std::int64_t look_again_at_ms_ = 0;           // steady
};

}  // namespace fairfeed
