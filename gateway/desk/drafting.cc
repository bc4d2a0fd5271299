#include "gateway/desk/drafting.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/crypto/key_file.h"
#include "core/crypto/random.h"
#include "core/io/file.h"
#include "core/state/authority_rules.h"
#include "core/state/registry.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

using Lines = std::vector<std::string>;

void set_sequence(TransactionContent& content, std::uint64_t sequence) {
    std::visit(
        [sequence](auto& said) {
            if constexpr (requires { said.sequence; }) said.sequence = sequence;
        },
        content);
}

Result<std::filesystem::path, std::string> file_of_key(const std::string& name,
                                                       const DraftingGround& ground) {
    if (!ground.data_keys) return std::filesystem::path(name);
    if (!is_valid_name(name))
        return unexpected(
            std::string("data_key: a plain name, 1 to 32 of a-z, 0-9 and '-'; the "
                        "office keeps the file"));
    return *ground.data_keys / (name + ".key");
}

Result<std::optional<DraftedKey>, std::string> data_key_of(const DraftWish& wish,
                                                           const DraftingGround& ground) {
    const auto named = wish.fields.find("data_key");
    if (wish.kind != "key_grant" || named == wish.fields.end()) return std::optional<DraftedKey>();
    const auto file = file_of_key(named->second, ground);
    if (!file) return unexpected(file.error());
    std::error_code ignored;
    if (!std::filesystem::exists(*file, ignored))
        return std::optional(DraftedKey{random_fixed<SymmetricKey>(system_random()), *file});
    auto key = load_symmetric_key(*file);
    if (!key) return unexpected("data_key: " + key.error());
    return std::optional(DraftedKey{*key, std::nullopt});
}

}  // namespace

Draft draft_of(const TransactionContent& content, const DraftingGround& ground,
               std::int64_t valid_days, std::int64_t now_ms) {
    const ChainState& state = ground.state;
    const Window running = state.grid().window_at(now_ms).value_or(0);
    const std::int64_t windows =
        valid_days * kSecondsPerDay / state.genesis.parameters.window_seconds;
    const auto valid_until =
        static_cast<Window>(std::min<std::int64_t>(running + windows, UINT32_MAX));
    return {
        .network = state.network,
        .notice = make_notice(content, valid_until, ground.drafter, state.network, *ground.signer),
        .office = state.office.office};
}

std::string refusal_of(ChainState state, const std::vector<Draft>& drafts, std::int64_t now_ms) {
    const std::int64_t time_ms = std::max(now_ms, state.tip_time_ms + 1);
    for (const Draft& draft : drafts) {
        const auto may = check_registry(state, draft.notice, state.height + 1, time_ms);
        if (!may) return std::string(to_string(may.error()));
        apply_registry(state, draft.notice, state.height + 1, time_ms);
    }
    return "";
}

Result<MadeDraft, Lines> make_draft(const DraftWish& wish, const DraftingGround& ground,
                                    std::int64_t now_ms) {
    const ChainState& state = ground.state;
    if (const auto drafter = drafter_of(state, ground.signer->public_key()); !drafter)
        return unexpected(Lines{drafter.error()});
    const Window running = state.grid().window_at(now_ms).value_or(0);
    auto data_key = data_key_of(wish, ground);
    if (!data_key) return unexpected(Lines{data_key.error()});
    DraftGround under{state, running, ground.zone};
    if (*data_key) under.data_key = (*data_key)->key;
    auto content = content_from(wish.kind, wish.fields, under);
    if (!content) return unexpected(content.error());
    if (wish.sequence) set_sequence(*content, *wish.sequence);
    MadeDraft made;
    made.draft = draft_of(*content, ground, wish.valid_days, now_ms);
    // What cannot be read back would be a file that no list shows.
    if (const auto again = decode_draft(encode_draft(made.draft)); !again)
        return unexpected(Lines{again.error()});
    made.data_key = std::move(*data_key);
    made.refusal = refusal_of(state, {made.draft}, now_ms);
    return made;
}

Result<NodeId, std::string> drafter_of(const ChainState& state, const PublicKey& key) {
    if (key == state.dgmd.keys.signing) return state.genesis.dgmd;
    for (const Signatory& officer : state.office.office.officers)
        if (officer.key == key) return officer.name;
    return unexpected(std::string(
        is_dgmds(state, key)
            ? "this key was DGMD's and was replaced: nodes refuse what it drafts"
            : "this key is neither DGMD's nor an officer's: nodes would refuse what it drafts"));
}

const SigningKey& key_in_force(const ChainState& state, const std::vector<SigningKey>& keys) {
    CHECK(!keys.empty());
    const auto found = std::ranges::find_if(
        keys, [&](const SigningKey& key) { return key.public_key() == state.dgmd.keys.signing; });
    return found == keys.end() ? keys.front() : *found;
}

std::string draft_file_name(const Draft& draft) {
    const std::string number = std::to_string(registry_sequence(draft.notice.content));
    return std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number + "-" +
           std::string(to_string(draft.notice.kind)) + "-" +
           to_hex(draft.notice.id.view().first(4)) + std::string(kDraftSuffix);
}

Result<void, std::string> keep_draft(
    const MadeDraft& made, const std::string& file, const NoteDeskAct& note,
    const std::function<Result<void, std::string>(const Draft&)>& save) {
    const Transaction& notice = made.draft.notice;
    auto kept =
        note({"draft.create", to_hex(notice.id.view()),
              std::string(to_string(notice.kind)) + " by " + notice.signer.str() + ": " + file});
    if (kept && made.data_key && made.data_key->new_file) {
        const std::filesystem::path& place = *made.data_key->new_file;
        if (place.has_parent_path()) {
            if (const auto directory = make_directories(place.parent_path()); !directory)
                return unexpected(directory.error().message);
        }
        kept = save_secret(place, to_hex(made.data_key->key.view()) + "\n");
    }
    return kept ? save(made.draft) : kept;
}

bool asks_for_the_same(const Draft& one, const Draft& other) {
    const auto* grant = std::get_if<KeyGrant>(&one.notice.content);
    const auto* theirs = std::get_if<KeyGrant>(&other.notice.content);
    if (grant == nullptr || theirs == nullptr) return one.notice.content == other.notice.content;
    const auto same_reader = [](const KeyGrantEntry& a, const KeyGrantEntry& b) {
        return a.recipient == b.recipient;
    };
    return grant->sequence == theirs->sequence && grant->meter == theirs->meter &&
           grant->epoch == theirs->epoch && grant->effective == theirs->effective &&
           std::equal(grant->entries.begin(), grant->entries.end(), theirs->entries.begin(),
                      theirs->entries.end(), same_reader);
}

}  // namespace fairfeed
