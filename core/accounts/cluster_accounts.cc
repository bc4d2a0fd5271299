#include "core/accounts/cluster_accounts.h"

#include <algorithm>
#include <set>

#include "core/accounts/plausibility.h"
#include "core/state/late_rules.h"
#include "core/state/settlement_rules.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {

namespace {

// A share settled at a capacity of 0 is no share: it does not limit a capacity certified later.
std::int64_t share_of(const MeterClosing& closing) {
    return closing.capacity_w > 0 ? closing.mes_w : kNoShareW;
}

// The share stated to the meter. A meter without a share is told the capacity certified for the
// window for which the share was settled. Factors apply to the power as it was settled, so that
// power is told unchanged.
SettledShare stated_share(const Settlement& settlement, std::size_t line,
                          const MeterClosing& closing, std::int64_t capacity_w) {
    const MeterId& meter = settlement.lines[line].meter;
    const std::int64_t share_w = share_of(closing);
    const bool is_scheduled = !settlement.factors.empty() && share_w != kNoShareW;
    if (is_scheduled) return {meter, settlement.window, share_w, 0, settlement.factors};
    return {meter, settlement.window, std::min(share_w, capacity_w), 0, {}};
}

// A share replaces every earlier one that binds no sooner.
void add_share(ShareSchedule& shares, const ShareInForce& share) {
    while (!shares.empty() && shares.back().from_s >= share.from_s)
        shares.pop_back();
    shares.push_back(share);
}

Result<SettlementLine, Reject> open_one(const Settlement& settlement, const SealedLine& sealed,
                                        const KeyRing& keys) {
    const SymmetricKey* key = keys.find(sealed.meter, sealed.key_epoch);
    if (!key) return unexpected(Reject::unknown_key_epoch);
    auto line = open_line(settlement, sealed, line_key(settlement, sealed, *key));
    if (!line) return unexpected(line.error());
    if (line->meter != sealed.meter) return unexpected(Reject::wrong_lines);
    return line;
}

const OpenedReading* find(const HeldReadings& held, const MeterId& meter, Window window) {
    const auto of_window = held.find(window);
    if (of_window == held.end()) return nullptr;
    const auto found = of_window->second.find(meter);
    return found != of_window->second.end() ? &found->second : nullptr;
}

}  // namespace

const ClosingState* ClusterAccounts::closing(const MeterId& meter) const {
    const auto found = accounts_.find(meter);
    return found != accounts_.end() ? &found->second.closing : nullptr;
}

Result<Settlement, Reject> ClusterAccounts::seal(const ChainState& state, Window window,
                                                 const SettlementDraft& draft,
                                                 const NodeId& proposer, std::uint32_t version,
                                                 std::uint32_t slot, const KeyRing& keys,
                                                 const RandomSource& random) const {
    const ClusterRecord* record = state.cluster(cluster_);
    if (!record) return unexpected(Reject::wrong_cluster);
    Settlement out;
    out.cluster = cluster_;
    out.window = window;
    out.version = version;
    out.slot = slot;
    out.proposer = proposer;
    out.contract_version = state.genesis.parameters.contract_version;
    out.rule = state.genesis.parameters.rule;
    out.basis = draft.basis;
    out.factors = draft.factors;
    out.bound = draft.bound;
    out.previous = record->last_settlement;
    out.state_height = state.height;
    out.entries = draft.entries;
    out.totals = draft.totals;
    out.late = draft.late;
    for (const SettlementLine& line : draft.lines) {
        const auto epoch = state.key_epoch(line.meter, window);
        const SymmetricKey* key = epoch ? keys.find(line.meter, *epoch) : nullptr;
        if (!key) return unexpected(Reject::unknown_key_epoch);
        out.lines.push_back(seal_line(out, line, *epoch, random_fixed<Salt>(random), *key));
    }
    return out;
}

Result<HeldReadings, Reject> listed_of(const Settlement& settlement, const HeldReadings& held) {
    HeldReadings listed;
    for (const ListedReading& each : listed_readings(settlement)) {
        const OpenedReading* found = find(held, each.meter, each.window);
        if (!found || found->reading.id != each.reading) {
            return unexpected(Reject::reading_not_held);
        }
        listed[each.window].insert({each.meter, *found});
    }
    return listed;
}

