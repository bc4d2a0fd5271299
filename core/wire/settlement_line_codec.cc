#include "core/wire/settlement_line_codec.h"

#include "core/wire/decoding.h"
#include "core/wire/tariff_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::string_view kLinePurpose = "ff1/line";
constexpr std::string_view kClosingPurpose = "ff1/closing";

void write_estimates(cbor::Writer& writer, const std::vector<EstimatedWindow>& estimates) {
    writer.array(estimates.size());
    for (const EstimatedWindow& estimate : estimates) {
        writer.array(7);
        writer.unsigned_integer(estimate.window);
        writer.integer(estimate.import_wh);
        writer.integer(estimate.export_wh);
        writer.integer(estimate.generation_wh);
        writer.integer(estimate.credited_wh);
        writer.integer(estimate.cost);
        writer.integer(estimate.worth);
    }
}

std::vector<EstimatedWindow> read_estimates(cbor::Reader& reader) {
    std::vector<EstimatedWindow> estimates;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        EstimatedWindow estimate;
        reader.array_of(7);
        estimate.window = static_cast<Window>(reader.unsigned_at_most(UINT32_MAX));
        estimate.import_wh = reader.integer();
        estimate.export_wh = reader.integer();
        estimate.generation_wh = reader.integer();
        estimate.credited_wh = reader.integer();
        estimate.cost = reader.integer();
        estimate.worth = reader.integer();
        estimates.push_back(estimate);
    }
    return estimates;
}

void write_gap(cbor::Writer& writer, const RegisterGap& gap) {
    writer.array(5);
    writer.unsigned_integer(gap.first);
    writer.unsigned_integer(gap.end);
    write_registers(writer, gap.before);
    if (gap.after) {
        write_registers(writer, *gap.after);
    } else {
        writer.null();
    }
    write_estimates(writer, gap.estimates);
}

void write_share(cbor::Writer& writer, const ShareInForce& share) {
    writer.array(2);
    writer.integer(share.share_w);
    writer.integer(share.from_s);
}

std::vector<RegisterGap> read_gaps(cbor::Reader& reader) {
    std::vector<RegisterGap> gaps;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        RegisterGap gap;
        reader.array_of(5);
        gap.first = static_cast<Window>(reader.unsigned_at_most(UINT32_MAX));
        gap.end = static_cast<Window>(reader.unsigned_at_most(UINT32_MAX));
        gap.before = read_registers(reader);
        if (!reader.is_null()) gap.after = read_registers(reader);
        gap.estimates = read_estimates(reader);
        gaps.push_back(std::move(gap));
    }
    return gaps;
}

void write_closing(cbor::Writer& writer, const ClosingState& closing) {
    writer.map(10);
    writer.key(1);
    write_registers(writer, closing.registers);
    put_unsigned(writer, 2, closing.unread_from);
    put_integer(writer, 3, closing.import_remainder);
    put_integer(writer, 4, closing.export_remainder);
    put_integer(writer, 5, closing.balance_micro);
    put_unsigned(writer, 6, closing.missed);
    writer.key(7);
    writer.array(closing.shares.size());
    for (const ShareInForce& share : closing.shares)
        write_share(writer, share);
    put_unsigned(writer, 8, closing.over_capacity);
    writer.key(9);
    write_estimates(writer, closing.estimates);
    writer.key(10);
    writer.array(closing.gaps.size());
    for (const RegisterGap& gap : closing.gaps)
        write_gap(writer, gap);
}

ClosingState read_closing(cbor::Reader& reader) {
    ClosingState closing;
    reader.map_of(10);
    reader.key(1);
    closing.registers = read_registers(reader);
    closing.unread_from = take_u32(reader, 2);
    closing.import_remainder = take_integer(reader, 3);
    closing.export_remainder = take_integer(reader, 4);
    closing.balance_micro = take_integer(reader, 5);
    closing.missed = take_u32(reader, 6);
    reader.key(7);
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        ShareInForce share;
        reader.array_of(2);
        share.share_w = reader.integer();
        share.from_s = reader.integer();
        closing.shares.push_back(share);
    }
    closing.over_capacity = take_u32(reader, 8);
    reader.key(9);
    closing.estimates = read_estimates(reader);
    reader.key(10);
    closing.gaps = read_gaps(reader);
    return closing;
}

Bytes line_aad(const Settlement& settlement, const MeterId& meter, KeyEpoch epoch,
               const Salt& salt) {
    cbor::Writer writer;
    writer.array(6);
    writer.text(meter.view());
    writer.unsigned_integer(epoch);
    writer.bytes(salt.view());
    writer.text(settlement.cluster.view());
    writer.unsigned_integer(settlement.window);
    writer.unsigned_integer(settlement.version);
    return writer.take();
}

}  // namespace

std::size_t encoded_size(const ShareInForce& share) {
    cbor::Writer writer;
    write_share(writer, share);
    return writer.result().size();
}

std::size_t encoded_size(const std::vector<RegisterGap>& gaps) {
    if (gaps.empty()) return 0;
    cbor::Writer writer;
    for (const RegisterGap& gap : gaps)
        write_gap(writer, gap);
    return writer.result().size();
}

