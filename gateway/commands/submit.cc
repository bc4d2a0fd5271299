#include "gateway/commands/submit.h"

#include <algorithm>

#include "core/io/clock.h"
#include "core/io/file_access.h"
#include "core/io/json.h"
#include "core/io/mqtt_config.h"
#include "core/model/certificate.h"
#include "core/state/registry.h"
#include "core/state/settlement_rules.h"
#include "gateway/commands/office_files.h"
#include "gateway/commands/office_line.h"
#include "gateway/commands/served_notice.h"
#include "gateway/config/gateway_config.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kNotFinal = 1;
constexpr int kWrongInput = 2;

using Words = std::map<NodeId, NodeWord>;

int wrong(const std::string& line, std::ostream& err) {
    err << line << '\n';
    return kWrongInput;
}

int failed(const std::string& line, std::ostream& err) {
    err << line << '\n';
    return kNotFinal;
}

Result<Draft, std::string> merged(const std::vector<std::filesystem::path>& files) {
    auto draft = load_draft(files.front());
    for (std::size_t i = 1; draft && i < files.size(); ++i) {
        const auto copy = load_draft(files[i]);
        if (!copy) return unexpected(copy.error());
        if (const auto done = merge(*draft, *copy); !done)
            return unexpected(files[i].string() + ": " + done.error());
    }
    return draft;
}

// The height that enough nodes name.
std::optional<Height> final_height(const Words& words, std::size_t enough) {
    std::map<Height, std::size_t> votes;
    for (const auto& [node, word] : words)
        if (word.height && ++votes[*word.height] >= enough) return *word.height;
    return std::nullopt;
}

std::string said_by(const NodeWord& word) {
    if (word.height) return "has it in block " + std::to_string(*word.height);
    if (word.has_taken) return "took it; it waits for a block";
    if (!word.connected) return "not reached: " + word.why_not;
    return "was told, and does not say that it took it";
}

Json to_json(const Draft& draft, const Words& words, std::optional<Height> height) {
    Json nodes = Json::object();
    for (const auto& [node, word] : words) {
        nodes.set(node.str(), Json::object()
                                  .set("connected", word.connected)
                                  .set("taken", word.has_taken)
                                  .set("height", word.height ? Json(*word.height) : Json())
                                  .set("says", said_by(word)));
    }
    return Json::object()
        .set("id", to_hex(draft.notice.id.view()))
        .set("kind", to_string(draft.notice.kind))
        .set("sequence", registry_sequence(draft.notice.content))
        .set("height", height ? Json(*height) : Json())
        .set("nodes", std::move(nodes));
}

void print_page(const Words& words, std::optional<Height> height, std::ostream& out) {
    for (const auto& [node, word] : words)
        out << "  " << node.str() << ' ' << said_by(word) << '\n';
    if (height) {
        out << "In block " << *height << ", by the word of more nodes than may lie.\n";
        return;
    }
    out << "Not in a block yet. It may still come; if no node took it, another notice may have its "
           "number, or it has expired or breaks a rule: nodes count refusals in `refused` of their "
           "status. Submitting again is harmless.\n";
}

int leave_with_service(const GatewayConfig& config, const Draft& draft, const Transaction& notice,
                       const SubmitOptions& options, std::ostream& out, std::ostream& err) {
    const auto height = submit_to_service(config, draft.network, notice, options.wait_s * 1000);
    if (!height) {
        err << height.error() << '\n';
        return kNotFinal;
    }
    if (options.json)
        out << to_json(draft, {}, *height).dump(2) << '\n';
    else if (*height)
        out << "In block " << **height << " of the gateway's own ledger.\n";
    else
        out << "The gateway's service has it, and brings it to the nodes until it expires. It is "
               "in "
               "no block yet: `gateway status` says how many wait.\n";
    return *height ? kDone : kNotFinal;
}

}  // namespace

int run_submit(const SubmitOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_gateway_config(options.config);
    if (!config) {
        for (const std::string& line : config.error())
            err << line << '\n';
        return kWrongInput;
    }
    const auto genesis = load_genesis_file(config->genesis);
    if (!genesis) return wrong(genesis.error(), err);
    const auto draft = merged(options.drafts);
    if (!draft) return wrong(draft.error(), err);
    if (draft->network != genesis->network) {
        return wrong(options.drafts.front().string() + ": a draft of another network", err);
    }
    const auto notice = notice_to_submit(*draft);
    if (!notice) return wrong(options.drafts.front().string() + ": " + notice.error(), err);
    if (config->nodes.empty()) return wrong(options.config.string() + ": names no nodes", err);
    const GridClock grid(genesis->content.parameters);
    if (grid.end_real_ms(notice->valid_until) <= Clock().now().real_ms) {
        return wrong(options.drafts.front().string() + ": expired when window " +
                         std::to_string(notice->valid_until) + " ended: draft it anew",
                     err);
    }
    if (options.check) {
        if (options.json) {
            out << to_json(*draft, {}, std::nullopt).dump(2) << '\n';
        } else {
            out << "Ready for " << config->nodes.size() << " nodes.\n";
        }
        return kDone;
    }
    if (auto foreign = foreign_root_fault(config->ledger.parent_path(), "gateway submit ..."))
        return wrong(*foreign, err);
    const std::string id = to_hex(notice->id.view());
    const auto noted =
        note_at_console(*config, genesis->network, {.what = "draft.submit", .subject = id});
    if (!noted) return failed(noted.error(), err);
    if (is_served(*config)) return leave_with_service(*config, *draft, *notice, options, out, err);
    // Of so many nodes that say it, one is honest.
    const std::size_t enough = tolerated_faults(config->nodes.size()) + 1;
    OfficeLine line(*config, *genesis, *notice);
    const Words words = line.wait(enough, options.wait_s * 1000);
    const auto height = final_height(words, enough);
    if (height) {
        const auto at = note_at_console(*config, genesis->network,
                                        {.what = "notice.final", .subject = id, .height = height});
        if (!at) return failed(at.error(), err);
    }
    if (options.json) {
        out << to_json(*draft, words, height).dump(2) << '\n';
    } else {
        print_page(words, height, out);
    }
    return height ? kDone : kNotFinal;
}

}  // namespace fairfeed
