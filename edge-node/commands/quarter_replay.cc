#include "edge-node/commands/quarter_replay.h"

#include <algorithm>

#include "core/accounts/cluster_forecast.h"
#include "core/base/check.h"
#include "core/contract/settlement.h"

namespace fairfeed {
namespace {

void count(RuleOutcome& outcome, const QuarterEnergy& quarter, std::int64_t through_wh) {
    const std::int64_t curtailed_wh = quarter.available_wh - through_wh;
    if (quarter.available_wh <= quarter.load_wh) {
        outcome.curtailed_without_surplus_wh += curtailed_wh;
        return;
    }
    outcome.surplus_wh += quarter.available_wh - quarter.load_wh;
    outcome.left_wh += std::max<std::int64_t>(0, through_wh - quarter.load_wh);
    outcome.curtailed_in_surplus_wh += curtailed_wh;
}

QuarterEnergy sum_of(const std::vector<ObservedMeter>& meters, std::size_t j) {
    QuarterEnergy sum;
    for (const ObservedMeter& meter : meters) {
        sum.load_wh += meter.quarters[j].load_wh;
        sum.available_wh += meter.quarters[j].available_wh;
    }
    return sum;
}

// A cluster that lives through its windows under another rule.
class Replay {
  public:
    Replay(ShareRule rule, const NetworkParameters& parameters)
        : parameters_(parameters), forecast_(forecast_of(parameters)), outcome_{.rule = rule} {
        forecast_.rule = rule;
    }

    void live_through(const SettledWindow& window) {
        const auto& meters = *window.observed;
        const std::size_t quarters = window.generation_wh.size();
        const std::int64_t start_s = start_of(window.window);
        const Factors bound =
            is_by_quarter() ? factors_in_force(factors_, start_s, quarters) : Factors{};
        std::vector<std::int64_t> through_wh(quarters, 0);
        for (const ObservedMeter& meter : meters) {
            const ShareSchedule shares = in_quarters(powers_[meter.meter], bound, start_s);
            for (std::size_t j = 0; j < quarters; ++j)
                through_wh[j] += let_through_wh(meter, shares, start_s, j);
        }
        for (std::size_t j = 0; j < quarters; ++j)
            count(outcome_, sum_of(meters, j), through_wh[j]);
        settle(window);
    }
    [[nodiscard]] const RuleOutcome& outcome() const { return outcome_; }

  private:
    [[nodiscard]] std::int64_t start_of(Window window) const {
        return GridClock(parameters_).start_s(window);
    }
    [[nodiscard]] bool is_by_quarter() const {
        return parameters_.resolution == ShareResolution::quarter;
    }

    // A meter without capacity has no share.
    static std::int64_t let_through_wh(const ObservedMeter& meter, const ShareSchedule& shares,
                                       std::int64_t start_s, std::size_t j) {
        const QuarterEnergy& quarter = meter.quarters[j];
        if (meter.capacity_w == 0) return quarter.available_wh;
        const auto at_s = start_s + static_cast<std::int64_t>(j) * kSecondsPerQuarter;
        const auto cap_wh = quarter_cap_wh(binding_share_w(shares, meter.capacity_w, at_s), j);
        return std::min(quarter.available_wh, allowed_generation_wh(cap_wh, quarter.load_wh));
    }

    // As ClusterAccounts: shares come from the windows before, then this one is learnt.
    void settle(const SettledWindow& window) {
        const PlannedShares planned = plan(window);
        const std::int64_t target_s = start_of(share_is_for(parameters_, window.window));
        const std::int64_t from_s = window.in_force_from_s;
        for (const MeterShare& power : planned.powers) {
            ShareSchedule& schedule = powers_[power.meter];
            std::erase_if(schedule, [&](const auto& each) { return each.from_s >= from_s; });
            schedule.push_back({power.mes_w, from_s});
        }
        if (is_by_quarter()) add_factors(factors_, planned.factors, target_s, from_s);
        if (parameters_.basis == ShareBasis::expected)
            observe(history_, forecast_,
                    {since_epoch_s(parameters_, window.window), *window.observed});
    }
    [[nodiscard]] PlannedShares plan(const SettledWindow& window) const {
        const auto& meters = *window.observed;
        if (parameters_.basis == ShareBasis::expected) {
            std::vector<MeterCapacity> capacities;
            for (const ObservedMeter& meter : meters)
                capacities.push_back({meter.meter, meter.capacity_w});
            auto planned = plan_from_history(
                history_, forecast_,
                since_epoch_s(parameters_, share_is_for(parameters_, window.window)),
                parameters_.window_seconds, capacities);
            if (planned) return *std::move(planned);
        }
        if (is_by_quarter())
            return plan_from_window(forecast_.rule, ShareBasis::previous_window, meters,
                                    window.generation_wh.size());
        return {ShareBasis::previous_window, {}, shares_of_window(meters)};
    }
    // One share for the whole window, as the rule gives it.
    [[nodiscard]] std::vector<MeterShare> shares_of_window(
        const std::vector<ObservedMeter>& meters) const {
        QuarterEnergy all;
        std::vector<Producer> producers;
        for (const ObservedMeter& meter : meters) {
            Producer producer{meter.meter, meter.capacity_w, 0, 0};
            for (const QuarterEnergy& quarter : meter.quarters) {
                producer.available_wh += quarter.available_wh;
                producer.load_wh += quarter.load_wh;
            }
            all.load_wh += producer.load_wh;
            all.available_wh += producer.available_wh;
            producers.push_back(std::move(producer));
        }
        return compute_shares(forecast_.rule, parameters_.window_seconds, all.load_wh,
                              all.available_wh, producers)
            .shares;
    }

    const NetworkParameters& parameters_;
    ForecastParameters forecast_;
    ClusterHistory history_;
    FactorSchedule factors_;
    std::map<MeterId, ShareSchedule> powers_;
    RuleOutcome outcome_;
};

}  // namespace

bool have_quarters(const std::vector<SettledWindow>& windows) {
    return std::all_of(windows.begin(), windows.end(),
                       [](const SettledWindow& window) { return window.observed.has_value(); });
}

RuleOutcome replay_quarters(ShareRule rule, const NetworkParameters& parameters,
                            const std::vector<SettledWindow>& windows) {
    CHECK(have_quarters(windows));
    Replay replay(rule, parameters);
    for (const SettledWindow& window : windows)
        replay.live_through(window);
    return replay.outcome();
}

std::optional<RuleOutcome> count_quarters(ShareRule rule,
                                          const std::vector<SettledWindow>& windows) {
    if (!have_quarters(windows)) return std::nullopt;
    RuleOutcome outcome{.rule = rule};
    for (const SettledWindow& window : windows)
        for (std::size_t j = 0; j < window.generation_wh.size(); ++j)
            count(outcome, sum_of(*window.observed, j), window.generation_wh[j]);
    return outcome;
}

}  // namespace fairfeed
