#include "core/contract/share_schedule.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/units.h"

namespace fairfeed {

namespace {

std::int64_t quarter_start_s(std::int64_t start_s, std::size_t quarter) {
    return start_s + static_cast<std::int64_t>(quarter) * kSecondsPerQuarter;
}

// Calls put(factor, second) for each quarter hour of the window: in the order of time, not before
// from_s. Of several at one second the last one holds.
template <class Put>
void enter_factors(const Factors& factors, std::int64_t start_s, std::int64_t from_s, Put put) {
    for (std::size_t j = 0; j < factors.size(); ++j)
        put(factors[j], std::max(from_s, quarter_start_s(start_s, j)));
}

void put_factor(FactorSchedule& schedule, std::int64_t factor_ppm, std::int64_t from_s) {
    if (!schedule.empty() && schedule.back().from_s == from_s) schedule.pop_back();
    if (!schedule.empty() && schedule.back().factor_ppm == factor_ppm) return;
    if (schedule.empty() && factor_ppm == kPpm) return;
    schedule.push_back({factor_ppm, from_s});
}

void put_share(ShareSchedule& schedule, std::int64_t share_w, std::int64_t from_s) {
    if (!schedule.empty() && schedule.back().from_s == from_s) schedule.pop_back();
    if (!schedule.empty() && schedule.back().share_w == share_w) return;
    schedule.push_back({share_w, from_s});
}

bool is_uncurtailed(const std::vector<MeterShare>& shares,
                    const std::vector<MeterCapacity>& meters) {
    for (std::size_t i = 0; i < shares.size(); ++i)
        if (shares[i].mes_w != meters[i].capacity_w) return false;
    return true;
}

// The power of each meter for a window: all that it may generate, or by `generation` what it has
// available on average.
std::vector<MeterShare> powers_of(ShareRule rule, const std::vector<MeterCapacity>& meters,
                                  const std::vector<std::int64_t>& available_wh,
                                  std::size_t quarters) {
    std::vector<MeterShare> out;
    const auto seconds = static_cast<std::int64_t>(quarters) * kSecondsPerQuarter;
    for (std::size_t i = 0; i < meters.size(); ++i) {
        Int128 power_w = meters[i].capacity_w;
        if (rule == ShareRule::generation)
            power_w = std::min(power_w, Int128{available_wh[i]} * kSecondsPerHour / seconds);
        out.push_back({meters[i].meter, static_cast<std::int64_t>(power_w)});
    }
    return out;
}

Int128 sum_of(const std::vector<MeterShare>& shares) {
    Int128 sum = 0;
    for (const MeterShare& share : shares)
        sum += share.mes_w;
    return sum;
}

// The factor under which the powers add up to the shares of a quarter hour; floor.
std::int64_t factor_for(const std::vector<MeterShare>& shares,
                        const std::vector<MeterCapacity>& meters,
                        const std::vector<MeterShare>& powers) {
    const Int128 whole = sum_of(powers);
    if (is_uncurtailed(shares, meters) || whole == 0) return kUncurtailedPpm;
    const Int128 factor = sum_of(shares) * kPpm / whole;
    return static_cast<std::int64_t>(std::min(factor, Int128{kUncurtailedPpm - 1}));
}

// The shares that the rule gives for one quarter hour alone.
Shares shares_of_quarter(ShareRule rule, const std::vector<ObservedMeter>& meters, std::size_t j) {
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;
    std::vector<Producer> producers;
    for (const ObservedMeter& meter : meters) {
        const QuarterEnergy& quarter = meter.quarters[j];
        load_wh += quarter.load_wh;
        available_wh += quarter.available_wh;
        producers.push_back({meter.meter, meter.capacity_w, quarter.available_wh, quarter.load_wh});
    }
    return compute_shares(rule, kSecondsPerQuarter, load_wh, available_wh, producers);
}

}  // namespace

bool is_schedule(const ShareSchedule& shares) {
    for (std::size_t i = 0; i < shares.size(); ++i) {
        if (shares[i].share_w < 0 || shares[i].share_w > kNoShareW) return false;
        if (i > 0 && shares[i].from_s < shares[i - 1].from_s) return false;
    }
    return true;
}

std::int64_t scheduled_share_w(std::int64_t power_w, std::int64_t factor_ppm) {
    CHECK(power_w >= 0 && power_w <= kNoShareW);
    CHECK(factor_ppm >= 0 && factor_ppm <= kUncurtailedPpm);
    if (power_w == kNoShareW || factor_ppm == kUncurtailedPpm) return kNoShareW;
    const Int128 share_w = Int128{power_w} * factor_ppm / kPpm;
    return static_cast<std::int64_t>(std::min(share_w, Int128{kNoShareW}));
}

ShareSchedule in_quarters(const ShareSchedule& powers, const Factors& factors,
                          std::int64_t start_s) {
    if (factors.empty()) return powers;
    ShareSchedule out;
    std::int64_t power_w = kNoShareW;
    auto next = powers.begin();
    for (std::size_t j = 0; j < factors.size(); ++j) {
        const std::int64_t at_s = quarter_start_s(start_s, j);
        for (; next != powers.end() && next->from_s <= at_s; ++next)
            power_w = next->share_w;
        out.push_back({scheduled_share_w(power_w, factors[j]), at_s});
    }
    return out;
}

ShareSchedule told_schedule(const ShareInForce& power, const Factors& factors,
                            std::int64_t start_s) {
    if (factors.empty()) return {power};
    ShareSchedule out;
    enter_factors(factors, start_s, power.from_s, [&](std::int64_t factor_ppm, std::int64_t at_s) {
        put_share(out, scheduled_share_w(power.share_w, factor_ppm), at_s);
    });
    return out;
}

void add_factors(FactorSchedule& schedule, const Factors& factors, std::int64_t start_s,
                 std::int64_t from_s) {
    while (!schedule.empty() && schedule.back().from_s >= from_s)
        schedule.pop_back();
    enter_factors(factors, start_s, from_s, [&](std::int64_t factor_ppm, std::int64_t at_s) {
        put_factor(schedule, factor_ppm, at_s);
    });
}

void forget_factors(FactorSchedule& schedule, std::int64_t needed_s) {
    const auto later = std::find_if(schedule.begin(), schedule.end(),
                                    [&](const auto& each) { return each.from_s > needed_s; });
    if (later - schedule.begin() > 1) schedule.erase(schedule.begin(), later - 1);
}

Factors factors_in_force(const FactorSchedule& schedule, std::int64_t start_s,
                         std::size_t quarters) {
    Factors out;
    std::int64_t factor_ppm = kPpm;
    auto next = schedule.begin();
    for (std::size_t j = 0; j < quarters; ++j) {
        for (; next != schedule.end() && next->from_s <= quarter_start_s(start_s, j); ++next)
            factor_ppm = next->factor_ppm;
        out.push_back(factor_ppm);
    }
    return out;
}

PlannedShares plan_from_window(ShareRule rule, ShareBasis basis,
                               const std::vector<ObservedMeter>& meters, std::size_t quarters) {
    PlannedShares out{basis, {}, {}};
    std::vector<MeterCapacity> capacities;
    std::vector<std::int64_t> available_wh;
    for (const ObservedMeter& meter : meters) {
        capacities.push_back({meter.meter, meter.capacity_w});
        available_wh.push_back(0);
        for (const QuarterEnergy& quarter : meter.quarters)
            available_wh.back() += quarter.available_wh;
    }
    out.powers = powers_of(rule, capacities, available_wh, quarters);
    for (std::size_t j = 0; j < quarters; ++j)
        out.factors.push_back(
            factor_for(shares_of_quarter(rule, meters, j).shares, capacities, out.powers));
    return out;
}

std::optional<PlannedShares> plan_from_history(const ClusterHistory& history,
                                               const ForecastParameters& parameters,
                                               std::int64_t start_s, std::int64_t window_seconds,
                                               const std::vector<MeterCapacity>& meters) {
    const auto expected = expected_shares(history, parameters, start_s, window_seconds, meters);
    const bool is_known = std::all_of(expected.begin(), expected.end(),
                                      [](const ExpectedShares& each) { return each.has_history; });
    if (!is_known) return std::nullopt;
    PlannedShares out{ShareBasis::expected, {}, {}};
    if (parameters.resolution == ShareResolution::window) {
        out.powers = expected.front().shares;
        return out;
    }
    out.powers =
        powers_of(parameters.rule, meters,
                  expected_available_wh(history, start_s, window_seconds, meters), expected.size());
    for (const ExpectedShares& quarter : expected)
        out.factors.push_back(factor_for(quarter.shares, meters, out.powers));
    return out;
}

}  // namespace fairfeed
