// The accounts of every cluster one keyholder can open, moved along a chain: opens readings and
// lines, recomputes the contract, and says which clusters stay closed to it. Fed with blocks in
// order and nothing else, so a node's start-up and an auditor's verify come to the same accounts.
// Pure.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "core/accounts/cluster_accounts.h"
#include "core/accounts/invariants.h"
#include "core/state/replay_step.h"

namespace fairfeed {

// Who holds data keys: a committee member or DGMD, with the key that grants are wrapped to.
struct Keyholder {
    NodeId node;
    AgreementKey agreement;
};

// One settlement, opened. If it was judged and faults() does not name its cluster, it is what the
// contract gives.
struct RecomputedSettlement {
    OpenedSettlement opened;
    bool judged = false;    // recomputed and compared
    HeldReadings readings;  // those the settlement lists
    std::vector<SettledShare> shares;
};

// A cluster whose closing states were handed over to this keyholder.
struct TakenOver {
    ClusterId cluster;
    Digest settlement;            // the last one, after which the accounts begin
    std::vector<MeterId> meters;  // as in the last settlement's lines
    std::vector<MeterClosing> closings;
    std::vector<SettledShare> shares;
};

class KeyholderAccounts {
  public:
    KeyholderAccounts() = default;  // holds no key: every cluster that settles is closed
    explicit KeyholderAccounts(Keyholder holder) : holder_(std::move(holder)) {}

    // The settlements of this block that the keys open, each recomputed from its readings and the
    // accounts before it. Needs step.before (ReplayOptions::keep_before). A settlement that opens
    // and does not hold is a fault of its cluster alone: the chain has it, so the accounts go on
    // from its lines, as every other member's does. Only a member of the window's committee, or
    // DGMD, judges; another keyholder takes the lines as they are. A cluster with a line whose key
    // is not held, or with a line or reading that does not open, is closed from there on, since its
    // closing states are lost, until a HANDOVER to this keyholder opens.
    [[nodiscard]] std::vector<RecomputedSettlement> follow(const ReplayStep& step);
    // Settlements of the block followed last that are not what the contract gives, or do not open.
    [[nodiscard]] const std::vector<ReplayFault>& faults() const { return faults_; }

    // By the block followed last.
    [[nodiscard]] const std::vector<TakenOver>& taken_over() const { return taken_over_; }
    // A HANDOVER in the block followed last that was for this keyholder and does not open: who
    // lies.
    [[nodiscard]] const std::vector<NodeId>& false_handovers() const { return false_handovers_; }
    // What of the cluster's last settlement is handed over: places, salts and closing states of its
    // lines, without lines and readings. nullptr: none yet.
    [[nodiscard]] const Settlement* last_settlement(const ClusterId& cluster) const;
    [[nodiscard]] const KeyRing& keys() const { return keys_; }
    [[nodiscard]] const std::map<ClusterId, ClusterAccounts>& clusters() const { return clusters_; }
    [[nodiscard]] const std::set<ClusterId>& closed() const { return closed_; }

  private:
    [[nodiscard]] bool holds_keys_of(const Block& block, const Settlement& settlement) const;
    [[nodiscard]] bool is_judge(const ChainState& before, const Settlement& settlement) const;
    [[nodiscard]] Result<RecomputedSettlement, ReplayFault> recompute(const ReplayStep& step,
                                                                      std::size_t index);
    // Recomputes the settlement and adds it, or closes its cluster.
    void open(const ReplayStep& step, std::size_t index, std::vector<RecomputedSettlement>& out);
    void close(const ClusterId& cluster);
    void witness(const ReplayStep& step, const Settlement& settlement);
    void take_over(const ReplayStep& step, const Transaction& handover);

    struct Settled {
        Settlement settlement;
        std::int64_t header_time_ms = 0;
    };
    std::map<ClusterId, Settled> last_;  // of all clusters: any may be handed over to this node
    std::vector<TakenOver> taken_over_;
    std::vector<NodeId> false_handovers_;
    std::optional<Keyholder> holder_;
    KeyRing keys_;
    std::map<ClusterId, ClusterAccounts> clusters_;
    std::set<ClusterId> closed_;
    std::map<ClusterId, ClusterAccounts>
        witnessed_;  // of closed clusters whose readings can be read
    std::vector<ReplayFault> faults_;
};

// The readings of the block that this settlement lists, in its order.
[[nodiscard]] std::vector<const SignedReading*> readings_of(const Block& block,
                                                            const Settlement& settlement);

}  // namespace fairfeed
