#include <string>

#include "core/base/check.h"
#include "core/wire/command_codec.h"
#include "meter-sim/outbox_schema.h"

namespace fairfeed {

namespace {

Unexpected<IoError> damaged(const std::string& what) {
    return unexpected(IoError{"the outbox is damaged: " + what});
}

MeterRegisters registers_at(const Statement& row) {
    MeterRegisters registers;
    registers.total = {row.int_at(3), row.int_at(4), row.int_at(5)};
    registers.day = row.int_at(6);
    registers.day_import_wh = row.int_at(7);
    registers.day_export_wh = row.int_at(8);
    registers.month = row.int_at(9);
    registers.month_import_wh = row.int_at(10);
    registers.month_export_wh = row.int_at(11);
    return registers;
}

Result<std::optional<MeterState>, IoError> read_state(Database& database, const MeterId& meter) {
    auto select = database.prepare(
        "SELECT next_sequence, next_window, previous, import_wh, export_wh, generation_wh, day, "
        "day_import_wh, day_export_wh, month, month_import_wh, month_export_wh FROM meter "
        "WHERE id = ?1");
    if (!select) return unexpected(select.error());
    const auto found = select->bind(meter.str()).step();
    if (!found) return unexpected(found.error());
    if (!*found) return std::optional<MeterState>();
    MeterState state;
    const auto previous = Digest::from(select->blob_at(2));
    if (!previous || select->int_at(0) < 1 || !std::in_range<Window>(select->int_at(1)))
        return damaged("state of meter " + meter.str());
    state.next_sequence = static_cast<std::uint64_t>(select->int_at(0));
    state.next_window = static_cast<Window>(select->int_at(1));
    state.previous = *previous;
    state.registers = registers_at(*select);
    return std::optional<MeterState>(std::move(state));
}

Result<std::vector<AcceptedShare>, IoError> read_shares(Database& database, const MeterId& meter) {
    auto select = database.prepare(
        "SELECT window, share_w, from_s FROM share WHERE meter = ?1 ORDER BY from_s");
    if (!select) return unexpected(select.error());
    std::vector<AcceptedShare> shares;
    select->bind(meter.str());
    while (true) {
        const auto more = select->step();
        if (!more) return unexpected(more.error());
        if (!*more) return shares;
        if (!std::in_range<Window>(select->int_at(0)) || select->int_at(1) < 0)
            return damaged("a share of meter " + meter.str());
        shares.push_back(
            {static_cast<Window>(select->int_at(0)), {select->int_at(1), select->int_at(2)}});
    }
}

Result<RelayState, IoError> read_relay(Database& database, const MeterId& meter) {
    auto select = database.prepare(
        "SELECT command, accepted_at_s, executed_at_s, was_open FROM relay WHERE meter = ?1");
    if (!select) return unexpected(select.error());
    const auto found = select->bind(meter.str()).step();
    if (!found) return unexpected(found.error());
    RelayState relay;
    if (!*found) return relay;
    cbor::Reader reader(select->blob_at(0));
    relay.command = read_command(reader);
    if (!reader.finish()) return damaged("the command of meter " + meter.str());
    relay.accepted_at_s = select->int_at(1);
    if (!select->is_null(2)) relay.executed_at_s = select->int_at(2);
    relay.was_open = select->int_at(3) != 0;
    return relay;
}

Result<void, IoError> read_receipts(Statement& select, const MeterId& meter, KeptReading& reading) {
    select.bind(meter.str(), reading.sequence);
    while (true) {
        const auto more = select.step();
        if (!more) return unexpected(more.error());
        if (!*more) return {};
        const auto node = NodeId::parse(select.text_at(0));
        if (!node) return damaged("a receipt of meter " + meter.str());
        reading.receipts.insert(*node);
    }
}

Result<void, IoError> read_refusals(Statement& select, const MeterId& meter, OutboxReading& row) {
    select.bind(meter.str(), row.reading.sequence);
    while (true) {
        const auto more = select.step();
        if (!more) return unexpected(more.error());
        if (!*more) return {};
        const auto node = NodeId::parse(select.text_at(0));
        if (!node) return damaged("a refusal of meter " + meter.str());
        row.refusals[*node] = select.text_at(1);
    }
}

Result<std::vector<OutboxReading>, IoError> read_readings(Database& database, const MeterId& meter,
                                                          WhichReadings which) {
    auto select = database.prepare(
        "SELECT sequence, window, id, envelope, first_publish_ms, complete FROM reading "
        "WHERE meter = ?1 AND (complete = 0 OR ?2) ORDER BY sequence");
    if (!select) return unexpected(select.error());
    auto receipts = database.prepare("SELECT node FROM receipt WHERE meter = ?1 AND sequence = ?2");
    if (!receipts) return unexpected(receipts.error());
    auto refusals =
        database.prepare("SELECT node, reason FROM refusal WHERE meter = ?1 AND sequence = ?2");
    if (!refusals) return unexpected(refusals.error());
    std::vector<OutboxReading> readings;
    select->bind(meter.str(), which == WhichReadings::all);
    while (true) {
        const auto more = select->step();
        if (!more) return unexpected(more.error());
        if (!*more) return readings;
        const auto id = Digest::from(select->blob_at(2));
        if (!id || select->int_at(0) < 1 || !std::in_range<Window>(select->int_at(1)))
            return damaged("a reading of meter " + meter.str());
        OutboxReading row;
        row.reading.sequence = static_cast<std::uint64_t>(select->int_at(0));
        row.reading.window = static_cast<Window>(select->int_at(1));
        row.reading.id = *id;
        row.reading.envelope = to_bytes(select->blob_at(3));
        if (!select->is_null(4)) row.reading.first_publish_ms = select->int_at(4);
        row.complete = select->int_at(5) != 0;
        if (const auto read = read_receipts(*receipts, meter, row.reading); !read)
            return unexpected(read.error());
        if (const auto read = read_refusals(*refusals, meter, row); !read)
            return unexpected(read.error());
        readings.push_back(std::move(row));
    }
}

Result<std::vector<MeterId>, IoError> read_names(Database& database) {
    auto select = database.prepare("SELECT id FROM meter ORDER BY id");
    if (!select) return unexpected(select.error());
    std::vector<MeterId> meters;
    while (true) {
        const auto more = select->step();
        if (!more) return unexpected(more.error());
        if (!*more) return meters;
        const auto meter = MeterId::parse(select->text_at(0));
        if (!meter) return damaged("a meter's name");
        meters.push_back(*meter);
    }
}

}  // namespace

Result<OutboxSeal, IoError> check_seal(Database& database) {
    auto check = database.prepare("PRAGMA integrity_check(1)");
    if (!check) return unexpected(check.error());
    const auto checked = check->step();
    if (!checked) return unexpected(checked.error());
    if (!*checked || check->text_at(0) != "ok")
        return unexpected(IoError{"its tables and indexes do not fit together", true});
    check->reset();
    RowSum sum(sha256);
    for (const SummedTable* table : {&kMeterTable, &kShareTable, &kRelayTable, &kReadingTable,
                                     &kReceiptTable, &kRefusalTable}) {
        auto select = database.prepare("SELECT * FROM " + std::string(table->name));
        if (!select) return unexpected(select.error());
        if (auto done = sum.fold_all(*select, *table); !done) return unexpected(done.error());
    }
    OutboxSeal seal;
    auto select = database.prepare("SELECT sum, sequence FROM seal");
    if (!select) return unexpected(select.error());
    const auto found = select->step();
    if (!found) return unexpected(found.error());
    const bool whole = *found && Digest::from(select->blob_at(0)) == sum.value();
    if (*found) seal = {sum.value(), static_cast<std::uint64_t>(select->int_at(1))};
    if (*found ? !whole : sum.value() != Digest{})
        return unexpected(IoError{"the outbox does not hold what was written to it", true});
    return seal;
}

Result<std::optional<OutboxMeter>, IoError> read_meter(Database& database, const MeterId& meter,
                                                       WhichReadings which) {
    auto state = read_state(database, meter);
    if (!state) return unexpected(state.error());
    if (!*state) return std::optional<OutboxMeter>();
    auto shares = read_shares(database, meter);
    if (!shares) return unexpected(shares.error());
    (*state)->shares = std::move(*shares);
    auto relay = read_relay(database, meter);
    if (!relay) return unexpected(relay.error());
    (*state)->relay = *relay;
    auto readings = read_readings(database, meter, which);
    if (!readings) return unexpected(readings.error());
    return std::optional(OutboxMeter{meter, std::move(**state), std::move(*readings)});
}

Result<std::vector<OutboxMeter>, IoError> read_outbox(const std::filesystem::path& file) {
    auto database = Database::open_read_only(file, kOutboxKind);
    if (!database) return unexpected(database.error());
    const auto begun = database->execute("BEGIN");  // one snapshot for all tables
    if (!begun) return unexpected(begun.error());
    if (const auto sealed = check_seal(*database); !sealed) return unexpected(sealed.error());
    const auto names = read_names(*database);
    if (!names) return unexpected(names.error());
    std::vector<OutboxMeter> meters;
    for (const MeterId& name : *names) {
        auto meter = read_meter(*database, name, WhichReadings::all);
        if (!meter) return unexpected(meter.error());
        CHECK(meter->has_value());
        meters.push_back(std::move(**meter));
    }
    return meters;
}

}  // namespace fairfeed
