#include "core/wire/settlement_codec.h"

#include <tuple>

#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

void write_totals(cbor::Writer& writer, const SettlementTotals& totals) {
    writer.map(14);
    put_integer(writer, 1, totals.load_wh);
    put_integer(writer, 2, totals.available_wh);
    put_integer(writer, 3, totals.import_wh);
    put_integer(writer, 4, totals.export_wh);
    put_integer(writer, 5, totals.generation_wh);
    put_integer(writer, 6, totals.credited_wh);
    put_integer(writer, 7, totals.d_wh);
    put_integer(writer, 8, totals.df_ppm);
    put_integer(writer, 9, totals.psa_ppm);
    put_integer(writer, 10, totals.mes_w);
    put_integer(writer, 11, totals.residual_surplus_wh);
    put_integer(writer, 12, totals.conventional_wh);
    put_integer(writer, 13, totals.grid_amount_micro);
    writer.key(14);
    writer.array(5);
    writer.integer(totals.adjusted.import_wh);
    writer.integer(totals.adjusted.export_wh);
    writer.integer(totals.adjusted.generation_wh);
    writer.integer(totals.adjusted.credited_wh);
    writer.integer(totals.adjusted.grid_amount_micro);
}

SettlementTotals read_totals(cbor::Reader& reader) {
    SettlementTotals totals;
    reader.map_of(14);
    totals.load_wh = take_integer(reader, 1);
    totals.available_wh = take_integer(reader, 2);
    totals.import_wh = take_integer(reader, 3);
    totals.export_wh = take_integer(reader, 4);
    totals.generation_wh = take_integer(reader, 5);
    totals.credited_wh = take_integer(reader, 6);
    totals.d_wh = take_integer(reader, 7);
    totals.df_ppm = take_integer(reader, 8);
    totals.psa_ppm = take_integer(reader, 9);
    totals.mes_w = take_integer(reader, 10);
    totals.residual_surplus_wh = take_integer(reader, 11);
    totals.conventional_wh = take_integer(reader, 12);
    totals.grid_amount_micro = take_integer(reader, 13);
    reader.key(14);
    reader.array_of(5);
    totals.adjusted.import_wh = reader.integer();
    totals.adjusted.export_wh = reader.integer();
    totals.adjusted.generation_wh = reader.integer();
    totals.adjusted.credited_wh = reader.integer();
    totals.adjusted.grid_amount_micro = reader.integer();
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
        writer.array(5);
        writer.text(line.meter.str());
        writer.unsigned_integer(line.key_epoch);
        writer.bytes(line.salt.view());
        writer.bytes(line.ciphertext);
        writer.bytes(line.closing);
    }
}

std::vector<SealedLine> read_lines(cbor::Reader& reader) {
    std::vector<SealedLine> lines;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        SealedLine line;
        reader.array_of(5);
        line.meter = reader.name<MeterId>();
        line.key_epoch = static_cast<KeyEpoch>(reader.unsigned_at_most(UINT32_MAX));
        line.salt = reader.fixed<Salt>();
        line.ciphertext = to_bytes(reader.bytes());
        line.closing = to_bytes(reader.bytes());
        lines.push_back(std::move(line));
    }
    return lines;
}

void write_late(cbor::Writer& writer, const std::vector<ListedReading>& late) {
    writer.array(late.size());
    for (const ListedReading& listed : late) {
        writer.array(3);
        writer.text(listed.meter.str());
        writer.unsigned_integer(listed.window);
        writer.bytes(listed.reading.view());
    }
}

std::vector<ListedReading> read_late(cbor::Reader& reader) {
    std::vector<ListedReading> late;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        ListedReading listed;
        reader.array_of(3);
        listed.meter = reader.name<MeterId>();
        listed.window = static_cast<Window>(reader.unsigned_at_most(UINT32_MAX));
        listed.reading = reader.fixed<Digest>();
        late.push_back(std::move(listed));
    }
    return late;
}

// Checks the order that the format requires. The committee checks the values.
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
    for (std::size_t i = 1; i < settlement.late.size(); ++i) {
        const ListedReading& before = settlement.late[i - 1];
        const ListedReading& after = settlement.late[i];
        if (std::tie(before.meter, before.window) >= std::tie(after.meter, after.window)) {
            return unexpected(Reject::wrong_entries);
        }
    }
    return {};
}

}  // namespace

Bytes encode_settlement(const Settlement& settlement) {
    cbor::Writer writer;
    writer.map(16);
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
    writer.key(13);
    write_late(writer, settlement.late);
    put_unsigned(writer, 14, static_cast<std::uint64_t>(settlement.basis));
    writer.key(15);
    write_factors(writer, settlement.factors);
    writer.key(16);
    write_factors(writer, settlement.bound);
    return writer.take();
}

Result<Settlement, Reject> decode_settlement(ByteView bytes) {
    cbor::Reader reader(bytes);
    Settlement settlement;
    reader.map_of(16);
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
    reader.key(13);
    settlement.late = read_late(reader);
    const auto basis = share_basis_from(take_unsigned(reader, 14));
    if (!basis) reader.fail(cbor::Fault::malformed);
    settlement.basis = basis.value_or(ShareBasis::previous_window);
    reader.key(15);
    settlement.factors = read_factors(reader);
    reader.key(16);
    settlement.bound = read_factors(reader);
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

}  // namespace fairfeed
