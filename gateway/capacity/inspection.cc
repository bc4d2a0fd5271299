#include "gateway/capacity/inspection.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/state/state.h"
#include "core/wire/cose.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

constexpr std::uint64_t kVersion = 1;

Bytes encode_payload(const InspectionRecord& record, const Digest& network) {
    cbor::Writer writer;
    writer.map(10);
    put_unsigned(writer, 1, kVersion);
    put_bytes(writer, 2, network.view());
    put_text(writer, 3, record.application.view());
    put_text(writer, 4, record.meter.view());
    put_unsigned(writer, 5, static_cast<std::uint64_t>(record.technology));
    put_integer(writer, 6, record.nameplate_w);
    writer.key(7);
    writer.array(record.serials.size());
    for (const std::string& serial : record.serials)
        writer.text(serial);
    writer.key(8);
    write_digests(writer, record.photos);
    put_integer(writer, 9, record.visited_s);
    put_text(writer, 10, record.remark);
    return writer.take();
}

struct Payload {
    InspectionRecord record;
    Digest network;
};

Result<Payload, Reject> decode_payload(ByteView bytes) {
    cbor::Reader reader(bytes);
    Payload payload;
    InspectionRecord& record = payload.record;
    reader.map_of(10);
    const std::uint64_t version = take_unsigned(reader, 1);
    if (reader.ok() && version != kVersion) return unexpected(Reject::unsupported_version);
    payload.network = take_fixed<Digest>(reader, 2);
    record.application = take_name<ApplicationId>(reader, 3);
    record.meter = take_name<MeterId>(reader, 4);
    const auto technology = technology_from(take_unsigned(reader, 5));
    if (!technology) reader.fail(cbor::Fault::malformed);
    record.technology = technology.value_or(Technology::other);
    record.nameplate_w = take_integer(reader, 6);
    reader.key(7);
    const std::size_t serials = reader.array();
    for (std::size_t i = 0; i < serials && reader.ok(); ++i)
        record.serials.emplace_back(reader.text());
    reader.key(8);
    record.photos = read_digests(reader);
    record.visited_s = take_integer(reader, 9);
    record.remark = take_text(reader, 10);
    return finished(reader, std::move(payload));
}

}  // namespace

std::string fault_of(const InspectionRecord& record) {
    if (record.nameplate_w < 0 || record.nameplate_w > kMaxCapacityW)
        return "nameplate: 0 to " + std::to_string(kMaxCapacityW) + " W";
    if (record.serials.size() > kMaxSerials)
        return "serials: at most " + std::to_string(kMaxSerials);
    for (const std::string& serial : record.serials)
        if (!is_line(serial, kMaxSerialBytes))
            return "serials: each one line of 1 to " + std::to_string(kMaxSerialBytes) + " bytes";
    if (record.photos.size() > kMaxPhotos) return "photos: at most " + std::to_string(kMaxPhotos);
    if (record.visited_s < 0) return "visit: after 1970";
    if (!record.remark.empty() && !is_line(record.remark, kMaxRemarkBytes))
        return "remark: one line of at most " + std::to_string(kMaxRemarkBytes) + " bytes";
    return "";
}

SignedInspection sign_inspection(const InspectionRecord& record, const NodeId& inspector,
                                 const Digest& network, const Signer& signer) {
    CHECK(fault_of(record).empty());
    const Bytes payload = encode_payload(record, network);
    Bytes envelope =
        cose::sign1(cose::Domain::inspection, network, inspector.view(), payload, signer);
    auto made = decode_inspection(envelope, network);
    CHECK(made.has_value());
    return std::move(*made);
}

Result<SignedInspection, Reject> decode_inspection(ByteView envelope, const Digest& network) {
    if (envelope.size() > kMaxInspectionBytes) return unexpected(Reject::oversized);
    const auto message = cose::parse_sign1(envelope);
    if (!message) return unexpected(message.error());
    auto payload = decode_payload(message->payload);
    if (!payload) return unexpected(payload.error());
    if (payload->network != network) return unexpected(Reject::wrong_network);
    if (!fault_of(payload->record).empty()) return unexpected(Reject::out_of_range);
    return SignedInspection{.record = std::move(payload->record),
                            .inspector = NodeId(message->kid),
                            .id = cose::id_of(cose::Domain::inspection, network, *message),
                            .envelope = to_bytes(envelope)};
}

Result<SignedInspection, Reject> open_inspection(ByteView envelope, const Digest& network,
                                                 const Office& office) {
    auto signed_record = decode_inspection(envelope, network);
    if (!signed_record) return signed_record;
    const auto inspector =
        std::find_if(office.inspectors.begin(), office.inspectors.end(),
                     [&](const Signatory& each) { return each.name == signed_record->inspector; });
    if (inspector == office.inspectors.end()) return unexpected(Reject::not_a_member);
    const auto key = VerifyKey::from_point(inspector->key);
    if (!key) return unexpected(Reject::malformed);
    const auto message = cose::parse_sign1(envelope);
    const auto valid = cose::verify_sign1(cose::Domain::inspection, network, *message, *key);
    if (!valid) return unexpected(valid.error());
    return signed_record;
}

}  // namespace fairfeed
