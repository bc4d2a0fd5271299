#include <ostream>

#include "core/io/json.h"
#include "core/ledger/replay.h"
#include "core/wire/evidence_codec.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/show.h"

namespace fairfeed {
namespace {

std::string clusters_of(const ChainState& state, const NodeId& node) {
    std::string text;
    for (const auto& [id, cluster] : state.clusters) {
        if (cluster.committee.members.front() != node) continue;
        text += (text.empty() ? "" : " ") + id.str();
    }
    return text.empty() ? "-" : text;
}

std::string offences_text(const NodeRecord& node) {
    std::string text;
    for (const auto& [offence, record] : node.offences) {
        text += (text.empty() ? "" : ", ") + std::to_string(record.count) + " " +
                std::string(to_string(offence));
    }
    return text.empty() ? "-" : text;
}

Json to_json(const ChainState& state, const NodeId& id, const NodeRecord& node) {
    Json offences = Json::object();
    for (const auto& [offence, record] : node.offences) {
        offences.set(
            to_string(offence),
            Json::object().set("count", record.count).set("last", to_hex(record.last.view())));
    }
    Json parent_of = Json::array();
    for (const auto& [name, cluster] : state.clusters) {
        if (cluster.committee.members.front() == id) parent_of.push(name.str());
    }
    return Json::object()
        .set("node", id.str())
        .set("parent_of", std::move(parent_of))
        .set("reissued", node.reissued)
        .set("taken_over", node.taken_over)
        .set("offences", std::move(offences));
}

}  // namespace

int run_show_nodes(const ShowNodesOptions& options, std::ostream& out, std::ostream& err) {
    const auto opened = open_ledger(options.source, KeyUse::none);
    if (!opened) return report_input_errors(opened.error(), err);
    const auto state =
        replay(opened->ledger, opened->genesis, {.trust_signatures = true, .keep_before = false},
               [](const ReplayStep&) { return Result<void, ReplayFault>(); });
    if (!state) {
        err << opened->file.string() << ": height " << state.error().height << ": "
            << state.error().explanation << '\n';
        return kExitFault;
    }
    Table table("llrrl");
    table.add({"node", "parent of", "reissued", "taken over", "evidence against it"});
    Json nodes = Json::array();
    for (const auto& [id, node] : state->nodes) {
        nodes.push(to_json(*state, id, node));
        table.add({id.str(), clusters_of(*state, id), std::to_string(node.reissued),
                   std::to_string(node.taken_over), offences_text(node)});
    }
    if (!options.json) {
        table.print(out);
        return kExitOk;
    }
    out << Json::object()
               .set("network", to_hex(opened->genesis.network.view()))
               .set("height", state->height)
               .set("nodes", std::move(nodes))
               .dump(2)
        << '\n';
    return kExitOk;
}

}  // namespace fairfeed
