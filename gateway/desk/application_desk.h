// The acts of the office's desk on applications and work orders: each looks whether the rules allow
// it, is noted, and then written into the records. The commands and the API both act by these
// functions. One thread for each Records.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gateway/desk/desk_act.h"
#include "gateway/records/records.h"

namespace fairfeed {

struct ApplicationWish {
    ApplicationForm form;            // the records name the application and the person
    std::optional<PersonId> person;  // a known one; else `details` are a new one
    PersonDetails details;
    std::string place;  // may be empty
    Actor by;
    std::int64_t at_s = 0;
};
[[nodiscard]] Result<Application, DeskFault> apply_for_capacity(Records& records,
                                                                const ApplicationWish& wish,
                                                                const NoteDeskAct& note);
// The application that the same wish made before and that is as it was made; nullopt: none.
[[nodiscard]] Result<std::optional<Application>, DeskFault> applied_before(
    const Records& records, const ApplicationWish& wish);

struct ApplicationStepWish {
    ApplicationAction action = ApplicationAction::verify;
    Actor by;
    std::int64_t at_s = 0;
    std::string reason;
    std::optional<std::int64_t> visit_s;  // schedule
    Bytes record;                         // inspect: as the inspector signed it; `by` follows
    std::optional<PersonDetails> holder;  // transfer: the new one
    // So many steps the caller knows; where there are others by now, nothing is done.
    std::optional<std::size_t> known_steps;
};
// Whose signatures count.
struct InspectionGround {
    Digest network;
    std::function<Result<Office, std::string>()> office;  // in force; asked for `inspect` alone
};
[[nodiscard]] Result<Application, DeskFault> take_step(Records& records, const ApplicationId& id,
                                                       const ApplicationStepWish& wish,
                                                       const InspectionGround& ground,
                                                       const NoteDeskAct& note);
// Whether the application's last step is what the wish asks for: it was handed in before.
[[nodiscard]] Result<bool, DeskFault> was_taken(const Records& records,
                                                const Application& application,
                                                const ApplicationStepWish& wish);

[[nodiscard]] Result<WorkOrder, DeskFault> take_step(Records& records, const WorkOrderId& id,
                                                     const WorkOrderStep& step,
                                                     std::optional<std::size_t> known_steps,
                                                     const NoteDeskAct& note);
[[nodiscard]] bool was_taken(const WorkOrder& order, const WorkOrderStep& step);

}  // namespace fairfeed
