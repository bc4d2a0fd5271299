// The measurement of one window: quarter hours curtailed to the share in force, the resulting
// registers, and the body of the reading at the end (paper A31-A33). Pure; the meter decides when a
// quarter hour is over, and passes the share known by then.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/model/network.h"
#include "core/model/profile.h"
#include "core/model/reading.h"
#include "meter-sim/energy_source.h"
#include "meter-sim/registers.h"

namespace fairfeed {

// The energy of a quarter hour under a cap in Wh: generation = min(available, max(cap, load)); own
// use and what runs both ways are never capped.
[[nodiscard]] QuarterHour curtailed(const SourceEnergy& energy, std::int64_t cap_wh);

class Measurement {
  public:
    // The registers are those at the window's start.
    Measurement(Window window, const GridClock& clock, const MeterRegisters& registers);

    [[nodiscard]] Window window() const { return window_; }
    [[nodiscard]] bool is_complete() const;
    [[nodiscard]] std::int64_t next_quarter_start_s() const;
    [[nodiscard]] std::int64_t next_quarter_end_s() const;

    // Measures the next quarter hour under the share that binds in it.
    void add_quarter(const EnergySource& source, std::int64_t share_w);

    // Call only when complete.
    [[nodiscard]] ReadingBody body(ClockState clock) const;
    [[nodiscard]] const MeterRegisters& registers() const { return registers_; }

  private:
    Window window_;
    std::int64_t start_s_;
    std::int64_t first_quarter_;  // since the grid epoch
    std::size_t quarters_;
    MeterRegisters registers_;
    Profile profile_;
    std::int64_t available_wh_ = 0;
    std::int64_t share_w_ = 0;  // of the last quarter hour
    bool curtailed_ = false;
};

}  // namespace fairfeed
