#include "core/contract/settlement.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/units.h"
#include "core/contract/availability.h"

namespace fairfeed {

namespace {

using Reason = SettlementReason;
using Checked = std::optional<SettlementFault>;  // nullopt: no fault

struct Figure {
    std::string_view name;
    std::int64_t value = 0;
};

Checked out_of_limits(const MeterId& meter, Figure figure, std::int64_t limit) {
    if (figure.value < 0) return SettlementFault{Reason::negative, meter, figure.name};
    if (figure.value > limit) return SettlementFault{Reason::overflow, meter, figure.name};
    return std::nullopt;
}

Checked first_out_of_limits(const MeterId& meter, std::initializer_list<Figure> figures,
                            std::int64_t limit) {
    for (const Figure& figure : figures) {
        if (const Checked fault = out_of_limits(meter, figure, limit)) return fault;
    }
    return std::nullopt;
}

Checked wrong_window(std::int64_t window_seconds) {
    constexpr std::string_view kFigure = "window_seconds";
    if (window_seconds <= 0 || window_seconds % kSecondsPerQuarter != 0) {
        return SettlementFault{Reason::window_not_whole_quarters, {}, kFigure};
    }
    return out_of_limits({}, {kFigure, window_seconds}, kMaxWindowSeconds);
}

Checked wrong_tariff(const Tariff& tariff) {
    if (!has_whole_week(tariff)) return SettlementFault{Reason::bands_disagree, {}, "week"};
    for (std::size_t band = 0; band < tariff.bands(); ++band) {
        const BandRates rates = tariff.rates(band);
        const Checked fault =
            first_out_of_limits({},
                                {{"import_micro_per_kwh", rates.import_micro_per_kwh},
                                 {"export_micro_per_kwh", rates.export_micro_per_kwh}},
                                INT64_MAX);
        if (fault) return fault;
    }
    return out_of_limits({}, {"daily_micro", tariff.daily_micro}, kMaxDailyMicro);
}

Checked wrong_remainder(const MeterId& meter, Figure figure) {
    if (figure.value >= 0 && figure.value < kRemainderLimit) return std::nullopt;
    return SettlementFault{Reason::remainder_out_of_range, meter, figure.name};
}

const MeterId& grid_account() {
    static const MeterId name(kGridAccount);
    return name;
}

Checked wrong_place(const std::vector<MeterTotals>& meters, std::size_t index) {
    const MeterId& meter = meters[index].meter;
    if (meter == grid_account()) return SettlementFault{Reason::reserved_name, meter, "id"};
    if (index == 0 || meters[index - 1].meter < meter) return std::nullopt;
    const bool twice = meters[index - 1].meter == meter;
    return SettlementFault{twice ? Reason::duplicate_meter : Reason::meters_not_ascending, meter,
                           "id"};
}

// Whether wrong_meter finds nothing: that search names the fault, and takes ten times as long.
bool is_right(const MeterTotals& meter) {
    const auto within = [](std::int64_t value, std::int64_t limit) {
        return static_cast<std::uint64_t>(value) <= static_cast<std::uint64_t>(limit);
    };
    return within(meter.capacity_w, kMaxClusterWatts) &&
           within(meter.available_wh, kMaxClusterWattHours) &&
           within(meter.import_wh, kMaxClusterWattHours) &&
           within(meter.generation_wh, meter.available_wh) &&
           within(meter.export_wh, meter.generation_wh) &&
           within(meter.credited_wh, meter.export_wh) &&
           within(meter.import_remainder, kRemainderLimit - 1) &&
           within(meter.export_remainder, kRemainderLimit - 1);
}

Checked wrong_meter(const MeterTotals& meter) {
    if (is_right(meter)) return std::nullopt;
    if (const Checked fault =
            out_of_limits(meter.meter, {"capacity_w", meter.capacity_w}, kMaxClusterWatts)) {
        return fault;
    }
    if (const Checked fault = first_out_of_limits(meter.meter,
                                                  {{"import_wh", meter.import_wh},
                                                   {"export_wh", meter.export_wh},
                                                   {"generation_wh", meter.generation_wh},
                                                   {"available_wh", meter.available_wh},
                                                   {"credited_wh", meter.credited_wh}},
                                                  kMaxClusterWattHours)) {
        return fault;
    }
    if (meter.export_wh > meter.generation_wh) {
        return SettlementFault{Reason::export_above_generation, meter.meter, "export_wh"};
    }
    if (meter.generation_wh > meter.available_wh) {
        return SettlementFault{Reason::generation_above_available, meter.meter, "generation_wh"};
    }
    if (meter.credited_wh > meter.export_wh) {
        return SettlementFault{Reason::credit_above_export, meter.meter, "credited_wh"};
    }
    if (const Checked fault =
            wrong_remainder(meter.meter, {"import_remainder", meter.import_remainder})) {
        return fault;
    }
    return wrong_remainder(meter.meter, {"export_remainder", meter.export_remainder});
}

// The sums over all meters, in 128 bits, because each figure is limited but the number of meters is
// not.
struct Sums {
    Int128 capacity_w = 0, load_wh = 0, import_wh = 0, export_wh = 0;
    Int128 generation_wh = 0, available_wh = 0, credited_wh = 0;
    BandEnergies bands;  // parts of the sums above, which are within 64 bits

