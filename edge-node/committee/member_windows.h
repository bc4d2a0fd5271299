// The windows that this node settles with its fellow members: its accounts of every cluster, the
// round of the window at hand, and whether this node takes part in that round (committee rules 2,
// 4, 8, 9, 12). What a round wants is returned; CommitteeMember performs it. Pure; owned by
// CommitteeMember.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "edge-node/committee/batch_round.h"
#include "edge-node/committee/reading_store.h"
#include "edge-node/committee/signing_right.h"
#include "edge-node/effects/turn.h"

namespace fairfeed {

class MemberWindows {
  public:
    using RoundEffects = std::vector<committee::Effect>;

    // `signer` outlives this object; `agreement` opens what is granted to this node.
    MemberWindows(NodeId self, const Signer& signer, RandomSource random, AgreementKey agreement);

    // The ledger's blocks in order, genesis first.
    [[nodiscard]] std::vector<RecomputedSettlement> follow(const ReplayStep& step);
    [[nodiscard]] const KeyholderAccounts& accounts() const { return accounts_; }
    // In place of follow() of the blocks up to those of a snapshot.
    void resume(KeyholderAccounts accounts, SigningRight::Openings openings);
    [[nodiscard]] const SigningRight::Openings& openings() const { return right_.openings(); }
    // Empty accounts for a cluster that has not settled yet. To be called only for clusters that
    // this node is a member of, so that nobody can make the accounts many.
    [[nodiscard]] const ClusterAccounts& accounts_of(const ClusterId& cluster);
    // Meters can reach this node, or cannot: its own broker's connection.
    void on_broker(bool connected, Instant now);

    // From the inbox, before a restart. A window that the ledger has is over. What was said about
    // a later window binds this node whatever the ledger says by now: the ledger may be one that is
    // being fetched again, from before this node was a member.
    void restore_batch(const Transaction& batch, const ChainState& state);
    void restore_endorsement(const Endorsement& endorsement, const Signature& signature,
                             const Transaction& batch, const ChainState& state);
    void restore_doubts(std::map<ClusterId, Window> doubts);
    // SigningRight::doubt.
    [[nodiscard]] PersistSilencedWindows doubt(const ChainState& state, Instant now);

    // Does this node take part in the cluster's round? The functions below do nothing unless this
    // node takes part. `store`: the readings that this node holds.
    [[nodiscard]] bool takes_part(const ClusterId& cluster, const Turn& turn);
    [[nodiscard]] RoundEffects advance(const ClusterId& cluster, const ReadingStore& store,
                                       const Turn& turn);
    [[nodiscard]] Result<RoundEffects, Reject> on_batch(const NodeId& sender,
                                                        const Transaction& batch,
                                                        const ReadingStore& store,
                                                        const Turn& turn);
    [[nodiscard]] Result<RoundEffects, Reject> on_endorsement(
        const Signed<Endorsement>& endorsement, const ReadingStore& store, const Turn& turn);
    [[nodiscard]] RoundEffects on_objection(const Objection& objection, const ReadingStore& store,
                                            const Turn& turn);

    [[nodiscard]] bool has_round(const ClusterId& cluster) const;
    // This member has endorsed the reading.
    [[nodiscard]] bool is_promised(const SignedReading& reading) const;
    // May the reading take the place of another one held of its slot? Yes while the settlement of
    // the window at hand may list the slot and this member has promised no reading of the slot.
    [[nodiscard]] bool may_replace(const ReadingHeader& reading, const ChainState& state) const;
    // BatchRound::rival in the round of the batch's cluster. CHECKs that the batch is a settlement.
    [[nodiscard]] const Transaction* rival(const Transaction& batch) const;
    // The sum of BatchRound::batches_heard over all rounds.
    [[nodiscard]] std::size_t batches_heard() const;
    // Steady time at which advance() of some cluster has something to do; nullopt: none.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms(
        const ReadingStore& store, const ChainState& state, Instant now,
        std::optional<Height> endorses_from) const;

  private:
    [[nodiscard]] bool has_part(const ClusterId& cluster, const ChainState& state,
                                std::optional<Height> endorses_from) const;
    [[nodiscard]] committee::BatchRound* round(const ClusterId& cluster, const Turn& turn);
    [[nodiscard]] committee::BatchRound& open(const ClusterId& cluster);
    [[nodiscard]] committee::View view(const ClusterId& cluster, const ChainState& state,
                                       Instant now, const ReadingStore& store) const;

    NodeId self_;
    const Signer& signer_;
    RandomSource random_;
    KeyholderAccounts accounts_;
    std::map<ClusterId, ClusterAccounts> unopened_;  // of clusters that have not settled yet
    SigningRight right_;
    std::map<ClusterId, committee::BatchRound> rounds_;
    std::int64_t heard_from_ms_ = committee::kDeaf;
};

// The chain has settled the window, or the cluster has no window to settle.
[[nodiscard]] bool is_settled(const ClusterId& cluster, Window window, const ChainState& state);

}  // namespace fairfeed
