// Work orders: what alarms asked people to do, and the steps that they take.
#include "gateway/api/api_route.h"
#include "gateway/desk/application_desk.h"
#include "gateway/desk/desk_json.h"

namespace fairfeed {
namespace {

HttpResponse list_orders(const ApiSources& sources, const ApiCall&) {
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    const auto all = records->work_orders();
    if (!all) return machine_failed(all.error());
    Json items = Json::array();
    for (const WorkOrder& each : *all)
        items.push(work_order_json(each));
    return json_response(Json::object().set("items", std::move(items)));
}

HttpResponse show_order(const ApiSources& sources, const ApiCall& call) {
    const auto id = WorkOrderId::parse(call.in_path("id"));
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    if (!id) return not_found();
    const auto found = records->work_order(*id);
    return found ? json_response(work_order_json(*found)) : not_found();
}

HttpResponse step_order(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    const std::string word = body.text("action");
    const std::string note = body.optional_text("note", kMaxNoteBytes).value_or("");
    const auto action = work_order_action_named(word);
    if (!word.empty() && (!action || *action == WorkOrderAction::open))
        body.fail("action", "is one of assign, visit, replace, clear, close");
    if (auto fault = body.finish()) return *fault;
    const auto id = WorkOrderId::parse(call.in_path("id"));
    auto records = sources.records();
    if (!records) return machine_failed(records.error());
    if (!id) return not_found();
    const auto before = records->work_order(*id);
    if (!before) return not_found();
    const WorkOrderStep step{*action, call.now_ms / 1000, call.caller.name(), note};
    // Handed in again: it is as it was.
    if (was_taken(*before, step)) return json_response(work_order_json(*before));
    if (auto changed = changed_meanwhile(call, work_order_json(*before))) return *changed;
    const auto after =
        take_step(*records, *id, step, before->steps.size(), noted_for(sources, call));
    return after ? json_response(work_order_json(*after)) : undone(after.error());
}

}  // namespace

std::vector<ApiRoute> work_order_routes(const ApiSources& sources) {
    using Right = AccessRight;
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    return {
        {"GET", "/api/v1/work-orders", Right::read_meters, {}, with(list_orders)},
        {"GET", "/api/v1/work-orders/{id}", Right::read_meters, {}, with(show_order)},
        {"POST", "/api/v1/work-orders/{id}/steps", Right::work_orders, {}, with(step_order)},
    };
}

}  // namespace fairfeed
