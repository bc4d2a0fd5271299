// Verifies a ledger: replays it from genesis and recomputes everything: hashes, links, Merkle
// roots, certificates, signatures of meters, members and DGMD, public arithmetic, app hashes,
// invariants; with a keyholder's key also readings, sealed lines and the contract. Counts and names
// everything that it could not recompute. Reads only.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "core/ledger/ledger.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

struct VerifyCounts {
    std::uint64_t blocks = 0;  // above genesis
    std::uint64_t transactions = 0;
    std::uint64_t readings = 0;
    std::uint64_t settlements = 0;
    std::uint64_t certificates = 0;  // stored certificates and those carried by the next block
    std::uint64_t endorsements = 0;
    std::uint64_t readings_opened = 0;
    std::uint64_t lines_opened = 0;
    std::uint64_t settlements_recomputed = 0;

    bool operator==(const VerifyCounts&) const = default;
};

struct WindowRun {
    Window first = 0;
    Window last = 0;
    bool operator==(const WindowRun&) const = default;
};

// A HANDOVER to the keyholder that does not open.
struct FalseHandover {
    Height height = 0;
    NodeId sender;
    bool operator==(const FalseHandover&) const = default;
};

struct VerifyReport {
    Height ledger_height = 0;   // height of the ledger's tip
    Height checked_height = 0;  // the last block found valid
    Digest tip;                 // of checked_height
    Digest app_hash;            // state after it
    VerifyCounts counts;
    // For each cluster, ascending: runs of settled windows that no available key opens.
    std::map<ClusterId, std::vector<WindowRun>> closed;
    std::vector<FalseHandover> false_handovers;
    std::optional<ReplayFault> fault;
    std::vector<InvariantReport> invariants;

    [[nodiscard]] bool sound() const { return !fault; }
};

// Called after each block with the progress so far.
using VerifyProgress = std::function<void(Height done, Height total)>;

// holder: nullptr means no keys. progress may be empty. threads: that verify signatures, with the
// caller's; the report does not depend on them.
[[nodiscard]] VerifyReport verify_ledger(const Ledger& ledger, const LoadedGenesis& genesis,
                                         const Keyholder* holder, const VerifyProgress& progress,
                                         std::size_t threads = 1);

}  // namespace fairfeed
