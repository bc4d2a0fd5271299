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

Audit::Account& Audit::account_of(const MeterId& meter) {
    const auto [place, fresh] = accounts_.try_emplace(meter);
    if (fresh) {
        const GridClock grid = scenery_.first_state.grid();
        const MeterRegistration& known = scenery_.first_state.meters.at(meter).registration;
        place->second.by_hand = {grid.start_s(0), grid.window_seconds(), known.installed,
                                 known.effective};
    }
    return place->second;
}

void Audit::on_reading(const SignedReading& reading) {
    const auto body = open_with(scenery_.keys, reading);
    if (body) opened_[reading.id] = *body;
}

// An estimate is a window of the day before, or the window before, or nothing, in the bands of the
// window that it stands for.
std::string Audit::judge_estimate(const Account& account, Window window,
                                  const SettlementLine& line) const {
    const GridClock grid = scenery_.first_state.grid();
    const Tariff& tariff = test::tariff_by_hand(tariffs_, window);
    const auto imports_of = [](const BandEnergies& bands) {
        std::vector<std::int64_t> out;
        for (const BandEnergy& band : bands)
            out.push_back(band.import_wh);
        return out;
    };
    const auto billed =
        imports_of(line.bands.empty() ? BandEnergies{{line.import_wh, 0}} : line.bands);
    for (const std::int64_t back : {grid.windows_per_day(), std::int64_t{1}}) {
        const auto found = back <= window ? account.bodies.find(window - static_cast<Window>(back))
                                          : account.bodies.end();
        if (found == account.bodies.end()) continue;
        const Profile& profile = found->second.profile;
        const std::vector<std::int64_t> none(profile.size(), 0);
        const BandEnergies bands = test::bands_by_hand(tariff, grid.start_s(window), profile, none);
        if (billed == imports_of(bands)) return {};
    }
    const bool is_nothing = billed == std::vector<std::int64_t>(billed.size(), 0);
    return is_nothing ? "" : "an estimate in bands that no reading before it has";
}

// All postings of an account are what its windows cost and earn in the bands of their quarter
// hours, to the last carried thousandth: those that were read by their readings, whenever these
// came.
std::string Audit::judge_money(const SettlementEntry& entry, Window window,
                               const SettlementLine& line) {
    Account& account = account_of(line.meter);
    const GridClock grid = scenery_.first_state.grid();
    const Tariff& tariff = test::tariff_by_hand(tariffs_, window);
    if (entry.status != EntryStatus::reading) {
        if (std::string wrong = judge_estimate(account, window, line); !wrong.empty()) return wrong;
        const BandEnergies flat{{line.import_wh, line.credited_wh}};
        account.by_hand.estimate(
            window, {{line.import_wh, line.export_wh, line.generation_wh},
                     line.credited_wh,
                     test::price_by_hand(tariff, line.bands.empty() ? flat : line.bands)});
    }
    account.fixed_micro += test::fixed_by_hand(tariff, grid.start_s(window), grid.window_seconds());
    account.imported_micro += Int128{line.import_amount_micro} + line.adjusted.import_amount_micro;
    account.exported_micro += Int128{line.export_amount_micro} + line.adjusted.export_amount_micro;
    const test::AmountByHand owed = account.by_hand.amount(tariffs_);
    if (account.imported_micro * 1000 + line.closing.import_remainder !=
        owed.cost + account.fixed_micro * 1000) {
        return "what was posted for import is not what its windows cost";
    }
    if (account.exported_micro * 1000 + line.closing.export_remainder != owed.worth) {
        return "what was posted for export is not what its windows earn";
    }
    if (account.imported_micro - account.exported_micro == line.closing.balance_micro) return {};
    return "the balance is not what was posted";
}

