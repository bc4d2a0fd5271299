#include "core/model/watch_policy.h"

namespace fairfeed {

std::optional<std::string_view> fault_of(const WatchLimits& limits) {
    if (limits.warn_percent < 100 || limits.exceed_percent < limits.warn_percent ||
        limits.exceed_percent > kMaxWatchPercent) {
        return "limits: warn and exceed are 100 to 1000 percent, the second not below the first";
    }
    if (limits.windows_exceeded < 1 || limits.windows_exceeded > kMaxWindowsExceeded ||
        limits.windows_exceeded > limits.of_windows || limits.of_windows > kMaxOfWindows) {
        return "windows: k of n, with k from 1 to 64 and n from k to 1000";
    }
    return std::nullopt;
}

std::optional<std::string_view> fault_of(const WatchPolicy& policy) {
    if (const auto fault = fault_of(policy.limits)) return fault;
    if (policy.most_per_week > kMaxPerWeek) return "most_per_week: 0 to 16 meters";
    return std::nullopt;
}

std::string excess_words(const WatchLimits& limits) {
    return "above " + std::to_string(limits.exceed_percent) + " % of the certificate in " +
           std::to_string(limits.windows_exceeded) + " of " + std::to_string(limits.of_windows) +
           " windows";
}

std::string promise_of(const WatchPolicy& policy) {
    if (policy.most_per_week == 0) return "nobody is deauthorised without the officers";
    return "DGMD alone deauthorises at most " + std::to_string(policy.most_per_week) +
           (policy.most_per_week == 1 ? " meter" : " meters") + " in seven days";
}

}  // namespace fairfeed
