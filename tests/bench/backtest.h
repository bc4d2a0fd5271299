// Simulates a street under the shares of one basis: meters obey, claims are honest, and every
// window is settled before the next begins. The shares of a window bind from its first second;
// share_offset_s and share_notice_s are left out for every basis alike.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/bases.h"
#include "tests/bench/street.h"

namespace fairfeed::bench {

// Surplus is counted by cluster and quarter hour.
struct Outcome {
    std::int64_t surplus_wh = 0;   // available beyond the load
    std::int64_t left_wh = 0;      // the part of the surplus that was generated
    std::int64_t needless_wh = 0;  // curtailed although loads would have used it
    std::int64_t available_wh = 0;
    // Jain's index; 1 means that all homes are equal. The first two are of curtailed energy per kW
    // of nameplate: over all homes, and as the mean over clusters of the index within each cluster.
    // The third is of the curtailed part of each home's available energy, within clusters.
    double jain_per_kw = 1;
    double jain_per_kw_within = 1;
    double jain_of_generation_within = 1;
};

[[nodiscard]] Outcome lived_through(const Street& street, const Choice& choice);

}  // namespace fairfeed::bench
