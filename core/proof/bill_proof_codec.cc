#include "core/proof/bill_proof.h"
#include "core/proof/proof_parts.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

// 0 version, 1 network, 2 meter, 3 month, 4 header, 5 certificate, 6 place of the last settlement,
// 7 pieces, 8 registry, 9 end
constexpr std::size_t kKeys = 10;

void write_piece(cbor::Writer& writer, const BillPiece& piece) {
    writer.array(4);
    writer.bytes(encode_transaction(piece.settlement));
    write_places(writer, piece.rows);
    writer.bytes(piece.line_key.view());
    writer.array(piece.late.size());
    for (const BilledReading& late : piece.late) {
        writer.array(2);
        writer.bytes(late.reading.envelope);
        writer.bytes(late.key.view());
    }
}

BillPiece read_piece(cbor::Reader& reader, const Digest& network) {
    BillPiece piece;
    reader.array_of(4);
    piece.settlement = decoded(reader, decode_excerpt(reader.bytes(), network));
    const auto* excerpt = std::get_if<Settlement>(&piece.settlement.content);
    if (excerpt != nullptr && excerpt->entries.empty()) reader.fail(cbor::Fault::malformed);
    piece.rows = read_places(reader);
    piece.line_key = reader.fixed<SymmetricKey>();
    const std::size_t late = reader.array();
    for (std::size_t i = 0; i < late && reader.ok(); ++i) {
        reader.array_of(2);
        BilledReading billed;
        billed.reading = decoded(reader, decode_reading(reader.bytes(), network));
        billed.key = reader.fixed<SymmetricKey>();
        piece.late.push_back(std::move(billed));
    }
    return piece;
}

void write_end(cbor::Writer& writer, const BillEnd& end) {
    writer.array(6);
    writer.bytes(encode_header(end.header));
    writer.bytes(encode_certificate(end.certificate));
    write_included(writer, end.settlement);
    write_places(writer, end.rows);
    writer.bytes(end.closing_key.view());
    write_registry(writer, end.registry);
}

BillEnd read_end(cbor::Reader& reader, const Digest& network) {
    BillEnd end;
    reader.array_of(6);
    end.header = decoded(reader, decode_header(reader.bytes()));
    end.certificate = decoded(reader, decode_certificate(reader.bytes()));
    end.settlement = read_included_excerpt(reader, network);
    const auto* excerpt = std::get_if<Settlement>(&end.settlement.transaction.content);
    if (excerpt != nullptr && !excerpt->late.empty()) reader.fail(cbor::Fault::malformed);
    end.rows = read_places(reader);
    if (excerpt != nullptr && excerpt->entries.size() != end.rows.size())
        reader.fail(cbor::Fault::malformed);
    end.closing_key = reader.fixed<SymmetricKey>();
    end.registry = read_registry(reader, network);
    return end;
}

}  // namespace

Bytes encode_bill_proof(const BillProof& proof) {
    cbor::Writer writer;
    writer.map(kKeys);
    writer.key(0);
    writer.unsigned_integer(kBillProofVersion);
    writer.key(1);
    writer.bytes(proof.network.view());
    writer.key(2);
    writer.text(proof.meter.view());
    writer.key(3);
    writer.text(month_text(proof.month));
    writer.key(4);
    writer.bytes(encode_header(proof.header));
    writer.key(5);
    writer.bytes(encode_certificate(proof.certificate));
    writer.key(6);
    const RowPlace place{proof.index, proof.path};
    write_places(writer, std::span(&place, 1));
    writer.key(7);
    writer.array(proof.pieces.size());
    for (const BillPiece& piece : proof.pieces)
        write_piece(writer, piece);
    writer.key(8);
    write_registry(writer, proof.registry);
    writer.key(9);
    if (proof.end) {
        write_end(writer, *proof.end);
    } else {
        writer.null();
    }
    return writer.take();
}

Result<BillProof, Reject> decode_bill_proof(ByteView bytes) {
    if (bytes.size() > kMaxBillProofBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    BillProof out;
    reader.map_of(kKeys);
    reader.key(0);
    const bool known_version = reader.unsigned_integer() == kBillProofVersion;
    if (reader.ok() && !known_version) return unexpected(Reject::unsupported_version);
    reader.key(1);
    out.network = reader.fixed<Digest>();
    reader.key(2);
    out.meter = reader.name<MeterId>();
    reader.key(3);
    const std::string_view month_said = reader.text();
    const auto month = parse_month(month_said);
    if (!month || month_text(*month) != month_said) reader.fail(cbor::Fault::malformed);
    out.month = month.value_or(BillMonth{});
    reader.key(4);
    out.header = decoded(reader, decode_header(reader.bytes()));
    reader.key(5);
    out.certificate = decoded(reader, decode_certificate(reader.bytes()));
    reader.key(6);
    std::vector<RowPlace> place = read_places(reader);
    if (place.size() != 1) reader.fail(cbor::Fault::malformed);
    if (reader.ok()) out.index = place.front().index;
    if (reader.ok()) out.path = std::move(place.front().path);
    reader.key(7);
    const std::size_t pieces = reader.array();
    if (pieces == 0 || pieces > kMaxBillPieces) reader.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < pieces && reader.ok(); ++i)
        out.pieces.push_back(read_piece(reader, out.network));
    reader.key(8);
    out.registry = read_registry(reader, out.network);
    reader.key(9);
    if (!reader.is_null()) out.end = read_end(reader, out.network);
    if (!reader.finish()) return unexpected(Reject::malformed);
    return out;
}

bool is_bill_file(ByteView bytes) {
    cbor::Reader reader(bytes);
    reader.map_of(kKeys);
    reader.key(0);
    return reader.unsigned_integer() == kBillProofVersion && reader.ok();
}

}  // namespace fairfeed
