// ScenarioWitness: what the meters of a scenario know of its outcome, from their own effects:
// windows that they measured, receipts of enough members, shares of enough members. A share says
// that its window is settled. A window that was settled before enough members had receipted its
// reading counts as estimated; if the receipts come later, the next settlement trues it up. Where
// receipts are lost on the way, the members may have had the reading in time: only a node's status
// decides that. Pure; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "meter-sim/meter.h"

namespace fairfeed {

// Counts begin with the scenario's first window.
struct MeterOutcome {
    std::int64_t settled = 0;    // windows in a row
    std::int64_t estimated = 0;  // as above
    std::int64_t trued_up = 0;
    std::int64_t shares = 0;   // settlements whose share enough members stated
    bool curtailed = false;    // one of them limits the meter
    bool seal_broken = false;  // and enough members have receipted the alarm
};

class ScenarioWitness {
  public:
    // `first`: the first window that begins in the scenario.
    explicit ScenarioWitness(Window first) : first_(first) {}

    // Call in order, when the effect is performed.
    void saw(const MeterId& meter, const MeterEffect& effect);
    [[nodiscard]] MeterOutcome outcome(const MeterId& meter) const;
    [[nodiscard]] Window first_window() const { return first_; }
    [[nodiscard]] std::vector<MeterId> meters() const;  // of which anything is known

  private:
    struct Record {
        std::map<std::uint64_t, Window> readings;  // by sequence
        std::optional<std::uint64_t> alarm;        // its sequence
        std::optional<Window> broken_from;
        bool alarm_held = false;
        std::set<Window> held;
        std::optional<Window> settled;  // the newest
        std::set<Window> estimated;
        std::map<Window, std::optional<Window>> held_late;  // with what was settled then
        std::set<Window> trued_up;
        std::int64_t shares = 0;
        bool curtailed = false;
    };
    void settle(Record& record, Window window);

    Window first_;
    std::map<MeterId, Record> meters_;
};

}  // namespace fairfeed
