// The result of each of the three rules on a cluster's settled windows. The contract itself
// computes the shares, which bind at the same times as on the chain; possible generation and load
// are as settled. Where shares are of whole windows and come from a window, this works with window
// totals: a share is one cap on the whole window. Where they vary by the quarter hour, or come from
// the forecast, it works with the quarter hours (quarter_replay.h). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ledger/history.h"

namespace fairfeed {

struct RuleOutcome {
    ShareRule rule = ShareRule::paper;
    std::int64_t surplus_wh = 0;                    // of the windows, or quarter hours, with D > 0
    std::int64_t left_wh = 0;                       // the part of it that the shares let through
    std::int64_t curtailed_in_surplus_wh = 0;       // in these
    std::int64_t curtailed_without_surplus_wh = 0;  // in the others
    bool operator==(const RuleOutcome&) const = default;
};

// In the order of ShareRule. nullopt: lines are sealed, or quarter hours are needed and unknown.
[[nodiscard]] std::optional<std::vector<RuleOutcome>> replay_rules(
    const NetworkParameters& parameters, const std::vector<SettledWindow>& windows);

}  // namespace fairfeed
