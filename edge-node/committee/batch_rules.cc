#include "edge-node/committee/batch_rules.h"

#include <algorithm>

#include "core/state/settlement_rules.h"

namespace fairfeed::committee {
namespace {

constexpr std::size_t kMostMeters = 1000;  // of a cluster: no block holds more readings

}  // namespace

const Settlement& content_of(const Transaction& batch) {
    const auto* settlement = std::get_if<Settlement>(&batch.content);
    CHECK(settlement != nullptr);
    return *settlement;
}

Endorsement endorsement_of(const Transaction& batch) {
    const Settlement& settlement = content_of(batch);
    return {settlement.cluster, settlement.window, settlement.version, batch.id};
}

bool is_complete(const Settlement& settlement) {
    return std::all_of(settlement.entries.begin(), settlement.entries.end(),
                       [](const auto& entry) { return entry.status == EntryStatus::reading; });
}

const OpenedReading* held_of(const View& view, const ReadingSlot& slot) {
    const auto window = view.held.find(slot.second);
    if (window == view.held.end()) return nullptr;
    const auto found = window->second.find(slot.first);
    return found != window->second.end() ? &found->second : nullptr;
}

bool holds(const ListedReading& listed, const View& view, const Promises& promises) {
    const ReadingSlot slot{listed.meter, listed.window};
    const OpenedReading* held = held_of(view, slot);
    return held != nullptr && (held->reading.id == listed.reading || promises.contains(slot));
}

std::vector<ListedReading> readings_not_held(const Settlement& settlement, const View& view,
                                             const Promises& promises) {
    std::vector<ListedReading> missing = listed_readings(settlement);
    std::erase_if(missing, [&](const auto& listed) { return holds(listed, view, promises); });
    return missing;
}

std::vector<const OpenedReading*> readings_withheld(const Settlement& settlement,
                                                    const View& view) {
    return view.accounts.withheld(view.state, settlement, view.held);
}

Bytes contradicting_reading(const Settlement& settlement, const View& view) {
    for (const ListedReading& listed : listed_readings(settlement)) {
        const OpenedReading* held = held_of(view, {listed.meter, listed.window});
        if (held && held->reading.id != listed.reading) return held->reading.envelope;
    }
    return {};
}

Result<void, Reject> judge_lists(const Settlement& settlement, const View& view) {
    const auto most =
        static_cast<std::size_t>(view.state.genesis.parameters.max_block_transactions);
    if (settlement.late.size() >= most || settlement.entries.size() > kMostMeters ||
        settlement.lines.size() > kMostMeters || listed_readings(settlement).size() >= most) {
        return unexpected(Reject::too_many_transactions);
    }
    return {};
}

Result<void, Reject> judge_place(const Settlement& settlement, const View& view) {
    return check_settlement_place(view.state, settlement);
}

Result<void, Reject> judge_batch(const Settlement& settlement, const View& view,
                                 const Promises& promises) {
    for (const ListedReading& listed : listed_readings(settlement)) {
        const ReadingSlot slot{listed.meter, listed.window};
        const OpenedReading* held = held_of(view, slot);
        CHECK(held != nullptr);
        if (held->reading.id != listed.reading) return unexpected(Reject::conflicting_reading);
        const auto promise = promises.find(slot);
        if (promise != promises.end() && promise->second.reading != listed.reading) {
            return unexpected(Reject::slot_taken);
        }
    }
    const auto listed = listed_of(settlement, view.held);
    if (!listed) return unexpected(listed.error());
    return view.accounts.check(view.state, settlement, *listed, view.keys);
}

}  // namespace fairfeed::committee
