// How this node agrees with the others on one block after the other. The replica (consensus) knows
// ids, and the Workbench knows blocks; this class passes to each what it must hear of the other,
// and performs what the replica wants. A decided block goes to the ChainDriver at once. Pure; owned
// by ChainDriver.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "edge-node/chain/chain_tip.h"
#include "edge-node/chain/equivocations.h"
#include "edge-node/chain/workbench.h"
#include "edge-node/consensus/replica.h"
#include "edge-node/effects/publisher.h"

namespace fairfeed {

class Agreement {
  public:
    // A block that the replica decided. The callee moves the tip before it returns.
    using Decided = std::function<void(CandidateBlocks::Valid decided,
                                       const QuorumCertificate& certificate, const Turn& turn)>;
    // All but `self` outlive this object.
    Agreement(const NodeId& self, const Signer& signer, const ChainTip& tip, Workbench& workbench,
              Decided decided);

    // Errors: those of Replica::restore.
    [[nodiscard]] Result<void, Reject> restore(ByteView safety_record);
    // Another height begins, on the tip.
    void enter_height(const Turn& turn);
    // The replica hears this. Events that are raised while its effects are performed wait: the
    // replica takes one step at a time.
    void drive(consensus::Event event, const Turn& turn);
    // An outline of the block has come; the block may have waited for nothing else.
    void on_outline(const Digest& block, const Turn& turn);
    // Bodies may have come that blocks wait for.
    void judge_wanted(const Turn& turn);
    // R16, R17: the replica wakes when there is work. Nothing happens before the first height.
    void look_for_work(const Turn& turn);
    // Evidence of this node itself becomes work. An error in place of evidence, and evidence that
    // is known already, change nothing (R19). Errors: those of Workbench::add_own.
    Result<void, Reject> accuse(const Result<Transaction, Reject>& evidence, const Turn& turn);

    [[nodiscard]] const consensus::Replica& replica() const { return replica_; }
    [[nodiscard]] const Equivocations& equivocations() const { return equivocations_; }

  private:
    void perform(const consensus::Effect& effect, const Turn& turn);
    void judge(const Digest& block, const Turn& turn);
    void build(const Turn& turn);

    Publisher publisher_;
    const ChainTip& tip_;
    Workbench& workbench_;
    Decided decided_;
    consensus::Replica replica_;
    Equivocations equivocations_;
    std::deque<consensus::Event> events_;
    bool driving_ = false;
    bool has_begun_ = false;  // the first height
};

}  // namespace fairfeed
