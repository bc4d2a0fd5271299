// How the accounts settle a window: which readings of each meter are used, what replaces missing
// readings, and then the contract.
#include <algorithm>

#include "core/accounts/cluster_accounts.h"
#include "core/accounts/first_closing.h"
#include "core/accounts/plausibility.h"
#include "core/contract/settlement.h"
#include "core/contract/share_history.h"
#include "core/contract/yield.h"
#include "core/state/late_rules.h"
#include "core/state/settlement_rules.h"

namespace fairfeed {

namespace {

// false: what an estimate costs or earns is beyond 64 bits.
bool fill_in(SettlementLine& line, const MeterSettlement& settled, Window window,
             const Tariff& tariff) {
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
    line.bands = settled.bands;
    if (!line.estimated || line.closing.unread_from > window) return true;
    const PricedEnergy energy =
        priced(tariff, settled.import_wh, settled.credited_wh, settled.bands);
    const auto cost = narrow(energy.cost);
    const auto worth = narrow(energy.worth);
    if (!cost || !worth) return false;
    const EstimatedWindow estimate{window,
                                   settled.import_wh,
                                   settled.export_wh,
                                   settled.generation_wh,
                                   settled.credited_wh,
                                   *cost,
                                   *worth};
    if (estimate != EstimatedWindow{.window = window}) line.closing.estimates.push_back(estimate);
    return true;
}

// The sums over earlier windows; nullopt: beyond 64 bits.
std::optional<AdjustmentTotals> sum_adjustments(const std::vector<SettlementLine>& lines) {
    Int128 import_wh = 0, export_wh = 0, generation_wh = 0, credited_wh = 0, owed = 0;
    for (const SettlementLine& line : lines) {
        import_wh += line.adjusted.import_wh;
        export_wh += line.adjusted.export_wh;
        generation_wh += line.adjusted.generation_wh;
        credited_wh += line.adjusted.credited_wh;
        owed += Int128{line.adjusted.import_amount_micro} - line.adjusted.export_amount_micro;
    }
    const auto imported = narrow(import_wh);
    const auto exported = narrow(export_wh);
    const auto generated = narrow(generation_wh);
    const auto credited = narrow(credited_wh);
    const auto grid = narrow(-owed);
    if (!imported || !exported || !generated || !credited || !grid) return std::nullopt;
    return AdjustmentTotals{*imported, *exported, *generated, *credited, *grid};
}

// The times whose shares may still be needed: from `open` on, and in the meter's gaps.
std::vector<GridSpan> unread_spans(const ChainState& state, const ClosingState& closing,
                                   Window open, Window oldest) {
    const GridClock grid = state.grid();
    std::vector<GridSpan> spans;
    for (const RegisterGap& gap : closing.gaps)
        spans.push_back({grid.start_s(std::max(gap.first, oldest)), grid.start_s(gap.end)});
    spans.push_back({grid.start_s(std::max(open, oldest)), INT64_MAX});
    return spans;
}

}  // namespace

ClosingState ClusterAccounts::opening(const ChainState& state, const MeterId& meter) const {
    const ClosingState* last = closing(meter);
    return last && !is_lost(state, meter) ? *last : closing_at_installation(state, meter);
}

Result<void, Reject> ClusterAccounts::plausible(const ChainState& state, Window window,
                                                const MeterId& meter,
                                                const ReadingBody& body) const {
    return plausible_after(state, window, meter, body, opening(state, meter));
}

// Applies one more reading of the meter, if the chain and the figures allow it.
Result<void, Reject> ClusterAccounts::take(const ChainState& state, Window window, Window settled,
                                           const OpenedReading& opened, Picked& picked) const {
    const ReadingHeader& header = opened.reading.header;
    if (header.meter != picked.meter) return unexpected(Reject::unknown_meter);
    const auto taken = check_reading_header(state, window, header);
    if (!taken) return taken;
    if (header.sequence <= picked.sequence) return unexpected(Reject::stale_sequence);
    const auto sound =
        plausible_after(state, window, picked.meter, opened.body, picked.true_up.closing());
    if (!sound) return sound;
    const bool is_done = window < settled ? picked.true_up.take_late(window, opened.body)
                                          : picked.true_up.take_present(window, opened.body);
    if (!is_done) return unexpected(Reject::out_of_range);
    picked.sequence = header.sequence;
    if (window < settled) {
        picked.late.push_back(&opened);
    } else {
        picked.present = &opened;
    }
    return {};
}

ClusterAccounts::Picked ClusterAccounts::pick(const ChainState& state, Window window,
                                              const MeterId& meter, const HeldReadings& held,
                                              std::size_t room) const {
    const MeterRecord& record = state.meters.at(meter);
    const LateSpan span = late_span(state, meter, window);
    Picked out{.meter = meter,
               .true_up = TrueUp(state, meter, opening(state, meter)),
               .late = {},
               .present = nullptr,
               .estimate = nullptr,
               .sequence = 0,
               .refused = {}};
    const Window newest = record.last_window ? *record.last_window + 1 : 0;
    const Window first = record.unread.empty() ? newest : record.unread.front().first;
    for (auto at = held.lower_bound(first); at != held.end() && at->first <= window; ++at) {
        const bool is_late = at->first < window;
        if (is_late && !span.has(record, at->first)) continue;
        if (is_late && out.late.size() == room) continue;
        const auto found = at->second.find(meter);
        if (found == at->second.end()) continue;
        // The reading was sealed for others, before DGMD gave the window to this committee.
        if (found->second.reading.header.key_epoch != state.key_epoch(meter, at->first)) continue;
        const auto taken = take(state, at->first, window, found->second, out);
        if (taken) continue;
        if (!out.refused) out.refused = taken.error();
    }
    if (!out.present) out.estimate = estimate_from(state, window, out);
    close_replaced(state, window, out);
    return out;
}

// In the last settlement of a replaced meter the registers of the permit close what no reading
// says. If the sums are beyond 64 bits, the estimates stand.
void ClusterAccounts::close_replaced(const ChainState& state, Window window, Picked& picked) const {
    const Registers* closing = state.closing_of(picked.meter, window);
    if (closing == nullptr || picked.present || is_lost(state, picked.meter)) return;
    std::optional<EstimatedWindow> billed;
    if (picked.estimate) billed = picked.true_up.estimate_of(window, *picked.estimate);
    if (picked.estimate && !billed) return;
    (void)picked.true_up.close(window, *closing, billed);
}

// Whether the account of a tampered meter, which has had no lines for a while, is gone: somebody's
// false line closed the cluster since. Every other meter has a line in each settlement.
bool ClusterAccounts::is_lost(const ChainState& state, const MeterId& meter) const {
    const MeterRecord& record = state.meters.at(meter);
    const auto first = settles_from(record);
    const bool had_lines = record.tampered && first && *first < record.tampered->from;
    const ClosingState* last = closing(meter);
    return had_lines && (last == nullptr || last->shares.empty());
}

std::vector<ClusterAccounts::Picked> ClusterAccounts::pick_all(const ChainState& state,
                                                               Window window,
                                                               const HeldReadings& held) const {
    const auto meters = state.meters_of(cluster_, window);
    std::size_t room = late_room(state, meters.size());
    std::vector<Picked> out;
    for (const MeterId& meter : meters) {
        out.push_back(pick(state, window, meter, held, room));
        room -= out.back().late.size();
    }
    return out;
}

std::vector<const OpenedReading*> ClusterAccounts::usable(const ChainState& state, Window window,
                                                          const HeldReadings& held) const {
    std::vector<const OpenedReading*> out;
    for (const Picked& picked : pick_all(state, window, held)) {
        out.insert(out.end(), picked.late.begin(), picked.late.end());
        if (picked.present) out.push_back(picked.present);
    }
    return out;
}

// The reading of the same window a day earlier, else of the window before, if the whole committee
// could read it; nullptr: none (rule 8). A tampered meter whose account closes is not estimated.
const ReadingBody* ClusterAccounts::estimate_from(const ChainState& state, Window window,
                                                  const Picked& picked) const {
    if (state.is_out(picked.meter, window)) return nullptr;
    if (picked.true_up.unread_before(window) >= kEstimatedWindows) return nullptr;
    const std::int64_t day_before = std::int64_t{window} - state.grid().windows_per_day();
    const Window witnessed_from = state.witnessed_from(picked.meter, window);
    const ReadingBody* previous = nullptr;
    const ReadingBody* yesterday = nullptr;
    const auto look = [&](Window measured, const ReadingBody& body) {
        if (measured < witnessed_from) return;
        if (measured == day_before) yesterday = &body;
        if (std::int64_t{measured} + 1 == window) previous = &body;
    };
    const auto found = accounts_.find(picked.meter);
    if (found != accounts_.end()) {
        for (const auto& [measured, body] : found->second.recent)
            look(measured, body);
    }
    for (const OpenedReading* late : picked.late)
        look(late->reading.header.window, late->body);
    return yesterday ? yesterday : previous;
}

// Sets flags, counters and inherited members of the line. The contract adds the figures.
SettlementLine ClusterAccounts::start_line(const ChainState& state, Window window,
                                           const Picked& picked, const PastRoom& room) const {
    const MeterId& meter = picked.meter;
    const std::int64_t capacity_w = state.capacity_w(meter, window);
    const auto before = accounts_.find(meter);
    SettlementLine line{.meter = meter,
                        .estimated = picked.present == nullptr,
                        .adjusted = picked.true_up.adjustment(),
                        .closing = picked.true_up.closing()};
    ClosingState& closing = line.closing;
    // The counter of flagged windows starts again when the certified capacity changes.
    if (before != accounts_.end() && capacity_w != before->second.capacity_w) {
        closing.over_capacity = 0;
    }
    const auto count = [&closing](std::uint32_t flags) {
        if ((flags & (kLineOverCapacity | kLineUnregistered)) != 0) ++closing.over_capacity;
    };
    for (const OpenedReading* late : picked.late) {
        const std::int64_t then_w = state.capacity_w(meter, late->reading.header.window);
        const std::uint32_t flags = line_flags(late->body, then_w);
        if (then_w == capacity_w) count(flags);
        if ((flags & kLineRegisterReset) != 0) line.flags |= kLineLateReset;
    }
    if (picked.present) {
        const std::uint32_t flags = line_flags(picked.present->body, capacity_w);
        line.flags |= flags;
        count(flags);
        closing.missed = 0;
    } else {
        closing.missed = window + 1 - closing.unread_from;
    }
    const Window oldest = oldest_late(state, window + 1);
    forget_gaps(closing.gaps, oldest, room.gaps);
    const Window open = std::min(window, closing.unread_from);
    closing.shares = kept_shares(closing.shares, unread_spans(state, closing, open, oldest),
                                 room.shares_beside(closing.gaps));
    return line;
}

Result<SettlementDraft, Reject> ClusterAccounts::draft(const ChainState& state, Window window,
                                                       const HeldReadings& held) const {
    if (!state.cluster(cluster_)) return unexpected(Reject::wrong_cluster);
    return settle(state, window, pick_all(state, window, held));
}

Result<SettlementDraft, Reject> ClusterAccounts::settle(const ChainState& state, Window window,
                                                        std::vector<Picked> picked) const {
    const NetworkParameters& parameters = state.genesis.parameters;
    const std::int64_t start_s = state.grid().start_s(window);
    SettlementInput input{
        parameters.window_seconds, start_s, parameters.rule, state.tariff(window), {}};
    ReadingBody nothing;
    nothing.profile.resize(quarters_of(parameters));
    const PastRoom room = past_room(state, picked.size());
    SettlementDraft out;
    out.bound = state.factors_of(cluster_, window);
    for (const Picked& each : picked) {
        const ReadingBody* body = each.present ? &each.present->body : each.estimate;
        if (!body) body = &nothing;
        SettlementLine line = start_line(state, window, each, room);
        const ClosingState& closing = line.closing;
        if (!is_schedule(closing.shares)) return unexpected(Reject::out_of_range);
        input.meters.push_back({each.meter, state.capacity_w(each.meter, window), body->profile,
                                body->available_wh, in_quarters(closing.shares, out.bound, start_s),
                                closing.import_remainder, closing.export_remainder,
                                closing.balance_micro});
        for (const OpenedReading* late : each.late)
            out.late.push_back({each.meter, late->reading.header.window, late->reading.id});
        // Without a usable reading the entry is missing. Only EVIDENCE on the chain makes it a
        // conflict.
        const bool is_void = state.is_voided(each.meter, window);
        const auto status = each.present ? EntryStatus::reading
                            : is_void    ? EntryStatus::conflict
                                         : EntryStatus::missing;
        out.entries.push_back(
            {each.meter, status, each.present ? each.present->reading.id : Digest{}});
        out.lines.push_back(std::move(line));
    }
    out.basis =
        parameters.basis == ShareBasis::expected ? ShareBasis::previous_window : parameters.basis;
    if (auto planned = plan(state, window, input)) {
        out.basis = planned->basis;
        out.factors = std::move(planned->factors);
        input.planned = std::move(planned->powers);
    }
    const auto settled = settle_window(input);
    if (!settled) return unexpected(Reject::out_of_range);
    out.totals = settled->totals;
    for (std::size_t i = 0; i < out.lines.size(); ++i) {
        if (!fill_in(out.lines[i], settled->meters[i], window, input.tariff)) {
            return unexpected(Reject::out_of_range);
        }
        const OpenedReading* present = picked[i].present;
        if (present) out.lines[i].flags |= claim_flag(present->body, out.lines[i].available_wh);
    }
    flag_odd_yields(out.lines, parameters.window_seconds);
    const auto adjusted = sum_adjustments(out.lines);
    if (!adjusted) return unexpected(Reject::out_of_range);
    out.totals.adjusted = *adjusted;
    return out;
}

}  // namespace fairfeed
