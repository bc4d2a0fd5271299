// The life of an application for installed capacity (paper A65-A70): applied, visited, verified or
// rejected, given its code, in operation, and what ends or suspends that. application.cc holds one
// table, which says where each step leads; every other step is refused by name. A step is dated,
// and signed (the inspector's) or attributed. A change of an installation is an application of its
// own that `follows` the one in operation, which goes on until the new capacity is on the chain. A
// re-inspection after a deauthorisation goes on in the same application. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/capacity/inspection.h"
#include "gateway/capacity/installation.h"

namespace fairfeed {

enum class ApplicationState : std::uint8_t {
    none,  // nothing is applied for
    applied,
    scheduled,     // a visit is planned
    inspected,     // the signed record is there
    verified,      // the office accepts the record
    coded,         // the applicant has the code
    operating,     // the capacity is on the chain
    deauthorised,  // the chain took it away
    rejected,
    withdrawn,
    superseded,      // a change of the installation took its place
    decommissioned,  // nothing generates any more
};
constexpr std::size_t kApplicationStates =
    static_cast<std::size_t>(ApplicationState::decommissioned) + 1;

enum class ApplicationAction : std::uint8_t {
    apply,
    schedule,
    inspect,
    verify,
    reject,
    withdraw,
    issue,    // of the code
    revoke,   // of the code
    certify,  // CAPACITY with the code's commitment is final
    transfer,
    deauthorise,  // DEAUTHORISE is final
    supersede,    // CAPACITY of the application that follows this one is final
    decommission,
};
constexpr std::size_t kApplicationActions =
    static_cast<std::size_t>(ApplicationAction::decommission) + 1;

[[nodiscard]] std::string_view to_string(ApplicationState state);
[[nodiscard]] std::string_view to_string(ApplicationAction action);
[[nodiscard]] std::optional<ApplicationAction> application_action_named(std::string_view name);
// The table: `none` where the step is illegal.
[[nodiscard]] ApplicationState next_state(ApplicationState state, ApplicationAction action);
// "inspect, schedule, reject"; "nothing" for the last states.
[[nodiscard]] std::string legal_actions(ApplicationState state);

// On whose word a step is taken.
enum class ActorRole : std::uint8_t { applicant, office, inspector, chain };
[[nodiscard]] std::string_view to_string(ActorRole role);
[[nodiscard]] std::optional<ActorRole> actor_role_named(std::string_view name);
struct Actor {
    ActorRole role = ActorRole::office;
    std::string name;  // of an account, an inspector, or a transaction's id
    bool operator==(const Actor&) const = default;
};

constexpr std::size_t kMaxReasonBytes = 500;

struct ApplicationStep {
    ApplicationAction action = ApplicationAction::apply;
    std::int64_t at_s = 0;  // Unix time
    Actor by;
    std::string reason;                          // a line; the applicant can read it
    std::optional<std::int64_t> visit_s;         // schedule
    std::optional<SignedInspection> inspection;  // inspect: as open_inspection gave it
    std::optional<Digest> commitment;            // issue, certify: of the certificate
    std::optional<PersonId> holder;              // transfer: the new one
    bool operator==(const ApplicationStep&) const = default;
};

// What is applied for; stays as it is.
struct ApplicationForm {
    ApplicationId id;
    PersonId applicant;
    std::string service_point;     // pseudonym of the connection, [a-z0-9-]{1,32}
    std::optional<MeterId> meter;  // if there is one yet
    Technology technology = Technology::solar;
    std::int64_t estimated_w = 0;
    std::optional<ApplicationId> follows;  // the one in operation that this changes
    bool operator==(const ApplicationForm&) const = default;
};
// The first fault for a person; empty: none.
[[nodiscard]] std::string fault_of(const ApplicationForm& form);

struct Application {
    ApplicationForm form;
    PersonId holder;
    ApplicationState state = ApplicationState::none;
    std::vector<ApplicationStep> steps;
    std::optional<InspectionRecord> record;  // of the last visit
    std::optional<Digest> commitment;        // of the code that is out or on the chain
    bool operator==(const Application&) const = default;
};
// Before its first step.
[[nodiscard]] Application application_of(const ApplicationForm& form);

enum class StepFault : std::uint8_t {
    illegal_step,
    wrong_actor,
    before_last_step,
    reason_missing,
    reason_unfit,
    visit_missing,
    record_missing,
    record_of_another,
    record_of_a_former_visit,
    record_of_the_future,
    record_again,
    commitment_missing,
    commitment_of_another,
    holder_missing,
};
struct StepRefusal {
    StepFault fault;
    std::string sentence;  // with application, state and step
};

// The application after the step. Faults are looked for in the order of StepFault.
[[nodiscard]] Result<Application, StepRefusal> after_step(const Application& application,
                                                          const ApplicationStep& step);

}  // namespace fairfeed
