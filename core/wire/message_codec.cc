#include "core/wire/message_codec.h"

#include "core/wire/attest_codec.h"
#include "core/wire/chain_codec.h"
#include "core/wire/chunk.h"
#include "core/wire/command_codec.h"
#include "core/wire/decoding.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

enum class RequestKind : std::uint8_t { blocks = 1, bodies = 2, readings = 3, attest = 4 };

Bytes sign(cose::Domain domain, const Digest& network, const NodeId& node, ByteView payload,
           const Signer& signer) {
    return cose::sign1(domain, network, node.view(), payload, signer);
}

// Opens an envelope and reads its payload with `decode`, which reads exactly one item.
template <class T, class Decode>
Result<Signed<T>, Reject> decode_signed(ByteView bytes, cose::Domain domain, const Digest& network,
                                        const Decode& decode) {
    if (bytes.size() > kMaxMessageBytes) return unexpected(Reject::oversized);
    const auto message = cose::parse_sign1(bytes);
    if (!message) return unexpected(message.error());
    cbor::Reader reader(message->payload);
    T content = decode(reader);
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    return Signed<T>{
        .content = std::move(content),
        .signer = NodeId(message->kid),
        .signature = message->signature,
        .to_be_signed = cose::to_be_signed(domain, network, message->kid, message->payload)};
}

Receipt read_receipt(cbor::Reader& reader) {
    Receipt receipt;
    reader.map_of(4);
    receipt.meter = take_name<MeterId>(reader, 1);
    receipt.window = take_u32(reader, 2);
    receipt.sequence = take_unsigned(reader, 3);
    receipt.reading = take_fixed<Digest>(reader, 4);
    return receipt;
}

Refusal read_refusal(cbor::Reader& reader) {
    Refusal refusal;
    reader.map_of(4);
    refusal.meter = take_name<MeterId>(reader, 1);
    refusal.window = take_u32(reader, 2);
    refusal.sequence = take_unsigned(reader, 3);
    refusal.reason = std::string(take_text(reader, 4));
    return refusal;
}

ShareStatement read_share(cbor::Reader& reader) {
    ShareStatement share;
    reader.map_of(6);
    share.meter = take_name<MeterId>(reader, 1);
    share.window = take_u32(reader, 2);
    share.settlement = take_fixed<Digest>(reader, 3);
    share.mes_w = take_integer(reader, 4);
    if (share.mes_w < 0 || share.mes_w > kNoShareW) reader.fail(cbor::Fault::malformed);
    share.from_s = take_integer(reader, 5);
    reader.key(6);
    share.factors = read_factors(reader);
    return share;
}

NodeStatus read_status(cbor::Reader& reader) {
    NodeStatus status;
    reader.map_of(5);
    status.height = take_unsigned(reader, 1);
    status.tip = take_fixed<Digest>(reader, 2);
    status.app_hash = take_fixed<Digest>(reader, 3);
    status.deciding = take_unsigned(reader, 4);
    status.round = take_u32(reader, 5);
    return status;
}

Objection read_objection(cbor::Reader& reader) {
    Objection objection;
    const std::size_t size = reader.map();
    objection.cluster = take_name<ClusterId>(reader, 1);
    objection.window = take_u32(reader, 2);
    objection.version = take_u32(reader, 3);
    objection.batch = take_fixed<Digest>(reader, 4);
    objection.reason = std::string(take_text(reader, 5));
    if (size == 6) {
        objection.reading = to_bytes(take_bytes(reader, 6));
        if (objection.reading.empty()) reader.fail(cbor::Fault::not_canonical);
    }
    if (size != 5 && size != 6) reader.fail(cbor::Fault::malformed);
    return objection;
}

Request read_request(cbor::Reader& reader) {
    const std::size_t size = reader.array();
    const std::uint64_t kind = reader.unsigned_integer();
    if (kind == static_cast<std::uint64_t>(RequestKind::blocks)) {
        BlocksRequest blocks;
        if (size != 3) reader.fail(cbor::Fault::malformed);
        blocks.from = reader.unsigned_integer();
        blocks.count = static_cast<std::uint32_t>(reader.unsigned_at_most(UINT32_MAX));
        return blocks;
    }
    if (size != 2) reader.fail(cbor::Fault::malformed);
    if (kind == static_cast<std::uint64_t>(RequestKind::attest)) {
        return AttestRequest{reader.unsigned_integer()};
    }
    if (kind == static_cast<std::uint64_t>(RequestKind::bodies)) {
        return BodiesRequest{read_digests(reader)};
    }
    if (kind != static_cast<std::uint64_t>(RequestKind::readings)) {
        reader.fail(cbor::Fault::malformed);
    }
    return ReadingsRequest{read_digests(reader)};
}