    void add(const MeterTotals& meter) {
        capacity_w += meter.capacity_w;
        load_wh += Int128{meter.import_wh} + meter.generation_wh - meter.export_wh;
        import_wh += meter.import_wh;
        export_wh += meter.export_wh;
        generation_wh += meter.generation_wh;
        available_wh += meter.available_wh;
        credited_wh += meter.credited_wh;
    }
    void add(const BandEnergies& energies) {
        for (std::size_t band = 0; band < energies.size(); ++band) {
            bands[band].import_wh += energies[band].import_wh;
            bands[band].credited_wh += energies[band].credited_wh;
        }
    }
};

// Import is at most L, and export, generation and credit are at most G, so limits on three sums
// bound all seven.
Result<Sums, SettlementFault> summed(const SettlementTotalsInput& input) {
    const std::vector<MeterTotals>& meters = input.meters;
    Sums sums;
    // As many as the tariff has, where no meter is left as well.
    if (input.bands.bands > 1) sums.bands.resize(input.bands.bands);
    for (std::size_t i = 0; i < meters.size(); ++i) {
        if (const Checked fault = wrong_place(meters, i)) return unexpected(*fault);
        if (const Checked fault = wrong_meter(meters[i])) return unexpected(*fault);
        const MeterTotals& meter = meters[i];
        if (!add_up(meter.bands, input.bands, meter.import_wh, meter.credited_wh)) {
            return unexpected(SettlementFault{Reason::bands_disagree, meter.meter, "bands"});
        }
        sums.add(meter);
    }
    if (sums.capacity_w > kMaxClusterWatts) {
        return unexpected(SettlementFault{Reason::overflow, {}, "capacity_w"});
    }
    if (sums.load_wh > kMaxClusterWattHours) {
        return unexpected(SettlementFault{Reason::overflow, {}, "load_wh"});
    }
    if (sums.available_wh > kMaxClusterWattHours) {
        return unexpected(SettlementFault{Reason::overflow, {}, "available_wh"});
    }
    for (const MeterTotals& meter : meters)
        sums.add(meter.bands);
    return sums;
}

std::int64_t load_of(const MeterTotals& meter) {
    return meter.import_wh + meter.generation_wh - meter.export_wh;
}

Shares shares_of(const SettlementTotalsInput& input, const Sums& sums) {
    std::vector<Producer> producers;
    producers.reserve(input.meters.size());
    for (const MeterTotals& meter : input.meters) {
        producers.push_back({meter.meter, meter.capacity_w, meter.available_wh, load_of(meter)});
    }
    Shares shares =
        compute_shares(input.rule, input.window_seconds, static_cast<std::int64_t>(sums.load_wh),
                       static_cast<std::int64_t>(sums.available_wh), producers);
    if (input.planned.empty()) return shares;
    CHECK(input.planned.size() == input.meters.size());
    shares.shares = input.planned;
    shares.mes_sum_w = 0;
    for (std::size_t i = 0; i < input.planned.size(); ++i) {
        CHECK(input.planned[i].meter == input.meters[i].meter);
        CHECK(input.planned[i].mes_w <= input.meters[i].capacity_w);
        shares.mes_sum_w += input.planned[i].mes_w;
    }
    return shares;
}

struct MeterMoney {
    Billed taken, given;
    std::int64_t posting_micro = 0;
    std::int64_t balance_micro = 0;
};

// The error is the figure that goes beyond 64 bits.
Result<MeterMoney, std::string_view> billed(const MeterTotals& meter,
                                            const SettlementTotalsInput& input) {
    const PricedEnergy energy =
        priced(input.tariff, meter.import_wh, meter.credited_wh, meter.bands);
    const auto taken =
        carry(meter.import_remainder, energy.cost + Int128{input.fixed_micro} * kRemainderLimit);
    if (!taken) return unexpected(std::string_view("import_amount_micro"));
    const auto given = carry(meter.export_remainder, energy.worth);
    if (!given) return unexpected(std::string_view("export_amount_micro"));
    const auto posting = checked_sub(taken->amount_micro, given->amount_micro);
    if (!posting) return unexpected(std::string_view("posting_micro"));
    const auto balance = checked_add(meter.balance_micro, *posting);
    if (!balance) return unexpected(std::string_view("balance_micro"));
    return MeterMoney{*taken, *given, *posting, *balance};
}

MeterSettlement settled(const MeterTotals& meter, std::int64_t mes_w, const MeterMoney& money) {
    return {.meter = meter.meter,
            .load_wh = load_of(meter),
            .import_wh = meter.import_wh,
            .export_wh = meter.export_wh,
            .generation_wh = meter.generation_wh,
            .available_wh = meter.available_wh,
            .curtailed_wh = meter.available_wh - meter.generation_wh,
            .credited_wh = meter.credited_wh,
            .uncredited_wh = meter.export_wh - meter.credited_wh,
            .capacity_w = meter.capacity_w,
            .mes_w = mes_w,
            .import_amount_micro = money.taken.amount_micro,
            .export_amount_micro = money.given.amount_micro,
            .posting_micro = money.posting_micro,
            .import_remainder = money.taken.remainder,
            .export_remainder = money.given.remainder,
            .balance_micro = money.balance_micro,
            .bands = meter.bands};
}

SettlementTotals totals_of(const Sums& sums, const Shares& shares, std::int64_t grid_micro) {
    SettlementTotals out;
    out.load_wh = static_cast<std::int64_t>(sums.load_wh);
    out.available_wh = static_cast<std::int64_t>(sums.available_wh);
    out.import_wh = static_cast<std::int64_t>(sums.import_wh);
    out.export_wh = static_cast<std::int64_t>(sums.export_wh);
    out.generation_wh = static_cast<std::int64_t>(sums.generation_wh);
    out.credited_wh = static_cast<std::int64_t>(sums.credited_wh);
    out.d_wh = shares.d_wh;
    out.df_ppm = shares.df_ppm;
    out.psa_ppm = shares.psa_ppm;
    out.mes_w = shares.mes_sum_w;
    out.residual_surplus_wh = shares.residual_surplus_wh;
    out.conventional_wh = shares.conventional_wh;
    out.grid_amount_micro = grid_micro;
    out.bands = sums.bands;
    return out;
}

Checked wrong_schedule(const MeterWindow& meter) {
    for (std::size_t i = 0; i < meter.shares.size(); ++i) {
        const Figure share{"share_w", meter.shares[i].share_w};
        if (const Checked fault = out_of_limits(meter.meter, share, kMaxClusterWatts)) return fault;
        if (i > 0 && meter.shares[i].from_s < meter.shares[i - 1].from_s) {
            return SettlementFault{Reason::shares_not_ascending, meter.meter, "from_s"};
        }
    }
    return out_of_limits(meter.meter, {"capacity_w", meter.capacity_w}, kMaxClusterWatts);
}

Checked wrong_quarter(const MeterId& meter, const QuarterHour& quarter) {
    if (const Checked fault = first_out_of_limits(meter,
                                                  {{"import_wh", quarter.import_wh},
                                                   {"export_wh", quarter.export_wh},
                                                   {"generation_wh", quarter.generation_wh}},
                                                  kMaxClusterWattHours)) {
        return fault;
    }
    if (quarter.export_wh <= quarter.generation_wh) return std::nullopt;
    return SettlementFault{Reason::export_above_generation, meter, "export_wh"};
}

// A profile has at most kMaxWindowSeconds / 900 entries of at most 10^15. So the sums stay far
// below 64 bits, and the limits are checked afterwards.
Result<MeterTotals, SettlementFault> total_of(const MeterWindow& meter, std::int64_t start_s,
                                              std::size_t quarters, const WindowBands& bands) {
    if (const Checked fault = wrong_schedule(meter)) return unexpected(*fault);
    if (meter.profile.size() != quarters) {
        return unexpected(SettlementFault{Reason::profile_length, meter.meter, "profile"});
    }
    MeterTotals out;
    out.meter = meter.meter;
    out.capacity_w = meter.capacity_w;
    out.import_remainder = meter.import_remainder;
    out.export_remainder = meter.export_remainder;
    out.balance_micro = meter.balance_micro;
    for (const QuarterHour& quarter : meter.profile) {
        if (const Checked fault = wrong_quarter(meter.meter, quarter)) return unexpected(*fault);
    }
    const WindowEnergy energy = window_energy(meter.profile, meter.shares, meter.capacity_w,
                                              start_s, meter.available_wh, bands);
    out.import_wh = energy.import_wh;
    out.export_wh = energy.export_wh;
    out.generation_wh = energy.generation_wh;
    out.available_wh = energy.available_wh;
    out.credited_wh = energy.credited_wh;
    out.bands = energy.bands;
    return out;
}

}  // namespace

std::int64_t quarter_cap_wh(std::int64_t share_w, std::size_t index) {
    CHECK(share_w >= 0 && share_w <= kMaxClusterWatts);
    CHECK(index < static_cast<std::size_t>(kMaxWindowSeconds / kSecondsPerQuarter));
    const auto before = static_cast<std::int64_t>(index);
    return share_w * (before + 1) / 4 - share_w * before / 4;
}

std::int64_t allowed_generation_wh(std::int64_t cap_wh, std::int64_t load_wh) {
    return std::max(cap_wh, load_wh);
}

std::int64_t credited_export_wh(std::int64_t cap_wh, std::int64_t load_wh, std::int64_t export_wh) {
    return std::min(export_wh, std::max(std::int64_t{0}, cap_wh - load_wh));
}

std::int64_t binding_share_w(const ShareSchedule& schedule, std::int64_t capacity_w,
                             std::int64_t quarter_start_s) {
    std::int64_t share_w = capacity_w;
    for (const ShareInForce& share : schedule) {
        if (share.from_s <= quarter_start_s) share_w = share.share_w;
    }
    return std::min(share_w, capacity_w);
}

Result<SettlementResult, SettlementFault> settle_totals(const SettlementTotalsInput& input) {
    if (const Checked fault = wrong_window(input.window_seconds)) return unexpected(*fault);
    if (const Checked fault = wrong_tariff(input.tariff)) return unexpected(*fault);
    if (input.bands.bands != input.tariff.bands()) {
        return unexpected(SettlementFault{Reason::bands_disagree, {}, "bands"});
    }
    const auto sums = summed(input);
    if (!sums) return unexpected(sums.error());
    const Shares shares = shares_of(input, *sums);
    SettlementResult out;
    out.meters.reserve(input.meters.size());
    Int128 postings = 0;
    for (std::size_t i = 0; i < input.meters.size(); ++i) {
        const MeterTotals& meter = input.meters[i];
        const auto money = billed(meter, input);
        if (!money)
            return unexpected(SettlementFault{Reason::overflow, meter.meter, money.error()});
        out.meters.push_back(settled(meter, shares.shares[i].mes_w, *money));
        postings += money->posting_micro;
    }
    const auto grid_micro = narrow(-postings);
    if (!grid_micro) return unexpected(SettlementFault{Reason::overflow, {}, "grid_amount_micro"});
    out.totals = totals_of(*sums, shares, *grid_micro);
    return out;
}

Result<SettlementResult, SettlementFault> settle_window(const SettlementInput& input) {
    if (const Checked fault = wrong_window(input.window_seconds)) return unexpected(*fault);
    if (!checked_add(input.window_start_s, input.window_seconds)) {
        return unexpected(SettlementFault{Reason::overflow, {}, "window_start_s"});
    }
    if (const Checked fault = wrong_tariff(input.tariff)) return unexpected(*fault);
    const auto quarters = static_cast<std::size_t>(input.window_seconds / kSecondsPerQuarter);
    SettlementTotalsInput totals{.window_seconds = input.window_seconds,
                                 .rule = input.rule,
                                 .tariff = input.tariff,
                                 .meters = {},
                                 .planned = input.planned,
                                 .bands = bands_in(input.tariff, input.window_start_s, quarters),
                                 .fixed_micro = fixed_charge_micro(
                                     input.tariff, input.window_start_s, input.window_seconds)};
    for (const MeterWindow& meter : input.meters) {
        const auto total = total_of(meter, input.window_start_s, quarters, totals.bands);
        if (!total) return unexpected(total.error());
        totals.meters.push_back(*total);
    }
    return settle_totals(totals);
}

}  // namespace fairfeed
