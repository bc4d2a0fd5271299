#include "edge-node/committee/batch_rules.h"

#include <algorithm>

#include "core/state/settlement_rules.h"
#include "core/wire/settlement_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed::committee {

const Settlement& content_of(const Transaction& batch) {
    const auto* settlement = std::get_if<Settlement>(&batch.content);
    CHECK(settlement != nullptr);
    return *settlement;
}

Endorsement endorsement_of(const Transaction& batch) {
    const Settlement& settlement = content_of(batch);
    return {settlement.cluster, settlement.window, settlement.version, batch.id};
}

Transaction head_of(const Transaction& batch) {
    Settlement content = content_of(batch);
    content.entries.clear();
    content.lines.clear();
    content.late.clear();
    return {.kind = batch.kind,
            .id = batch.id,
            .signer = batch.signer,
            .envelope = join_settlement(signed_envelope(batch), {}),
            .endorsements = {},
            .content = std::move(content)};
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
    if (settlement.entries.size() + settlement.late.size() >= most) {
        return unexpected(Reject::too_many_transactions);
    }
    return {};
}

Result<void, Reject> judge_place(const Settlement& settlement, const View& view) {
    return check_settlement_place(view.state, settlement);
}

Result<void, Reject> judge_promises(const Settlement& settlement, const View& view,
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
    return {};
}

Result<void, Reject> judge_arithmetic(const Settlement& settlement, const View& view) {
    const auto listed = listed_of(settlement, view.held);
    if (!listed) return unexpected(listed.error());
    return view.accounts.check(view.state, settlement, *listed, view.keys);
}

}  // namespace fairfeed::committee
