#include "core/contract/cluster_book.h"

#include <algorithm>

#include "core/contract/plausibility.h"
#include "core/contract/settlement.h"
#include "core/contract/settlement_rules.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {

namespace {

std::size_t quarters_of(const ChainState& state) {
    return static_cast<std::size_t>(state.genesis.parameters.window_seconds / kSecondsPerQuarter);
}

// What still matters at the start of a window: the share in force then, and those that follow.
ShareSchedule schedule_from(const ShareSchedule& shares, std::int64_t start_s) {
    auto first = shares.begin();
    while (first != shares.end() && std::next(first) != shares.end() &&
           std::next(first)->from_s <= start_s) {
        ++first;
    }
    return {first, shares.end()};
}

// A share that binds no later than one settled before it replaces that one.
void add_share(ShareSchedule& shares, const ShareInForce& share) {
    while (!shares.empty() && shares.back().from_s >= share.from_s)
        shares.pop_back();
    shares.push_back(share);
}

// A counter of flagged windows belongs to one certified capacity.
std::uint32_t over_capacity_after(std::uint32_t before, bool same_capacity, std::uint32_t flags) {
    return (same_capacity ? before : 0) + ((flags & kLineOverCapacity) != 0 ? 1 : 0);
}

void fill_in(SettlementLine& line, const MeterSettlement& settled) {
    line.capacity_w = settled.capacity_w;
    line.load_wh = settled.load_wh;
    line.import_wh = settled.import_wh;
    line.export_wh = settled.export_wh;
    line.generation_wh = settled.generation_wh;
    line.available_wh = settled.available_wh;
    line.credited_wh = settled.credited_wh;
    line.curtailed_wh = settled.curtailed_wh;
    line.mes_w = settled.mes_w;
    line.import_amount_micro = settled.import_amount_micro;
    line.export_amount_micro = settled.export_amount_micro;
    line.closing.import_remainder = settled.import_remainder;
    line.closing.export_remainder = settled.export_remainder;
    line.closing.balance_micro = settled.balance_micro;
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

// The entries as somebody claims them against those drafted from the readings they name. A conflict
// looks like a missing reading to who does not hold it: the estimate is the same.
bool same_entries(const std::vector<SettlementEntry>& claimed,
                  const std::vector<SettlementEntry>& drafted) {
    return std::equal(claimed.begin(), claimed.end(), drafted.begin(), drafted.end(),
                      [](const SettlementEntry& a, const SettlementEntry& b) {
                          const bool both_estimated =
                              a.status != EntryStatus::reading && b.status != EntryStatus::reading;
                          return a.meter == b.meter && a.reading == b.reading &&
                                 (a.status == b.status || both_estimated);
                      });
}

}  // namespace

const ClosingState* ClusterBook::closing(const MeterId& meter) const {
    const auto found = accounts_.find(meter);
    return found != accounts_.end() ? &found->second.closing : nullptr;
}

// A meter that was never settled starts with a share of all its capacity, in force from the grid's
// beginning.
ClusterBook::Account ClusterBook::account(const ChainState& state, Window window,
                                          const MeterId& meter) const {
    const auto found = accounts_.find(meter);
    if (found != accounts_.end()) return found->second;
    Account fresh;
    fresh.closing.shares.push_back(
        {state.capacity_w(meter, window), state.genesis.parameters.grid_epoch_s});
    return fresh;
}

Result<void, Reject> ClusterBook::plausible(const ChainState& state, Window window,
                                            const MeterId& meter, const ReadingBody& body) const {
    Expectation expected{quarters_of(state), state.installed_w(meter, window), std::nullopt, false};
    const auto found = accounts_.find(meter);
    if (found != accounts_.end() && found->second.closing.has_registers) {
        const auto& recent = found->second.recent;
        expected.last = found->second.closing.registers;
        expected.follows_last = !recent.empty() && recent.back().first + 1 == window;
    }
    return check_plausible(body, expected);
}

Result<void, Reject> ClusterBook::usable(const ChainState& state, Window window,
                                         const MeterId& meter, const OpenedReading& opened) const {
    const ReadingHeader& header = opened.reading.header;
    if (header.meter != meter) return unexpected(Reject::unknown_meter);
    const auto taken = check_reading_header(state, window, header);
    if (!taken) return taken;
    return plausible(state, window, meter, opened.body);
}

ClusterBook::Measured ClusterBook::measure(const ChainState& state, Window window,
                                           const MeterId& meter,
                                           const OpenedReadings& readings) const {
    const auto held = readings.find(meter);
    if (held != readings.end() && usable(state, window, meter, held->second)) {
        return {EntryStatus::reading, held->second.reading.id, held->second.body};
    }
    Measured out;
    out.status = held != readings.end() ? EntryStatus::conflict : EntryStatus::missing;
    out.body.profile.resize(quarters_of(state));
    const auto found = accounts_.find(meter);
    if (found == accounts_.end() || found->second.closing.missed >= kEstimatedWindows) return out;
    const std::int64_t day_before = std::int64_t{window} - state.grid().windows_per_day();
    const ReadingBody* previous = nullptr;
    for (const auto& [measured, body] : found->second.recent) {
        if (measured == day_before) {
            out.body = body;
            return out;
        }
        if (std::int64_t{measured} + 1 == window) previous = &body;
    }
    if (previous) out.body = *previous;
    return out;
}

Result<SettlementDraft, Reject> ClusterBook::draft(const ChainState& state, Window window,
                                                   const OpenedReadings& readings) const {
    if (!state.cluster(cluster_)) return unexpected(Reject::wrong_cluster);
    const NetworkParameters& parameters = state.genesis.parameters;
    const std::int64_t start_s = state.grid().start_s(window);
    SettlementInput input{
        parameters.window_seconds, start_s, parameters.rule, state.tariff(window), {}};
    SettlementDraft out;
    for (const MeterId& meter : state.meters_of(cluster_, window)) {
        const Account before = account(state, window, meter);
        const Measured measured = measure(state, window, meter, readings);
        const bool real = measured.status == EntryStatus::reading;
        const std::int64_t capacity_w = state.capacity_w(meter, window);
        SettlementLine line{.meter = meter, .estimated = !real, .closing = before.closing};
        if (real) line.flags = line_flags(measured.body, capacity_w);
        ClosingState& closing = line.closing;
        closing.shares = schedule_from(closing.shares, start_s);
        input.meters.push_back(
            {meter, capacity_w, measured.body.profile, measured.body.available_wh, closing.shares,
             closing.import_remainder, closing.export_remainder, closing.balance_micro});
        closing.over_capacity =
            over_capacity_after(closing.over_capacity, capacity_w == before.capacity_w, line.flags);
        closing.missed = real ? 0 : closing.missed + 1;
        if (real) {
            closing.registers = measured.body.end;
            closing.has_registers = true;
        }
        out.entries.push_back({meter, measured.status, measured.reading});
        out.lines.push_back(std::move(line));
    }
    const auto settled = settle_window(input);
    if (!settled) return unexpected(Reject::out_of_range);
    out.totals = settled->totals;
    for (std::size_t i = 0; i < out.lines.size(); ++i)
        fill_in(out.lines[i], settled->meters[i]);
    return out;
}

Result<Settlement, Reject> ClusterBook::seal(const ChainState& state, Window window,
                                             const SettlementDraft& draft, const NodeId& proposer,
                                             std::uint32_t version, std::uint32_t slot,
                                             const KeyRing& keys,
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
    out.previous = record->last_settlement;
    out.state_height = state.height;
    out.entries = draft.entries;
    out.totals = draft.totals;
    for (const SettlementLine& line : draft.lines) {
        const auto epoch = state.key_epoch(line.meter, window);
        const SymmetricKey* key = epoch ? keys.find(line.meter, *epoch) : nullptr;
        if (!key) return unexpected(Reject::unknown_key_epoch);
        out.lines.push_back(seal_line(out, line, *epoch, random_fixed<Salt>(random), *key));
    }
    return out;
}

// Exactly the readings that the settlement lists; the others must not have been usable.
Result<OpenedReadings, Reject> ClusterBook::named_readings(const ChainState& state,
                                                           const Settlement& settlement,
                                                           const OpenedReadings& readings) const {
    OpenedReadings named;
    for (const SettlementEntry& entry : settlement.entries) {
        const auto held = readings.find(entry.meter);
        if (entry.status == EntryStatus::reading) {
            if (held == readings.end() || held->second.reading.id != entry.reading) {
                return unexpected(Reject::reading_not_held);
            }
            const auto sound = usable(state, settlement.window, entry.meter, held->second);
            if (!sound) return unexpected(sound.error());
            named.insert(*held);
        } else if (held != readings.end() &&
                   usable(state, settlement.window, entry.meter, held->second)) {
            return unexpected(Reject::reading_withheld);
        }
    }
    return named;
}

Result<void, Reject> ClusterBook::check(const ChainState& state, const Settlement& settlement,
                                        const OpenedReadings& readings, const KeyRing& keys) const {
    if (settlement.cluster != cluster_) return unexpected(Reject::wrong_cluster);
    if (settlement.state_height > state.height) return unexpected(Reject::wrong_height);
    if (const auto placed = check_settlement_place(state, settlement); !placed) return placed;
    const auto named = named_readings(state, settlement, readings);
    if (!named) return unexpected(named.error());
    const auto expected = draft(state, settlement.window, *named);
    if (!expected) return unexpected(expected.error());
    if (!same_entries(settlement.entries, expected->entries)) {
        return unexpected(Reject::wrong_entries);
    }
    if (settlement.totals != expected->totals) return unexpected(Reject::wrong_totals);
    const auto lines = open_lines(settlement, keys);
    if (!lines) return unexpected(lines.error());
    if (*lines != expected->lines) return unexpected(Reject::wrong_lines);
    return {};
}

Result<std::vector<SettlementLine>, Reject> ClusterBook::open_lines(const Settlement& settlement,
                                                                    const KeyRing& keys) {
    std::vector<SettlementLine> lines;
    for (const SealedLine& sealed : settlement.lines) {
        auto line = open_one(settlement, sealed, keys);
        if (!line) return unexpected(line.error());
        lines.push_back(std::move(*line));
    }
    return lines;
}

SettledShare ClusterBook::move_on(const ChainState& state, const Settlement& settlement,
                                  const SettlementLine& line, const OpenedReading* reading,
                                  std::int64_t header_time_ms) {
    const NetworkParameters& parameters = state.genesis.parameters;
    const SettledShare share{line.meter, settlement.window, line.mes_w,
                             share_binds_from_s(parameters, settlement.window, header_time_ms)};
    Account& account = accounts_[line.meter];
    account.closing = line.closing;
    account.capacity_w = line.capacity_w;
    add_share(account.closing.shares, {share.mes_w, share.from_s});
    if (reading) account.recent.emplace_back(settlement.window, reading->body);
    // The next window needs nothing older than the same window one day before it.
    const std::int64_t oldest =
        std::int64_t{settlement.window} + 1 - state.grid().windows_per_day();
    while (!account.recent.empty() && account.recent.front().first < oldest) {
        account.recent.pop_front();
    }
    return share;
}

Result<std::vector<SettledShare>, Reject> ClusterBook::commit(const ChainState& state,
                                                              const Settlement& settlement,
                                                              const OpenedReadings& readings,
                                                              std::int64_t header_time_ms,
                                                              const KeyRing& keys) {
    if (settlement.cluster != cluster_) return unexpected(Reject::wrong_cluster);
    if (last_window_ && settlement.window <= *last_window_) return unexpected(Reject::wrong_window);
    if (settlement.lines.size() != settlement.entries.size()) {
        return unexpected(Reject::wrong_lines);
    }
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status != EntryStatus::reading) continue;
        const auto held = readings.find(entry.meter);
        if (held == readings.end() || held->second.reading.id != entry.reading) {
            return unexpected(Reject::reading_not_held);
        }
    }
    auto lines = open_lines(settlement, keys);
    if (!lines) return unexpected(lines.error());
    std::vector<SettledShare> shares;
    for (std::size_t i = 0; i < lines->size(); ++i) {
        const SettlementEntry& entry = settlement.entries[i];
        const bool real = entry.status == EntryStatus::reading;
        const OpenedReading* reading = real ? &readings.at(entry.meter) : nullptr;
        shares.push_back(move_on(state, settlement, (*lines)[i], reading, header_time_ms));
    }
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
