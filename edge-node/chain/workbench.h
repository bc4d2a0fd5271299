// The blocks of the height being decided, and the transactions that they are made of: gathers
// bodies, judges the blocks that others propose (R15) and builds this node's own. The replica knows
// only a block's id; this class knows what is in the block. It returns what the replica must hear
// of its blocks. Pure; owned by ChainDriver; everything but the pool is cleared with every height.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/state/signature_cache.h"
#include "edge-node/chain/block_builder.h"
#include "edge-node/chain/candidate_blocks.h"
#include "edge-node/chain/chain_tip.h"
#include "edge-node/chain/missing_bodies.h"
#include "edge-node/chain/transaction_pool.h"
#include "edge-node/consensus/messages.h"
#include "edge-node/effects/publisher.h"

namespace fairfeed {

class Workbench {
  public:
    // Signer and signatures outlive this object.
    Workbench(NodeId self, const Signer& signer, SignatureChecker& signatures,
              const NetworkParameters& parameters);

    // A block from before a restart that was judged valid or built here.
    void restore(Block block, const ChainState& state);

    // Transactions to wait for a block. Errors: those of TransactionPool::add_all.
    [[nodiscard]] Result<void, Reject> add(const std::vector<Transaction>& bodies,
                                           const Turn& turn);
    // Evidence of this node itself. Errors: those of TransactionPool::add; duplicate: the pool
    // holds it already.
    [[nodiscard]] Result<void, Reject> add_own(const Transaction& evidence, const Turn& turn);
    // A window that this node's own committee certified: a full pool has room for it, because no
    // peer would bring it again.
    void expect(const std::vector<Transaction>& window) { pool_.expect(window); }
    // Asks the peer for the announced bodies that this node lacks.
    void on_have(const NodeId& peer, std::vector<Digest> ids, const Turn& turn);
    // The bodies of the answer that the peer was asked for. unasked: there are none.
    [[nodiscard]] Result<std::vector<Transaction>, Reject> take(const NodeId& peer,
                                                                BodiesAnswer answer);
    // After these bodies were added: no peer is asked again, at this height, for a body that the
    // pool refused.
    void note_refused(const std::vector<Transaction>& bodies);
    // Bodies that this node holds among those asked for, as many as fit an answer. Errors:
    // check_wanted_ids.
    [[nodiscard]] Result<BodiesAnswer, Reject> bodies(const BodiesRequest& request,
                                                      const NetworkParameters& parameters) const;
    [[nodiscard]] const TransactionPool& pool() const { return pool_; }

    // What a peer said a block consists of. Errors: check_outline.
    [[nodiscard]] Result<void, Reject> describe(const NodeId& sender, const BlockOutline& outline);
    // The block is wanted, and only its description was missing.
    [[nodiscard]] bool awaits_outline(const Digest& block) const;
    // Executes the block on the state, or asks for what is missing of it. nullopt: the block is not
    // judged yet, and wanted until it is.
    [[nodiscard]] std::optional<consensus::BlockJudged> judge(const Digest& block,
                                                              const Turn& turn);
    [[nodiscard]] bool wants(const Digest& block) const { return missing_.wants(block); }
    [[nodiscard]] std::vector<Digest> wanted() const { return missing_.wanted(); }
    // nullptr: no peer described the block.
    [[nodiscard]] const BlockOutline* outline(const Digest& block) const;
    // The block was judged valid, and is decided.
    [[nodiscard]] CandidateBlocks::Valid take_valid(const Digest& block);
    // A described block of which this node knows that it does not follow from the state, whoever
    // its witnesses are: its header. nullptr: this node does not know that.
    [[nodiscard]] const BlockHeader* contradiction(const Digest& block) const;
    // The block and the state that it leads to, on the state that the node has.
    [[nodiscard]] Result<CandidateBlocks::Valid, ExecutionFault> execute(const Block& block,
                                                                         const ChainState& state);

    // True: there is work for a block, and before this call there was none (R16).
    [[nodiscard]] bool finds_work(const ChainTip& tip, Instant now);
    // It is this node's turn to propose.
    void request_block(Height height, Round round) { builder_.request(height, round); }
    // This node's own block, made durable, if it is time to build it (R17).
    [[nodiscard]] std::optional<consensus::BlockBuilt> build(const ChainTip& tip, const Turn& turn);

    // Another height begins, on this state.
    void on_commit(const CommittedBlock& committed, const ChainState& state);
    // Steady time at which what is missing should be asked for again.
    [[nodiscard]] std::optional<std::int64_t> next_question_ms() const;
    // Steady time at which finds_work and build should be called again.
    [[nodiscard]] std::optional<std::int64_t> next_work_ms(const Timers& timers) const;

  private:
    void ask(const MissingBodies::Question& question, const Turn& turn);
    [[nodiscard]] BlockBuilder::Ground ground(const ChainTip& tip, Instant now);

    NodeId self_;
    Publisher publisher_;
    SignatureChecker& signatures_;
    TransactionPool pool_;
    CandidateBlocks candidates_;
    MissingBodies missing_;
    BlockBuilder builder_;
    std::map<Digest, ExecutionFault> invalid_;  // the first fault of each block
};

}  // namespace fairfeed
