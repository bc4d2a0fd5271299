// The disk of a node in a virtual world: ledger, inbox and safety record, with the meaning of each
// durable effect taken from Storage. Knows effects and no files; VirtualDisk knows files and no
// effects. The parts are open, so that a test can damage one. A plain value.
#pragma once

#include <vector>

#include "tests/support/model_inbox.h"

namespace fairfeed::test {

struct ModelDisk {
    std::vector<CommittedBlock> ledger;  // from height 1
    ModelInbox inbox;
    Bytes safety_record;
    SafetyTrust safety = SafetyTrust::sound;  // what the next start takes the record for

    // A committed block must be the next one of the ledger. The inbox forgets the blocks up to its
    // height in a separate step, with the next effect; a crash may come between.
    void apply(const Effect& effect);
    // What a start finds beside the ledger.
    [[nodiscard]] RecoveredState memory() const;
    [[nodiscard]] BlocksAnswer answer(const BlocksRequest& request) const;

    [[nodiscard]] bool holds_reading(const MeterId& meter, Window window) const;  // in the inbox
    // Whether the reading is in the inbox or on the chain.
    [[nodiscard]] bool keeps_reading(const Digest& id) const;
    // Of the reading that the receipt names: fast for one in the inbox.
    [[nodiscard]] bool keeps_receipted(const Receipt& receipt) const;
    // Rows of the inbox without readings; their number must stay small however long a run is.
    [[nodiscard]] std::size_t undecided_rows() const;
};

}  // namespace fairfeed::test
