#include "gateway/alarms/work_order.h"

#include <algorithm>
#include <array>

#include "core/crypto/digest.h"

namespace fairfeed {
namespace {

using enum WorkOrderState;
using enum WorkOrderAction;

struct OrderTransition {
    WorkOrderState from;
    WorkOrderAction action;
    WorkOrderState to;
};
// Whatever is not here is illegal.
constexpr std::array kTable{
    OrderTransition{none, open, opened},        OrderTransition{opened, assign, assigned},
    OrderTransition{opened, clear, cleared},    OrderTransition{assigned, assign, assigned},
    OrderTransition{assigned, visit, visited},  OrderTransition{assigned, clear, cleared},
    OrderTransition{visited, assign, assigned}, OrderTransition{visited, replace, replaced},
    OrderTransition{visited, clear, cleared},   OrderTransition{replaced, close, closed},
    OrderTransition{cleared, assign, assigned}, OrderTransition{cleared, close, closed},
};

constexpr std::array<std::string_view, kWorkOrderStates> kStateNames{
    "none", "opened", "assigned", "visited", "replaced", "cleared", "closed"};

// The action's name, and what its note says; empty: it needs none.
struct OrderRule {
    std::string_view name;
    std::string_view note;
};
constexpr std::array<OrderRule, kWorkOrderActions> kRules{{
    {"open", ""},
    {"assign", "who goes there"},
    {"visit", ""},
    {"replace", "the new meter's name"},
    {"clear", "a finding"},
    {"close", "a finding"},
}};

std::string legal_steps(WorkOrderState state) {
    std::string text;
    for (const OrderTransition& each : kTable)
        if (each.from == state)
            text += (text.empty() ? "" : ", ") + std::string(to_string(each.action));
    return text.empty() ? "nothing" : text;
}

// Empty: none.
std::string fault_of(const WorkOrder& order, const WorkOrderStep& step) {
    const OrderRule& rule = kRules[static_cast<std::size_t>(step.action)];
    const std::string name = "'" + std::string(rule.name) + "' ";
    if (next_state(order.state, step.action) == none)
        return name + "is no step from there; possible: " + legal_steps(order.state);
    if (!is_line(step.by, kMaxNoteBytes)) return name + "needs the name of who does it";
    if (!order.steps.empty() && step.at_s < order.steps.back().at_s)
        return name + "is dated before the last step";
    if (!rule.note.empty() && step.note.empty()) return name + "needs " + std::string(rule.note);
    if (!step.note.empty() && !is_line(step.note, kMaxNoteBytes))
        return "a note is one line of at most " + std::to_string(kMaxNoteBytes) + " bytes";
    if (step.action == replace && !is_valid_name(step.note))
        return name + "needs " + std::string(rule.note);
    return "";
}

}  // namespace

std::string_view to_string(WorkOrderState state) {
    return kStateNames[static_cast<std::size_t>(state)];
}

std::string_view to_string(WorkOrderAction action) {
    return kRules[static_cast<std::size_t>(action)].name;
}

std::optional<WorkOrderAction> work_order_action_named(std::string_view name) {
    for (std::size_t i = 0; i < kWorkOrderActions; ++i)
        if (kRules[i].name == name) return static_cast<WorkOrderAction>(i);
    return std::nullopt;
}

WorkOrderState next_state(WorkOrderState state, WorkOrderAction action) {
    for (const OrderTransition& each : kTable)
        if (each.from == state && each.action == action) return each.to;
    return none;
}

WorkOrderId work_order_id(const OfficeAlarm& alarm) {
    const std::string said = std::string(to_string(alarm.kind)) + "/" + alarm.subject + "/" +
                             std::to_string(alarm.height);
    return WorkOrderId("w-" + to_hex(sha256(as_bytes(said)).view().first(6)));
}

WorkOrder opened_by(const OfficeAlarm& alarm, std::int64_t at_s) {
    return {.id = work_order_id(alarm),
            .alarm = alarm,
            .state = opened,
            .steps = {{open, at_s, "block " + std::to_string(alarm.height), ""}}};
}

bool needs_order(const OfficeAlarm& alarm, const std::vector<WorkOrder>& known) {
    const WorkOrderId id = work_order_id(alarm);
    return std::none_of(known.begin(), known.end(), [&](const WorkOrder& order) {
        const bool is_same = order.alarm.kind == alarm.kind && order.alarm.subject == alarm.subject;
        return order.id == id || (is_same && order.is_open());
    });
}

Result<WorkOrder, std::string> after_step(const WorkOrder& order, const WorkOrderStep& step) {
    if (const std::string fault = fault_of(order, step); !fault.empty())
        return unexpected("work order " + order.id.str() + ", " +
                          std::string(to_string(order.state)) + ": " + fault);
    WorkOrder out = order;
    out.state = next_state(order.state, step.action);
    out.steps.push_back(step);
    return out;
}

}  // namespace fairfeed
