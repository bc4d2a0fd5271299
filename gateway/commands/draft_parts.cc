#include "gateway/commands/draft_parts.h"

#include <algorithm>

#include "core/crypto/key_file.h"
#include "core/io/clock.h"
#include "core/io/file.h"
#include "core/io/json_texts.h"
#include "core/io/zone_file.h"
#include "core/state/registry.h"
#include "core/wire/transaction_codec.h"
#include "gateway/commands/office_files.h"
#include "gateway/desk/chain_view.h"
#include "gateway/desk/desk_json.h"
#include "gateway/office/notice_words.h"

namespace fairfeed {
namespace {

// The key that is named, or DGMD's own in force; else the first one, whose fault drafter_of tells.
Result<SigningKey, std::string> drafting_key(const DraftOptions& options,
                                             const GatewayConfig& config, const ChainState& state) {
    if (options.drafter) return load_signing_key(*options.drafter);
    const auto keys = load_signing_keys(config);
    if (!keys) return unexpected(keys.error());
    return key_in_force(state, *keys);
}

// Who approved all of them, and how many more are needed.
std::size_t missing_in(const DraftBatch& batch) {
    const std::size_t given = approvals_of(batch).size();
    const std::size_t needed = office_of(batch).threshold;
    return needed > given ? needed - given : 0;
}

bool is_withdrawn(const DraftBatch& batch) {
    return std::any_of(batch.begin(), batch.end(),
                       [](const Draft& each) { return each.withdrawn; });
}

std::vector<Transaction> notices_of(const DraftBatch& batch) {
    std::vector<Transaction> notices;
    for (const Draft& draft : batch)
        notices.push_back(draft.notice);
    return notices;
}

Json notice_json(const Draft& draft) {
    return Json::object()
        .set("id", to_hex(draft.notice.id.view()))
        .set("kind", to_string(draft.notice.kind))
        .set("sequence", registry_sequence(draft.notice.content));
}

// "00046-replace-5f3a01c2.drafts"; of one notice as draft_file_name.
std::string file_name(const DraftOptions& options, const DraftBatch& batch) {
    std::string name = draft_file_name(batch.front());
    if (batch.size() == 1) return name;
    const std::string kind(to_string(batch.front().notice.kind));
    name.replace(name.find(kind), kind.size(), options.kind);
    return name + "s";
}

}  // namespace

int wrong_input(const std::vector<std::string>& lines, std::ostream& err) {
    for (const std::string& line : lines)
        err << line << '\n';
    return draft_exit::kWrongInput;
}

Result<DraftingDesk, std::vector<std::string>> open_drafting_desk(const DraftOptions& options) {
    using Lines = std::vector<std::string>;
    auto config = load_gateway_config(options.config);
    if (!config) return unexpected(config.error());
    auto genesis = load_genesis_file(config->genesis);
    if (!genesis) return unexpected(Lines{genesis.error()});
    auto state = load_chain_state(*genesis, config->ledger);
    if (!state) return unexpected(Lines{state.error()});
    auto key = drafting_key(options, *config, *state);
    if (!key) return unexpected(Lines{key.error()});
    auto drafter = drafter_of(*state, key->public_key());
    if (!drafter) return unexpected(Lines{drafter.error()});
    auto zone = load_time_zone(state->genesis.parameters.time_zone);
    if (!zone) return unexpected(Lines{"the network's zone: " + zone.error()});
    const std::int64_t now_ms = Clock().now().real_ms;
    const Window running = state->grid().window_at(now_ms).value_or(0);
    auto signer = std::make_shared<SigningKey>(std::move(*key));
    return DraftingDesk{
        std::move(*config),
        std::move(*genesis),
        {std::move(*state), std::move(*zone), std::move(*drafter), std::move(signer)},
        now_ms,
        running};
}

DraftBatch drafts_of(const DraftingDesk& desk, const DraftOptions& options,
                     const std::vector<TransactionContent>& contents) {
    DraftBatch batch;
    for (const TransactionContent& content : contents)
        batch.push_back(
            draft_of(content, desk.ground, options.valid_days.value_or(kDraftDays), desk.now_ms));
    return batch;
}

int report(const DraftFailure& failure, std::ostream& err) {
    err << failure.line << '\n';
    return failure.status;
}

Result<std::filesystem::path, DraftFailure> free_place(const DraftOptions& options,
                                                       const DraftBatch& batch,
                                                       const DraftingDesk& desk) {
    std::filesystem::path file =
        options.out.value_or(desk.config.drafts / file_name(options, batch));
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
        return unexpected(
            DraftFailure{draft_exit::kWrongInput,
                         file.string() + ": is there already; name another file with --out"});
    }
    if (!options.out) {
        if (const auto made = make_directories(desk.config.drafts); !made)
            return unexpected(DraftFailure{draft_exit::kMachineFailed, made.error().message});
    }
    return file;
}

