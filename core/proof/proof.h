// A proof file: one reading and the line that bills it (of its own window, or of the settlement
// that trued up a late reading). It holds everything a stranger needs to check both against the
// genesis file alone, offline and without a ledger (docs/protocol.md, "Proof file"). Keys in it
// open this one reading and this one line; a data key never enters it. Pure, except that make_proof
// reads a ledger.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "core/ledger/ledger.h"
#include "core/model/allocation.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {

constexpr std::uint32_t kProofVersion = 3;
constexpr std::size_t kMaxProofBytes = 4'000'000;

// A transaction and its Merkle path to the root in its block's header (RFC 9162 2.1.3).
struct IncludedTransaction {
    Transaction transaction;
    std::uint64_t index = 0;
    std::vector<Digest> path;
    bool operator==(const IncludedTransaction&) const = default;
};

// Where a row of a SETTLEMENT stands, and its Merkle path to the root in the settlement's head.
struct RowPlace {
    std::uint64_t index = 0;
    std::vector<Digest> path;
    bool operator==(const RowPlace&) const = default;
};

// One of DGMD's transactions after genesis on which the proof depends, or an EVENT on which such a
// transaction depends, with its block.
struct RegistryEvidence {
    IncludedTransaction included;
    BlockHeader header;
    QuorumCertificate certificate;
    bool operator==(const RegistryEvidence&) const = default;
};

struct Proof {
    Digest network;
    BlockHeader header;             // of the block with reading and settlement
    QuorumCertificate certificate;  // over that block
    IncludedTransaction reading;
    IncludedTransaction settlement;  // an excerpt: the meter's row, then that of a late reading
    std::vector<RowPlace> rows;      // of these rows, in their order
    SymmetricKey reading_key;        // message keys: they open these two items only
    SymmetricKey line_key;
    CommitteeClass committee = CommitteeClass::single;
    // The registry entries that genesis does not hold, in the order of the chain.
    std::vector<RegistryEvidence> registry;
    bool operator==(const Proof&) const = default;
};

[[nodiscard]] Bytes encode_proof(const Proof& proof);
[[nodiscard]] Result<Proof, Reject> decode_proof(ByteView bytes);

// Why no proof can be made: one line for a person.
struct ProofRefusal {
    std::string explanation;
};
// Makes the proof of the meter's reading of `window` and of the line that bills it. The ledger must
// be the holder's own.
[[nodiscard]] Result<Proof, ProofRefusal> make_proof(const Ledger& ledger,
                                                     const LoadedGenesis& genesis,
                                                     const Keyholder& holder, const MeterId& meter,
                                                     Window window);

// The part of a proof in which a check failed.
enum class ProofPart : std::uint8_t {
    file,  // not a proof file of this version
    network,
    registry,
    header,
    certificate,
    reading,
    settlement,
    committee,
    reading_key,
    line_key,
    energy,
    money,
    evidence,
};
[[nodiscard]] std::string_view to_string(ProofPart part);

struct ProofFault {
    ProofPart part = ProofPart::file;
    std::string explanation;  // one line for a person
    bool operator==(const ProofFault&) const = default;
};

struct ProofFindings {
    Digest network;
    MeterId meter;
    ClusterId cluster;
    Window window = 0;                // of the reading
    Window settled = 0;               // window of the settlement; later: the reading came late
    std::int64_t window_start_s = 0;  // grid seconds
    std::int64_t window_end_s = 0;
    Height height = 0;
    Digest block;
    std::int64_t block_time_ms = 0;
    Digest reading;
    Digest settlement;
    ReadingBody body;
    SettlementLine line;
    ShareBasis basis = ShareBasis::previous_window;  // of the share of this line
    Factors factors;                                 // for the window that the share is for
    Factors bound;                                   // those of the settlement's own window
    Tariff tariff;  // of the settlement's own window, as the next two
    WindowBands bands;
    std::int64_t fixed_micro = 0;
    std::int64_t import_remainder_before = 0;  // carried in, computed from the amounts
    std::int64_t export_remainder_before = 0;
    std::int64_t in_force_from_s = 0;  // grid seconds: when the share of this line binds
    CommitteeClass committee = CommitteeClass::single;
    std::size_t members = 0;
    std::size_t endorsements = 0;
    std::size_t validators = 0;
    std::size_t signers = 0;  // of the certificate
    std::vector<std::string> proved;
    std::vector<std::string> not_proved;
};

// Trusts only the genesis file.
[[nodiscard]] Result<ProofFindings, ProofFault> check_proof(ByteView bytes,
                                                            const LoadedGenesis& genesis);

}  // namespace fairfeed
