#include "gateway/api/application_access.h"

namespace fairfeed {

bool is_own(const Caller& caller, const Application& application) {
    const auto& form = application.form;
    const auto meter = application.record ? std::optional(application.record->meter) : form.meter;
    if (meter && caller.owns(meter->view())) return true;
    const bool has_applicant =
        !application.steps.empty() && application.holder == application.form.applicant;
    if (!has_applicant || !caller.account) return false;
    // A name may be given anew: who got it after the application did not make it.
    const auto& made = application.steps.front();
    return made.by == Actor{ActorRole::applicant, caller.name()} &&
           caller.account->created_ms / 1000 <= made.at_s;
}

bool may_see(const Caller& caller, const Application& application) {
    return caller.may(AccessRight::read_meters) || is_own(caller, application);
}

bool is_of_the_office(const Caller& caller) {
    return caller.account && (caller.account->role == AccountRole::officer ||
                              caller.account->role == AccountRole::grid_operator);
}

Actor actor_of(const Caller& caller) {
    return {is_of_the_office(caller) ? ActorRole::office : ActorRole::applicant, caller.name()};
}

bool may_take(const Caller& caller, ApplicationAction action) {
    if (!caller.account) return false;
    const bool is_customer = caller.account->role == AccountRole::customer;
    switch (action) {
        case ApplicationAction::schedule:
        case ApplicationAction::verify:
        case ApplicationAction::reject:
        case ApplicationAction::issue:
            return is_of_the_office(caller);
        case ApplicationAction::inspect:
            return !is_customer;
        case ApplicationAction::apply:
        case ApplicationAction::withdraw:
        case ApplicationAction::revoke:
        case ApplicationAction::transfer:
        case ApplicationAction::decommission:
            return is_customer || is_of_the_office(caller);
        case ApplicationAction::certify:
        case ApplicationAction::deauthorise:
        case ApplicationAction::supersede:
            break;
    }
    return false;
}

}  // namespace fairfeed
