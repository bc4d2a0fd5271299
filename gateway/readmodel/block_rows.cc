#include "gateway/readmodel/block_rows.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/model/band_hours.h"
#include "core/wire/chain_codec.h"

namespace fairfeed {
namespace {

template <std::integral Integer>
OfficeCell cell(Integer value) {
    // A signer chooses sequences and counters; the largest ones have no place in 64 bits signed.
    if (!std::in_range<std::int64_t>(value)) return INT64_MAX;
    return static_cast<std::int64_t>(value);
}
OfficeCell cell(std::string_view text) {
    return std::string(text);
}
OfficeCell cell(const Digest& digest) {
    return to_hex(digest.view());
}
template <class Tag>
OfficeCell cell(const Name<Tag>& name) {
    return name.str();
}
template <class T>
OfficeCell cell(const std::optional<T>& value) {
    return value ? cell(*value) : OfficeCell();
}

template <class... Values>
OfficeRow row(OfficeTable table, const Values&... values) {
    OfficeRow out{table, {cell(values)...}};
    CHECK(out.cells.size() == layout_of(table).columns.size());
    return out;
}

std::string_view word(AlarmType type) {
    switch (type) {
        case AlarmType::seal_broken:
            return "seal_broken";
        case AlarmType::cover_open:
            return "cover_open";
    }
    CHECK(false);
}

std::string_view word(Offence offence) {
    switch (offence) {
        case Offence::two_readings:
            return "two_readings";
        case Offence::two_batches:
            return "two_batches";
        case Offence::two_votes:
            return "two_votes";
        case Offence::two_proposals:
            return "two_proposals";
    }
    CHECK(false);
}

// "peak 320000 90000 Mon-Fri 17:00-20:00" for each band beside the base, parted by semicolons.
std::string bands_text(const Tariff& tariff) {
    std::string text;
    for (std::size_t band = 1; band < tariff.bands(); ++band) {
        const BandRates rates = tariff.rates(band);
        text += (text.empty() ? "" : "; ") + std::string(tariff.band_name(band)) + " " +
                std::to_string(rates.import_micro_per_kwh) + " " +
                std::to_string(rates.export_micro_per_kwh) + " " + hours_of(tariff, band);
    }
    return text;
}

class Fold {
  public:
    explicit Fold(const OpenedBlock& opened) : opened_(opened), after_(opened.step.after) {}

    [[nodiscard]] std::vector<OfficeRow> rows() {
        const CommittedBlock& committed = opened_.step.committed;
        const BlockHeader& header = committed.block.header;
        height_ = header.height;
        add(OfficeTable::blocks, height_, block_id(header), header.parent, header.proposer,
            header.time_ms, committed.certificate.content.round, header.transaction_count,
            after_.tip_validators.size());
        for (const Transaction& transaction : committed.block.transactions) {
            add(OfficeTable::transactions, height_, position_, transaction.id,
                to_string(transaction.kind), transaction.signer);
            std::visit([&](const auto& content) { on(content, transaction); }, transaction.content);
            ++position_;
        }
        for (const RecomputedSettlement& settlement : opened_.settlements)
            on_opened(settlement);
        on_faults();
        return std::move(rows_);
    }

  private:
    template <class... Values>
    void add(OfficeTable table, const Values&... values) {
        rows_.push_back(row(table, values...));
    }

    void on(const Genesis&, const Transaction&) {}
    void on(const SignedReading&, const Transaction&) {}
    void on(const KeyGrant&, const Transaction&) {}
    void on(const Handover&, const Transaction&) {}
    void on(const OfficeChange&, const Transaction&) {}
    void on(const DgmdKeyChange&, const Transaction&) {}
    void on(const WatchPolicy& content, const Transaction&) {
        const WatchLimits& limits = content.limits;
        add(OfficeTable::policies, content.sequence, height_, limits.warn_percent,
            limits.exceed_percent, limits.windows_exceeded, limits.of_windows,
            content.most_per_week);
    }
    void on(const NodeRegistration& content, const Transaction&) { put_node(content.node); }
    void on(const NodeRevocation& content, const Transaction&) { put_node(content.node); }
    void on(const MeterRegistration& content, const Transaction&) { put_meter(content.meter); }
    void on(const CommitteeAllocation& content, const Transaction&) {
        std::string members;
        for (const NodeId& member : content.members)
            members += (members.empty() ? "" : " ") + member.str();
        add(OfficeTable::committees, content.cluster, content.epoch, height_, content.effective,
            content.members.front(), std::string_view(members), content.location.east_m,
            content.location.north_m);
    }
    void on(const CapacityCertificate& content, const Transaction&) {
        add(OfficeTable::capacities, content.meter, height_, content.effective, content.capacity_w,
            content.sequence);
    }
    // Without a capacity a meter may feed nothing in (paper A70).
    void on(const Deauthorisation& content, const Transaction&) {
        add(OfficeTable::capacities, content.meter, height_, content.effective, 0,
            content.sequence);
    }
    void on(const TariffNotice& content, const Transaction&) {
        add(OfficeTable::tariffs, content.sequence, height_, content.effective,
            content.tariff.import_micro_per_kwh, content.tariff.export_micro_per_kwh,
            content.tariff.daily_micro, std::string_view(bands_text(content.tariff)));
    }
    void on(const MeterCommand& content, const Transaction&) {
        add(OfficeTable::commands, content.sequence, height_, content.meter,
            to_string(content.order), to_string(content.reason), content.effective, content.expires,
            content.service_hours);
    }
    void on(const MeterAlarm& content, const Transaction&) {
        put_meter(content.meter);
        add(OfficeTable::alarms, height_, position_, word(content.type), content.meter,
            content.cluster, content.window, std::string_view("signed by the meter"));
    }
    void on(const Evidence& content, const Transaction& transaction) {
        add(OfficeTable::evidence, transaction.id, height_, std::string_view(content.culprit),
            word(content.offence), content.place.cluster, content.place.window,
            content.place.height);
        add(OfficeTable::alarms, height_, position_, word(content.offence),
            std::string_view(content.culprit), content.place.cluster, content.place.window,
            std::string_view("proved by two signed messages"));
    }
    void on(const Settlement& content, const Transaction& transaction) {
        const RecomputedSettlement* opened = opened_of(content);
        const auto read = std::count_if(
            content.entries.begin(), content.entries.end(),
            [](const SettlementEntry& entry) { return entry.status == EntryStatus::reading; });
        const SettlementTotals& totals = content.totals;
        add(OfficeTable::settlements, content.cluster, content.window, height_,
            start_of(content.window), transaction.id, content.proposer, content.version,
            to_string(content.rule), to_string(content.basis), content.entries.size(), read,
            content.late.size(), opened != nullptr ? 1 : 0,
            opened != nullptr && opened->judged ? 1 : 0, totals.load_wh, totals.available_wh,
            totals.import_wh, totals.export_wh, totals.generation_wh, totals.credited_wh,
            totals.d_wh, totals.df_ppm, totals.psa_ppm, totals.mes_w, totals.residual_surplus_wh,
            totals.conventional_wh, totals.grid_amount_micro, totals.adjusted.grid_amount_micro);
    }

