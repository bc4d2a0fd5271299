#include "core/wire/settlement_codec.h"

#include <tuple>

#include "core/base/check.h"
#include "core/crypto/merkle.h"
#include "core/model/network.h"
#include "core/wire/decoding.h"
#include "core/wire/tariff_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kHeadKeys = 16;
// Items of the rows of a meter with a reading, of one without, and of a late reading.
constexpr std::size_t kReadRow = 7;
constexpr std::size_t kUnreadRow = 6;
constexpr std::size_t kLateRow = 3;
// A block holds the settlement beside the readings of its rows, or so many meters without any.
constexpr auto kMaxRows = static_cast<std::size_t>(kMaxBlockTransactions);

void write_totals(cbor::Writer& writer, const SettlementTotals& totals) {
    writer.map(15);
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
    writer.key(15);
    write_band_energies(writer, totals.bands);
}

SettlementTotals read_totals(cbor::Reader& reader) {
    SettlementTotals totals;
    reader.map_of(15);
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
    reader.key(15);
    totals.bands = read_band_energies(reader);
    return totals;
}

// [meter, 0, reading id, key epoch, salt, ciphertext, closing state], or without the reading id
// [meter, status, key epoch, salt, ciphertext, closing state].
Bytes encode_meter_row(const SettlementEntry& entry, const SealedLine& line) {
    cbor::Writer writer;
    const bool has_reading = entry.status == EntryStatus::reading;
    writer.array(has_reading ? kReadRow : kUnreadRow);
    writer.text(entry.meter.view());
    writer.unsigned_integer(static_cast<std::uint64_t>(entry.status));
    if (has_reading) writer.bytes(entry.reading.view());
    writer.unsigned_integer(line.key_epoch);
    writer.bytes(line.salt.view());
    writer.bytes(line.ciphertext);
    writer.bytes(line.closing);
    return writer.take();
}

// [meter, window, reading id]
Bytes encode_late_row(const ListedReading& listed) {
    cbor::Writer writer;
    writer.array(kLateRow);
    writer.text(listed.meter.view());
    writer.unsigned_integer(listed.window);
    writer.bytes(listed.reading.view());
    return writer.take();
}

Result<void, Reject> read_meter_row(ByteView row, Settlement& settlement) {
    cbor::Reader reader(row);
    SettlementEntry entry;
    SealedLine line;
    const std::size_t items = reader.array();
    entry.meter = line.meter = reader.name<MeterId>();
    entry.status = static_cast<EntryStatus>(
        reader.unsigned_at_most(static_cast<std::uint64_t>(EntryStatus::conflict)));
    const bool has_reading = entry.status == EntryStatus::reading;
    if (items != (has_reading ? kReadRow : kUnreadRow)) reader.fail(cbor::Fault::malformed);
    if (has_reading) entry.reading = reader.fixed<Digest>();
    line.key_epoch = static_cast<KeyEpoch>(reader.unsigned_at_most(UINT32_MAX));
    line.salt = reader.fixed<Salt>();
    line.ciphertext = to_bytes(reader.bytes());
    line.closing = to_bytes(reader.bytes());
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    settlement.entries.push_back(std::move(entry));
    settlement.lines.push_back(std::move(line));
    return {};
}

Result<void, Reject> read_late_row(ByteView row, Settlement& settlement) {
    cbor::Reader reader(row);
    ListedReading listed;
    reader.array_of(kLateRow);
    listed.meter = reader.name<MeterId>();
    listed.window = static_cast<Window>(reader.unsigned_at_most(UINT32_MAX));
    listed.reading = reader.fixed<Digest>();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    settlement.late.push_back(std::move(listed));
    return {};
}

