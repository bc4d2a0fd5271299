#include "tests/simulation/audit.h"

#include "core/accounts/cluster_accounts.h"

namespace fairfeed::simulation {
namespace {

QuarterHour sum_of(const Profile& profile) {
    QuarterHour sum;
    for (const QuarterHour& quarter : profile) {
        sum.import_wh += quarter.import_wh;
        sum.export_wh += quarter.export_wh;
        sum.generation_wh += quarter.generation_wh;
    }
    return sum;
}

}  // namespace

// A settled reading of an honest meter equals its measurement, and every settled line is in
// balance.
std::string Audit::judge_energy(const Settlement& settlement, const SettlementEntry& entry,
                                const SettlementLine& line) const {
    if (line.load_wh != line.import_wh + line.generation_wh - line.export_wh) {
        return "load is not import + generation - export";
    }
    if (line.credited_wh > line.export_wh) return "more is credited than was exported";
    const SimulatedMeter& meter = meter_of_(entry.meter);
    if (!meter.measures_truly() || entry.status != EntryStatus::reading) return {};
    const KeptReading* measured = meter.kept(settlement.window);
    if (measured == nullptr || measured->id != entry.reading) {
        return "a reading that the meter did not make";
    }
    const QuarterHour sum = sum_of(measured->body.profile);
    if (line.import_wh != sum.import_wh || line.export_wh != sum.export_wh ||
        line.generation_wh != sum.generation_wh) {
        return "the window's energy is not what the meter measured";
    }
    if (line.closing.registers != measured->body.end) {
        return "the closing registers are not the meter's";
    }
    return {};
}

// An account owes its energy times the tariff, to the last carried thousandth.
std::string Audit::judge_money(const SettlementLine& line) {
    const Tariff& tariff = scenery_.network.options().tariff;
    Account& account = accounts_[line.meter];
    account.imported +=
        Int128{line.import_wh + line.adjusted.import_wh} * tariff.import_micro_per_kwh;
    account.credited +=
        Int128{line.credited_wh + line.adjusted.credited_wh} * tariff.export_micro_per_kwh;
    const Int128 owed = (account.imported - line.closing.import_remainder) -
                        (account.credited - line.closing.export_remainder);
    if (owed == Int128{line.closing.balance_micro} * 1000) return {};
    return "the balance is not the energy times the tariff";
}

// Each reading enters the chain once, and its meter has made it.
std::string Audit::list(const Settlement& settlement) {
    for (const ListedReading& one : listed_readings(settlement)) {
        if (!listed_.try_emplace({one.meter, one.window}, one.reading).second) {
            return one.meter.str() + ": a second reading of window " + std::to_string(one.window);
        }
        accounts_[one.meter].listed.insert(one.window);
        const SimulatedMeter& meter = meter_of_(one.meter);
        if (!meter.measures_truly()) continue;
        const KeptReading* measured = meter.kept(one.window);
        if (measured == nullptr || measured->id != one.reading) {
            return one.meter.str() + ": a reading that the meter did not make";
        }
    }
    return {};
}

const Digest* Audit::listed(const MeterId& meter, Window window) const {
    const auto found = listed_.find({meter, window});
    return found == listed_.end() ? nullptr : &found->second;
}

bool Audit::is_trued_up(const MeterId& meter, Window window) const {
    const auto account = accounts_.find(meter);
    return account != accounts_.end() && !account->second.listed.empty() &&
           *account->second.listed.rbegin() > window;
}

// If no estimate is open, the sum of all settled and trued-up energy equals the energy since the
// meter's installation, gaps included.
std::string Audit::judge_sum(const SettlementEntry& entry, Window window,
                             const SettlementLine& line) {
    Account& account = accounts_[line.meter];
    account.energy.import_wh += line.import_wh + line.adjusted.import_wh;
    account.energy.export_wh += line.export_wh + line.adjusted.export_wh;
    account.energy.generation_wh += line.generation_wh + line.adjusted.generation_wh;
    const SimulatedMeter& meter = meter_of_(line.meter);
    const bool read = entry.status == EntryStatus::reading;
    if (!meter.measures_truly() || !read || !line.closing.estimates.empty()) return {};
    const ReadingBody& last = meter.kept(window)->body;
    const Registers& first = scenery_.first_state.meters.at(line.meter).registration.installed;
    const QuarterHour flowed{last.end.import_wh - first.import_wh,
                             last.end.export_wh - first.export_wh,
                             last.end.generation_wh - first.generation_wh};
    if (account.energy == flowed) return {};
    return "what was settled and trued up is not what its registers moved";
}

std::string Audit::on_settlement(const Settlement& settlement, std::int64_t time_ms) {
    const auto lines = ClusterAccounts::open_lines(settlement, scenery_.keys);
    if (!lines) return "its lines do not open";
    if (lines->size() != settlement.entries.size()) return "it has a line too few";
    if (std::string wrong = list(settlement); !wrong.empty()) return wrong;
    const auto is_listed = [this](const MeterId& meter, Window window) {
        return listed(meter, window) != nullptr;
    };
    const SettlementTotals& totals = settlement.totals;
    SettlementTotals sum;
    for (std::size_t i = 0; i < lines->size(); ++i) {
        const SettlementLine& line = (*lines)[i];
        std::string wrong = judge_energy(settlement, settlement.entries[i], line);
        if (wrong.empty()) wrong = judge_sum(settlement.entries[i], settlement.window, line);
        if (wrong.empty()) wrong = judge_money(line);
        if (wrong.empty()) wrong = credit_.on_line(settlement.window, line, is_listed);
        credit_.on_share(settlement.window, line, settlement.factors, time_ms);
        if (!wrong.empty()) return line.meter.str() + ": " + wrong;
        sum.load_wh += line.load_wh;
        sum.import_wh += line.import_wh;
        sum.export_wh += line.export_wh;
        sum.generation_wh += line.generation_wh;
        sum.credited_wh += line.credited_wh;
        sum.grid_amount_micro -= line.import_amount_micro - line.export_amount_micro;
        sum.adjusted.grid_amount_micro -=
            line.adjusted.import_amount_micro - line.adjusted.export_amount_micro;
    }
    if (sum.load_wh != totals.load_wh || sum.import_wh != totals.import_wh ||
        sum.export_wh != totals.export_wh || sum.generation_wh != totals.generation_wh ||
        sum.credited_wh != totals.credited_wh) {
        return "its totals are not the sums of its lines";
    }
    if (sum.grid_amount_micro != totals.grid_amount_micro ||
        sum.adjusted.grid_amount_micro != totals.adjusted.grid_amount_micro) {
        return "its money does not sum to zero";
    }
    return {};
}

}  // namespace fairfeed::simulation
