#include "gateway/commands/draft.h"

#include <algorithm>
#include <iomanip>

#include "core/crypto/key_file.h"
#include "core/io/clock.h"
#include "core/io/file.h"
#include "core/io/zone_file.h"
#include "core/state/registry.h"
#include "gateway/commands/office_files.h"
#include "gateway/config/gateway_config.h"
#include "gateway/desk/chain_view.h"
#include "gateway/desk/desk_json.h"
#include "gateway/desk/drafting.h"
#include "gateway/office/notice_fields.h"
#include "gateway/office/notice_words.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kMachineFailed = 1;
constexpr int kWrongInput = 2;

int wrong(const std::vector<std::string>& lines, std::ostream& err) {
    for (const std::string& line : lines)
        err << line << '\n';
    return kWrongInput;
}

std::vector<std::string> approvals_of(const Draft& draft) {
    std::vector<std::string> names;
    for (const Witness& approval : draft.notice.endorsements)
        names.push_back(approval.node.str());
    return names;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ", ") + part;
    return text.empty() ? "nobody yet" : text;
}

// "withdrawn", "ready", "needs 1 more".
std::string standing_of(const Draft& draft) {
    if (draft.withdrawn) return "withdrawn";
    const std::size_t missing = approvals_missing(draft);
    return missing == 0 ? "ready" : "needs " + std::to_string(missing) + " more";
}

Json to_json(const Draft& draft, const std::filesystem::path& file,
             const NetworkParameters* parameters) {
    return draft_json(draft, parameters).set("file", file.string());
}

void print_words(const Draft& draft, const NetworkParameters& parameters, std::ostream& out) {
    for (const std::string& sentence : in_plain_words(draft.notice, parameters))
        out << "  " << sentence << '\n';
    out << "  Id " << to_hex(draft.notice.id.view()) << '\n';
}

// The key that is named, or DGMD's own in force; else the first one, whose fault drafter_of tells.
Result<SigningKey, std::string> drafting_key(const DraftOptions& options,
                                             const GatewayConfig& config, const ChainState& state) {
    if (options.drafter) return load_signing_key(*options.drafter);
    const auto keys = load_signing_keys(config);
    if (!keys) return unexpected(keys.error());
    return key_in_force(state, *keys);
}

struct Ground {
    GatewayConfig config;
    DraftingGround drafting;
};

Result<Ground, std::vector<std::string>> ground_of(const DraftOptions& options) {
    using Lines = std::vector<std::string>;
    auto config = load_gateway_config(options.config);
    if (!config) return unexpected(config.error());
    const auto genesis = load_genesis_file(config->genesis);
    if (!genesis) return unexpected(Lines{genesis.error()});
    auto state = load_chain_state(*genesis, config->ledger);
    if (!state) return unexpected(Lines{state.error()});
    auto key = drafting_key(options, *config, *state);
    if (!key) return unexpected(Lines{key.error()});
    auto drafter = drafter_of(*state, key->public_key());
    if (!drafter) return unexpected(Lines{drafter.error()});
    auto zone = load_time_zone(genesis->content.parameters.time_zone);
    if (!zone) return unexpected(Lines{"the network's zone: " + zone.error()});
    auto signer = std::make_shared<SigningKey>(std::move(*key));
    return Ground{std::move(*config),
                  {std::move(*state), std::move(*zone), std::move(*drafter), std::move(signer)}};
}

// Into the audit log first.
Result<void, std::string> keep(const MadeDraft& made, const std::filesystem::path& file,
                               const GatewayConfig& config) {
    const auto note = [&](const DeskAct& act) {
        return note_at_console(config, made.draft.network,
                               {.what = act.what, .subject = act.subject, .note = act.more});
    };
    return keep_draft(made, file.filename().string(), note,
                      [&file](const Draft& draft) { return save_draft(file, draft); });
}

struct Failure {
    int status = kWrongInput;
    std::string line;
};
int report(const Failure& failure, std::ostream& err) {
    err << failure.line << '\n';
    return failure.status;
}

// The file that the draft is to be written to: it is not there yet, and its directory is.
Result<std::filesystem::path, Failure> free_place(const DraftOptions& options, const Draft& draft,
                                                  const GatewayConfig& config) {
    std::filesystem::path file = options.out.value_or(config.drafts / draft_file_name(draft));
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
        return unexpected(Failure{
            kWrongInput, file.string() + ": is there already; name another file with --out"});
    }
    if (!options.out) {
        if (const auto made = make_directories(config.drafts); !made)
            return unexpected(Failure{kMachineFailed, made.error().message});
    }
    return file;
}

}  // namespace

