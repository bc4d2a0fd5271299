#include "core/contract/yield.h"

#include <algorithm>

#include "core/base/units.h"

namespace fairfeed {

namespace {

// Whether b yields more than `factor` times as much as a for each watt of capacity.
bool yields_more(const SettlementLine& b, const SettlementLine& a, std::int64_t factor) {
    return Int128{a.available_wh} * b.capacity_w * factor < Int128{b.available_wh} * a.capacity_w;
}

// Whether the line has less than a fifth of what its capacity could generate.
bool is_dark(const SettlementLine& line, std::int64_t window_seconds) {
    const Int128 full = Int128{line.capacity_w} * window_seconds;
    return Int128{line.available_wh} * kSecondsPerHour * kOddYieldFloor < full;
}

}  // namespace

void flag_odd_yields(std::vector<SettlementLine>& lines, std::int64_t window_seconds) {
    std::vector<SettlementLine*> prosumers;
    for (SettlementLine& line : lines)
        if (line.capacity_w > 0 && !line.estimated) prosumers.push_back(&line);
    if (prosumers.size() < kOddYieldProsumers) return;
    std::stable_sort(prosumers.begin(), prosumers.end(),
                     [](const auto* a, const auto* b) { return yields_more(*b, *a, 1); });
    const SettlementLine middle = *prosumers[(prosumers.size() - 1) / 2];
    for (SettlementLine* line : prosumers) {
        const bool is_far_below =
            !is_dark(middle, window_seconds) && yields_more(middle, *line, kOddYieldFactor);
        const bool is_far_above =
            !is_dark(*line, window_seconds) && yields_more(*line, middle, kOddYieldFactor);
        if (is_far_below || is_far_above) line->flags |= kLineOddYield;
    }
}

}  // namespace fairfeed
