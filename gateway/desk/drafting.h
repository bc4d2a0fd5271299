// How a draft comes about: a kind of notice and its fields, as a person writes them at the console
// or a program sends them, on the state that the chain has reached. One way for both, and for every
// kind that gateway/office knows.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/crypto/signing.h"
#include "gateway/desk/desk_act.h"
#include "gateway/office/draft.h"
#include "gateway/office/notice_fields.h"

namespace fairfeed {

constexpr std::string_view kDraftSuffix = ".draft";
constexpr std::int64_t kDraftDays = 14;  // of the grid, until a draft expires
constexpr std::int64_t kMaxDraftDays = 366;

struct DraftWish {
    std::string kind;
    NoticeFields fields;
    std::optional<std::uint64_t> sequence{};  // else the chain's next
    std::int64_t valid_days = kDraftDays;
};

// On what, and by whom: DGMD, or an officer.
struct DraftingGround {
    ChainState state;
    TimeZone zone;  // of the network
    NodeId drafter;
    std::shared_ptr<const Signer> signer;
    // Where new data keys are kept, by plain names; nullopt: a field may name any file.
    std::optional<std::filesystem::path> data_keys{};
};

// The data key that a KEY_GRANT wraps: of the file that the fields name, or a new one.
struct DraftedKey {
    SymmetricKey key;
    std::optional<std::filesystem::path> new_file;  // where the key is to be kept
};
struct MadeDraft {
    Draft draft;
    std::optional<DraftedKey> data_key;
    std::string refusal;  // what nodes would say if it came now with all approvals; empty: nothing
};
// Errors: a line for each fault, "effective: 'tomorrow' is no window ...".
[[nodiscard]] Result<MadeDraft, std::vector<std::string>> make_draft(const DraftWish& wish,
                                                                     const DraftingGround& ground,
                                                                     std::int64_t now_ms);

// A draft of this content, which is numbered, for so many days of the grid.
[[nodiscard]] Draft draft_of(const TransactionContent& content, const DraftingGround& ground,
                             std::int64_t valid_days, std::int64_t now_ms);
// What nodes would say if the drafts came now, one after the other and with all approvals; empty:
// nothing.
[[nodiscard]] std::string refusal_of(ChainState state, const std::vector<Draft>& drafts,
                                     std::int64_t now_ms);

// Who drafts with this key: DGMD, or the officer whose key it is. Error: nobody of the office.
[[nodiscard]] Result<NodeId, std::string> drafter_of(const ChainState& state, const PublicKey& key);
// DGMD's key in force among these, at least one; else the first, whose fault drafter_of tells.
[[nodiscard]] const SigningKey& key_in_force(const ChainState& state,
                                             const std::vector<SigningKey>& keys);
// "00046-capacity-5f3a01c2.draft".
[[nodiscard]] std::string draft_file_name(const Draft& draft);
// Notes the draft, keeps a new data key, so that no draft grants a key that nobody has, and then
// saves the draft.
[[nodiscard]] Result<void, std::string> keep_draft(
    const MadeDraft& made, const std::string& file, const NoteDeskAct& note,
    const std::function<Result<void, std::string>(const Draft&)>& save);

// Whether two notices ask officers for the same, whoever drafted them when: content alike, but for
// the secrets that a KEY_GRANT wraps anew each time.
[[nodiscard]] bool asks_for_the_same(const Draft& one, const Draft& other);

}  // namespace fairfeed
