#include "core/wire/reading_codec.h"

#include <string_view>

#include "core/base/check.h"
#include "core/wire/cose.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

constexpr std::string_view kSealPurpose = "ff1/reading";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kBodyFields = 18;  // without available_wh and executed_command

Bytes encode_reading_header(const ReadingHeader& header) {
    cbor::Writer writer;
    writer.map(9);
    put_unsigned(writer, 1, header.version);
    put_bytes(writer, 2, header.network.view());
    put_text(writer, 3, header.meter.view());
    put_text(writer, 4, header.cluster.view());
    put_unsigned(writer, 5, header.key_epoch);
    put_unsigned(writer, 6, header.window);
    put_unsigned(writer, 7, header.sequence);
    put_bytes(writer, 8, header.previous.view());
    put_bytes(writer, 9, header.salt.view());
    return writer.take();
}

Result<ReadingHeader, Reject> decode_reading_header(ByteView bytes) {
    cbor::Reader reader(bytes);
    const std::size_t size = reader.map();
    ReadingHeader header;
    header.version = take_u32(reader, 1);
    if (reader.ok() && header.version != kVersion) return unexpected(Reject::unsupported_version);
    if (size != 9) reader.fail(cbor::Fault::malformed);
    header.network = take_fixed<Digest>(reader, 2);
    header.meter = take_name<MeterId>(reader, 3);
    header.cluster = take_name<ClusterId>(reader, 4);
    header.key_epoch = take_u32(reader, 5);
    header.window = take_u32(reader, 6);
    header.sequence = take_unsigned(reader, 7);
    header.previous = take_fixed<Digest>(reader, 8);
    header.salt = take_fixed<Salt>(reader, 9);
    return finished(reader, std::move(header));
}

Bytes encode_payload(const ReadingHeader& header, ByteView sealed_body) {
    cbor::Writer writer;
    writer.array(2);
    writer.raw(encode_reading_header(header));
    writer.bytes(sealed_body);
    return writer.take();
}

// Three integers per quarter hour in one array: saves a byte against an array per quarter hour.
void write_profile(cbor::Writer& writer, const Profile& profile) {
    writer.array(3 * profile.size());
    for (const QuarterHour& quarter : profile) {
        writer.integer(quarter.import_wh);
        writer.integer(quarter.export_wh);
        writer.integer(quarter.generation_wh);
    }
}

Profile read_profile(cbor::Reader& reader) {
    Profile profile;
    const std::size_t size = reader.array();
    if (size % 3 != 0) reader.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < size / 3 && reader.ok(); ++i) {
        QuarterHour quarter;
        quarter.import_wh = reader.integer();
        quarter.export_wh = reader.integer();
        quarter.generation_wh = reader.integer();
        profile.push_back(quarter);
    }
    return profile;
}

}  // namespace

Bytes encode_reading_body(const ReadingBody& body) {
    cbor::Writer writer;
    writer.map(kBodyFields + (body.available_wh ? 1 : 0) + (body.executed_command ? 1 : 0));
    writer.key(1);
    write_registers(writer, body.end);
    writer.key(2);
    write_profile(writer, body.profile);
    put_integer(writer, 3, body.peak_demand_w);
    put_integer(writer, 4, body.peak_demand_at_s);
    put_integer(writer, 5, body.peak_generation_w);
    put_integer(writer, 6, body.peak_generation_at_s);
    put_integer(writer, 7, body.average_demand_w);
    put_integer(writer, 8, body.day_import_wh);
    put_integer(writer, 9, body.day_export_wh);
    put_integer(writer, 10, body.month_import_wh);
    put_integer(writer, 11, body.month_export_wh);
    put_integer(writer, 12, body.voltage_mv);
    put_integer(writer, 13, body.current_ma);
    put_integer(writer, 14, body.frequency_mhz);
    put_integer(writer, 15, body.power_factor_milli);
    put_unsigned(writer, 16, body.flags);
    put_unsigned(writer, 17, static_cast<std::uint64_t>(body.clock));
    put_integer(writer, 18, body.share_w);
    if (body.available_wh) put_integer(writer, 19, *body.available_wh);
    if (body.executed_command) put_unsigned(writer, 20, *body.executed_command);
    return writer.take();
}

