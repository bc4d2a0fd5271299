#include "tests/bench/bases.h"

#include <deque>
#include <map>
#include <utility>

#include "core/base/check.h"

namespace fairfeed::bench {

namespace {

// The sums of the quarter hours [from, until), with the margin on the available generation.
std::vector<Producer> producers_of(const ObservedWindow& window, std::size_t from,
                                   std::size_t until, std::int64_t margin_ppm) {
    std::vector<Producer> out;
    for (const ObservedMeter& meter : window.meters) {
        Producer producer{meter.meter, meter.capacity_w, 0, 0};
        for (std::size_t j = from; j < until; ++j) {
            producer.available_wh += meter.quarters[j].available_wh;
            producer.load_wh += meter.quarters[j].load_wh;
        }
        producer.available_wh = producer.available_wh * margin_ppm / kPpm;
        out.push_back(producer);
    }
    return out;
}

std::vector<std::int64_t> shares_from(const Choice& choice, const ObservedWindow& window,
                                      std::size_t from, std::size_t until) {
    const auto producers = producers_of(window, from, until, choice.margin_ppm);
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;
    for (const Producer& producer : producers) {
        load_wh += producer.load_wh;
        available_wh += producer.available_wh;
    }
    const auto seconds = static_cast<std::int64_t>(until - from) * kSecondsPerQuarter;
    std::vector<std::int64_t> out;
    for (const auto& share :
         compute_shares(choice.rule, seconds, load_wh, available_wh, producers).shares)
        out.push_back(share.mes_w);
    return out;
}

// The rule's shares for this window, at the chosen resolution.
WindowShares shares_from(const Choice& choice, const ObservedWindow& window) {
    if (choice.resolution == ShareResolution::window)
        return WindowShares(kQuartersPerWindow, shares_from(choice, window, 0, kQuartersPerWindow));
    WindowShares out;
    for (std::size_t j = 0; j < kQuartersPerWindow; ++j)
        out.push_back(shares_from(choice, window, j, j + 1));
    return out;
}

WindowShares all_of(const ObservedWindow& window) {
    std::vector<std::int64_t> capacities;
    for (const ObservedMeter& meter : window.meters)
        capacities.push_back(meter.capacity_w);
    return WindowShares(kQuartersPerWindow, capacities);
}

// The shares of a window before: `windows` windows ago.
class Earlier final : public Basis {
  public:
    Earlier(Choice choice, std::size_t windows) : choice_(std::move(choice)), windows_(windows) {}
    WindowShares shares_of(const ObservedWindow& truth) override {
        return past_.size() < windows_ ? all_of(truth) : past_.front();
    }
    void settled(const ObservedWindow& window) override {
        past_.push_back(shares_from(choice_, window));
        if (past_.size() > windows_) past_.pop_front();
    }

  private:
    Choice choice_;
    std::size_t windows_;
    std::deque<WindowShares> past_;
};

class Foresight final : public Basis {
  public:
    explicit Foresight(Choice choice) : choice_(std::move(choice)) {}
    WindowShares shares_of(const ObservedWindow& truth) override {
        return shares_from(choice_, truth);
    }
    void settled(const ObservedWindow&) override {}

  private:
    Choice choice_;
};

// Takes each meter's load and available generation from the exponential mean of the same quarter
// hours of past days; a new day weighs 15 %. The rule treats the mean as if it were the window.
class MeanOfPastDays final : public Basis {
  public:
    explicit MeanOfPastDays(Choice choice) : choice_(std::move(choice)) {}
    WindowShares shares_of(const ObservedWindow& truth) override {
        const auto mean = means_.find(truth.start_s % kSecondsPerDay);
        return mean == means_.end() ? all_of(truth) : shares_from(choice_, rounded(mean->second));
    }
    void settled(const ObservedWindow& window) override {
        ObservedWindow scaled = window;
        for (ObservedMeter& meter : scaled.meters) {
            for (QuarterEnergy& quarter : meter.quarters) {
                quarter.load_wh *= kScale;
                quarter.available_wh *= kScale;
            }
        }
        const auto [mean, is_first] = means_.try_emplace(window.start_s % kSecondsPerDay, scaled);
        if (!is_first) move(mean->second, scaled);
    }

  private:
    static constexpr std::int64_t kScale = 1000;

    static void move(ObservedWindow& mean, const ObservedWindow& day) {
        for (std::size_t i = 0; i < mean.meters.size(); ++i) {
            for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
                QuarterEnergy& old = mean.meters[i].quarters[j];
                const QuarterEnergy& now = day.meters[i].quarters[j];
                old.load_wh += (now.load_wh - old.load_wh) * 15 / 100;
                old.available_wh += (now.available_wh - old.available_wh) * 15 / 100;
            }
        }
    }
    static ObservedWindow rounded(ObservedWindow window) {
        for (ObservedMeter& meter : window.meters) {
            for (QuarterEnergy& quarter : meter.quarters) {
                quarter.load_wh /= kScale;
                quarter.available_wh /= kScale;
            }
        }
        return window;
    }

    Choice choice_;
    std::map<std::int64_t, ObservedWindow> means_;  // by second of the day
};

class Expected final : public Basis {
  public:
    explicit Expected(const Choice& choice) : parameters_(choice.forecast) {
        parameters_.rule = choice.rule;
        parameters_.resolution = choice.resolution;
        parameters_.needless_weight_ppm = choice.margin_ppm;
    }
    WindowShares shares_of(const ObservedWindow& truth) override {
        std::vector<MeterCapacity> meters;
        for (const ObservedMeter& meter : truth.meters)
            meters.push_back({meter.meter, meter.capacity_w});
        const auto parts =
            expected_shares(history_, parameters_, truth.start_s, kWindowSeconds, meters);
        WindowShares out;
        for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
            out.emplace_back();
            for (const MeterShare& share : parts[parts.size() == 1 ? 0 : j].shares)
                out.back().push_back(share.mes_w);
        }
        return out;
    }
    void settled(const ObservedWindow& window) override { observe(history_, parameters_, window); }

  private:
    ForecastParameters parameters_;
    ClusterHistory history_;
};

}  // namespace

std::unique_ptr<Basis> make_basis(const Choice& choice) {
    if (choice.basis == "previous_window") return std::make_unique<Earlier>(choice, 1);
    if (choice.basis == "same_window_yesterday")
        return std::make_unique<Earlier>(choice, kSecondsPerDay / kWindowSeconds);
    if (choice.basis == "mean_of_past_days") return std::make_unique<MeanOfPastDays>(choice);
    if (choice.basis == "expected") return std::make_unique<Expected>(choice);
    CHECK(choice.basis == "foresight");
    return std::make_unique<Foresight>(choice);
}

}  // namespace fairfeed::bench