Bytes encode_settlement_line(const SettlementLine& line) {
    cbor::Writer writer;
    writer.map(16);
    put_text(writer, 1, line.meter.view());
    put_boolean(writer, 2, line.estimated);
    put_integer(writer, 3, line.capacity_w);
    put_integer(writer, 4, line.load_wh);
    put_integer(writer, 5, line.import_wh);
    put_integer(writer, 6, line.export_wh);
    put_integer(writer, 7, line.generation_wh);
    put_integer(writer, 8, line.available_wh);
    put_integer(writer, 9, line.credited_wh);
    put_integer(writer, 10, line.curtailed_wh);
    put_integer(writer, 11, line.mes_w);
    put_integer(writer, 12, line.import_amount_micro);
    put_integer(writer, 13, line.export_amount_micro);
    put_unsigned(writer, 15, line.flags);
    writer.key(16);
    writer.array(6);
    writer.integer(line.adjusted.import_wh);
    writer.integer(line.adjusted.export_wh);
    writer.integer(line.adjusted.generation_wh);
    writer.integer(line.adjusted.credited_wh);
    writer.integer(line.adjusted.import_amount_micro);
    writer.integer(line.adjusted.export_amount_micro);
    writer.key(17);
    write_band_energies(writer, line.bands);
    return writer.take();
}

Result<SettlementLine, Reject> decode_settlement_line(ByteView bytes) {
    cbor::Reader reader(bytes);
    SettlementLine line;
    reader.map_of(16);
    line.meter = take_name<MeterId>(reader, 1);
    line.estimated = take_boolean(reader, 2);
    line.capacity_w = take_integer(reader, 3);
    line.load_wh = take_integer(reader, 4);
    line.import_wh = take_integer(reader, 5);
    line.export_wh = take_integer(reader, 6);
    line.generation_wh = take_integer(reader, 7);
    line.available_wh = take_integer(reader, 8);
    line.credited_wh = take_integer(reader, 9);
    line.curtailed_wh = take_integer(reader, 10);
    line.mes_w = take_integer(reader, 11);
    line.import_amount_micro = take_integer(reader, 12);
    line.export_amount_micro = take_integer(reader, 13);
    line.flags = take_u32(reader, 15);
    reader.key(16);
    reader.array_of(6);
    line.adjusted.import_wh = reader.integer();
    line.adjusted.export_wh = reader.integer();
    line.adjusted.generation_wh = reader.integer();
    line.adjusted.credited_wh = reader.integer();
    line.adjusted.import_amount_micro = reader.integer();
    line.adjusted.export_amount_micro = reader.integer();
    reader.key(17);
    line.bands = read_band_energies(reader);
    return finished(reader, std::move(line));
}

SymmetricKey line_key(const Settlement& settlement, const SealedLine& line,
                      const SymmetricKey& data_key) {
    return message_key(data_key, kLinePurpose, settlement.proposer.view(), line.salt);
}

SymmetricKey closing_key(const Settlement& settlement, const SealedLine& line,
                         const SymmetricKey& line_key) {
    return message_key(line_key, kClosingPurpose, settlement.proposer.view(), line.salt);
}

Bytes encode_closing(const MeterClosing& closing) {
    cbor::Writer writer;
    writer.array(3);
    write_closing(writer, closing.state);
    writer.integer(closing.capacity_w);
    writer.integer(closing.mes_w);
    return writer.take();
}

Result<MeterClosing, Reject> decode_closing(ByteView bytes) {
    cbor::Reader reader(bytes);
    MeterClosing closing;
    reader.array_of(3);
    closing.state = read_closing(reader);
    closing.capacity_w = reader.integer();
    closing.mes_w = reader.integer();
    return finished(reader, std::move(closing));
}

SealedLine seal_line(const Settlement& settlement, const SettlementLine& line, KeyEpoch epoch,
                     const Salt& salt, const SymmetricKey& data_key) {
    SealedLine sealed{
        .meter = line.meter, .key_epoch = epoch, .salt = salt, .ciphertext = {}, .closing = {}};
    const SymmetricKey key = line_key(settlement, sealed, data_key);
    const Bytes aad = line_aad(settlement, line.meter, epoch, salt);
    sealed.ciphertext = seal(key, aad, encode_settlement_line(line));
    sealed.closing = seal(closing_key(settlement, sealed, key), aad,
                          encode_closing({line.closing, line.capacity_w, line.mes_w}));
    return sealed;
}

Result<MeterClosing, Reject> open_closing(const Settlement& settlement, const SealedLine& line,
                                          const SymmetricKey& closing_key) {
    const auto plaintext = unseal(
        closing_key, line_aad(settlement, line.meter, line.key_epoch, line.salt), line.closing);
    if (!plaintext) return unexpected(Reject::cannot_open);
    return decode_closing(*plaintext);
}

Result<SettlementLine, Reject> open_line(const Settlement& settlement, const SealedLine& line,
                                         const SymmetricKey& message_key) {
    const auto plaintext = unseal(
        message_key, line_aad(settlement, line.meter, line.key_epoch, line.salt), line.ciphertext);
    if (!plaintext) return unexpected(Reject::cannot_open);
    auto opened = decode_settlement_line(*plaintext);
    if (!opened) return opened;
    if (opened->meter != line.meter) return unexpected(Reject::wrong_lines);
    auto closing = open_closing(settlement, line, closing_key(settlement, line, message_key));
    if (!closing) return unexpected(closing.error());
    if (closing->capacity_w != opened->capacity_w || closing->mes_w != opened->mes_w) {
        return unexpected(Reject::wrong_lines);
    }
    opened->closing = std::move(closing->state);
    return opened;
}

}  // namespace fairfeed
