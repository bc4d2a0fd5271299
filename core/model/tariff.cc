#include "core/model/tariff.h"

#include <algorithm>
#include <set>

#include "core/base/check.h"
#include "core/base/ids.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kFirstMondayS = 4 * kSecondsPerDay;  // 1970-01-05
constexpr std::int64_t kClockSpanS = kClockYears * 366 * kSecondsPerDay;

bool within(std::int64_t value, std::int64_t least, std::int64_t most) {
    return value >= least && value <= most;
}

bool are_rates(const BandRates& rates) {
    return within(rates.import_micro_per_kwh, 0, kMaxRateMicroPerKwh) &&
           within(rates.export_micro_per_kwh, 0, kMaxRateMicroPerKwh);
}

bool are_named(const std::vector<TariffBand>& bands) {
    std::set<std::string_view> names{kBaseBand};
    return std::all_of(bands.begin(), bands.end(), [&names](const TariffBand& band) {
        return is_valid_name(band.name) && names.insert(band.name).second;
    });
}

bool is_offset(std::int64_t offset_s) {
    return within(offset_s, -kMaxOffsetS, kMaxOffsetS) && offset_s % kSecondsPerQuarter == 0;
}

bool is_clock(const LocalClock& clock) {
    if (!is_offset(clock.offset_s) || clock.changes.size() > kMaxClockChanges) return false;
    std::int64_t before = clock.offset_s;
    const OffsetChange* last = nullptr;
    for (const OffsetChange& change : clock.changes) {
        if (!is_offset(change.offset_s) || change.offset_s == before) return false;
        if (change.from_s % kSecondsPerQuarter != 0) return false;
        if (last != nullptr && last->from_s >= change.from_s) return false;
        before = change.offset_s;
        last = &change;
    }
    return true;
}

bool is_between(std::int64_t rate, std::int64_t base, const RateTerms& terms) {
    return within(rate, rate_at(base, terms.low_ppm), rate_at(base, terms.high_ppm));
}

bool follow_terms(const Tariff& tariff, const RateTerms& terms) {
    if (terms.base.size() != tariff.bands() || !within(terms.k_ppm, 0, kMaxTermPpm) ||
        !within(terms.low_ppm, 0, kPpm) || !within(terms.high_ppm, kPpm, kMaxTermPpm)) {
        return false;
    }
    for (std::size_t band = 0; band < tariff.bands(); ++band) {
        const BandRates& base = terms.base[band];
        const BandRates rates = tariff.rates(band);
        if (!are_rates(base)) return false;
        if (!is_between(rates.import_micro_per_kwh, base.import_micro_per_kwh, terms)) return false;
        if (!is_between(rates.export_micro_per_kwh, base.export_micro_per_kwh, terms)) return false;
    }
    return true;
}

}  // namespace

std::int64_t LocalClock::offset_at(std::int64_t utc_s) const {
    const auto after = std::upper_bound(
        changes.begin(), changes.end(), utc_s,
        [](std::int64_t at_s, const OffsetChange& change) { return at_s < change.from_s; });
    return after == changes.begin() ? offset_s : std::prev(after)->offset_s;
}

std::int64_t LocalClock::day_at(std::int64_t utc_s) const {
    return static_cast<std::int64_t>(floor_div(Int128{utc_s} + offset_at(utc_s), kSecondsPerDay));
}

std::int64_t LocalClock::week_at(std::int64_t utc_s) const {
    return static_cast<std::int64_t>(
        floor_div(Int128{utc_s} + offset_at(utc_s) - kFirstMondayS, kSecondsPerWeek));
}

std::size_t LocalClock::quarter_at(std::int64_t utc_s) const {
    const Int128 since_monday_s =
        floor_mod(Int128{utc_s} + offset_at(utc_s) - kFirstMondayS, kSecondsPerWeek);
    return static_cast<std::size_t>(since_monday_s / kSecondsPerQuarter);
}

LocalClock clock_of(const TimeZone& zone, std::int64_t from_s) {
    LocalClock clock{zone.offset_s(from_s)};
    std::int64_t last = clock.offset_s;
    for (const TimeZone::Period& period : zone.periods()) {
        if (period.from_s <= from_s || period.from_s > from_s + kClockSpanS) continue;
        if (period.offset_s == last || clock.changes.size() == kMaxClockChanges) continue;
        clock.changes.push_back({period.from_s, period.offset_s});
        last = period.offset_s;
    }
    return clock;
}

BandRates Tariff::rates(std::size_t band) const {
    if (band == 0) return {import_micro_per_kwh, export_micro_per_kwh};
    return more.at(band - 1).rates;
}

std::string_view Tariff::band_name(std::size_t band) const {
    return band == 0 ? kBaseBand : std::string_view(more.at(band - 1).name);
}

