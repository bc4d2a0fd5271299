#include "gateway/desk/application_desk.h"

#include <algorithm>

namespace fairfeed {
namespace {

using enum DeskFaultKind;

// A known person, or a new one.
Result<PersonId, DeskFault> applicant_of(Records& records, const ApplicationWish& wish) {
    if (!wish.person) {
        auto added = records.add_person(wish.details);
        if (!added) return desk_fault(wrong, added.error());
        return std::move(*added);
    }
    const auto known = records.person(*wish.person);
    if (!known) return desk_fault(machine, known.error());
    if (!*known) return desk_fault(missing, "there is no person '" + wish.person->str() + "'");
    return *wish.person;
}

ApplicationStep first_step(const ApplicationWish& wish) {
    ApplicationStep first;
    first.at_s = wish.at_s;
    first.by = wish.by;
    return first;
}

bool asks_for_the_same(const ApplicationForm& form, const ApplicationForm& wish) {
    return form.service_point == wish.service_point && form.meter == wish.meter &&
           form.technology == wish.technology && form.estimated_w == wish.estimated_w &&
           form.follows == wish.follows;
}

Result<bool, DeskFault> is_of_that_person(const Records& records, const Application& application,
                                          const ApplicationWish& wish) {
    if (wish.person) return application.form.applicant == *wish.person;
    const auto details = records.person(application.form.applicant);
    if (!details) return desk_fault(machine, details.error());
    return *details == wish.details;
}

// The record, checked against the inspectors in force; its signer is who takes the step.
Result<void, DeskFault> open_record(ApplicationStep& step, const ApplicationStepWish& wish,
                                    const InspectionGround& ground) {
    const auto office = ground.office();
    if (!office) return desk_fault(machine, office.error());
    auto inspection = open_inspection(wish.record, ground.network, *office);
    if (!inspection)
        return desk_fault(wrong, "no record of an inspector of the office: " +
                                     std::string(to_string(inspection.error())) +
                                     "; the inspector signs it with `gateway inspection`");
    step.by = {ActorRole::inspector, inspection->inspector.str()};
    step.inspection = std::move(*inspection);
    return {};
}

Result<ApplicationStep, DeskFault> step_of(const ApplicationStepWish& wish,
                                           const InspectionGround& ground) {
    ApplicationStep step;
    step.action = wish.action;
    step.at_s = wish.at_s;
    step.by = wish.by;
    step.reason = wish.reason;
    step.visit_s = wish.visit_s;
    if (wish.holder) step.holder = PersonId("p-0");  // the records give the name
    if (wish.action != ApplicationAction::inspect) return step;
    if (auto opened = open_record(step, wish, ground); !opened) return unexpected(opened.error());
    return step;
}

template <class Record>
Result<void, DeskFault> check_known(const Record& record, std::optional<std::size_t> known_steps) {
    if (!known_steps || record.steps.size() == *known_steps) return {};
    return desk_fault(refused, "somebody was faster: look at it anew");
}

}  // namespace

Result<Application, DeskFault> apply_for_capacity(Records& records, const ApplicationWish& wish,
                                                  const NoteDeskAct& note) {
    ApplicationForm form = wish.form;
    form.id = ApplicationId("a-0");  // the records give the name
    form.applicant = PersonId("p-0");
    if (const std::string fault = fault_of(form); !fault.empty()) return desk_fault(wrong, fault);
    const auto applicant = applicant_of(records, wish);
    if (!applicant) return unexpected(applicant.error());
    form.applicant = *applicant;
    const auto noted =
        note({"application.apply", applicant->str(), "service point " + form.service_point});
    auto made = noted ? records.apply(form, wish.place, first_step(wish))
                      : Result<Application, std::string>(unexpected(noted.error()));
    if (made) return std::move(*made);
    if (!wish.person) (void)records.erase(*applicant);
    return desk_fault(noted ? refused : machine, made.error());
}

Result<std::optional<Application>, DeskFault> applied_before(const Records& records,
                                                             const ApplicationWish& wish) {
    const auto all = records.applications();
    if (!all) return desk_fault(machine, all.error());
    for (const Application& each : *all) {
        const bool is_as_made = each.state == ApplicationState::applied && each.steps.size() == 1;
        if (!is_as_made || each.steps.front().by != wish.by ||
            !asks_for_the_same(each.form, wish.form))
            continue;
        const auto theirs = is_of_that_person(records, each, wish);
        if (!theirs) return unexpected(theirs.error());
        const auto place = records.place_of(each.form.id);
        if (!place) return desk_fault(machine, place.error());
        if (*theirs && *place == wish.place) return std::optional(each);
    }
    return std::optional<Application>();
}

Result<Application, DeskFault> take_step(Records& records, const ApplicationId& id,
                                         const ApplicationStepWish& wish,
                                         const InspectionGround& ground, const NoteDeskAct& note) {
    const auto before = records.application(id);
    if (!before) return desk_fault(missing, before.error());
    if (auto known = check_known(*before, wish.known_steps); !known)
        return unexpected(known.error());
    auto step = step_of(wish, ground);
    if (!step) return unexpected(step.error());
    if (const auto may = after_step(*before, *step); !may)
        return desk_fault(refused, may.error().sentence);
    const auto noted = note({"application." + std::string(to_string(wish.action)), id.str(),
                             step->inspection ? "signed by " + step->by.name : ""});
    if (!noted) return desk_fault(machine, noted.error());
    if (wish.holder) {
        const auto holder = records.add_person(*wish.holder);
        if (!holder) return desk_fault(wrong, holder.error());
        step->holder = *holder;
    }
    auto after = records.add_step(id, *step, before->steps.size());
    if (after) return std::move(*after);
    if (wish.holder) (void)records.erase(*step->holder);
    return desk_fault(refused, after.error());
}

Result<bool, DeskFault> was_taken(const Records& records, const Application& application,
                                  const ApplicationStepWish& wish) {
    if (application.steps.empty()) return false;
    const ApplicationStep& last = application.steps.back();
    if (last.action != wish.action || last.reason != wish.reason) return false;
    if (wish.action == ApplicationAction::inspect)
        return last.inspection && last.inspection->envelope == wish.record;
    if (last.by != wish.by || last.visit_s != wish.visit_s) return false;
    if (!wish.holder) return true;
    const auto holder = records.person(application.holder);
    if (!holder) return desk_fault(machine, holder.error());
    return *holder == wish.holder;
}

Result<WorkOrder, DeskFault> take_step(Records& records, const WorkOrderId& id,
                                       const WorkOrderStep& step,
                                       std::optional<std::size_t> known_steps,
                                       const NoteDeskAct& note) {
    const auto before = records.work_order(id);
    if (!before) return desk_fault(missing, before.error());
    if (auto known = check_known(*before, known_steps); !known) return unexpected(known.error());
    if (const auto may = after_step(*before, step); !may) return desk_fault(refused, may.error());
    const auto noted = note({"work_order." + std::string(to_string(step.action)), id.str()});
    if (!noted) return desk_fault(machine, noted.error());
    auto after = records.add_step(id, step, before->steps.size());
    if (!after) return desk_fault(refused, after.error());
    return std::move(*after);
}

bool was_taken(const WorkOrder& order, const WorkOrderStep& step) {
    if (order.steps.empty()) return false;
    WorkOrderStep last = order.steps.back();
    last.at_s = step.at_s;
    return last == step;
}

}  // namespace fairfeed
