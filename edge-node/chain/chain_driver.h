// The chain as a node works on it: moves the public state when a block is decided or imported (R1,
// R14). Composes Workbench, Agreement, SelfInquiry, CatchUp, DecidedBlocks and StatusBeacon, and
// keeps the order in which they act. Pure: everything it wants done is an effect. Owned by Node;
// one thread.
#pragma once

#include <optional>
#include <vector>

#include "core/base/shared.h"
#include "core/follow/catch_up.h"
#include "edge-node/chain/agreement.h"
#include "edge-node/chain/chain_tip.h"
#include "edge-node/chain/decided_blocks.h"
#include "edge-node/chain/self_inquiry.h"
#include "edge-node/chain/status_beacon.h"
#include "edge-node/chain/workbench.h"
#include "edge-node/effects/publisher.h"

namespace fairfeed {

// A block that entered the chain within a turn.
struct EnteredBlock {
    Shared<CommittedBlock> committed;
    ChainState before;  // the state after it is `before` of the next one, or the chain's state
    std::optional<Height> endorses_from;  // as it was when the block entered (Turn)
    std::size_t effects = 0;  // of the turn, up to this block's CommitBlock, which is the last
};

class ChainDriver {
  public:
    struct Setup {
        NodeId self;
        const Signer& signer;                              // outlives this object
        SignatureChecker& signatures;                      // likewise
        ChainState state;                                  // after the ledger's tip
        std::optional<QuorumCertificate> tip_certificate;  // none at genesis
        SafetyTrust trust = SafetyTrust::sound;
    };
    explicit ChainDriver(Setup setup);
    ChainDriver(const ChainDriver&) = delete;
    ChainDriver& operator=(const ChainDriver&) = delete;

    // Asks the others what they have seen of this node's signatures (R22); the height after the tip
    // begins when they have had time to answer. safety_record, blocks: from before a restart, the
    // blocks judged valid or built here. Errors: those of Replica::restore.
    [[nodiscard]] Result<void, Reject> start(ByteView safety_record, std::vector<Block> blocks,
                                             const Turn& turn);
    void on_time(const Turn& turn);
    // PROPOSAL, PREVOTE, PRECOMMIT, POLKA or COMMIT. Errors: those of hear_consensus; check_outline
    // for what stands beside a good signature, which counts all the same.
    [[nodiscard]] Result<void, Reject> on_consensus(Channel channel, const NodeId& sender,
                                                    ByteView message, const Turn& turn);
    // A registered node claims that its chain has this height.
    void on_claim(const NodeId& sender, Height height, const Turn& turn);
    void on_status(const NodeId& sender, const NodeStatus& status, const Turn& turn);
    // Transactions of this node or of a peer, to wait for a block.
    [[nodiscard]] Result<void, Reject> on_bodies(const std::vector<Transaction>& bodies,
                                                 const Turn& turn);
    // A window that this node's own committee certified (Workbench::expect).
    [[nodiscard]] Result<void, Reject> on_own_window(const std::vector<Transaction>& window,
                                                     const Turn& turn);
    // What this node itself found out against a node or meter, to be announced until a block has
    // it. Errors: those of Agreement::accuse; future_window: the chain takes it later.
    Result<void, Reject> accuse(const Result<Transaction, Reject>& evidence, const Turn& turn);
    // HAVE: asks the peer for the announced bodies that this node lacks.
    void on_have(const NodeId& peer, std::vector<Digest> ids, const Turn& turn);
    // Errors: unasked, and those of TransactionPool::add_all.
    [[nodiscard]] Result<void, Reject> on_bodies_answer(const NodeId& sender, BodiesAnswer answer,
                                                        const Turn& turn);
    // R14: every block is checked as if the sender lied. Blocks before the first bad one stay; the
    // next peer is asked at once.
    [[nodiscard]] Result<void, Reject> on_blocks(const NodeId& sender, const BlocksAnswer& answer,
                                                 const Turn& turn);
    // An answer that this node could not read.
    void on_bad_answer(const NodeId& sender, const Turn& turn);
    // ATTEST. Errors: those of SelfInquiry::shown.
    [[nodiscard]] Result<void, Reject> on_attest(const NodeId& sender, const AttestAnswer& answer,
                                                 const Turn& turn);
    // Says what retained topics must hold after a reconnect: STATUS, the tip's COMMIT, and the
    // question of a start that is still open.
    void on_reconnect(const Turn& turn);

    // The blocks that entered the chain since this was last called, in order.
    [[nodiscard]] std::vector<EnteredBlock> take_entered();
    // Steady time at which on_time is wanted.
    [[nodiscard]] std::int64_t next_deadline_ms() const;

    [[nodiscard]] const ChainTip& tip() const { return tip_; }
    [[nodiscard]] const ChainState& state() const { return tip_.state; }
    [[nodiscard]] const Agreement& agreement() const { return agreement_; }
    [[nodiscard]] const Workbench& workbench() const { return workbench_; }
    [[nodiscard]] const SelfInquiry& inquiry() const { return inquiry_; }
    [[nodiscard]] std::optional<Height> endorses_from() const;  // Turn
    [[nodiscard]] Height claimed() const { return catch_up_.claimed(state().validators); }

  private:
    // R24: does the certificate contradict a block that was decided lately?
    [[nodiscard]] Result<void, Reject> compare_decided(const QuorumCertificate& certificate,
                                                       const Turn& turn);
    [[nodiscard]] Result<void, Reject> import(const CommittedBlock& committed, const Turn& turn);
    void commit(CandidateBlocks::Valid decided, const QuorumCertificate& certificate,
                const Turn& turn);
    void follow_inquiry(const Turn& turn);
    void say_standing(const Turn& turn);
    void ask_for_blocks(const Turn& turn);

    Publisher publisher_;
    ChainTip tip_;
    Workbench workbench_;
    Agreement agreement_;
    SelfInquiry inquiry_;
    CatchUp catch_up_;
    DecidedBlocks decided_;
    StatusBeacon beacon_;
    Instant now_;                        // of the last turn but for reconnects
    std::vector<EnteredBlock> entered_;  // not taken yet
};

}  // namespace fairfeed
