#include "edge-node/committee/batch_rules.h"

#include <algorithm>

#include "core/contract/settlement_rules.h"

namespace fairfeed::committee {
namespace {

// Whether a draft would settle the meter by this reading.
bool is_usable(const View& view, Window window, const OpenedReading& opened) {
    const ReadingHeader& header = opened.reading.header;
    return check_reading_header(view.state, window, header).has_value() &&
           view.book.plausible(view.state, window, header.meter, opened.body).has_value();
}

OpenedReadings listed(const Settlement& settlement, const OpenedReadings& readings) {
    OpenedReadings out;
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status != EntryStatus::reading) continue;
        const auto held = readings.find(entry.meter);
        if (held != readings.end()) out.emplace(held->first, held->second);
    }
    return out;
}

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

std::vector<Digest> readings_not_held(const Settlement& settlement, const View& view,
                                      const Promises& promises) {
    std::vector<Digest> missing;
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status != EntryStatus::reading) continue;
        const auto held = view.readings.find(entry.meter);
        const bool another = held != view.readings.end() &&
                             held->second.reading.id != entry.reading &&
                             !promises.contains(entry.meter);
        if (held == view.readings.end() || another) missing.push_back(entry.reading);
    }
    return missing;
}

std::vector<const OpenedReading*> readings_withheld(const Settlement& settlement,
                                                    const View& view) {
    std::vector<const OpenedReading*> withheld;
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status == EntryStatus::reading) continue;
        const auto held = view.readings.find(entry.meter);
        if (held == view.readings.end()) continue;
        if (is_usable(view, settlement.window, held->second)) withheld.push_back(&held->second);
    }
    return withheld;
}

std::size_t usable_readings(Window window, const View& view) {
    return static_cast<std::size_t>(
        std::count_if(view.readings.begin(), view.readings.end(),
                      [&](const auto& entry) { return is_usable(view, window, entry.second); }));
}

Result<void, Reject> judge_place(const Settlement& settlement, const View& view) {
    const ClusterRecord& record = *view.state.cluster(settlement.cluster);
    const NetworkParameters& parameters = view.state.genesis.parameters;
    if (settlement.previous != record.last_settlement) return unexpected(Reject::wrong_previous);
    if (settlement.contract_version != parameters.contract_version ||
        settlement.rule != parameters.rule) {
        return unexpected(Reject::unsupported_version);
    }
    if (!view.state.is_current(settlement.cluster, settlement.window, settlement.state_height)) {
        return unexpected(Reject::stale_state);
    }
    return {};
}

Result<void, Reject> judge_batch(const Settlement& settlement, const View& view,
                                 const Promises& promises) {
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status != EntryStatus::reading) continue;
        if (view.readings.at(entry.meter).reading.id != entry.reading) {
            return unexpected(Reject::conflicting_reading);
        }
        const auto promise = promises.find(entry.meter);
        if (promise != promises.end() && promise->second != entry.reading) {
            return unexpected(Reject::slot_taken);
        }
    }
    return view.book.check(view.state, settlement, listed(settlement, view.readings), view.keys);
}

}  // namespace fairfeed::committee