    // Grid seconds.
    [[nodiscard]] std::int64_t start_of(Window window) const {
        return after_.grid().start_s(window);
    }

    [[nodiscard]] const RecomputedSettlement* opened_of(const Settlement& settlement) const {
        for (const RecomputedSettlement& each : opened_.settlements)
            if (each.opened.cluster == settlement.cluster &&
                each.opened.window == settlement.window)
                return &each;
        return nullptr;
    }

    void put_node(const NodeId& node) {
        const NodeRecord& record = after_.nodes.at(node);
        add(OfficeTable::nodes, node, height_, record.registration.location.east_m,
            record.registration.location.north_m, record.revoked_from);
    }

    void put_meter(const MeterId& meter) {
        const MeterRecord& record = after_.meters.at(meter);
        const MeterRegistration& registration = record.registration;
        std::optional<Window> tampered_from;
        if (record.tampered) tampered_from = record.tampered->from;
        add(OfficeTable::meters, meter, height_, registration.cluster,
            std::string_view(registration.service_point), registration.effective,
            registration.rating.amperes, registration.rating.phases, registration.rating.volts,
            registration.installed.import_wh, registration.installed.export_wh,
            registration.installed.generation_wh, tampered_from);
    }

    void on_opened(const RecomputedSettlement& settlement) {
        const OpenedSettlement& opened = settlement.opened;
        for (const SettlementLine& line : opened.lines)
            put_line(opened, line);
        for (const SettledShare& share : settlement.shares)
            add(OfficeTable::shares, share.meter, share.window, height_, opened.cluster,
                share.mes_w, share.from_s);
        for (const auto& [window, readings] : settlement.readings)
            for (const auto& [meter, reading] : readings)
                put_reading(opened, reading);
    }

    void put_line(const OpenedSettlement& opened, const SettlementLine& line) {
        const Adjustment& adjusted = line.adjusted;
        add(OfficeTable::bill_lines, line.meter, opened.window, height_, start_of(opened.window),
            opened.cluster, line.estimated ? 1 : 0, line.flags, line.capacity_w, line.load_wh,
            line.import_wh, line.export_wh, line.generation_wh, line.available_wh, line.credited_wh,
            line.curtailed_wh, line.mes_w, line.import_amount_micro, line.export_amount_micro,
            adjusted.import_wh, adjusted.export_wh, adjusted.generation_wh, adjusted.credited_wh,
            adjusted.import_amount_micro, adjusted.export_amount_micro, line.closing.balance_micro);
    }

    void put_reading(const OpenedSettlement& opened, const OpenedReading& reading) {
        const ReadingHeader& header = reading.reading.header;
        const ReadingBody& body = reading.body;
        QuarterHour sum;
        for (const QuarterHour& quarter : body.profile) {
            sum.import_wh += quarter.import_wh;
            sum.export_wh += quarter.export_wh;
            sum.generation_wh += quarter.generation_wh;
        }
        add(OfficeTable::readings, header.meter, header.window, height_, start_of(header.window),
            opened.cluster, reading.reading.id, header.sequence, opened.window, body.end.import_wh,
            body.end.export_wh, body.end.generation_wh, sum.import_wh, sum.export_wh,
            sum.generation_wh, body.available_wh, body.peak_demand_w, body.peak_generation_w,
            body.voltage_mv, body.frequency_mhz, body.power_factor_milli, body.flags,
            body.executed_command);
    }

    void on_faults() {
        std::int64_t position = kFirstFaultPosition;
        for (const ReplayFault& fault : opened_.faults)
            add(OfficeTable::alarms, height_, position++, std::string_view(fault.reason),
                std::string_view(), std::optional<std::int64_t>(), std::optional<std::int64_t>(),
                std::string_view(fault.explanation));
    }

    const OpenedBlock& opened_;
    const ChainState& after_;
    Height height_ = 0;
    std::int64_t position_ = 0;
    std::vector<OfficeRow> rows_;
};

}  // namespace

std::vector<OfficeRow> rows_of(const OpenedBlock& opened) {
    return Fold(opened).rows();
}

}  // namespace fairfeed