bool has_whole_week(const Tariff& tariff) {
    if (tariff.bands() > kMaxBands || tariff.week.size() > kMaxBandRuns) return false;
    if (tariff.more.empty()) return tariff.week.empty();
    std::size_t quarters = 0;
    std::set<std::uint8_t> used;
    const BandRun* last = nullptr;
    for (const BandRun& run : tariff.week) {
        if (run.band >= tariff.bands() || !within(run.quarters, 1, kQuartersPerWeek)) return false;
        if (last != nullptr && last->band == run.band) return false;
        quarters += run.quarters;
        used.insert(run.band);
        last = &run;
    }
    return quarters == kQuartersPerWeek && used.size() == tariff.bands();
}

std::optional<std::string_view> fault_of(const Tariff& tariff) {
    if (!within(tariff.daily_micro, 0, kMaxDailyMicro)) return "daily_micro: 0 to 10^12";
    if (!has_whole_week(tariff)) {
        return "bands: 1 to 4, and a week of 672 quarter hours that has each of them, in at most "
               "168 runs";
    }
    for (std::size_t band = 0; band < tariff.bands(); ++band)
        if (!are_rates(tariff.rates(band))) return "rates: 0 to 1000000000 micro per kWh";
    if (!are_named(tariff.more)) {
        return "bands: names of 1 to 32 of a-z, 0-9 and '-', each once, and only the first is base";
    }
    if (!is_clock(tariff.clock)) {
        return "clock: offsets of whole quarter hours up to 15 h, at most 64 changes, ascending";
    }
    if (tariff.terms && !follow_terms(tariff, *tariff.terms)) {
        return "terms: low up to 1000000, high from 1000000 to 10000000, and each rate between its "
               "base times low and its base times high";
    }
    return std::nullopt;
}

std::int64_t rate_at(std::int64_t base_micro_per_kwh, std::int64_t factor_ppm) {
    return static_cast<std::int64_t>((Int128{base_micro_per_kwh} * factor_ppm * 2 + kPpm) /
                                     (2 * kPpm));
}

bool WindowBands::has(std::size_t band) const {
    return of_quarter.empty() ||
           std::find(of_quarter.begin(), of_quarter.end(), band) != of_quarter.end();
}

WindowBands bands_in(const Tariff& tariff, std::int64_t start_s, std::size_t quarters) {
    WindowBands out{tariff.bands(), {}};
    if (tariff.more.empty()) return out;
    CHECK(has_whole_week(tariff));
    for (std::size_t i = 0; i < quarters; ++i) {
        std::size_t quarter =
            tariff.clock.quarter_at(start_s + static_cast<std::int64_t>(i) * kSecondsPerQuarter);
        auto run = tariff.week.begin();
        for (; quarter >= run->quarters; ++run)
            quarter -= run->quarters;
        out.of_quarter.push_back(run->band);
    }
    return out;
}

std::int64_t fixed_charge_micro(const Tariff& tariff, std::int64_t start_s,
                                std::int64_t window_seconds) {
    if (tariff.daily_micro == 0) return 0;
    const std::int64_t days =
        tariff.clock.day_at(start_s + window_seconds) - tariff.clock.day_at(start_s);
    return tariff.daily_micro * days;
}

bool opens_a_week(const LocalClock& clock, std::int64_t start_s, std::int64_t window_seconds) {
    return clock.week_at(start_s) != clock.week_at(start_s - window_seconds);
}

bool add_up(const BandEnergies& energies, const WindowBands& bands, std::int64_t import_wh,
            std::int64_t credited_wh) {
    if (bands.bands == 1) return energies.empty();
    if (energies.size() != bands.bands) return false;
    Int128 imported = 0, credited = 0;
    for (std::size_t band = 0; band < energies.size(); ++band) {
        const BandEnergy& part = energies[band];
        if (part.import_wh < 0 || part.credited_wh < 0) return false;
        if (part != BandEnergy{} && !bands.has(band)) return false;
        imported += part.import_wh;
        credited += part.credited_wh;
    }
    return imported == import_wh && credited == credited_wh;
}

PricedEnergy priced(const Tariff& tariff, std::int64_t import_wh, std::int64_t credited_wh,
                    const BandEnergies& energies) {
    if (energies.empty()) {
        return {Int128{import_wh} * tariff.import_micro_per_kwh,
                Int128{credited_wh} * tariff.export_micro_per_kwh};
    }
    PricedEnergy out;
    for (std::size_t band = 0; band < energies.size(); ++band) {
        const BandRates rates = tariff.rates(band);
        out.cost += Int128{energies[band].import_wh} * rates.import_micro_per_kwh;
        out.worth += Int128{energies[band].credited_wh} * rates.export_micro_per_kwh;
    }
    return out;
}

}  // namespace fairfeed
