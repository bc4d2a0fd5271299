#include "core/proof/proof_parts.h"

#include "core/base/check.h"
#include "core/crypto/merkle.h"
#include "core/state/accusations.h"
#include "core/state/endorsements.h"
#include "core/state/execution.h"
#include "core/state/office_rules.h"
#include "core/state/registry.h"
#include "core/state/validators.h"
#include "core/wire/cose.h"
#include "core/wire/settlement_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxPath = 64;

}  // namespace

Unexpected<ProofFault> fault(ProofPart part, std::string explanation) {
    return unexpected(ProofFault{part, std::move(explanation)});
}

Unexpected<ProofFault> fault(ProofPart part, std::string_view what, Reject reason) {
    return fault(part, std::string(what) + ": " + std::string(to_string(reason)));
}

namespace {

// The chain's rules for a header, as far as its own bytes show them. The parent, the state's root,
// the comparison with the parent's time and the order of the validators need the chain.
Result<void, ProofFault> check_header(const ChainState& state, const BlockHeader& header) {
    const std::string block = "block " + std::to_string(header.height);
    if (!state.is_validator(header.proposer))
        return fault(ProofPart::header, "the proposer of " + block + ", " + header.proposer.str() +
                                            ", is no validator of its height");
    const bool is_first = header.height == 1;
    if (header.parent == Digest{} || (header.parent_certificate == Digest{}) != is_first)
        return fault(ProofPart::header, block + " does not name the block before it");
    const auto most = static_cast<std::uint64_t>(state.genesis.parameters.max_block_transactions);
    if (header.transaction_count < 1 || header.transaction_count > most)
        return fault(ProofPart::header, block + " has an impossible number of transactions");
    return {};
}

}  // namespace

Result<void, ProofFault> check_block(ChainState& state, const BlockHeader& header,
                                     const QuorumCertificate& certificate) {
    if (header.network != state.network)
        return fault(ProofPart::header, "the header is of another network");
    if (header.version != 1)
        return fault(ProofPart::header, "the header", Reject::unsupported_version);
    if (header.height == 0)
        return fault(ProofPart::header, "block 0 is the genesis file, and nobody certifies it");
    const VoteContent& content = certificate.content;
    if (content.type != VoteType::precommit || content.height != header.height ||
        content.block != block_id(header))
        return fault(ProofPart::certificate, "the certificate is about another block");
    advance_validators(state, header.height);
    if (header.epoch != state.validator_epoch)
        return fault(ProofPart::registry,
                     "block " + std::to_string(header.height) + " is of validator epoch " +
                         std::to_string(header.epoch) + ", and the file has the changes up to " +
                         std::to_string(state.validator_epoch));
    if (const auto checked = check_certificate(state, certificate); !checked)
        return fault(ProofPart::certificate, "the validators' certificate", checked.error());
    return check_header(state, header);
}

bool is_included(const IncludedTransaction& included, const BlockHeader& header) {
    return merkle_includes(merkle_leaf_hash(included.transaction.id.view()), included.index,
                           header.transaction_count, included.path, header.transactions_root);
}

namespace {

// An EVENT takes a meter out; only then may another meter have its service point.
Result<void, ProofFault> add_event(ChainState& state, const Transaction& transaction,
                                   const BlockHeader& header) {
    const auto& alarm = std::get<MeterAlarm>(transaction.content);
    if (const auto valid = check_event(state, alarm, header.time_ms); !valid)
        return fault(ProofPart::registry, "an attached event", valid.error());
    const auto valid =
        verify_transaction(transaction, state.network, *state.meter_key(alarm.meter));
    if (!valid) return fault(ProofPart::registry, "the meter's signature", valid.error());
    apply_event(state, transaction, header.height);
    return {};
}

// Refusals that a stranger cannot judge and may ignore: earlier committees of a revoked node, the
// windows that were open (a COMMITTEE or KEY_GRANT may be effective earlier if a cluster stands
// still; a permit replaces a meter before its last window is settled), the recipients of data keys,
// and which windows of a meter were settled when.
bool is_unknown_here(Reject reason, TransactionKind kind) {
    if (reason == Reject::still_allocated || reason == Reject::not_granted ||
        reason == Reject::closed_window || reason == Reject::no_ground) {
        return true;
    }
    const bool follows_open_windows =
        kind == TransactionKind::committee || kind == TransactionKind::key_grant;
    return reason == Reject::not_effective && follows_open_windows;
}

Result<void, Reject> check_content(const ChainState& state, const Transaction& transaction,
                                   const BlockHeader& header) {
    auto valid = check_registry(state, transaction, header.height, header.time_ms);
    if (!valid && is_unknown_here(valid.error(), transaction.kind)) return {};
    return valid;
}

}  // namespace

