// A proof file of a whole bill: one certified block, which holds the month's last settlement, and
// the settlements before it, each with the meter's row alone. A settlement names the id of its
// cluster's settlement before, so the one certificate covers them all; the rows stand under the
// root in each head. Every number of the bill is folded again from the opened lines (bill.h), which
// must follow from each other. What a line trues up is computed again from the closing state before
// it and the late readings, opened (bill_corrections.h). A bill is final with a later settlement of
// the cluster, in a certified block of its own, after which nothing trues up a window of the month.
// Checkable against the genesis file alone (docs/protocol.md, "Bill file"). The file's keys open
// these lines, and the readings that came late. Pure, except that make_bill_proof reads a ledger.
#pragma once

#include "core/proof/bill.h"
#include "core/proof/proof.h"

namespace fairfeed {

constexpr std::uint32_t kBillProofVersion = 5;  // proofs of readings have 3, of evidence 2
constexpr std::size_t kMaxBillProofBytes = 32'000'000;
constexpr std::size_t kMaxBillPieces = 3000;  // a month of quarter hours, and the window before

// A late reading, and the key that opens it alone.
struct BilledReading {
    SignedReading reading;
    SymmetricKey key;
    bool operator==(const BilledReading&) const = default;
};

// A settlement cut down to the rows of the meter and of its late readings, and their keys.
struct BillPiece {
    Transaction settlement;  // an excerpt; only the last one has its endorsements
    std::vector<RowPlace> rows;
    SymmetricKey line_key;
    std::vector<BilledReading> late;  // ascending windows
    bool operator==(const BillPiece&) const = default;
};

// The settlement after which no window of the month is trued up any more. Where the month's last
// line goes into a run of windows without a reading, later registers true the month up, however
// late they come. Then the excerpt has the meter's row, whose closing state shows that the run was
// closed.
struct BillEnd {
    BlockHeader header;
    QuorumCertificate certificate;
    IncludedTransaction settlement;  // the head alone, or with the meter's row
    std::vector<RowPlace> rows;      // of this row; or empty
    SymmetricKey closing_key;        // opens the closing state in this row; zeros without one
    std::vector<RegistryEvidence> registry;  // behind that of the bill
    bool operator==(const BillEnd&) const = default;
};

struct BillProof {
    Digest network;
    MeterId meter;
    BillMonth month{};
    BlockHeader header;  // of the block with the last settlement
    QuorumCertificate certificate;
    std::uint64_t index = 0;  // of the last settlement in its block
    std::vector<Digest> path;
    // Ascending windows. Those of earlier months stand in front: the last of them for its closing
    // state, the others for the factors that bound in windows that were read late.
    std::vector<BillPiece> pieces;
    std::vector<RegistryEvidence> registry;
    std::optional<BillEnd> end;  // there: the bill is final
    bool operator==(const BillProof&) const = default;
};

[[nodiscard]] Bytes encode_bill_proof(const BillProof& proof);
[[nodiscard]] Result<BillProof, Reject> decode_bill_proof(ByteView bytes);
[[nodiscard]] bool is_bill_file(ByteView bytes);

struct BillFindings {
    Bill bill;
    BillStatus status = BillStatus::open;
    // The first window whose settlement ends every correction of the month; nullopt: the bill does
    // not reach the month's end.
    std::optional<std::int64_t> final_with;
    std::size_t unchecked_corrections = 0;  // lines; 0: all follow from readings and registers
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
