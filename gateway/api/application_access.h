// Who may see an application and take which of its steps. Customers see their own and act as the
// applicant; inspectors hand in what they signed; officers and operators are the office. Pure.
#pragma once

#include "gateway/accounts/account.h"
#include "gateway/capacity/application.h"

namespace fairfeed {

// Whether this account made the application and it has no other holder by now, or the meter is one
// of the account's.
[[nodiscard]] bool is_own(const Caller& caller, const Application& application);
[[nodiscard]] bool may_see(const Caller& caller, const Application& application);
[[nodiscard]] bool is_of_the_office(const Caller& caller);
// As whom the caller takes steps: the applicant or the office, under the account's name.
[[nodiscard]] Actor actor_of(const Caller& caller);
[[nodiscard]] bool may_take(const Caller& caller, ApplicationAction action);

}  // namespace fairfeed
