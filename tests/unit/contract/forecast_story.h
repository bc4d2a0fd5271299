// A cluster at noon, and what the forecast makes of it: for the tests of the forecast.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/contract/forecast.h"

namespace fairfeed {

constexpr std::int64_t kWindow = 14'400;
constexpr std::size_t kQuarters = 16;
constexpr std::int64_t kNoon = 43'200;

inline const std::vector<ShareRule> kRules = {ShareRule::paper, ShareRule::waterfill,
                                              ShareRule::generation};
inline const std::vector<ShareResolution> kResolutions = {ShareResolution::window,
                                                          ShareResolution::quarter};

inline ForecastParameters by(ShareRule rule,
                             ShareResolution resolution = ShareResolution::quarter) {
    ForecastParameters out;
    out.rule = rule;
    out.resolution = resolution;
    return out;
}

inline ObservedMeter steady(std::string_view id, std::int64_t capacity_w, std::int64_t load_wh,
                            std::int64_t available_wh) {
    return {MeterId(id), capacity_w,
            std::vector<ObservedQuarter>(kQuarters, {{load_wh, available_wh}, std::nullopt})};
}

// Noon of day `day`: two roofs of 4 kW in full sun, and a neighbour who uses 500 Wh a quarter hour.
inline ObservedWindow sunny_noon(std::int64_t day) {
    return {day * kSecondsPerDay + kNoon,
            {steady("a", 4000, 0, 1000), steady("b", 4000, 0, 1000), steady("c", 0, 500, 0)}};
}

inline std::vector<MeterCapacity> meters_of(const ObservedWindow& window) {
    std::vector<MeterCapacity> out;
    for (const ObservedMeter& meter : window.meters)
        out.push_back({meter.meter, meter.capacity_w});
    std::sort(out.begin(), out.end(),
              [](const auto& a, const auto& b) { return a.meter < b.meter; });
    return out;
}

inline ClusterHistory after(const ForecastParameters& parameters,
                            const std::vector<ObservedWindow>& windows) {
    ClusterHistory history;
    for (const ObservedWindow& window : windows)
        observe(history, parameters, window);
    return history;
}

inline ExpectedShares first_quarter(const ClusterHistory& history,
                                    const ForecastParameters& parameters,
                                    const ObservedWindow& window) {
    return expected_shares(history, parameters, window.start_s, kWindow, meters_of(window)).front();
}

}  // namespace fairfeed
