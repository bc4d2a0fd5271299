// A proof file of a whole bill: one certified block, which holds the month's last settlement, and
// the settlements before it, each with the meter's row alone. A settlement names the id of its
// cluster's settlement before, so the one certificate covers them all; the rows stand under the
// root in each head. Every number of the bill is folded again from the opened lines (bill.h), which
// must follow from each other. Checkable against the genesis file alone (docs/protocol.md, "Bill
// file"). The file's keys open these lines and no readings. Pure, except that make_bill_proof reads
// a ledger.
#pragma once

#include "core/proof/bill.h"
#include "core/proof/proof.h"

namespace fairfeed {

constexpr std::uint32_t kBillProofVersion = 4;  // proofs of readings have 3, of evidence 2
constexpr std::size_t kMaxBillProofBytes = 32'000'000;

// A settlement cut down to the meter's row, and the key of its line.
struct BillPiece {
    Transaction settlement;  // an excerpt; only the last one has its endorsements
    RowPlace row;
    SymmetricKey line_key;
    bool operator==(const BillPiece&) const = default;
};

struct BillProof {
    Digest network;
    MeterId meter;
    BillMonth month{};
    BlockHeader header;  // of the block with the last settlement
    QuorumCertificate certificate;
    std::uint64_t index = 0;  // of the last settlement in its block
    std::vector<Digest> path;
    std::vector<BillPiece> pieces;  // ascending windows; the first may be of the month before
    std::vector<RegistryEvidence> registry;
    bool operator==(const BillProof&) const = default;
};

[[nodiscard]] Bytes encode_bill_proof(const BillProof& proof);
[[nodiscard]] Result<BillProof, Reject> decode_bill_proof(ByteView bytes);
[[nodiscard]] bool is_bill_file(ByteView bytes);

struct BillFindings {
    Bill bill;
    Height height = 0;
    Digest block;
    std::size_t validators = 0;
    std::size_t signers = 0;
    std::size_t members = 0;
    std::size_t endorsements = 0;
    std::vector<std::string> proved;
    std::vector<std::string> not_proved;
};
// Trusts only the genesis file.
[[nodiscard]] Result<BillFindings, ProofFault> check_bill_proof(ByteView bytes,
                                                                const LoadedGenesis& genesis);

// The ledger must be the holder's own. `holder`: DGMD, or a member of the cluster's committee of
// all these windows.
[[nodiscard]] Result<BillProof, ProofRefusal> make_bill_proof(const Ledger& ledger,
                                                              const LoadedGenesis& genesis,
                                                              const Keyholder& holder,
                                                              const MeterId& meter,
                                                              const BillMonth& month);

}  // namespace fairfeed
