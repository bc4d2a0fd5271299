// Whether a reading that arrived may be accepted: a flat, ordered list of reasons not to (committee
// rules 1 and 12; threats 3, 6-8, 10, 13). Pure. The order is a promise: what is cheap and needs no
// key comes first, and what is said about a forged reading never depends on what it claims.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "core/accounts/cluster_accounts.h"
#include "core/base/units.h"
#include "core/wire/topics.h"

namespace fairfeed::intake {

// A receiver refuses a window that ends more than this after its own clock (rule 12).
constexpr std::int64_t kFutureToleranceMs = 2000;

struct Context {
    const ChainState& state;
    const KeyRing& keys;
    std::function<const ClusterAccounts&(const ClusterId&)> accounts;
    NodeId self;
    Instant now;
    // Id of the reading held, or committed, for this meter and window; nullopt: none.
    std::function<std::optional<Digest>(const MeterId&, Window)> held;
    // Does a block have the one held? Then it is known for good.
    std::function<bool(const MeterId&, Window)> committed{};
    // May this reading take the place of another one held of its slot? Empty: never.
    std::function<bool(const SignedReading&)> wanted{};
};

// What arrived: on which topic, with which retain flag, the packet's bytes.
struct Arrival {
    const Topic& topic;
    bool retained = false;
    ByteView packet;
};

// Why not, and the reading if its meter's signature was found valid: only then does it deserve an
// answer, or anybody could make a node sign.
struct Refused {
    Reject reason;
    std::optional<SignedReading> reading;
};

// The accepted reading, opened. Reject::duplicate means "known already": it may be receipted again.
[[nodiscard]] Result<OpenedReading, Refused> judge_reading(const Arrival& arrival,
                                                           const Context& context);

// The same rules without topic: for a reading pulled from a fellow member or sent in an objection.
// It takes whatever an honest member at the same height, or one height further, may demand as
// withheld (ClusterAccounts::withheld), or two members could refuse each other's batches for ever.
[[nodiscard]] Result<OpenedReading, Refused> judge_pulled_reading(ByteView envelope,
                                                                  const Context& context);

}  // namespace fairfeed::intake