// Applies one of DGMD's later transactions to the state after genesis.
Result<void, ProofFault> add_registry(ChainState& state, const RegistryEvidence& evidence,
                                      Height before) {
    const Transaction& transaction = evidence.included.transaction;
    const bool is_event = transaction.kind == TransactionKind::event;
    if (!is_dgmd_kind(transaction.kind) && !is_event)
        return fault(ProofPart::registry, "an attached transaction is not DGMD's");
    if (evidence.header.height > before)
        return fault(ProofPart::registry, "an attached transaction is later than the settlement");
    if (auto sound = check_block(state, evidence.header, evidence.certificate); !sound)
        return fault(ProofPart::registry, sound.error().explanation);
    if (!is_included(evidence.included, evidence.header))
        return fault(ProofPart::registry, "an attached transaction is not in its block");
    if (is_event) return add_event(state, transaction, evidence.header);
    PlainSignatureChecker signatures;
    const std::uint64_t sequence = registry_sequence(transaction.content);
    if (sequence <= state.dgmd_sequence)
        return fault(ProofPart::registry, "attached transactions are out of order");
    // DGMD's transactions in between do not concern this proof, so their numbers are skipped.
    state.dgmd_sequence = sequence - 1;
    if (const auto valid = check_content(state, transaction, evidence.header); !valid)
        return fault(ProofPart::registry, "an attached transaction", valid.error());
    if (const auto valid = check_drafted(state, transaction, signatures); !valid)
        return fault(ProofPart::registry, "DGMD's signature", valid.error());
    if (const auto valid = check_approvals(state, transaction, signatures); !valid)
        return fault(ProofPart::registry, "the officers' approvals", valid.error());
    apply_registry(state, transaction, evidence.header.height, evidence.header.time_ms);
    return {};
}

namespace {

Unexpected<ProofFault> endorsement_fault(const ChainState& state, const Transaction& batch,
                                         const EndorsementFault& found) {
    const std::string who = found.witness ? found.witness->str() : "";
    const auto& settlement = std::get<Settlement>(batch.content);
    switch (found.reason) {
        case Reject::not_a_member:
        case Reject::unknown_node:
            return fault(ProofPart::committee,
                         who + " endorsed and is not a member of the committee");
        case Reject::not_canonical:
            return fault(ProofPart::committee, "endorsements are not ascending, one per member");
        case Reject::no_quorum:
            return fault(
                ProofPart::committee,
                std::to_string(batch.endorsements.size()) + " endorsements, needed are " +
                    std::to_string(state.quorum_of(settlement.cluster, settlement.window)));
        default:
            return fault(ProofPart::committee, "the endorsement of " + who, found.reason);
    }
}

}  // namespace

Result<std::size_t, ProofFault> check_batch(const ChainState& state, const Transaction& batch) {
    const auto& settlement = std::get<Settlement>(batch.content);
    const auto* committee = state.committee_of(settlement.cluster, settlement.window);
    if (committee == nullptr)
        return fault(ProofPart::committee,
                     "cluster " + settlement.cluster.str() + " has no committee in genesis");
    const auto& members = committee->members;
    PlainSignatureChecker signatures;
    const VerifyKey* proposer = state.node_key(batch.signer);
    if (batch.signer != settlement.proposer)
        return fault(ProofPart::settlement, "it is not signed by its proposer");
    if (proposer == nullptr || !is_member(*committee, batch.signer))
        return fault(ProofPart::committee, "the proposer is not a member of the committee");
    if (settlement.slot >= members.size() || members[settlement.slot] != batch.signer)
        return fault(ProofPart::settlement, "its slot is not its proposer's");
    if (const auto valid = signatures.transaction(batch, state.network, *proposer); !valid)
        return fault(ProofPart::settlement, "the proposer's signature", valid.error());
    if (const auto sound = check_endorsements(state, batch, signatures); !sound)
        return endorsement_fault(state, batch, sound.error());
    return members.size();
}

IncludedTransaction include(const Block& block, std::size_t index) {
    std::vector<Digest> ids;
    for (const Transaction& transaction : block.transactions)
        ids.push_back(transaction.id);
    return {block.transactions[index], index, merkle_path(ids, index)};
}

namespace {

SettlementHead head_of(const Transaction& settlement) {
    const auto message = cose::parse_sign1(signed_envelope(settlement));
    CHECK(message);  // it was decoded
    auto head = decode_settlement_head(message->payload);
    CHECK(head);
    return std::move(*head);
}

}  // namespace

SettlementExcerpt cut_out(const Transaction& settlement, std::optional<std::size_t> entry,
                          const std::vector<std::size_t>& late) {
    const auto parts = split_settlement(settlement.envelope);
    CHECK(parts);
    const std::span<const ByteView> rows = parts->rows;
    std::vector<std::size_t> places;
    if (entry) places.push_back(*entry);
    for (const std::size_t each : late)
        places.push_back(head_of(settlement).meters + each);
    SettlementExcerpt out;
    std::vector<Bytes> kept;
    for (const std::size_t place : places) {
        kept.push_back(to_bytes(rows[place]));
        out.rows.push_back({place, merkle_path(rows, place)});
    }
    const auto& whole = std::get<Settlement>(settlement.content);
    Settlement part = whole;
    part.entries.clear();
    part.lines.clear();
    part.late.clear();
    if (entry) part.entries = {whole.entries[*entry]};
    if (entry) part.lines = {whole.lines[*entry]};
    for (const std::size_t each : late)
        part.late.push_back(whole.late[each]);
    out.transaction = {.kind = settlement.kind,
                       .id = settlement.id,
                       .signer = settlement.signer,
                       .envelope = join_settlement(parts->signed_head, kept),
                       .endorsements = settlement.endorsements,
                       .content = std::move(part)};
    return out;
}

