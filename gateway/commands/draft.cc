#include "gateway/commands/draft.h"

#include <algorithm>
#include <iomanip>

#include "core/crypto/key_file.h"
#include "core/crypto/random.h"
#include "core/io/clock.h"
#include "core/io/file.h"
#include "core/io/json_texts.h"
#include "core/io/zone_file.h"
#include "core/state/registry.h"
#include "core/wire/transaction_codec.h"
#include "gateway/commands/office_files.h"
#include "gateway/config/gateway_config.h"
#include "gateway/office/notice_fields.h"
#include "gateway/office/notice_words.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kMachineFailed = 1;
constexpr int kWrongInput = 2;
constexpr std::int64_t kValidDays = 14;

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
    Json json = Json::object()
                    .set("file", file.string())
                    .set("id", to_hex(draft.notice.id.view()))
                    .set("kind", to_string(draft.notice.kind))
                    .set("sequence", registry_sequence(draft.notice.content))
                    .set("valid_until", draft.notice.valid_until)
                    .set("drafted_by", draft.notice.signer.str())
                    .set("approved_by", texts_json(approvals_of(draft)))
                    .set("threshold", draft.office.threshold)
                    .set("missing", approvals_missing(draft))
                    .set("withdrawn", draft.withdrawn);
    if (parameters != nullptr)
        json.set("words", texts_json(in_plain_words(draft.notice, *parameters)));
    return json;
}

void print_words(const Draft& draft, const NetworkParameters& parameters, std::ostream& out) {
    for (const std::string& sentence : in_plain_words(draft.notice, parameters))
        out << "  " << sentence << '\n';
    out << "  Id " << to_hex(draft.notice.id.view()) << '\n';
}

// Who drafts: DGMD, or the officer whose key it is.
Result<NodeId, std::string> drafter_of(const ChainState& state, const SigningKey& key) {
    const PublicKey point = key.public_key();
    if (point == state.genesis.dgmd_key) return state.genesis.dgmd;
    for (const Signatory& officer : state.office.office.officers)
        if (officer.key == point) return officer.name;
    return unexpected(std::string(
        "this key is neither DGMD's nor an officer's: nodes would refuse what it drafts"));
}

std::filesystem::path place_of(const Draft& draft, const GatewayConfig& config) {
    const std::string number = std::to_string(registry_sequence(draft.notice.content));
    return config.drafts / (std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number +
                            "-" + std::string(to_string(draft.notice.kind)) + "-" +
                            to_hex(draft.notice.id.view().first(4)) + std::string(kDraftSuffix));
}

// What nodes would say if the notice came now, with all approvals.
std::string refusal_of(const ChainState& state, const Transaction& notice, std::int64_t now_ms) {
    const auto may =
        check_registry(state, notice, state.height + 1, std::max(now_ms, state.tip_time_ms + 1));
    return may ? "" : std::string(to_string(may.error()));
}

struct Ground {
    GatewayConfig config;
    ChainState state;
    SigningKey key;
    NodeId drafter;
};

Result<Ground, std::vector<std::string>> ground_of(const DraftOptions& options) {
    using Lines = std::vector<std::string>;
    auto config = load_gateway_config(options.config);
    if (!config) return unexpected(config.error());
    const auto genesis = load_genesis_file(config->genesis);
    if (!genesis) return unexpected(Lines{genesis.error()});
    auto state = load_chain_state(*genesis, config->ledger);
    if (!state) return unexpected(Lines{state.error()});
    auto key = load_signing_key(options.drafter.value_or(config->signing_key));
    if (!key) return unexpected(Lines{key.error()});
    auto drafter = drafter_of(*state, *key);
    if (!drafter) return unexpected(Lines{drafter.error()});
    return Ground{std::move(*config), std::move(*state), std::move(*key), std::move(*drafter)};
}

void set_sequence(TransactionContent& content, std::uint64_t sequence) {
    std::visit(
        [sequence](auto& said) {
            if constexpr (requires { said.sequence; }) said.sequence = sequence;
        },
        content);
}

// The data key that a KEY_GRANT wraps: of the file that the fields name, or a new one.
struct DataKey {
    SymmetricKey key;
    std::optional<std::filesystem::path> new_file;  // where the key is to be kept
};
Result<std::optional<DataKey>, std::string> data_key_of(const DraftOptions& options,
                                                        const NoticeFields& fields) {
    const auto named = fields.find("data_key");
    if (options.kind != "key_grant" || named == fields.end()) return std::optional<DataKey>();
    const std::filesystem::path file = named->second;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return std::optional(DataKey{random_fixed<SymmetricKey>(system_random()), file});
    auto key = load_symmetric_key(file);
    if (!key) return unexpected("data_key: " + key.error());
    return std::optional(DataKey{*key, std::nullopt});
}

// Into the audit log first; then a new data key, so that no draft grants a key that nobody has.
Result<void, std::string> keep(const Draft& draft, const std::filesystem::path& file,
                               const GatewayConfig& config,
                               const std::optional<DataKey>& data_key) {
    auto kept =
        note_at_console(config, draft.network,
                        {.what = "draft.create",
                         .subject = to_hex(draft.notice.id.view()),
                         .note = std::string(to_string(draft.notice.kind)) + " by " +
                                 draft.notice.signer.str() + ": " + file.filename().string()});
    if (kept && data_key && data_key->new_file)
        kept = save_secret(*data_key->new_file, to_hex(data_key->key.view()) + "\n");
    return kept ? save_draft(file, draft) : kept;
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
    std::filesystem::path file = options.out.value_or(place_of(draft, config));
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
    const ChainState& state = ground->state;
    const NetworkParameters& parameters = state.genesis.parameters;
    const std::int64_t now_ms = Clock().now().real_ms;
    const Window running = state.grid().window_at(now_ms).value_or(0);
    const auto fields = split_fields(options.fields);
    if (!fields) return wrong(fields.error(), err);
    auto zone = load_time_zone(parameters.time_zone);
    if (!zone) return wrong({"the network's zone: " + zone.error()}, err);
    const auto data_key = data_key_of(options, *fields);
    if (!data_key) return wrong({data_key.error()}, err);
    DraftGround under{state, running, *zone};
    if (*data_key) under.data_key = (*data_key)->key;
    auto content = content_from(options.kind, *fields, under);
    if (!content) return wrong(content.error(), err);
    if (options.sequence) set_sequence(*content, *options.sequence);
    const std::int64_t windows =
        options.valid_days.value_or(kValidDays) * kSecondsPerDay / parameters.window_seconds;
    const auto valid_until =
        static_cast<Window>(std::min<std::int64_t>(running + windows, UINT32_MAX));
    const Draft draft{
        .network = state.network,
        .notice = make_notice(*content, valid_until, ground->drafter, state.network, ground->key),
        .office = state.office.office};
    if (const std::string refusal = refusal_of(state, draft.notice, now_ms); !refusal.empty())
        err << "warning: nodes would refuse this today: " << refusal << '\n';
    const auto file = free_place(options, draft, ground->config);
    if (!file) return report(file.error(), err);
    if (const auto saved = keep(draft, *file, ground->config, *data_key); !saved) {
        err << saved.error() << '\n';
        return kMachineFailed;
    }
    if (options.json) {
        out << to_json(draft, *file, &parameters).dump(2) << '\n';
        return kDone;
    }
    out << "Drafted by " << ground->drafter.str() << " for network '" << parameters.name << "':\n";
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
