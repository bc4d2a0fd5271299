#include "gateway/commands/draft.h"

#include "core/crypto/key_file.h"
#include "core/state/registry.h"
#include "gateway/commands/draft_parts.h"
#include "gateway/commands/draft_plan.h"
#include "gateway/commands/office_files.h"
#include "gateway/office/notice_plans.h"

namespace fairfeed {
namespace {

using draft_exit::kDone;
using draft_exit::kMachineFailed;
using draft_exit::kWrongInput;

// Into the audit log first.
Result<void, std::string> keep(const DraftingDesk& desk, const MadeDraft& made,
                               const std::filesystem::path& file) {
    const auto note = [&](const DeskAct& act) {
        return note_at_console(desk.config, made.draft.network,
                               {.what = act.what, .subject = act.subject, .note = act.more});
    };
    return keep_draft(made, file.filename().string(), note,
                      [&file](const Draft& draft) { return save_draft(file, draft); });
}

}  // namespace

int run_draft(const DraftOptions& options, std::ostream& out, std::ostream& err) {
    const auto desk = open_drafting_desk(options);
    if (!desk) return wrong_input(desk.error(), err);
    const auto fields = split_fields(options.fields);
    if (!fields) return wrong_input(fields.error(), err);
    if (is_plan(options.kind)) return draft_plan(*desk, options, *fields, out, err);
    const DraftWish wish{options.kind, *fields, options.sequence,
                         options.valid_days.value_or(kDraftDays)};
    const auto made = make_draft(wish, desk->ground, desk->now_ms);
    if (!made) return wrong_input(made.error(), err);
    const DraftBatch batch{made->draft};
    if (!made->refusal.empty())
        err << "warning: nodes would refuse this today: " << made->refusal << '\n';
    const auto file = free_place(options, batch, *desk);
    if (!file) return report(file.error(), err);
    if (const auto saved = keep(*desk, *made, *file); !saved) {
        err << saved.error() << '\n';
        return kMachineFailed;
    }
    if (options.json) {
        out << to_json(batch, *file, &desk->ground.state.genesis.parameters).dump(2) << '\n';
    } else {
        print_drafted(*desk, batch, *file, out);
    }
    return kDone;
}

int run_drafts(const DraftsOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_gateway_config(options.config);
    if (!config) return wrong_input(config.error(), err);
    Json list = Json::array();
    std::size_t listed = 0;
    std::vector<std::filesystem::path> files = drafts_in(config->drafts);
    const auto batches = drafts_in(config->drafts, kBatchSuffix);
    files.insert(files.end(), batches.begin(), batches.end());
    for (const std::filesystem::path& file : files) {
        const auto batch = load_batch(file);
        if (!batch) {
            err << batch.error() << '\n';
            continue;
        }
        ++listed;
        list.push(to_json(*batch, file, nullptr));
        if (options.json) continue;
        const Transaction& first = batch->front().notice;
        out << file.filename().string() << ": ";
        if (batch->size() > 1) out << batch->size() << " notices from ";
        out << to_string(first.kind) << " " << registry_sequence(first.content) << ", until window "
            << first.valid_until << ", " << standing_of(*batch) << ", approved by "
            << names_or_nobody(approvals_of(*batch)) << '\n';
    }
    if (options.json) out << Json::object().set("drafts", std::move(list)).dump(2) << '\n';
    if (!options.json && listed == 0) out << "No drafts in " << config->drafts.string() << ".\n";
    return kDone;
}

int run_sign(const SignOptions& options, std::ostream& out, std::ostream& err) {
    const auto genesis = load_genesis_file(options.genesis);
    auto batch = load_batch(options.draft);
    if (!genesis || !batch) {
        if (!genesis) err << genesis.error() << '\n';
        if (!batch) err << batch.error() << '\n';
        return kWrongInput;
    }
    if (batch->front().network != genesis->network) {
        return wrong_input({options.draft.string() + ": a draft of another network than " +
                            options.genesis.string() + ": do not sign it"},
                           err);
    }
    const NetworkParameters& parameters = genesis->content.parameters;
    if (office_of(*batch) != genesis->content.office) {
        err << "note: the draft names other officers than genesis; OFFICERS on the chain may have "
               "replaced them\n";
    }
    std::optional<NodeId> officer;
    if (options.key) {
        const auto key = load_signing_key(*options.key);
        if (!key) return wrong_input({key.error()}, err);
        auto added = add_approvals(*batch, *key);
        if (!added) return wrong_input({options.draft.string() + ": " + added.error()}, err);
        officer = std::move(*added);
        if (const auto saved = save_batch(options.draft, *batch); !saved) {
            err << saved.error() << '\n';
            return kMachineFailed;
        }
    }
    if (options.json) {
        out << to_json(*batch, options.draft, &parameters).dump(2) << '\n';
        return kDone;
    }
    out << (officer ? officer->str() + " approves" : std::string("An approval means"))
        << ", on network '" << parameters.name << "':\n";
    print_words(*batch, parameters, out);
    out << "Approved by " << names_or_nobody(approvals_of(*batch)) << "; " << standing_of(*batch)
        << " (" << promise_of(office_of(*batch)) << ").\n";
    return kDone;
}

int run_withdraw(const WithdrawOptions& options, std::ostream& out, std::ostream& err) {
    auto batch = load_batch(options.draft);
    if (!batch) return wrong_input({batch.error()}, err);
    for (Draft& draft : *batch)
        draft.withdrawn = true;
    if (const auto saved = save_batch(options.draft, *batch); !saved) {
        err << saved.error() << '\n';
        return kMachineFailed;
    }
    if (options.json) {
        out << to_json(*batch, options.draft, nullptr).dump(2) << '\n';
        return kDone;
    }
    out << "Withdrawn: nobody signs or submits this file any more.\n";
    const Transaction& first = batch->front().notice;
    if (!approvals_of(*batch).empty()) {
        out << names_or_nobody(approvals_of(*batch))
            << " approved it before. A copy with enough approvals stays good until window "
            << first.valid_until << " ends, or until another notice takes number "
            << registry_sequence(first.content) << ".\n";
    }
    return kDone;
}

std::string help_on_fields() {
    std::string help = "Kinds and their fields (those in brackets may be left out):\n";
    std::vector<NoticeForm> forms = notice_forms();
    forms.insert(forms.end(), plan_forms().begin(), plan_forms().end());
    for (const NoticeForm& form : forms) {
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
