#include "core/model/meter_command.h"

namespace fairfeed {

std::string_view to_string(MeterOrder order) {
    switch (order) {
        case MeterOrder::disconnect:
            return "disconnect";
        case MeterOrder::connect:
            return "connect";
        case MeterOrder::service:
            return "service";
    }
    return "unknown";
}

std::optional<MeterOrder> meter_order_from(std::uint64_t number) {
    if (number < 1 || number > 3) return std::nullopt;
    return static_cast<MeterOrder>(number);
}

std::string_view to_string(CommandReason reason) {
    switch (reason) {
        case CommandReason::requested_by_customer:
            return "requested_by_customer";
        case CommandReason::unpaid_bill:
            return "unpaid_bill";
        case CommandReason::grid_safety:
            return "grid_safety";
        case CommandReason::deauthorised:
            return "deauthorised";
        case CommandReason::tampering:
            return "tampering";
        case CommandReason::maintenance:
            return "maintenance";
        case CommandReason::replacement:
            return "replacement";
        case CommandReason::cleared:
            return "cleared";
    }
    return "unknown";
}

std::optional<CommandReason> command_reason_from(std::uint64_t number) {
    if (number < 1 || number > 8) return std::nullopt;
    return static_cast<CommandReason>(number);
}

std::optional<std::string_view> fault_of(const MeterCommand& command) {
    if (command.expires < command.effective) {
        return "expires: not before the window in which the command becomes effective";
    }
    const bool is_service = command.order == MeterOrder::service;
    if (is_service && (command.service_hours < 1 || command.service_hours > kMaxServiceHours)) {
        return "hours: 1 to 168 of service";
    }
    if (!is_service && command.service_hours != 0) return "hours: only service has hours";
    return std::nullopt;
}

}  // namespace fairfeed
