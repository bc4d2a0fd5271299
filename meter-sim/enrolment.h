// What the chain says about one meter: where it belongs, who settles it and reads it from which
// window on, how much it may generate. Read straight from the transactions of block 0 and from
// DGMD's notices after it; pure.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/transaction.h"

namespace fairfeed {

struct CommitteeMember {
    NodeId node;
    VerifyKey key;  // receipts, refusals and shares are signed with it
};
using Committee = std::vector<CommitteeMember>;  // the parent first

// In force from a window on; of two that are, the later one counts.
struct DatedCommittee {
    Window effective = 0;
    Committee members;
};
struct DatedKeyEpoch {
    Window effective = 0;
    KeyEpoch epoch = 0;
};

struct Enrolment {
    MeterId meter;
    ClusterId cluster;
    PublicKey signing_key;
    Window effective = 0;                    // the first window it measures
    std::int64_t capacity_w = 0;             // certified; 0: a consumer
    Registers installed;                     // what its registers say before the first window
    std::vector<DatedCommittee> committees;  // in the order of the chain, at least one
    std::vector<DatedKeyEpoch> key_epochs;   // the same

    [[nodiscard]] const Committee& committee_of(Window window) const;
    [[nodiscard]] KeyEpoch key_epoch_of(Window window) const;
    // Every node that is in one of the committees, once, in the order of its first.
    [[nodiscard]] Committee everybody() const;
};

// Rule 1: min(2, committee) members, one of them not the parent where there is one.
[[nodiscard]] bool is_held_by_enough(const std::set<NodeId>& holders, const Committee& committee);

// `registry`: block 0, then notices in the order of the chain. Error: one line for a person, naming
// the meter and what is lacking.
[[nodiscard]] Result<Enrolment, std::string> find_enrolment(std::span<const Transaction> registry,
                                                            const MeterId& meter);

}  // namespace fairfeed
