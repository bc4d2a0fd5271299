// How early a block with certain transactions may be (execution.h): a builder's question.
#include <algorithm>

#include "core/contract/execution.h"

namespace fairfeed {

std::int64_t earliest_block_time_ms(const ChainState& state,
                                    std::span<const Transaction> transactions) {
    const GridClock grid = state.grid();
    std::int64_t earliest_ms = state.tip_time_ms + 1;
    for (const Transaction& transaction : transactions) {
        const auto& content = transaction.content;
        if (const auto* settlement = std::get_if<Settlement>(&content)) {
            earliest_ms = std::max(earliest_ms, grid.end_real_ms(settlement->window));
        } else if (const auto* evidence = std::get_if<Evidence>(&content)) {
            const bool of_height = evidence->offence == Offence::two_votes ||
                                   evidence->offence == Offence::two_proposals;
            if (of_height) continue;
            earliest_ms = std::max(earliest_ms, grid.end_real_ms(evidence->place.window));
        } else if (const auto* event = std::get_if<MeterAlarm>(&content)) {
            earliest_ms = std::max(earliest_ms, grid.real_ms(grid.start_s(event->window)));
        }
    }
    return earliest_ms;
}

}  // namespace fairfeed
