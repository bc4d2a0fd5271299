// The only way from consensus to the signing key (R12). It signs each (type, height, round) once,
// refuses to go back or to say something else there, and gives the stored signature for the same
// content again, because ECDSA is randomised and two envelopes of one vote help nobody.
// It is not durable by itself: what it has said goes into the safety record before it is sent.
#pragma once

#include <optional>

#include "core/base/ids.h"
#include "core/crypto/signing.h"
#include "core/model/certificate.h"

namespace fairfeed::consensus {

// What this validator has signed at its newest height and round.
struct Statements {
    // False if (height, round) lies behind; otherwise the statements are of that place.
    [[nodiscard]] bool advance_to(Height to_height, Round to_round);

    Height height = 0;
    Round round = 0;
    std::optional<Proposal> proposal;
    std::optional<Vote> prevote;
    std::optional<Vote> precommit;
    // Keeps a statement of the newest place; of one slot the first.
    void take(const Vote& vote);
    void take(const Proposal& made);
    bool operator==(const Statements&) const = default;
};

class SignGuard {
  public:
    // The signer must outlive the guard.
    SignGuard(NodeId self, const Digest& network, const Signer& signer);

    // nullopt: a regression of (height, round, step), or other content in a slot already signed.
    [[nodiscard]] std::optional<Proposal> sign(const ProposalContent& content);
    [[nodiscard]] std::optional<Vote> sign(const VoteContent& content);

    // Is this a statement of our own that is not remembered here, in our newest slots or beyond
    // them? What lies further back is not kept, and tells nothing.
    [[nodiscard]] bool is_news(const VoteContent& content) const;
    [[nodiscard]] bool is_news(const ProposalContent& content) const;
    // Remembers such a statement as our own (R22); in a slot that is taken the first one stays.
    void adopt(const Vote& vote);
    void adopt(const Proposal& proposal);

    // What was said before a restart; only before the first signature.
    void restore(const Statements& said);
    [[nodiscard]] const Statements& said() const { return said_; }

  private:
    NodeId self_;
    Digest network_;
    const Signer& signer_;
    Statements said_;
};

}  // namespace fairfeed::consensus
