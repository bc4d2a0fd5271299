// The shares that bind in one cluster of the back-test, kept as the chain keeps them: a power for
// each meter and, by quarter hour, the cluster's factors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/bench/bases.h"

namespace fairfeed::bench {

class SharesInForce {
  public:
    // Without anything told, every meter has its capacity.
    SharesInForce(ShareResolution resolution, std::size_t meters)
        : resolution_(resolution), powers_(meters) {}

    // Whatever is told later binds at the same moment or later.
    void take(const ToldShares& told);
    // One schedule for each meter, for the window that starts at start_s. Forgets what no quarter
    // hour from start_s on depends on.
    [[nodiscard]] std::vector<ShareSchedule> of_window(std::int64_t start_s);

  private:
    ShareResolution resolution_;
    std::vector<ShareSchedule> powers_;  // in the order of the meters
    FactorSchedule factors_;
};

}  // namespace fairfeed::bench
