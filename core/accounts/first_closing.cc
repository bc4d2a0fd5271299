#include "core/accounts/first_closing.h"

#include "core/accounts/plausibility.h"
#include "core/accounts/true_up.h"

namespace fairfeed {

ClosingState closing_at_installation(const ChainState& state, const MeterId& meter) {
    const MeterRegistration& registration = state.meters.at(meter).registration;
    ClosingState fresh;
    fresh.registers = registration.installed;
    fresh.unread_from = registration.reads_from();
    fresh.shares.push_back({kNoShareW, state.genesis.parameters.grid_epoch_s});
    return fresh;
}

Result<void, Reject> plausible_after(const ChainState& state, Window window, const MeterId& meter,
                                     const ReadingBody& body, const ClosingState& closing) {
    const auto run = run_around(closing, window);
    if (!run) return unexpected(Reject::closed_window);
    const MeterRecord& record = state.meters.at(meter);
    const MeterRegistration& registration = record.registration;
    Expectation expected{quarters_of(state.genesis.parameters), registration.rating.power_w(),
                         run->before, false};
    // Energy between the installation and the first window is no contradiction.
    expected.follows_last = run->first == window && window > registration.reads_from();
    expected.next = run->after;
    expected.precedes_next = run->end == window + 1;
    // What was measured beyond the closing registers is the next meter's.
    if (record.replaced && window >= closing.unread_from) {
        expected.next = record.replaced->closing;
        expected.precedes_next = false;
    }
    return check_plausible(body, expected);
}

}  // namespace fairfeed
