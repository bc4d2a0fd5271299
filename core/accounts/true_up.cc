#include "core/accounts/true_up.h"

#include <algorithm>

#include "core/accounts/plausibility.h"
#include "core/contract/availability.h"
#include "core/contract/billing.h"
#include "core/contract/share_schedule.h"

namespace fairfeed {

namespace {

// Adds `more` to `target`; false if the sum exceeds 64 bits.
bool add_to(std::int64_t& target, Int128 more) {
    const auto sum = narrow(target + more);
    if (sum) target = *sum;
    return sum.has_value();
}

bool is_reset(const ReadingBody& body) {
    return (body.flags & kFlagRegisterReset) != 0;
}

// Signed readings count more than what somebody wrote down at a visit.
std::int64_t closing_register(std::int64_t read_wh, std::int64_t permit_wh) {
    return std::clamp(permit_wh, read_wh, read_wh + kMaxGapWh);
}

using Estimates = std::vector<EstimatedWindow>;

// The estimates of windows from `first` to before `end`.
Estimates within(const Estimates& all, Window first, Window end) {
    Estimates out;
    std::copy_if(all.begin(), all.end(), std::back_inserter(out), [&](const EstimatedWindow& each) {
        return each.window >= first && each.window < end;
    });
    return out;
}

}  // namespace

std::optional<RegisterGap> run_around(const ClosingState& closing, Window window) {
    if (window >= closing.unread_from) {
        const Window end = window + 1;
        return RegisterGap{closing.unread_from, end, closing.registers, std::nullopt,
                           within(closing.estimates, closing.unread_from, end)};
    }
    for (const RegisterGap& gap : closing.gaps)
        if (gap.first <= window && window < gap.end) return gap;
    return std::nullopt;
}

void TrueUp::Figures::add(const Figures& more, int sign) {
    import_wh += sign * more.import_wh;
    export_wh += sign * more.export_wh;
    generation_wh += sign * more.generation_wh;
    credited_wh += sign * more.credited_wh;
    cost += sign * more.cost;
    worth += sign * more.worth;
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

WindowBands TrueUp::bands_of(Window window, const Tariff& tariff) const {
    const auto quarters = quarters_of(state_->genesis.parameters);
    return bands_in(tariff, state_->grid().start_s(window), quarters);
}

// The highest import rate of all quarter hours of the windows from `first` to before `end`, which
// one tariff governs. Its first week shows all of its bands, so no more windows are looked at.
std::int64_t TrueUp::dearest_import_rate(const Tariff& tariff, Window first, Window end) const {
    std::int64_t most = 0;
    std::vector<bool> seen(tariff.bands());
    for (Window window = first; window < end; ++window) {
        const WindowBands bands = bands_of(window, tariff);
        for (std::size_t band = 0; band < seen.size(); ++band) {
            if (seen[band] || !bands.has(band)) continue;
            most = std::max(most, tariff.rates(band).import_micro_per_kwh);
            seen[band] = true;
        }
        if (std::find(seen.begin(), seen.end(), false) == seen.end()) break;
    }
    return most;
}

// The same under all their tariffs; `first` is always included.
std::int64_t TrueUp::dearest_import_rate(Window first, Window end) const {
    Window from = first;
    std::int64_t most = 0;
    for (const auto& change : state_->tariffs) {
        if (change.effective <= from || change.effective >= end) continue;
        most = std::max(most, dearest_import_rate(state_->tariff(from), from, change.effective));
        from = change.effective;
    }
    return std::max(most, dearest_import_rate(state_->tariff(from), from, std::max(end, from + 1)));
}

TrueUp::Figures TrueUp::estimated(const RegisterGap& run) const {
    Figures sum;
    for (const EstimatedWindow& each : run.estimates) {
        sum.add({each.import_wh, each.export_wh, each.generation_wh, each.credited_wh, each.cost,
                 each.worth},
                1);
    }
    return sum;
}

// Only the meter knows when the energy flowed, and it must not gain by hiding this. So import is
// billed at the highest rate, and no window earns more than its estimate did: the same for each Wh,
// rounded down, where less is credited now.
TrueUp::Figures TrueUp::between_registers(const RegisterGap& run) const {
    Figures sum;
    sum.import_wh = Int128{run.after->import_wh} - run.before.import_wh;
    sum.export_wh = Int128{run.after->export_wh} - run.before.export_wh;
    sum.generation_wh = Int128{run.after->generation_wh} - run.before.generation_wh;
    sum.cost = sum.import_wh * dearest_import_rate(run.first, run.end);
    for (const EstimatedWindow& each : run.estimates) {
        const Int128 left_wh = sum.export_wh - sum.credited_wh;
        const Int128 credited_wh = std::min(Int128{each.credited_wh}, left_wh);
        sum.credited_wh += credited_wh;
        if (each.credited_wh > 0) sum.worth += credited_wh * each.worth / each.credited_wh;
    }
    return sum;
}

// The amount billed so far for the run.
TrueUp::Figures TrueUp::figures_of(const RegisterGap& run) const {
    return run.after ? between_registers(run) : estimated(run);
}

// The result of settle_window if the reading had been there in time.
TrueUp::Figures TrueUp::measured(Window window, const Profile& profile) const {
    const std::int64_t start_s = state_->grid().start_s(window);
    const ClusterId& cluster = state_->meters.at(meter_).registration.cluster;
    const ShareSchedule shares =
        in_quarters(closing_.shares, state_->factors_of(cluster, window), start_s);
    const Tariff& tariff = state_->tariff(window);
    const WindowEnergy energy = window_energy(profile, shares, state_->capacity_w(meter_, window),
                                              start_s, std::nullopt, bands_of(window, tariff));
    const PricedEnergy price = priced(tariff, energy.import_wh, energy.credited_wh, energy.bands);
    return {energy.import_wh,   energy.export_wh, energy.generation_wh,
            energy.credited_wh, price.cost,       price.worth};
}

bool TrueUp::take(Window window, const ReadingBody& body, bool is_late) {
    const auto run = run_around(closing_, window);
    if (!run || !is_schedule(closing_.shares)) return false;
    RegisterGap left{run->first, window, run->before, std::nullopt,
                     within(run->estimates, run->first, window)};
    if (!is_reset(body)) left.after = registers_at_start(body);
    RegisterGap right{window + 1, run->end, body.end, run->after,
                      within(run->estimates, window + 1, run->end)};
    Figures figures = figures_of(left);
    figures.add(figures_of(right), 1);
    figures.add(figures_of(*run), -1);
    if (is_late) figures.add(measured(window, body.profile), 1);
    const TrueUp before = *this;
    if (!correct(figures)) {
        *this = before;
        return false;
    }
    divide(*run, std::move(left), std::move(right));
    return true;
}

std::optional<EstimatedWindow> TrueUp::estimate_of(Window window, const ReadingBody& body) const {
    const Figures figures = measured(window, body.profile);
    const auto cost = narrow(figures.cost);
    const auto worth = narrow(figures.worth);
    if (!cost || !worth) return std::nullopt;
    const auto wh = [](Int128 energy) { return static_cast<std::int64_t>(energy); };  // as measured
    return EstimatedWindow{window,
                           wh(figures.import_wh),
                           wh(figures.export_wh),
                           wh(figures.generation_wh),
                           wh(figures.credited_wh),
                           *cost,
                           *worth};
}

bool TrueUp::close(Window last, const Registers& closing,
                   const std::optional<EstimatedWindow>& billed) {
    const Registers& read = closing_.registers;
    RegisterGap run{closing_.unread_from, last + 1, read,
                    Registers{closing_register(read.import_wh, closing.import_wh),
                              closing_register(read.export_wh, closing.export_wh),
                              closing_register(read.generation_wh, closing.generation_wh)},
                    closing_.estimates};
    if (billed) run.estimates.push_back(*billed);
    Figures figures = between_registers(run);
    figures.add(estimated(run), -1);
    const TrueUp before = *this;
    if (!correct(figures)) {
        *this = before;
        return false;
    }
    closing_.registers = *run.after;
    closing_.unread_from = last + 1;
    closing_.estimates.clear();
    return true;
}

// Splits one run of windows without a reading into two, one or none.
void TrueUp::divide(const RegisterGap& run, RegisterGap left, RegisterGap right) {
    auto& gaps = closing_.gaps;
    const auto is_it = [&](const RegisterGap& gap) { return gap.first == run.first; };
    const bool is_open = run.first == closing_.unread_from;
    auto at = is_open ? gaps.end() : gaps.erase(std::find_if(gaps.begin(), gaps.end(), is_it));
    if (is_open) {
        closing_.registers = right.before;
        closing_.unread_from = right.first;
        closing_.estimates = within(closing_.estimates, right.first, UINT32_MAX);
    } else if (right.first < right.end) {
        at = gaps.insert(at, std::move(right));
    }
    if (left.first < left.end) gaps.insert(at, std::move(left));
}

bool TrueUp::correct(const Figures& figures) {
    const auto taken = carry(closing_.import_remainder, figures.cost);
    const auto given = carry(closing_.export_remainder, figures.worth);
    if (!taken || !given) return false;
    closing_.import_remainder = taken->remainder;
    closing_.export_remainder = given->remainder;
    return add_to(closing_.balance_micro, Int128{taken->amount_micro} - given->amount_micro) &&
           add_to(adjustment_.import_wh, figures.import_wh) &&
           add_to(adjustment_.export_wh, figures.export_wh) &&
           add_to(adjustment_.generation_wh, figures.generation_wh) &&
           add_to(adjustment_.credited_wh, figures.credited_wh) &&
           add_to(adjustment_.import_amount_micro, taken->amount_micro) &&
           add_to(adjustment_.export_amount_micro, given->amount_micro);
}

}  // namespace fairfeed
