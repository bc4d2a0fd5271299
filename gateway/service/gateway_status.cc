#include "gateway/service/gateway_status.h"

#include <algorithm>

#include "core/base/utc_text.h"
#include "core/io/json_texts.h"
#include "core/io/log.h"

namespace fairfeed {
namespace {

Json node_json(const FollowedWord& word) {
    Json refused = Json::object();
    for (const auto& [reason, count] : word.refused)
        refused.set(reason, count);
    Json out = Json::object()
                   .set("connected", word.connected)
                   .set("word", to_string(word.standing))
                   .set("height", word.said ? Json(word.said->height) : Json());
    if (!word.why_not.empty()) out.set("why_not", word.why_not);
    if (!word.difference.empty()) out.set("difference", word.difference);
    return out.set("refused", std::move(refused));
}

Json nodes_json(const FollowerSummary& summary) {
    Json out = Json::object();
    for (const auto& [node, word] : summary.nodes)
        out.set(node.str(), node_json(word));
    return out;
}

Json contradictions_json(const std::vector<Contradiction>& contradictions) {
    Json out = Json::array();
    for (const Contradiction& each : contradictions)
        out.push(Json::object()
                     .set("node", each.node.str())
                     .set("height", each.height)
                     .set("what", each.what));
    return out;
}

Json faults_json(const FollowerSummary& summary) {
    Json newest = Json::array();
    for (const ReplayFault& fault : summary.faults)
        newest.push(Json::object()
                        .set("height", fault.height)
                        .set("reason", fault.reason)
                        .set("explanation", fault.explanation));
    return Json::object().set("count", summary.fault_count).set("newest", std::move(newest));
}

Json invariants_json(const std::vector<InvariantReport>& reports) {
    Json out = Json::array();
    for (const InvariantReport& report : reports)
        out.push(Json::object()
                     .set("name", report.name)
                     .set("applicable", report.applicable)
                     .set("ok", report.ok)
                     .set("explanation", report.explanation));
    return out;
}

Json policy_json(const FollowerSummary& summary) {
    const WatchPolicy policy = summary.policy.value_or(WatchPolicy{});
    return Json::object()
        .set("sequence", summary.policy ? Json(policy.sequence) : Json())
        .set("excess", excess_words(policy.limits))
        .set("most_per_week", policy.most_per_week)
        .set("left_this_week", summary.policy_room);
}

std::size_t connected_in(const FollowerSummary& summary) {
    return static_cast<std::size_t>(
        std::count_if(summary.nodes.begin(), summary.nodes.end(),
                      [](const auto& entry) { return entry.second.connected; }));
}

void add_chain_alarms(const FollowerSummary& summary, std::vector<std::string>& alarms) {
    for (const Contradiction& each : summary.contradictions)
        alarms.push_back(concat("contradiction at height ", each.height, ": ", each.what, ", as ",
                                each.node, " shows"));
    if (summary.halted)
        alarms.emplace_back(
            "halted: no block can follow this ledger; either more nodes lie than the network "
            "tolerates, or a program computes wrongly: a person must look");
    for (const auto& [node, word] : summary.nodes)
        if (word.standing == NodeStanding::differs)
            alarms.push_back(concat("node ", node, " differs: ", word.difference));
    if (summary.fault_count > 0 && !summary.faults.empty())
        alarms.push_back(concat("wrong settlements: ", summary.fault_count,
                                ", the newest in block ", summary.faults.back().height, ": ",
                                summary.faults.back().explanation));
    if (!summary.has_key && summary.behind() == 0)
        alarms.emplace_back(
            "DGMD's key: the officers put another one in force than this gateway has, so nodes "
            "refuse what it signs: give it the new keys (docs/office.md, \"A stolen gateway\")");
    for (const ClusterId& cluster : summary.closed)
        alarms.push_back(concat("cluster ", cluster,
                                " is closed to DGMD: a data key was not granted, or does not open "
                                "its lines"));
    for (const InvariantReport& report : summary.invariants)
        if (report.applicable && !report.ok)
            alarms.push_back(concat("invariant ", report.name, ": ", report.explanation));
}

void add_connection_alarms(const GatewayFacts& facts, const FollowerSummary& summary,
                           std::vector<std::string>& alarms) {
    if (!facts.broker_connected)
        alarms.push_back(concat("the gateway's broker is not connected: ", facts.broker_why_not,
                                "; nodes hear nothing from here: is its Mosquitto running?"));
    if (!summary.nodes.empty() && connected_in(summary) == 0)
        alarms.push_back(concat("no node is connected: ", summary.nodes.begin()->first, ": ",
                                summary.nodes.begin()->second.why_not));
    if (facts.waiting_ms >= kUnansweredMs && !summary.halted)
        alarms.push_back(
            concat("nodes give no blocks: ", summary.behind(), " are claimed, and none came for ",
                   kUnansweredMs / 1000,
                   " s or longer: do the nodes dial the gateway's broker (`gateway` in "
                   "edge-node.yaml)?"));
}

constexpr std::size_t kNamedMeters = 5;

// The old key stays in force until the next one, so no window waits; but whoever gets hold of it
// reads more than a month.
std::string key_alarm(const std::vector<EndingKey>& ending) {
    Window soonest = ending.front().ends;
    std::string names;
    for (std::size_t i = 0; i < ending.size(); ++i) {
        soonest = std::min(soonest, ending[i].ends);
        if (i < kNamedMeters) names += (i == 0 ? "" : ", ") + ending[i].meter.str();
    }
    if (ending.size() > kNamedMeters) names += ", ...";
    return concat("data keys: ", ending.size(), ending.size() == 1 ? " meter has" : " meters have",
                  " no key for the coming period, the first from window ", soonest, ": ", names,
                  "; write their next keys with `gateway draft key_rotation`");
}

Json ending_keys_json(const std::vector<EndingKey>& ending) {
    Json out = Json::array();
    for (const EndingKey& each : ending)
        out.push(Json::object().set("meter", each.meter.str()).set("ends", each.ends));
    return out;
}

std::vector<std::string> alarms_of(const GatewayFacts& facts, const FollowerSummary& summary) {
    std::vector<std::string> alarms = facts.machine;
    if (!facts.database_fault.empty())
        alarms.push_back(concat("the read model stands still: ", facts.database_fault));
    if (!facts.patient) add_connection_alarms(facts, summary, alarms);
    add_chain_alarms(summary, alarms);
    if (!facts.ending_keys.empty()) alarms.push_back(key_alarm(facts.ending_keys));
    return alarms;
}

std::string line_of(const GatewayFacts& facts, const FollowerSummary& summary,
                    const std::vector<std::string>& alarms, Instant now) {
    std::string line;
    if (now.real_ms < facts.starts_ms && summary.height == 0)
        line = concat("the network starts at ", utc_text(facts.starts_ms / 1000), " UTC");
    else
        line = concat("height ", summary.height);
    if (summary.behind() > 0)
        line +=
            concat(", ", summary.behind(), summary.behind() == 1 ? " block" : " blocks", " behind");
    line += concat("; ", connected_in(summary), " of ", summary.nodes.size(), " nodes connected");
    if (alarms.empty()) return line;
    return line + concat("; ", alarms.size(),
                         alarms.size() == 1 ? " alarm: " : " alarms, the first: ", alarms.front());
}

}  // namespace

GatewayStatus status_of(const GatewayFacts& facts, const FollowerSummary& summary, Instant now) {
    GatewayStatus status;
    status.alarms = alarms_of(facts, summary);
    status.line = line_of(facts, summary, status.alarms, now);
    std::vector<std::string> closed;
    for (const ClusterId& cluster : summary.closed)
        closed.push_back(cluster.str());
    const Json model = Json::object()
                           .set("height", facts.read_model ? Json(*facts.read_model) : Json())
                           .set("fault", facts.database_fault);
    status.facts = Json::object()
                       .set("gateway", facts.self.str())
                       .set("running", facts.running)
                       .set("line", status.line)
                       .set("height", summary.height)
                       .set("behind", summary.behind())
                       .set("tip", to_hex(summary.tip.view()))
                       .set("app_hash", to_hex(summary.app_hash.view()))
                       .set("tip_time_ms", summary.tip_time_ms)
                       .set("halted", summary.halted)
                       .set("broker_connected", facts.broker_connected)
                       .set("nodes", nodes_json(summary))
                       .set("contradictions", contradictions_json(summary.contradictions))
                       .set("settlement_faults", faults_json(summary))
                       .set("closed", texts_json(closed))
                       .set("read_model", model)
                       .set("has_dgmds_key", summary.has_key)
                       .set("policy", policy_json(summary))
                       .set("snapshot", to_json(facts.snapshot))
                       .set("notices_waiting", facts.notices_waiting)
                       .set("ending_keys", ending_keys_json(facts.ending_keys))
                       .set("repaired", texts_json(facts.repaired))
                       .set("dropped", facts.dropped)
                       .set("alarms", texts_json(status.alarms))
                       .set("invariants", invariants_json(summary.invariants));
    return status;
}

}  // namespace fairfeed
