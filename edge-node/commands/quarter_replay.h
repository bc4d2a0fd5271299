// A rule on a cluster's settled windows by the quarter hour: shares are planned as the accounts
// plan them (from the forecast, or from a window), bind when those of the chain did, and let
// through what a meter that obeys may generate. Pure.
#pragma once

#include "edge-node/commands/rule_replay.h"

namespace fairfeed {

// Whether the quarter hours of every window are known.
[[nodiscard]] bool have_quarters(const std::vector<SettledWindow>& windows);

// The quarter hours of every window are known. The forecast remembers from the first window on, as
// if the committee had never changed.
[[nodiscard]] RuleOutcome replay_quarters(ShareRule rule, const NetworkParameters& parameters,
                                          const std::vector<SettledWindow>& windows);

// What happened under the network's rule, by the quarter hour; nullopt: some of them are unknown.
[[nodiscard]] std::optional<RuleOutcome> count_quarters(ShareRule rule,
                                                        const std::vector<SettledWindow>& windows);

}  // namespace fairfeed
