#include "tests/fuzz/settlement_oracle.h"

#include <algorithm>
#include <numeric>

#include "tests/fuzz/rational.h"
#include "tests/support/billing_by_hand.h"

namespace fairfeed::fuzz {
namespace {

constexpr Int128 kMostWh = Int128{1'000'000'000} * 1'000'000;
constexpr Int128 kMostW = Int128{1'000'000} * 1'000'000;

// The sums of one meter's window.
struct Meter {
    Int128 capacity_w = 0;
    Int128 load_wh = 0;
    Int128 import_wh = 0;
    Int128 available_wh = 0;
    Int128 credited_wh = 0;
    BandEnergies bands = {};
};

struct Cluster {
    ShareRule rule = ShareRule::paper;
    Int128 seconds = 0;
    std::vector<Meter> meters;

    [[nodiscard]] Int128 sum(Int128 Meter::*figure) const {
        Int128 total = 0;
        for (const Meter& meter : meters)
            total += meter.*figure;
        return total;
    }
};

bool within(Int128 value, Int128 limit) {
    return value >= 0 && value <= limit;
}

bool is_sound(const MeterWindow& meter, std::int64_t quarters) {
    if (meter.meter.str() == "grid" || !within(meter.capacity_w, kMostW)) return false;
    if (!within(meter.import_remainder, 999) || !within(meter.export_remainder, 999)) return false;
    if (static_cast<std::int64_t>(meter.profile.size()) != quarters) return false;
    Int128 import_wh = 0, generation_wh = 0;
    for (const QuarterHour& quarter : meter.profile) {
        if (!within(quarter.import_wh, kMostWh) || !within(quarter.generation_wh, kMostWh) ||
            !within(quarter.export_wh, quarter.generation_wh))
            return false;
        import_wh += quarter.import_wh;
        generation_wh += quarter.generation_wh;
    }
    for (std::size_t i = 0; i < meter.shares.size(); ++i) {
        if (!within(meter.shares[i].share_w, kMostW)) return false;
        if (i > 0 && meter.shares[i].from_s < meter.shares[i - 1].from_s) return false;
    }
    return within(import_wh, kMostWh) && within(generation_wh, kMostWh);
}

// Rates and charges in range, and a band for each quarter hour of the week.
bool is_sound(const Tariff& tariff) {
    const std::size_t bands = 1 + tariff.more.size();
    if (!within(tariff.daily_micro, kMostW) || bands > 4 || tariff.week.size() > 168) return false;
    for (std::size_t band = 0; band < bands; ++band) {
        const BandRates rates = test::rates_by_hand(tariff, band);
        if (rates.import_micro_per_kwh < 0 || rates.export_micro_per_kwh < 0) return false;
    }
    if (bands == 1) return tariff.week.empty();
    std::vector<std::int64_t> quarters(bands, 0);
    for (std::size_t i = 0; i < tariff.week.size(); ++i) {
        const BandRun& run = tariff.week[i];
        if (run.band >= bands || run.quarters == 0) return false;
        if (i > 0 && tariff.week[i - 1].band == run.band) return false;
        quarters[run.band] += run.quarters;
    }
    return std::find(quarters.begin(), quarters.end(), 0) == quarters.end() &&
           std::accumulate(quarters.begin(), quarters.end(), std::int64_t{0}) == 7 * 96;
}

bool is_sound(const SettlementInput& input) {
    if (input.window_seconds <= 0 || input.window_seconds > 1'000'000) return false;
    if (input.window_seconds % 900 != 0) return false;
    if (Int128{input.window_start_s} + input.window_seconds > INT64_MAX) return false;
    if (!is_sound(input.tariff)) return false;
    for (std::size_t i = 0; i < input.meters.size(); ++i) {
        if (!is_sound(input.meters[i], input.window_seconds / 900)) return false;
        if (i > 0 && !(input.meters[i - 1].meter < input.meters[i].meter)) return false;
    }
    return true;
}

// binding_w: the share that binds at the beginning of quarter hour k. through_wh: the watt hours of
// a power from the window's start to the end of quarter hour k, less those to its beginning.
Int128 binding_w(const MeterWindow& meter, std::int64_t start_s, std::size_t k) {
    Int128 share_w = meter.capacity_w;
    const Int128 begins_s = Int128{start_s} + Int128{900} * static_cast<std::int64_t>(k);
    for (const ShareInForce& share : meter.shares)
        if (share.from_s <= begins_s) share_w = share.share_w;
    return std::min(share_w, Int128{meter.capacity_w});
}

Int128 through_wh(Int128 power_w, std::size_t k) {
    const auto until = [&](std::size_t quarters) {
        return (Rational(power_w * static_cast<std::int64_t>(quarters)) / Rational(4)).floor();
    };
    return (until(k + 1) - until(k)).small();
}

// The watt hours that a claim of available generation may add in quarter hour k.
Int128 claimable_wh(const MeterWindow& meter, Int128 share_w, std::size_t k) {
    if (share_w >= meter.capacity_w) return 0;
    const QuarterHour& quarter = meter.profile[k];
    const Int128 generated = quarter.generation_wh;
    const Int128 load = generated + quarter.import_wh - quarter.export_wh;
    const Rational allowed(std::max(load, through_wh(share_w, k)));
    const Rational two_percent = allowed / Rational(50);
    const Rational made(generated);
    const bool is_at_cap = made <= allowed + two_percent && allowed <= made + two_percent;
    return is_at_cap ? std::max(Int128{0}, through_wh(meter.capacity_w, k) - generated) : 0;
}

Meter summed(const MeterWindow& meter, const Tariff& tariff, std::int64_t start_s) {
    Meter out{.capacity_w = meter.capacity_w};
    std::vector<std::int64_t> credited;
    Int128 generation_wh = 0, claimable = 0;
    for (std::size_t k = 0; k < meter.profile.size(); ++k) {
        const QuarterHour& quarter = meter.profile[k];
        const Int128 load_wh =
            Int128{quarter.import_wh} + quarter.generation_wh - quarter.export_wh;
        const Int128 share_w = binding_w(meter, start_s, k);
        const Int128 room_wh = std::max(Int128{0}, through_wh(share_w, k) - load_wh);
        out.load_wh += load_wh;
        out.import_wh += quarter.import_wh;
        credited.push_back(static_cast<std::int64_t>(std::min(Int128{quarter.export_wh}, room_wh)));
        out.credited_wh += credited.back();
        generation_wh += quarter.generation_wh;
        claimable += claimable_wh(meter, share_w, k);
    }
    const Int128 claim = meter.available_wh ? Int128{*meter.available_wh} : generation_wh;
    out.available_wh = std::clamp(claim, generation_wh, generation_wh + claimable);
    out.bands = test::bands_by_hand(tariff, start_s, meter.profile, credited);
    return out;
}

Rational nameplate_wh(const Cluster& cluster, const Meter& meter) {
    return Rational(meter.capacity_w * cluster.seconds) / Rational(3600);
}

// The watt hours that a meter may generate at the rule's common factor alpha.
Rational capped_wh(const Cluster& cluster, const Meter& meter, const Rational& alpha) {
    if (cluster.rule == ShareRule::generation)
        return std::min(nameplate_wh(cluster, meter), alpha * Rational(meter.available_wh));
    return alpha * nameplate_wh(cluster, meter);
}

Rational generated_wh(const Meter& meter, const Rational& cap) {
    return std::min(Rational(meter.available_wh), std::max(cap, Rational(meter.load_wh)));
}

Rational all_generated_wh(const Cluster& cluster, const Rational& alpha) {
    Rational sum;
    for (const Meter& meter : cluster.meters)
        sum = sum + generated_wh(meter, capped_wh(cluster, meter, alpha));
    return sum;
}

// The factors between which the sum is linear: at each of them some meter's own figure changes its
// slope.
std::vector<Rational> corners(const Cluster& cluster) {
    std::vector<Rational> found{Rational(0), Rational(1)};
    for (const Meter& meter : cluster.meters) {
        const bool by_generation = cluster.rule == ShareRule::generation;
        const Rational slope =
            by_generation ? Rational(meter.available_wh) : nameplate_wh(cluster, meter);
        if (slope == Rational(0)) continue;
        for (const Rational& level : {Rational(meter.load_wh), Rational(meter.available_wh),
                                      nameplate_wh(cluster, meter)}) {
            const Rational alpha = level / slope;
            if (alpha < Rational(1)) found.push_back(alpha);
        }
    }
    std::sort(found.begin(), found.end(),
              [](const Rational& a, const Rational& b) { return a < b; });
    return found;
}

// The largest factor up to 1 at which the cluster generates at most its load.
Rational largest_factor(const Cluster& cluster) {
    const Rational load = Rational(cluster.sum(&Meter::load_wh));
    const std::vector<Rational> at = corners(cluster);
    std::size_t last = 0;
    for (std::size_t i = 0; i < at.size(); ++i)
        if (all_generated_wh(cluster, at[i]) <= load) last = i;
    if (last + 1 == at.size()) return at[last];
    const Rational low = all_generated_wh(cluster, at[last]);
    const Rational high = all_generated_wh(cluster, at[last + 1]);
    return at[last] + (at[last + 1] - at[last]) * (load - low) / (high - low);
}

std::vector<Rational> exact_shares(const Cluster& cluster) {
    const Int128 d_wh = cluster.sum(&Meter::available_wh) - cluster.sum(&Meter::load_wh);
    const Int128 capacity_w = cluster.sum(&Meter::capacity_w);
    const bool is_cut = d_wh > 0 && capacity_w > 0;
    Rational factor(1);
    if (is_cut && cluster.rule == ShareRule::paper) {
        const Rational df =
            Rational(d_wh) / (Rational(capacity_w * cluster.seconds) / Rational(3600));
        factor = df < Rational(1) ? Rational(1) - df : Rational(0);
    } else if (is_cut) {
        factor = largest_factor(cluster);
    }
    std::vector<Rational> shares;
    for (const Meter& meter : cluster.meters) {
        const Rational cap =
            is_cut && cluster.rule == ShareRule::generation
                ? capped_wh(cluster, meter, factor) * Rational(3600) / Rational(cluster.seconds)
                : factor * Rational(meter.capacity_w);
        shares.push_back(cap);
    }
    return shares;
}

// Rounds down, then adds one watt each in the order of the largest remainders, until the sum is the
// floor of the exact sum.
std::vector<std::int64_t> in_watts(const std::vector<Rational>& exact) {
    Rational sum;
    std::vector<std::int64_t> watts;
    std::vector<Rational> cut;
    for (const Rational& share : exact) {
        sum = sum + share;
        watts.push_back(share.floor().small());
        cut.push_back(share - Rational(share.floor()));
    }
    std::vector<std::size_t> order(exact.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return cut[a] > cut[b]; });
    std::int64_t left =
        sum.floor().small() - std::accumulate(watts.begin(), watts.end(), std::int64_t{0});
    for (std::size_t i = 0; left > 0; ++i, --left)
        ++watts[order[i]];
    return watts;
}

void share_out(const Cluster& cluster, OracleSettlement& out) {
    const Int128 load_wh = cluster.sum(&Meter::load_wh);
    const Int128 d_wh = cluster.sum(&Meter::available_wh) - load_wh;
    const Int128 capacity_w = cluster.sum(&Meter::capacity_w);
    out.d_wh = static_cast<std::int64_t>(d_wh);
    out.conventional_wh = d_wh < 0 ? static_cast<std::int64_t>(-d_wh) : 0;
    if (d_wh > 0) {
        const Rational limit(1'000'000);
        const Rational full = Rational(capacity_w * cluster.seconds) / Rational(3600);
        const Rational df = capacity_w == 0 ? limit : Rational(d_wh) * limit / full;
        out.df_ppm = std::min(df, limit).floor().small();
    }
    const std::vector<std::int64_t> watts = in_watts(exact_shares(cluster));
    Rational generated;
    for (std::size_t i = 0; i < watts.size(); ++i) {
        out.meters[i].mes_w = watts[i];
        out.mes_w += watts[i];
        const Rational cap = Rational(watts[i] * cluster.seconds) / Rational(3600);
        generated = generated + generated_wh(cluster.meters[i], cap);
    }
    if (generated > Rational(load_wh))
        out.residual_surplus_wh = (generated - Rational(load_wh)).floor().small();
}

// Computes amounts in thousandths of a micro, with the carried remainders. False: a sum of money
// does not fit 64 bits.
bool bill_out(const SettlementInput& input, const Cluster& cluster, OracleSettlement& out) {
    const auto is_small = [](Int128 value) { return value <= INT64_MAX && value >= INT64_MIN; };
    // The clocks may go back over midnight, so that a day ends twice, or less than no day.
    const Int128 fixed =
        test::fixed_by_hand(input.tariff, input.window_start_s, input.window_seconds) * 1000;
    const auto whole = [](Int128 thousandths) {
        return thousandths >= 0 ? thousandths / 1000 : -((999 - thousandths) / 1000);
    };
    Int128 owed_micro = 0;
    out.bands.resize(1 + input.tariff.more.size());
    for (std::size_t i = 0; i < input.meters.size(); ++i) {
        const MeterWindow& meter = input.meters[i];
        const BandEnergies& bands = cluster.meters[i].bands;
        const test::AmountByHand owed = test::price_by_hand(input.tariff, bands);
        const Int128 taken = whole(owed.cost + fixed + meter.import_remainder);
        const Int128 given = whole(owed.worth + meter.export_remainder);
        if (!is_small(taken) || !is_small(given) || !is_small(taken - given)) return false;
        const Int128 balance = meter.balance_micro + taken - given;
        if (!is_small(balance)) return false;
        owed_micro += taken - given;
        out.meters[i].import_amount_micro = static_cast<std::int64_t>(taken);
        out.meters[i].export_amount_micro = static_cast<std::int64_t>(given);
        out.meters[i].balance_micro = static_cast<std::int64_t>(balance);
        out.meters[i].bands = bands;
        for (std::size_t band = 0; band < bands.size(); ++band) {
            out.bands[band].import_wh += bands[band].import_wh;
            out.bands[band].credited_wh += bands[band].credited_wh;
        }
    }
    if (!is_small(-owed_micro)) return false;
    out.grid_amount_micro = static_cast<std::int64_t>(-owed_micro);
    return true;
}

}  // namespace

std::optional<OracleSettlement> settle_by_definition(const SettlementInput& input) {
    if (!is_sound(input)) return std::nullopt;
    Cluster cluster{input.rule, input.window_seconds, {}};
    for (const MeterWindow& meter : input.meters)
        cluster.meters.push_back(summed(meter, input.tariff, input.window_start_s));
    if (cluster.sum(&Meter::capacity_w) > kMostW || cluster.sum(&Meter::load_wh) > kMostWh ||
        cluster.sum(&Meter::available_wh) > kMostWh)
        return std::nullopt;
    OracleSettlement out;
    for (const Meter& meter : cluster.meters)
        out.meters.push_back({.load_wh = static_cast<std::int64_t>(meter.load_wh),
                              .credited_wh = static_cast<std::int64_t>(meter.credited_wh)});
    share_out(cluster, out);
    if (!bill_out(input, cluster, out)) return std::nullopt;
    return out;
}

}  // namespace fairfeed::fuzz
