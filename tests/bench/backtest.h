// Simulates a street under the shares of one basis: meters obey, claims are honest, and every
// window is settled. Shares bind as on the chain, whose blocks here come as soon as the grace is
// over: `previous_window` half an hour into its window, every other basis from the first second.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/bases.h"
#include "tests/bench/street.h"

namespace fairfeed::bench {

struct HomeOutcome {
    MeterId meter;
    std::int64_t capacity_w = 0;
    std::int64_t available_wh = 0;
    std::int64_t curtailed_wh = 0;
};

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
    std::vector<HomeOutcome> homes;  // by cluster
};

[[nodiscard]] Outcome lived_through(const Street& street, const Choice& choice);

}  // namespace fairfeed::bench
