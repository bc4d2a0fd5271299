// What people in the office write down: applications for capacity, and work orders with the steps
// that people take. Persons stand here by their pseudonyms alone.
#include "gateway/api/api_route.h"

namespace fairfeed {
namespace {

template <class T>
Json optional_text(const std::optional<T>& value) {
    return value ? Json(value->str()) : Json();
}

Json application_json(const Application& application) {
    Json steps = Json::array();
    for (const ApplicationStep& step : application.steps)
        steps.push(Json::object()
                       .set("action", to_string(step.action))
                       .set("at_s", step.at_s)
                       .set("role", to_string(step.by.role))
                       .set("by", step.by.name)
                       .set("reason", step.reason)
                       .set("visit_s", step.visit_s ? Json(*step.visit_s) : Json()));
    const ApplicationForm& form = application.form;
    return Json::object()
        .set("id", form.id.str())
        .set("state", to_string(application.state))
        .set("applicant", form.applicant.str())
        .set("holder", application.holder.str())
        .set("service_point", form.service_point)
        .set("meter", optional_text(form.meter))
        .set("technology", to_string(form.technology))
        .set("estimated_w", form.estimated_w)
        .set("follows", optional_text(form.follows))
        .set("next", legal_actions(application.state))
        .set("steps", std::move(steps));
}

Json order_json(const WorkOrder& order) {
    Json steps = Json::array();
    for (const WorkOrderStep& step : order.steps)
        steps.push(Json::object()
                       .set("action", to_string(step.action))
                       .set("at_s", step.at_s)
                       .set("by", step.by)
                       .set("note", step.note));
    return Json::object()
        .set("id", order.id.str())
        .set("state", to_string(order.state))
        .set("kind", to_string(order.alarm.kind))
        .set("subject", order.alarm.subject)
        .set("cluster", optional_text(order.alarm.cluster))
        .set("height", order.alarm.height)
        .set("what", order.alarm.what)
        .set("steps", std::move(steps));
}

template <class Record, class ToJson>
HttpResponse list_of(const Result<std::vector<Record>, std::string>& all, const ToJson& to_json) {
    if (!all) return machine_failed(all.error());
    Json items = Json::array();
    for (const Record& each : *all)
        items.push(to_json(each));
    return json_response(Json::object().set("items", std::move(items)));
}

HttpResponse list_applications(const ApiSources& sources, const ApiCall&) {
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    return list_of(records->applications(), application_json);
}

HttpResponse list_orders(const ApiSources& sources, const ApiCall&) {
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    return list_of(records->work_orders(), order_json);
}

HttpResponse show_application(const ApiSources& sources, const ApiCall& call) {
    const std::string& name = call.in_path("id");
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    if (!is_valid_name(name)) return not_found();
    const auto found = records->application(ApplicationId(name));
    return found ? json_response(application_json(*found)) : not_found();
}

HttpResponse show_order(const ApiSources& sources, const ApiCall& call) {
    const std::string& name = call.in_path("id");
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    if (!is_valid_name(name)) return not_found();
    const auto found = records->work_order(WorkOrderId(name));
    return found ? json_response(order_json(*found)) : not_found();
}

HttpResponse step_order(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    const std::string word = body.text("action");
    const std::string note = body.optional_text("note", kMaxNoteBytes).value_or("");
    const auto action = work_order_action_named(word);
    if (!word.empty() && (!action || *action == WorkOrderAction::open))
        body.fail("action", "is one of assign, visit, replace, clear, close");
    if (auto fault = body.finish()) return *fault;
    const std::string& name = call.in_path("id");
    auto records = sources.records();
    if (!records) return machine_failed(records.error());
    if (!is_valid_name(name)) return not_found();
    const auto before = records->work_order(WorkOrderId(name));
    if (!before) return not_found();
    const WorkOrderStep step{*action, call.now_ms / 1000, call.caller.name(), note};
    if (const auto legal = after_step(*before, step); !legal)
        return problem(409, "illegal-step", legal.error());
    if (auto fault = noted(sources, call, "order." + word, name)) return *fault;
    const auto after = records->add_step(before->id, step);
    if (!after) return problem(409, "illegal-step", after.error());
    return json_response(order_json(*after));
}

}  // namespace

std::vector<ApiRoute> records_routes(const ApiSources& sources) {
    using Right = AccessRight;
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    return {
        {"GET", "/api/v1/applications", Right::read_meters, {}, with(list_applications)},
        {"GET", "/api/v1/applications/{id}", Right::read_meters, {}, with(show_application)},
        {"GET", "/api/v1/work-orders", Right::read_meters, {}, with(list_orders)},
        {"GET", "/api/v1/work-orders/{id}", Right::read_meters, {}, with(show_order)},
        {"POST", "/api/v1/work-orders/{id}/steps", Right::work_orders, {}, with(step_order)},
    };
}

}  // namespace fairfeed
