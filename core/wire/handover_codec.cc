#include "core/wire/handover_codec.h"

#include "core/crypto/digest.h"
#include "core/wire/content_codec.h"
#include "core/wire/cose.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

Bytes encode_payload(const Handover& handover) {
    cbor::Writer writer;
    writer.map(6);
    put_text(writer, 1, handover.cluster.view());
    put_unsigned(writer, 2, handover.window);
    put_bytes(writer, 3, handover.settlement.view());
    put_unsigned(writer, 4, handover.epoch);
    writer.key(5);
    write_grant_entries(writer, handover.entries);
    put_bytes(writer, 6, handover.sealed);
    return writer.take();
}

Result<Handover, Reject> decode_payload(ByteView payload) {
    cbor::Reader reader(payload);
    Handover handover;
    reader.map_of(6);
    handover.cluster = take_name<ClusterId>(reader, 1);
    handover.window = take_u32(reader, 2);
    handover.settlement = take_fixed<Digest>(reader, 3);
    handover.epoch = take_u32(reader, 4);
    reader.key(5);
    handover.entries = read_grant_entries(reader);
    if (handover.entries.empty() || handover.entries.size() > kMaxHandoverEntries) {
        reader.fail(cbor::Fault::malformed);
    }
    handover.sealed = to_bytes(take_bytes(reader, 6));
    return finished(reader, std::move(handover));
}

void write_place(cbor::Writer& writer, const Handover& handover, const NodeId& sender) {
    writer.text(handover.cluster.view());
    writer.unsigned_integer(handover.window);
    writer.bytes(handover.settlement.view());
    writer.unsigned_integer(handover.epoch);
    writer.text(sender.view());
}

}  // namespace

Transaction make_handover(const Handover& handover, const NodeId& sender, const Digest& network,
                          const Signer& signer) {
    const Bytes payload = encode_payload(handover);
    const Bytes said = cose::to_be_signed(cose::Domain::handover, network, sender.view(), payload);
    return {.kind = TransactionKind::handover,
            .id = sha256(said),
            .signer = sender,
            .envelope = cose::assemble_sign1(sender.view(), payload, signer.sign(said)),
            .endorsements = {},
            .content = handover};
}

Result<Transaction, Reject> decode_handover(ByteView envelope, const Digest& network) {
    if (envelope.size() > kMaxHandoverBytes) return unexpected(Reject::oversized);
    const auto message = cose::parse_sign1(envelope);
    if (!message) return unexpected(message.error());
    auto handover = decode_payload(message->payload);
    if (!handover) return unexpected(handover.error());
    return Transaction{.kind = TransactionKind::handover,
                       .id = cose::id_of(cose::Domain::handover, network, *message),
                       .signer = NodeId(message->kid),
                       .envelope = to_bytes(envelope),
                       .endorsements = {},
                       .content = std::move(*handover)};
}

Bytes handover_context(const Digest& network, const Handover& handover, const NodeId& sender,
                       const NodeId& recipient) {
    cbor::Writer writer;
    writer.array(8);
    writer.text("ff1/handover");
    writer.bytes(network.view());
    write_place(writer, handover, sender);
    writer.text(recipient.view());
    return writer.take();
}

Bytes handover_aad(const Handover& handover, const NodeId& sender) {
    cbor::Writer writer;
    writer.array(5);
    write_place(writer, handover, sender);
    return writer.take();
}

Bytes encode_closing_keys(const std::vector<SymmetricKey>& keys) {
    cbor::Writer writer;
    writer.array(keys.size());
    for (const SymmetricKey& key : keys)
        writer.bytes(key.view());
    return writer.take();
}

Result<std::vector<SymmetricKey>, Reject> decode_closing_keys(ByteView bytes) {
    cbor::Reader reader(bytes);
    std::vector<SymmetricKey> keys;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i)
        keys.push_back(reader.fixed<SymmetricKey>());
    return finished(reader, std::move(keys));
}

}  // namespace fairfeed
