// The auditor of a simulation: opens every settlement on the chain with DGMD's keys and compares it
// with the measurements of the simulated meters, with sums of its own: energy to the Wh, money to
// the thousandth of a micro. One per run; one thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "core/base/units.h"
#include "tests/simulation/credit_audit.h"
#include "tests/simulation/scenery.h"
#include "tests/simulation/simulated_meter.h"

namespace fairfeed::simulation {

class Audit {
  public:
    using MeterOf = std::function<const SimulatedMeter&(const MeterId&)>;
    Audit(const Scenery& scenery, MeterOf meter_of)
        : scenery_(scenery), meter_of_(meter_of), credit_(scenery, std::move(meter_of)) {}

    // Call in the order of the chain; `time_ms`: of the block's header. Returns the fault in words;
    // empty: none.
    [[nodiscard]] std::string on_settlement(const Settlement& settlement, std::int64_t time_ms);
    // The reading of the window on the chain, in time or late; nullptr: none.
    [[nodiscard]] const Digest* listed(const MeterId& meter, Window window) const;
    // Whether the chain has a reading of a later window, so that registers true this one up.
    [[nodiscard]] bool is_trued_up(const MeterId& meter, Window window) const;

  private:
    struct Account {
        // Exact sums, in thousandths of a micro.
        Int128 imported = 0;
        Int128 credited = 0;
        QuarterHour energy;       // all that was settled and trued up, in Wh
        std::set<Window> listed;  // windows whose reading the chain has
    };
    [[nodiscard]] std::string list(const Settlement& settlement);
    [[nodiscard]] std::string judge_sum(const SettlementEntry& entry, Window window,
                                        const SettlementLine& line);
    [[nodiscard]] std::string judge_energy(const Settlement& settlement,
                                           const SettlementEntry& entry,
                                           const SettlementLine& line) const;
    [[nodiscard]] std::string judge_money(const SettlementLine& line);

    const Scenery& scenery_;
    MeterOf meter_of_;
    CreditAudit credit_;
    std::map<MeterId, Account> accounts_;
    std::map<std::pair<MeterId, Window>, Digest> listed_;
};

}  // namespace fairfeed::simulation
