// What the meters of a cluster could have made in a settled window. Nobody but a meter knows what
// its cap held back, so no claim of its own is enough (docs/contract.md, "What is believed"). Pure
// integers; whoever observes the same windows believes the same.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/contract/availability.h"

namespace fairfeed {

// A meter's part in a settled window: one entry per quarter hour, as quarter_energies counts it. A
// curtailed quarter hour counts as what was available, an estimated window as its estimate.
struct ObservedMeter {
    MeterId meter;
    std::int64_t capacity_w = 0;  // certified; 0: consumer
    std::vector<ObservedQuarter> quarters;
    bool is_estimated = false;  // nobody has read the meter's window
};

// All meters of the cluster, each once, in any order. A quarter hour has less than the limits of
// share.h, the window too.
struct ObservedWindow {
    std::int64_t start_s = 0;  // seconds since the grid epoch, a multiple of 900
    std::vector<ObservedMeter> meters;
};

// In Wh of quarter hour j, in the order of the meters. expected_wh: what the past says of this
// quarter hour, positive or 0, for each of them. A meter that its cap did not hold back is believed
// what it was metered. For one at its cap the quarter hour is believed to have been as bright as
// for its neighbours, within its capacity, and at least as bright as it was metered. An estimate is
// believed as it is.
[[nodiscard]] std::vector<std::int64_t> believed_wh(const ObservedWindow& window, std::size_t j,
                                                    const std::vector<std::int64_t>& expected_wh);

}  // namespace fairfeed
