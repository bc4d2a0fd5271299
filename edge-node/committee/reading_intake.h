// Takes readings in (committee rules 1, 3, 10): judges each, compares it with those held, writes it
// down, keeps it, and answers the meter with a receipt or a refusal. Readings come from meters,
// from fellow members, from the disk and from blocks. Owns the store of readings held. Pure; owned
// by CommitteeMember.
#pragma once

#include <map>
#include <optional>

#include "core/accounts/keyholder_accounts.h"
#include "core/model/message.h"
#include "edge-node/committee/findings.h"
#include "edge-node/committee/member_windows.h"
#include "edge-node/committee/reading_store.h"
#include "edge-node/effects/publisher.h"
#include "edge-node/intake/reading_rules.h"

namespace fairfeed {

class ReadingIntake {
  public:
    // `signer` and `signatures` outlive this object.
    ReadingIntake(NodeId self, const Signer& signer, SignatureChecker& signatures);

    // The cluster of the reading that was taken.
    using Taken = Result<ClusterId, Reject>;
    // From a meter. A duplicate is receipted again, if the reading may be receipted yet. Any other
    // reason is told to the meter, but only if the reading's signature is valid.
    [[nodiscard]] Taken take(const intake::Arrival& arrival, MemberWindows& windows,
                             Findings& findings, const Turn& turn);
    // A fellow member shows the reading in an objection.
    [[nodiscard]] Taken take_shown(ByteView envelope, MemberWindows& windows, Findings& findings,
                                   const Turn& turn);
    // This member asked for the reading by its id, because a batch lists it. Another one held of
    // the same slot gives way, unless this member has promised that one: of a meter that signed
    // two, all members must come to hold the same. It gives way once, because a third reading would
    // prove no more than two, and could fill the disk.
    [[nodiscard]] Taken take_asked(ByteView envelope, MemberWindows& windows, Findings& findings,
                                   const Turn& turn);

    // From the inbox, before a restart, after what this member endorsed: of two readings of one
    // slot the promised one is held, else the first.
    void restore(ByteView envelope, const MemberWindows& windows, Findings& findings,
                 const ChainState& state);
    // Read from what is left of a lost inbox: judged anew and written down again.
    void salvage(ByteView envelope, MemberWindows& windows, const Turn& turn);

    // A block has the settlement: what the chain took is what this node holds, whatever arrived
    // here. `state`: after the block.
    void settle(const RecomputedSettlement& settlement, Findings& findings,
                const ChainState& state);
    // The chain has the window: what the inbox may forget of the cluster.
    [[nodiscard]] ForgetWindow forget(const ClusterId& cluster, Window settled,
                                      const ChainState& state);
    // Evidence, if the meter signed another reading of this slot or number that is held.
    void compare(const SignedReading& reading, Findings& findings, const ChainState& state) const;
    // The store of a node that has replayed the chain so far, without what only the inbox has.
    void resume(ReadingStore store) { store_ = std::move(store); }
    // ReadingStore::forget_dropped.
    void forget_dropped() { store_.forget_dropped(); }

    // The readings asked for that are held, and whose windows the asker is a member for. Errors:
    // check_wanted_ids.
    [[nodiscard]] Result<ReadingsAnswer, Reject> answer(const NodeId& asker,
                                                        const ReadingsRequest& request,
                                                        const ChainState& state) const;

    [[nodiscard]] const ReadingStore& store() const { return store_; }
    // Slots of which a reading was taken since the start.
    [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
    // Why the meter's last reading was refused: a meter that talks is not silent. nullopt: that
    // reading was taken, or no reading was refused in the last three windows.
    [[nodiscard]] std::optional<Reject> refused_lately(const MeterId& meter,
                                                       const ChainState& state) const;

  private:
    struct Refusing {
        Reject reason;
        Window heard = 0;  // the window that was next then
    };
    using Judged = Result<OpenedReading, intake::Refused>;
    [[nodiscard]] intake::Context context(MemberWindows& windows, const Turn& turn) const;
    [[nodiscard]] Judged compared(Judged judged, Findings& findings, const ChainState& state) const;
    [[nodiscard]] Taken accept(Judged judged, const Turn& turn);
    void receipt(const SignedReading& reading, const Turn& turn) const;
    void refuse(const SignedReading& reading, Reject reason, const Turn& turn);

    NodeId self_;
    const Signer& signer_;
    SignatureChecker& signatures_;
    Publisher publisher_;
    ReadingStore store_;
    std::map<MeterId, Refusing> refused_;  // meters of whose readings the last was refused
    std::uint64_t accepted_ = 0;
};

}  // namespace fairfeed
