#include "core/crypto/sealing.h"
#include "core/wire/content_codec.h"
#include "core/wire/decoding.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::string_view kLinePurpose = "ff1/line";

void write_totals(cbor::Writer& writer, const SettlementTotals& totals) {
    writer.map(13);
    put_integer(writer, 1, totals.load_wh);
    put_integer(writer, 2, totals.generation_wh);
    put_integer(writer, 3, totals.import_wh);
    put_integer(writer, 4, totals.export_wh);
    put_integer(writer, 5, totals.delivered_wh);
    put_integer(writer, 6, totals.credited_wh);
    put_integer(writer, 7, totals.d_wh);
    put_integer(writer, 8, totals.df_ppm);
    put_integer(writer, 9, totals.psa_ppm);
    put_integer(writer, 10, totals.mes_w);
    put_integer(writer, 11, totals.residual_surplus_wh);
    put_integer(writer, 12, totals.conventional_wh);
    put_integer(writer, 13, totals.grid_amount_micro);
}

SettlementTotals read_totals(cbor::Reader& reader) {
    SettlementTotals totals;
    reader.map_of(13);
    totals.load_wh = take_integer(reader, 1);
    totals.generation_wh = take_integer(reader, 2);
    totals.import_wh = take_integer(reader, 3);
    totals.export_wh = take_integer(reader, 4);
    totals.delivered_wh = take_integer(reader, 5);
    totals.credited_wh = take_integer(reader, 6);
    totals.d_wh = take_integer(reader, 7);
    totals.df_ppm = take_integer(reader, 8);
    totals.psa_ppm = take_integer(reader, 9);
    totals.mes_w = take_integer(reader, 10);
    totals.residual_surplus_wh = take_integer(reader, 11);
    totals.conventional_wh = take_integer(reader, 12);
    totals.grid_amount_micro = take_integer(reader, 13);
    return totals;
}

// [meter, 0, reading id] or [meter, status].
void write_entries(cbor::Writer& writer, const std::vector<SettlementEntry>& entries) {
    writer.array(entries.size());
    for (const SettlementEntry& entry : entries) {
        const bool has_reading = entry.status == EntryStatus::reading;
        writer.array(has_reading ? 3 : 2);
        writer.text(entry.meter.str());
        writer.unsigned_integer(static_cast<std::uint64_t>(entry.status));
        if (has_reading) writer.bytes(entry.reading.view());
    }
}

std::vector<SettlementEntry> read_entries(cbor::Reader& reader) {
    std::vector<SettlementEntry> entries;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        SettlementEntry entry;
        const std::size_t fields = reader.array();
        entry.meter = reader.name<MeterId>();
        entry.status = static_cast<EntryStatus>(
            reader.unsigned_at_most(static_cast<std::uint64_t>(EntryStatus::conflict)));
        const bool has_reading = entry.status == EntryStatus::reading;
        if (fields != (has_reading ? 3U : 2U)) reader.fail(cbor::Fault::malformed);
        if (has_reading) entry.reading = reader.fixed<Digest>();
        entries.push_back(std::move(entry));
    }
    return entries;
}

void write_lines(cbor::Writer& writer, const std::vector<SealedLine>& lines) {
    writer.array(lines.size());
    for (const SealedLine& line : lines) {
        writer.array(4);
        writer.text(line.meter.str());
        writer.unsigned_integer(line.key_epoch);
        writer.bytes(line.salt.view());
        writer.bytes(line.ciphertext);
    }
}

std::vector<SealedLine> read_lines(cbor::Reader& reader) {
    std::vector<SealedLine> lines;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        SealedLine line;
        reader.array_of(4);
        line.meter = reader.name<MeterId>();
        line.key_epoch = static_cast<KeyEpoch>(reader.unsigned_at_most(UINT32_MAX));
        line.salt = reader.fixed<Salt>();
        line.ciphertext = to_bytes(reader.bytes());
        lines.push_back(std::move(line));
    }
    return lines;
}

// What the format promises beyond its fields; whether they are right is the committee's question.
Result<void, Reject> check_order(const Settlement& settlement) {
    for (std::size_t i = 1; i < settlement.entries.size(); ++i) {
        if (!(settlement.entries[i - 1].meter < settlement.entries[i].meter)) {
            return unexpected(Reject::wrong_entries);
        }
    }
    if (settlement.lines.size() != settlement.entries.size()) {
        return unexpected(Reject::wrong_lines);
    }
    for (std::size_t i = 0; i < settlement.lines.size(); ++i) {
        if (settlement.lines[i].meter != settlement.entries[i].meter) {
            return unexpected(Reject::wrong_lines);
        }
    }
    return {};
}

void write_closing(cbor::Writer& writer, const ClosingState& closing) {
    writer.map(8);
    writer.key(1);
    writer.array(3);
    writer.integer(closing.registers.import_wh);
    writer.integer(closing.registers.export_wh);
    writer.integer(closing.registers.generation_wh);
    put_boolean(writer, 2, closing.has_registers);
    put_integer(writer, 3, closing.import_remainder);
    put_integer(writer, 4, closing.export_remainder);
    put_integer(writer, 5, closing.balance_micro);
    put_unsigned(writer, 6, closing.missed);
    writer.key(7);
    writer.array(closing.shares.size());
    for (const ShareInForce& share : closing.shares) {
        writer.array(2);
        writer.integer(share.share_w);
        writer.integer(share.from_s);
    }
    put_unsigned(writer, 8, closing.over_capacity);
}

