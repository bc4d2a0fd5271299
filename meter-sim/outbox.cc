#include "meter-sim/outbox.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/units.h"
#include "meter-sim/outbox_schema.h"

namespace fairfeed {

Result<Outbox, IoError> Outbox::open(const std::filesystem::path& file, const Digest& network,
                                     std::int64_t window_seconds) {
    CHECK(window_seconds > 0);
    auto database = Database::open(file, kOutboxKind);
    if (!database) return unexpected(database.error());
    Outbox outbox(std::move(*database));
    outbox.ring_windows_ = (kRingDays * kSecondsPerDay + window_seconds - 1) / window_seconds;
    if (const auto claimed = outbox.claim(network); !claimed)
        return unexpected(IoError{file.string() + ": " + claimed.error().message});
    if (const auto prepared = outbox.prepare_all(); !prepared) return unexpected(prepared.error());
    return outbox;
}

Result<void, IoError> Outbox::claim(const Digest& network) {
    auto select = database_.prepare("SELECT network FROM about");
    if (!select) return unexpected(select.error());
    const auto found = select->step();
    if (!found) return unexpected(found.error());
    if (*found) {
        if (Digest::from(select->blob_at(0)) == network) return {};
        return unexpected(
            IoError{"this outbox belongs to another network; meters keep one per "
                    "network"});
    }
    auto insert = database_.prepare("INSERT INTO about (network) VALUES (?1)");
    if (!insert) return unexpected(insert.error());
    return insert->run(network);
}

Result<void, IoError> Outbox::prepare_all() {
    const std::pair<std::optional<Statement>*, std::string_view> statements[] = {
        {&put_state_,
         "INSERT OR REPLACE INTO meter VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
         "?12, ?13)"},
        {&drop_shares_, "DELETE FROM share WHERE meter = ?1"},
        {&put_share_, "INSERT INTO share VALUES (?1, ?2, ?3, ?4)"},
        // Never OR REPLACE: a sequence or a window that is there already is our own bug.
        {&put_reading_,
         "INSERT INTO reading (meter, sequence, window, id, envelope) VALUES (?1, ?2, ?3, ?4, ?5)"},
        {&roll_receipts_,
         "DELETE FROM receipt WHERE meter = ?1 AND sequence IN (SELECT sequence FROM reading "
         "WHERE meter = ?1 AND window <= ?2 AND complete = 1)"},
        {&roll_readings_, "DELETE FROM reading WHERE meter = ?1 AND window <= ?2 AND complete = 1"},
        {&put_first_publish_,
         "UPDATE reading SET first_publish_ms = ?3 WHERE meter = ?1 AND sequence = ?2 AND "
         "first_publish_ms IS NULL"},
        {&put_receipt_, "INSERT OR IGNORE INTO receipt VALUES (?1, ?2, ?3)"},
        {&put_complete_, "UPDATE reading SET complete = 1 WHERE meter = ?1 AND sequence = ?2"},
    };
    for (const auto& [place, sql] : statements) {
        auto statement = database_.prepare(sql);
        if (!statement) return unexpected(statement.error());
        place->emplace(std::move(*statement));
    }
    return {};
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
    for (const auto& [meter, effect] : effects)
        if (auto written = write_one(meter, *effect); !written) return written;
    return transaction->commit();
}

Result<void, IoError> Outbox::write_one(const MeterId& meter, const MeterEffect& effect) {
    if (const auto* reading = std::get_if<meter_effect::PersistReading>(&effect)) {
        if (auto written = write_reading(meter, reading->reading); !written) return written;
        return write_state(meter, reading->state);
    }
    if (const auto* state = std::get_if<meter_effect::PersistState>(&effect))
        return write_state(meter, state->state);
    if (const auto* first = std::get_if<meter_effect::PersistFirstPublish>(&effect))
        return put_first_publish_->run(meter.str(), first->sequence, first->real_ms);
    if (const auto* receipt = std::get_if<meter_effect::PersistReceipt>(&effect)) {
        auto written = put_receipt_->run(meter.str(), receipt->sequence, receipt->member.str());
        if (!written || !receipt->complete) return written;
        return put_complete_->run(meter.str(), receipt->sequence);
    }
    return {};
}

Result<void, IoError> Outbox::write_state(const MeterId& meter, const MeterState& state) {
    const MeterRegisters& r = state.registers;
    auto written = put_state_->run(meter.str(), state.next_sequence, state.next_window,
                                   state.previous, r.total.import_wh, r.total.export_wh,
                                   r.total.generation_wh, r.day, r.day_import_wh, r.day_export_wh,
                                   r.month, r.month_import_wh, r.month_export_wh);
    if (!written) return written;
    written = drop_shares_->run(meter.str());
    if (!written) return written;
    for (const AcceptedShare& share : state.shares) {
        written =
            put_share_->run(meter.str(), share.window, share.share.share_w, share.share.from_s);
        if (!written) return written;
    }
    return {};
}

Result<void, IoError> Outbox::write_reading(const MeterId& meter, const KeptReading& reading) {
    const std::int64_t overwritten = std::int64_t{reading.window} - ring_windows_;
    if (overwritten >= 0) {
        if (auto rolled = roll_receipts_->run(meter.str(), overwritten); !rolled) return rolled;
        if (auto rolled = roll_readings_->run(meter.str(), overwritten); !rolled) return rolled;
    }
    return put_reading_->run(meter.str(), reading.sequence, reading.window, reading.id,
                             reading.envelope);
}

}  // namespace fairfeed
