#include "gateway/commands/work_order_commands.h"

#include "core/base/utc_text.h"
#include "gateway/commands/office_desk.h"

namespace fairfeed {
namespace {

Json to_json(const WorkOrder& order) {
    Json steps = Json::array();
    for (const WorkOrderStep& step : order.steps)
        steps.push(Json::object()
                       .set("action", to_string(step.action))
                       .set("at", utc_text(step.at_s))
                       .set("by", step.by)
                       .set("note", step.note));
    return Json::object()
        .set("work_order", order.id.str())
        .set("state", to_string(order.state))
        .set("kind", to_string(order.alarm.kind))
        .set("subject", order.alarm.subject)
        .set("cluster", optional_json(order.alarm.cluster))
        .set("height", order.alarm.height)
        .set("what", order.alarm.what)
        .set("steps", std::move(steps));
}

void print(const WorkOrder& order, std::ostream& out) {
    out << order.id.str() << ": " << to_string(order.state) << ", " << to_string(order.alarm.kind)
        << ", " << order.alarm.subject << ", block " << order.alarm.height << ": "
        << order.alarm.what << '\n';
}

}  // namespace

int run_work_order_list(const WorkOrderListOptions& options, std::ostream& out, std::ostream& err) {
    const auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    const auto all = desk->records.work_orders();
    if (!all) return refuse({all.error()}, err);
    Json list = Json::array();
    for (const WorkOrder& order : *all) {
        if (!options.all && !order.is_open()) continue;
        list.push(to_json(order));
        if (!options.json) print(order, out);
    }
    if (options.json) out << Json::object().set("work_orders", std::move(list)).dump(2) << '\n';
    if (!options.json && list.as_array()->empty()) out << "No work orders.\n";
    return kDeskDone;
}

int run_work_order_step(const WorkOrderStepOptions& options, std::ostream& out, std::ostream& err) {
    auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    const auto id = WorkOrderId::parse(options.order);
    if (!id) return refuse({"'" + options.order + "' names no work order"}, err);
    const WorkOrderStep step{options.action, unix_now_s(), options.by, options.note};
    const auto before = desk->records.work_order(*id);
    if (!before) return refuse({before.error()}, err);
    if (const auto may = after_step(*before, step); !may) return refuse({may.error()}, err);
    const auto noted = note_at_desk(*desk, "work_order." + std::string(to_string(step.action)),
                                    id->str(), step.by);
    if (!noted) return fail(noted.error(), err);
    const auto after = desk->records.add_step(*id, step);
    if (!after) return refuse({after.error()}, err);
    if (options.json) {
        out << to_json(*after).dump(2) << '\n';
    } else {
        print(*after, out);
    }
    return kDeskDone;
}

}  // namespace fairfeed
