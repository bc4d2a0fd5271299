#include "core/wire/transaction_codec.h"

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/crypto/merkle.h"
#include "core/wire/chunk.h"
#include "core/wire/content_codec.h"
#include "core/wire/cose.h"
#include "core/wire/decoding.h"
#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/genesis_codec.h"
#include "core/wire/handover_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_codec.h"

namespace fairfeed {
namespace {

// The domain tag with which a kind is signed.
cose::Domain domain_of(TransactionKind kind) {
    if (kind == TransactionKind::genesis) return cose::Domain::genesis;
    if (kind == TransactionKind::reading) return cose::Domain::reading;
    if (kind == TransactionKind::settlement) return cose::Domain::batch;
    if (kind == TransactionKind::event) return cose::Domain::event;
    if (kind == TransactionKind::handover) return cose::Domain::handover;
    return cose::Domain::transaction;
}

// GENESIS is signed before the network id exists.
Digest signing_network(TransactionKind kind, const Digest& network) {
    return kind == TransactionKind::genesis ? Digest{} : network;
}

Transaction signed_transaction(TransactionKind kind, const NodeId& signer, const Digest& network,
                               ByteView payload, const Signer& key, TransactionContent content) {
    const Bytes signed_bytes =
        cose::to_be_signed(domain_of(kind), signing_network(kind, network), signer.view(), payload);
    return {.kind = kind,
            .id = sha256(signed_bytes),
            .signer = signer,
            .envelope = cose::assemble_sign1(signer.view(), payload, key.sign(signed_bytes)),
            .endorsements = {},
            .content = std::move(content)};
}

// What a payload says.
struct Said {
    TransactionContent content;
    Window valid_until = 0;
};

Bytes notice_payload(const Said& said) {
    cbor::Writer writer;
    writer.array(3);
    writer.unsigned_integer(static_cast<std::uint64_t>(kind_of(said.content)));
    writer.unsigned_integer(said.valid_until);
    writer.raw(encode_dgmd_content(said.content));
    return writer.take();
}

Result<Said, Reject> decode_notice_payload(TransactionKind kind, ByteView payload) {
    cbor::Reader reader(payload);
    reader.array_of(3);
    const std::uint64_t inner = reader.unsigned_integer();
    const auto valid_until = static_cast<Window>(reader.unsigned_at_most(UINT32_MAX));
    const ByteView body = reader.item();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    if (inner != static_cast<std::uint64_t>(kind)) return unexpected(Reject::malformed);
    auto content = decode_dgmd_content(kind, body);
    if (!content) return unexpected(content.error());
    return Said{std::move(*content), valid_until};
}

Result<Said, Reject> decode_payload(TransactionKind kind, const cose::Sign1& message,
                                    const Digest& network) {
    if (kind == TransactionKind::genesis) {
        if (sha256(message.payload) != network) return unexpected(Reject::wrong_network);
        auto genesis = decode_genesis_payload(message.payload);
        if (!genesis) return unexpected(genesis.error());
        if (genesis->genesis_node.str() != message.kid) return unexpected(Reject::malformed);
        return Said{TransactionContent(std::move(*genesis))};
    }
    return decode_notice_payload(kind, message.payload);
}

// `envelope` as it is; `content` is what of it was read.
Transaction settlement_transaction(ByteView envelope, const cose::Sign1& head,
                                   const Digest& network, Settlement content) {
    return {.kind = TransactionKind::settlement,
            .id = cose::id_of(cose::Domain::batch, network, head),
            .signer = NodeId(head.kid),
            .envelope = to_bytes(envelope),
            .endorsements = {},
            .content = std::move(content)};
}

Result<SettlementHead, Reject> decode_signed_head(const cose::Sign1& message) {
    auto head = decode_settlement_head(message.payload);
    if (head && head->content.proposer.str() != message.kid) {
        return unexpected(Reject::wrong_proposer);
    }
    return head;
}

// Makes of a decoded head and of the rows beside it what they say together.
using ReadRows = Result<Settlement, Reject> (*)(SettlementHead head,
                                                std::span<const ByteView> rows);

Result<Transaction, Reject> decode_settlement(ByteView envelope, const Digest& network,
                                              ReadRows read_rows) {
    const auto parts = split_settlement(envelope);
    if (!parts) return unexpected(parts.error());
    const auto message = cose::parse_sign1(parts->signed_head);
    if (!message) return unexpected(message.error());
    auto head = decode_signed_head(*message);
    if (!head) return unexpected(head.error());
    auto settlement = read_rows(std::move(*head), parts->rows);
    if (!settlement) return unexpected(settlement.error());
    return settlement_transaction(envelope, *message, network, std::move(*settlement));
}

// The rows of an excerpt: none, or a meter's and then those of late readings.
Result<Settlement, Reject> with_some_rows(SettlementHead head, std::span<const ByteView> rows) {
    Settlement content = std::move(head.content);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto read = read_settlement_row(rows[i], i > 0, content);
        if (!read) return unexpected(read.error());
    }
    return content;
}

Result<Transaction, Reject> decode_envelope(TransactionKind kind, ByteView envelope,
                                            const Digest& network) {
    if (kind == TransactionKind::reading) {
        const auto reading = decode_reading(envelope, network);
        if (!reading) return unexpected(reading.error());
        return make_reading_transaction(*reading);
    }
    if (kind == TransactionKind::settlement) {
        return decode_settlement(envelope, network, with_rows);
    }
    if (kind == TransactionKind::event) return decode_event(envelope, network);
    if (kind == TransactionKind::evidence) return decode_evidence(envelope, network);
    if (kind == TransactionKind::handover) return decode_handover(envelope, network);
    const auto message = cose::parse_sign1(envelope);
    if (!message) return unexpected(message.error());
    auto said = decode_payload(kind, *message, network);
    if (!said) return unexpected(said.error());
    return Transaction{.kind = kind,
                       .id = cose::id_of(domain_of(kind), signing_network(kind, network), *message),
                       .signer = NodeId(message->kid),
                       .envelope = to_bytes(envelope),
                       .endorsements = {},
                       .content = std::move(said->content),
                       .valid_until = said->valid_until};
}

// The kinds in use: GENESIS to DEAUTHORISE, EVIDENCE, and HANDOVER to POLICY. Other numbers are
// reserved.
bool is_built(std::uint64_t number) {
    return number <= static_cast<std::uint64_t>(TransactionKind::deauthorise) ||
           number == static_cast<std::uint64_t>(TransactionKind::evidence) ||
           (number >= static_cast<std::uint64_t>(TransactionKind::handover) &&
            number <= static_cast<std::uint64_t>(TransactionKind::policy));
}

// Settlements are endorsed, notices approved.
bool has_witnesses(TransactionKind kind) {
    return kind == TransactionKind::settlement || is_dgmd_kind(kind);
}

struct Outer {
    TransactionKind kind = TransactionKind::reading;
    ByteView envelope;
    std::vector<Witness> endorsements;
};

Result<Outer, Reject> decode_outer(ByteView bytes) {
    if (bytes.size() > kMaxMessageBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    Outer outer;
    reader.array_of(3);
    const std::uint64_t number = reader.unsigned_integer();
    outer.envelope = reader.bytes();
    outer.endorsements = read_witnesses(reader);
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    if (!is_built(number)) return unexpected(Reject::reserved_kind);
    outer.kind = static_cast<TransactionKind>(number);
    if (!has_witnesses(outer.kind) && !outer.endorsements.empty()) {
        return unexpected(Reject::malformed);
    }
    return outer;
}

}  // namespace

Bytes encode_transaction(const Transaction& transaction) {
    cbor::Writer writer;
    writer.array(3);
    writer.unsigned_integer(static_cast<std::uint64_t>(transaction.kind));
    writer.bytes(transaction.envelope);
    write_witnesses(writer, transaction.endorsements);
    return writer.take();
}

Result<Transaction, Reject> decode_transaction(ByteView bytes, const Digest& network) {
    const auto outer = decode_outer(bytes);
    if (!outer) return unexpected(outer.error());
    auto transaction = decode_envelope(outer->kind, outer->envelope, network);
    if (transaction) transaction->endorsements = outer->endorsements;
    return transaction;
}

Result<Transaction, Reject> decode_excerpt(ByteView bytes, const Digest& network) {
    const auto outer = decode_outer(bytes);
    if (!outer) return unexpected(outer.error());
    if (outer->kind != TransactionKind::settlement) return unexpected(Reject::malformed);
    auto excerpt = decode_settlement(outer->envelope, network, with_some_rows);
    if (excerpt) excerpt->endorsements = outer->endorsements;
    return excerpt;
}

Transaction make_notice(const TransactionContent& content, Window valid_until,
                        const NodeId& drafter, const Digest& network, const Signer& signer) {
    const TransactionKind kind = kind_of(content);
    CHECK(is_dgmd_kind(kind));
    Transaction notice = signed_transaction(
        kind, drafter, network, notice_payload({content, valid_until}), signer, content);
    notice.valid_until = valid_until;
    return notice;
}

Transaction make_genesis(const Genesis& genesis, const Signer& genesis_node) {
    return signed_transaction(TransactionKind::genesis, genesis.genesis_node, Digest{},
                              encode_genesis_payload(genesis), genesis_node, genesis);
}

Digest network_id(const Genesis& genesis) {
    return sha256(encode_genesis_payload(genesis));
}

Transaction make_reading_transaction(const SignedReading& reading) {
    return {.kind = TransactionKind::reading,
            .id = reading.id,
            .signer = NodeId(reading.header.meter.str()),
            .envelope = reading.envelope,
            .endorsements = {},
            .content = reading};
}

Transaction make_batch(const Settlement& settlement, const Digest& network,
                       const Signer& proposer) {
    const std::vector<Bytes> rows = encode_settlement_rows(settlement);
    Transaction batch = signed_transaction(
        TransactionKind::settlement, settlement.proposer, network,
        encode_settlement_head(settlement, merkle_root(rows)), proposer, settlement);
    batch.envelope = join_settlement(batch.envelope, rows);
    return batch;
}

ByteView signed_envelope(const Transaction& transaction) {
    if (transaction.kind != TransactionKind::settlement) return transaction.envelope;
    cbor::Reader reader(transaction.envelope);
    reader.array_of(2);
    return reader.bytes();
}

Result<void, Reject> verify_transaction(const Transaction& transaction, const Digest& network,
                                        const VerifyKey& key) {
    if (const auto* evidence = std::get_if<Evidence>(&transaction.content)) {
        return verify_evidence(*evidence, network, key);
    }
    const auto message = cose::parse_sign1(signed_envelope(transaction));
    if (!message) return unexpected(message.error());
    return cose::verify_sign1(domain_of(transaction.kind),
                              signing_network(transaction.kind, network), *message, key);
}

Bytes endorsement_to_be_signed(const Endorsement& endorsement, const NodeId& member,
                               const Digest& network) {
    return cose::to_be_signed(cose::Domain::endorsement, network, member.view(),
                              encode_endorsement_payload(endorsement));
}

Bytes key_grant_context(const Digest& network, const MeterId& meter, KeyEpoch epoch,
                        const NodeId& recipient) {
    cbor::Writer writer;
    writer.array(5);
    writer.text("ff1/key-grant");
    writer.bytes(network.view());
    writer.text(meter.view());
    writer.unsigned_integer(epoch);
    writer.text(recipient.view());
    return writer.take();
}

}  // namespace fairfeed
