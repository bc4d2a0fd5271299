#include "edge-node/committee/reading_store.h"

#include <algorithm>

#include "core/state/late_rules.h"

namespace fairfeed {

const HeldReadings& ReadingStore::of(const ClusterId& cluster) const {
    static const HeldReadings kNone;
    const auto windows = readings_.find(cluster);
    return windows == readings_.end() ? kNone : windows->second;
}

const OpenedReading* ReadingStore::held(const Place& place) const {
    const auto& [meter, window] = place.slot;
    const HeldReadings& windows = of(place.cluster);
    const auto of_window = windows.find(window);
    if (of_window == windows.end()) return nullptr;
    const auto found = of_window->second.find(meter);
    return found != of_window->second.end() ? &found->second : nullptr;
}

const SignedReading* ReadingStore::find(const Digest& id) const {
    const auto place = places_.find(id);
    if (place == places_.end()) return nullptr;
    const OpenedReading* found = held(place->second);
    return found != nullptr ? &found->reading : nullptr;
}

std::optional<Digest> ReadingStore::id_of(const ReadingSlot& slot) const {
    const auto known = ids_.find(slot);
    if (known == ids_.end()) return std::nullopt;
    return known->second;
}

const SignedReading* ReadingStore::rival(const SignedReading& reading) const {
    const ReadingHeader& header = reading.header;
    const OpenedReading* of_slot = held({header.cluster, {header.meter, header.window}});
    if (of_slot != nullptr && of_slot->reading.id != reading.id) return &of_slot->reading;
    const auto numbered = sequences_.find({header.meter, header.sequence});
    if (numbered == sequences_.end() || numbered->second == header.window) return nullptr;
    const OpenedReading* other = held({header.cluster, {header.meter, numbered->second}});
    return other != nullptr ? &other->reading : nullptr;
}

bool ReadingStore::is_committed(const ReadingSlot& slot) const {
    return listed_by_.contains(slot);
}

bool ReadingStore::is_twofold(const ReadingSlot& slot) const {
    return twofold_.contains(slot);
}

void ReadingStore::keep(OpenedReading opened) {
    const ReadingHeader& header = opened.reading.header;
    const Place place{header.cluster, {header.meter, header.window}};
    if (const auto before = id_of(place.slot)) {
        const SignedReading* other = find(*before);
        if (other != nullptr) free_number(place.slot, *other);
        places_.erase(*before);
    }
    ids_.insert_or_assign(place.slot, opened.reading.id);
    sequences_[{header.meter, header.sequence}] = header.window;
    places_.insert_or_assign(opened.reading.id, place);
    OpenedReadings& of_window = readings_[header.cluster][header.window];
    of_window.insert_or_assign(place.slot.first, std::move(opened));
}

void ReadingStore::keep_committed(const HeldReadings& listed, Window settled) {
    for (const auto& [window, readings] : listed) {
        for (const auto& [meter, opened] : readings) {
            keep(opened);
            listed_by_[{meter, window}] = settled;
        }
    }
}

// The day of a reading begins with the window whose settlement lists the reading.
bool ReadingStore::is_needed(const ReadingSlot& slot, Window settled, const LateSpan& span,
                             const ChainState& state) const {
    const auto& [meter, window] = slot;
    const auto known = listed_by_.find(slot);
    const Window listed = known != listed_by_.end() ? known->second : window;
    return std::int64_t{listed} + state.grid().windows_per_day() >= settled ||
           span.has(state.meters.at(meter), window);
}

void ReadingStore::drop_old(const ClusterId& cluster, Window settled, const ChainState& state) {
    auto& windows = readings_[cluster];
    auto& dropped = dropped_[cluster];
    const LateSpan span = open_span(state, settled + 1);
    for (auto at = windows.begin(); at != windows.end() && at->first < settled;) {
        std::erase_if(at->second, [&](const auto& entry) {
            const ReadingSlot slot{entry.first, at->first};
            if (is_needed(slot, settled, span, state)) return false;
            erase(slot, entry.second.reading);
            dropped.push_back(slot);
            return true;
        });
        at = at->second.empty() ? windows.erase(at) : std::next(at);
    }
}

void ReadingStore::erase(const ReadingSlot& slot, const SignedReading& reading) {
    ids_.erase(slot);
    twofold_.erase(slot);
    listed_by_.erase(slot);
    places_.erase(reading.id);
    free_number(slot, reading);
}

// A meter that gives two windows one number has it kept by the later one.
void ReadingStore::free_number(const ReadingSlot& slot, const SignedReading& reading) {
    const auto numbered = sequences_.find({slot.first, reading.header.sequence});
    if (numbered != sequences_.end() && numbered->second == slot.second) sequences_.erase(numbered);
}

ReadingStore::OnChain ReadingStore::on_chain() const {
    OnChain known;
    known.clusters.assign(settled_.begin(), settled_.end());
    for (const auto& [slot, settled] : listed_by_) {
        known.readings.push_back(ids_.at(slot));
        known.settled.push_back(settled);
    }
    return known;
}

void ReadingStore::resume(const OnChain& known, std::vector<OpenedReading> opened) {
    for (const ClusterId& cluster : known.clusters) {
        note_settled(cluster);
        readings_[cluster];
    }
    for (std::size_t i = 0; i < opened.size(); ++i) {
        const ReadingHeader& header = opened[i].reading.header;
        listed_by_[{header.meter, header.window}] = known.settled.at(i);
        keep(std::move(opened[i]));
    }
}

ForgetWindow ReadingStore::forget(const ClusterId& cluster, Window settled,
                                  const ChainState& state) {
    drop_old(cluster, settled, state);
    const std::int64_t day_ago = std::int64_t{settled} - state.grid().windows_per_day();
    const Window day_began = static_cast<Window>(std::max(std::int64_t{0}, day_ago));
    const Window keep_from = std::min(oldest_late(state, settled + 1), day_began);
    return {cluster, settled, keep_from, std::exchange(dropped_[cluster], {})};
}

}  // namespace fairfeed
