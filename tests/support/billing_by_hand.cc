#include "tests/support/billing_by_hand.h"

#include <algorithm>

#include "core/base/check.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kDayS = 86'400;
constexpr std::int64_t kQuarterS = 900;

Int128 whole_days(Int128 seconds) {
    return seconds >= 0 ? seconds / kDayS : -((kDayS - 1 - seconds) / kDayS);
}

Int128 local_s(const Tariff& tariff, std::int64_t at_s) {
    Int128 local = Int128{at_s} + tariff.clock.offset_s;
    for (const OffsetChange& change : tariff.clock.changes)
        if (change.from_s <= at_s) local = Int128{at_s} + change.offset_s;
    return local;
}

QuarterHour flow(const Registers& from, const Registers& to) {
    return {to.import_wh - from.import_wh, to.export_wh - from.export_wh,
            to.generation_wh - from.generation_wh};
}

void add(QuarterHour& sum, const QuarterHour& more) {
    sum.import_wh += more.import_wh;
    sum.export_wh += more.export_wh;
    sum.generation_wh += more.generation_wh;
}

}  // namespace

std::size_t band_by_hand(const Tariff& tariff, std::int64_t at_s) {
    if (tariff.week.empty()) return 0;
    const Int128 local = local_s(tariff, at_s);
    const Int128 day = whole_days(local);
    const auto since_midnight = static_cast<std::int64_t>(local - day * kDayS);
    // Day 0 was a Thursday; weeks begin on Monday.
    const auto weekday = static_cast<std::int64_t>(((day + 3) % 7 + 7) % 7);
    std::int64_t quarters = weekday * (kDayS / kQuarterS) + since_midnight / kQuarterS;
    for (const BandRun& run : tariff.week) {
        if (quarters < run.quarters) return run.band;
        quarters -= run.quarters;
    }
    CHECK(false);
    return 0;
}

BandRates rates_by_hand(const Tariff& tariff, std::size_t band) {
    if (band > 0) return tariff.more[band - 1].rates;
    return {tariff.import_micro_per_kwh, tariff.export_micro_per_kwh};
}

Int128 fixed_by_hand(const Tariff& tariff, std::int64_t start_s, std::int64_t seconds) {
    const Int128 before = whole_days(local_s(tariff, start_s));
    const Int128 after = whole_days(local_s(tariff, start_s + seconds));
    return (after - before) * tariff.daily_micro;
}

std::int64_t credit_by_hand(const QuarterHour& quarter, std::int64_t share_w, std::size_t index) {
    const auto before = static_cast<std::int64_t>(index);
    const std::int64_t cap_wh = share_w * (before + 1) / 4 - share_w * before / 4;
    const std::int64_t load_wh = quarter.import_wh + quarter.generation_wh - quarter.export_wh;
    return std::min(quarter.export_wh, std::max<std::int64_t>(0, cap_wh - load_wh));
}

AmountByHand price_by_hand(const Tariff& tariff, std::int64_t start_s, const Profile& profile,
                           const std::vector<std::int64_t>& credited_wh) {
    AmountByHand sum;
    for (std::size_t i = 0; i < profile.size(); ++i) {
        const BandRates rates = rates_by_hand(
            tariff, band_by_hand(tariff, start_s + static_cast<std::int64_t>(i) * kQuarterS));
        sum.cost += Int128{profile[i].import_wh} * rates.import_micro_per_kwh;
        sum.worth += Int128{credited_wh[i]} * rates.export_micro_per_kwh;
    }
    return sum;
}

BandEnergies bands_by_hand(const Tariff& tariff, std::int64_t start_s, const Profile& profile,
                           const std::vector<std::int64_t>& credited_wh) {
    BandEnergies bands(1 + tariff.more.size());
    for (std::size_t i = 0; i < profile.size(); ++i) {
        BandEnergy& band =
            bands[band_by_hand(tariff, start_s + static_cast<std::int64_t>(i) * kQuarterS)];
        band.import_wh += profile[i].import_wh;
        band.credited_wh += credited_wh[i];
    }
    return bands;
}

