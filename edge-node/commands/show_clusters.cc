#include <ostream>

#include "edge-node/commands/figures.h"
#include "edge-node/commands/history_json.h"
#include "edge-node/commands/show.h"

namespace fairfeed {
namespace {

const std::vector<SettledWindow>& windows_of(const LedgerHistory& history,
                                             const ClusterId& cluster) {
    static const std::vector<SettledWindow> kNone;
    const auto found = history.clusters.find(cluster);
    return found == history.clusters.end() ? kNone : found->second;
}

Json to_json(const OpenedLedger& opened, const LedgerHistory& history) {
    Json clusters = Json::array();
    for (const auto& [cluster, record] : history.state.clusters)
        clusters.push(cluster_json(history.state, cluster, windows_of(history, cluster)));
    return Json::object()
        .set("network", to_hex(opened.genesis.network.view()))
        .set("node", opened.node ? Json(opened.node->str()) : Json())
        .set("height", history.state.height)
        .set("tip", to_hex(history.state.tip.view()))
        .set("app_hash", to_hex(app_hash(history.state).view()))
        .set("window_seconds", history.state.genesis.parameters.window_seconds)
        .set("grid_epoch_s", history.state.genesis.parameters.grid_epoch_s)
        .set("rule", to_string(history.state.genesis.parameters.rule))
        .set("basis", to_string(history.state.genesis.parameters.basis))
        .set("resolution", to_string(history.state.genesis.parameters.resolution))
        .set("clusters", std::move(clusters));
}

std::vector<std::string> row_of(const ChainState& state, const ClusterId& cluster,
                                const std::vector<SettledWindow>& windows) {
    SettlementTotals sum;
    for (const SettledWindow& window : windows) {
        sum.load_wh += window.totals.load_wh;
        sum.available_wh += window.totals.available_wh;
        sum.generation_wh += window.totals.generation_wh;
        sum.residual_surplus_wh += window.totals.residual_surplus_wh;
    }
    const auto* record = state.cluster(cluster);
    const bool closed = !bills_of(windows).has_value();
    return {cluster.str(),
            std::string(to_string(committee_class(record->committee.members.size()))),
            std::to_string(windows.size()),
            windows.empty() ? "-" : std::to_string(windows.back().window),
            kwh_text(sum.load_wh),
            kwh_text(sum.available_wh),
            kwh_text(sum.available_wh - sum.generation_wh),
            kwh_text(sum.residual_surplus_wh),
            money_text(-grid_amount_micro(windows)),
            windows.empty() ? "nothing settled"
            : closed        ? "sealed"
                            : "open"};
}

void print_bills(const LedgerHistory& history, std::ostream& out) {
    Table table("llrrrrrr");
    table.add({"cluster", "meter", "load kWh", "import kWh", "export kWh", "credited kWh", "owes",
               "estimated"});
    bool any = false;
    for (const auto& [cluster, windows] : history.clusters) {
        const auto bills = bills_of(windows);
        if (!bills) continue;
        for (const auto& [meter, bill] : *bills) {
            any = true;
            table.add({cluster.str(), meter.str(), kwh_text(bill.load_wh), kwh_text(bill.import_wh),
                       kwh_text(bill.export_wh), kwh_text(bill.credited_wh),
                       money_text(bill.amount_micro), std::to_string(bill.estimated_windows)});
        }
    }
    if (!any) return;
    out << "\nBills (positive: owes)\n";
    table.print(out);
}

void print_silent(const ChainState& state, std::ostream& out) {
    for (const auto& [id, meter] : state.meters) {
        if (!meter.is_silent()) continue;
        out << "Note: " << id.str() << " of " << meter.registration.cluster.str()
            << " is silent: no reading in " << meter.missed << " windows in a row.\n";
    }
}

}  // namespace

int run_show_clusters(const ShowClustersOptions& options, std::ostream& out, std::ostream& err) {
    const auto opened = open_ledger(options.source, KeyUse::wanted);
    if (!opened) return report_input_errors(opened.error(), err);
    const auto history = read_history(opened->ledger, opened->genesis, opened->keys());
    if (!history) {
        err << opened->file.string() << ": height " << history.error().height << ": "
            << history.error().explanation << '\n';
        return kExitFault;
    }
    if (options.json) {
        out << to_json(*opened, *history).dump(2) << '\n';
        return kExitOk;
    }
    out << "Ledger of network " << history->state.genesis.parameters.name << " at height "
        << history->state.height << ", tip " << short_hex(history->state.tip) << "\n\n";
    Table table("llrrrrrrrl");
    table.add({"cluster", "committee", "windows", "last", "L kWh", "G kWh", "curtailed kWh",
               "residual kWh", "owed", "lines"});
    for (const auto& [cluster, record] : history->state.clusters)
        table.add(row_of(history->state, cluster, windows_of(*history, cluster)));
    table.print(out);
    print_bills(*history, out);
    print_silent(history->state, out);
    return kExitOk;
}

}  // namespace fairfeed
