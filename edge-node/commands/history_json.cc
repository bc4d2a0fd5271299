#include "edge-node/commands/history_json.h"

#include <algorithm>

#include "core/contract/billing.h"
#include "edge-node/commands/factor_text.h"
#include "edge-node/commands/quarter_replay.h"
#include "edge-node/commands/rule_replay.h"

namespace fairfeed {
namespace {

std::int64_t entries_with(const SettledWindow& window, EntryStatus status) {
    return std::count_if(window.entries.begin(), window.entries.end(),
                         [status](const SettlementEntry& entry) { return entry.status == status; });
}

Json flags_json(std::uint32_t flags) {
    Json names = Json::array();
    if ((flags & kLineOverCapacity) != 0) names.push("over_capacity");
    if ((flags & kLineRegisterReset) != 0) names.push("register_reset");
    if ((flags & kLineLateReset) != 0) names.push("late_register_reset");
    if ((flags & kLineUnregistered) != 0) names.push("unregistered_generation");
    if ((flags & kLineClaimCut) != 0) names.push("claim_cut");
    if ((flags & kLineOddYield) != 0) names.push("odd_yield");
    return names;
}

Json shares_json(const SettledWindow& window) {
    if (!window.lines) return Json();
    Json shares = Json::array();
    for (const SettlementLine& line : *window.lines)
        shares.push(Json::object()
                        .set("meter", line.meter.str())
                        .set("capacity_w", line.capacity_w)
                        .set("mes_w", line.mes_w)
                        .set("quarters_w", whole_numbers_json(shares_by_quarter_w(
                                               line.mes_w, line.capacity_w, window.factors)))
                        .set("in_force_from", window.in_force_from_s)
                        .set("flags", flags_json(line.flags)));
    return shares;
}

Json quarters_json(const SettledWindow& window) {
    if (!window.observed) return Json();
    Json quarters = Json::array();
    for (std::size_t j = 0; j < window.generation_wh.size(); ++j) {
        QuarterEnergy sum;
        for (const ObservedMeter& meter : *window.observed) {
            sum.load_wh += meter.quarters[j].load_wh;
            sum.available_wh += meter.quarters[j].available_wh;
        }
        quarters.push(Json::object()
                          .set("load_wh", sum.load_wh)
                          .set("available_wh", sum.available_wh)
                          .set("generation_wh", window.generation_wh[j]));
    }
    return quarters;
}

Json late_json(const SettledWindow& window) {
    Json late = Json::array();
    for (const ListedReading& listed : window.late)
        late.push(Json::object()
                      .set("meter", listed.meter.str())
                      .set("window", listed.window)
                      .set("reading", to_hex(listed.reading.view())));
    return late;
}

Json adjusted_json(const SettledWindow& window) {
    const AdjustmentTotals& adjusted = window.totals.adjusted;
    Json lines;
    if (window.lines) {
        lines = Json::array();
        for (const SettlementLine& line : *window.lines) {
            const Adjustment& of_line = line.adjusted;
            if (of_line == Adjustment{}) continue;
            lines.push(Json::object()
                           .set("meter", line.meter.str())
                           .set("import_wh", of_line.import_wh)
                           .set("export_wh", of_line.export_wh)
                           .set("generation_wh", of_line.generation_wh)
                           .set("credited_wh", of_line.credited_wh)
                           .set("amount_micro",
                                of_line.import_amount_micro - of_line.export_amount_micro));
        }
    }
    return Json::object()
        .set("import_wh", adjusted.import_wh)
        .set("export_wh", adjusted.export_wh)
        .set("generation_wh", adjusted.generation_wh)
        .set("credited_wh", adjusted.credited_wh)
        .set("grid_amount_micro", adjusted.grid_amount_micro)
        .set("meters", std::move(lines));
}

Json bills_json(const std::map<MeterId, MeterBill>& bills) {
    Json out = Json::array();
    for (const auto& [meter, bill] : bills)
        out.push(Json::object()
                     .set("meter", meter.str())
                     .set("import_wh", bill.import_wh)
                     .set("export_wh", bill.export_wh)
                     .set("credited_wh", bill.credited_wh)
                     .set("amount_micro", bill.amount_micro)
                     .set("load_wh", bill.load_wh)
                     .set("available_wh", bill.available_wh)
                     .set("generation_wh", bill.generation_wh)
                     .set("estimated_windows", bill.estimated_windows)
                     .set("adjusted_micro", bill.adjusted_micro));
    return out;
}

Json outcome_json(const RuleOutcome& outcome) {
    return Json::object()
        .set("rule", to_string(outcome.rule))
        .set("surplus_wh", outcome.surplus_wh)
        .set("left_wh", outcome.left_wh)
        .set("curtailed_in_surplus_wh", outcome.curtailed_in_surplus_wh)
        .set("curtailed_without_surplus_wh", outcome.curtailed_without_surplus_wh);
}

// What happened, by the quarter hour.
Json by_quarter_json(const ChainState& state, const std::vector<SettledWindow>& windows) {
    const auto outcome = count_quarters(state.genesis.parameters.rule, windows);
    return outcome ? outcome_json(*outcome) : Json();
}

Json rules_json(const ChainState& state, const std::vector<SettledWindow>& windows) {
    const auto outcomes = replay_rules(state.genesis.parameters, windows);
    if (!outcomes) return Json();
    Json rules = Json::array();
    for (const RuleOutcome& outcome : *outcomes)
        rules.push(outcome_json(outcome));
    return rules;
}

Json account_json(std::string_view account, std::int64_t amount_micro) {
    return Json::object().set("account", account).set("amount_micro", amount_micro);
}

}  // namespace

Json window_json(const NetworkParameters& parameters, const SettledWindow& window) {
    const SettlementTotals& totals = window.totals;
    return Json::object()
        .set("window", window.window)
        .set("height", window.height)
        .set("settlement", to_hex(window.id.view()))
        .set("version", window.version)
        .set("rule", to_string(window.rule))
        .set("basis", to_string(window.basis))
        .set("resolution", to_string(parameters.resolution))
        .set("shares_for", share_is_for(parameters, window.window))
        .set("factors_ppm", whole_numbers_json(window.factors))
        .set("bound_ppm", whole_numbers_json(window.bound))
        .set("endorsements", window.endorsements)
        .set("readings", entries_with(window, EntryStatus::reading))
        .set("missing", entries_with(window, EntryStatus::missing))
        .set("conflicts", entries_with(window, EntryStatus::conflict))
        .set("load_wh", totals.load_wh)
        .set("available_wh", totals.available_wh)
        .set("generation_wh", totals.generation_wh)
        .set("import_wh", totals.import_wh)
        .set("export_wh", totals.export_wh)
        .set("credited_wh", totals.credited_wh)
        .set("d_wh", totals.d_wh)
        .set("surplus", totals.d_wh > 0)
        .set("df_ppm", totals.df_ppm)
        .set("psa_ppm", totals.psa_ppm)
        .set("mes_w", totals.mes_w)
        .set("residual_surplus_wh", totals.residual_surplus_wh)
        .set("conventional_wh", totals.conventional_wh)
        .set("curtailed_wh", totals.available_wh - totals.generation_wh)
        .set("grid_amount_micro", totals.grid_amount_micro)
        .set("late", late_json(window))
        .set("adjusted", adjusted_json(window))
        .set("quarters", quarters_json(window))
        .set("shares", shares_json(window));
}

std::optional<std::map<MeterId, MeterBill>> bills_of(const std::vector<SettledWindow>& windows) {
    std::map<MeterId, MeterBill> bills;
    for (const SettledWindow& window : windows) {
        if (!window.lines) return std::nullopt;
        for (const SettlementLine& line : *window.lines) {
            MeterBill& bill = bills[line.meter];
            const Adjustment& more = line.adjusted;
            bill.load_wh += line.load_wh + more.import_wh + more.generation_wh - more.export_wh;
            bill.import_wh += line.import_wh + more.import_wh;
            bill.export_wh += line.export_wh + more.export_wh;
            bill.credited_wh += line.credited_wh + more.credited_wh;
            bill.generation_wh += line.generation_wh + more.generation_wh;
            bill.available_wh += line.available_wh + more.generation_wh;
            bill.adjusted_micro += more.import_amount_micro - more.export_amount_micro;
            bill.amount_micro += line.import_amount_micro - line.export_amount_micro +
                                 more.import_amount_micro - more.export_amount_micro;
            bill.estimated_windows += line.estimated ? 1 : 0;
        }
    }
    return bills;
}

std::int64_t grid_amount_micro(const std::vector<SettledWindow>& windows) {
    std::int64_t sum = 0;
    for (const SettledWindow& window : windows)
        sum += window.totals.grid_amount_micro + window.totals.adjusted.grid_amount_micro;
    return sum;
}

Json cluster_json(const ChainState& state, const ClusterId& cluster,
                  const std::vector<SettledWindow>& windows) {
    Json settled = Json::array();
    for (const SettledWindow& window : windows)
        settled.push(window_json(state.genesis.parameters, window));
    Json committee = Json::array();
    const ClusterRecord* record = state.cluster(cluster);
    CHECK(record != nullptr);
    for (const NodeId& member : record->committee.members)
        committee.push(member.str());
    Json silent = Json::array();
    for (const MeterId& meter : record->meters)
        if (state.meters.at(meter).is_silent()) silent.push(meter.str());
    Json accounts;
    const auto bills = bills_of(windows);
    if (bills) {
        accounts = Json::array();
        for (const auto& [meter, bill] : *bills)
            accounts.push(account_json(meter.str(), bill.amount_micro));
        accounts.push(account_json(kGridAccount, grid_amount_micro(windows)));
    }
    return Json::object()
        .set("id", cluster.str())
        .set("committee", std::move(committee))
        .set("committee_class", to_string(committee_class(record->committee.members.size())))
        .set("silent", std::move(silent))
        .set("windows", std::move(settled))
        .set("rules", rules_json(state, windows))
        .set("by_quarter", by_quarter_json(state, windows))
        .set("bills", bills ? bills_json(*bills) : Json())
        .set("accounts", std::move(accounts));
}

}  // namespace fairfeed
