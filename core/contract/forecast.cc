#include "core/contract/forecast.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "core/base/check.h"

namespace fairfeed {

namespace {

// Average watts of a quarter hour in Wh: energies and caps meet in quarter Wh.
constexpr std::int64_t kQuartersPerHour = kSecondsPerHour / kSecondsPerQuarter;
constexpr std::int64_t kChangeParts = 10;  // a change by more than a tenth

using Costs = std::vector<std::int64_t>;

std::size_t slot_of(std::int64_t start_s, std::size_t quarter) {
    const Int128 index = Int128{start_s} / kSecondsPerQuarter + static_cast<std::int64_t>(quarter);
    return static_cast<std::size_t>(floor_mod(index, Int128{kQuartersPerDay}));
}

// The mean moves towards the new day by 1 / days of the way.
std::int64_t moved(std::int64_t mean, std::int64_t day, std::int64_t days) {
    return mean + static_cast<std::int64_t>(floor_div(Int128{day} - mean, days));
}

// Of one quarter hour of the day, by meter. Meters without history yield as the others do for each
// watt; where nobody has any, all that their capacity makes. Nobody is expected to make more.
std::vector<std::int64_t> available_in_slot(const ClusterHistory& history, std::size_t slot,
                                            const std::vector<MeterCapacity>& meters) {
    std::vector<std::int64_t> out(meters.size(), -1);
    Int128 known_wh = 0;
    Int128 known_w = 0;
    for (std::size_t i = 0; i < meters.size(); ++i) {
        const auto known = history.meters.find(meters[i].meter);
        if (known == history.meters.end() || known->second[slot].days == 0) continue;
        out[i] = std::min(known->second[slot].energy / kForecastScale,
                          meters[i].capacity_w / kQuartersPerHour);
        known_wh += out[i];
        known_w += meters[i].capacity_w;
    }
    for (std::size_t i = 0; i < meters.size(); ++i) {
        if (out[i] >= 0) continue;
        const Int128 full_wh = Int128{meters[i].capacity_w} / kQuartersPerHour;
        const Int128 as_others =
            known_w == 0 ? full_wh : Int128{meters[i].capacity_w} * known_wh / known_w;
        out[i] = static_cast<std::int64_t>(std::min(full_wh, as_others));
    }
    return out;
}

// By quarter hour of the window, and by meter.
std::vector<std::vector<std::int64_t>> expected_window_wh(
    const ClusterHistory& history, std::int64_t start_s, std::size_t quarters,
    const std::vector<MeterCapacity>& meters) {
    std::vector<std::vector<std::int64_t>> out;
    for (std::size_t j = 0; j < quarters; ++j)
        out.push_back(available_in_slot(history, slot_of(start_s, j), meters));
    return out;
}

std::vector<std::int64_t> sums_of(const std::vector<std::vector<std::int64_t>>& parts) {
    std::vector<std::int64_t> out(parts.front().size(), 0);
    for (const auto& part : parts)
        for (std::size_t i = 0; i < part.size(); ++i)
            out[i] += part[i];
    return out;
}

// The factor of step k of K. By `generation` factors go up to 2, because a mean is often exceeded;
// the last step is no curtailment by any rule.
std::int64_t factor_ppm(const ForecastParameters& parameters, std::int64_t step) {
    const std::int64_t most = parameters.rule == ShareRule::generation ? kMaxFactorPpm : kPpm;
    return most * step / parameters.factor_steps;
}

std::int64_t cap_w(const ForecastParameters& parameters, std::int64_t step, std::int64_t capacity_w,
                   std::int64_t expected_w) {
    if (step == parameters.factor_steps) return capacity_w;
    const bool by_generation = parameters.rule == ShareRule::generation;
    const Int128 cap =
        Int128{by_generation ? expected_w : capacity_w} * factor_ppm(parameters, step) / kPpm;
    return static_cast<std::int64_t>(std::min(cap, Int128{capacity_w}));
}

// One quarter hour of the whole cluster, in quarter Wh: average watts.
struct QuarterOfCluster {
    std::int64_t load_w = 0;
    std::int64_t available_w = 0;
};

// What a cap on everybody would have cost, times kForecastScale. At most 11 * 4 * 10^15 * 128.
std::int64_t cost_of(const ForecastParameters& parameters, const QuarterOfCluster& cluster,
                     std::int64_t through_w) {
    const Int128 left = std::max<std::int64_t>(0, through_w - cluster.load_w);
    const Int128 needless =
        std::max<std::int64_t>(0, std::min(cluster.available_w, cluster.load_w) - through_w);
    const Int128 cost = left + needless * parameters.needless_weight_ppm / kPpm;
    return static_cast<std::int64_t>(cost * kForecastScale);
}

// By step, of quarter hour j, with what each meter could have made in it and the energy that it is
// weighed by, in quarter Wh.
Costs costs_of(const ForecastParameters& parameters, const ObservedWindow& window, std::size_t j,
               const std::vector<std::int64_t>& available_wh,
               const std::vector<std::int64_t>& expected_w) {
    QuarterOfCluster cluster;
    for (std::size_t i = 0; i < window.meters.size(); ++i) {
        cluster.load_w += kQuartersPerHour * window.meters[i].quarters[j].load_wh;
        cluster.available_w += kQuartersPerHour * available_wh[i];
    }
    Costs costs;
    for (std::int64_t step = 0; step <= parameters.factor_steps; ++step) {
        std::int64_t through_w = 0;
        for (std::size_t i = 0; i < window.meters.size(); ++i) {
            const ObservedMeter& meter = window.meters[i];
            const std::int64_t cap = cap_w(parameters, step, meter.capacity_w, expected_w[i]);
            through_w += std::min(kQuartersPerHour * available_wh[i],
                                  std::max(cap, kQuartersPerHour * meter.quarters[j].load_wh));
        }
        costs.push_back(cost_of(parameters, cluster, through_w));
    }
    return costs;
}

// A window, and what the history expected of it before it was observed; by quarter hour and meter.
struct Expectation {
    std::vector<std::vector<std::int64_t>> yields_wh;
    std::vector<std::vector<std::int64_t>> believed_wh;
};

Expectation expectation_of(const ClusterHistory& history, const ObservedWindow& window,
                           const std::vector<MeterCapacity>& meters) {
    if (window.meters.empty()) return {};
    Expectation out;
    out.yields_wh =
        expected_window_wh(history, window.start_s, window.meters.front().quarters.size(), meters);
    for (std::size_t j = 0; j < out.yields_wh.size(); ++j)
        out.believed_wh.push_back(believed_wh(window, j, out.yields_wh[j]));
    return out;
}

// By quarter hour of the window and step.
std::vector<Costs> window_costs(const ForecastParameters& parameters, const ObservedWindow& window,
                                const Expectation& expectation) {
    if (parameters.rule == ShareRule::paper || expectation.yields_wh.empty()) return {};
    const auto& yields_wh = expectation.yields_wh;
    const auto total_wh = sums_of(yields_wh);
    const auto quarters = static_cast<std::int64_t>(yields_wh.size());
    const bool by_quarter = parameters.resolution == ShareResolution::quarter;
    std::vector<Costs> out;
    for (std::size_t j = 0; j < yields_wh.size(); ++j) {
        std::vector<std::int64_t> expected_w;
        for (std::size_t i = 0; i < window.meters.size(); ++i) {
            expected_w.push_back(by_quarter ? kQuartersPerHour * yields_wh[j][i]
                                            : kQuartersPerHour * total_wh[i] / quarters);
        }
        out.push_back(costs_of(parameters, window, j, expectation.believed_wh[j], expected_w));
    }
    return out;
}

bool differs_much(std::int64_t before, std::int64_t after) {
    return Int128{std::abs(after - before)} * kChangeParts > before;
}

// Forgets who left, and most of the past where the cluster became another one.
void follow_members(ClusterHistory& history, const ForecastParameters& parameters,
                    const ObservedWindow& window) {
    std::set<MeterId> present;
    std::int64_t capacity_w = 0;
    for (const ObservedMeter& meter : window.meters) {
        present.insert(meter.meter);
        capacity_w += meter.capacity_w;
    }
    const bool is_another = differs_much(history.capacity_sum_w, capacity_w) ||
                            differs_much(static_cast<std::int64_t>(history.meters.size()),
                                         static_cast<std::int64_t>(present.size()));
    if (is_another) {
        for (auto& quarter : history.quarters)
            quarter.days = std::min(quarter.days, parameters.days_after_change);
    }
    std::erase_if(history.meters,
                  [&](const auto& known) { return !present.contains(known.first); });
    for (const MeterId& meter : present)
        history.meters[meter].resize(kQuartersPerDay);
    history.capacity_sum_w = capacity_w;
}

// Neither a claim nor silence raises a yield: an estimate counts only if it is below.
void learn_yield(ClusterHistory::Yield& yield, const ForecastParameters& parameters,
                 std::int64_t believed_wh, bool is_estimated) {
    if (is_estimated && believed_wh * kForecastScale >= yield.energy) return;
    yield.days = std::min(yield.days + 1, parameters.memory_days);
    yield.energy = moved(yield.energy, believed_wh * kForecastScale, yield.days);
}

void learn_quarter(ClusterHistory::QuarterOfDay& quarter, const ForecastParameters& parameters,
                   std::int64_t load_wh, const Costs* costs) {
    quarter.days = std::min(quarter.days + 1, parameters.memory_days);
    quarter.load = moved(quarter.load, load_wh * kForecastScale, quarter.days);
    if (costs == nullptr) return;
    quarter.costs.resize(costs->size());
    for (std::size_t k = 0; k < costs->size(); ++k)
        quarter.costs[k] = moved(quarter.costs[k], (*costs)[k], quarter.days);
}

void check_window(const ClusterHistory& history, const ForecastParameters& parameters,
                  const ObservedWindow& window) {
    CHECK(is_valid(parameters));
    CHECK(window.start_s % kSecondsPerQuarter == 0 && window.start_s >= history.until_s);
    Int128 capacity = 0;
    Int128 load = 0;
    Int128 available = 0;
    std::set<MeterId> seen;
    for (const ObservedMeter& meter : window.meters) {
        CHECK(meter.capacity_w >= 0 && seen.insert(meter.meter).second);
        CHECK(meter.quarters.size() == window.meters.front().quarters.size());
        capacity += meter.capacity_w;
        for (const QuarterEnergy& quarter : meter.quarters) {
            CHECK(quarter.load_wh >= 0 && quarter.available_wh >= 0);
            load += quarter.load_wh;
            available += quarter.available_wh;
        }
    }
    CHECK(capacity <= kMaxClusterWatts);
    CHECK(load <= kMaxClusterWattHours && available <= kMaxClusterWattHours);
}

void check_meters(const std::vector<MeterCapacity>& meters) {
    Int128 capacity = 0;
    for (std::size_t i = 0; i < meters.size(); ++i) {
        CHECK(meters[i].capacity_w >= 0);
        CHECK(i == 0 || meters[i - 1].meter < meters[i].meter);
        capacity += meters[i].capacity_w;
    }
    CHECK(capacity <= kMaxClusterWatts);
}

// The step that would have cost least over these quarter hours of the day, of equal ones the
// largest; the last one where none of them has been seen.
std::int64_t best_step(const ClusterHistory& history, const ForecastParameters& parameters,
                       const std::vector<std::size_t>& slots) {
    std::vector<Int128> sums(static_cast<std::size_t>(parameters.factor_steps) + 1, 0);
    for (const std::size_t slot : slots) {
        const Costs& costs = history.quarters[slot].costs;
        CHECK(costs.empty() || costs.size() == sums.size());
        for (std::size_t k = 0; k < costs.size(); ++k)
            sums[k] += costs[k];
    }
    const auto least = std::min_element(sums.rbegin(), sums.rend());
    return static_cast<std::int64_t>(sums.rend() - least) - 1;
}

ExpectedShares shares_of_part(const ClusterHistory& history, const ForecastParameters& parameters,
                              const std::vector<std::size_t>& slots,
                              const std::vector<MeterCapacity>& meters,
                              const std::vector<std::int64_t>& yields_wh) {
    ExpectedShares out;
    std::vector<Producer> producers;
    for (std::size_t i = 0; i < meters.size(); ++i) {
        producers.push_back({meters[i].meter, meters[i].capacity_w, yields_wh[i], 0});
        out.available_wh += yields_wh[i];
        out.shares.push_back({meters[i].meter, meters[i].capacity_w});
    }
    for (const std::size_t slot : slots) {
        out.has_history = out.has_history || history.quarters[slot].days > 0;
        out.load_wh += history.quarters[slot].load / kForecastScale;
    }
    out.load_wh = std::min(out.load_wh, kMaxClusterWattHours);
    if (!out.has_history) return out;
    const auto seconds = static_cast<std::int64_t>(slots.size()) * kSecondsPerQuarter;
    if (parameters.rule == ShareRule::paper) {
        Shares paper =
            compute_shares(ShareRule::paper, seconds, out.load_wh, out.available_wh, producers);
        out.factor_ppm = paper.psa_ppm;
        out.shares = std::move(paper.shares);
        return out;
    }
    const std::int64_t step = best_step(history, parameters, slots);
    out.factor_ppm = factor_ppm(parameters, step);
    if (step < parameters.factor_steps)
        out.shares = shares_at_factor(parameters.rule, seconds, out.factor_ppm, producers);
    return out;
}

}  // namespace

void observe(ClusterHistory& history, const ForecastParameters& parameters,
             const ObservedWindow& window) {
    check_window(history, parameters, window);
    std::vector<MeterCapacity> meters;
    for (const ObservedMeter& meter : window.meters)
        meters.push_back({meter.meter, meter.capacity_w});
    const Expectation expectation = expectation_of(history, window, meters);
    const std::vector<Costs> costs = window_costs(parameters, window, expectation);
    follow_members(history, parameters, window);
    const std::size_t quarters = window.meters.empty() ? 0 : window.meters.front().quarters.size();
    for (std::size_t j = 0; j < quarters; ++j) {
        const std::size_t slot = slot_of(window.start_s, j);
        std::int64_t load_wh = 0;
        for (std::size_t i = 0; i < window.meters.size(); ++i) {
            const ObservedMeter& meter = window.meters[i];
            load_wh += meter.quarters[j].load_wh;
            learn_yield(history.meters.at(meter.meter)[slot], parameters,
                        expectation.believed_wh[j][i], meter.is_estimated);
        }
        learn_quarter(history.quarters[slot], parameters, load_wh,
                      costs.empty() ? nullptr : &costs[j]);
    }
    history.until_s = window.start_s + static_cast<std::int64_t>(quarters) * kSecondsPerQuarter;
}

std::vector<ExpectedShares> expected_shares(const ClusterHistory& history,
                                            const ForecastParameters& parameters,
                                            std::int64_t start_s, std::int64_t window_seconds,
                                            const std::vector<MeterCapacity>& meters) {
    CHECK(is_valid(parameters));
    CHECK(start_s % kSecondsPerQuarter == 0 && window_seconds % kSecondsPerQuarter == 0);
    CHECK(window_seconds > 0 && window_seconds <= kMaxWindowSeconds);
    check_meters(meters);
    const auto quarters = static_cast<std::size_t>(window_seconds / kSecondsPerQuarter);
    const auto yields_wh = expected_window_wh(history, start_s, quarters, meters);
    std::vector<std::size_t> slots;
    for (std::size_t j = 0; j < quarters; ++j)
        slots.push_back(slot_of(start_s, j));
    if (parameters.resolution == ShareResolution::window)
        return {shares_of_part(history, parameters, slots, meters, sums_of(yields_wh))};
    std::vector<ExpectedShares> out;
    for (std::size_t j = 0; j < quarters; ++j)
        out.push_back(shares_of_part(history, parameters, {slots[j]}, meters, yields_wh[j]));
    return out;
}

std::vector<std::int64_t> expected_available_wh(const ClusterHistory& history, std::int64_t start_s,
                                                std::int64_t window_seconds,
                                                const std::vector<MeterCapacity>& meters) {
    CHECK(start_s % kSecondsPerQuarter == 0 && window_seconds >= kSecondsPerQuarter);
    check_meters(meters);
    return sums_of(expected_window_wh(
        history, start_s, static_cast<std::size_t>(window_seconds / kSecondsPerQuarter), meters));
}

}  // namespace fairfeed
