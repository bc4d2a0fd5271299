#include "gateway/records/records_follower.h"

#include <algorithm>
#include <utility>

namespace fairfeed {

RecordsFollower::RecordsFollower(DatabasePlace place, const PeakLimits& limits,
                                 const Genesis& genesis, const Digest& network)
    : place_(std::move(place)), network_(network), fold_(limits, genesis.parameters) {
    try_database();
}

std::vector<CapacityExceeded> RecordsFollower::follow(const OpenedBlock& opened,
                                                      std::int64_t at_s) {
    const Block& block = opened.step.committed.block;
    OfficeAlarms::Found found = fold_.follow(opened);
    if (!looked_at_ || block.header.height > *looked_at_) {
        waiting_.push_back({block, std::move(found.alarms), at_s});
        if (fault_.empty()) try_database();
    }
    std::vector<CapacityExceeded> grounds;
    if (drafted_ && block.header.height <= *drafted_) return grounds;
    for (PeakFinding& each : found.peaks)
        if (auto* excess = std::get_if<CapacityExceeded>(&each))
            grounds.push_back(std::move(*excess));
    return grounds;
}

void RecordsFollower::note_drafted(Height height) {
    drafted_ = height;
    if (records_) (void)records_->put_drafted_height(height);
}

void RecordsFollower::try_database() {
    fault_.clear();
    if (!records_) {
        auto opened = Records::open(place_, network_);
        if (!opened) {
            fault_ = opened.error();
            return;
        }
        const auto height = opened->alarms_height();
        if (!height) {
            fault_ = height.error();
            return;
        }
        const auto drafted = opened->drafted_height();
        if (!drafted) {
            fault_ = drafted.error();
            return;
        }
        records_.emplace(std::move(*opened));
        looked_at_ = *height;
        if (drafted_ && (!*drafted || **drafted < *drafted_))
            (void)records_->put_drafted_height(*drafted_);
        drafted_ = std::max(drafted_, *drafted);
    }
    while (!waiting_.empty()) {
        const auto written = write_next();
        if (!written) {
            fault_ = written.error();
            records_.reset();
            return;
        }
        waiting_.pop_front();
    }
}

Result<void, std::string> RecordsFollower::write_next() {
    const WaitingBlock& next = waiting_.front();
    const Height height = next.block.header.height;
    if (looked_at_ && height <= *looked_at_) return {};
    if (const auto changed = records_->follow(next.block, next.at_s); !changed)
        return unexpected(changed.error());
    const auto opened = records_->add_alarms(height, next.alarms, next.at_s);
    if (!opened) return unexpected(opened.error());
    looked_at_ = height;
    return {};
}

}  // namespace fairfeed
