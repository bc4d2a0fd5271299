// The two marks of Algorithm 1 on blocks of one height. `locked` is the paper's (lockedValue,
// lockedRound): this validator precommitted that block. `valid` is the paper's (validValue,
// validRound), with the polka that shows it. Owned by HeightInstance.
#pragma once

#include <optional>

#include "core/model/certificate.h"
#include "edge-node/consensus/safety_record.h"

namespace fairfeed::consensus {

class BlockLock {
  public:
    void set_locked(std::optional<Marked> locked) { locked_ = locked; }
    // The polka's block and round become `valid`. The polka is for a block, not for nil.
    void mark_valid(QuorumCertificate polka);

    // R4, R5: whether the lock leaves this validator free to prevote the proposal. A fresh proposal
    // must be for the locked block. A proposal with a valid round may be for another block if the
    // lock is not newer than the valid round.
    [[nodiscard]] bool permits(const ProposalContent& proposal) const;
    [[nodiscard]] const std::optional<Marked>& locked() const { return locked_; }
    [[nodiscard]] const std::optional<Marked>& valid() const { return valid_; }
    // Of `valid`; present exactly when `valid` is.
    [[nodiscard]] const std::optional<QuorumCertificate>& polka() const { return polka_; }

  private:
    std::optional<Marked> locked_;
    std::optional<Marked> valid_;
    std::optional<QuorumCertificate> polka_;
};

}  // namespace fairfeed::consensus
