// The size of a town, and how it is divided among chains: regions side by side, each with its own
// validators, as docs/scaling.md counts it. A plain value.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/ids.h"

namespace fairfeed::simulation {

constexpr std::size_t kMostNodesOfChain = 64;  // R21
constexpr std::size_t kMostTownMeters = 999;   // of a cluster: with its SETTLEMENT one block
constexpr std::int64_t kTownWindowS = 14'400;  // of grid time (paper A48)
constexpr std::int64_t kMostTownSpeed = 50;    // so that 28 repetitions of 10 s fit into a window

struct TownPlan {
    std::size_t clusters = 1000;  // wanted; all chains get as many as the largest needs
    std::size_t meters = 20;      // of each cluster
    Window windows = 1;           // settled while the run counts
    std::int64_t speed = 48;      // grid seconds per real second; a divisor of the window
    std::uint64_t seed = 1;
    std::size_t most_nodes = kMostNodesOfChain;  // of a chain, at least 4

    [[nodiscard]] std::size_t chains() const { return (clusters + most_nodes - 1) / most_nodes; }
    [[nodiscard]] std::size_t clusters_of_chain() const {
        return (clusters + chains() - 1) / chains();
    }
    [[nodiscard]] std::size_t all_clusters() const { return chains() * clusters_of_chain(); }
    [[nodiscard]] std::int64_t window_s() const { return kTownWindowS / speed; }  // real
};

}  // namespace fairfeed::simulation
