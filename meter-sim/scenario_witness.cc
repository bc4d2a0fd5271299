#include "meter-sim/scenario_witness.h"

#include <algorithm>

#include "core/model/profile.h"

namespace fairfeed {

void ScenarioWitness::saw(const MeterId& meter, const MeterEffect& effect) {
    Record& record = meters_[meter];
    if (const auto* signed_now = std::get_if<meter_effect::PersistReading>(&effect)) {
        const KeptReading& reading = signed_now->reading;
        if (reading.window < signed_now->state.next_window) {
            record.readings[reading.sequence] = reading.window;
        } else {  // the alarm stands in the place of a reading of a window that is not over
            record.alarm = reading.sequence;
            record.broken_from = reading.window;
        }
    } else if (const auto* receipt = std::get_if<meter_effect::PersistReceipt>(&effect)) {
        if (!receipt->complete) return;
        if (receipt->sequence == record.alarm) record.alarm_held = true;
        const auto found = record.readings.find(receipt->sequence);
        if (found == record.readings.end()) return;
        record.held.insert(found->second);
        if (record.estimated.contains(found->second))
            record.held_late.emplace(found->second, record.settled);
    } else if (const auto* state = std::get_if<meter_effect::PersistState>(&effect)) {
        if (state->state.shares.empty()) return;
        const AcceptedShare& share = state->state.shares.back();
        if (share.window < first_) return;
        ++record.shares;
        for (const AcceptedShare& each : state->state.shares)
            if (each.window == share.window && each.share.share_w != kNoShareW)
                record.curtailed = true;
        settle(record, share.window);
    }
}

void ScenarioWitness::settle(Record& record, Window window) {
    if (record.settled && window <= *record.settled) return;
    for (Window each = record.settled ? *record.settled + 1 : first_; each <= window; ++each) {
        const bool gone = record.broken_from && each >= *record.broken_from;
        if (!gone && !record.held.contains(each)) record.estimated.insert(each);
    }
    record.settled = window;
    for (const auto& [late, settled_then] : record.held_late)
        if (!settled_then || window > *settled_then) record.trued_up.insert(late);
}

std::vector<MeterId> ScenarioWitness::meters() const {
    std::vector<MeterId> meters;
    for (const auto& [meter, record] : meters_)
        meters.push_back(meter);
    return meters;
}

MeterOutcome ScenarioWitness::outcome(const MeterId& meter) const {
    const auto found = meters_.find(meter);
    if (found == meters_.end()) return {};
    const Record& record = found->second;
    MeterOutcome out;
    if (record.settled) out.settled = std::int64_t{*record.settled} - first_ + 1;
    out.estimated = static_cast<std::int64_t>(record.estimated.size());
    out.trued_up = static_cast<std::int64_t>(record.trued_up.size());
    out.shares = record.shares;
    out.curtailed = record.curtailed;
    out.seal_broken = record.broken_from.has_value() && record.alarm_held;
    return out;
}

}  // namespace fairfeed
