#include "gateway/alarms/office_alarms.h"

#include <algorithm>
#include <set>

#include "core/base/check.h"
#include "core/wire/event_codec.h"

namespace fairfeed {
namespace {

constexpr std::string_view kTariffSubject = "tariff";

std::string_view word(Offence offence) {
    switch (offence) {
        case Offence::two_readings:
            return "two readings";
        case Offence::two_batches:
            return "two batches";
        case Offence::two_votes:
            return "two votes";
        case Offence::two_proposals:
            return "two proposals";
    }
    CHECK(false);
}

// The alarms that follow from one block alone.
class BlockAlarms {
  public:
    explicit BlockAlarms(const OpenedBlock& opened)
        : opened_(opened),
          before_(opened.step.before),
          after_(opened.step.after),
          height_(opened.step.committed.block.header.height) {}

    [[nodiscard]] std::vector<OfficeAlarm> take() {
        for (const Transaction& transaction : opened_.step.committed.block.transactions)
            std::visit([this](const auto& content) { on(content); }, transaction.content);
        for (const RecomputedSettlement& settlement : opened_.settlements)
            on_lines(settlement.opened);
        on_week();
        return std::move(alarms_);
    }

  private:
    void add(OfficeAlarmKind kind, std::string_view subject, std::optional<ClusterId> cluster,
             std::string what) {
        alarms_.push_back(
            {kind, std::string(subject), std::move(cluster), height_, std::move(what)});
    }

    template <class Content>
    void on(const Content&) {}  // tells nothing
    void on(const MeterAlarm& event) {
        add(OfficeAlarmKind::seal_broken, event.meter.view(), event.cluster,
            event.meter.str() + " signed '" + std::string(to_string(event.type)) + "' in window " +
                std::to_string(event.window) + ": nothing that it measures counts any more.");
    }
    void on(const Evidence& evidence) {
        const bool is_meter = evidence.offence == Offence::two_readings;
        std::optional<ClusterId> cluster;
        if (!evidence.place.cluster.empty()) cluster = evidence.place.cluster;
        add(is_meter ? OfficeAlarmKind::evidence_against_meter
                     : OfficeAlarmKind::evidence_against_node,
            evidence.culprit, std::move(cluster),
            evidence.culprit + " signed " + std::string(word(evidence.offence)) +
                " of which an honest one signs one.");
    }
    void on(const Settlement& settlement) {
        for (const SettlementEntry& entry : settlement.entries) {
            const MeterRecord* was = before_.meters.find(entry.meter);
            const MeterRecord* is = after_.meters.find(entry.meter);
            if (is == nullptr || !is->is_silent() || (was != nullptr && was->is_silent())) continue;
            add(OfficeAlarmKind::silent_meter, entry.meter.view(), settlement.cluster,
                entry.meter.str() + " has sent no reading of " + std::to_string(is->missed) +
                    " windows up to window " + std::to_string(settlement.window) + ".");
        }
    }
    void on_lines(const OpenedSettlement& settlement) {
        for (const SettlementLine& line : settlement.lines) {
            if ((line.flags & (kLineRegisterReset | kLineLateReset)) == 0) continue;
            add(OfficeAlarmKind::impossible_registers, line.meter.view(), settlement.cluster,
                "The registers of " + line.meter.str() + " were reset by window " +
                    std::to_string(settlement.window) + ": a register never falls by itself.");
        }
    }
    // The block's time is the first in a week whose beginning no TARIFF names.
    void on_week() {
        const Window first = newest_week();
        if (height_ == 0 || first == 0) return;
        const bool is_signed =
            std::any_of(after_.tariffs.begin(), after_.tariffs.end(),
                        [first](const auto& dated) { return dated.effective == first; });
        if (is_signed) return;
        add(OfficeAlarmKind::no_tariff, kTariffSubject, std::nullopt,
            "No tariff was signed for the week that began with window " + std::to_string(first) +
                ": the one before stays in force.");
    }
    // The last window since the block before that opens a week by the tariff's clock; 0: none.
    [[nodiscard]] Window newest_week() const {
        const GridClock grid = after_.grid();
        const Window was = grid.window_at(before_.tip_time_ms).value_or(0);
        Window window = grid.window_at(after_.tip_time_ms).value_or(0);
        for (; window > was; --window) {
            const LocalClock& clock = after_.tariff(window).clock;
            if (opens_a_week(clock, grid.start_s(window), grid.window_seconds())) return window;
        }
        return 0;
    }

    const OpenedBlock& opened_;
    const ChainState& before_;
    const ChainState& after_;
    Height height_;
    std::vector<OfficeAlarm> alarms_;
};

// nullopt: a warning.
std::optional<OfficeAlarm> alarm_of(const PeakFinding& finding, Height height) {
    if (const auto* excess = std::get_if<CapacityExceeded>(&finding))
        return OfficeAlarm{OfficeAlarmKind::capacity_exceeded, excess->meter.str(), excess->cluster,
                           height, describe(finding)};
    if (const auto* low = std::get_if<CapacityOverstated>(&finding))
        return OfficeAlarm{OfficeAlarmKind::capacity_overstated, low->meter.str(), low->cluster,
                           height, describe(finding)};
    return std::nullopt;
}

}  // namespace

std::string_view to_string(OfficeAlarmKind kind) {
    switch (kind) {
        case OfficeAlarmKind::seal_broken:
            return "seal_broken";
        case OfficeAlarmKind::silent_meter:
            return "silent_meter";
        case OfficeAlarmKind::impossible_registers:
            return "impossible_registers";
        case OfficeAlarmKind::evidence_against_meter:
            return "evidence_against_meter";
        case OfficeAlarmKind::evidence_against_node:
            return "evidence_against_node";
        case OfficeAlarmKind::capacity_exceeded:
            return "capacity_exceeded";
        case OfficeAlarmKind::capacity_overstated:
            return "capacity_overstated";
        case OfficeAlarmKind::no_tariff:
            return "no_tariff";
    }
    CHECK(false);
}

std::optional<OfficeAlarmKind> office_alarm_kind_named(std::string_view name) {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(OfficeAlarmKind::no_tariff); ++i) {
        const auto kind = static_cast<OfficeAlarmKind>(i);
        if (to_string(kind) == name) return kind;
    }
    return std::nullopt;
}

OfficeAlarms::OfficeAlarms(const PeakLimits& limits, const NetworkParameters& parameters)
    : peaks_(limits, kSecondsPerWeek / parameters.window_seconds) {}

OfficeAlarms::Found OfficeAlarms::follow(const OpenedBlock& opened) {
    Found found;
    found.alarms = BlockAlarms(opened).take();
    found.peaks = peaks_.follow(peak_reports(opened), opened.step.after.policy);
    for (const PeakFinding& finding : found.peaks)
        if (auto alarm = alarm_of(finding, opened.step.committed.block.header.height))
            found.alarms.push_back(std::move(*alarm));
    return found;
}

}  // namespace fairfeed
