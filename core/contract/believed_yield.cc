#include "core/contract/believed_yield.h"

#include <algorithm>
#include <optional>

#include "core/base/units.h"

namespace fairfeed {

namespace {

// What a quarter hour was, as a part of what was expected of it.
struct Brightness {
    std::int64_t available_wh = 0;
    std::int64_t expected_wh = 0;  // positive

    bool operator<(const Brightness& other) const {
        return Int128{available_wh} * other.expected_wh < Int128{other.available_wh} * expected_wh;
    }
};

// The median over the roofs that were read, of two the darker one. nullopt: none was expected to
// yield.
std::optional<Brightness> brightness_of(const ObservedWindow& window, std::size_t j,
                                        const std::vector<std::int64_t>& expected_wh) {
    std::vector<Brightness> of_roofs;
    for (std::size_t i = 0; i < window.meters.size(); ++i) {
        if (window.meters[i].is_estimated || expected_wh[i] == 0) continue;
        of_roofs.push_back({window.meters[i].quarters[j].available_wh, expected_wh[i]});
    }
    if (of_roofs.empty()) return std::nullopt;
    const auto median = of_roofs.begin() + static_cast<std::ptrdiff_t>((of_roofs.size() - 1) / 2);
    std::nth_element(of_roofs.begin(), median, of_roofs.end());
    return *median;
}

// What a meter at its cap was expected to yield. What holds it back also hides that its roof is
// repaired, so what the past says of it is trusted half, if the cluster yields more for each watt.
std::vector<Int128> trusted_wh(const ObservedWindow& window,
                               const std::vector<std::int64_t>& expected_wh) {
    Int128 yield_wh = 0;
    Int128 capacity_w = 0;
    for (std::size_t i = 0; i < expected_wh.size(); ++i) {
        yield_wh += expected_wh[i];
        capacity_w += window.meters[i].capacity_w;
    }
    std::vector<Int128> out;
    for (std::size_t i = 0; i < expected_wh.size(); ++i) {
        const Int128 as_cluster =
            capacity_w == 0 ? Int128{0} : window.meters[i].capacity_w * yield_wh / capacity_w;
        out.push_back(std::max(Int128{expected_wh[i]}, (expected_wh[i] + as_cluster) / 2));
    }
    return out;
}

}  // namespace

std::vector<std::int64_t> believed_wh(const ObservedWindow& window, std::size_t j,
                                      const std::vector<std::int64_t>& expected_wh) {
    const auto brightness = brightness_of(window, j, expected_wh);
    const auto trusted = trusted_wh(window, expected_wh);
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < window.meters.size(); ++i) {
        const ObservedMeter& meter = window.meters[i];
        const ObservedQuarter& quarter = meter.quarters[j];
        if (!quarter.reached_wh) {
            out.push_back(quarter.available_wh);
            continue;
        }
        Int128 as_bright_wh = 0;
        if (brightness)
            as_bright_wh = trusted[i] * brightness->available_wh / brightness->expected_wh;
        const auto at_most_wh =
            std::min(as_bright_wh, Int128{meter.capacity_w * kSecondsPerQuarter / kSecondsPerHour});
        out.push_back(std::max(*quarter.reached_wh, static_cast<std::int64_t>(at_most_wh)));
    }
    return out;
}

}  // namespace fairfeed
