#include "edge-node/commands/rule_replay.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/contract/settlement.h"
#include "edge-node/commands/quarter_replay.h"

namespace fairfeed {
namespace {

constexpr std::array kRules = {ShareRule::paper, ShareRule::waterfill, ShareRule::generation};

using ShareOf = std::map<MeterId, std::int64_t>;  // W

// No tariff, because only the shares are wanted.
ShareOf shares_under(ShareRule rule, std::int64_t window_seconds,
                     const std::vector<SettlementLine>& lines) {
    SettlementTotalsInput input{
        .window_seconds = window_seconds, .rule = rule, .tariff = {}, .meters = {}};
    for (const SettlementLine& line : lines) {
        MeterTotals meter;
        meter.meter = line.meter;
        meter.capacity_w = line.capacity_w;
        meter.import_wh = line.import_wh;
        meter.export_wh = line.export_wh;
        meter.generation_wh = line.generation_wh;
        meter.available_wh = line.available_wh;
        meter.credited_wh = line.credited_wh;
        input.meters.push_back(std::move(meter));
    }
    const auto settled = settle_totals(input);
    CHECK(settled.has_value());  // the chain has settled the same figures
    ShareOf shares;
    for (const MeterSettlement& meter : settled->meters)
        shares[meter.meter] = meter.mes_w;
    return shares;
}

// The meter's generation under its share; without a share, its whole possible generation.
std::int64_t let_through_wh(const SettlementLine& line, const ShareOf& shares,
                            std::int64_t window_seconds) {
    const auto share = shares.find(line.meter);
    if (share == shares.end()) return line.available_wh;
    const Int128 cap = Int128{share->second} * window_seconds / kSecondsPerHour;
    const auto cap_wh = static_cast<std::int64_t>(cap);
    return std::min(line.available_wh, allowed_generation_wh(cap_wh, line.load_wh));
}

RuleOutcome replay(ShareRule rule, const NetworkParameters& parameters,
                   const std::vector<SettledWindow>& windows) {
    const GridClock grid(parameters);
    const std::int64_t seconds = parameters.window_seconds;
    RuleOutcome outcome{.rule = rule};
    std::vector<ShareOf> shares;  // by place in `windows`
    std::size_t next = 0;         // the first window whose shares do not bind yet
    for (const SettledWindow& window : windows) {
        // Shares that bind in the first half of a window count for the whole window.
        const std::int64_t middle_s = grid.start_s(window.window) + seconds / 2;
        while (next < shares.size() && windows[next].in_force_from_s <= middle_s)
            ++next;
        static const ShareOf kNone;
        const ShareOf& binding = next == 0 ? kNone : shares[next - 1];
        std::int64_t through_wh = 0;
        std::int64_t curtailed_wh = 0;
        for (const SettlementLine& line : *window.lines) {
            const std::int64_t through = let_through_wh(line, binding, seconds);
            through_wh += through;
            curtailed_wh += line.available_wh - through;
        }
        const SettlementTotals& totals = window.totals;
        if (totals.d_wh > 0) {
            outcome.surplus_wh += totals.d_wh;
            outcome.left_wh += std::max<std::int64_t>(0, through_wh - totals.load_wh);
            outcome.curtailed_in_surplus_wh += curtailed_wh;
        } else {
            outcome.curtailed_without_surplus_wh += curtailed_wh;
        }
        shares.push_back(shares_under(rule, seconds, *window.lines));
    }
    return outcome;
}

}  // namespace

std::optional<std::vector<RuleOutcome>> replay_rules(const NetworkParameters& parameters,
                                                     const std::vector<SettledWindow>& windows) {
    const auto open = [](const SettledWindow& window) { return window.lines.has_value(); };
    if (!std::all_of(windows.begin(), windows.end(), open)) return std::nullopt;
    const bool is_whole = parameters.resolution == ShareResolution::window &&
                          parameters.basis != ShareBasis::expected;
    if (!is_whole && !have_quarters(windows)) return std::nullopt;
    std::vector<RuleOutcome> outcomes;
    for (const ShareRule rule : kRules)
        outcomes.push_back(is_whole ? replay(rule, parameters, windows)
                                    : replay_quarters(rule, parameters, windows));
    return outcomes;
}

}  // namespace fairfeed
