// The replacement of a meter by one signed notice, the work permit (paper A93; docs/state.md,
// "Replacement"): METER registers the new meter, takes the old one out and gives the registers with
// which its account closes. Called by registry.h and state.h. Pure.
#pragma once

#include "core/model/reject.h"
#include "core/state/state.h"

namespace fairfeed {

// Whether METER may give these registers.
[[nodiscard]] bool is_register_set(const Registers& registers);
// Whether a new meter may have its service point. A connection has one meter at a time. It gets
// another meter only with a permit to replace the last one, or after the last one was tampered
// with. The key of the new meter must never have been a meter's key (rule 11, paper A38).
// already_registered; with a permit also unknown_meter, replaced, wrong_connection, out_of_range,
// not_effective (block 0), closed_window, not_granted.
[[nodiscard]] Result<void, Reject> check_connection(const ChainState& state,
                                                    const MeterRegistration& meter, Height height);
// Before the new meter enters its cluster. What was certified for the installation passes on:
// capacities, the last certificate, and that it is deauthorised.
void apply_permit(ChainState& state, const MeterRegistration& meter, Height height);
// Notes in the old meter's record that it is replaced.
void note_successor(ChainState& state, const MeterRegistration& successor);
// Places of its cluster that the new meter takes over: 1 or 0.
[[nodiscard]] std::size_t places_freed(const ChainState& state, const MeterRegistration& meter);

// Whether the settlement of this window can close the account of a meter. A tampered meter has had
// no line since, so each member of the committee must have known its last one all the time.
[[nodiscard]] bool may_close(const ChainState& state, const MeterRecord& meter, Window last);

}  // namespace fairfeed