// If two readings for one slot are known, the listed one is used. A full list withholds no late
// reading.
std::vector<const OpenedReading*> ClusterAccounts::withheld(const ChainState& state,
                                                            const Settlement& settlement,
                                                            const HeldReadings& held) const {
    const Window settled = settlement.window;
    const bool is_full = settlement.late.size() >= late_room(state, settlement.entries.size());
    std::map<ReadingSlot, Digest> listed;
    for (const ListedReading& each : listed_readings(settlement))
        listed.emplace(ReadingSlot{each.meter, each.window}, each.reading);
    std::map<MeterId, LateSpan> spans;
    for (const SettlementEntry& entry : settlement.entries)
        spans.emplace(entry.meter, late_span(state, entry.meter, settled));
    const auto might_be_used = [&](const ReadingSlot& slot) {
        const auto span = spans.find(slot.first);
        if (listed.contains(slot) || span == spans.end()) return false;
        if (slot.second == settled) return true;
        return !is_full && span->second.has(state.meters.at(slot.first), slot.second);
    };
    HeldReadings known;
    bool is_more = false;
    for (auto at = held.begin(); at != held.end() && at->first <= settled; ++at) {
        for (const auto& [meter, opened] : at->second)
            is_more = is_more || might_be_used({meter, at->first});
    }
    std::vector<const OpenedReading*> out;
    if (!is_more) return out;
    for (auto at = held.begin(); at != held.end() && at->first <= settled; ++at) {
        for (const auto& [meter, opened] : at->second) {
            const auto named = listed.find({meter, at->first});
            const bool is_named = named != listed.end() && named->second == opened.reading.id;
            if (is_named || might_be_used({meter, at->first})) {
                known[at->first].insert({meter, opened});
            }
        }
    }
    for (const OpenedReading* each : usable(state, settled, known)) {
        const ReadingHeader& header = each->reading.header;
        if (listed.contains({header.meter, header.window})) continue;
        out.push_back(find(held, header.meter, header.window));
    }
    return out;
}

Result<void, Reject> ClusterAccounts::check(const ChainState& state, const Settlement& settlement,
                                            const HeldReadings& held, const KeyRing& keys) const {
    if (settlement.cluster != cluster_) return unexpected(Reject::wrong_cluster);
    if (settlement.state_height > state.height) return unexpected(Reject::wrong_height);
    if (const auto placed = check_settlement_place(state, settlement); !placed) return placed;
    const auto listed = listed_of(settlement, held);
    if (!listed) return unexpected(listed.error());
    auto picked = pick_all(state, settlement.window, *listed);
    for (const Picked& each : picked)
        if (each.refused) return unexpected(*each.refused);
    if (!withheld(state, settlement, held).empty()) return unexpected(Reject::reading_withheld);
    const auto expected = settle(state, settlement.window, std::move(picked));
    if (!expected) return unexpected(expected.error());
    if (settlement.entries != expected->entries || settlement.late != expected->late) {
        return unexpected(Reject::wrong_entries);
    }
    if (settlement.totals != expected->totals) return unexpected(Reject::wrong_totals);
    if (settlement.basis != expected->basis || settlement.factors != expected->factors) {
        return unexpected(Reject::wrong_factors);
    }
    const auto lines = open_lines(settlement, keys);
    if (!lines) return unexpected(lines.error());
    if (*lines != expected->lines) return unexpected(Reject::wrong_lines);
    return {};
}

Result<std::vector<SettlementLine>, Reject> ClusterAccounts::open_lines(
    const Settlement& settlement, const KeyRing& keys) {
    std::vector<SettlementLine> lines;
    for (const SealedLine& sealed : settlement.lines) {
        auto line = open_one(settlement, sealed, keys);
        if (!line) return unexpected(line.error());
        lines.push_back(std::move(*line));
    }
    return lines;
}

SettlingBlock settling_block(const ChainState& after, const Settlement& settlement,
                             std::int64_t time_ms) {
    const Window target = share_is_for(after.genesis.parameters, settlement.window);
    SettlingBlock out{time_ms, {}};
    for (const SealedLine& line : settlement.lines)
        out.capacities_w.push_back(after.capacity_w(line.meter, target));
    return out;
}

