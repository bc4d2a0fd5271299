#include <algorithm>
#include <ostream>

#include "edge-node/commands/factor_text.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/history_json.h"
#include "edge-node/commands/show.h"

namespace fairfeed {
namespace {

// Whether the shares are others than the rule's for the window as a whole.
bool is_planned(const SettledWindow& window) {
    return !window.factors.empty() || window.basis == ShareBasis::expected;
}

std::string_view meaning(const SettledWindow& window) {
    const SettlementTotals& totals = window.totals;
    if (is_planned(window))
        return totals.d_wh > 0 ? "surplus" : totals.d_wh == 0 ? "balanced" : "deficit";
    if (totals.d_wh > 0) return "surplus: the shares below bind later";
    if (totals.d_wh == 0) return "balanced: everybody may generate at capacity";
    return "deficit: everybody may generate at capacity";
}

void print_totals(const SettledWindow& window, std::ostream& out) {
    const SettlementTotals& totals = window.totals;
    Table table("lrl");
    const auto energy = [&table](std::string_view what, std::int64_t wh, std::string_view note) {
        table.add({std::string(what), kwh_text(wh) + " kWh", std::string(note)});
    };
    energy("L  load", totals.load_wh, "");
    energy("G  available generation", totals.available_wh, "");
    energy("D = G - L", totals.d_wh, meaning(window));
    table.add({"DF", percent_text(totals.df_ppm), "of the installed capacity is surplus"});
    table.add({"PSA = 1 - DF", percent_text(totals.psa_ppm), ""});
    table.add({"MES, sum", kw_text(totals.mes_w) + " kW",
               window.factors.empty() ? "" : "of the powers; a share is power times factor"});
    energy("generated", totals.generation_wh, "after curtailment");
    energy("curtailed", totals.available_wh - totals.generation_wh, "");
    energy("residual surplus", totals.residual_surplus_wh,
           is_planned(window) ? "that the rule's one share for the window would let through"
                              : "that these shares would let through");
    energy("conventional", totals.conventional_wh, "that the grid had to add");
    energy("import", totals.import_wh, "");
    energy("export", totals.export_wh, "");
    energy("credited", totals.credited_wh, "of the export");
    table.add({"account grid", money_text(totals.grid_amount_micro), "minus what the meters owe"});
    if (totals.adjusted != AdjustmentTotals{})
        table.add({"  trued up", money_text(totals.adjusted.grid_amount_micro),
                   "of windows settled before"});
    table.print(out);
}

std::string status_text(const SettledWindow& window, const MeterId& meter) {
    for (const SettlementEntry& entry : window.entries) {
        if (entry.meter != meter) continue;
        switch (entry.status) {
            case EntryStatus::reading:
                return short_hex(entry.reading);
            case EntryStatus::missing:
                return "estimated (missing)";
            case EntryStatus::conflict:
                return "estimated (conflict)";
        }
    }
    return "-";
}

void print_lines(const SettledWindow& window, std::ostream& out) {
    Table table("lrrrrrrrrrrl");
    table.add({"meter", "load", "generated", "curtailed", "import", "export", "credited",
               "capacity", "MES", "amount", "balance", "reading"});
    table.add({"", "kWh", "kWh", "kWh", "kWh", "kWh", "kWh", "kW", "kW", "", "", ""});
    for (const SettlementLine& line : *window.lines)
        table.add({line.meter.str(), kwh_text(line.load_wh), kwh_text(line.generation_wh),
                   kwh_text(line.curtailed_wh), kwh_text(line.import_wh), kwh_text(line.export_wh),
                   kwh_text(line.credited_wh), kw_text(line.capacity_w), kw_text(line.mes_w),
                   money_text(line.import_amount_micro - line.export_amount_micro),
                   money_text(line.closing.balance_micro), status_text(window, line.meter)});
    table.print(out);
}

// Late readings, and corrections by them and by registers.
void print_adjusted(const SettledWindow& window, std::ostream& out) {
    for (const ListedReading& late : window.late)
        out << "Late: " << late.meter.str() << ", window " << late.window << ", "
            << short_hex(late.reading) << ".\n";
    if (!window.lines) return;
    for (const SettlementLine& line : *window.lines) {
        const Adjustment& more = line.adjusted;
        if (more == Adjustment{}) continue;
        out << "Trued up: " << line.meter.str() << ": import " << kwh_text(more.import_wh)
            << " kWh, export " << kwh_text(more.export_wh) << " kWh, credited "
            << kwh_text(more.credited_wh) << " kWh, amount "
            << money_text(more.import_amount_micro - more.export_amount_micro) << ".\n";
    }
}

void print_flags(const std::vector<SettlementLine>& lines, std::ostream& out) {
    for (const SettlementLine& line : lines) {
        if ((line.flags & kLineOverCapacity) != 0)
            out << "Note: " << line.meter.str()
                << ": peak above 115 % of the certified capacity, window "
                << line.closing.over_capacity << " of those so flagged at "
                << kw_text(line.capacity_w) << " kW.\n";
        if ((line.flags & kLineUnregistered) != 0)
            out << "Note: " << line.meter.str()
                << ": generation without certified capacity, window " << line.closing.over_capacity
                << " of those: it is not paid for.\n";
        if ((line.flags & kLineClaimCut) != 0)
            out << "Note: " << line.meter.str()
                << ": claims more available generation than counts.\n";
        if ((line.flags & kLineOddYield) != 0)
            out << "Note: " << line.meter.str()
                << ": more than twice, or less than half, of the cluster's median yield per kW.\n";
        if (line.closing.missed >= kSilentAfterWindows)
            out << "Note: " << line.meter.str() << ": silent, no reading in " << line.closing.missed
                << " windows in a row.\n";
        if ((line.flags & (kLineRegisterReset | kLineLateReset)) != 0)
            out << "Note: " << line.meter.str() << ": registers reset.\n";
    }
}

// Under `share_resolution: quarter`.
void print_schedule(const NetworkParameters& parameters, const SettledWindow& window,
                    std::ostream& out) {
    if (window.factors.empty()) return;
    print_factors(parameters, window.window, window.bound, window.factors, out);
    out << '\n';
    if (!window.lines) return;
    Table table("lrrrr");
    table.add({"meter", "capacity", "power", "smallest", "largest"});
    table.add({"", "kW", "kW", "kW", "kW"});
    for (const SettlementLine& line : *window.lines) {
        if (line.capacity_w == 0) continue;
        const auto shares_w = shares_by_quarter_w(line.mes_w, line.capacity_w, window.factors);
        const auto [least, most] = std::minmax_element(shares_w.begin(), shares_w.end());
        table.add({line.meter.str(), kw_text(line.capacity_w), kw_text(line.mes_w), kw_text(*least),
                   kw_text(*most)});
    }
    out << "Shares planned for window " << share_is_for(parameters, window.window)
        << ", over its quarter hours (--json has each):\n";
    table.print(out);
    out << '\n';
}

// "a, b, c".
template <class Range, class Name>
std::string words_of(const Range& range, Name name) {
    std::string out;
    for (const auto& each : range)
        out.append(out.empty() ? "" : ", ").append(name(each));
    return out;
}

std::string settled_words(const std::vector<SettledWindow>* windows) {
    if (windows == nullptr || windows->empty()) return "; no window of this cluster is";
    return "; windows " + std::to_string(windows->front().window) + " to " +
           std::to_string(windows->back().window) + " are";
}

void print_page(const LedgerHistory& history, const ClusterId& cluster, const SettledWindow& window,
                std::ostream& out) {
    const NetworkParameters& parameters = history.state.genesis.parameters;
    const GridClock grid(parameters);
    const auto* committee = history.state.committee_of(cluster, window.window);
    CHECK(committee != nullptr);
    const std::size_t members = committee->members.size();
    out << "Cluster " << cluster.str() << ", window " << window.window << ": "
        << utc_text(grid.start_s(window.window)) << " to " << utc_text(grid.end_s(window.window))
        << " grid time\n"
        << "  settled at height " << window.height << " by " << window.proposer.str()
        << ", endorsed by " << window.endorsements << " of " << members << " (class "
        << to_string(committee_class(members)) << "), rule " << to_string(window.rule) << ", basis "
        << basis_text(parameters, window.basis) << "\n\n";
    print_totals(window, out);
    out << "\nShares bind from " << utc_text(window.in_force_from_s) << " grid time.\n\n";
    print_schedule(parameters, window, out);
    print_adjusted(window, out);
    if (!window.lines) {
        out << "Lines and bills are sealed to the committee: give --config of a member to read "
               "them ("
            << words_of(committee->members, [](const NodeId& each) { return each.str(); })
            << ").\n";
        return;
    }
    print_lines(window, out);
    print_flags(*window.lines, out);
}

}  // namespace

int run_show_settlement(const ShowSettlementOptions& options, std::ostream& out,
                        std::ostream& err) {
    const auto cluster = ClusterId::parse(options.cluster);
    if (!cluster) {
        err << "--cluster: '" << options.cluster << "' is not a name (1 to 32 of a-z, 0-9, '-')\n";
        return kExitUsage;
    }
    const auto opened = open_ledger(options.source);
    if (!opened) return report_input_errors(opened.error(), err);
    const auto history = read_history(opened->ledger, opened->genesis, opened->keys());
    if (!history) {
        err << opened->file.string() << ": height " << history.error().height << ": "
            << history.error().explanation << '\n';
        return kExitFault;
    }
    if (!history->state.clusters.contains(*cluster)) {
        err << "--cluster: there is no cluster '" << cluster->str() << "'; there are "
            << words_of(history->state.clusters, [](const auto& each) { return each.id.str(); })
            << '\n';
        return kExitUsage;
    }
    const auto windows = history->clusters.find(*cluster);
    if (windows != history->clusters.end())
        for (const SettledWindow& window : windows->second) {
            if (window.window != options.window) continue;
            if (options.json)
                out << window_json(history->state.genesis.parameters, window).dump(2) << '\n';
            else
                print_page(*history, *cluster, window, out);
            return kExitOk;
        }
    err << "cluster " << cluster->str() << ", window " << options.window
        << ": not settled in this ledger (height " << opened->ledger.height() << ")"
        << settled_words(windows == history->clusters.end() ? nullptr : &windows->second) << '\n';
    return kExitFault;
}

}  // namespace fairfeed
