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

Result<DraftBatch, std::string> merged(const std::vector<std::filesystem::path>& files) {
    auto batch = load_batch(files.front());
    for (std::size_t i = 1; batch && i < files.size(); ++i) {
        const auto copy = load_batch(files[i]);
        if (!copy) return unexpected(copy.error());
        if (const auto done = merge(*batch, *copy); !done)
            return unexpected(files[i].string() + ": " + done.error());
    }
    return batch;
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

std::string page_of(const Words& words, std::optional<Height> height) {
    std::string page;
    for (const auto& [node, word] : words)
        page += "  " + node.str() + ' ' + said_by(word) + '\n';
    if (height)
        return page + "In block " + std::to_string(*height) +
               ", by the word of more nodes than may lie.\n";
    return page +
           "Not in a block yet. It may still come; if no node took it, another notice may have its "
           "number, or it has expired or breaks a rule: nodes count refusals in `refused` of their "
           "status. Submitting again is harmless.\n";
}

// What became of one notice.
struct Outcome {
    Json json;
    std::string page;
    bool is_final = false;
};

struct Submission {
    const GatewayConfig& config;
    const LoadedGenesis& genesis;
    const SubmitOptions& options;
};

Result<Outcome, std::string> leave_with_service(const Submission& submission, const Draft& draft,
                                                const Transaction& notice, std::int64_t wait_ms) {
    const auto height = submit_to_service(submission.config, draft.network, notice, wait_ms);
    if (!height) return unexpected(height.error());
    const std::string page =
        *height
            ? "In block " + std::to_string(**height) + " of the gateway's own ledger.\n"
            : "The gateway's service has it, and brings it to the nodes until it expires. It is "
              "in no block yet: `gateway status` says how many wait.\n";
    return Outcome{to_json(draft, {}, *height), page, height->has_value()};
}

Result<Outcome, std::string> give_to_nodes(const Submission& submission, const Draft& draft,
                                           const Transaction& notice) {
    const auto& [config, genesis, options] = submission;
    // Of so many nodes that say it, one is honest.
    const std::size_t enough = tolerated_faults(config.nodes.size()) + 1;
    OfficeLine line(config, genesis, notice);
    const Words words = line.wait(enough, options.wait_s * 1000);
    const auto height = final_height(words, enough);
    if (height) {
        auto at = note_at_console(
            config, genesis.network,
            {.what = "notice.final", .subject = to_hex(notice.id.view()), .height = height});
        if (!at) return unexpected(at.error());
    }
    return Outcome{to_json(draft, words, height), page_of(words, height), height.has_value()};
}

// One after the other, because each notice needs the one before. The service gets all of them, and
// is waited for with the last one alone.
Result<std::vector<Outcome>, std::string> submit_all(const Submission& submission,
                                                     const DraftBatch& batch,
                                                     const std::vector<Transaction>& notices) {
    const auto& [config, genesis, options] = submission;
    const bool with_service = is_served(config);
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < notices.size(); ++i) {
        auto noted =
            note_at_console(config, genesis.network,
                            {.what = "draft.submit", .subject = to_hex(notices[i].id.view())});
        if (!noted) return unexpected(noted.error());
        const bool is_last = i + 1 == notices.size();
        auto outcome = with_service ? leave_with_service(submission, batch[i], notices[i],
                                                         is_last ? options.wait_s * 1000 : 0)
                                    : give_to_nodes(submission, batch[i], notices[i]);
        if (!outcome) return unexpected(outcome.error());
        outcomes.push_back(std::move(*outcome));
        if (!with_service && !outcomes.back().is_final) break;
    }
    return outcomes;
}

void print_outcomes(const std::vector<Outcome>& outcomes, const DraftBatch& batch, bool is_json,
                    std::ostream& out) {
    Json all = Json::array();
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (batch.size() > 1 && !is_json)
            out << "Notice " << registry_sequence(batch[i].notice.content) << ", "
                << to_string(batch[i].notice.kind) << ":\n";
        if (!is_json) out << outcomes[i].page;
        all.push(outcomes[i].json);
    }
    if (!is_json) return;
    out << (batch.size() == 1 ? outcomes.front().json
                              : Json::object().set("notices", std::move(all)))
               .dump(2)
        << '\n';
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
    const auto batch = merged(options.drafts);
    if (!batch) return wrong(batch.error(), err);
    const std::string file = options.drafts.front().string();
    if (batch->front().network != genesis->network)
        return wrong(file + ": a draft of another network", err);
    const auto notices = notices_to_submit(*batch);
    if (!notices) return wrong(file + ": " + notices.error(), err);
    if (config->nodes.empty()) return wrong(options.config.string() + ": names no nodes", err);
    const GridClock grid(genesis->content.parameters);
    const Window valid_until = notices->front().valid_until;
    if (grid.end_real_ms(valid_until) <= Clock().now().real_ms) {
        return wrong(
            file + ": expired when window " + std::to_string(valid_until) + " ended: draft it anew",
            err);
    }
    if (options.check) {
        if (options.json) {
            std::vector<Outcome> ready;
            for (const Draft& draft : *batch)
                ready.push_back({to_json(draft, {}, std::nullopt), "", false});
            print_outcomes(ready, *batch, true, out);
        } else {
            out << "Ready for " << config->nodes.size() << " nodes.\n";
        }
        return kDone;
    }
    if (auto foreign = foreign_root_fault(config->ledger.parent_path(), "gateway submit ..."))
        return wrong(*foreign, err);
    const auto outcomes = submit_all({*config, *genesis, options}, *batch, *notices);
    if (!outcomes) return failed(outcomes.error(), err);
    print_outcomes(*outcomes, *batch, options.json, out);
    return outcomes->back().is_final ? kDone : kNotFinal;
}

}  // namespace fairfeed
