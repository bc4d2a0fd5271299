#include "tests/bench/bases.h"

#include <map>
#include <utility>

#include "core/base/check.h"

namespace fairfeed::bench {

namespace {

ObservedMeters with_margin(ObservedMeters meters, std::int64_t margin_ppm) {
    for (ObservedMeter& meter : meters)
        for (QuarterEnergy& quarter : meter.quarters)
            quarter.available_wh = quarter.available_wh * margin_ppm / kPpm;
    return meters;
}

// The rule's shares from the window as a whole.
std::vector<MeterShare> shares_of_window(ShareRule rule, const ObservedMeters& meters) {
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;
    std::vector<Producer> producers;
    for (const ObservedMeter& meter : meters) {
        Producer producer{meter.meter, meter.capacity_w, 0, 0};
        for (const QuarterEnergy& quarter : meter.quarters) {
            producer.available_wh += quarter.available_wh;
            producer.load_wh += quarter.load_wh;
        }
        load_wh += producer.load_wh;
        available_wh += producer.available_wh;
        producers.push_back(producer);
    }
    return compute_shares(rule, kWindowSeconds, load_wh, available_wh, producers).shares;
}

std::vector<MeterCapacity> capacities_of(const ObservedMeters& meters) {
    std::vector<MeterCapacity> out;
    for (const ObservedMeter& meter : meters)
        out.push_back({meter.meter, meter.capacity_w});
    return out;
}

ForecastParameters forecast_of(const NetworkParameters& parameters) {
    ForecastParameters out;
    static_cast<ForecastWeights&>(out) = parameters.forecast;
    out.rule = parameters.rule;
    out.resolution = parameters.resolution;
    return out;
}

// A basis of the chain. The block of a settlement comes when the grace is over.
class OnChain final : public Basis {
  public:
    OnChain(const NetworkParameters& parameters, std::int64_t margin_ppm)
        : parameters_(parameters), margin_ppm_(margin_ppm) {}
    std::optional<ToldShares> before(Window, const ObservedMeters&) override {
        return std::nullopt;
    }
    std::optional<ToldShares> settled(Window window, const ObservedMeters& meters) override {
        const GridClock clock(parameters_);
        const Window target = share_is_for(parameters_, window);
        const auto header_ms = clock.end_real_ms(window) + parameters_.timers.grace_ms;
        ToldShares told{plan(target, meters), clock.start_s(target),
                        share_binds_from_s(parameters_, window, header_ms)};
        if (is_forecast())
            observe(history_, forecast_of(parameters_), {since_epoch_s(window), meters});
        return told;
    }

  private:
    bool is_forecast() const { return parameters_.basis == ShareBasis::expected; }
    static std::int64_t since_epoch_s(Window window) {
        return std::int64_t{window} * kWindowSeconds;
    }
    // The forecast from the windows before the one that is settled, or that window itself.
    PlannedShares plan(Window target, const ObservedMeters& meters) const {
        if (!is_forecast()) return planned_from(parameters_, with_margin(meters, margin_ppm_));
        auto expected = plan_from_history(history_, forecast_of(parameters_), since_epoch_s(target),
                                          kWindowSeconds, capacities_of(meters));
        return expected ? *std::move(expected) : planned_from(parameters_, meters);
    }

    NetworkParameters parameters_;
    std::int64_t margin_ppm_;
    ClusterHistory history_;
};

class Foresight final : public Basis {
  public:
    explicit Foresight(const NetworkParameters& parameters) : parameters_(parameters) {}
    std::optional<ToldShares> before(Window window, const ObservedMeters& truth) override {
        const auto start_s = GridClock(parameters_).start_s(window);
        return ToldShares{planned_from(parameters_, truth), start_s, start_s};
    }
    std::optional<ToldShares> settled(Window, const ObservedMeters&) override {
        return std::nullopt;
    }