Result<ReadingBody, Reject> decode_reading_body(ByteView bytes) {
    if (bytes.size() >= kMaxReadingBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    const std::size_t size = reader.map();
    ReadingBody body;
    reader.key(1);
    reader.array_of(3);
    body.end.import_wh = reader.integer();
    body.end.export_wh = reader.integer();
    body.end.generation_wh = reader.integer();
    reader.key(2);
    body.profile = read_profile(reader);
    body.peak_demand_w = take_integer(reader, 3);
    body.peak_demand_at_s = take_integer(reader, 4);
    body.peak_generation_w = take_integer(reader, 5);
    body.peak_generation_at_s = take_integer(reader, 6);
    body.average_demand_w = take_integer(reader, 7);
    body.day_import_wh = take_integer(reader, 8);
    body.day_export_wh = take_integer(reader, 9);
    body.month_import_wh = take_integer(reader, 10);
    body.month_export_wh = take_integer(reader, 11);
    body.voltage_mv = take_integer(reader, 12);
    body.current_ma = take_integer(reader, 13);
    body.frequency_mhz = take_integer(reader, 14);
    body.power_factor_milli = take_integer(reader, 15);
    body.flags = take_u32(reader, 16);
    reader.key(17);
    body.clock = static_cast<ClockState>(
        reader.unsigned_at_most(static_cast<std::uint64_t>(ClockState::unset)));
    body.share_w = take_integer(reader, 18);
    std::size_t left = size < kBodyFields ? SIZE_MAX : size - kBodyFields;
    if (left > 0 && reader.optional_key(19)) {
        body.available_wh = reader.integer();
        --left;
    }
    if (left > 0 && reader.optional_key(20)) {
        body.executed_command = reader.unsigned_integer();
        --left;
    }
    if (left != 0) reader.fail(cbor::Fault::malformed);
    return finished(reader, std::move(body));
}

SignedReading make_reading(const ReadingHeader& header, const ReadingBody& body,
                           const SymmetricKey& data_key, const Signer& meter) {
    SignedReading reading{.id = {}, .header = header, .sealed_body = {}, .envelope = {}};
    reading.sealed_body = cose::encrypt0(reading_key(header, data_key),
                                         encode_reading_header(header), encode_reading_body(body));
    const Bytes payload = encode_payload(header, reading.sealed_body);
    reading.envelope =
        cose::sign1(cose::Domain::reading, header.network, header.meter.view(), payload, meter);
    CHECK(reading.envelope.size() < kMaxReadingBytes);
    const auto parsed = cose::parse_sign1(reading.envelope);
    reading.id = cose::id_of(cose::Domain::reading, header.network, *parsed);
    return reading;
}

Result<SignedReading, Reject> decode_reading(ByteView envelope, const Digest& network) {
    if (envelope.size() >= kMaxReadingBytes) return unexpected(Reject::oversized);
    const auto message = cose::parse_sign1(envelope);
    if (!message) return unexpected(message.error());
    cbor::Reader reader(message->payload);
    reader.array_of(2);
    const ByteView header_bytes = reader.item();
    const ByteView sealed_body = reader.bytes();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    auto header = decode_reading_header(header_bytes);
    if (!header) return unexpected(header.error());
    if (header->network != network) return unexpected(Reject::wrong_network);
    if (header->meter.view() != message->kid) return unexpected(Reject::malformed);
    const auto ciphertext = cose::parse_encrypt0(sealed_body);
    if (!ciphertext) return unexpected(ciphertext.error());
    return SignedReading{.id = cose::id_of(cose::Domain::reading, network, *message),
                         .header = std::move(*header),
                         .sealed_body = to_bytes(sealed_body),
                         .envelope = to_bytes(envelope)};
}

Result<void, Reject> verify_reading(const SignedReading& reading, const Digest& network,
                                    const VerifyKey& meter) {
    const auto message = cose::parse_sign1(reading.envelope);
    if (!message) return unexpected(message.error());
    return cose::verify_sign1(cose::Domain::reading, network, *message, meter);
}

SymmetricKey reading_key(const ReadingHeader& header, const SymmetricKey& data_key) {
    return message_key(data_key, kSealPurpose, header.meter.view(), header.salt);
}

Result<ReadingBody, Reject> open_reading(const SignedReading& reading,
                                         const SymmetricKey& message_key) {
    const auto plaintext =
        cose::decrypt0(message_key, encode_reading_header(reading.header), reading.sealed_body);
    if (!plaintext) return unexpected(plaintext.error());
    return decode_reading_body(*plaintext);
}

}  // namespace fairfeed