AmountByHand price_by_hand(const Tariff& tariff, const BandEnergies& bands) {
    AmountByHand sum;
    for (std::size_t band = 0; band < bands.size(); ++band) {
        const BandRates rates = rates_by_hand(tariff, band);
        sum.cost += Int128{bands[band].import_wh} * rates.import_micro_per_kwh;
        sum.worth += Int128{bands[band].credited_wh} * rates.export_micro_per_kwh;
    }
    return sum;
}

const Tariff& tariff_by_hand(const TariffsByHand& tariffs, Window window) {
    static const Tariff none;
    const auto after = tariffs.upper_bound(window);
    return after == tariffs.begin() ? none : std::prev(after)->second;
}

AccountByHand::AccountByHand(std::int64_t epoch_s, std::int64_t window_seconds,
                             const Registers& installed, Window effective)
    : epoch_s_(epoch_s),
      window_seconds_(window_seconds),
      installed_(installed),
      effective_(effective) {}

QuarterHour AccountByHand::Read::sum() const {
    QuarterHour total;
    for (const QuarterHour& quarter : body.profile)
        add(total, quarter);
    return total;
}

Registers AccountByHand::Read::at_start() const {
    const QuarterHour total = sum();
    return {body.end.import_wh - total.import_wh, body.end.export_wh - total.export_wh,
            body.end.generation_wh - total.generation_wh};
}

std::int64_t AccountByHand::start_s(Window window) const {
    return epoch_s_ + std::int64_t{window} * window_seconds_;
}

void AccountByHand::read(Window window, const ReadingBody& body,
                         std::vector<std::int64_t> credited_wh) {
    read_[window] = {body, std::move(credited_wh)};
}

std::int64_t AccountByHand::dearest(const TariffsByHand& tariffs, Window first, Window end) const {
    std::int64_t most = 0;
    const std::int64_t end_s = start_s(std::max(end, first + 1));
    for (Window window = first; start_s(window) < end_s; ++window) {
        const Tariff& tariff = tariff_by_hand(tariffs, window);
        for (std::int64_t at_s = start_s(window); at_s < start_s(window + 1); at_s += kQuarterS) {
            const BandRates rates = rates_by_hand(tariff, band_by_hand(tariff, at_s));
            most = std::max(most, rates.import_micro_per_kwh);
        }
    }
    return most;
}

// A run of windows without a reading, between two registers.
AmountByHand AccountByHand::between(const TariffsByHand& tariffs, Window first, Window end,
                                    const QuarterHour& flowed) const {
    AmountByHand out{Int128{flowed.import_wh} * dearest(tariffs, first, end), 0};
    Int128 left_wh = flowed.export_wh;
    for (auto at = estimates_.lower_bound(first); at != estimates_.end() && at->first < end; ++at) {
        const EstimateByHand& estimate = at->second;
        const Int128 credited_wh = std::min(Int128{estimate.credited_wh}, left_wh);
        left_wh -= credited_wh;
        if (estimate.credited_wh > 0)
            out.worth += credited_wh * estimate.amount.worth / estimate.credited_wh;
    }
    return out;
}

AmountByHand AccountByHand::amount(const TariffsByHand& tariffs) const {
    AmountByHand out;
    Window next = effective_;
    Registers at = installed_;
    for (const auto& [window, read] : read_) {
        out.add(between(tariffs, next, window, flow(at, read.at_start())));
        out.add(price_by_hand(tariff_by_hand(tariffs, window), start_s(window), read.body.profile,
                              read.credited_wh));
        next = window + 1;
        at = read.body.end;
    }
    for (auto open = estimates_.lower_bound(next); open != estimates_.end(); ++open)
        out.add(open->second.amount);
    return out;
}

QuarterHour AccountByHand::energy() const {
    QuarterHour out;
    Window next = effective_;
    if (!read_.empty()) {
        next = read_.rbegin()->first + 1;
        out = flow(installed_, read_.rbegin()->second.body.end);
    }
    for (auto open = estimates_.lower_bound(next); open != estimates_.end(); ++open)
        add(out, open->second.energy);
    return out;
}

}  // namespace fairfeed::test
