// The common data of runs of one size and form: genesis, keys, the state after block 0. Made once
// per process and shared, because it is the same in every run; immutable. One thread.
#pragma once

#include "tests/simulation/plan.h"
#include "tests/support/test_network.h"

namespace fairfeed::simulation {

constexpr KeyEpoch kMostKeyEpochs = 40;  // of a meter in one run

struct Scenery {
    explicit Scenery(const Plan& plan);
    // Without a newcomer, and with one key epoch for each meter.
    explicit Scenery(test::TestNetworkOptions options);
    test::TestNetwork network;
    ChainState first_state;
    KeyRing keys;                 // DGMD's, which open everything, now and later
    std::vector<NodeId> nodes;    // those of genesis, and the possible newcomer
    std::vector<MeterId> meters;  // of the clusters that have any

    std::map<NodeId, VerifyKey> node_keys;

    [[nodiscard]] std::size_t index_of(const NodeId& node) const;
    [[nodiscard]] std::vector<std::size_t> indices_of(const std::vector<NodeId>& all) const;
    // The committee in genesis.
    [[nodiscard]] const std::vector<NodeId>& committee(const ClusterId& cluster) const;
};
[[nodiscard]] const Scenery& scenery_of(const Plan& plan);

// The random numbers of one machine from one boot to the next.
[[nodiscard]] RandomSource random_of(Dice dice);

}  // namespace fairfeed::simulation
