#include "edge-node/committee/signing_right.h"

namespace fairfeed {
namespace {

constexpr std::size_t kSettlesWithoutOne = 4;

}  // namespace

bool is_member(const NodeId& node, const ClusterId& cluster, Window window,
               const ChainState& state) {
    const auto* committee = state.committee_of(cluster, window);
    return committee != nullptr && is_member(*committee, node);
}

// While a window stands still, one committee may follow another for it. The opening of a window to
// this node does not move then.
void SigningRight::follow(const ChainState& state) {
    for (const auto& [cluster, record] : state.clusters) {
        const auto next = state.next_window(cluster);
        if (!next || !is_member(self_, cluster, *next, state)) continue;
        const auto [known, first] = openings_.try_emplace(cluster, Opening{*next, state.height});
        if (!first && known->second.window != *next) known->second = {*next, state.height};
    }
}

bool SigningRight::is_opened_from(const ClusterId& cluster, std::optional<Height> height) const {
    const auto opening = openings_.find(cluster);
    const Height opened_at = opening != openings_.end() ? opening->second.at : 0;
    return height && opened_at >= *height;
}

// The clock of this node may have been ahead when the node spoke: so the window under way counts.
PersistSilencedWindows SigningRight::doubt(const ChainState& state, Instant now) {
    for (const auto& [id, cluster] : state.clusters) {
        const auto next = state.next_window(id);
        if (!next || !is_member(self_, id, *next, state)) continue;
        Window window = *next;
        while (state.grid().end_real_ms(window) <= now.real_ms)
            ++window;
        doubts_[id] = window;
    }
    return {doubts_};
}

bool SigningRight::is_in_doubt(const ClusterId& cluster, const ChainState& state) const {
    const auto doubt = doubts_.find(cluster);
    const auto next = state.next_window(cluster);
    if (doubt == doubts_.end() || !next || *next > doubt->second) return false;
    const auto* committee = state.committee_of(cluster, *next);
    return committee != nullptr && committee->members.size() >= kSettlesWithoutOne;
}

}  // namespace fairfeed
