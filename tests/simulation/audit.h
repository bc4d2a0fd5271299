// The auditor of a simulation: opens every settlement on the chain with DGMD's keys and compares it
// with the measurements of the simulated meters, with sums of its own: energy to the Wh, money to
// the thousandth of a micro, in the bands of every quarter hour, corrections and fixed charges
// included (tests/support/billing_by_hand.h). One per run; one thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "core/base/units.h"
#include "tests/simulation/credit_audit.h"
#include "tests/simulation/scenery.h"
#include "tests/simulation/simulated_meter.h"
#include "tests/support/billing_by_hand.h"

namespace fairfeed::simulation {

class Audit {
  public:
    using MeterOf = std::function<const SimulatedMeter&(const MeterId&)>;
    Audit(const Scenery& scenery, MeterOf meter_of)
        : scenery_(scenery), meter_of_(meter_of), credit_(scenery, std::move(meter_of)) {
        tariffs_[0] = scenery_.network.options().tariff;
    }

    // Notices and readings of the chain, each in front of the settlements that depend on it.
    void on_tariff(const TariffNotice& notice) { tariffs_[notice.effective] = notice.tariff; }
    void on_reading(const SignedReading& reading);

    // Call in the order of the chain; `time_ms`: of the block's header. Returns the fault in words;
    // empty: none.
    [[nodiscard]] std::string on_settlement(const Settlement& settlement, std::int64_t time_ms);
    // The reading of the window on the chain, in time or late; nullptr: none.
    [[nodiscard]] const Digest* listed(const MeterId& meter, Window window) const;
    // Whether the chain has a reading of a later window, so that registers true this one up.
    [[nodiscard]] bool is_trued_up(const MeterId& meter, Window window) const;

  private:
    struct Account {
        test::AccountByHand by_hand;
        std::map<Window, ReadingBody> bodies;  // those that the chain lists
        // Sums of what was posted, in micro, and of the fixed charges that were due.
        Int128 imported_micro = 0;
        Int128 exported_micro = 0;
        Int128 fixed_micro = 0;
        QuarterHour energy;       // all that was settled and trued up, in Wh
        std::set<Window> listed;  // windows whose reading the chain has
    };
    [[nodiscard]] std::string list(const Settlement& settlement);
    [[nodiscard]] std::string judge_sum(const SettlementEntry& entry, Window window,
                                        const SettlementLine& line);
    [[nodiscard]] std::string judge_energy(const Settlement& settlement,
                                           const SettlementEntry& entry,
                                           const SettlementLine& line) const;
    void take_readings(const Settlement& settlement, const MeterId& meter);
    [[nodiscard]] Account& account_of(const MeterId& meter);
    [[nodiscard]] std::string judge_money(const SettlementEntry& entry, Window window,
                                          const SettlementLine& line);
    [[nodiscard]] std::string judge_estimate(const Account& account, Window window,
                                             const SettlementLine& line) const;
    [[nodiscard]] std::string judge_totals(const Settlement& settlement,
                                           const std::vector<SettlementLine>& lines) const;

    const Scenery& scenery_;
    MeterOf meter_of_;
    CreditAudit credit_;
    std::map<MeterId, Account> accounts_;
    std::map<std::pair<MeterId, Window>, Digest> listed_;
    std::map<Digest, ReadingBody> opened_;  // readings of the chain that no settlement lists yet
    test::TariffsByHand tariffs_;
};

}  // namespace fairfeed::simulation
