#include "core/contract/true_up.h"

#include <algorithm>

#include "core/contract/billing.h"
#include "core/contract/settlement.h"

namespace fairfeed {

namespace {

// target += more, unless it leaves 64 bits.
bool add(std::int64_t& target, Int128 more) {
    const auto sum = narrow(target + more);
    if (sum) target = *sum;
    return sum.has_value();
}

bool is_reset(const ReadingBody& body) {
    return (body.flags & kFlagRegisterReset) != 0;
}

}  // namespace

ShareSchedule shares_since(const ShareSchedule& shares, std::int64_t start_s) {
    auto first = shares.begin();
    while (first != shares.end() && std::next(first) != shares.end() &&
           std::next(first)->from_s <= start_s) {
        ++first;
    }
    return {first, shares.end()};
}

TrueUp::TrueUp(const ChainState& state, MeterId meter, ClosingState closing)
    : state_(&state), meter_(std::move(meter)), closing_(std::move(closing)) {}

bool TrueUp::take_late(Window window, const ReadingBody& body) {
    return take(window, body, true);
}

bool TrueUp::take_present(Window window, const ReadingBody& body) {
    return take(window, body, false);
}

std::uint32_t TrueUp::unread_before(Window window) const {
    return window - closing_.unread_from;
}

bool TrueUp::take(Window window, const ReadingBody& body, bool is_late) {
    const TrueUp before = *this;
    if (!close_gap(window, body) || (is_late && !replace_window(window, body.profile))) {
        *this = before;
        return false;
    }
    std::erase_if(closing_.estimates,
                  [window](const EstimatedWindow& each) { return each.window <= window; });
    closing_.registers = body.end;
    closing_.unread_from = window + 1;
    return true;
}

// What is older than the first share kept stands under that one.
std::int64_t TrueUp::share_w(std::int64_t capacity_w, std::int64_t quarter_s) const {
    const auto& shares = closing_.shares;
    if (!shares.empty()) quarter_s = std::max(quarter_s, shares.front().from_s);
    return binding_share_w(shares, capacity_w, quarter_s);
}

// What the share let the meter generate in a window, its own use aside.
Int128 TrueUp::allowed_wh(Window window) const {
    const std::int64_t start_s = state_->grid().start_s(window);
    const std::int64_t capacity_w = state_->capacity_w(meter_, window);
    const auto quarters = state_->grid().window_seconds() / kSecondsPerQuarter;
    const auto& shares = closing_.shares;
    const bool one_share = shares.empty() || shares.back().from_s <= start_s ||
                           shares.front().from_s >= state_->grid().end_s(window);
    if (one_share) return Int128{share_w(capacity_w, start_s)} * quarters / 4;
    Int128 sum = 0;
    for (std::int64_t i = 0; i < quarters; ++i) {
        const std::int64_t at_s = start_s + i * kSecondsPerQuarter;
        sum += quarter_cap_wh(share_w(capacity_w, at_s), static_cast<std::size_t>(i));
    }
    return sum;
}

// The estimates of the windows from `first` to before `end`.
TrueUp::Energy TrueUp::billed(Window first, Window end) const {
    Energy sum;
    for (const EstimatedWindow& estimate : closing_.estimates) {
        if (estimate.window < first || estimate.window >= end) continue;
        sum.import_wh += estimate.import_wh;
        sum.export_wh += estimate.export_wh;
        sum.generation_wh += estimate.generation_wh;
        sum.credited_wh += estimate.credited_wh;
    }
    return sum;
}

// A gap is credited as one long quarter hour: whoever withholds readings hides when export and own
// use fell together, and must not gain by it.
bool TrueUp::close_gap(Window before, const ReadingBody& body) {
    const auto start = registers_at_start(body);
    if (is_reset(body) || !start) return true;
    const Window first = closing_.unread_from;
    const bool is_first = first == state_->meters.at(meter_).registration.effective;
    if (first == before && !is_first) return true;
    const Registers& last = closing_.registers;
    Energy gap;
    gap.import_wh = Int128{start->import_wh} - last.import_wh;
    gap.export_wh = Int128{start->export_wh} - last.export_wh;
    gap.generation_wh = Int128{start->generation_wh} - last.generation_wh;
    Int128 allowed_wh_sum = 0;
    for (Window window = first; window < before; ++window)
        allowed_wh_sum += allowed_wh(window);
    const Int128 own_use_wh =
        std::max(Int128{0}, gap.import_wh + gap.generation_wh - gap.export_wh);
    gap.credited_wh = std::min(gap.export_wh, std::max(Int128{0}, allowed_wh_sum - own_use_wh));
    const Window priced = before > first ? before - 1 : first;
    return correct(gap, billed(first, before), state_->tariff(priced));
}

// As settle_window would have, had the reading been there.
bool TrueUp::replace_window(Window window, const Profile& profile) {
    const std::int64_t start_s = state_->grid().start_s(window);
    const std::int64_t capacity_w = state_->capacity_w(meter_, window);
    Energy measured;
    for (std::size_t i = 0; i < profile.size(); ++i) {
        const QuarterHour& quarter = profile[i];
        const auto at_s = start_s + static_cast<std::int64_t>(i) * kSecondsPerQuarter;
        const auto load_wh = quarter.import_wh + quarter.generation_wh - quarter.export_wh;
        const auto cap_wh = quarter_cap_wh(share_w(capacity_w, at_s), i);
        measured.import_wh += quarter.import_wh;
        measured.export_wh += quarter.export_wh;
        measured.generation_wh += quarter.generation_wh;
        measured.credited_wh += credited_export_wh(cap_wh, load_wh, quarter.export_wh);
    }
    return correct(measured, billed(window, window + 1), state_->tariff(window));
}

bool TrueUp::correct(const Energy& measured, const Energy& billed, const Tariff& tariff) {
    const auto import_wh = narrow(measured.import_wh - billed.import_wh);
    const auto credited_wh = narrow(measured.credited_wh - billed.credited_wh);
    if (!import_wh || !credited_wh) return false;
    const auto taken =
        bill_correction(closing_.import_remainder, *import_wh, tariff.import_micro_per_kwh);
    const auto given =
        bill_correction(closing_.export_remainder, *credited_wh, tariff.export_micro_per_kwh);
    if (!taken || !given) return false;
    closing_.import_remainder = taken->remainder;
    closing_.export_remainder = given->remainder;
    const Int128 owed = Int128{taken->amount_micro} - given->amount_micro;
    return add(closing_.balance_micro, owed) && add(adjustment_.import_wh, *import_wh) &&
           add(adjustment_.export_wh, measured.export_wh - billed.export_wh) &&
           add(adjustment_.generation_wh, measured.generation_wh - billed.generation_wh) &&
           add(adjustment_.credited_wh, *credited_wh) &&
           add(adjustment_.import_amount_micro, taken->amount_micro) &&
           add(adjustment_.export_amount_micro, given->amount_micro);
}

}  // namespace fairfeed
