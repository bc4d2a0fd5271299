// Whether this validator may sign at a height. Two things forbid it. A halt (R23, R24) forbids
// every signature until a person removes the safety record. A silence (R23) forbids signatures
// while the safety record is mistrusted: without end until mistrust is bounded, then up to a
// height. Plain state; the caller records every change. Owned by Signatory.
#pragma once

#include <optional>

#include "core/base/ids.h"
#include "edge-node/consensus/safety_record.h"

namespace fairfeed::consensus {

class SigningPermit {
  public:
    // Takes over the halt and the silence of before a restart.
    void restore(const SafetyRecord& record);
    // The first height starts: a person's forgiveness covers no later statement.
    void start() { forgiving_ = false; }

    [[nodiscard]] bool allows(Height height) const;
    // R23: whether this node may have signed statements of this height and lost them from its
    // record, so that it must expect to be shown them.
    [[nodiscard]] bool expects_lost(Height height) const;

    // Each says whether anything changed.
    [[nodiscard]] bool mistrust(SilenceReason reason);  // starts a silence without a known end
    [[nodiscard]] bool bound_mistrust(Height until);    // the silence ends with this height
    [[nodiscard]] bool forgive_mistrust();              // ends the silence; a person's decision
    [[nodiscard]] bool halt(const Halt& halt);          // of two halts the first is kept
    // Somebody has shown a statement of this height that the record lacks. Starts a silence, unless
    // such statements are expected or a person has taken the risk.
    void lost_statement_shown(Height height);

    [[nodiscard]] const std::optional<Halt>& halt() const { return halt_; }
    [[nodiscard]] const std::optional<Silence>& silence() const { return silence_; }

  private:
    std::optional<Halt> halt_;
    std::optional<Silence> silence_;  // stays when it is over: endorsements look at it as well
    bool forgiving_ = false;          // mistrust was forgiven, and no height has started since
};

}  // namespace fairfeed::consensus
