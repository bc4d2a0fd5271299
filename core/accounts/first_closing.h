// The closing state from which a meter's first line goes on, and whether the figures of a reading
// can follow a closing state: for the accounts of a cluster, and for who checks a bill without
// them. Pure.
#pragma once

#include "core/base/result.h"
#include "core/model/reading.h"
#include "core/model/reject.h"
#include "core/state/state.h"

namespace fairfeed {

// The registers at the meter's installation, and no share since the grid's beginning.
[[nodiscard]] ClosingState closing_at_installation(const ChainState& state, const MeterId& meter);

// Whether the figures of a reading of this window can follow the closing state (plausibility.h).
// closed_window: the window has a reading, or is forgotten.
[[nodiscard]] Result<void, Reject> plausible_after(const ChainState& state, Window window,
                                                   const MeterId& meter, const ReadingBody& body,
                                                   const ClosingState& closing);

}  // namespace fairfeed
