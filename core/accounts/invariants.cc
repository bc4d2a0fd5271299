#include "core/accounts/invariants.h"

#include <algorithm>

#include "core/base/units.h"
#include "core/contract/billing.h"
#include "core/state/late_rules.h"
#include "core/wire/chain_codec.h"

namespace fairfeed {

// Indices into reports_, in the order in which they are reported.
enum class InvariantMonitor::Check : std::size_t {
    energy_public,
    energy_keyholders,
    money_public,
    money_keyholders,
    share_public,
    share_keyholders,
    one_settlement,
    registers,
    chain,
};

namespace {

std::string differs(const std::string& what, Int128 expected, Int128 found) {
    const auto text = [](Int128 value) {
        const auto narrowed = narrow(value);
        return narrowed ? std::to_string(*narrowed) : std::string("beyond 64 bits");
    };
    return what + ": expected " + text(expected) + ", found " + text(found);
}

std::string energy_of_totals(const SettlementTotals& totals) {
    const Int128 load = Int128{totals.import_wh} + totals.generation_wh - totals.export_wh;
    if (load != totals.load_wh) return differs("load_wh", load, totals.load_wh);
    const Int128 surplus = Int128{totals.available_wh} - totals.load_wh;
    if (surplus != totals.d_wh) return differs("d_wh", surplus, totals.d_wh);
    if (totals.generation_wh > totals.available_wh) return "generation above available generation";
    if (totals.export_wh > totals.generation_wh) return "export above generation";
    if (totals.credited_wh > totals.export_wh) return "credit above export";
    const Int128 conventional = std::max(Int128{0}, -surplus);
    if (conventional != totals.conventional_wh)
        return differs("conventional_wh", conventional, totals.conventional_wh);
    return {};
}

std::string energy_of_line(const SettlementLine& line) {
    const std::string who = line.meter.str() + " ";
    const Int128 load = Int128{line.import_wh} + line.generation_wh - line.export_wh;
    if (load != line.load_wh) return who + differs("load_wh", load, line.load_wh);
    const Int128 curtailed = Int128{line.available_wh} - line.generation_wh;
    if (curtailed < 0) return who + "generation above what was available";
    if (curtailed != line.curtailed_wh)
        return who + differs("curtailed_wh", curtailed, line.curtailed_wh);
    if (line.export_wh > line.generation_wh) return who + "export above generation";
    if (line.credited_wh > line.export_wh) return who + "credit above export";
    return {};
}

struct LineSum {
    const char* name;
    std::int64_t SettlementLine::*of_line;
    std::int64_t SettlementTotals::*of_totals;
};

constexpr LineSum kEnergySums[] = {
    {"load_wh", &SettlementLine::load_wh, &SettlementTotals::load_wh},
    {"import_wh", &SettlementLine::import_wh, &SettlementTotals::import_wh},
    {"export_wh", &SettlementLine::export_wh, &SettlementTotals::export_wh},
    {"generation_wh", &SettlementLine::generation_wh, &SettlementTotals::generation_wh},
    {"available_wh", &SettlementLine::available_wh, &SettlementTotals::available_wh},
    {"credited_wh", &SettlementLine::credited_wh, &SettlementTotals::credited_wh},
};

std::string sum_differs(const LineSum& sum, const std::vector<SettlementLine>& lines,
                        const SettlementTotals& totals) {
    Int128 lines_sum = 0;
    for (const SettlementLine& line : lines)
        lines_sum += line.*sum.of_line;
    if (lines_sum == totals.*sum.of_totals) return {};
    return differs(std::string("sum of lines, ") + sum.name, totals.*sum.of_totals, lines_sum);
}

struct AdjustmentSum {
    const char* name;
    std::int64_t Adjustment::*of_line;
    std::int64_t AdjustmentTotals::*of_totals;
};

constexpr AdjustmentSum kAdjustmentSums[] = {
    {"import_wh", &Adjustment::import_wh, &AdjustmentTotals::import_wh},
    {"export_wh", &Adjustment::export_wh, &AdjustmentTotals::export_wh},
    {"generation_wh", &Adjustment::generation_wh, &AdjustmentTotals::generation_wh},
    {"credited_wh", &Adjustment::credited_wh, &AdjustmentTotals::credited_wh},
};

std::string adjustment_differs(const AdjustmentSum& sum, const std::vector<SettlementLine>& lines,
                               const AdjustmentTotals& totals) {
    Int128 lines_sum = 0;
    for (const SettlementLine& line : lines)
        lines_sum += line.adjusted.*sum.of_line;
    if (lines_sum == totals.*sum.of_totals) return {};
    return differs(std::string("sum of lines, trued up ") + sum.name, totals.*sum.of_totals,
                   lines_sum);
}

std::string energy_of_bands(const std::vector<SettlementLine>& lines,
                            const SettlementTotals& totals) {
    for (std::size_t band = 0; band < totals.bands.size(); ++band) {
        Int128 import_wh = totals.bands[band].import_wh;
        Int128 credited_wh = totals.bands[band].credited_wh;
        for (const SettlementLine& line : lines) {
            if (line.bands.size() != totals.bands.size()) return line.meter.str() + " bands";
            import_wh -= line.bands[band].import_wh;
            credited_wh -= line.bands[band].credited_wh;
        }
        if (import_wh != 0 || credited_wh != 0) return "sum of lines, band " + std::to_string(band);
    }
    return {};
}

std::string energy_of_lines(const std::vector<SettlementLine>& lines,
                            const SettlementTotals& totals) {
    for (const SettlementLine& line : lines) {
        if (std::string failure = energy_of_line(line); !failure.empty()) return failure;
    }
    for (const LineSum& sum : kEnergySums)
        if (std::string failure = sum_differs(sum, lines, totals); !failure.empty()) return failure;
    if (std::string failure = energy_of_bands(lines, totals); !failure.empty()) return failure;
    for (const AdjustmentSum& sum : kAdjustmentSums) {
        std::string failure = adjustment_differs(sum, lines, totals.adjusted);
        if (!failure.empty()) return failure;
    }
    return {};
}

struct EnergySum {
    const char* name;
    std::int64_t Registers::*of_registers;
    std::int64_t EstimatedWindow::*of_estimate;
    std::int64_t SettlementLine::*of_line;
    std::int64_t Adjustment::*of_adjustment;
};

constexpr EnergySum kRegisterSums[] = {
    {"import_wh", &Registers::import_wh, &EstimatedWindow::import_wh, &SettlementLine::import_wh,
     &Adjustment::import_wh},
    {"export_wh", &Registers::export_wh, &EstimatedWindow::export_wh, &SettlementLine::export_wh,
     &Adjustment::export_wh},
    {"generation_wh", &Registers::generation_wh, &EstimatedWindow::generation_wh,
     &SettlementLine::generation_wh, &Adjustment::generation_wh},
};

// The last register plus the estimates since then. A gap that ends with a reset counts separately:
// its register is the one at which the gap begins.
Int128 standing_wh(const ClosingState& closing, const EnergySum& sum) {
    Int128 wh = closing.registers.*sum.of_registers;
    for (const EstimatedWindow& estimate : closing.estimates)
        wh += estimate.*sum.of_estimate;
    for (const RegisterGap& gap : closing.gaps) {
        if (gap.after) continue;
        wh += gap.before.*sum.of_registers;
        for (const EstimatedWindow& estimate : gap.estimates)
            wh += estimate.*sum.of_estimate;
    }
    return wh;
}

// Whether the last reading before a reset came late. Only that reading shows the register's final
// value before the reset.
bool ends_a_count(const ClosingState& last, const ClosingState& now) {
    return std::any_of(last.gaps.begin(), last.gaps.end(), [&now](const RegisterGap& gap) {
        if (gap.after) return false;
        return std::none_of(now.gaps.begin(), now.gaps.end(), [&gap](const RegisterGap& kept) {
            return !kept.after && kept.end == gap.end;
        });
    });
}

Int128 posting_of(const SettlementLine& line) {
    return Int128{line.import_amount_micro} - line.export_amount_micro +
           line.adjusted.import_amount_micro - line.adjusted.export_amount_micro;
}

bool is_reset(const SettlementLine& line) {
    return (line.flags & (kLineRegisterReset | kLineLateReset)) != 0;
}

// The remainders are known to keyholders only. Each meter carries one in and one out in each
// direction, up to 999 thousandths of a micro either way, so the public sum has a tolerance of
// twice that.
std::string money_of_totals(const ChainState& state, const Settlement& settlement) {
    const SettlementTotals& totals = settlement.totals;
    const Tariff& tariff = state.tariff(settlement.window);
    const GridClock grid = state.grid();
    const Int128 fixed_micro =
        fixed_charge_micro(tariff, grid.start_s(settlement.window), grid.window_seconds());
    const PricedEnergy energy = priced(tariff, totals.import_wh, totals.credited_wh, totals.bands);
    const auto meters = static_cast<Int128>(settlement.entries.size());
    const Int128 owed = energy.cost - energy.worth + fixed_micro * meters * kRemainderLimit;
    const Int128 off = owed + Int128{totals.grid_amount_micro} * kRemainderLimit;
    const Int128 most = meters * 2 * (kRemainderLimit - 1);
    if (off >= -most && off <= most) return {};
    return differs("account grid", -owed / kRemainderLimit, totals.grid_amount_micro);
}

std::string money_of_lines(const std::vector<SettlementLine>& lines,
                           const SettlementTotals& totals) {
    Int128 postings = totals.grid_amount_micro;
    Int128 adjustments = totals.adjusted.grid_amount_micro;
    for (const SettlementLine& line : lines) {
        postings += Int128{line.import_amount_micro} - line.export_amount_micro;
        adjustments +=
            Int128{line.adjusted.import_amount_micro} - line.adjusted.export_amount_micro;
    }
    if (adjustments != 0) return differs("sum of all adjustments", 0, adjustments);
    return postings == 0 ? std::string{} : differs("sum of all postings", 0, postings);
}

std::string share_of_totals(const ChainState& state, const Settlement& settlement) {
    Int128 capacity_w = 0;
    for (const SettlementEntry& entry : settlement.entries)
        capacity_w += state.capacity_w(entry.meter, settlement.window);
    if (settlement.totals.mes_w <= capacity_w) return {};
    return differs("sum of shares above the capacities, W", capacity_w, settlement.totals.mes_w);
}

std::string share_of_lines(const ChainState& state, const Settlement& settlement,
                           const std::vector<SettlementLine>& lines) {
    for (const SettlementLine& line : lines) {
        const std::string who = line.meter.str() + " ";
        const std::int64_t capacity_w = state.capacity_w(line.meter, settlement.window);
        if (line.capacity_w != capacity_w)
            return who + differs("capacity_w", capacity_w, line.capacity_w);
        if (line.mes_w < 0 || line.mes_w > capacity_w)
            return who + differs("share above the capacity, W", capacity_w, line.mes_w);
    }
    return sum_differs({"mes_w", &SettlementLine::mes_w, &SettlementTotals::mes_w}, lines,
                       settlement.totals);
}

std::string link_of(const ChainState& before, const Block& block, const ChainState& after) {
    const BlockHeader& header = block.header;
    if (header.height != before.height + 1) {
        return differs("height", static_cast<Int128>(before.height) + 1,
                       static_cast<Int128>(header.height));
    }
    if (header.parent != before.tip) return "parent is not the block before";
    if (!may_follow(before.tip_time_ms, header.time_ms)) return "time does not follow";
    if (header.transactions_root != transactions_root(block)) return "transactions' root is wrong";
    if (after.height != header.height || after.tip != block_id(header))
        return "the state's tip is not this block";
    return {};
}

constexpr const char* kPublic = "public";
constexpr const char* kKeyholders = "keyholders";

}  // namespace

InvariantMonitor::InvariantMonitor() {
    for (const auto& [name, checked_by] : {std::pair{"conservation_of_energy", kPublic},
                                           {"conservation_of_energy", kKeyholders},
                                           {"conservation_of_money", kPublic},
                                           {"conservation_of_money", kKeyholders},
                                           {"no_share_above_capacity", kPublic},
                                           {"no_share_above_capacity", kKeyholders},
                                           {"one_settlement_per_window", kPublic},
                                           {"registers_never_fall", kKeyholders},
                                           {"chain_is_linked", kPublic}}) {
        reports_.push_back({name, false, false, checked_by, {}});
    }
}

void InvariantMonitor::record(Check check, Height height, const std::string& failure) {
    InvariantReport& report = reports_[static_cast<std::size_t>(check)];
    report.applicable = true;
    if (report.explanation.empty() && !failure.empty()) {
        report.explanation = "height " + std::to_string(height) + ": " + failure;
    }
    report.ok = report.explanation.empty();
}

void InvariantMonitor::observe_settlement(const ChainState& before, Height height,
                                          const Settlement& settlement) {
    const std::string where =
        settlement.cluster.str() + " window " + std::to_string(settlement.window) + ": ";
    const auto at = [&where](std::string failure) {
        return failure.empty() ? failure : where + failure;
    };
    record(Check::energy_public, height, at(energy_of_totals(settlement.totals)));
    std::string money = money_of_totals(before, settlement);
    if (money.empty() && !adjustments_agree(before, settlement))
        money = "what is trued up does not follow from energies and tariff";
    record(Check::money_public, height, at(money));
    record(Check::share_public, height, at(share_of_totals(before, settlement)));
    const auto last = settled_.find(settlement.cluster);
    std::string order;
    if (last != settled_.end() && settlement.window <= last->second) order = "settled twice";
    if (last != settled_.end() && settlement.window > last->second + 1) order = "window skipped";
    record(Check::one_settlement, height, at(order));
    settled_[settlement.cluster] = settlement.window;
}

// Before its first line, a meter has its registers at installation.
ClosingState& InvariantMonitor::standing_of(const ChainState& before, const MeterId& meter) {
    const auto [standing, first] = standing_.try_emplace(meter);
    const auto* record = before.meters.find(meter);
    if (first && record != nullptr) {
        standing->second.registers = record->registration.installed;
        standing->second.unread_from = record->registration.reads_from();
    }
    return standing->second;
}

// Compares a line with the meter's line before.
std::string InvariantMonitor::follow_money(const SettlementLine& line) {
    const Int128 balance = Int128{standing_[line.meter].balance_micro} + posting_of(line);
    if (balance == line.closing.balance_micro) return {};
    return line.meter.str() + " " + differs("balance_micro", balance, line.closing.balance_micro);
}

std::string InvariantMonitor::follow_registers(const SettlementLine& line) {
    if (is_reset(line)) return {};
    const Registers& last = standing_[line.meter].registers;
    const Registers& now = line.closing.registers;
    const std::string who = line.meter.str() + " ";
    if (now.import_wh < last.import_wh) return who + "import register fell";
    if (now.export_wh < last.export_wh) return who + "export register fell";
    if (now.generation_wh < last.generation_wh) return who + "generation register fell";
    return {};
}

// Conservation of energy: what is settled and trued up for a meter equals the change of its
// registers and of the estimates that no registers have replaced yet.
std::string InvariantMonitor::follow_energy(const SettlementLine& line, Window oldest,
                                            const PastRoom& room) {
    if (is_reset(line) || is_full(line.closing.gaps, room)) return {};
    ClosingState last = standing_[line.meter];
    forget_gaps(last.gaps, oldest, SIZE_MAX);
    if (ends_a_count(last, line.closing)) return {};
    const std::string who = line.meter.str() + " settled and trued up, ";
    for (const EnergySum& sum : kRegisterSums) {
        const Int128 moved = standing_wh(line.closing, sum) - standing_wh(last, sum);
        const Int128 settled = Int128{line.*sum.of_line} + line.adjusted.*sum.of_adjustment;
        if (moved != settled) return who + differs(sum.name, moved, settled);
    }
    return {};
}

void InvariantMonitor::observe_lines(const ChainState& before, Height height,
                                     const Settlement& settlement, const OpenedSettlement& opened) {
    std::string money = money_of_lines(opened.lines, settlement.totals);
    std::string energy = energy_of_lines(opened.lines, settlement.totals);
    std::string registers;
    const Window oldest = oldest_late(before, settlement.window + 1);
    const PastRoom room = past_room(before, settlement.entries.size());
    for (const SettlementLine& line : opened.lines) {
        ClosingState& standing = standing_of(before, line.meter);
        const std::string followed = follow_energy(line, oldest, room);
        if (energy.empty()) energy = followed;
        if (money.empty()) money = follow_money(line);
        if (registers.empty()) registers = follow_registers(line);
        standing = line.closing;
    }
    record(Check::energy_keyholders, height, energy);
    record(Check::money_keyholders, height, money);
    record(Check::share_keyholders, height, share_of_lines(before, settlement, opened.lines));
    record(Check::registers, height, registers);
}

void InvariantMonitor::take_over(const MeterId& meter, const ClosingState& closing) {
    standing_[meter] = closing;
}

void InvariantMonitor::observe(const ChainState& before, const Block& block,
                               const ChainState& after,
                               const std::vector<OpenedSettlement>& opened) {
    const Height height = block.header.height;
    record(Check::chain, height, link_of(before, block, after));
    for (const Transaction& transaction : block.transactions) {
        const auto* settlement = std::get_if<Settlement>(&transaction.content);
        if (!settlement) continue;
        observe_settlement(before, height, *settlement);
        for (const OpenedSettlement& lines : opened) {
            if (lines.cluster == settlement->cluster && lines.window == settlement->window)
                observe_lines(before, height, *settlement, lines);
        }
    }
}

bool InvariantMonitor::all_held() const {
    return std::none_of(reports_.begin(), reports_.end(), [](const InvariantReport& report) {
        return report.applicable && !report.ok;
    });
}

}  // namespace fairfeed
