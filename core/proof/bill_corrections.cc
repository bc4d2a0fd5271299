#include "core/proof/bill_corrections.h"

#include <algorithm>

#include "core/accounts/first_closing.h"
#include "core/accounts/true_up.h"
#include "core/contract/billing.h"

namespace fairfeed {
namespace {

using Checked = Result<void, std::string>;

Unexpected<std::string> wrong(Window window, const std::string& what) {
    return unexpected("window " + std::to_string(window) + ": " + what);
}

bool is_sound(const Registers& registers) {
    return registers.import_wh >= 0 && registers.export_wh >= 0 && registers.generation_wh >= 0;
}

// No honest committee seals another one.
bool is_sound(const ClosingState& closing) {
    return is_sound(closing.registers) &&
           std::all_of(closing.gaps.begin(), closing.gaps.end(), [](const RegisterGap& gap) {
               return is_sound(gap.before) && (!gap.after || is_sound(*gap.after));
           });
}

// Within the figures that METER and plausible readings allow, so that sums stay within 64 bits.
bool is_measured(const SettlementLine& line) {
    const auto is_energy = [](std::int64_t wh) { return wh >= 0 && wh <= kMaxMeterWindowWh; };
    return is_sound(line.closing.registers) && is_energy(line.import_wh) &&
           is_energy(line.export_wh) && is_energy(line.generation_wh);
}

// What a true-up takes of the window's own reading: the registers at both of its ends.
ReadingBody reading_of(const SettlementLine& line) {
    ReadingBody body;
    body.end = line.closing.registers;
    body.profile = {{line.import_wh, line.export_wh, line.generation_wh}};
    if ((line.flags & kLineRegisterReset) != 0) body.flags = kFlagRegisterReset;
    return body;
}

// What a line without a reading bills for its window; nullopt: beyond 64 bits.
std::optional<EstimatedWindow> estimate_in(const Tariff& tariff, Window window,
                                           const SettlementLine& line) {
    const PricedEnergy price = priced(tariff, line.import_wh, line.credited_wh, line.bands);
    const auto cost = narrow(price.cost);
    const auto worth = narrow(price.worth);
    if (!cost || !worth) return std::nullopt;
    return EstimatedWindow{window,           line.import_wh, line.export_wh, line.generation_wh,
                           line.credited_wh, *cost,          *worth};
}

}  // namespace

CorrectionCheck::CorrectionCheck(const ChainState& state, MeterId meter,
                                 std::optional<ClosingState> before, Window factors_from)
    : state_(&state),
      meter_(std::move(meter)),
      last_(std::move(before)),
      factors_from_(factors_from) {}

Checked CorrectionCheck::follow(Window window, const SettlementLine& line,
                                const std::vector<LateReading>& late) {
    const bool is_known = last_.has_value();
    const ClosingState before =
        is_known ? std::move(*last_) : closing_at_installation(*state_, meter_);
    last_ = line.closing;
    const bool is_covered = std::all_of(late.begin(), late.end(), [&](const LateReading& each) {
        return each.window >= factors_from_;
    });
    const bool corrects = line.adjusted != Adjustment{};
    if (!is_covered) {
        unchecked_ += corrects ? 1 : 0;
        return {};
    }
    Checked checked = check(before, window, line, late);
    if (checked) late_ += late.size();
    if (checked || is_known) return checked;
    // Not the meter's first line: the one before it is not shown.
    unchecked_ += corrects ? 1 : 0;
    return {};
}

Checked CorrectionCheck::check(const ClosingState& before, Window window,
                               const SettlementLine& line,
                               const std::vector<LateReading>& late) const {
    if (!is_sound(before)) return wrong(window, "it goes on from registers below zero");
    TrueUp true_up(*state_, meter_, before);
    for (const LateReading& each : late) {
        const std::string which = "the late reading of window " + std::to_string(each.window);
        if (each.window >= window) return wrong(window, which + " is not of a window before");
        const auto sound =
            plausible_after(*state_, each.window, meter_, each.body, true_up.closing());
        if (!sound)
            return wrong(window,
                         which + " cannot be taken: " + std::string(to_string(sound.error())));
        if (!true_up.take_late(each.window, each.body))
            return wrong(window, which + " cannot be taken");
    }
    if (!line.estimated) {
        const bool is_taken = is_measured(line) && registers_at_start(reading_of(line)) &&
                              true_up.take_present(window, reading_of(line));
        if (!is_taken) return wrong(window, "the line cannot follow the one before");
    }
    // The last line of a replaced meter.
    const Registers* closing = state_->closing_of(meter_, window);
    if (line.estimated && closing != nullptr) {
        const auto own = estimate_in(state_->tariff(window), window, line);
        if (own) (void)true_up.close(window, *closing, own);
    }
    if (true_up.adjustment() != line.adjusted)
        return wrong(window,
                     "what is trued up does not follow from late readings, registers and tariffs");
    if (auto sound = check_money(true_up.closing(), window, line); !sound) return sound;
    return check_closing(true_up.closing(), window, line);
}

// `corrected`: the closing state before, with the line's corrections in it.
Checked CorrectionCheck::check_money(const ClosingState& corrected, Window window,
                                     const SettlementLine& line) const {
    const GridClock grid = state_->grid();
    const Tariff& tariff = state_->tariff(window);
    const PricedEnergy price = priced(tariff, line.import_wh, line.credited_wh, line.bands);
    const Int128 fixed =
        Int128{fixed_charge_micro(tariff, grid.start_s(window), grid.window_seconds())} *
        kRemainderLimit;
    const auto taken = carry(corrected.import_remainder, price.cost + fixed);
    const auto given = carry(corrected.export_remainder, price.worth);
    const ClosingState& closing = line.closing;
    if (taken != Billed{line.import_amount_micro, closing.import_remainder} ||
        given != Billed{line.export_amount_micro, closing.export_remainder})
        return wrong(window, "its amounts do not go on from the remainders after its corrections");
    const Int128 balance =
        Int128{corrected.balance_micro} + line.import_amount_micro - line.export_amount_micro;
    if (balance != closing.balance_micro)
        return wrong(window, "the balance does not move by what is posted");
    return {};
}

Checked CorrectionCheck::check_closing(const ClosingState& corrected, Window window,
                                       const SettlementLine& line) const {
    const ClosingState& closing = line.closing;
    if (closing.registers != corrected.registers || closing.unread_from != corrected.unread_from)
        return wrong(window, "the closing registers are not those of the newest reading");
    std::vector<EstimatedWindow> estimates = corrected.estimates;
    if (line.estimated) {
        const auto own = estimate_in(state_->tariff(window), window, line);
        if (!own) return wrong(window, "the estimate goes beyond 64 bits");
        const bool is_open = corrected.unread_from <= window;
        if (is_open && *own != EstimatedWindow{.window = window}) estimates.push_back(*own);
    }
    if (closing.estimates != estimates)
        return wrong(window, "the closing estimates are not those that were billed");
    // The oldest gaps are forgotten.
    const std::vector<RegisterGap>& gaps = corrected.gaps;
    if (closing.gaps.size() > gaps.size() ||
        !std::equal(closing.gaps.rbegin(), closing.gaps.rend(), gaps.rbegin()))
        return wrong(window, "the closing gaps are not those without a reading");
    return {};
}

}  // namespace fairfeed
