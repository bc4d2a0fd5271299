// The registration of one meter on the chain: its cluster, the committees and key epochs by window,
// and its capacity. Read from the transactions of block 0 and from DGMD's notices after it; pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/transaction.h"

namespace fairfeed {

struct WitnessNode {
    NodeId node;
    VerifyKey key;  // verifies receipts, refusals and shares
};
using Committee = std::vector<WitnessNode>;  // the parent first

// In force from `effective` on; of two in force the later one applies.
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
    Window effective = 0;                    // first window of the meter
    std::int64_t capacity_w = 0;             // certified; 0: a consumer
    Registers installed;                     // its registers before the first window
    std::vector<DatedCommittee> committees;  // in the order of the chain, at least one
    std::vector<DatedKeyEpoch> key_epochs;   // the same

    [[nodiscard]] const Committee& committee_of(Window window) const;
    [[nodiscard]] KeyEpoch key_epoch_of(Window window) const;
    // Every node of any of the committees, once, in the order of first appearance.
    [[nodiscard]] Committee everybody() const;
};

// Rule 1: min(2, committee) members, one of them not the parent if there is another.
[[nodiscard]] bool is_held_by_enough(const std::set<NodeId>& holders, const Committee& committee);

// The registrations by their names, so that finding one does not read all of them. `registry`:
// block 0, then notices in the order of the chain; outlives the book. One thread.
class EnrolmentBook {
  public:
    explicit EnrolmentBook(std::span<const Transaction> registry);

    // Error: one line for a person with the meter and what is missing.
    [[nodiscard]] Result<Enrolment, std::string> find(const MeterId& meter) const;

  private:
    struct MeterEntries {  // of two registrations or certificates the later one applies
        const MeterRegistration* registration = nullptr;
        std::int64_t capacity_w = 0;  // 0: none, or deauthorised
        std::vector<const KeyGrant*> grants;
    };
    [[nodiscard]] Result<Committee, std::string> members_of(
        const CommitteeAllocation& allocation) const;
    [[nodiscard]] const Result<std::vector<DatedCommittee>, std::string>& committees_of(
        const ClusterId& cluster) const;

    std::map<MeterId, MeterEntries> meters_;
    std::map<NodeId, const NodeRegistration*> nodes_;
    std::map<ClusterId, std::vector<const CommitteeAllocation*>> allocations_;
    // Of a cluster, parsed once; an error without the meter's name.
    mutable std::map<ClusterId, Result<std::vector<DatedCommittee>, std::string>> committees_;
};

}  // namespace fairfeed
