// This validator as one who signs: what it has signed (SignGuard), whether it may sign
// (SigningPermit) and the safety record of both (KeptRecord). Every change is in the record before
// the step that made it sends anything (R12), so a restart undoes no signature, no silence and no
// halt (R22-R24). Pure; owned by Replica.
#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/certificate.h"
#include "edge-node/consensus/kept_record.h"
#include "edge-node/consensus/sign_guard.h"
#include "edge-node/consensus/signing_permit.h"

namespace fairfeed::consensus {

class Signatory {
  public:
    // The signer must outlive the signatory.
    Signatory(NodeId self, const Digest& network, const Signer& signer);

    // The record of the safety slot, before the first height. Errors: those of KeptRecord::restore.
    [[nodiscard]] Result<void, Reject> restore(ByteView record);
    // The record to resume from, if the record read at the start belongs to this height.
    [[nodiscard]] std::optional<SafetyRecord> start_height(Height height);

    // Knows nothing of validators: the caller asks whether this node is one.
    [[nodiscard]] bool may_sign(Height height) const { return permit_.allows(height); }
    // nullopt: signing is forbidden at this height, or SignGuard refuses. After a signature the
    // caller calls record().
    [[nodiscard]] std::optional<Proposal> sign(const ProposalContent& content);
    [[nodiscard]] std::optional<Vote> sign(const VoteContent& content);
    // Writes a record of the place, the step, the lock and the polka that are given, and of the own
    // statements, which must belong to that place.
    void record(SafetyRecord place);

    // R23: the record may lack statements that were signed.
    void mistrust(SilenceReason reason);
    // R23: the lost statements are about heights up to this one.
    void bound_mistrust(Height until);
    // R23: before the first height, a person takes the risk of lost statements.
    void forgive_mistrust();
    void halt(const Halt& halt);
    // R23: somebody holds a statement with this node's valid signature. If the record lacks it, it
    // becomes an own statement, and a silence starts unless such statements are expected.
    void show(const Vote& vote);
    void show(const Proposal& proposal);
    // R23: looks for this node's signature in a certificate of the height being decided. A
    // statement that this node has not made, and cannot have lost, shows that the key is at work
    // elsewhere: halts.
    void check(const QuorumCertificate& certificate);

    [[nodiscard]] const Statements& said() const { return guard_.said(); }
    [[nodiscard]] const std::optional<Halt>& halt() const { return permit_.halt(); }
    [[nodiscard]] const std::optional<Silence>& silence() const { return permit_.silence(); }
    // The record to make durable before anything is sent; nullopt: the record did not change.
    [[nodiscard]] std::optional<Bytes> take_unsaved() { return record_.take_unsaved(); }

  private:
    template <class Statement>
    void show_statement(const Statement& statement);
    void write(SafetyRecord record);
    void write_newest();   // again, with halt and silence as they are now
    void write_adopted();  // the own statements alone

    NodeId self_;
    SignGuard guard_;
    SigningPermit permit_;
    KeptRecord record_;
    bool before_first_height_ = true;
};

}  // namespace fairfeed::consensus
