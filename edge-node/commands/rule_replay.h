// The result of each of the three rules on a cluster's settled windows. The contract's own
// settlement computes the shares, which bind at the same times as on the chain. Works with window
// totals: a share is one cap on the whole window, and possible generation and load are as settled.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ledger/history.h"

namespace fairfeed {

struct RuleOutcome {
    ShareRule rule = ShareRule::paper;
    std::int64_t surplus_wh = 0;                    // of the windows with D > 0
    std::int64_t left_wh = 0;                       // the part of it that the shares let through
    std::int64_t curtailed_in_surplus_wh = 0;       // in these windows
    std::int64_t curtailed_without_surplus_wh = 0;  // in the others: shares bind a window late
    bool operator==(const RuleOutcome&) const = default;
};

// In the order of ShareRule. nullopt: lines are sealed.
[[nodiscard]] std::optional<std::vector<RuleOutcome>> replay_rules(
    const NetworkParameters& parameters, const std::vector<SettledWindow>& windows);

}  // namespace fairfeed
