// What DGMD knows of the chain beside its public state: opens the sealed lines with DGMD's keys,
// computes every settlement again from the readings, and checks the invariants, with the code of
// the nodes (core/accounts). A settlement that is not the contract's result is on the chain all the
// same: it is told, and the books go on from its lines, as every node's do. Pure; owned by
// Follower.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/accounts/invariants.h"
#include "core/accounts/keyholder_accounts.h"
#include "core/state/replay_step.h"

namespace fairfeed {

// A block of the chain with everything that DGMD can read in it. Refers to what the caller holds.
struct OpenedBlock {
    const ReplayStep& step;
    const std::vector<RecomputedSettlement>& settlements;
    const std::vector<ReplayFault>& faults;  // settlements that are not the contract's result
};

class OfficeBooks {
  public:
    static constexpr std::size_t kFaultsKept = 100;

    // Without keys everything public is checked, and every line stays closed.
    explicit OfficeBooks(std::optional<Keyholder> keys);

    // The next block, genesis first: the settlements that DGMD's keys open.
    [[nodiscard]] std::vector<RecomputedSettlement> follow(const ReplayStep& step);
    // Of the last block followed.
    [[nodiscard]] const std::vector<ReplayFault>& new_faults() const { return accounts_.faults(); }

    // The newest ones, oldest first; fault_count() counts all since genesis.
    [[nodiscard]] const std::deque<ReplayFault>& faults() const { return faults_; }
    [[nodiscard]] std::uint64_t fault_count() const { return fault_count_; }
    [[nodiscard]] const std::vector<InvariantReport>& invariants() const {
        return monitor_.reports();
    }
    [[nodiscard]] const KeyholderAccounts& accounts() const { return accounts_; }
    // Clusters whose lines DGMD cannot read: a data key was not granted, or does not open them.
    [[nodiscard]] const std::set<ClusterId>& closed() const { return accounts_.closed(); }

    // core/accounts/books_codec.h. What is known of the last block alone is not written, nor keys.
    void write(cbor::Writer& out) const;
    [[nodiscard]] static OfficeBooks read(cbor::Reader& in, std::optional<Keyholder> keys);

  private:
    KeyholderAccounts accounts_;
    InvariantMonitor monitor_;
    std::deque<ReplayFault> faults_;
    std::uint64_t fault_count_ = 0;
};

}  // namespace fairfeed
