// COMMAND: the office orders a meter to connect, to disconnect, or to let a technician open it
// (paper T01, T02, A87). The same value is a notice on the chain, and what each member of the
// meter's committee tells the meter; a meter executes what enough members state identically. Plain
// data.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/ids.h"

namespace fairfeed {

// Numbers are on the wire and never change.
enum class MeterOrder : std::uint8_t {
    disconnect = 1,  // opens the relay: nothing flows in either direction
    connect = 2,     // closes the relay
    service = 3,     // for some hours the meter may be opened without an alarm
};
[[nodiscard]] std::string_view to_string(MeterOrder order);
[[nodiscard]] std::optional<MeterOrder> meter_order_from(std::uint64_t number);

// Numbers are on the wire and never change.
enum class CommandReason : std::uint8_t {
    requested_by_customer = 1,
    unpaid_bill = 2,
    grid_safety = 3,
    deauthorised = 4,  // fed in without a certified capacity
    tampering = 5,
    maintenance = 6,
    replacement = 7,
    cleared = 8,  // the reason of the order before is gone
};
[[nodiscard]] std::string_view to_string(CommandReason reason);
[[nodiscard]] std::optional<CommandReason> command_reason_from(std::uint64_t number);

constexpr std::int64_t kMaxServiceHours = 168;

// A later command to the same meter replaces it, executed or not.
struct MeterCommand {
    std::uint64_t sequence = 0;  // of the notice; with it the meter acknowledges
    MeterId meter;
    MeterOrder order = MeterOrder::disconnect;
    CommandReason reason = CommandReason::requested_by_customer;
    Window effective = 0;            // the first window in which it may be executed
    Window expires = 0;              // the last one
    std::int64_t service_hours = 0;  // of service, from its execution; 0 for other orders
    bool operator==(const MeterCommand&) const = default;
};

// What is wrong with the command by itself; nullopt: nothing. Whether the meter exists, and whether
// the first window lies ahead, the registry's rules check.
[[nodiscard]] std::optional<std::string_view> fault_of(const MeterCommand& command);

}  // namespace fairfeed
