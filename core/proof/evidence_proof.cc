#include "core/proof/evidence_proof.h"
#include "core/ledger/replay.h"

#include <algorithm>

#include "core/proof/proof_parts.h"
#include "core/proof/proof_registry.h"
#include "core/state/accusations.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kKeys = 6;  // 0 version, 1 network, 2 header, 3 certificate, 4 evidence,
                                  // 5 registry

bool is_wanted(const Transaction& transaction, const EvidenceWanted& wanted) {
    const auto* evidence = std::get_if<Evidence>(&transaction.content);
    if (evidence == nullptr) return false;
    if (const auto* id = std::get_if<Digest>(&wanted)) return transaction.id == *id;
    return evidence->culprit == std::get<std::string>(wanted);
}

// The results of a walk along the ledger.
struct Walk {
    const EvidenceWanted& wanted;
    std::optional<CommittedBlock> found;
    std::size_t index = 0;
    std::vector<RegistryEvidence> registry;  // up to the tip

    void see(const ReplayStep& step) {
        const Block& block = step.committed.block;
        for (std::size_t i = 0; i < block.transactions.size(); ++i) {
            if (!is_wanted(block.transactions[i], wanted)) continue;
            found = step.committed;
            index = i;
        }
        collect_registry(registry, step.committed);
    }
};

std::string place_text(const Evidence& evidence) {
    const OffencePlace& place = evidence.place;
    switch (evidence.offence) {
        case Offence::two_readings:
            return place.earlier == place.window
                       ? "two readings of window " + std::to_string(place.window)
                       : "two readings of one sequence, of windows " +
                             std::to_string(place.earlier) + " and " + std::to_string(place.window);
        case Offence::two_batches:
            return "two batches of cluster " + place.cluster.str() + ", window " +
                   std::to_string(place.window) + ", one slot and version";
        case Offence::two_votes:
            return "two votes of one type at height " + std::to_string(place.height) + ", round " +
                   std::to_string(place.round);
        case Offence::two_proposals:
            return "two proposals at height " + std::to_string(place.height) + ", round " +
                   std::to_string(place.round);
    }
    CHECK(false);
}

// The file's content, for both kinds of file.
struct Contents {
    Transaction transaction;
    std::optional<EvidenceProof> proof;
};

Result<Contents, ProofFault> read(ByteView bytes, const LoadedGenesis& genesis) {
    if (auto alone = decode_transaction(bytes, genesis.network)) {
        return Contents{std::move(*alone), std::nullopt};
    } else if (!bytes.empty() && (bytes.front() >> 5U) == 4) {  // an array: EVIDENCE alone
        return fault(ProofPart::file, "this is no evidence of this network", alone.error());
    }
    auto proof = decode_evidence_proof(bytes);
    if (!proof) return fault(ProofPart::file, "this is no evidence file", proof.error());
    if (proof->network != genesis.network)
        return fault(ProofPart::network, "the file is of network " + short_hex(proof->network) +
                                             ", genesis is of " + short_hex(genesis.network));
    Transaction transaction = proof->evidence.transaction;
    return Contents{std::move(transaction), std::move(*proof)};
}

Result<EvidenceStand, ProofFault> check_stand(ChainState& state, const EvidenceProof& proof) {
    for (const RegistryEvidence& evidence : proof.registry)
        if (auto added = add_registry(state, evidence, proof.header.height); !added)
            return unexpected(added.error());
    if (auto sound = check_block(state, proof.header, proof.certificate); !sound)
        return unexpected(sound.error());
    if (!is_included(proof.evidence, proof.header))
        return fault(ProofPart::evidence, "the evidence is not in the block");
    return EvidenceStand{proof.header.height, block_id(proof.header), proof.header.time_ms,
                         state.validators.size(), proof.certificate.witnesses.size()};
}

void describe(EvidenceFindings& findings) {
    const Evidence& evidence = findings.evidence;
    findings.proved.push_back(evidence.culprit + " signed " + place_text(evidence) +
                              ", with its registered key");
    if (findings.stand) {
        findings.proved.push_back(
            "the evidence stands in block " + std::to_string(findings.stand->height) + ", which " +
            std::to_string(findings.stand->signers) + " of " +
            std::to_string(findings.stand->validators) + " validators certified");
    } else {
        findings.not_proved.push_back("that a block holds this evidence: the file has it alone");
    }
    findings.not_proved.push_back("who else held the key of " + evidence.culprit +
                                  ", by theft or by a copy of its device");
    findings.not_proved.push_back("what the chain has decided about it since");
}

}  // namespace