ClosingState read_closing(cbor::Reader& reader) {
    ClosingState closing;
    reader.map_of(8);
    reader.key(1);
    reader.array_of(3);
    closing.registers.import_wh = reader.integer();
    closing.registers.export_wh = reader.integer();
    closing.registers.generation_wh = reader.integer();
    closing.has_registers = take_boolean(reader, 2);
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
    return closing;
}

Bytes line_aad(const Settlement& settlement, const MeterId& meter, KeyEpoch epoch,
               const Salt& salt) {
    cbor::Writer writer;
    writer.array(6);
    writer.text(meter.str());
    writer.unsigned_integer(epoch);
    writer.bytes(salt.view());
    writer.text(settlement.cluster.str());
    writer.unsigned_integer(settlement.window);
    writer.unsigned_integer(settlement.version);
    return writer.take();
}

}  // namespace

Bytes encode_settlement(const Settlement& settlement) {
    cbor::Writer writer;
    writer.map(12);
    put_text(writer, 1, settlement.cluster.str());
    put_unsigned(writer, 2, settlement.window);
    put_unsigned(writer, 3, settlement.version);
    put_unsigned(writer, 4, settlement.slot);
    put_text(writer, 5, settlement.proposer.str());
    put_unsigned(writer, 6, settlement.contract_version);
    put_unsigned(writer, 7, static_cast<std::uint64_t>(settlement.rule));
    put_bytes(writer, 8, settlement.previous.view());
    put_unsigned(writer, 9, settlement.state_height);
    writer.key(10);
    write_entries(writer, settlement.entries);
    writer.key(11);
    write_totals(writer, settlement.totals);
    writer.key(12);
    write_lines(writer, settlement.lines);
    return writer.take();
}

Result<Settlement, Reject> decode_settlement(ByteView bytes) {
    cbor::Reader reader(bytes);
    Settlement settlement;
    reader.map_of(12);
    settlement.cluster = take_name<ClusterId>(reader, 1);
    settlement.window = take_u32(reader, 2);
    settlement.version = take_u32(reader, 3);
    settlement.slot = take_u32(reader, 4);
    settlement.proposer = take_name<NodeId>(reader, 5);
    settlement.contract_version = take_u32(reader, 6);
    const auto rule = share_rule_from(take_unsigned(reader, 7));
    if (!rule) reader.fail(cbor::Fault::malformed);
    settlement.rule = rule.value_or(ShareRule::paper);
    settlement.previous = take_fixed<Digest>(reader, 8);
    settlement.state_height = take_unsigned(reader, 9);
    reader.key(10);
    settlement.entries = read_entries(reader);
    reader.key(11);
    settlement.totals = read_totals(reader);
    reader.key(12);
    settlement.lines = read_lines(reader);
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    if (const auto order = check_order(settlement); !order) return unexpected(order.error());
    return settlement;
}

Bytes encode_endorsement_payload(const Endorsement& endorsement) {
    cbor::Writer writer;
    writer.map(4);
    put_text(writer, 1, endorsement.cluster.str());
    put_unsigned(writer, 2, endorsement.window);
    put_unsigned(writer, 3, endorsement.version);
    put_bytes(writer, 4, endorsement.batch.view());
    return writer.take();
}

Endorsement read_endorsement(cbor::Reader& reader) {
    Endorsement endorsement;
    reader.map_of(4);
    endorsement.cluster = take_name<ClusterId>(reader, 1);
    endorsement.window = take_u32(reader, 2);
    endorsement.version = take_u32(reader, 3);
    endorsement.batch = take_fixed<Digest>(reader, 4);
    return endorsement;
}

Bytes encode_settlement_line(const SettlementLine& line) {
    cbor::Writer writer;
    writer.map(15);
    put_text(writer, 1, line.meter.str());
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
    writer.key(14);
    write_closing(writer, line.closing);
    put_unsigned(writer, 15, line.flags);
    return writer.take();
}

Result<SettlementLine, Reject> decode_settlement_line(ByteView bytes) {
    cbor::Reader reader(bytes);
    SettlementLine line;
    reader.map_of(15);
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
    reader.key(14);
    line.closing = read_closing(reader);
    line.flags = take_u32(reader, 15);
    return finished(reader, std::move(line));
}

SymmetricKey line_key(const Settlement& settlement, const SealedLine& line,
                      const SymmetricKey& data_key) {
    return message_key(data_key, kLinePurpose, settlement.proposer.str(), line.salt);
}

SealedLine seal_line(const Settlement& settlement, const SettlementLine& line, KeyEpoch epoch,
                     const Salt& salt, const SymmetricKey& data_key) {
    SealedLine sealed{.meter = line.meter, .key_epoch = epoch, .salt = salt, .ciphertext = {}};
    sealed.ciphertext =
        seal(line_key(settlement, sealed, data_key), line_aad(settlement, line.meter, epoch, salt),
             encode_settlement_line(line));
    return sealed;
}

Result<SettlementLine, Reject> open_line(const Settlement& settlement, const SealedLine& line,
                                         const SymmetricKey& message_key) {
    const auto plaintext = unseal(
        message_key, line_aad(settlement, line.meter, line.key_epoch, line.salt), line.ciphertext);
    if (!plaintext) return unexpected(Reject::cannot_open);
    auto opened = decode_settlement_line(*plaintext);
    if (opened && opened->meter != line.meter) return unexpected(Reject::wrong_lines);
    return opened;
}

}  // namespace fairfeed
