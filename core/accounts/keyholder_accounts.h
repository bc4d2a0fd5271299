// The accounts of every cluster that one keyholder can open, advanced along a chain: opens readings
// and lines, recomputes the contract, and reports the clusters that stay closed to this keyholder.
// The only input is blocks in order, so a node's start-up and an auditor's verify compute the same
// accounts. Pure.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "core/accounts/cluster_accounts.h"
#include "core/accounts/invariants.h"
#include "core/state/replay_step.h"

namespace fairfeed {

// One opened settlement. If it was judged, it equals the contract's result unless faults() names
// its cluster.
struct RecomputedSettlement {
    OpenedSettlement opened;
    bool judged = false;    // recomputed and compared
    HeldReadings readings;  // those the settlement lists
    std::vector<SettledShare> shares;
};

// A cluster whose closing states were handed over to this keyholder.
struct TakenOver {
    ClusterId cluster;
    Digest settlement;            // the last settlement; the accounts begin after it
    std::vector<MeterId> meters;  // as in the last settlement's lines
    std::vector<MeterClosing> closings;
    std::vector<SettledShare> shares;
};

class KeyholderAccounts {
  public:
    KeyholderAccounts() = default;  // holds no key: every settled cluster is closed
    explicit KeyholderAccounts(Keyholder holder) : holder_(std::move(holder)) {}

    // The settlements of this block that the keys open, each recomputed from its readings and the
    // accounts before it. Needs step.before (ReplayOptions::keep_before). A settlement that opens
    // but differs from the recomputation is a fault of its cluster alone. The chain holds it, so
    // the accounts continue from its lines, as every other member's accounts do. Only a member of
    // the window's committee, or DGMD, recomputes; another keyholder accepts the lines as they are.
    // A cluster with a line whose key is missing, or with a line or reading that does not open, is
    // closed from that settlement on, because its closing states are lost. A HANDOVER to this
    // keyholder that opens ends this.
    [[nodiscard]] std::vector<RecomputedSettlement> follow(const ReplayStep& step);
    // The faulty settlements of the last block followed: not the contract's result, or not
    // openable.
    [[nodiscard]] const std::vector<ReplayFault>& faults() const { return faults_; }

    // Clusters taken over in the last block followed.
    [[nodiscard]] const std::vector<TakenOver>& taken_over() const { return taken_over_; }
    // Senders of HANDOVERs in the last block followed that were for this keyholder and do not open.
    // These senders lie.
    [[nodiscard]] const std::vector<NodeId>& false_handovers() const { return false_handovers_; }
    // The parts of the cluster's last settlement that a handover needs: places, salts and closing
    // states of its lines, without lines and readings. nullptr: not settled yet.
    [[nodiscard]] const Settlement* last_settlement(const ClusterId& cluster) const;
    [[nodiscard]] const std::optional<Keyholder>& holder() const { return holder_; }
    [[nodiscard]] const KeyRing& keys() const { return keys_; }
    [[nodiscard]] const std::map<ClusterId, ClusterAccounts>& clusters() const { return clusters_; }
    [[nodiscard]] const std::set<ClusterId>& closed() const { return closed_; }

    // books_codec.h. What is known of the last block followed alone is not written, nor the holder.
    void write(cbor::Writer& out) const;
    [[nodiscard]] static KeyholderAccounts read(cbor::Reader& in, std::optional<Keyholder> holder);

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
        SettlingBlock block;
    };
    std::map<ClusterId, Settled> last_;  // of all clusters, for possible handovers
    std::vector<TakenOver> taken_over_;
    std::vector<NodeId> false_handovers_;
    std::optional<Keyholder> holder_;
    KeyRing keys_;
    std::map<ClusterId, ClusterAccounts> clusters_;
    std::set<ClusterId> closed_;
    std::map<ClusterId, ClusterAccounts>
        witnessed_;  // accounts of closed clusters whose readings can be read
    std::vector<ReplayFault> faults_;
};

// The block's readings that this settlement lists, in the settlement's order.
[[nodiscard]] std::vector<const SignedReading*> readings_of(const Block& block,
                                                            const Settlement& settlement);

}  // namespace fairfeed
