#include "core/state/late_rules.h"

#include <algorithm>
#include <tuple>

#include "core/base/check.h"
#include "core/contract/billing.h"
#include "core/contract/share.h"

namespace fairfeed {

namespace {

// More than 10 000 meters can be trued up by at once (kMaxGapWh of plausibility.h).
constexpr std::int64_t kMaxAdjustedWh = 10'000'000'000'000'000;

struct Span {
    Window first = 0;
    Window last = 0;
};

const MeterRecord* find(const ChainState& state, const MeterId& meter) {
    const auto* found = state.meters.find(meter);
    return found != nullptr ? found : nullptr;
}

Window first_unread(const MeterRecord& meter) {
    return meter.last_window ? *meter.last_window + 1 : meter.registration.reads_from();
}

// A template, because callers pass const and mutable gaps.
template <class Gaps>
auto gap_around(Gaps& gaps, Window window) {
    return std::find_if(gaps.begin(), gaps.end(), [window](const UnreadGap& gap) {
        return gap.first <= window && window < gap.end;
    });
}

// The windows up to `settled` that are corrected for one meter; nullopt: none. `late`: the meter's
// own late readings. The meter's first reading closes the gap since the installation, which may lie
// before the meter's first window. The last settlement of a replaced meter closes what is left.
std::optional<Span> corrected(const MeterRecord& meter, Window settled, bool is_read,
                              std::span<const ListedReading> late) {
    std::optional<Span> span;
    const auto add = [&span](Window first, Window last) {
        if (!span) span = Span{first, last};
        span->first = std::min(span->first, first);
        span->last = std::max(span->last, last);
    };
    const Window open = first_unread(meter);
    for (const ListedReading& each : late) {
        const auto gap = gap_around(meter.unread, each.window);
        if (gap != meter.unread.end()) add(gap->first, gap->end - 1);
        if (each.window >= open) add(open, each.window);
    }
    if (is_read && open < settled) add(open, settled - 1);
    if (is_read && open == settled && !meter.last_window) add(open, open);
    const bool is_last = meter.replaced && meter.replaced->from == settled + 1;
    if (is_last && !is_read && open <= settled) add(open, settled);
    return span;
}

// The windows of all meters together, and the number of meters.
struct Concerned {
    std::optional<Span> span;
    std::int64_t meters = 0;
};

Concerned concerned(const ChainState& state, const Settlement& settlement) {
    Concerned out;
    auto next = settlement.late.begin();
    for (const SettlementEntry& entry : settlement.entries) {
        auto last = next;
        while (last != settlement.late.end() && last->meter == entry.meter)
            ++last;
        const std::span<const ListedReading> late(next, last);
        next = last;
        const MeterRecord* meter = find(state, entry.meter);
        if (!meter) continue;
        const auto span =
            corrected(*meter, settlement.window, entry.status == EntryStatus::reading, late);
        if (!span) continue;
        ++out.meters;
        if (!out.span) out.span = span;
        out.span->first = std::min(out.span->first, span->first);
        out.span->last = std::max(out.span->last, span->last);
    }
    return out;
}

// The rates of all windows of the span; nullopt: they differ, or some depend on the quarter hour.
std::optional<BandRates> only_rates(const ChainState& state, const Span& span) {
    const Tariff& first = state.tariff(span.first);
    const bool is_one =
        std::none_of(state.tariffs.begin(), state.tariffs.end(), [&](const auto& tariff) {
            if (tariff.effective <= span.first || tariff.effective > span.last) return false;
            const Tariff& other = state.tariff(tariff.effective);
            return other.bands() > 1 || other.rates(0) != first.rates(0);
        });
    if (!is_one || first.bands() > 1) return std::nullopt;
    return first.rates(0);
}

}  // namespace

std::int64_t late_windows(const ChainState& state) {
    const NetworkParameters& parameters = state.genesis.parameters;
    return parameters.close_after_s / parameters.window_seconds;
}

Window oldest_late(const ChainState& state, Window settled) {
    const std::int64_t oldest = std::int64_t{settled} - late_windows(state) - 1;
    return static_cast<Window>(std::max(oldest, std::int64_t{0}));
}

std::optional<OpenSlot> open_slot(const MeterRecord& meter, Window window) {
    if (!meter.last_window || window > *meter.last_window) return OpenSlot{meter.last_sequence};
    const auto gap = gap_around(meter.unread, window);
    if (gap == meter.unread.end()) return std::nullopt;
    return OpenSlot{gap->above, gap->below};
}

bool LateSpan::has(const MeterRecord& meter, Window window) const {
    return window >= first && window < end && open_slot(meter, window).has_value();
}

LateSpan open_span(const ChainState& state, Window settled) {
    return {oldest_late(state, settled), settled};
}

LateSpan late_span(const ChainState& state, const MeterId& meter, Window settled) {
    LateSpan span = open_span(state, settled);
    span.first = std::max(span.first, state.witnessed_from(meter, settled));
    return span;
}

bool is_witness_for_good(const ChainState& state, const MeterId& meter, Window window,
                         const NodeId& node) {
    const Window last = UINT32_MAX;
    const MeterRecord* record = find(state, meter);
    if (!record || state.witnessed_from(meter, last) > window) return false;
    const auto* committee = state.committee_of(record->registration.cluster, last);
    return committee && is_member(*committee, node);
}

bool may_true_up(const ChainState& state, const MeterId& meter, Window late, Window settled) {
    const MeterRecord* record = find(state, meter);
    return record && late_span(state, meter, settled).has(*record, late);
}

void note_reading(MeterRecord& meter, const ReadingHeader& header, const Digest& id) {
    auto& unread = meter.unread;
    const Window first = first_unread(meter);
    if (!meter.last_window || header.window > *meter.last_window) {
        if (first < header.window)
            unread.push_back({first, header.window, meter.last_sequence, header.sequence});
        meter.last_window = header.window;
        meter.last_sequence = header.sequence;
        meter.last_reading = id;
        return;
    }
    const auto found = gap_around(unread, header.window);
    CHECK(found != unread.end());
    const UnreadGap left{found->first, header.window, found->above, header.sequence};
    const UnreadGap right{header.window + 1, found->end, header.sequence, found->below};
    auto at = unread.erase(found);
    if (right.first < right.end) at = unread.insert(at, right);
    if (left.first < left.end) unread.insert(at, left);
}

std::size_t late_room(const ChainState& state, std::size_t entries) {
    const auto most = static_cast<std::size_t>(state.genesis.parameters.max_block_transactions);
    return most > entries + 1 ? most - entries - 1 : 0;
}

Result<void, Reject> check_late(const ChainState& state, const Settlement& settlement) {
    const auto& late = settlement.late;
    const auto& entries = settlement.entries;
    if (late.size() > late_room(state, entries.size())) return unexpected(Reject::wrong_entries);
    auto entry = entries.begin();
    for (std::size_t i = 0; i < late.size(); ++i) {
        if (i > 0 && std::tie(late[i - 1].meter, late[i - 1].window) >=
                         std::tie(late[i].meter, late[i].window)) {
            return unexpected(Reject::wrong_entries);
        }
        while (entry != entries.end() && entry->meter < late[i].meter)
            ++entry;
        if (entry == entries.end() || entry->meter != late[i].meter ||
            late[i].reading == Digest{}) {
            return unexpected(Reject::wrong_entries);
        }
        if (!may_true_up(state, late[i].meter, late[i].window, settlement.window)) {
            return unexpected(Reject::closed_window);
        }
    }
    return {};
}

bool adjustments_agree(const ChainState& state, const Settlement& settlement) {
    const AdjustmentTotals& adjusted = settlement.totals.adjusted;
    const Concerned about = concerned(state, settlement);
    if (!about.span) return adjusted == AdjustmentTotals{};
    for (const std::int64_t wh :
         {adjusted.import_wh, adjusted.export_wh, adjusted.generation_wh, adjusted.credited_wh}) {
        if (wh > kMaxAdjustedWh || wh < -kMaxAdjustedWh) return false;
    }
    // A gap never earns more than its estimate did.
    if (settlement.late.empty() && adjusted.credited_wh > 0) return false;
    const auto rates = only_rates(state, *about.span);
    if (!rates) return true;
    const Int128 owed = Int128{adjusted.import_wh} * rates->import_micro_per_kwh -
                        Int128{adjusted.credited_wh} * rates->export_micro_per_kwh;
    const Int128 off = Int128{adjusted.grid_amount_micro} * kRemainderLimit + owed;
    const Int128 most = Int128{2} * about.meters * (kRemainderLimit - 1);
    return off >= -most && off <= most;
}

}  // namespace fairfeed
