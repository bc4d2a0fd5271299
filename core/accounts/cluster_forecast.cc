// How the accounts plan shares for a later window, and what they learn for it from a settled one.
#include "core/accounts/cluster_forecast.h"

#include <algorithm>

#include "core/accounts/plausibility.h"
#include "core/contract/settlement.h"

namespace fairfeed {

namespace {

std::vector<ObservedMeter> observed_of(const SettlementInput& input) {
    std::vector<ObservedMeter> out;
    for (const MeterWindow& meter : input.meters)
        out.push_back({meter.meter, meter.capacity_w,
                       quarter_energies(meter.profile, meter.shares, meter.capacity_w,
                                        input.window_start_s, meter.available_wh)});
    return out;
}

std::vector<MeterCapacity> capacities_of(const SettlementInput& input) {
    std::vector<MeterCapacity> out;
    for (const MeterWindow& meter : input.meters)
        out.push_back({meter.meter, meter.capacity_w});
    return out;
}

// An estimate knows only its window's sums.
std::vector<ObservedQuarter> estimated(const SettlementLine& line, std::size_t quarters) {
    const auto load_wh = spread(line.load_wh, quarters);
    const auto available_wh = spread(line.available_wh, quarters);
    std::vector<ObservedQuarter> out;
    for (std::size_t j = 0; j < quarters; ++j)
        out.push_back({{load_wh[j], available_wh[j]}, std::nullopt});
    return out;
}

bool is_sound(const SettlementLine& line) {
    const auto within = [](std::int64_t value, std::int64_t most) {
        return value >= 0 && value <= most;
    };
    return within(line.capacity_w, kMaxCapacityW) && within(line.load_wh, kMaxMeterWindowWh) &&
           within(line.available_wh, kMaxMeterWindowWh) &&
           within(line.generation_wh, kMaxMeterWindowWh) && is_schedule(line.closing.shares);
}

}  // namespace

ForecastParameters forecast_of(const NetworkParameters& parameters) {
    ForecastParameters out;
    static_cast<ForecastWeights&>(out) = parameters.forecast;
    out.rule = parameters.rule;
    out.resolution = parameters.resolution;
    return out;
}

std::int64_t since_epoch_s(const NetworkParameters& parameters, Window window) {
    return std::int64_t{window} * parameters.window_seconds;
}

std::vector<std::int64_t> spread(std::int64_t sum, std::size_t quarters) {
    const auto until = [&](std::size_t k) {
        return static_cast<std::int64_t>(Int128{sum} * static_cast<std::int64_t>(k) /
                                         static_cast<std::int64_t>(quarters));
    };
    std::vector<std::int64_t> out;
    for (std::size_t j = 0; j < quarters; ++j)
        out.push_back(until(j + 1) - until(j));
    return out;
}

std::optional<std::vector<ObservedMeter>> observed_in(const ChainState& state,
                                                      const Settlement& settlement,
                                                      const std::vector<SettlementLine>& lines,
                                                      const OpenedReadings& readings) {
    const std::int64_t start_s = state.grid().start_s(settlement.window);
    const NetworkParameters& parameters = state.genesis.parameters;
    const std::size_t quarters = quarters_of(parameters);
    std::vector<ObservedMeter> out;
    for (const SettlementLine& line : lines) {
        if (!is_sound(line)) return std::nullopt;
        const auto reading = readings.find(line.meter);
        if (line.estimated || reading == readings.end()) {
            out.push_back({line.meter, line.capacity_w, estimated(line, quarters), true});
            continue;
        }
        const ReadingBody& body = reading->second.body;
        if (!is_profile(parameters, body.profile)) return std::nullopt;
        out.push_back({line.meter, line.capacity_w,
                       quarter_energies(body.profile,
                                        in_quarters(line.closing.shares, settlement.bound, start_s),
                                        line.capacity_w, start_s, body.available_wh)});
    }
    return out;
}

// nullopt: the rule's shares, from the window as a whole.
std::optional<PlannedShares> ClusterAccounts::plan(const ChainState& state, Window window,
                                                   const SettlementInput& input) const {
    const NetworkParameters& parameters = state.genesis.parameters;
    const bool is_forecast = parameters.basis == ShareBasis::expected;
    if (is_forecast && history_since_ && *history_since_ >= state.history_from(cluster_, window)) {
        auto planned =
            plan_from_history(history_, forecast_of(parameters),
                              since_epoch_s(parameters, share_is_for(parameters, window)),
                              parameters.window_seconds, capacities_of(input));
        if (planned) return planned;
    }
    if (parameters.resolution == ShareResolution::window) return std::nullopt;
    return plan_from_window(parameters.rule,
                            is_forecast ? ShareBasis::previous_window : parameters.basis,
                            observed_of(input), quarters_of(parameters));
}

// Takes a settled window into the history. The history begins anew with the first window that a
// newcomer to the committee can read, because the newcomer has to compute the same.
void ClusterAccounts::learn(const ChainState& state, const Settlement& settlement,
                            const std::vector<SettlementLine>& lines, const HeldReadings& listed) {
    const NetworkParameters& parameters = state.genesis.parameters;
    if (parameters.basis != ShareBasis::expected) return;
    const Window from = state.history_from(cluster_, settlement.window);
    if (!history_since_ || *history_since_ < from) {
        history_ = {};
        history_since_ = settlement.window;
    }
    const auto of_window = listed.find(settlement.window);
    auto meters = observed_in(state, settlement, lines,
                              of_window != listed.end() ? of_window->second : OpenedReadings{});
    if (!meters) return;
    observe(history_, forecast_of(parameters),
            {since_epoch_s(parameters, settlement.window), std::move(*meters)});
}

}  // namespace fairfeed
