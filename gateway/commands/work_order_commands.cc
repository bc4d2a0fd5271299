#include "gateway/commands/work_order_commands.h"

#include "gateway/commands/office_desk.h"
#include "gateway/desk/application_desk.h"
#include "gateway/desk/desk_json.h"

namespace fairfeed {
namespace {

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
        list.push(work_order_json(order));
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
    const auto after = take_step(desk->records, *id, step, {}, noted_for(*desk, options.by));
    if (!after) return report(after.error(), err);
    if (options.json) {
        out << work_order_json(*after).dump(2) << '\n';
    } else {
        print(*after, out);
    }
    return kDeskDone;
}

}  // namespace fairfeed
