// What a member does about promises that its disk forgot.
#include "core/wire/reading_codec.h"
#include "edge-node/committee_desk.h"

namespace fairfeed {
namespace {

constexpr std::size_t kSettlesWithoutOne = 4;

}  // namespace

bool CommitteeDesk::is_in_doubt(const ClusterId& cluster, const ChainState& state) const {
    const auto doubt = doubts_.find(cluster);
    const auto next = state.next_window(cluster);
    if (doubt == doubts_.end() || !next || *next > doubt->second) return false;
    const auto* committee = state.committee_of(cluster, *next);
    return committee != nullptr && committee->members.size() >= kSettlesWithoutOne;
}

void CommitteeDesk::restore_salvaged(ByteView envelope, const ChainState& state, Instant now,
                                     Effects& out) {
    auto opened = intake::judge_pulled_reading(envelope, context(state, now));
    if (!opened) return;
    out.push_back(PersistReading{opened->reading});
    keep(std::move(*opened));
}

void CommitteeDesk::doubt_windows(const ChainState& state, Instant now, Effects& out) {
    for (const auto& [id, cluster] : state.clusters) {
        const auto next = state.next_window(id);
        if (!next || !is_member(self_, id, *next, state)) continue;
        Window window = *next;
        // The one under way too: the clock may have been ahead.
        while (state.grid().end_real_ms(window) <= now.real_ms)
            ++window;
        doubts_[id] = window;
    }
    out.push_back(PersistDoubts{doubts_});
}

}  // namespace fairfeed
