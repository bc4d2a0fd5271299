// The life of an application: every cell of the table, and every refusal by name.
#include "gateway/capacity/application.h"

#include <gmock/gmock.h>

#include <map>

#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kStart = 1'800'000'000;
const NodeId kInspector("inspector-1");

ApplicationForm form() {
    return {.id = ApplicationId("a-7"),
            .applicant = PersonId("p-3"),
            .service_point = "sp-9",
            .meter = MeterId("m-101"),
            .technology = Technology::solar,
            .estimated_w = 5000,
            .follows = {}};
}

SignedInspection inspection(const std::string& application = "a-7",
                            const std::string& meter = "m-101", std::int64_t visited_s = kStart) {
    InspectionRecord record;
    record.application = ApplicationId(application);
    record.meter = MeterId(meter);
    record.nameplate_w = 5200;
    record.visited_s = visited_s;
    return sign_inspection(record, kInspector, Digest{}, test::signing_key("inspector-1"));
}

Digest commitment(std::uint8_t byte) {
    Digest digest;
    digest.bytes[0] = byte;
    return digest;
}

// A step that is whole, whatever the state.
ApplicationStep step_of(ApplicationAction action, std::int64_t at_s = kStart) {
    ApplicationStep step{.action = action,
                         .at_s = at_s,
                         .by = {ActorRole::office, "erik"},
                         .reason = "as asked for",
                         .visit_s = at_s + 86'400,
                         .inspection = {},
                         .commitment = commitment(1),
                         .holder = {}};
    using enum ApplicationAction;
    if (action == inspect) {
        step.by = {ActorRole::inspector, kInspector.str()};
        step.inspection = inspection();
    }
    if (action == certify || action == deauthorise || action == supersede)
        step.by = {ActorRole::chain, "tx"};
    if (action == transfer) step.holder = PersonId("p-4");
    return step;
}

ApplicationAction action_at(std::size_t index) {
    return static_cast<ApplicationAction>(index);
}

// How an application comes to each state.
const std::map<ApplicationState, std::vector<ApplicationAction>>& ways() {
    using enum ApplicationAction;
    using S = ApplicationState;
    static const std::map<S, std::vector<ApplicationAction>> kWays{
        {S::none, {}},
        {S::applied, {apply}},
        {S::scheduled, {apply, schedule}},
        {S::inspected, {apply, schedule, inspect}},
        {S::verified, {apply, schedule, inspect, verify}},
        {S::coded, {apply, schedule, inspect, verify, issue}},
        {S::operating, {apply, schedule, inspect, verify, issue, certify}},
        {S::deauthorised, {apply, schedule, inspect, verify, issue, certify, deauthorise}},
        {S::rejected, {apply, reject}},
        {S::withdrawn, {apply, withdraw}},
        {S::superseded, {apply, schedule, inspect, verify, issue, certify, supersede}},
        {S::decommissioned, {apply, schedule, inspect, verify, issue, certify, decommission}},
    };
    return kWays;
}

Application in(ApplicationState state) {
    Application application = application_of(form());
    for (const ApplicationAction action : ways().at(state)) {
        auto next = after_step(application, step_of(action));
        CHECK(next.has_value());
        application = std::move(*next);
    }
    CHECK(application.state == state);
    return application;
}

// What the office's people were promised, a line for each state: action>state.
const std::map<ApplicationState, std::string>& promises() {
    using S = ApplicationState;
    static const std::map<S, std::string> kPromises{
        {S::none, "apply>applied"},
        {S::applied, "schedule>scheduled reject>rejected withdraw>withdrawn"},
        {S::scheduled, "schedule>scheduled inspect>inspected reject>rejected withdraw>withdrawn"},
        {S::inspected, "schedule>scheduled verify>verified reject>rejected withdraw>withdrawn"},
        {S::verified, "schedule>scheduled reject>rejected withdraw>withdrawn issue>coded"},
        {S::coded, "revoke>verified certify>operating"},
        {S::operating,
         "transfer>operating deauthorise>deauthorised supersede>superseded "
         "decommission>decommissioned"},
        {S::deauthorised,
         "schedule>scheduled transfer>deauthorised supersede>superseded "
         "decommission>decommissioned"},
        {S::rejected, "apply>applied"},
        {S::withdrawn, ""},
        {S::superseded, ""},
        {S::decommissioned, ""},
    };
    return kPromises;
}

