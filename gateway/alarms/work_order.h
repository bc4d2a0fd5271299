// Work orders: what an alarm asks people to do, from its opening to a finding (paper A39, A87,
// A93). One table in work_order.cc says where each step leads; every other step is refused by name.
// An alarm opens one order; while it is not closed, another alarm of the same kind about the same
// subject opens none. Nothing but a person with a finding closes one. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/alarms/office_alarms.h"
#include "gateway/capacity/installation.h"

namespace fairfeed {

using WorkOrderId = Name<struct WorkOrderTag>;

enum class WorkOrderState : std::uint8_t {
    none,
    opened,
    assigned,  // to somebody who goes there
    visited,
    replaced,  // the meter, under a work permit
    cleared,   // nothing had to be replaced
    closed,
};
constexpr std::size_t kWorkOrderStates = static_cast<std::size_t>(WorkOrderState::closed) + 1;

enum class WorkOrderAction : std::uint8_t { open, assign, visit, replace, clear, close };
constexpr std::size_t kWorkOrderActions = static_cast<std::size_t>(WorkOrderAction::close) + 1;

[[nodiscard]] std::string_view to_string(WorkOrderState state);
[[nodiscard]] std::string_view to_string(WorkOrderAction action);
[[nodiscard]] std::optional<WorkOrderAction> work_order_action_named(std::string_view name);
// The table: `none` where the step is illegal.
[[nodiscard]] WorkOrderState next_state(WorkOrderState state, WorkOrderAction action);

constexpr std::size_t kMaxNoteBytes = 500;

struct WorkOrderStep {
    WorkOrderAction action = WorkOrderAction::open;
    std::int64_t at_s = 0;  // Unix time
    std::string by;         // an account; of `open` the block, "block 12"
    // assign: who goes there. replace: the new meter. clear, close: the finding. A line.
    std::string note;
    bool operator==(const WorkOrderStep&) const = default;
};

struct WorkOrder {
    WorkOrderId id;
    OfficeAlarm alarm;
    WorkOrderState state = WorkOrderState::none;
    std::vector<WorkOrderStep> steps;
    [[nodiscard]] bool is_open() const { return state != WorkOrderState::closed; }
    bool operator==(const WorkOrder&) const = default;
};

// The same for the same alarm, however often its block is folded.
[[nodiscard]] WorkOrderId work_order_id(const OfficeAlarm& alarm);
[[nodiscard]] WorkOrder opened_by(const OfficeAlarm& alarm, std::int64_t at_s);
// Whether the alarm needs an order beside these: none of them has its id, and no open one its kind
// and subject.
[[nodiscard]] bool needs_order(const OfficeAlarm& alarm, const std::vector<WorkOrder>& known);

// Error: a sentence with order, state and step: illegal, dated back, by nobody, without the note
// that the step needs.
[[nodiscard]] Result<WorkOrder, std::string> after_step(const WorkOrder& order,
                                                        const WorkOrderStep& step);

}  // namespace fairfeed