struct WriteRequest {
    cbor::Writer& writer;
    void begin(RequestKind kind, std::size_t size) const {
        writer.array(size);
        writer.unsigned_integer(static_cast<std::uint64_t>(kind));
    }
    void operator()(const BlocksRequest& request) const {
        begin(RequestKind::blocks, 3);
        writer.unsigned_integer(request.from);
        writer.unsigned_integer(request.count);
    }
    void operator()(const BodiesRequest& request) const {
        begin(RequestKind::bodies, 2);
        write_digests(writer, request.transactions);
    }
    void operator()(const ReadingsRequest& request) const {
        begin(RequestKind::readings, 2);
        write_digests(writer, request.readings);
    }
    void operator()(const AttestRequest& request) const {
        begin(RequestKind::attest, 2);
        writer.unsigned_integer(request.deciding);
    }
};

struct WriteAnswer {
    cbor::Writer& writer;
    void begin(RequestKind kind, std::size_t items) const {
        writer.array(2);
        writer.unsigned_integer(static_cast<std::uint64_t>(kind));
        writer.array(items);
    }
    void operator()(const BlocksAnswer& answer) const {
        begin(RequestKind::blocks, answer.blocks.size());
        for (const CommittedBlock& block : answer.blocks)
            writer.raw(encode_committed_block(block));
    }
    void operator()(const BodiesAnswer& answer) const {
        begin(RequestKind::bodies, answer.transactions.size());
        for (const Transaction& body : answer.transactions)
            writer.raw(encode_transaction(body));
    }
    void operator()(const ReadingsAnswer& answer) const {
        begin(RequestKind::readings, answer.readings.size());
        for (const SignedReading& reading : answer.readings)
            writer.bytes(reading.envelope);
    }
    void operator()(const AttestAnswer& answer) const {
        begin(RequestKind::attest, 4);
        write_attest_answer(writer, answer);
    }
};

// The items of an array, each decoded by itself; stops at the first fault.
template <class T, class Pull, class Decode>
Result<std::vector<T>, Reject> decode_items(cbor::Reader& reader, const Pull& pull,
                                            const Decode& decode) {
    std::vector<T> items;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        const ByteView bytes = pull(reader);
        if (!reader.ok()) break;
        auto item = decode(bytes);
        if (!item) return unexpected(item.error());
        items.push_back(std::move(*item));
    }
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    return items;
}

ByteView pull_item(cbor::Reader& reader) {
    return reader.item();
}

ByteView pull_bytes(cbor::Reader& reader) {
    return reader.bytes();
}

template <class Kind, class T>
Result<Answer, Reject> as_answer(Result<std::vector<T>, Reject> items) {
    if (!items) return unexpected(items.error());
    return Answer(Kind{std::move(*items)});
}

}  // namespace

Bytes encode_receipt(const Receipt& receipt, const NodeId& node, const Digest& network,
                     const Signer& signer) {
    cbor::Writer writer;
    writer.map(4);
    put_text(writer, 1, receipt.meter.view());
    put_unsigned(writer, 2, receipt.window);
    put_unsigned(writer, 3, receipt.sequence);
    put_bytes(writer, 4, receipt.reading.view());
    return sign(cose::Domain::receipt, network, node, writer.result(), signer);
}

Result<Signed<Receipt>, Reject> decode_receipt(ByteView bytes, const Digest& network) {
    return decode_signed<Receipt>(bytes, cose::Domain::receipt, network, read_receipt);
}

Bytes encode_refusal(const Refusal& refusal, const NodeId& node, const Digest& network,
                     const Signer& signer) {
    cbor::Writer writer;
    writer.map(4);
    put_text(writer, 1, refusal.meter.view());
    put_unsigned(writer, 2, refusal.window);
    put_unsigned(writer, 3, refusal.sequence);
    put_text(writer, 4, refusal.reason);
    return sign(cose::Domain::refusal, network, node, writer.result(), signer);
}

Result<Signed<Refusal>, Reject> decode_refusal(ByteView bytes, const Digest& network) {
    return decode_signed<Refusal>(bytes, cose::Domain::refusal, network, read_refusal);
}

Bytes encode_share(const ShareStatement& share, const NodeId& node, const Digest& network,
                   const Signer& signer) {
    cbor::Writer writer;
    writer.map(6);
    put_text(writer, 1, share.meter.view());
    put_unsigned(writer, 2, share.window);
    put_bytes(writer, 3, share.settlement.view());
    put_integer(writer, 4, share.mes_w);
    put_integer(writer, 5, share.from_s);
    writer.key(6);
    write_factors(writer, share.factors);
    return sign(cose::Domain::share, network, node, writer.result(), signer);
}

Result<Signed<ShareStatement>, Reject> decode_share(ByteView bytes, const Digest& network) {
    return decode_signed<ShareStatement>(bytes, cose::Domain::share, network, read_share);
}

Bytes encode_command(const MeterCommand& command, const NodeId& node, const Digest& network,
                     const Signer& signer) {
    cbor::Writer writer;
    write_command(writer, command);
    return sign(cose::Domain::command, network, node, writer.result(), signer);
}

Result<Signed<MeterCommand>, Reject> decode_command(ByteView bytes, const Digest& network) {
    return decode_signed<MeterCommand>(bytes, cose::Domain::command, network, read_command);
}