bool rows_are_included(const Transaction& excerpt, std::span<const RowPlace> rows) {
    const auto parts = split_settlement(excerpt.envelope);
    if (!parts || parts->rows.size() != rows.size()) return false;
    const SettlementHead head = head_of(excerpt);
    const std::uint64_t all = std::uint64_t{head.meters} + head.late;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool is_late = rows[i].index >= head.meters;
        if (is_late != (i > 0)) return false;
        const Digest leaf = merkle_leaf_hash(parts->rows[i]);
        if (!merkle_includes(leaf, rows[i].index, all, rows[i].path, head.rows_root)) return false;
    }
    return !rows.empty();
}

std::size_t meters_settled(const Transaction& excerpt) {
    return head_of(excerpt).meters;
}

namespace {

void write_path(cbor::Writer& writer, std::span<const Digest> path) {
    writer.array(path.size());
    for (const Digest& digest : path)
        writer.bytes(digest.view());
}

std::vector<Digest> read_path(cbor::Reader& reader) {
    std::vector<Digest> path;
    const std::size_t length = reader.array();
    if (length > kMaxPath) reader.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < length && reader.ok(); ++i)
        path.push_back(reader.fixed<Digest>());
    return path;
}

using DecodeTransaction = Result<Transaction, Reject> (*)(ByteView, const Digest&);

IncludedTransaction read_included(cbor::Reader& reader, const Digest& network,
                                  DecodeTransaction decode) {
    IncludedTransaction out;
    reader.array_of(3);
    out.transaction = decoded(reader, decode(reader.bytes(), network));
    out.index = reader.unsigned_integer();
    out.path = read_path(reader);
    return out;
}

}  // namespace

// [transaction, index, [path]]
void write_included(cbor::Writer& writer, const IncludedTransaction& included) {
    writer.array(3);
    writer.bytes(encode_transaction(included.transaction));
    writer.unsigned_integer(included.index);
    write_path(writer, included.path);
}

IncludedTransaction read_included(cbor::Reader& reader, const Digest& network) {
    return read_included(reader, network, decode_transaction);
}

IncludedTransaction read_included_excerpt(cbor::Reader& reader, const Digest& network) {
    return read_included(reader, network, decode_excerpt);
}

// [[index, [path]]]
void write_places(cbor::Writer& writer, std::span<const RowPlace> rows) {
    writer.array(rows.size());
    for (const RowPlace& row : rows) {
        writer.array(2);
        writer.unsigned_integer(row.index);
        write_path(writer, row.path);
    }
}

std::vector<RowPlace> read_places(cbor::Reader& reader) {
    std::vector<RowPlace> rows;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        reader.array_of(2);
        const std::uint64_t index = reader.unsigned_integer();
        rows.push_back({index, read_path(reader)});
    }
    return rows;
}

namespace {

RegistryEvidence read_evidence(cbor::Reader& reader, const Digest& network) {
    RegistryEvidence out;
    reader.array_of(3);
    out.included = read_included(reader, network);
    out.header = decoded(reader, decode_header(reader.bytes()));
    out.certificate = decoded(reader, decode_certificate(reader.bytes()));
    return out;
}

}  // namespace

void write_registry(cbor::Writer& writer, const std::vector<RegistryEvidence>& registry) {
    writer.array(registry.size());
    for (const RegistryEvidence& evidence : registry) {
        writer.array(3);
        write_included(writer, evidence.included);
        writer.bytes(encode_header(evidence.header));
        writer.bytes(encode_certificate(evidence.certificate));
    }
}

std::vector<RegistryEvidence> read_registry(cbor::Reader& reader, const Digest& network) {
    std::vector<RegistryEvidence> registry;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i)
        registry.push_back(read_evidence(reader, network));
    return registry;
}

Result<ChainState, ProofFault> state_of_file(const LoadedGenesis& genesis, const Digest& network,
                                             const std::vector<RegistryEvidence>& registry,
                                             const BlockHeader& header,
                                             const QuorumCertificate& certificate,
                                             std::string_view kind) {
    if (network != genesis.network)
        return fault(ProofPart::network, "the " + std::string(kind) + " is of network " +
                                             short_hex(network) + ", genesis is of " +
                                             short_hex(genesis.network));
    auto state = state_from_genesis(genesis);
    if (!state) return fault(ProofPart::network, "the genesis file", state.error());
    for (const RegistryEvidence& evidence : registry)
        if (auto added = add_registry(*state, evidence, header.height); !added)
            return unexpected(added.error());
    if (auto sound = check_block(*state, header, certificate); !sound)
        return unexpected(sound.error());
    return std::move(*state);
}

}  // namespace fairfeed
