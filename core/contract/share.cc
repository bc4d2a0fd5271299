#include "core/contract/share.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/base/check.h"
#include "core/base/units.h"

namespace fairfeed {

namespace {

// A share of 1 W over a window of W seconds is W / 3600 Wh. Energies are therefore compared in
// 1/3600 Wh (watt seconds), where both sides are integers.
constexpr Int128 kWattSecondsPerWh = kSecondsPerHour;

struct Fraction {
    Int128 numerator = 0;
    Int128 denominator = 1;  // positive
};

// One meter's generation under the common factor alpha: clamp(slope * alpha, low, high), in watt
// seconds. 0 <= low <= high.
struct Ramp {
    Int128 slope = 0;
    Int128 low = 0;
    Int128 high = 0;
};

// A factor at which a ramp leaves its floor or reaches its ceiling, and how the sum over all ramps
// changes there.
struct Bend {
    Fraction alpha;
    Int128 constant_change = 0;
    Int128 slope_change = 0;
};

bool before(const Bend& a, const Bend& b) {
    return a.alpha.numerator * b.alpha.denominator < b.alpha.numerator * a.alpha.denominator;
}

Ramp ramp_of(ShareRule rule, std::int64_t window_seconds, const Producer& producer) {
    const Int128 available = kWattSecondsPerWh * producer.available_wh;
    const Int128 nameplate = Int128{window_seconds} * producer.capacity_w;
    const Int128 low = std::min(available, kWattSecondsPerWh * producer.load_wh);
    switch (rule) {
        case ShareRule::paper:
            break;  // its factor is DF's, whatever the meters generate
        case ShareRule::waterfill:
            return {nameplate, low, std::max(low, available)};
        case ShareRule::generation:
            return {available, low, std::max(low, std::min(nameplate, available))};
    }
    CHECK(false);
}

// The bends within [0, 1), ascending. A flat ramp has none.
std::vector<Bend> bends_of(const std::vector<Ramp>& ramps) {
    std::vector<Bend> bends;
    bends.reserve(2 * ramps.size());
    for (const Ramp& ramp : ramps) {
        if (ramp.low == ramp.high) continue;
        if (ramp.low < ramp.slope) {
            bends.push_back({{ramp.low, ramp.slope}, -ramp.low, ramp.slope});
        }
        if (ramp.high < ramp.slope) {
            bends.push_back({{ramp.high, ramp.slope}, ramp.high, -ramp.slope});
        }
    }
    std::sort(bends.begin(), bends.end(), before);
    return bends;
}

// The largest alpha in [0, 1] for which the ramps sum to at most `target`, exactly. The sum is
// piecewise linear and never falls: walk its bends from the left until the next one is too high,
// then solve the straight piece in between. Needs sum of low <= target.
Fraction largest_alpha(const std::vector<Ramp>& ramps, Int128 target) {
    Int128 constant = 0;  // on the current piece the sum is constant + slope * alpha
    Int128 slope = 0;
    for (const Ramp& ramp : ramps)
        constant += ramp.low;
    CHECK(constant <= target);
    for (const Bend& bend : bends_of(ramps)) {
        const Int128 there = slope * bend.alpha.numerator + constant * bend.alpha.denominator;
        if (there > target * bend.alpha.denominator) return {target - constant, slope};
        constant += bend.constant_change;
        slope += bend.slope_change;
    }
    if (constant + slope > target) return {target - constant, slope};
    return {1, 1};
}

// Exact shares in watts over one common denominator, none above its capacity.
struct ExactShares {
    std::vector<Int128> numerators;
    Int128 denominator = 1;
};

ExactShares scaled_capacities(Fraction factor, const std::vector<Producer>& producers) {
    ExactShares exact{{}, factor.denominator};
    exact.numerators.reserve(producers.size());
    for (const Producer& producer : producers) {
        exact.numerators.push_back(factor.numerator * producer.capacity_w);
    }
    return exact;
}

ExactShares scaled_availability(Fraction alpha, std::int64_t window_seconds,
                                const std::vector<Producer>& producers) {
    ExactShares exact{{}, alpha.denominator * window_seconds};
    exact.numerators.reserve(producers.size());
    for (const Producer& producer : producers) {
        const Int128 share = alpha.numerator * kWattSecondsPerWh * producer.available_wh;
        exact.numerators.push_back(std::min(share, exact.denominator * producer.capacity_w));
    }
    return exact;
}

struct Quotient {
    std::int64_t floor = 0;
    Int128 rest = 0;
};

// Of a share: 0 <= numerator / denominator < 2^63. Most shares fit 64 bits, where a division takes
// a fraction of the time.
Quotient divided(Int128 numerator, Int128 denominator) {
    if (numerator <= INT64_MAX && denominator <= INT64_MAX) {
        const auto n = static_cast<std::int64_t>(numerator);
        const auto d = static_cast<std::int64_t>(denominator);
        return {n / d, n % d};
    }
    const Int128 floor = numerator / denominator;
    return {static_cast<std::int64_t>(floor), numerator - floor * denominator};
}

// One watt more to each of the `spare` largest rests; of equal rests those of the lower places win.
// spare < rests.size(), because every rest is below 1 W.
void give_to_largest(std::size_t spare, const std::vector<Int128>& rests,
                     std::vector<std::int64_t>& watts) {
    std::vector<Int128> ranked = rests;
    const auto last = ranked.begin() + static_cast<std::ptrdiff_t>(spare) - 1;
    std::nth_element(ranked.begin(), last, ranked.end(), std::greater<>());
    const Int128 least = *last;  // that wins
    const auto above =
        std::count_if(ranked.begin(), last, [&](Int128 rest) { return rest > least; });
    std::size_t ties = spare - static_cast<std::size_t>(above);
    for (std::size_t i = 0; i < rests.size(); ++i) {
        const bool wins_tie = rests[i] == least && ties > 0;
        if (wins_tie) --ties;
        if (wins_tie || rests[i] > least) watts[i] += 1;
    }
}

// Largest remainder: every meter gets its floor, then the largest fractions get one watt each, ties
// to the lower id, until the sum is the floor of the exact sum. A meter without a fraction gets no
// extra watt, so no share exceeds a capacity that the exact share respects.
std::vector<std::int64_t> round_to_floor_of_sum(const ExactShares& exact) {
    std::vector<std::int64_t> watts;
    std::vector<Int128> rests;
    watts.reserve(exact.numerators.size());
    rests.reserve(exact.numerators.size());
    Int128 fractions = 0;
    for (const Int128 numerator : exact.numerators) {
        const auto [floor, rest] = divided(numerator, exact.denominator);
        rests.push_back(rest);
        watts.push_back(floor);
        fractions += rest;
    }
    const auto spare = static_cast<std::size_t>(fractions / exact.denominator);
    if (spare > 0) give_to_largest(spare, rests, watts);
    return watts;
}

ExactShares exact_shares(ShareRule rule, std::int64_t window_seconds, std::int64_t load_wh,
                         const Shares& so_far, std::int64_t capacity_sum_w,
                         const std::vector<Producer>& producers) {
    if (so_far.d_wh <= 0 || capacity_sum_w == 0) return scaled_capacities({1, 1}, producers);
    if (rule == ShareRule::paper) {
        const Int128 nameplate = Int128{window_seconds} * capacity_sum_w;
        const Int128 left = nameplate - kWattSecondsPerWh * so_far.d_wh;
        return scaled_capacities({std::max(left, Int128{0}), nameplate}, producers);
    }
    std::vector<Ramp> ramps;
    ramps.reserve(producers.size());
    for (const Producer& producer : producers) {
        ramps.push_back(ramp_of(rule, window_seconds, producer));
    }
    const Fraction alpha = largest_alpha(ramps, kWattSecondsPerWh * load_wh);
    if (rule == ShareRule::waterfill) return scaled_capacities(alpha, producers);
    return scaled_availability(alpha, window_seconds, producers);
}

// Floor of DF in ppm, clamped to [0, 1] (paper A80). A surplus without any capacity gives 1.
std::int64_t decremental_factor_ppm(std::int64_t d_wh, std::int64_t window_seconds,
                                    std::int64_t capacity_sum_w) {
    if (d_wh <= 0) return 0;
    if (capacity_sum_w == 0) return kPpm;
    const Int128 df = kWattSecondsPerWh * d_wh * kPpm / (Int128{window_seconds} * capacity_sum_w);
    return static_cast<std::int64_t>(std::min(df, Int128{kPpm}));
}

// Generation of all meters under the rounded shares, minus L; floor, never below zero.
std::int64_t residual_wh(std::int64_t window_seconds, std::int64_t load_wh,
                         const std::vector<Producer>& producers,
                         const std::vector<std::int64_t>& watts) {
    Int128 delivered = 0;
    for (std::size_t i = 0; i < producers.size(); ++i) {
        const Int128 cap = Int128{window_seconds} * watts[i];
        const Int128 own_use = kWattSecondsPerWh * producers[i].load_wh;
        const Int128 available = kWattSecondsPerWh * producers[i].available_wh;
        delivered += std::min(available, std::max(cap, own_use));
    }
    const Int128 left = delivered - kWattSecondsPerWh * load_wh;
    return left <= 0 ? 0 : static_cast<std::int64_t>(left / kWattSecondsPerWh);
}

// CHECKs the preconditions that bound every product. Returns the sum of C.
std::int64_t checked_capacity_sum_w(std::int64_t window_seconds, std::int64_t load_wh,
                                    std::int64_t available_wh,
                                    const std::vector<Producer>& producers) {
    CHECK(window_seconds > 0 && window_seconds <= kMaxWindowSeconds);
    CHECK(load_wh >= 0 && load_wh <= kMaxClusterWattHours);
    CHECK(available_wh >= 0 && available_wh <= kMaxClusterWattHours);
    Int128 capacity = 0;
    Int128 loads = 0;
    Int128 availables = 0;
    for (std::size_t i = 0; i < producers.size(); ++i) {
        const Producer& producer = producers[i];
        CHECK(producer.capacity_w >= 0 && producer.available_wh >= 0 && producer.load_wh >= 0);
        CHECK(i == 0 || producers[i - 1].meter < producer.meter);
        capacity += producer.capacity_w;
        loads += producer.load_wh;
        availables += producer.available_wh;
    }
    CHECK(capacity <= kMaxClusterWatts);
    CHECK(loads <= load_wh);
    CHECK(availables == available_wh);
    return static_cast<std::int64_t>(capacity);
}

}  // namespace

Shares compute_shares(ShareRule rule, std::int64_t window_seconds, std::int64_t load_wh,
                      std::int64_t available_wh, const std::vector<Producer>& producers) {
    const std::int64_t capacity_sum_w =
        checked_capacity_sum_w(window_seconds, load_wh, available_wh, producers);
    Shares out;
    out.d_wh = available_wh - load_wh;
    out.df_ppm = decremental_factor_ppm(out.d_wh, window_seconds, capacity_sum_w);
    out.psa_ppm = kPpm - out.df_ppm;
    out.conventional_wh = std::max(std::int64_t{0}, -out.d_wh);
    const auto watts = round_to_floor_of_sum(
        exact_shares(rule, window_seconds, load_wh, out, capacity_sum_w, producers));
    out.shares.reserve(producers.size());
    for (std::size_t i = 0; i < producers.size(); ++i) {
        CHECK(watts[i] <= producers[i].capacity_w);
        out.shares.push_back({producers[i].meter, watts[i]});
        out.mes_sum_w += watts[i];
    }
    out.residual_surplus_wh = residual_wh(window_seconds, load_wh, producers, watts);
    return out;
}

std::vector<MeterShare> shares_at_factor(ShareRule rule, std::int64_t window_seconds,
                                         std::int64_t factor_ppm,
                                         const std::vector<Producer>& producers) {
    CHECK(factor_ppm >= 0 && factor_ppm <= kMaxFactorPpm);
    const Fraction factor{factor_ppm, kPpm};
    const auto watts = round_to_floor_of_sum(
        rule == ShareRule::generation
            ? scaled_availability(factor, window_seconds, producers)
            : scaled_capacities({std::min(factor_ppm, kPpm), kPpm}, producers));
    std::vector<MeterShare> shares;
    for (std::size_t i = 0; i < producers.size(); ++i) {
        CHECK(watts[i] <= producers[i].capacity_w);
        shares.push_back({producers[i].meter, watts[i]});
    }
    return shares;
}

}  // namespace fairfeed
