// What the office writes down, as JSON: the same names from the commands' --json and from the API.
// Times are Unix seconds; persons stand here by their pseudonyms alone. Pure.
#pragma once

#include <optional>

#include "core/io/json.h"
#include "core/model/network.h"
#include "gateway/alarms/work_order.h"
#include "gateway/capacity/application.h"
#include "gateway/capacity/capacity_code.h"
#include "gateway/office/draft.h"

namespace fairfeed {

[[nodiscard]] Json inspection_json(const InspectionRecord& record);
[[nodiscard]] Json application_json(const Application& application);
[[nodiscard]] Json work_order_json(const WorkOrder& order);
// Of the code that is known by the commitment of its certificate.
[[nodiscard]] Json code_json(const ApplicationId& application, const CodeRecord& code);
// With the words of the notice, if the network's parameters are given.
[[nodiscard]] Json draft_json(const Draft& draft, const NetworkParameters* parameters);

// Null where there is none.
[[nodiscard]] inline Json optional_json(const std::optional<std::int64_t>& value) {
    return value ? Json(*value) : Json();
}
template <class Id>
[[nodiscard]] Json optional_json(const std::optional<Id>& id) {
    return id ? Json(id->str()) : Json();
}

}  // namespace fairfeed