// Checks the order that the format requires. The committee checks the values.
Result<void, Reject> check_order(const Settlement& settlement) {
    for (std::size_t i = 1; i < settlement.entries.size(); ++i) {
        if (!(settlement.entries[i - 1].meter < settlement.entries[i].meter)) {
            return unexpected(Reject::wrong_entries);
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

std::vector<Bytes> encode_settlement_rows(const Settlement& settlement) {
    CHECK(settlement.lines.size() == settlement.entries.size());
    std::vector<Bytes> rows;
    rows.reserve(settlement.entries.size() + settlement.late.size());
    for (std::size_t i = 0; i < settlement.entries.size(); ++i)
        rows.push_back(encode_meter_row(settlement.entries[i], settlement.lines[i]));
    for (const ListedReading& listed : settlement.late)
        rows.push_back(encode_late_row(listed));
    return rows;
}

Bytes encode_settlement_head(const Settlement& settlement, const Digest& rows_root) {
    cbor::Writer writer;
    writer.map(kHeadKeys);
    put_text(writer, 1, settlement.cluster.view());
    put_unsigned(writer, 2, settlement.window);
    put_unsigned(writer, 3, settlement.version);
    put_unsigned(writer, 4, settlement.slot);
    put_text(writer, 5, settlement.proposer.view());
    put_unsigned(writer, 6, settlement.contract_version);
    put_unsigned(writer, 7, static_cast<std::uint64_t>(settlement.rule));
    put_bytes(writer, 8, settlement.previous.view());
    put_unsigned(writer, 9, settlement.state_height);
    put_unsigned(writer, 10, settlement.entries.size());
    writer.key(11);
    write_totals(writer, settlement.totals);
    put_bytes(writer, 12, rows_root.view());
    put_unsigned(writer, 13, settlement.late.size());
    put_unsigned(writer, 14, static_cast<std::uint64_t>(settlement.basis));
    writer.key(15);
    write_factors(writer, settlement.factors);
    writer.key(16);
    write_factors(writer, settlement.bound);
    return writer.take();
}

Result<SettlementHead, Reject> decode_settlement_head(ByteView payload) {
    cbor::Reader reader(payload);
    SettlementHead head;
    Settlement& settlement = head.content;
    reader.map_of(kHeadKeys);
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
    head.meters = take_u32(reader, 10);
    reader.key(11);
    settlement.totals = read_totals(reader);
    head.rows_root = take_fixed<Digest>(reader, 12);
    head.late = take_u32(reader, 13);
    const auto basis = share_basis_from(take_unsigned(reader, 14));
    if (!basis) reader.fail(cbor::Fault::malformed);
    settlement.basis = basis.value_or(ShareBasis::previous_window);
    reader.key(15);
    settlement.factors = read_factors(reader);
    reader.key(16);
    settlement.bound = read_factors(reader);
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    return head;
}

Bytes join_settlement(ByteView signed_head, std::span<const Bytes> rows) {
    cbor::Writer writer;
    writer.array(2);
    writer.bytes(signed_head);
    writer.array(rows.size());
    for (const Bytes& row : rows)
        writer.raw(row);
    return writer.take();
}

Result<SettlementEnvelope, Reject> split_settlement(ByteView envelope) {
    cbor::Reader reader(envelope);
    SettlementEnvelope out;
    reader.array_of(2);
    out.signed_head = reader.bytes();
    const std::size_t size = reader.array();
    if (reader.ok() && size > kMaxRows) return unexpected(Reject::too_many_transactions);
    out.rows.reserve(size);
    for (std::size_t i = 0; i < size && reader.ok(); ++i)
        out.rows.push_back(reader.item());
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    return out;
}

Result<void, Reject> read_settlement_row(ByteView row, bool is_late, Settlement& settlement) {
    return is_late ? read_late_row(row, settlement) : read_meter_row(row, settlement);
}

Result<Settlement, Reject> with_rows(SettlementHead head, std::span<const ByteView> rows) {
    if (rows.size() != std::size_t{head.meters} + head.late) {
        return unexpected(Reject::wrong_root);
    }
    Settlement settlement = std::move(head.content);
    settlement.entries.reserve(head.meters);
    settlement.lines.reserve(head.meters);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto read = read_settlement_row(rows[i], i >= head.meters, settlement);
        if (!read) return unexpected(read.error());
    }
    if (const auto order = check_order(settlement); !order) return unexpected(order.error());
    // Last, because it costs most: nobody has checked yet who sent this.
    if (merkle_root(rows) != head.rows_root) return unexpected(Reject::wrong_root);
    return settlement;
}

Bytes encode_endorsement_payload(const Endorsement& endorsement) {
    cbor::Writer writer;
    writer.map(4);
    put_text(writer, 1, endorsement.cluster.view());
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
