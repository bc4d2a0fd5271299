// The auditor of a simulation: opens every settlement the chain takes with DGMD's keys and holds it
// against what the simulated meters measured, with sums of its own: energy to the Wh, money to the
// thousandth of a micro. One per run; one thread.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/base/units.h"
#include "tests/simulation/scenery.h"
#include "tests/simulation/simulated_meter.h"

namespace fairfeed::simulation {

class Audit {
  public:
    using MeterOf = std::function<const SimulatedMeter&(const MeterId&)>;
    Audit(const Scenery& scenery, MeterOf meter_of)
        : scenery_(scenery), meter_of_(std::move(meter_of)) {}

    // In the order of the chain. What is wrong, in words; empty: nothing.
    [[nodiscard]] std::string on_settlement(const Settlement& settlement);

  private:
    // Exact sums, in thousandths of a micro.
    struct Account {
        Int128 imported = 0;
        Int128 credited = 0;
    };
    [[nodiscard]] std::string judge_energy(const Settlement& settlement,
                                           const SettlementEntry& entry,
                                           const SettlementLine& line) const;
    [[nodiscard]] std::string judge_money(const SettlementLine& line);

    const Scenery& scenery_;
    MeterOf meter_of_;
    std::map<MeterId, Account> accounts_;
};

}  // namespace fairfeed::simulation
