#include "meter-sim/outbox.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/base/units.h"
#include "core/wire/command_codec.h"
#include "meter-sim/outbox_schema.h"

namespace fairfeed {
namespace {

enum Sql : std::size_t {
    kOldState,
    kPutState,
    kDropShares,
    kPutShare,
    kDropRelay,
    kPutRelay,
    kPutReading,
    kRollReceipts,
    kRollRefusals,
    kRollReadings,
    kNotPublished,
    kPutFirstPublish,
    kPutReceipt,
    kOldReading,
    kPutComplete,
    kOldRefusal,
    kPutRefusal,
    kSqlCount,
};

// A statement that changes a row returns it whole; one that replaces a row selects it before; both
// for the sum.
struct Writing {
    const SummedTable& table;
    std::string_view sql;
};
constexpr std::array<Writing, kSqlCount> kWritings{{
    {kMeterTable, "SELECT * FROM meter WHERE id = ?1"},
    {kMeterTable,
     "INSERT OR REPLACE INTO meter VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
     "RETURNING *"},
    {kShareTable, "DELETE FROM share WHERE meter = ?1 RETURNING *"},
    {kShareTable, "INSERT INTO share VALUES (?1, ?2, ?3, ?4) RETURNING *"},
    {kRelayTable, "DELETE FROM relay WHERE meter = ?1 RETURNING *"},
    {kRelayTable, "INSERT INTO relay VALUES (?1, ?2, ?3, ?4, ?5) RETURNING *"},
    // Never OR REPLACE: an existing sequence or window is our own bug.
    {kReadingTable,
     "INSERT INTO reading (meter, sequence, window, id, envelope) VALUES (?1, ?2, ?3, ?4, ?5) "
     "RETURNING *"},
    {kReceiptTable,
     "DELETE FROM receipt WHERE meter = ?1 AND sequence IN (SELECT sequence FROM reading "
     "WHERE meter = ?1 AND window <= ?2 AND complete = 1) RETURNING *"},
    {kRefusalTable,
     "DELETE FROM refusal WHERE meter = ?1 AND sequence IN (SELECT sequence FROM reading "
     "WHERE meter = ?1 AND window <= ?2 AND complete = 1) RETURNING *"},
    {kReadingTable,
     "DELETE FROM reading WHERE meter = ?1 AND window <= ?2 AND complete = 1 RETURNING *"},
    {kReadingTable,
     "SELECT * FROM reading WHERE meter = ?1 AND sequence = ?2 AND first_publish_ms IS NULL"},
    {kReadingTable,
     "UPDATE reading SET first_publish_ms = ?3 WHERE meter = ?1 AND sequence = ?2 AND "
     "first_publish_ms IS NULL RETURNING *"},
    {kReceiptTable, "INSERT OR IGNORE INTO receipt VALUES (?1, ?2, ?3) RETURNING *"},
    {kReadingTable, "SELECT * FROM reading WHERE meter = ?1 AND sequence = ?2"},
    {kReadingTable,
     "UPDATE reading SET complete = 1 WHERE meter = ?1 AND sequence = ?2 RETURNING *"},
    {kRefusalTable, "SELECT * FROM refusal WHERE meter = ?1 AND sequence = ?2 AND node = ?3"},
    {kRefusalTable, "INSERT OR REPLACE INTO refusal VALUES (?1, ?2, ?3, ?4) RETURNING *"},
}};

// A meter that forgot its readings would sign different ones, and would be taken for a fraud.
IoError with_remedy(const std::filesystem::path& file, const IoError& error) {
    if (!error.damage) return error;
    return IoError{file.string() + " is damaged (" + error.message +
                       "): its meters cannot know what they have signed, so they sign nothing; "
                       "register new meters with new keys in their place, and only then move the "
                       "file and its .mark away",
                   true};
}

std::filesystem::path mark_of(const std::filesystem::path& file) {
    std::filesystem::path mark = file;
    return mark.replace_extension(".mark");
}

}  // namespace

template <class... Values>
Result<void, IoError> Outbox::run(std::size_t writing, const Values&... values) {
    return sum_.fold_all(statements_[writing].bind(values...), kWritings[writing].table);
}

Result<Outbox, IoError> Outbox::open(const std::filesystem::path& file, const Digest& network,
                                     std::int64_t window_seconds) {
    CHECK(window_seconds > 0);
    auto lock = FileLock::take(file, "the meters' outbox '" + file.string() + "'");
    if (!lock) return unexpected(lock.error());
    auto database = Database::open(file, kOutboxKind);
    if (!database) return unexpected(with_remedy(file, database.error()));
    auto mark = SequenceMark::open(mark_of(file));
    if (!mark) return unexpected(mark.error());
    Outbox outbox(std::move(*lock), std::move(*database), std::move(*mark));
    outbox.ring_windows_ = (kRingDays * kSecondsPerDay + window_seconds - 1) / window_seconds;
    if (const auto prepared = outbox.prepare(); !prepared)
        return unexpected(with_remedy(file, prepared.error()));
    if (const auto claimed = outbox.claim(network); !claimed)
        return unexpected(IoError{file.string() + ": " + claimed.error().message});
    return outbox;
}

Result<void, IoError> Outbox::prepare() {
    auto seal = check_seal(database_);
    if (!seal) return unexpected(seal.error());
    sum_.set(seal->sum);
    sequence_ = seal->sequence;
    if (mark_.sequence() > sequence_)
        return unexpected(IoError{"it was set back to an earlier state", true});
    for (const Writing& writing : kWritings) {
        auto statement = database_.prepare(writing.sql);
        if (!statement) return unexpected(statement.error());
        statements_.push_back(std::move(*statement));
    }
    auto put_seal = database_.prepare("INSERT OR REPLACE INTO seal VALUES (1, ?1, ?2)");
    if (!put_seal) return unexpected(put_seal.error());
    put_seal_.emplace(std::move(*put_seal));
    auto get_sequence = database_.prepare("SELECT sequence FROM seal");
    if (!get_sequence) return unexpected(get_sequence.error());
    get_sequence_.emplace(std::move(*get_sequence));
    return {};
}

// Call within a transaction. A lock does not cover other machines or other names of the file, and
// two writers at once would later look like damage.
Result<void, IoError> Outbox::check_alone() {
    const auto row = get_sequence_->bind().step();
    if (!row) return unexpected(row.error());
    const auto found = static_cast<std::uint64_t>(*row ? get_sequence_->int_at(0) : 0);
    get_sequence_->reset();
    if (found == sequence_) return {};
    return unexpected(
        IoError{"another process writes to this outbox: nothing of this one was added to it; one "
                "outbox is for one meter-sim"});
}

Result<void, IoError> Outbox::claim(const Digest& network) {
    auto select = database_.prepare("SELECT network FROM about");
    if (!select) return unexpected(select.error());
    const auto found = select->step();
    if (!found) return unexpected(found.error());
    if (*found) {
        if (Digest::from(select->blob_at(0)) == network) return {};
        return unexpected(
            IoError{"the outbox belongs to another network; meters keep one per "
                    "network: name another file"});
    }
    auto insert = database_.prepare("INSERT INTO about (network) VALUES (?1)");
    if (!insert) return unexpected(insert.error());
    return insert->run(network);
}

Result<std::optional<OutboxMeter>, IoError> Outbox::load(const MeterId& meter) {
    return read_meter(database_, meter, WhichReadings::pending);
}

Result<void, IoError> Outbox::write(const std::vector<MeterAndEffect>& effects) {
    const bool has_work = std::any_of(effects.begin(), effects.end(),
                                      [](const auto& entry) { return persists(*entry.second); });
    if (!has_work) return {};
    auto transaction = WriteTransaction::begin(database_);
    if (!transaction) return unexpected(transaction.error());
    if (auto alone = check_alone(); !alone) return alone;
    for (const auto& [meter, effect] : effects)
        if (auto written = write_one(meter, *effect); !written) return written;
    if (auto sealed = put_seal_->run(sum_.value(), sequence_ + 1); !sealed) return sealed;
    if (auto done = transaction->commit(); !done) return done;
    return mark_.write(++sequence_);
}

Result<void, IoError> Outbox::write_one(const MeterId& meter, const MeterEffect& effect) {
    if (const auto* reading = std::get_if<meter_effect::PersistReading>(&effect)) {
        if (auto written = write_reading(meter, reading->reading); !written) return written;
        return write_state(meter, reading->state);
    }
    if (const auto* state = std::get_if<meter_effect::PersistState>(&effect))
        return write_state(meter, state->state);
    if (const auto* first = std::get_if<meter_effect::PersistFirstPublish>(&effect))
        return write_first_publish(meter, *first);
    if (const auto* refusal = std::get_if<meter_effect::PersistRefusal>(&effect))
        return write_refusal(meter, *refusal);
    if (const auto* receipt = std::get_if<meter_effect::PersistReceipt>(&effect)) {
        auto written = run(kPutReceipt, meter.str(), receipt->sequence, receipt->member.str());
        if (!written || !receipt->complete) return written;
        if (written = run(kOldReading, meter.str(), receipt->sequence); !written) return written;
        return run(kPutComplete, meter.str(), receipt->sequence);
    }
    return {};
}

Result<void, IoError> Outbox::write_first_publish(const MeterId& meter,
                                                  const meter_effect::PersistFirstPublish& first) {
    if (auto old = run(kNotPublished, meter.str(), first.sequence); !old) return old;
    return run(kPutFirstPublish, meter.str(), first.sequence, first.real_ms);
}

Result<void, IoError> Outbox::write_refusal(const MeterId& meter,
                                            const meter_effect::PersistRefusal& refusal) {
    auto old = run(kOldRefusal, meter.str(), refusal.sequence, refusal.member.str());
    if (!old) return old;
    return run(kPutRefusal, meter.str(), refusal.sequence, refusal.member.str(), refusal.reason);
}

Result<void, IoError> Outbox::write_state(const MeterId& meter, const MeterState& state) {
    const MeterRegisters& r = state.registers;
    if (auto old = run(kOldState, meter.str()); !old) return old;
    auto written =
        run(kPutState, meter.str(), state.next_sequence, state.next_window, state.previous,
            r.total.import_wh, r.total.export_wh, r.total.generation_wh, r.day, r.day_import_wh,
            r.day_export_wh, r.month, r.month_import_wh, r.month_export_wh);
    if (!written) return written;
    written = run(kDropShares, meter.str());
    if (!written) return written;
    for (const AcceptedShare& share : state.shares) {
        written =
            run(kPutShare, meter.str(), share.share.from_s, share.window, share.share.share_w);
        if (!written) return written;
    }
    return write_relay(meter, state.relay);
}

// A meter that was never commanded has no row, and none that was loses it.
Result<void, IoError> Outbox::write_relay(const MeterId& meter, const RelayState& relay) {
    if (!relay.command) return {};
    if (auto dropped = run(kDropRelay, meter.str()); !dropped) return dropped;
    cbor::Writer command;
    write_command(command, *relay.command);
    const Bytes& bytes = command.result();
    if (!relay.executed_at_s)
        return run(kPutRelay, meter.str(), bytes, relay.accepted_at_s, nullptr, relay.was_open);
    return run(kPutRelay, meter.str(), bytes, relay.accepted_at_s, *relay.executed_at_s,
               relay.was_open);
}

Result<void, IoError> Outbox::write_reading(const MeterId& meter, const KeptReading& reading) {
    const std::int64_t overwritten = std::int64_t{reading.window} - ring_windows_;
    if (overwritten >= 0) {
        if (auto rolled = run(kRollReceipts, meter.str(), overwritten); !rolled) return rolled;
        if (auto rolled = run(kRollRefusals, meter.str(), overwritten); !rolled) return rolled;
        if (auto rolled = run(kRollReadings, meter.str(), overwritten); !rolled) return rolled;
    }
    return run(kPutReading, meter.str(), reading.sequence, reading.window, reading.id,
               reading.envelope);
}

}  // namespace fairfeed
