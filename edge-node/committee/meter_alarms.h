// What a node does when a meter says that it was opened (rule 11): judges the alarm, and receipts
// an alarm that a block has. Until then the meter repeats the alarm, so no node need remember it.
// Pure; owned by CommitteeMember.
#pragma once

#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "edge-node/effects/publisher.h"

namespace fairfeed {

class MeterAlarms {
  public:
    // `signer` outlives this object.
    MeterAlarms(NodeId self, const Signer& signer);

    // Success: the alarm may wait for a block. already_committed: a block has it, and it is
    // receipted.
    [[nodiscard]] Result<void, Reject> judge(const Transaction& event, const Turn& turn) const;
    // Only from members of the cluster: of the committee that the alarm's window has, or that the
    // window at hand has.
    void receipt(const MeterAlarm& alarm, const Digest& id, const Turn& turn) const;

  private:
    NodeId self_;
    const Signer& signer_;
    Publisher publisher_;
};

}  // namespace fairfeed
