// Checks that no meter earns more by a lie or by silence than by the truth. For every window whose
// reading is on the chain, export is credited as the meter measured it, quarter hour by quarter
// hour under the shares that bound then. A window without a reading is credited at most its
// estimate. A claim of available generation counts only where the meter stood at its cap, up to its
// capacity. Has its own sums, from the chain's public times and the opened lines. One per run; one
// thread.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/base/units.h"
#include "tests/simulation/scenery.h"
#include "tests/simulation/simulated_meter.h"

namespace fairfeed::simulation {

class CreditAudit {
  public:
    using MeterOf = std::function<const SimulatedMeter&(const MeterId&)>;
    using IsListed = std::function<bool(const MeterId&, Window)>;
    CreditAudit(const Scenery& scenery, MeterOf meter_of)
        : scenery_(scenery), meter_of_(std::move(meter_of)) {}

    // Call in the order of the chain; `time_ms`: of the block's header. Returns the fault in words;
    // empty: none.
    [[nodiscard]] std::string on_line(Window window, const SettlementLine& line,
                                      const IsListed& is_listed);
    // What is paid for of each quarter hour's export in a settled window with this profile, as far
    // as shares are known.
    [[nodiscard]] std::vector<std::int64_t> credited(const MeterId& meter, Window window,
                                                     const Profile& profile) const;
    // The line's share is known from now on. `factors`: the settlement's.
    void on_share(Window window, const SettlementLine& line, const Factors& factors,
                  std::int64_t time_ms);

  private:
    // The credit that a window's own reading justifies.
    struct Truth {
        std::int64_t credited_wh = 0;
        std::int64_t available_wh = 0;
    };
    struct Settled {
        std::int64_t capacity_w = 0;
        std::int64_t estimated_wh = 0;  // credited by the estimate
    };
    struct Account {
        ShareSchedule shares;
        std::map<Window, Settled> windows;
        std::int64_t credited_wh = 0;
    };
    [[nodiscard]] Truth truth_of(const SimulatedMeter& meter, const Account& account,
                                 Window window) const;

    const Scenery& scenery_;
    MeterOf meter_of_;
    std::map<MeterId, Account> accounts_;
};

}  // namespace fairfeed::simulation
