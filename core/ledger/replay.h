// Executes a ledger again, block by block, from genesis. A node does so when it starts; verify,
// show and prove use it. Recomputes everything that needs no keys. Only signatures may be trusted,
// and only in one's own ledger. Reads, never writes.
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
    // Skip the signatures of transactions and endorsements: this node wrote the ledger and verified
    // every signature before. Certificates are still verified.
    bool trust_signatures = false;
    // Keep a copy of the state before each block for the visitor; without it `before` is `after`.
    bool keep_before = false;
    std::optional<Height> up_to = std::nullopt;  // the last height to replay; nullopt: the tip
    // Threads that verify signatures, with the caller's. Blocks are executed in order by the
    // caller.
    std::size_t threads = 1;
    // While the blocks in memory hold fewer bytes of transactions, further ones are read for these
    // threads: a ledger may be of gigabytes.
    std::size_t bytes_ahead = 64'000'000;
};

// A fault of the visitor ends the replay and is its result.
using ReplayVisitor = std::function<Result<void, ReplayFault>(const ReplayStep&)>;

// The state after the last block replayed.
[[nodiscard]] Result<ChainState, ReplayFault> replay(const Ledger& ledger,
                                                     const LoadedGenesis& genesis,
                                                     const ReplayOptions& options,
                                                     const ReplayVisitor& visitor);

// Goes on after `state`, which is that after a block of this ledger: from the block behind it.
[[nodiscard]] Result<ChainState, ReplayFault> replay_from(ChainState state, const Ledger& ledger,
                                                          const ReplayOptions& options,
                                                          const ReplayVisitor& visitor);

// Whether the file differs from what was written. false: the blocks are as written but invalid.
[[nodiscard]] bool is_damage(const ReplayFault& fault);
// The ledger's own index must find every transaction at its place, and no others.
[[nodiscard]] Result<void, ReplayFault> check_index(const Ledger& ledger, const Block& block);

// Accepts every signature. Only for blocks whose signatures were verified at their commit.
class TrustingSignatureChecker final : public SignatureChecker {
  public:
    [[nodiscard]] Result<void, Reject> transaction(const Transaction& transaction,
                                                   const Digest& network,
                                                   const VerifyKey& key) override;
    [[nodiscard]] Result<void, Reject> endorsement(const Endorsement& endorsement,
                                                   const Witness& witness, const Digest& network,
                                                   const VerifyKey& key) override;
    Result<void, Reject> approval(const Digest&, const Witness&, const Digest&,
                                  const VerifyKey&) override {
        return {};
    }
    Result<void, Reject> reading(const SignedReading&, const Digest&, const VerifyKey&) override {
        return {};
    }
};

// "transaction 3 of 17, the settlement of cluster c1, window 5: wrong totals".
[[nodiscard]] std::string describe(const Block& block, const ExecutionFault& fault);

}  // namespace fairfeed
