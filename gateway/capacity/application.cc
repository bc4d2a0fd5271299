#include "gateway/capacity/application.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/base/utc_text.h"
#include "core/state/state.h"

namespace fairfeed {
namespace {

using enum ApplicationState;
using enum ApplicationAction;

struct Transition {
    ApplicationState from;
    ApplicationAction action;
    ApplicationState to;
};
// Whatever is not here is illegal.
constexpr std::array kTable{
    Transition{none, apply, applied},
    Transition{applied, schedule, scheduled},
    Transition{applied, reject, rejected},
    Transition{applied, withdraw, withdrawn},
    Transition{scheduled, schedule, scheduled},
    Transition{scheduled, inspect, inspected},
    Transition{scheduled, reject, rejected},
    Transition{scheduled, withdraw, withdrawn},
    Transition{inspected, schedule, scheduled},
    Transition{inspected, verify, verified},
    Transition{inspected, reject, rejected},
    Transition{inspected, withdraw, withdrawn},
    Transition{verified, schedule, scheduled},
    Transition{verified, reject, rejected},
    Transition{verified, withdraw, withdrawn},
    Transition{verified, issue, coded},
    Transition{coded, revoke, verified},
    Transition{coded, certify, operating},
    Transition{operating, transfer, operating},
    Transition{operating, deauthorise, deauthorised},
    Transition{operating, supersede, superseded},
    Transition{operating, decommission, decommissioned},
    Transition{deauthorised, schedule, scheduled},
    Transition{deauthorised, transfer, deauthorised},
    Transition{deauthorised, supersede, superseded},
    Transition{deauthorised, decommission, decommissioned},
    Transition{rejected, apply, applied},
};

constexpr std::array<std::string_view, kApplicationStates> kStateNames{
    "none",      "applied",      "scheduled", "inspected", "verified",   "coded",
    "operating", "deauthorised", "rejected",  "withdrawn", "superseded", "decommissioned"};

constexpr unsigned kApplicant = 1U << static_cast<unsigned>(ActorRole::applicant);
constexpr unsigned kOffice = 1U << static_cast<unsigned>(ActorRole::office);
constexpr unsigned kInspector = 1U << static_cast<unsigned>(ActorRole::inspector);
constexpr unsigned kChain = 1U << static_cast<unsigned>(ActorRole::chain);

// What each action asks for, in the order of the enum.
struct ActionRule {
    std::string_view name;
    unsigned actors;
    bool needs_reason = false;
};
constexpr std::array<ActionRule, kApplicationActions> kRules{{
    {"apply", kApplicant | kOffice},
    {"schedule", kOffice},
    {"inspect", kInspector},
    {"verify", kOffice},
    {"reject", kOffice, true},
    {"withdraw", kApplicant | kOffice},
    {"issue", kOffice},
    {"revoke", kApplicant | kOffice, true},
    {"certify", kChain},
    {"transfer", kApplicant | kOffice},
    {"deauthorise", kChain, true},
    {"supersede", kChain},
    {"decommission", kApplicant | kOffice, true},
}};

const ActionRule& rule_of(ApplicationAction action) {
    return kRules[static_cast<std::size_t>(action)];
}

std::string roles_text(unsigned actors) {
    std::string text;
    for (const ActorRole role :
         {ActorRole::applicant, ActorRole::office, ActorRole::inspector, ActorRole::chain}) {
        if ((actors >> static_cast<unsigned>(role) & 1U) == 0) continue;
        text += (text.empty() ? "" : " or ") + std::string(to_string(role));
    }
    return text;
}

// The words of a refusal behind "application a-7, inspected: ".
using StepObjection = std::optional<std::pair<StepFault, std::string>>;

StepObjection attribution_fault(const Application& application, const ApplicationStep& step) {
    const ActionRule& rule = rule_of(step.action);
    const bool is_allowed = (rule.actors >> static_cast<unsigned>(step.by.role) & 1U) != 0;
    if (!is_allowed || !is_line(step.by.name, kMaxReasonBytes)) {
        return {{StepFault::wrong_actor, "'" + std::string(rule.name) + "' is a step of " +
                                             roles_text(rule.actors) + ", by name"}};
    }
    const std::int64_t last_s = application.steps.empty() ? 0 : application.steps.back().at_s;
    if (step.at_s < last_s)
        return {{StepFault::before_last_step,
                 "'" + std::string(rule.name) + "' is dated before the last step"}};
    if (rule.needs_reason && step.reason.empty())
        return {{StepFault::reason_missing,
                 "'" + std::string(rule.name) + "' needs a reason that the applicant can read"}};
    if (!step.reason.empty() && !is_line(step.reason, kMaxReasonBytes))
        return {{StepFault::reason_unfit,
                 "a reason is one line of at most " + std::to_string(kMaxReasonBytes) + " bytes"}};
    return std::nullopt;
}

// When the visit was asked for that leads to the next record. Whatever ends an installation's good
// standing (rejection, deauthorisation) comes before it, as the table has it.
std::int64_t last_scheduled_s(const Application& application) {
    std::int64_t at_s = 0;
    for (const ApplicationStep& step : application.steps)
        if (step.action == schedule) at_s = step.at_s;
    return at_s;
}

// An old record must not stand for a new visit.
StepObjection visit_fault(const Application& application, const ApplicationStep& step) {
    const SignedInspection& seen = *step.inspection;
    const std::int64_t visited_s = seen.record.visited_s;
    if (visited_s < last_scheduled_s(application)) {
        return {{StepFault::record_of_a_former_visit,
                 "the record is of a visit at " + utc_text(visited_s) +
                     ", before this one was scheduled: the inspector goes there again"}};
    }
    if (visited_s > step.at_s) {
        return {{StepFault::record_of_the_future,
                 "the record is of a visit at " + utc_text(visited_s) +
                     ", which is still to come: the inspector's clock is wrong"}};
    }
    const bool stands = std::any_of(
        application.steps.begin(), application.steps.end(), [&](const ApplicationStep& earlier) {
            return earlier.inspection && earlier.inspection->id == seen.id;
        });
    if (stands) return {{StepFault::record_again, "the record stands in this application already"}};
    return std::nullopt;
}

StepObjection record_fault(const Application& application, const ApplicationStep& step) {
    if (!step.inspection)
        return {{StepFault::record_missing, "'inspect' needs the inspector's signed record"}};
    const InspectionRecord& record = step.inspection->record;
    const auto& meter = application.form.meter;
    if (record.application != application.form.id || (meter && record.meter != *meter) ||
        step.inspection->inspector.str() != step.by.name) {
        return {{StepFault::record_of_another,
                 "the record is of application " + record.application.str() + ", meter " +
                     record.meter.str() + ", signed by " + step.inspection->inspector.str()}};
    }
    return visit_fault(application, step);
}

StepObjection content_fault(const Application& application, const ApplicationStep& step) {
    switch (step.action) {
        case schedule:
            if (!step.visit_s || *step.visit_s < step.at_s)
                return {{StepFault::visit_missing, "'schedule' needs a date of the visit to come"}};
            return std::nullopt;
        case inspect:
            return record_fault(application, step);
        case issue:
        case certify:
            if (!step.commitment)
                return {{StepFault::commitment_missing, "the certificate's commitment is missing"}};
            if (step.action == certify && step.commitment != application.commitment) {
                return {{StepFault::commitment_of_another,
                         "the chain names another certificate than that of the code"}};
            }
            return std::nullopt;
        case transfer:
            if (!step.holder)
                return {{StepFault::holder_missing, "'transfer' needs the new holder"}};
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::string_view to_string(ApplicationState state) {
    return kStateNames[static_cast<std::size_t>(state)];
}

std::string_view to_string(ApplicationAction action) {
    return rule_of(action).name;
}

std::optional<ApplicationAction> application_action_named(std::string_view name) {
    for (std::size_t i = 0; i < kApplicationActions; ++i)
        if (kRules[i].name == name) return static_cast<ApplicationAction>(i);
    return std::nullopt;
}

ApplicationState next_state(ApplicationState state, ApplicationAction action) {
    for (const Transition& each : kTable)
        if (each.from == state && each.action == action) return each.to;
    return none;
}

std::string legal_actions(ApplicationState state) {
    std::string text;
    for (std::size_t i = 0; i < kApplicationActions; ++i) {
        const auto action = static_cast<ApplicationAction>(i);
        if (next_state(state, action) == none) continue;
        text += (text.empty() ? "" : ", ") + std::string(to_string(action));
    }
    return text.empty() ? "nothing" : text;
}

std::string_view to_string(ActorRole role) {
    switch (role) {
        case ActorRole::applicant:
            return "applicant";
        case ActorRole::office:
            return "office";
        case ActorRole::inspector:
            return "inspector";
        case ActorRole::chain:
            return "chain";
    }
    CHECK(false);
}

std::optional<ActorRole> actor_role_named(std::string_view name) {
    for (const ActorRole role :
         {ActorRole::applicant, ActorRole::office, ActorRole::inspector, ActorRole::chain})
        if (to_string(role) == name) return role;
    return std::nullopt;
}

std::string fault_of(const ApplicationForm& form) {
    if (form.id.empty() || form.applicant.empty()) return "application and applicant need names";
    if (!is_valid_name(form.service_point))
        return "service point: 1 to 32 of a-z, 0-9 and '-', a pseudonym";
    if (form.estimated_w < 1 || form.estimated_w > kMaxCapacityW)
        return "estimated capacity: 1 to " + std::to_string(kMaxCapacityW) + " W";
    if (form.follows == form.id) return "an application cannot follow itself";
    return "";
}

Application application_of(const ApplicationForm& form) {
    Application application;
    application.form = form;
    application.holder = form.applicant;
    return application;
}

Result<Application, StepRefusal> after_step(const Application& application,
                                            const ApplicationStep& step) {
    const ApplicationState next = next_state(application.state, step.action);
    StepObjection objection;
    if (next == none) {
        objection = {StepFault::illegal_step,
                     "'" + std::string(to_string(step.action)) +
                         "' is no step from there; possible: " + legal_actions(application.state)};
    }
    if (!objection) objection = attribution_fault(application, step);
    if (!objection) objection = content_fault(application, step);
    if (objection) {
        return unexpected(
            StepRefusal{objection->first, "application " + application.form.id.str() + ", " +
                                              std::string(to_string(application.state)) + ": " +
                                              objection->second});
    }
    Application out = application;
    out.state = next;
    out.steps.push_back(step);
    if (step.inspection) out.record = step.inspection->record;
    if (step.holder) out.holder = *step.holder;
    if (step.commitment) out.commitment = step.commitment;
    if (step.action == revoke) out.commitment.reset();
    return out;
}

}  // namespace fairfeed
