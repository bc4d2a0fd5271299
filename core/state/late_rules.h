// What anybody can check of a settlement's corrections without a key (committee rules 7 and 8):
// which late readings it may list, and the arithmetic of its adjustment figures. Used by
// settlement_rules.h for blocks and by a committee before it takes a late reading. Pure.
#pragma once

#include "core/model/reject.h"
#include "core/state/past_room.h"
#include "core/state/state.h"

namespace fairfeed {

// For how many windows after its own a reading is still accepted: close_after_s of genesis (92 days
// at most), in whole windows.
[[nodiscard]] std::int64_t late_windows(const ChainState& state);

// The oldest window of which the settlement of `settled` may list a late reading: late_windows + 1
// before it, because one settlement may have been under way when the reading was accepted.
[[nodiscard]] Window oldest_late(const ChainState& state, Window settled);

// Between which sequences, both excluded, a reading of this window must lie to be the meter's next
// committed one; nullopt: one of it is committed, or its gap is forgotten.
struct OpenSlot {
    std::uint64_t above = 0;
    std::uint64_t below = UINT64_MAX;
};
[[nodiscard]] std::optional<OpenSlot> open_slot(const MeterRecord& meter, Window window);

// Windows of which one settlement may list a late reading, if no reading of them is committed,
// whatever is committed of later ones. Whether the meter was registered then is
// check_reading_header's question.
struct LateSpan {
    Window first = 0;
    Window end = 0;
    [[nodiscard]] bool has(const MeterRecord& meter, Window window) const;
};
// Of the meter in its cluster's settlement of `settled`: not older than oldest_late, and the
// committee could read it. Made once for all windows that are asked for.
[[nodiscard]] LateSpan late_span(const ChainState& state, const MeterId& meter, Window settled);
// The same whoever its committee is: it may become another one yet.
[[nodiscard]] LateSpan open_span(const ChainState& state, Window settled);

// Whoever settles the meter's cluster from now on, as far as the chain tells by now, could read the
// meter in this window, and this node is one of them to the last: what it holds of the window will
// be demanded.
[[nodiscard]] bool is_witness_for_good(const ChainState& state, const MeterId& meter, Window window,
                                       const NodeId& node);

// Is it in the late_span of `settled`?
[[nodiscard]] bool may_true_up(const ChainState& state, const MeterId& meter, Window late,
                               Window settled);

// A reading is committed: CHECKs that its slot is open.
void note_reading(MeterRecord& meter, const ReadingHeader& header, const Digest& id);

// Gaps of which no settlement lists anything any more, and all but the newest, at most kMaxGaps,
// that have room: what is billed for them stands. The chain's state and closing states forget
// alike, after each settlement; `oldest` is oldest_late of the next one, `room` the gaps' of the
// past_room of this one.
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
// transactions than a block. In bytes there is always room for so many (past_room.h).
[[nodiscard]] std::size_t late_room(const ChainState& state, std::size_t entries);

// The list itself: ascending, of meters it settles, takeable. wrong_entries, closed_window.
[[nodiscard]] Result<void, Reject> check_late(const ChainState& state,
                                              const Settlement& settlement);

// Zero where no meter was read again; else within range, nothing more is credited unless a late
// reading is listed, and the grid's amount follows from the energies up to the remainders if one
// tariff governs all windows concerned.
[[nodiscard]] bool adjustments_agree(const ChainState& state, const Settlement& settlement);

}  // namespace fairfeed