TEST(AnApplication, goes_where_the_table_says_and_nowhere_else) {
    for (std::size_t s = 0; s < kApplicationStates; ++s) {
        const auto state = static_cast<ApplicationState>(s);
        const Application application = in(state);
        std::string legal;
        for (std::size_t a = 0; a < kApplicationActions; ++a) {
            const auto next = after_step(application, step_of(action_at(a)));
            if (next) {
                legal += (legal.empty() ? "" : " ") + std::string(to_string(action_at(a))) + ">" +
                         std::string(to_string(next->state));
                EXPECT_EQ(next->steps.size(), application.steps.size() + 1);
                continue;
            }
            EXPECT_EQ(next.error().fault, StepFault::illegal_step);
            EXPECT_THAT(next.error().sentence,
                        HasSubstr("a-7, " + std::string(to_string(state)) + ": '" +
                                  std::string(to_string(action_at(a)))));
            EXPECT_THAT(next.error().sentence, HasSubstr(legal_actions(state)));
        }
        EXPECT_EQ(legal, promises().at(state)) << to_string(state);
    }
}

TEST(AnApplication, comes_back_into_operation_by_a_re_inspection_alone) {
    Application application = in(ApplicationState::deauthorised);
    ApplicationStep certified = step_of(ApplicationAction::certify);
    EXPECT_FALSE(after_step(application, certified)) << "the old certificate is no re-inspection";
    using enum ApplicationAction;
    for (const ApplicationAction action : {schedule, inspect, verify, issue}) {
        ApplicationStep step = step_of(action);
        if (action == issue) step.commitment = commitment(2);
        if (action == schedule) step.at_s = kStart + 10;
        if (action == inspect) step.inspection = inspection("a-7", "m-101", kStart + 20);
        if (action != schedule) step.at_s = kStart + 20;
        auto next = after_step(application, step);
        ASSERT_TRUE(next) << next.error().sentence;
        application = std::move(*next);
    }
    certified.at_s = kStart + 30;
    EXPECT_EQ(after_step(application, certified).error().fault, StepFault::commitment_of_another);
    certified.commitment = commitment(2);
    certified.at_s = kStart + 30;
    EXPECT_EQ(after_step(application, certified)->state, ApplicationState::operating);
}

TEST(AnApplication, takes_no_old_record_for_a_re_inspection) {
    ApplicationStep visit = step_of(ApplicationAction::schedule, kStart + 10);
    const auto scheduled = after_step(in(ApplicationState::deauthorised), visit);
    ASSERT_TRUE(scheduled);
    ApplicationStep seen = step_of(ApplicationAction::inspect, kStart + 20);
    const auto old = after_step(*scheduled, seen);
    ASSERT_FALSE(old) << "the record from before the deauthorisation";
    EXPECT_EQ(old.error().fault, StepFault::record_of_a_former_visit);
    seen.inspection = inspection("a-7", "m-101", kStart + 9);
    EXPECT_FALSE(after_step(*scheduled, seen)) << "a second before the visit was asked for";
    seen.inspection = inspection("a-7", "m-101", kStart + 21);
    EXPECT_EQ(after_step(*scheduled, seen).error().fault, StepFault::record_of_the_future);
    seen.inspection = inspection("a-7", "m-101", kStart + 10);
    EXPECT_TRUE(after_step(*scheduled, seen));
}

TEST(AnApplication, takes_a_record_once_even_within_the_second_of_the_next_visit) {
    const auto again =
        after_step(in(ApplicationState::inspected), step_of(ApplicationAction::schedule));
    ASSERT_TRUE(again);
    const auto seen = after_step(*again, step_of(ApplicationAction::inspect));
    ASSERT_FALSE(seen);
    EXPECT_EQ(seen.error().fault, StepFault::record_again);
}

struct BadStep {
    const char* damage;
    ApplicationState state;
    ApplicationAction action;
    void (*spoil)(ApplicationStep&);
    StepFault fault;
};

class ABadStep : public ::testing::TestWithParam<BadStep> {};

TEST_P(ABadStep, is_refused_by_name_and_changes_nothing) {
    const BadStep& bad = GetParam();
    const Application before = in(bad.state);
    ApplicationStep step = step_of(bad.action);
    ASSERT_TRUE(after_step(before, step)) << "it is the damage that is refused";
    bad.spoil(step);
    const auto after = after_step(before, step);
    ASSERT_FALSE(after);
    EXPECT_EQ(after.error().fault, bad.fault) << after.error().sentence;
}

