// The earliest time of a block with certain transactions (execution.h). Only builders need it.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/state/execution.h"

namespace fairfeed {

namespace {

// A change of committee or of key grants: the cluster, and the first window concerned.
struct Given {
    ClusterId cluster;
    Window effective = 0;
};

std::optional<Given> given_by(const ChainState& state, const Transaction& transaction) {
    if (const auto* committee = std::get_if<CommitteeAllocation>(&transaction.content)) {
        return Given{committee->cluster, committee->effective};
    }
    const auto* grant = std::get_if<KeyGrant>(&transaction.content);
    if (!grant) return std::nullopt;
    const auto* meter = state.meters.find(grant->meter);
    if (meter == nullptr) return std::nullopt;
    return Given{meter->registration.cluster, grant->effective};
}

// A window that has begun by then can be given to others once its cluster stands still.
std::int64_t with_what_is_given_away(const ChainState& state,
                                     std::span<const Transaction> transactions,
                                     std::int64_t time_ms) {
    const GridClock grid = state.grid();
    for (bool is_later = true; std::exchange(is_later, false);) {
        for (const Transaction& transaction : transactions) {
            const auto given = given_by(state, transaction);
            const auto running = grid.window_at(time_ms);
            if (!given || !running || given->effective > *running) continue;
            const auto next = state.next_window(given->cluster);
            if (!next || *next == UINT32_MAX) continue;
            const std::int64_t stands_ms = grid.end_real_ms(*next + 1);
            if (stands_ms <= time_ms) continue;
            time_ms = stands_ms;
            is_later = true;
        }
    }
    return time_ms;
}

}  // namespace

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
    return with_what_is_given_away(state, transactions, earliest_ms);
}

}  // namespace fairfeed