  private:
    NetworkParameters parameters_;
};

// Takes each meter's load and available generation from the exponential mean of the same quarter
// hours of past days; a new day weighs 15 %. The rule treats the mean as if it were the window.
class MeanOfPastDays final : public Basis {
  public:
    MeanOfPastDays(const NetworkParameters& parameters, std::int64_t margin_ppm)
        : parameters_(parameters), margin_ppm_(margin_ppm) {}
    std::optional<ToldShares> before(Window window, const ObservedMeters&) override {
        const auto mean = means_.find(window_of_day(window));
        if (mean == means_.end()) return std::nullopt;
        const auto start_s = GridClock(parameters_).start_s(window);
        return ToldShares{
            planned_from(parameters_, with_margin(scaled(mean->second, 1, kScale), margin_ppm_)),
            start_s, start_s};
    }
    std::optional<ToldShares> settled(Window window, const ObservedMeters& meters) override {
        ObservedMeters day = scaled(meters, kScale, 1);
        const auto [mean, is_first] = means_.try_emplace(window_of_day(window), day);
        if (!is_first) move(mean->second, day);
        return std::nullopt;
    }

  private:
    static constexpr std::int64_t kScale = 1000;

    static std::int64_t window_of_day(Window window) {
        return window % (kSecondsPerDay / kWindowSeconds);
    }
    static void move(ObservedMeters& mean, const ObservedMeters& day) {
        for (std::size_t i = 0; i < mean.size(); ++i) {
            for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
                QuarterEnergy& old = mean[i].quarters[j];
                const QuarterEnergy& now = day[i].quarters[j];
                old.load_wh += (now.load_wh - old.load_wh) * 15 / 100;
                old.available_wh += (now.available_wh - old.available_wh) * 15 / 100;
            }
        }
    }
    static ObservedMeters scaled(ObservedMeters meters, std::int64_t times, std::int64_t parts) {
        for (ObservedMeter& meter : meters) {
            for (QuarterEnergy& quarter : meter.quarters) {
                quarter.load_wh = quarter.load_wh * times / parts;
                quarter.available_wh = quarter.available_wh * times / parts;
            }
        }
        return meters;
    }

    NetworkParameters parameters_;
    std::int64_t margin_ppm_;
    std::map<std::int64_t, ObservedMeters> means_;  // by window of the day
};

}  // namespace

NetworkParameters parameters_of(const Choice& choice, std::int64_t start_s) {
    NetworkParameters out;
    out.grid_epoch_s = start_s;
    out.real_epoch_ms = start_s * 1000;
    out.window_seconds = kWindowSeconds;
    out.rule = choice.rule;
    out.basis = parse_share_basis(choice.basis).value_or(out.basis);
    out.resolution = choice.resolution;
    out.forecast = choice.forecast;
    if (out.basis == ShareBasis::expected) out.forecast.needless_weight_ppm = choice.margin_ppm;
    return out;
}

PlannedShares planned_from(const NetworkParameters& parameters, const ObservedMeters& meters) {
    const bool is_forecast = parameters.basis == ShareBasis::expected;
    const ShareBasis basis = is_forecast ? ShareBasis::previous_window : parameters.basis;
    if (parameters.resolution == ShareResolution::quarter)
        return plan_from_window(parameters.rule, basis, meters, kQuartersPerWindow);
    return {basis, {}, shares_of_window(parameters.rule, meters)};
}

std::unique_ptr<Basis> make_basis(const Choice& choice, std::int64_t start_s) {
    const NetworkParameters parameters = parameters_of(choice, start_s);
    if (choice.basis == "mean_of_past_days")
        return std::make_unique<MeanOfPastDays>(parameters, choice.margin_ppm);
    if (choice.basis == "foresight") return std::make_unique<Foresight>(parameters);
    CHECK(parse_share_basis(choice.basis).has_value());
    return std::make_unique<OnChain>(parameters, choice.margin_ppm);
}

}  // namespace fairfeed::bench
