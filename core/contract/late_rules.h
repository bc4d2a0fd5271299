// What anybody can check of a settlement's corrections without a key (committee rules 7 and 8):
// which late readings it may list, and the arithmetic of its adjustment figures. Used by
// settlement_rules.h for blocks and by a committee before it takes a late reading. Pure.
#pragma once

#include "core/contract/state.h"
#include "core/model/reject.h"

namespace fairfeed {

constexpr std::int64_t kMaxLateWindows = 96;  // a day of quarter-hour windows

// For how many windows after its own a reading is still accepted: close_after_s of genesis (24 h),
// in whole windows, at most kMaxLateWindows.
[[nodiscard]] std::int64_t late_windows(const ChainState& state);

// May the settlement of `settled` list the meter's reading of `late`? Nothing newer of the meter is
// committed, and it is at most late_windows + 1 old: one settlement may have been under way when it
// was accepted. Whether the meter was registered then is check_reading_header's question.
[[nodiscard]] bool may_true_up(const ChainState& state, const MeterId& meter, Window late,
                               Window settled);

// How many late readings a settlement with so many entries may list, so that its group fits a
// block.
[[nodiscard]] std::size_t late_room(const ChainState& state, std::size_t entries);

// The list itself: ascending, of meters it settles, takeable. wrong_entries, closed_window.
[[nodiscard]] Result<void, Reject> check_late(const ChainState& state,
                                              const Settlement& settlement);

// Zero where no meter was read again; else within range, and the grid's amount follows from the
// energies up to the remainders if one tariff governs all windows concerned.
[[nodiscard]] bool adjustments_agree(const ChainState& state, const Settlement& settlement);

}  // namespace fairfeed
