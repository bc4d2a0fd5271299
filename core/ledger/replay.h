// A ledger executed again, block by block, from genesis: what a node does when it starts, and what
// verify, show and prove stand on. Everything that can be recomputed without keys is recomputed;
// only signatures may be trusted, and only where the ledger is one's own. Reads, never writes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/ledger/ledger.h"
#include "core/state/execution.h"
#include "core/state/replay_step.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

struct ReplayOptions {
    // The ledger was written by this node, which verified every signature before: skip those of
    // transactions and endorsements. Certificates are still verified.
    bool trust_signatures = false;
    // Keep a copy of the state before each block for the visitor; without it `before` is `after`.
    bool keep_before = false;
    std::optional<Height> up_to = std::nullopt;  // and no further; else the tip
};

// A fault ends the replay and is its result.
using ReplayVisitor = std::function<Result<void, ReplayFault>(const ReplayStep&)>;

// The state after the last block replayed.
[[nodiscard]] Result<ChainState, ReplayFault> replay(const Ledger& ledger,
                                                     const LoadedGenesis& genesis,
                                                     const ReplayOptions& options,
                                                     const ReplayVisitor& visitor);

// The file is not what was written, as opposed to blocks that were written and do not hold.
[[nodiscard]] bool is_damage(const ReplayFault& fault);
// The ledger's own index must find every transaction where it stands, and no other.
[[nodiscard]] Result<void, ReplayFault> check_index(const Ledger& ledger, const Block& block);

// Believes everybody. Only for blocks whose signatures were verified when they were committed.
class TrustingSignatureChecker final : public SignatureChecker {
  public:
    [[nodiscard]] Result<void, Reject> transaction(const Transaction& transaction,
                                                   const Digest& network,
                                                   const VerifyKey& key) override;
    [[nodiscard]] Result<void, Reject> endorsement(const Endorsement& endorsement,
                                                   const Witness& witness, const Digest& network,
                                                   const VerifyKey& key) override;
};

// "transaction 3 of 17, the settlement of cluster c1, window 5: wrong totals".
[[nodiscard]] std::string describe(const Block& block, const ExecutionFault& fault);

}  // namespace fairfeed
