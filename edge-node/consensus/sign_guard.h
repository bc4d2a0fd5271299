// The only way from consensus to the signing key (R12). SignGuard signs one content for each (type,
// height, round) and refuses every other content there. It refuses to go back in (height, round,
// step). For the same content it returns the stored signature: ECDSA is randomised, and a second
// signature of one vote has no use. SignGuard writes nothing to disk; Signatory puts each statement
// into the safety record before the statement is sent.
#pragma once

#include <optional>

#include "core/base/ids.h"
#include "core/crypto/signing.h"
#include "core/model/certificate.h"
#include "edge-node/consensus/statements.h"

namespace fairfeed::consensus {

class SignGuard {
  public:
    // The signer must outlive the guard.
    SignGuard(NodeId self, const Digest& network, const Signer& signer);

    // nullopt: (height, round, step) lies behind, or the slot has a signature on other content.
    [[nodiscard]] std::optional<Proposal> sign(const ProposalContent& content);
    [[nodiscard]] std::optional<Vote> sign(const VoteContent& content);

    // Whether a statement of this node is missing here: it belongs to the newest height and round
    // and differs from the statement held there, or its height and round are newer. SignGuard
    // holds no older statements, so an older one is never called missing.
    [[nodiscard]] bool is_missing(const VoteContent& content) const;
    [[nodiscard]] bool is_missing(const ProposalContent& content) const;
    // Remembers a missing statement as this node's own (R22). A slot that is taken stays as it is.
    void adopt(const Vote& vote);
    void adopt(const Proposal& proposal);

    // Takes over the statements of before a restart. Call it before the first signature only.
    void restore(const Statements& said);
    [[nodiscard]] const Statements& said() const { return said_; }

  private:
    NodeId self_;
    Digest network_;
    const Signer& signer_;
    Statements said_;
};

}  // namespace fairfeed::consensus
