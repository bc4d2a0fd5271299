// Evidence file: one EVIDENCE transaction and, if it is on the chain, the path to its block,
// checkable against the genesis file alone (docs/protocol.md, "Evidence file"). The file needs no
// trusted sender, because the culprit signed both messages in it. Pure, except that
// make_evidence_proof reads a ledger.
#pragma once

#include <optional>
#include <variant>

#include "core/ledger/ledger.h"
#include "core/proof/proof.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

constexpr std::uint32_t kEvidenceProofVersion = 2;  // proofs of readings have 1

struct EvidenceProof {
    Digest network;
    BlockHeader header;
    QuorumCertificate certificate;
    IncludedTransaction evidence;
    std::vector<RegistryEvidence> registry;  // as in a proof; for a meter's offence, its METER
    bool operator==(const EvidenceProof&) const = default;
};

[[nodiscard]] Bytes encode_evidence_proof(const EvidenceProof& proof);
[[nodiscard]] Result<EvidenceProof, Reject> decode_evidence_proof(ByteView bytes);

// Selects by the transaction's id, or takes the last one against a meter or node of this name.
using EvidenceWanted = std::variant<Digest, std::string>;
[[nodiscard]] Result<EvidenceProof, ProofRefusal> make_evidence_proof(const Ledger& ledger,
                                                                      const LoadedGenesis& genesis,
                                                                      const EvidenceWanted& wanted);

// The block that contains the evidence.
struct EvidenceStand {
    Height height = 0;
    Digest block;
    std::int64_t block_time_ms = 0;
    std::size_t validators = 0;
    std::size_t signers = 0;  // of the certificate
};
struct EvidenceFindings {
    Digest network;
    Digest id;
    Evidence evidence;
    std::optional<EvidenceStand> stand;  // nullopt: the file holds the EVIDENCE without a block
    std::vector<std::string> proved;
    std::vector<std::string> not_proved;
};

// Whether the file concerns evidence: an evidence proof, or an EVIDENCE transaction alone.
[[nodiscard]] bool is_evidence_file(ByteView bytes);
// Trusts only the genesis file.
[[nodiscard]] Result<EvidenceFindings, ProofFault> check_evidence_file(
    ByteView bytes, const LoadedGenesis& genesis);

}  // namespace fairfeed
