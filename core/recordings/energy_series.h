// The energy of one register of a recording: exact mWh for each step of 15, 30 or 60 minutes, and
// Wh for each quarter hour. A step is split evenly over its quarter hours, and a quarter hour is a
// difference of floor(exact cumulative mWh / 1000), so the quarter hours add up exactly to the
// floor of the file's total. A plain value, re-entrant.
#pragma once

#include <cstdint>
#include <vector>

namespace fairfeed {

class EnergySeries {
  public:
    EnergySeries() = default;
    // Energy of each step in mWh, never negative, starting at quarter 0. A step has 1, 2 or 4
    // quarter hours.
    explicit EnergySeries(const std::vector<std::int64_t>& steps_mwh,
                          std::int64_t quarters_per_step = 4);

    [[nodiscard]] std::int64_t quarters() const;
    // Wh from the start to the beginning of `quarter` >= 0: the floor of the exact value. The
    // series repeats after its last step, and the sum continues.
    [[nodiscard]] std::int64_t cumulative_wh(std::int64_t quarter) const;
    [[nodiscard]] std::int64_t quarter_wh(std::int64_t quarter) const;
    // The sum over the whole recording.
    [[nodiscard]] std::int64_t total_mwh() const;
    // The mean power of the largest step in mW.
    [[nodiscard]] std::int64_t peak_mw() const;

  private:
    std::vector<std::int64_t> cumulative_mwh_;  // one entry more than steps; empty: no steps
    std::int64_t quarters_per_step_ = 4;
};

}  // namespace fairfeed