Result<void, std::string> note_drafts(const DraftingDesk& desk, const DraftBatch& batch,
                                      const std::filesystem::path& file) {
    for (const Draft& draft : batch) {
        auto noted =
            note_at_console(desk.config, draft.network,
                            {.what = "draft.create",
                             .subject = to_hex(draft.notice.id.view()),
                             .note = std::string(to_string(draft.notice.kind)) + " by " +
                                     draft.notice.signer.str() + ": " + file.filename().string()});
        if (!noted) return noted;
    }
    return {};
}

std::vector<std::string> approvals_of(const DraftBatch& batch) {
    std::vector<std::string> names;
    for (const Witness& approval : batch.front().notice.endorsements) {
        const bool is_of_all = std::all_of(batch.begin(), batch.end(), [&](const Draft& draft) {
            const auto& given = draft.notice.endorsements;
            return std::any_of(given.begin(), given.end(),
                               [&](const Witness& each) { return each.node == approval.node; });
        });
        if (is_of_all) names.push_back(approval.node.str());
    }
    return names;
}

std::string names_or_nobody(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "nobody yet" : text;
}

std::string standing_of(const DraftBatch& batch) {
    if (is_withdrawn(batch)) return "withdrawn";
    const std::size_t missing = missing_in(batch);
    return missing == 0 ? "ready" : "needs " + std::to_string(missing) + " more";
}

Json to_json(const DraftBatch& batch, const std::filesystem::path& file,
             const NetworkParameters* parameters) {
    if (batch.size() == 1) return draft_json(batch.front(), parameters).set("file", file.string());
    Json notices = Json::array();
    for (const Draft& draft : batch)
        notices.push(notice_json(draft));
    Json json = Json::object().set("notices", std::move(notices));
    json.set("valid_until", batch.front().notice.valid_until)
        .set("drafted_by", batch.front().notice.signer.str())
        .set("approved_by", texts_json(approvals_of(batch)))
        .set("threshold", office_of(batch).threshold)
        .set("missing", missing_in(batch))
        .set("withdrawn", is_withdrawn(batch));
    if (parameters != nullptr)
        json.set("words", texts_json(in_plain_words(notices_of(batch), *parameters)));
    return json.set("file", file.string());
}

void print_words(const DraftBatch& batch, const NetworkParameters& parameters, std::ostream& out) {
    for (const std::string& sentence : in_plain_words(notices_of(batch), parameters))
        out << "  " << sentence << '\n';
    for (const Draft& draft : batch)
        out << "  Id " << to_hex(draft.notice.id.view()) << '\n';
}

void print_drafted(const DraftingDesk& desk, const DraftBatch& batch,
                   const std::filesystem::path& file, std::ostream& out) {
    const NetworkParameters& parameters = desk.ground.state.genesis.parameters;
    out << "Drafted by " << desk.ground.drafter.str() << " for network '" << parameters.name
        << "':\n";
    print_words(batch, parameters, out);
    out << promise_of(office_of(batch)) << ". Give each of them this file and genesis.cbor:\n  "
        << file.string() << "\n  gateway sign DRAFT --genesis genesis.cbor --key officer.key\n";
}

}  // namespace fairfeed
