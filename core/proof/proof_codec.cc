#include "core/proof/proof.h"
#include "core/proof/proof_parts.h"
#include "core/wire/cbor.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

// Keys of the file's map; the numbers never change.
constexpr std::uint64_t kVersion = 0;
constexpr std::uint64_t kNetwork = 1;
constexpr std::uint64_t kHeader = 2;
constexpr std::uint64_t kCertificate = 3;
constexpr std::uint64_t kReading = 4;
constexpr std::uint64_t kSettlement = 5;
constexpr std::uint64_t kReadingKey = 6;
constexpr std::uint64_t kLineKey = 7;
constexpr std::uint64_t kCommittee = 8;
constexpr std::uint64_t kRegistry = 9;
constexpr std::uint64_t kRows = 10;
constexpr std::size_t kKeys = 11;

CommitteeClass read_class(cbor::Reader& reader) {
    const std::uint64_t value = reader.unsigned_at_most(3);
    if (value == 0) reader.fail(cbor::Fault::malformed);
    return value == 0 ? CommitteeClass::single : static_cast<CommitteeClass>(value);
}

}  // namespace

Bytes encode_proof(const Proof& proof) {
    cbor::Writer writer;
    writer.map(kKeys);
    writer.key(kVersion);
    writer.unsigned_integer(kProofVersion);
    writer.key(kNetwork);
    writer.bytes(proof.network.view());
    writer.key(kHeader);
    writer.bytes(encode_header(proof.header));
    writer.key(kCertificate);
    writer.bytes(encode_certificate(proof.certificate));
    writer.key(kReading);
    write_included(writer, proof.reading);
    writer.key(kSettlement);
    write_included(writer, proof.settlement);
    writer.key(kReadingKey);
    writer.bytes(proof.reading_key.view());
    writer.key(kLineKey);
    writer.bytes(proof.line_key.view());
    writer.key(kCommittee);
    writer.unsigned_integer(static_cast<std::uint64_t>(proof.committee));
    writer.key(kRegistry);
    write_registry(writer, proof.registry);
    writer.key(kRows);
    write_places(writer, proof.rows);
    return writer.take();
}

Result<Proof, Reject> decode_proof(ByteView bytes) {
    if (bytes.size() > kMaxProofBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    Proof out;
    reader.map_of(kKeys);
    reader.key(kVersion);
    const bool known_version = reader.unsigned_integer() == kProofVersion;
    if (reader.ok() && !known_version) return unexpected(Reject::unsupported_version);
    reader.key(kNetwork);
    out.network = reader.fixed<Digest>();
    reader.key(kHeader);
    out.header = decoded(reader, decode_header(reader.bytes()));
    reader.key(kCertificate);
    out.certificate = decoded(reader, decode_certificate(reader.bytes()));
    reader.key(kReading);
    out.reading = read_included(reader, out.network);
    reader.key(kSettlement);
    out.settlement = read_included_excerpt(reader, out.network);
    const auto* excerpt = std::get_if<Settlement>(&out.settlement.transaction.content);
    if (excerpt != nullptr && (excerpt->entries.empty() || excerpt->late.size() > 1))
        reader.fail(cbor::Fault::malformed);
    reader.key(kReadingKey);
    out.reading_key = reader.fixed<SymmetricKey>();
    reader.key(kLineKey);
    out.line_key = reader.fixed<SymmetricKey>();
    reader.key(kCommittee);
    out.committee = read_class(reader);
    reader.key(kRegistry);
    out.registry = read_registry(reader, out.network);
    reader.key(kRows);
    out.rows = read_places(reader);
    if (!reader.finish()) return unexpected(Reject::malformed);
    return out;
}

}  // namespace fairfeed