using S = ApplicationState;
using A = ApplicationAction;
INSTANTIATE_TEST_SUITE_P(
    Damages, ABadStep,
    ::testing::Values(
        BadStep{"by_the_applicant", S::inspected, A::verify,
                [](ApplicationStep& s) { s.by.role = ActorRole::applicant; },
                StepFault::wrong_actor},
        BadStep{"chain_said_by_the_office", S::coded, A::certify,
                [](ApplicationStep& s) { s.by.role = ActorRole::office; }, StepFault::wrong_actor},
        BadStep{"by_nobody", S::applied, A::schedule, [](ApplicationStep& s) { s.by.name = ""; },
                StepFault::wrong_actor},
        BadStep{"dated_back", S::applied, A::schedule, [](ApplicationStep& s) { --s.at_s; },
                StepFault::before_last_step},
        BadStep{"rejected_without_a_reason", S::inspected, A::reject,
                [](ApplicationStep& s) { s.reason = ""; }, StepFault::reason_missing},
        BadStep{"reason_of_two_lines", S::inspected, A::reject,
                [](ApplicationStep& s) { s.reason = "a\nb"; }, StepFault::reason_unfit},
        BadStep{"no_date_of_the_visit", S::applied, A::schedule,
                [](ApplicationStep& s) { s.visit_s.reset(); }, StepFault::visit_missing},
        BadStep{"visit_in_the_past", S::applied, A::schedule,
                [](ApplicationStep& s) { s.visit_s = s.at_s - 1; }, StepFault::visit_missing},
        BadStep{"no_record", S::scheduled, A::inspect,
                [](ApplicationStep& s) { s.inspection.reset(); }, StepFault::record_missing},
        BadStep{"record_of_another_application", S::scheduled, A::inspect,
                [](ApplicationStep& s) { s.inspection = inspection("a-8"); },
                StepFault::record_of_another},
        BadStep{"record_of_another_meter", S::scheduled, A::inspect,
                [](ApplicationStep& s) { s.inspection = inspection("a-7", "m-102"); },
                StepFault::record_of_another},
        BadStep{"record_in_anothers_name", S::scheduled, A::inspect,
                [](ApplicationStep& s) { s.by.name = "inspector-2"; },
                StepFault::record_of_another},
        BadStep{"code_without_commitment", S::verified, A::issue,
                [](ApplicationStep& s) { s.commitment.reset(); }, StepFault::commitment_missing},
        BadStep{"another_code_on_the_chain", S::coded, A::certify,
                [](ApplicationStep& s) { s.commitment = commitment(9); },
                StepFault::commitment_of_another},
        BadStep{"transfer_to_nobody", S::operating, A::transfer,
                [](ApplicationStep& s) { s.holder.reset(); }, StepFault::holder_missing}),
    [](const auto& test) { return test.param.damage; });

TEST(AnApplication, has_a_new_holder_after_a_transfer) {
    const Application before = in(ApplicationState::operating);
    const auto after = after_step(before, step_of(ApplicationAction::transfer));
    EXPECT_EQ(after->holder, PersonId("p-4"));
    EXPECT_EQ(after->form.applicant, PersonId("p-3")) << "who applied stays known";
}

TEST(AnApplication, forgets_a_revoked_code) {
    const auto after = after_step(in(ApplicationState::coded), step_of(ApplicationAction::revoke));
    EXPECT_EQ(after->state, ApplicationState::verified);
    EXPECT_FALSE(after->commitment);
}

TEST(AForm, is_refused_outside_its_limits) {
    EXPECT_EQ(fault_of(form()), "");
    const std::vector<void (*)(ApplicationForm&)> damages{
        [](ApplicationForm& f) { f.id = ApplicationId(); },
        [](ApplicationForm& f) { f.applicant = PersonId(); },
        [](ApplicationForm& f) { f.service_point = "Main Street 5"; },
        [](ApplicationForm& f) { f.estimated_w = 0; },
        [](ApplicationForm& f) { f.estimated_w = 100'000'001; },
        [](ApplicationForm& f) { f.follows = f.id; },
    };
    for (const auto damage : damages) {
        ApplicationForm bad = form();
        damage(bad);
        EXPECT_NE(fault_of(bad), "");
    }
}

}  // namespace
}  // namespace fairfeed
