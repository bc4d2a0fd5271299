#include "edge-node/service/status_report.h"

#include "edge-node/node/signing_words.h"

namespace fairfeed {
namespace {

Json counts(const std::map<std::string, std::uint64_t>& by_reason) {
    Json out = Json::object();
    for (const auto& [reason, count] : by_reason)
        out.set(reason, count);
    return out;
}

Json storage(const StatusReport& report) {
    Json set_aside = Json::array();
    for (const std::string& what : report.storage.set_aside)
        set_aside.push(what);
    return Json::object()
        .set("scrubbed_blocks", report.storage.scrubbed_blocks)
        .set("scrub_passes", report.storage.scrub_passes)
        .set("blocks_damaged", report.summary.blocks_damaged)
        .set("blocks_mended", report.summary.blocks_mended)
        .set("set_aside", std::move(set_aside));
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
    Json settled = Json::object();
    for (const auto& [cluster, windows] : summary.settled)
        settled.set(cluster.str(), windows);
    Json silent = Json::object();
    for (const auto& [meter, windows] : summary.silent)
        silent.set(meter.str(), windows);
    Json unusable = Json::object();
    for (const auto& [meter, reason] : summary.unusable)
        unusable.set(meter.str(), reason);
    Json over_certified = Json::object();
    for (const auto& [meter, windows] : summary.over_certified)
        over_certified.set(meter.str(), windows);
    Json alarms = Json::array();
    for (const std::string& alarm : summary.alarms)
        alarms.push(alarm);
    Json refused_from = Json::object();
    for (const auto& [peer, reasons] : summary.refused_from)
        refused_from.set(peer.str(), counts(reasons));
    Json accused = Json::object();
    for (const auto& [culprit, count] : summary.accused)
        accused.set(culprit, count);
    Json tampered = Json::object();
    for (const auto& [meter, from] : summary.tampered)
        tampered.set(meter.str(), from);
    Json out = Json::object();
    Json missing = Json::object();
    for (const Outlook::Missing& each : report.view.missing)
        missing.set(each.node.str(), each.why);
    out.set("node", report.node.str());
    out.set("running", report.running);
    out.set("line", report.view.line);
    out.set("height", summary.height);
    out.set("tip", to_hex(summary.tip.view()));
    out.set("app_hash", to_hex(summary.app_hash.view()));
    out.set("deciding", Json::object()
                            .set("height", summary.consensus.height)
                            .set("round", summary.consensus.round));
    out.set("signing", signing(summary));
    out.set("committee_class", to_string(summary.committee_class));
    out.set("broker_connected", report.broker_connected);
    out.set("peers_connected", report.peers_connected);
    out.set("peers", report.peers);
    out.set("missing", std::move(missing));
    out.set("dropped", report.dropped);
    out.set("waiting_transactions", summary.waiting_transactions);
    out.set("windows_settled", std::move(settled));
    out.set("silent", std::move(silent));
    out.set("unusable", std::move(unusable));
    out.set("over_certified", std::move(over_certified));
    out.set("readings", Json::object()
                            .set("accepted", summary.readings_accepted)
                            .set("duplicate", summary.readings_duplicate)
                            .set("rejected", counts(summary.rejected)));
    out.set("refused", counts(summary.refused));
    out.set("refused_from", std::move(refused_from));
    out.set("objections", counts(summary.objections));
    out.set("storage", storage(report));
    out.set("accused", std::move(accused));
    out.set("tampered", std::move(tampered));
    out.set("alarms", std::move(alarms));
    out.set("invariants", invariants(summary.invariants));
    return out;
}

}  // namespace fairfeed
