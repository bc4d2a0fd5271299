// Checks of a settlement's corrections that need no data key (committee rules 7 and 8): which late
// readings the settlement may list, and the arithmetic of its adjustment figures. Called by
// settlement_rules.h for blocks, and by a committee before it accepts a late reading. Pure.
#pragma once

#include "core/model/reject.h"
#include "core/state/past_room.h"
#include "core/state/state.h"

namespace fairfeed {

// For how many windows after its own window a reading is still accepted: close_after_s of genesis
// (92 days at most), in whole windows.
[[nodiscard]] std::int64_t late_windows(const ChainState& state);

// The oldest window whose late reading the settlement of `settled` may list. It lies late_windows +
// 1 before `settled`, because one settlement may have been under way when the reading was accepted.
[[nodiscard]] Window oldest_late(const ChainState& state, Window settled);

// The next committed reading of this window must have a sequence between these two, both excluded.
// nullopt: a reading of the window is committed, or the window's gap is forgotten.
struct OpenSlot {
    std::uint64_t above = 0;
    std::uint64_t below = UINT64_MAX;
};
[[nodiscard]] std::optional<OpenSlot> open_slot(const MeterRecord& meter, Window window);

// The windows whose late readings one settlement may list, unless a reading of the window is
// committed already. Readings committed for later windows do not matter. check_reading_header
// checks whether the meter was registered then.
struct LateSpan {
    Window first = 0;
    Window end = 0;
    [[nodiscard]] bool has(const MeterRecord& meter, Window window) const;
};
// The span of this meter in its cluster's settlement of `settled`: windows not older than
// oldest_late that the committee could read. Compute it once for all windows of interest.
[[nodiscard]] LateSpan late_span(const ChainState& state, const MeterId& meter, Window settled);
// late_span for any committee, because the committee may still change.
[[nodiscard]] LateSpan open_span(const ChainState& state, Window settled);

// Whether this node stays a witness of the meter's window, by the COMMITTEEs and KEY_GRANTs on the
// chain now: no later committee has a member that could not read the window, so no change of
// committee keeps the reading out of a settlement; and the node is in the last of these committees.
// Only then may the node receipt the reading at once (rule 1).
[[nodiscard]] bool is_witness_for_good(const ChainState& state, const MeterId& meter, Window window,
                                       const NodeId& node);

// Whether the window `late` lies in the late_span of `settled`.
[[nodiscard]] bool may_true_up(const ChainState& state, const MeterId& meter, Window late,
                               Window settled);

// Records a committed reading; CHECKs that the reading's slot is open.
void note_reading(MeterRecord& meter, const ReadingHeader& header, const Digest& id);

// Forgets gaps that no settlement lists any more, and the oldest gaps beyond kMaxGaps or `room`.
// What is billed for a forgotten gap stands. The public state and the closing states forget the
// same gaps after each settlement. `oldest` is oldest_late of the next settlement, `room` the gaps'
// room in the past_room of this one.
template <class Gap>
void forget_gaps(std::vector<Gap>& gaps, Window oldest, std::size_t room) {
    std::erase_if(gaps, [oldest](const Gap& gap) { return gap.end <= oldest; });
    std::size_t weight = 0;
    auto kept = gaps.end();
    while (kept != gaps.begin() && gaps.end() - kept < std::ptrdiff_t{kMaxGaps}) {
        weight += gap_weight(*std::prev(kept));
        if (weight > room) break;
        --kept;
    }
    gaps.erase(gaps.begin(), kept);
}

// How many late readings a settlement with so many entries may list, so that its group has no more
// transactions than a block. A block always has enough bytes for them (past_room.h).
[[nodiscard]] std::size_t late_room(const ChainState& state, std::size_t entries);

// Checks the list of late readings: ascending, of meters that this settlement settles, within their
// late spans. wrong_entries, closed_window.
[[nodiscard]] Result<void, Reject> check_late(const ChainState& state,
                                              const Settlement& settlement);

// Checks the adjustment figures: they are zero where no meter was read again, and within range.
// More energy is credited only if a late reading is listed. If all windows concerned have the same
// rates at every hour, the grid's amount follows from the energies up to the remainders.
[[nodiscard]] bool adjustments_agree(const ChainState& state, const Settlement& settlement);

}  // namespace fairfeed
