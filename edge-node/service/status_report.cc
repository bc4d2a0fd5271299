#include "edge-node/service/status_report.h"

#include "core/io/json_texts.h"
#include "edge-node/node/signing_words.h"

namespace fairfeed {
namespace {

const std::string& name_of(const std::string& name) {
    return name;
}

template <class Id>
std::string name_of(const Id& id) {
    return id.str();
}

// One member for each entry.
template <class Key, class Value>
Json members(const std::map<Key, Value>& entries) {
    Json out = Json::object();
    for (const auto& [key, value] : entries)
        out.set(name_of(key), value);
    return out;
}

Json storage(const StatusReport& report) {
    return Json::object()
        .set("scrubbed_blocks", report.storage.scrubbed_blocks)
        .set("scrub_passes", report.storage.scrub_passes)
        .set("blocks_damaged", report.summary.blocks_damaged)
        .set("blocks_mended", report.summary.blocks_mended)
        .set("set_aside", texts_json(report.storage.set_aside))
        .set("snapshot", to_json(report.storage.snapshot));
}

Json invariants(const std::vector<InvariantReport>& reports) {
    Json out = Json::array();
    for (const InvariantReport& report : reports) {
        out.push(Json::object()
                     .set("name", report.name)
                     .set("applicable", report.applicable)
                     .set("ok", report.ok)
                     .set("checked_by", report.checked_by)
                     .set("explanation", report.explanation));
    }
    return out;
}

Json signing(const NodeSummary& summary) {
    Json out = Json::object();
    out.set("state", signing_state(summary.consensus, summary.starting));
    const auto& silence = summary.consensus.silence;
    if (silence && silence->until) out.set("until", *silence->until);
    const auto& halt = summary.consensus.halt;
    if (!halt || halt->reason != consensus::HaltReason::diverged) return out;
    return out.set("diverged", Json::object()
                                   .set("height", halt->height)
                                   .set("ours", to_hex(halt->ours.view()))
                                   .set("theirs", to_hex(halt->theirs.view())));
}

Json missing(const std::vector<Outlook::Missing>& nodes) {
    Json out = Json::object();
    for (const Outlook::Missing& each : nodes)
        out.set(each.node.str(), each.why);
    return out;
}

Json refused_from(const NodeSummary& summary) {
    Json out = Json::object();
    for (const auto& [peer, reasons] : summary.refused_from)
        out.set(peer.str(), members(reasons));
    return out;
}

Json office(const Office& office) {
    std::vector<std::string> officers;
    for (const Signatory& officer : office.officers)
        officers.push_back(officer.name.str());
    return Json::object()
        .set("promise", promise_of(office))
        .set("threshold", office.threshold)
        .set("officers", texts_json(officers))
        .set("laboratory_only", is_decided_alone(office));
}

void add_agreement(Json& out, const NodeSummary& summary) {
    out.set("height", summary.height);
    out.set("tip", to_hex(summary.tip.view()));
    out.set("app_hash", to_hex(summary.app_hash.view()));
    out.set("deciding", Json::object()
                            .set("height", summary.consensus.height)
                            .set("round", summary.consensus.round));
    out.set("signing", signing(summary));
    out.set("committee_class", to_string(summary.committee_class));
}

void add_connections(Json& out, const StatusReport& report) {
    out.set("broker_connected", report.broker_connected);
    out.set("peers_connected", report.peers_connected);
    out.set("peers", report.peers);
    if (report.gateway_connected) out.set("gateway_connected", *report.gateway_connected);
    out.set("missing", missing(report.view.missing));
    out.set("dropped", report.dropped);
}

void add_windows(Json& out, const NodeSummary& summary) {
    out.set("waiting_transactions", summary.waiting_transactions);
    out.set("windows_settled", members(summary.settled));
    out.set("estimated", members(summary.settlements.estimated));
    out.set("trued_up", members(summary.settlements.trued_up));
    out.set("silent", members(summary.silent));
    out.set("unusable", members(summary.unusable));
    out.set("over_certified", members(summary.over_certified));
}

void add_refusals(Json& out, const NodeSummary& summary) {
    out.set("readings", Json::object()
                            .set("accepted", summary.readings_accepted)
                            .set("duplicate", summary.readings_duplicate)
                            .set("rejected", members(summary.rejected)));
    out.set("refused", members(summary.refused));
    out.set("refused_from", refused_from(summary));
    out.set("objections", members(summary.objections));
}

}  // namespace

Json waiting_json(const NodeId& node, const std::string& alarm) {
    return Json::object()
        .set("node", node.str())
        .set("running", true)
        .set("line", alarm)
        .set("signing", Json::object().set("state", "waiting"))
        .set("alarms", Json::array().push(alarm));
}

Json to_json(const StatusReport& report) {
    const NodeSummary& summary = report.summary;
    Json out = Json::object();
    out.set("node", report.node.str());
    out.set("running", report.running);
    out.set("line", report.view.line);
    add_agreement(out, summary);
    add_connections(out, report);
    add_windows(out, summary);
    add_refusals(out, summary);
    out.set("storage", storage(report));
    out.set("accused", members(summary.accused));
    out.set("tampered", members(summary.tampered));
    out.set("deauthorised", members(summary.deauthorised));
    out.set("office", office(summary.office));
    out.set("alarms", texts_json(summary.alarms));
    out.set("invariants", invariants(summary.invariants));
    return out;
}

}  // namespace fairfeed
