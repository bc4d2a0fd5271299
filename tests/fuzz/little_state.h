// LittleState: a fixed small network for the verifiers under fuzzing: two clusters of three meters,
// four validators, nothing settled yet. Its id and all its keys are the same in every run, so old
// signatures stay valid. Made once per process; read only.
#pragma once

#include "core/accounts/cluster_accounts.h"
#include "core/state/execution.h"
#include "tests/support/test_network.h"

namespace fairfeed::fuzz {

struct LittleState {
    LittleState();

    test::TestNetwork network;
    ChainState state;          // after block 0
    KeyRing keys;              // DGMD's: everybody's data keys
    ClusterAccounts accounts;  // of cluster-1
    OpenedReadings readings;   // of cluster-1 in window 0
    SettlementDraft draft;     // the settlement of these readings
    std::int64_t time_ms;      // a block time at which window 0 is over

    // The draft as its parent would seal it.
    [[nodiscard]] Result<Settlement, Reject> sealed(const SettlementDraft& altered) const;
};

[[nodiscard]] const LittleState& little_state();

// Accepts every signature. A fuzzer cannot sign, and members who can sign must not break the code
// behind the signature check either.
class TrustingChecker final : public SignatureChecker {
  public:
    [[nodiscard]] Result<void, Reject> transaction(const Transaction&, const Digest&,
                                                   const VerifyKey&) override {
        return {};
    }
    [[nodiscard]] Result<void, Reject> endorsement(const Endorsement&, const Witness&,
                                                   const Digest&, const VerifyKey&) override {
        return {};
    }
    [[nodiscard]] Result<void, Reject> approval(const Digest&, const Witness&, const Digest&,
                                                const VerifyKey&) override {
        return {};
    }
    [[nodiscard]] Result<void, Reject> reading(const SignedReading&, const Digest&,
                                               const VerifyKey&) override {
        return {};
    }
};

}  // namespace fairfeed::fuzz
