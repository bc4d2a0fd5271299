#include "gateway/commands/draft_plan.h"

#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "core/state/registry.h"
#include "gateway/commands/last_reading.h"
#include "gateway/commands/office_files.h"
#include "gateway/office/notice_plans.h"

namespace fairfeed {
namespace {

using draft_exit::kDone;
using draft_exit::kMachineFailed;
using draft_exit::kWrongInput;

// nullopt: no ledger, or no settled reading of the meter that the fields name.
Result<std::optional<LastReading>, std::string> last_reading_in(const DraftingDesk& desk,
                                                                const NoticeFields& fields) {
    const auto named = fields.find("replaces");
    std::error_code ignored;
    if (named == fields.end() || !std::filesystem::exists(desk.config.ledger, ignored))
        return std::optional<LastReading>();
    const auto meter = MeterId::parse(named->second);
    if (!meter || !desk.ground.state.meters.contains(*meter)) return std::optional<LastReading>();
    const auto keys = load_agreement_keys(desk.config);
    if (!keys) return unexpected(keys.error());
    return find_last_reading(
        desk.config.ledger, desk.genesis,
        {desk.genesis.content.dgmd, keys->front(), {keys->begin() + 1, keys->end()}}, *meter);
}

// Empty: none is there.
std::string present_key(const NoticePlan& plan) {
    std::error_code ignored;
    for (const PlannedKey& key : plan.keys)
        if (std::filesystem::exists(key.file, ignored))
            return key.file + ": is there already; a new key goes into a new file";
    return "";
}

Result<void, std::string> keep_keys(const NoticePlan& plan) {
    std::vector<std::filesystem::path> made;
    for (const PlannedKey& key : plan.keys) {
        const std::filesystem::path directory = std::filesystem::path(key.file).parent_path();
        if (!directory.empty()) {
            if (const auto there = make_directories(directory); !there)
                return unexpected(there.error().message);
        }
        auto saved = save_secret(key.file, to_hex(key.key.view()) + "\n");
        if (saved) {
            made.emplace_back(key.file);
            continue;
        }
        // So that the next try does not find keys of this one.
        std::error_code ignored;
        for (const std::filesystem::path& file : made)
            std::filesystem::remove(file, ignored);
        return saved;
    }
    return {};
}

Json plan_json(const DraftBatch& batch, const std::filesystem::path& file, const NoticePlan& plan,
               const NetworkParameters& parameters) {
    Json keys = Json::array();
    for (const PlannedKey& key : plan.keys)
        keys.push(Json::object()
                      .set("meter", key.meter.str())
                      .set("key_epoch", key.epoch)
                      .set("file", key.file));
    return to_json(batch, file, &parameters).set("keys", std::move(keys));
}

}  // namespace

int draft_plan(const DraftingDesk& desk, const DraftOptions& options, const NoticeFields& fields,
               std::ostream& out, std::ostream& err) {
    auto last = last_reading_in(desk, fields);
    if (!last) return wrong_input({last.error()}, err);
    const RandomSource random = system_random();
    const PlanGround ground{
        {desk.ground.state, desk.running, desk.ground.zone}, random, std::move(*last)};
    const auto plan = plan_from(options.kind, fields, ground);
    if (!plan) return wrong_input(plan.error(), err);
    if (options.sequence && *options.sequence != registry_sequence(plan->notices.front()))
        return wrong_input({"--sequence: the notices of a plan are numbered by the ledger"}, err);
    const DraftBatch batch = drafts_of(desk, options, plan->notices);
    for (const std::string& remark : plan->remarks)
        err << "note: " << remark << '\n';
    if (const std::string refusal = refusal_of(desk.ground.state, batch, desk.now_ms);
        !refusal.empty())
        err << "warning: nodes would refuse this today: " << refusal << '\n';
    if (const std::string present = present_key(*plan); !present.empty())
        return wrong_input({present}, err);
    const auto file = free_place(options, batch, desk);
    if (!file) return report(file.error(), err);
    auto kept = note_drafts(desk, batch, *file);
    if (kept) kept = keep_keys(*plan);
    if (kept) kept = save_batch(*file, batch);
    if (!kept) {
        err << kept.error() << '\n';
        return kMachineFailed;
    }
    if (options.json) {
        out << plan_json(batch, *file, *plan, desk.ground.state.genesis.parameters).dump(2) << '\n';
        return kDone;
    }
    print_drafted(desk, batch, *file, out);
    for (const PlannedKey& key : plan->keys)
        out << "  " << key.file << "  data key " << key.epoch << " of " << key.meter.str()
            << ": take it to the meter\n";
    return kDone;
}

}  // namespace fairfeed
