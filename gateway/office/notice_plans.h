// Plans: what the office decides at once in several notices. A meter is replaced by a METER with a
// work permit and the new meter's first KEY_GRANT; so is one whose service point moves to another
// cluster; and the data keys of many meters change with one KEY_GRANT each. Officers sign the
// notices of a plan at once, as a batch of drafts (draft_batch.h). Pure: the keys come from
// `random`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/random.h"
#include "gateway/office/notice_fields.h"

namespace fairfeed {

// What the office's books say of a meter: its registers after its newest reading that is settled.
struct LastReading {
    Registers registers;
    Window unread_from = 0;  // the window after this reading
    bool is_missed = false;  // a settlement since had no reading of it
};

struct PlanGround {
    DraftGround draft;
    const RandomSource& random;
    std::optional<LastReading> last = {};  // of the meter that is to be replaced
};

struct PlannedKey {
    std::string file;  // where it is to be kept, and which goes to the meter
    SymmetricKey key;
    MeterId meter;
    KeyEpoch epoch = 0;
};
struct NoticePlan {
    std::vector<TransactionContent> notices;  // numbered, in the order of their numbers
    std::vector<PlannedKey> keys;             // new
    std::vector<std::string> remarks;         // sentences for who drafts
};

[[nodiscard]] const std::vector<NoticeForm>& plan_forms();
[[nodiscard]] bool is_plan(std::string_view kind);
// Errors: all faults at once, a line each.
[[nodiscard]] Result<NoticePlan, std::vector<std::string>> plan_from(std::string_view kind,
                                                                     const NoticeFields& fields,
                                                                     const PlanGround& ground);

// A meter whose data key comes to its end, and the window from which on it needs the next one. A
// key stays in force until the next one, so a late rotation stops nothing.
struct EndingKey {
    MeterId meter;
    Window ends = 0;
    bool operator==(const EndingKey&) const = default;
};
constexpr std::int64_t kKeyEpochDays = 30;
constexpr std::int64_t kKeyWarningDays = 7;
// The meters with no KEY_GRANT for the time after `every_days` of their newest one, where that time
// begins within so many days; ascending by name. Meters that are out need no key.
[[nodiscard]] std::vector<EndingKey> ending_keys(const ChainState& state, Window running,
                                                 std::int64_t within_days,
                                                 std::int64_t every_days = kKeyEpochDays);

}  // namespace fairfeed