int run_draft(const DraftOptions& options, std::ostream& out, std::ostream& err) {
    const auto ground = ground_of(options);
    if (!ground) return wrong(ground.error(), err);
    auto fields = split_fields(options.fields);
    if (!fields) return wrong(fields.error(), err);
    const DraftWish wish{options.kind, std::move(*fields), options.sequence,
                         options.valid_days.value_or(kDraftDays)};
    const auto made = make_draft(wish, ground->drafting, Clock().now().real_ms);
    if (!made) return wrong(made.error(), err);
    const Draft& draft = made->draft;
    const NetworkParameters& parameters = ground->drafting.state.genesis.parameters;
    if (!made->refusal.empty())
        err << "warning: nodes would refuse this today: " << made->refusal << '\n';
    const auto file = free_place(options, draft, ground->config);
    if (!file) return report(file.error(), err);
    if (const auto saved = keep(*made, *file, ground->config); !saved) {
        err << saved.error() << '\n';
        return kMachineFailed;
    }
    if (options.json) {
        out << to_json(draft, *file, &parameters).dump(2) << '\n';
        return kDone;
    }
    out << "Drafted by " << ground->drafting.drafter.str() << " for network '" << parameters.name
        << "':\n";
    print_words(draft, parameters, out);
    out << promise_of(draft.office) << ". Give each of them this file and genesis.cbor:\n  "
        << file->string() << "\n  gateway sign DRAFT --genesis genesis.cbor --key officer.key\n";
    return kDone;
}

int run_drafts(const DraftsOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_gateway_config(options.config);
    if (!config) return wrong(config.error(), err);
    Json list = Json::array();
    std::size_t listed = 0;
    for (const std::filesystem::path& file : drafts_in(config->drafts)) {
        const auto draft = load_draft(file);
        if (!draft) {
            err << draft.error() << '\n';
            continue;
        }
        ++listed;
        list.push(to_json(*draft, file, nullptr));
        if (options.json) continue;
        out << file.filename().string() << ": " << to_string(draft->notice.kind) << " "
            << registry_sequence(draft->notice.content) << ", until window "
            << draft->notice.valid_until << ", " << standing_of(*draft) << ", approved by "
            << joined(approvals_of(*draft)) << '\n';
    }
    if (options.json) out << Json::object().set("drafts", std::move(list)).dump(2) << '\n';
    if (!options.json && listed == 0) out << "No drafts in " << config->drafts.string() << ".\n";
    return kDone;
}

int run_sign(const SignOptions& options, std::ostream& out, std::ostream& err) {
    const auto genesis = load_genesis_file(options.genesis);
    auto draft = load_draft(options.draft);
    if (!genesis || !draft) {
        if (!genesis) err << genesis.error() << '\n';
        if (!draft) err << draft.error() << '\n';
        return kWrongInput;
    }
    if (draft->network != genesis->network) {
        return wrong({options.draft.string() + ": a draft of another network than " +
                      options.genesis.string() + ": do not sign it"},
                     err);
    }
    const NetworkParameters& parameters = genesis->content.parameters;
    if (draft->office != genesis->content.office) {
        err << "note: the draft names other officers than genesis; OFFICERS on the chain may have "
               "replaced them\n";
    }
    std::optional<NodeId> officer;
    if (options.key) {
        const auto key = load_signing_key(*options.key);
        if (!key) return wrong({key.error()}, err);
        auto added = add_approval(*draft, *key);
        if (!added) return wrong({options.draft.string() + ": " + added.error()}, err);
        officer = std::move(*added);
        if (const auto saved = save_draft(options.draft, *draft); !saved) {
            err << saved.error() << '\n';
            return kMachineFailed;
        }
    }
    if (options.json) {
        out << to_json(*draft, options.draft, &parameters).dump(2) << '\n';
        return kDone;
    }
    out << (officer ? officer->str() + " approves" : std::string("An approval means"))
        << ", on network '" << parameters.name << "':\n";
    print_words(*draft, parameters, out);
    out << "Approved by " << joined(approvals_of(*draft)) << "; " << standing_of(*draft) << " ("
        << promise_of(draft->office) << ").\n";
    return kDone;
}

int run_withdraw(const WithdrawOptions& options, std::ostream& out, std::ostream& err) {
    auto draft = load_draft(options.draft);
    if (!draft) return wrong({draft.error()}, err);
    draft->withdrawn = true;
    if (const auto saved = save_draft(options.draft, *draft); !saved) {
        err << saved.error() << '\n';
        return kMachineFailed;
    }
    if (options.json) {
        out << to_json(*draft, options.draft, nullptr).dump(2) << '\n';
        return kDone;
    }
    out << "Withdrawn: nobody signs or submits this file any more.\n";
    if (!draft->notice.endorsements.empty()) {
        out << joined(approvals_of(*draft)) << " approved it before. A copy with enough approvals "
            << "stays good until window " << draft->notice.valid_until
            << " ends, or until another notice takes number "
            << registry_sequence(draft->notice.content) << ".\n";
    }
    return kDone;
}

std::string help_on_fields() {
    std::string help = "Kinds and their fields (those in brackets may be left out):\n";
    for (const NoticeForm& form : notice_forms()) {
        help += "  " + std::string(form.kind) + ": " + std::string(form.purpose) + "\n";
        for (const NoticeField& field : form.fields) {
            const std::string name(field.name);
            help += "    " + (field.is_optional ? "[" + name + "]" : name) + "  " +
                    std::string(field.help) + "\n";
        }
        help += "    gateway draft " + std::string(form.kind) + " --config gateway.yaml " +
                std::string(form.example) + "\n";
    }
    return help;
}

}  // namespace fairfeed
