#include "core/model/meter_command.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(MeterCommand, numbers_and_words_go_both_ways) {
    std::uint64_t orders = 0;
    for (std::uint64_t number = 1; const auto order = meter_order_from(number); ++number, ++orders)
        EXPECT_NE(to_string(*order), "unknown") << number;
    EXPECT_EQ(orders, 3U);
    std::uint64_t reasons = 0;
    for (std::uint64_t n = 1; const auto reason = command_reason_from(n); ++n, ++reasons)
        EXPECT_NE(to_string(*reason), "unknown") << n;
    EXPECT_EQ(reasons, 8U);
    EXPECT_FALSE(meter_order_from(0));
    EXPECT_FALSE(command_reason_from(0));
}

TEST(MeterCommand, has_hours_if_and_only_if_it_is_service) {
    MeterCommand command{1, MeterId("m"), MeterOrder::service, CommandReason::maintenance, 3, 5, 4};
    EXPECT_FALSE(fault_of(command));
    for (const std::int64_t hours : {std::int64_t{0}, std::int64_t{-1}, kMaxServiceHours + 1}) {
        command.service_hours = hours;
        EXPECT_TRUE(fault_of(command)) << hours;
    }
    command.order = MeterOrder::connect;
    command.service_hours = 1;
    EXPECT_TRUE(fault_of(command));
    command.service_hours = 0;
    EXPECT_FALSE(fault_of(command));
    command.expires = 2;
    EXPECT_TRUE(fault_of(command)) << "expires before it begins";
}

}  // namespace
}  // namespace fairfeed