// Each reading enters the chain once, and its meter has made it.
std::string Audit::list(const Settlement& settlement) {
    for (const ListedReading& one : listed_readings(settlement)) {
        if (!listed_.try_emplace({one.meter, one.window}, one.reading).second) {
            return one.meter.str() + ": a second reading of window " + std::to_string(one.window);
        }
        Account& account = account_of(one.meter);
        account.listed.insert(one.window);
        const SimulatedMeter& meter = meter_of_(one.meter);
        const KeptReading* measured = meter.kept(one.window);
        if (const auto opened = opened_.extract(one.reading)) {
            account.bodies[one.window] = opened.mapped();
        } else if (measured != nullptr && measured->id == one.reading) {
            account.bodies[one.window] = measured->body;
        } else {
            return one.meter.str() + ": a reading that is not in its block";
        }
        if (!meter.measures_truly()) continue;
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
    Account& account = account_of(line.meter);
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

// Under the shares that are known now: nothing settled later binds in these windows.
void Audit::take_readings(const Settlement& settlement, const MeterId& meter) {
    Account& account = account_of(meter);
    for (const ListedReading& one : listed_readings(settlement)) {
        if (one.meter != meter) continue;
        const ReadingBody& body = account.bodies.at(one.window);
        account.by_hand.read(one.window, body, credit_.credited(meter, one.window, body.profile));
    }
}

std::string Audit::on_settlement(const Settlement& settlement, std::int64_t time_ms) {
    const auto lines = ClusterAccounts::open_lines(settlement, scenery_.keys);
    if (!lines) return "its lines do not open";
    if (lines->size() != settlement.entries.size()) return "it has a line too few";
    if (std::string wrong = list(settlement); !wrong.empty()) return wrong;
    const auto is_listed = [this](const MeterId& meter, Window window) {
        return listed(meter, window) != nullptr;
    };
    for (std::size_t i = 0; i < lines->size(); ++i) {
        const SettlementLine& line = (*lines)[i];
        const Window window = settlement.window;
        std::string wrong = judge_energy(settlement, settlement.entries[i], line);
        if (wrong.empty()) wrong = judge_sum(settlement.entries[i], window, line);
        if (wrong.empty()) wrong = credit_.on_line(window, line, is_listed);
        if (!wrong.empty()) return line.meter.str() + ": " + wrong;
        take_readings(settlement, line.meter);
        wrong = judge_money(settlement.entries[i], window, line);
        credit_.on_share(window, line, settlement.factors, time_ms);
        if (!wrong.empty()) return line.meter.str() + ": " + wrong;
    }
    return judge_totals(settlement, *lines);
}

std::string Audit::judge_totals(const Settlement& settlement,
                                const std::vector<SettlementLine>& lines) const {
    const SettlementTotals& totals = settlement.totals;
    SettlementTotals sum;
    sum.bands.resize(totals.bands.size());
    for (const SettlementLine& line : lines) {
        sum.load_wh += line.load_wh;
        sum.import_wh += line.import_wh;
        sum.export_wh += line.export_wh;
        sum.generation_wh += line.generation_wh;
        sum.credited_wh += line.credited_wh;
        sum.grid_amount_micro -= line.import_amount_micro - line.export_amount_micro;
        sum.adjusted.grid_amount_micro -=
            line.adjusted.import_amount_micro - line.adjusted.export_amount_micro;
        if (line.bands.size() != sum.bands.size()) return "a line has other bands than its totals";
        for (std::size_t band = 0; band < line.bands.size(); ++band) {
            sum.bands[band].import_wh += line.bands[band].import_wh;
            sum.bands[band].credited_wh += line.bands[band].credited_wh;
        }
    }
    if (sum.load_wh != totals.load_wh || sum.import_wh != totals.import_wh ||
        sum.export_wh != totals.export_wh || sum.generation_wh != totals.generation_wh ||
        sum.credited_wh != totals.credited_wh || sum.bands != totals.bands) {
        return "its totals are not the sums of its lines";
    }
    if (sum.grid_amount_micro != totals.grid_amount_micro ||
        sum.adjusted.grid_amount_micro != totals.adjusted.grid_amount_micro) {
        return "its money does not sum to zero";
    }
    return {};
}

}  // namespace fairfeed::simulation
