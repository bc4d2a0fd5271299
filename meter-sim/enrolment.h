// What genesis says about one meter: where it belongs, who its committee is, how much it may
// generate. Read straight from the transactions of block 0; pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/wire/chain_codec.h"

namespace fairfeed {

struct CommitteeMember {
    NodeId node;
    VerifyKey key;  // receipts, refusals and shares are signed with it
};

struct Enrolment {
    MeterId meter;
    ClusterId cluster;
    PublicKey signing_key;
    Window effective = 0;  // the first window it measures
    KeyEpoch key_epoch = 0;
    std::int64_t capacity_w = 0;             // certified; 0: a consumer
    Registers installed;                     // what its registers say before the first window
    std::vector<CommitteeMember> committee;  // the parent first
};

// Error: one line for a person, naming the meter and what genesis lacks.
[[nodiscard]] Result<Enrolment, std::string> find_enrolment(const Block& genesis,
                                                            const MeterId& meter);

}  // namespace fairfeed
