// Work orders: every cell of the table, no double orders, and nothing but a finding closes one.
#include "gateway/alarms/work_order.h"

#include <gmock/gmock.h>

#include <map>

namespace fairfeed {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kStart = 1'800'000'000;

OfficeAlarm alarm(const std::string& subject = "m-101", Height height = 12,
                  OfficeAlarmKind kind = OfficeAlarmKind::seal_broken) {
    return {kind, subject, ClusterId("ash"), height, "m-101 signed 'seal_broken'."};
}

WorkOrderStep step_of(WorkOrderAction action) {
    return {action, kStart + 1, "erik", "m-201"};
}

WorkOrder in(WorkOrderState state) {
    using S = WorkOrderState;
    using enum WorkOrderAction;
    static const std::map<S, std::vector<WorkOrderAction>> kWays{
        {S::opened, {}},
        {S::assigned, {assign}},
        {S::visited, {assign, visit}},
        {S::replaced, {assign, visit, replace}},
        {S::cleared, {assign, visit, clear}},
        {S::closed, {assign, visit, clear, close}},
    };
    if (state == S::none) return {.id = work_order_id(alarm()), .alarm = alarm(), .steps = {}};
    WorkOrder order = opened_by(alarm(), kStart);
    for (const WorkOrderAction action : kWays.at(state))
        order = *after_step(order, step_of(action));
    CHECK(order.state == state);
    return order;
}

TEST(AWorkOrder, goes_where_the_table_says_and_nowhere_else) {
    using S = WorkOrderState;
    const std::map<S, std::string> promises{
        {S::none, "open>opened"},
        {S::opened, "assign>assigned clear>cleared"},
        {S::assigned, "assign>assigned visit>visited clear>cleared"},
        {S::visited, "assign>assigned replace>replaced clear>cleared"},
        {S::replaced, "close>closed"},
        {S::cleared, "assign>assigned close>closed"},
        {S::closed, ""},
    };
    for (std::size_t s = 0; s < kWorkOrderStates; ++s) {
        const auto state = static_cast<S>(s);
        std::string legal;
        for (std::size_t a = 0; a < kWorkOrderActions; ++a) {
            const auto action = static_cast<WorkOrderAction>(a);
            const auto next = after_step(in(state), step_of(action));
            if (next) {
                legal += (legal.empty() ? "" : " ") + std::string(to_string(action)) + ">" +
                         std::string(to_string(next->state));
                continue;
            }
            EXPECT_THAT(next.error(),
                        HasSubstr(", " + std::string(to_string(state)) + ": '" +
                                  std::string(to_string(action)) + "' is no step from there"));
        }
        EXPECT_EQ(legal, promises.at(state)) << to_string(state);
    }
}

struct BadOrderStep {
    const char* damage;
    WorkOrderState state;
    WorkOrderStep step;
    const char* says;
};

TEST(AWorkOrder, refuses_steps_without_a_name_a_note_or_a_sound_date) {
    using S = WorkOrderState;
    using enum WorkOrderAction;
    const std::vector<BadOrderStep> bad{
        {"by nobody", S::opened, {assign, kStart, "", "dora"}, "needs the name of who does it"},
        {"assigned to nobody", S::opened, {assign, kStart, "erik", ""}, "needs who goes there"},
        {"dated back", S::opened, {assign, kStart - 1, "erik", "dora"}, "before the last step"},
        {"replaced by nothing", S::visited, {replace, kStart + 1, "erik", ""}, "new meter's name"},
        {"replaced by no name",
         S::visited,
         {replace, kStart + 1, "erik", "M 1"},
         "new meter's name"},
        {"cleared without", S::visited, {clear, kStart + 1, "erik", ""}, "needs a finding"},
        {"closed without", S::cleared, {close, kStart + 1, "erik", ""}, "needs a finding"},
        {"two lines", S::cleared, {close, kStart + 1, "erik", "a\nb"}, "one line"},
    };
    for (const BadOrderStep& each : bad) {
        const auto after = after_step(in(each.state), each.step);
        ASSERT_FALSE(after) << each.damage;
        EXPECT_THAT(after.error(), HasSubstr(each.says)) << each.damage;
    }
}

TEST(AnAlarm, opens_one_order_while_one_is_open_for_its_subject_and_kind) {
    std::vector<WorkOrder> known;
    EXPECT_TRUE(needs_order(alarm(), known));
    for (const auto state : {WorkOrderState::opened, WorkOrderState::visited,
                             WorkOrderState::replaced, WorkOrderState::cleared}) {
        known = {in(state)};
        EXPECT_FALSE(needs_order(alarm("m-101", 13), known)) << to_string(state);
        EXPECT_TRUE(needs_order(alarm("m-102", 13), known)) << "another subject";
        EXPECT_TRUE(needs_order(alarm("m-101", 13, OfficeAlarmKind::silent_meter), known));
    }
    known = {in(WorkOrderState::closed)};
    EXPECT_TRUE(needs_order(alarm("m-101", 13), known)) << "it happened again";
    EXPECT_FALSE(needs_order(alarm(), known)) << "the same block, folded again";
}

TEST(AnAlarm, has_a_kind_that_is_found_by_its_name) {
    for (int i = 0; i <= static_cast<int>(OfficeAlarmKind::no_tariff); ++i) {
        const auto kind = static_cast<OfficeAlarmKind>(i);
        EXPECT_EQ(office_alarm_kind_named(to_string(kind)), kind);
    }
    EXPECT_FALSE(office_alarm_kind_named("noise"));
}

}  // namespace
}  // namespace fairfeed