Bytes encode_evidence_proof(const EvidenceProof& proof) {
    cbor::Writer writer;
    writer.map(kKeys);
    writer.key(0);
    writer.unsigned_integer(kEvidenceProofVersion);
    writer.key(1);
    writer.bytes(proof.network.view());
    writer.key(2);
    writer.bytes(encode_header(proof.header));
    writer.key(3);
    writer.bytes(encode_certificate(proof.certificate));
    writer.key(4);
    write_included(writer, proof.evidence);
    writer.key(5);
    write_registry(writer, proof.registry);
    return writer.take();
}

Result<EvidenceProof, Reject> decode_evidence_proof(ByteView bytes) {
    if (bytes.size() > kMaxProofBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    EvidenceProof out;
    reader.map_of(kKeys);
    reader.key(0);
    const bool known_version = reader.unsigned_integer() == kEvidenceProofVersion;
    if (reader.ok() && !known_version) return unexpected(Reject::unsupported_version);
    reader.key(1);
    out.network = reader.fixed<Digest>();
    reader.key(2);
    out.header = decoded(reader, decode_header(reader.bytes()));
    reader.key(3);
    out.certificate = decoded(reader, decode_certificate(reader.bytes()));
    reader.key(4);
    out.evidence = read_included(reader, out.network);
    reader.key(5);
    out.registry = read_registry(reader, out.network);
    if (!reader.finish()) return unexpected(Reject::malformed);
    return out;
}

Result<EvidenceProof, ProofRefusal> make_evidence_proof(const Ledger& ledger,
                                                        const LoadedGenesis& genesis,
                                                        const EvidenceWanted& wanted) {
    Walk walk{.wanted = wanted, .found = {}, .index = 0, .registry = {}};
    const auto end = replay(ledger, genesis, {.trust_signatures = true, .keep_before = false},
                            [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                                walk.see(step);
                                return {};
                            });
    if (!end)
        return unexpected(ProofRefusal{"the ledger is not sound at height " +
                                       std::to_string(end.error().height) + ": " +
                                       end.error().explanation});
    if (!walk.found) {
        const auto* name = std::get_if<std::string>(&wanted);
        const std::string what = name != nullptr
                                     ? "no evidence against '" + *name + "'"
                                     : "no evidence " + short_hex(std::get<Digest>(wanted));
        return unexpected(ProofRefusal{what + " in this ledger (height " +
                                       std::to_string(ledger.height()) + ")"});
    }
    const Block& block = walk.found->block;
    const auto& evidence = std::get<Evidence>(block.transactions[walk.index].content);
    std::erase_if(walk.registry, [&](const RegistryEvidence& each) {
        return each.header.height > block.header.height;
    });
    RegistrySubjects subjects;  // NODEs are attached anyway; no meter has a node's name
    subjects.meters.insert(MeterId(evidence.culprit));
    return EvidenceProof{genesis.network, block.header, walk.found->certificate,
                         include(block, walk.index),
                         needed_registry(std::move(walk.registry), subjects, *end)};
}

bool is_evidence_file(ByteView bytes) {
    cbor::Reader array(bytes);
    array.array_of(3);
    if (array.unsigned_integer() == static_cast<std::uint64_t>(TransactionKind::evidence) &&
        array.ok()) {
        return true;
    }
    cbor::Reader map(bytes);
    map.map_of(kKeys);
    map.key(0);
    return map.unsigned_integer() == kEvidenceProofVersion && map.ok();
}

Result<EvidenceFindings, ProofFault> check_evidence_file(ByteView bytes,
                                                         const LoadedGenesis& genesis) {
    const auto contents = read(bytes, genesis);
    if (!contents) return unexpected(contents.error());
    const auto* evidence = std::get_if<Evidence>(&contents->transaction.content);
    if (evidence == nullptr)
        return fault(ProofPart::evidence, "the transaction in the file is no evidence");
    auto state = state_from_genesis(genesis);
    if (!state) return fault(ProofPart::network, "the genesis file", state.error());
    EvidenceFindings findings{genesis.network, contents->transaction.id, *evidence, {}, {}, {}};
    if (contents->proof) {
        const auto stand = check_stand(*state, *contents->proof);
        if (!stand) return unexpected(stand.error());
        findings.stand = *stand;
    }
    const VerifyKey* key = key_of_culprit(*state, *evidence);
    if (key == nullptr)
        return fault(ProofPart::registry, evidence->culprit +
                                              " is neither in genesis nor in an attached "
                                              "registration");
    if (const auto valid = verify_evidence(*evidence, genesis.network, *key); !valid)
        return fault(ProofPart::evidence, "the culprit's signatures", valid.error());
    describe(findings);
    return findings;
}

}  // namespace fairfeed
