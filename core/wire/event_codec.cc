#include "core/wire/event_codec.h"

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/wire/cose.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

Bytes encode_payload(const MeterAlarm& event) {
    cbor::Writer writer;
    writer.map(8);
    put_unsigned(writer, 1, event.version);
    put_bytes(writer, 2, event.network.view());
    put_text(writer, 3, event.meter.view());
    put_text(writer, 4, event.cluster.view());
    put_unsigned(writer, 5, event.window);
    put_unsigned(writer, 6, event.counter);
    put_unsigned(writer, 7, static_cast<std::uint64_t>(event.type));
    put_integer(writer, 8, event.at_s);
    return writer.take();
}

Result<MeterAlarm, Reject> decode_payload(ByteView payload) {
    cbor::Reader reader(payload);
    MeterAlarm event;
    reader.map_of(8);
    event.version = take_u32(reader, 1);
    if (reader.ok() && event.version != 1) return unexpected(Reject::unsupported_version);
    event.network = take_fixed<Digest>(reader, 2);
    event.meter = take_name<MeterId>(reader, 3);
    event.cluster = take_name<ClusterId>(reader, 4);
    event.window = take_u32(reader, 5);
    event.counter = take_unsigned(reader, 6);
    const std::uint64_t type = take_unsigned(reader, 7);
    if (type != static_cast<std::uint64_t>(AlarmType::seal_broken) &&
        type != static_cast<std::uint64_t>(AlarmType::cover_open)) {
        reader.fail(cbor::Fault::malformed);
    }
    event.type = static_cast<AlarmType>(type);
    event.at_s = take_integer(reader, 8);
    return finished(reader, std::move(event));
}

}  // namespace

std::string_view to_string(AlarmType type) {
    switch (type) {
        case AlarmType::seal_broken:
            return "seal_broken";
        case AlarmType::cover_open:
            return "cover_open";
    }
    CHECK(false);
}

Transaction make_event(const MeterAlarm& event, const Signer& meter) {
    const Bytes payload = encode_payload(event);
    const Bytes said =
        cose::to_be_signed(cose::Domain::event, event.network, event.meter.view(), payload);
    return {.kind = TransactionKind::event,
            .id = sha256(said),
            .signer = NodeId(event.meter.str()),
            .envelope = cose::assemble_sign1(event.meter.view(), payload, meter.sign(said)),
            .endorsements = {},
            .content = event};
}

Result<Transaction, Reject> decode_event(ByteView envelope, const Digest& network) {
    if (envelope.size() > kMaxEventBytes) return unexpected(Reject::oversized);
    const auto message = cose::parse_sign1(envelope);
    if (!message) return unexpected(message.error());
    auto event = decode_payload(message->payload);
    if (!event) return unexpected(event.error());
    if (event->network != network) return unexpected(Reject::wrong_network);
    if (event->meter.view() != message->kid) return unexpected(Reject::malformed);
    return Transaction{.kind = TransactionKind::event,
                       .id = cose::id_of(cose::Domain::event, network, *message),
                       .signer = NodeId(message->kid),
                       .envelope = to_bytes(envelope),
                       .endorsements = {},
                       .content = std::move(*event)};
}

}  // namespace fairfeed