SettledShare ClusterAccounts::move_on(const ChainState& state, const Settlement& settlement,
                                      std::size_t line, const MeterClosing& closing,
                                      const SettlingBlock& block) {
    SettledShare share = stated_share(settlement, line, closing, block.capacities_w[line]);
    share.from_s = share_binds_from_s(state.genesis.parameters, settlement.window, block.time_ms);
    Account& account = accounts_[share.meter];
    account.closing = closing.state;
    account.capacity_w = closing.capacity_w;
    add_share(account.closing.shares, {share_of(closing), share.from_s});
    return share;
}

// Estimates for the next window use nothing older than the same window one day before. No estimate
// comes from a profile that no honest committee lists.
void ClusterAccounts::remember(const ChainState& state, Window settled,
                               const HeldReadings& listed) {
    const std::int64_t oldest = std::int64_t{settled} + 1 - state.grid().windows_per_day();
    for (const auto& [window, readings] : listed) {
        for (const auto& [meter, opened] : readings) {
            if (is_profile(state.genesis.parameters, opened.body.profile))
                accounts_[meter].recent.emplace(window, opened.body);
        }
    }
    for (auto& [meter, account] : accounts_)
        std::erase_if(account.recent, [oldest](const auto& each) { return each.first < oldest; });
}

void ClusterAccounts::close() {
    for (auto& [meter, account] : accounts_)
        account = Account{{}, 0, std::move(account.recent)};
    last_lines_.clear();
}

void ClusterAccounts::witness(const ChainState& state, const Settlement& settlement,
                              const HeldReadings& listed, const KeyRing& keys) {
    remember(state, settlement.window, listed);
    last_window_ = settlement.window;
    const auto lines = open_lines(settlement, keys);
    if (lines) {
        learn(state, settlement, *lines, listed);
    } else {
        history_since_.reset();
    }
}

std::vector<SettledShare> ClusterAccounts::take_over(const ChainState& state,
                                                     const Settlement& settlement,
                                                     const std::vector<MeterClosing>& closings,
                                                     const SettlingBlock& block) {
    CHECK(closings.size() == settlement.lines.size());
    std::vector<SettledShare> shares;
    for (std::size_t i = 0; i < closings.size(); ++i)
        shares.push_back(move_on(state, settlement, i, closings[i], block));
    last_window_ = settlement.window;
    return shares;
}

Result<std::vector<SettledShare>, Reject> ClusterAccounts::commit(const ChainState& state,
                                                                  const Settlement& settlement,
                                                                  const HeldReadings& held,
                                                                  std::int64_t header_time_ms,
                                                                  const KeyRing& keys) {
    if (settlement.cluster != cluster_) return unexpected(Reject::wrong_cluster);
    if (last_window_ && settlement.window <= *last_window_) return unexpected(Reject::wrong_window);
    if (settlement.lines.size() != settlement.entries.size()) {
        return unexpected(Reject::wrong_lines);
    }
    const auto listed = listed_of(settlement, held);
    if (!listed) return unexpected(listed.error());
    auto lines = open_lines(settlement, keys);
    if (!lines) return unexpected(lines.error());
    std::vector<SettledShare> shares;
    const SettlingBlock block = settling_block(state, settlement, header_time_ms);
    for (std::size_t i = 0; i < lines->size(); ++i) {
        const SettlementLine& line = (*lines)[i];
        shares.push_back(
            move_on(state, settlement, i, {line.closing, line.capacity_w, line.mes_w}, block));
    }
    remember(state, settlement.window, *listed);
    learn(state, settlement, *lines, *listed);
    last_lines_ = std::move(*lines);
    last_window_ = settlement.window;
    return shares;
}

Result<ReadingBody, Reject> open_with(const KeyRing& keys, const SignedReading& reading) {
    const SymmetricKey* key = keys.find(reading.header.meter, reading.header.key_epoch);
    if (!key) return unexpected(Reject::unknown_key_epoch);
    return open_reading(reading, reading_key(reading.header, *key));
}

}  // namespace fairfeed
