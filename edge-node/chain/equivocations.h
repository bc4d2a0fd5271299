// Validators that said two things in one slot (R19): words for people, and evidence for a block.
// Bounded: the words of the first few are kept. Pure; owned by Agreement.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/transaction.h"
#include "edge-node/consensus/messages.h"

namespace fairfeed {

class Equivocations {
  public:
    // The evidence. Errors: those of make_evidence, when the two messages prove no offence.
    [[nodiscard]] Result<Transaction, Reject> note(const consensus::ReportEquivocation& votes,
                                                   const Digest& network);
    [[nodiscard]] Result<Transaction, Reject> note(const consensus::ReportProposals& proposals,
                                                   const Digest& network);
    [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

  private:
    void say(const NodeId& validator, Height height, std::string_view what);

    std::vector<std::string> words_;
};

}  // namespace fairfeed
