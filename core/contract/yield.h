// Flags a prosumer whose window yields far more or far less for each watt of certified capacity
// than its neighbours under the same sky (paper A69; docs/contract.md, "What is flagged"). A flag
// is for people and changes no figure. Pure integers.
#pragma once

#include <cstdint>
#include <vector>

#include "core/model/transaction.h"

namespace fairfeed {

constexpr std::int64_t kOddYieldFactor = 2;    // above twice, or below half of the median
constexpr std::int64_t kOddYieldFloor = 5;     // not below a fifth of the capacity: too dark
constexpr std::size_t kOddYieldProsumers = 3;  // fewer have no median

// Adds kLineOddYield. Compares lines with a capacity and a reading of their own.
void flag_odd_yields(std::vector<SettlementLine>& lines, std::int64_t window_seconds);

}  // namespace fairfeed
