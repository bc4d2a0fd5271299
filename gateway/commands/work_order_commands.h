// `gateway work-order ...`: the work orders that alarms opened, in the office's records. Every
// command is one step of the table in gateway/alarms/work_order.cc.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>

#include "gateway/alarms/work_order.h"

namespace fairfeed {

struct WorkOrderListOptions {
    std::filesystem::path config;
    bool all = false;  // closed ones as well
    bool json = false;
};
struct WorkOrderStepOptions {
    std::filesystem::path config;
    std::string order;
    WorkOrderAction action = WorkOrderAction::visit;
    std::string by = "office";
    std::string note;
    bool json = false;
};

// 0: done. 2: wrong input or an illegal step; lines on `err`, nothing changed.
[[nodiscard]] int run_work_order_list(const WorkOrderListOptions& options, std::ostream& out,
                                      std::ostream& err);
[[nodiscard]] int run_work_order_step(const WorkOrderStepOptions& options, std::ostream& out,
                                      std::ostream& err);

}  // namespace fairfeed
