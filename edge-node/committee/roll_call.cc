#include "edge-node/committee/roll_call.h"

namespace fairfeed::committee {

bool RollCall::is_complete(const ChainState& state, const ClusterId& cluster, Window window,
                           const OpenedReadings* held) const {
    const ClusterRecord* record = state.cluster(cluster);
    if (!record) return true;
    if (!place_ || place_->height != state.height || place_->window != window)
        place_ = Place{state.height, window, 0};
    for (; place_->next < record->meters.size(); ++place_->next) {
        const MeterId& meter = record->meters[place_->next];
        const bool is_heard = held != nullptr && held->contains(meter);
        if (!is_heard && state.settles(meter, window)) return false;
    }
    return true;
}

}  // namespace fairfeed::committee
