// A notice from fields as a person writes them: "meter=m-101 capacity_w=5000 effective=next". One
// table says which fields each kind has, for the reader, the help and the tests alike. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/state/state.h"

namespace fairfeed {

struct NoticeField {
    std::string_view name;
    std::string_view help;
    bool is_optional = false;
};
struct NoticeForm {
    std::string_view kind;  // "capacity"
    std::string_view purpose;
    std::vector<NoticeField> fields;
    std::string_view example;  // of the fields
};
[[nodiscard]] const std::vector<NoticeForm>& notice_forms();
[[nodiscard]] const NoticeForm* form_of(std::string_view kind);  // nullptr: there is none

using NoticeFields = std::map<std::string, std::string>;
// A line for each field that is missing, and for each word that is no field.
[[nodiscard]] std::vector<std::string> faults_of_names(const NoticeForm& form,
                                                       const NoticeFields& fields);
// "name=value" each. Errors: a line for each word that is none, or says a field twice.
[[nodiscard]] Result<NoticeFields, std::vector<std::string>> split_fields(
    const std::vector<std::string>& words);

// What a draft is made on: the state that the chain has reached, and the window that runs.
struct DraftGround {
    const ChainState& state;
    Window running = 0;
    std::optional<TimeZone> zone = {};  // of the network; none: the tariff in force has the clock
    // For a KEY_GRANT: the meter's next data key, which the draft wraps for its readers.
    std::optional<SymmetricKey> data_key = std::nullopt;
};
// The next notice of the state. `effective` is a window, `next` (the window after the running one),
// `next+N`, or `week` (the next one that begins a week). Errors: all faults at once, a line each.
[[nodiscard]] Result<TransactionContent, std::vector<std::string>> content_from(
    std::string_view kind, const NoticeFields& fields, const DraftGround& ground);

}  // namespace fairfeed
