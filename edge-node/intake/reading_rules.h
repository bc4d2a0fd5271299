// Whether an arriving reading may be accepted: a flat, ordered list of reasons to refuse (committee
// rules 1 and 12; threats 3, 6-8, 10, 13). Pure. The order is part of the contract: cheap checks
// without keys come first, and the answer to a forged reading never depends on its claims.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "core/accounts/cluster_accounts.h"
#include "core/base/units.h"
#include "core/state/signature_checker.h"
#include "core/wire/topics.h"

namespace fairfeed::intake {

// A receiver refuses a window that ends more than this after its own clock (rule 12).
constexpr std::int64_t kFutureToleranceMs = 2000;

struct Context {
    const ChainState& state;
    SignatureChecker& signatures;
    const KeyRing& keys;
    std::function<const ClusterAccounts&(const ClusterId&)> accounts;
    NodeId self;
    Instant now;
    // Id of the reading held, or committed, for this meter and window; nullopt: none.
    std::function<std::optional<Digest>(const MeterId&, Window)> held;
    // Whether a block contains the held reading.
    std::function<bool(const MeterId&, Window)> committed{};
    // Whether this reading may replace another one held for its slot. Empty: never.
    std::function<bool(const SignedReading&)> wanted{};
};

// The packet with its topic and retain flag.
struct Arrival {
    const Topic& topic;
    bool retained = false;
    ByteView packet;
};

// The reason, and the reading if its meter's signature is valid. Only such a reading is answered;
// otherwise anybody could make a node sign.
struct Refused {
    Reject reason;
    std::optional<SignedReading> reading;
};

// The accepted reading, opened. Reject::duplicate means "known already": it may be receipted again.
[[nodiscard]] Result<OpenedReading, Refused> judge_reading(const Arrival& arrival,
                                                           const Context& context);

// judge_reading without topic: for a reading requested from a fellow member or sent in an
// objection. It accepts every reading that an honest member at the same height, or one height
// further, may demand as withheld (ClusterAccounts::withheld). Otherwise two members could refuse
// each other's batches for ever.
[[nodiscard]] Result<OpenedReading, Refused> judge_pulled_reading(ByteView envelope,
                                                                  const Context& context);

}  // namespace fairfeed::intake
