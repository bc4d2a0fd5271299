// What a member found wrong: evidence against others for the chain, alarms for people, and how
// often members object. Pure; owned by CommitteeMember.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/reading.h"
#include "core/model/transaction.h"
#include "core/state/replay_step.h"

namespace fairfeed {

class Findings {
  public:
    // A meter signed both (rule 3).
    void two_readings(const SignedReading& one, const SignedReading& other, const Digest& network);
    // A proposer signed both (rule 5).
    void two_batches(const Transaction& one, const Transaction& other, const Digest& network);
    // Evidence since the last call; an error where two things that look alike are no offence.
    [[nodiscard]] std::vector<Result<Transaction, Reject>> take_evidence();

    // What must never happen and did. Only so many alarms are kept: the first ones.
    void alarm(std::string words);
    void alarm(const ReplayFault& fault);
    [[nodiscard]] const std::vector<std::string>& alarms() const { return alarms_; }

    // An objection that this member said or heard. Reasons that are no Reject count together as
    // "other", so that no peer can make the table grow without end.
    void count_objection(const std::string& reason);
    [[nodiscard]] const std::map<std::string, std::uint64_t>& objections() const {
        return objections_;
    }

  private:
    std::vector<Result<Transaction, Reject>> evidence_;
    std::vector<std::string> alarms_;
    std::map<std::string, std::uint64_t> objections_;
};

}  // namespace fairfeed