Bytes encode_status(const NodeStatus& status, const NodeId& node, const Digest& network,
                    const Signer& signer) {
    cbor::Writer writer;
    writer.map(5);
    put_unsigned(writer, 1, status.height);
    put_bytes(writer, 2, status.tip.view());
    put_bytes(writer, 3, status.app_hash.view());
    put_unsigned(writer, 4, status.deciding);
    put_unsigned(writer, 5, status.round);
    return sign(cose::Domain::status, network, node, writer.result(), signer);
}

Result<Signed<NodeStatus>, Reject> decode_status(ByteView bytes, const Digest& network) {
    return decode_signed<NodeStatus>(bytes, cose::Domain::status, network, read_status);
}

Bytes encode_objection(const Objection& objection, const NodeId& node, const Digest& network,
                       const Signer& signer) {
    cbor::Writer writer;
    writer.map(objection.reading.empty() ? 5 : 6);
    put_text(writer, 1, objection.cluster.view());
    put_unsigned(writer, 2, objection.window);
    put_unsigned(writer, 3, objection.version);
    put_bytes(writer, 4, objection.batch.view());
    put_text(writer, 5, objection.reason);
    if (!objection.reading.empty()) put_bytes(writer, 6, objection.reading);
    return sign(cose::Domain::objection, network, node, writer.result(), signer);
}

Result<Signed<Objection>, Reject> decode_objection(ByteView bytes, const Digest& network) {
    return decode_signed<Objection>(bytes, cose::Domain::objection, network, read_objection);
}

Bytes encode_endorsement(const Endorsement& endorsement, const Witness& witness) {
    return cose::assemble_sign1(witness.node.view(), encode_endorsement_payload(endorsement),
                                witness.signature);
}

Result<Signed<Endorsement>, Reject> decode_endorsement(ByteView bytes, const Digest& network) {
    return decode_signed<Endorsement>(bytes, cose::Domain::endorsement, network, read_endorsement);
}

Bytes encode_request(const Request& request, const NodeId& node, const Digest& network,
                     const Signer& signer) {
    cbor::Writer writer;
    std::visit(WriteRequest{writer}, request);
    return sign(cose::Domain::request, network, node, writer.result(), signer);
}

Result<Signed<Request>, Reject> decode_request(ByteView bytes, const Digest& network) {
    return decode_signed<Request>(bytes, cose::Domain::request, network, read_request);
}

Bytes encode_answer(const Answer& answer) {
    cbor::Writer writer;
    std::visit(WriteAnswer{writer}, answer);
    return writer.take();
}

Result<Answer, Reject> decode_answer(ByteView bytes, const Digest& network) {
    if (bytes.size() > kMaxMessageBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    reader.array_of(2);
    const std::uint64_t kind = reader.unsigned_integer();
    if (kind == static_cast<std::uint64_t>(RequestKind::blocks)) {
        return as_answer<BlocksAnswer>(decode_items<CommittedBlock>(
            reader, pull_item,
            [&](ByteView item) { return decode_committed_block(item, network); }));
    }
    if (kind == static_cast<std::uint64_t>(RequestKind::bodies)) {
        return as_answer<BodiesAnswer>(decode_items<Transaction>(
            reader, pull_item, [&](ByteView item) { return decode_transaction(item, network); }));
    }
    if (kind == static_cast<std::uint64_t>(RequestKind::readings)) {
        return as_answer<ReadingsAnswer>(decode_items<SignedReading>(
            reader, pull_bytes, [&](ByteView item) { return decode_reading(item, network); }));
    }
    if (kind == static_cast<std::uint64_t>(RequestKind::attest)) {
        auto attest = read_attest_answer(reader);
        if (!attest) return unexpected(attest.error());
        return Answer(std::move(*attest));
    }
    reader.fail(cbor::Fault::malformed);
    return unexpected(reject_of(reader.fault()));
}

Bytes encode_bundle(const TransactionBundle& bundle) {
    cbor::Writer writer;
    writer.array(bundle.transactions.size());
    for (const Transaction& transaction : bundle.transactions) {
        writer.raw(encode_transaction(transaction));
    }
    return writer.take();
}

Result<TransactionBundle, Reject> decode_bundle(ByteView bytes, const Digest& network) {
    if (bytes.size() > kMaxMessageBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    auto transactions = decode_items<Transaction>(
        reader, pull_item, [&](ByteView item) { return decode_transaction(item, network); });
    if (!transactions) return unexpected(transactions.error());
    return TransactionBundle{std::move(*transactions)};
}

Bytes encode_have(const std::vector<Digest>& ids) {
    cbor::Writer writer;
    write_digests(writer, ids);
    return writer.take();
}

Result<std::vector<Digest>, Reject> decode_have(ByteView bytes) {
    // An id takes 34 bytes, and the array's head takes three.
    if (bytes.size() > 3 + kMaxAnnounced * 34) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    std::vector<Digest> ids = read_digests(reader);
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    return ids;
}

}  // namespace fairfeed
