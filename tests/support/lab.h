// The lab preset for tests of whole networks, with short windows and timers.
#pragma once

#include "tests/support/test_network.h"

namespace fairfeed::test {

[[nodiscard]] inline TestNetworkOptions lab(std::size_t nodes,
                                            std::size_t clusters_with_meters = 0) {
    TestNetworkOptions options;
    options.nodes = nodes;
    options.clusters_with_meters = clusters_with_meters;
    NetworkParameters& parameters = options.parameters;
    parameters.speed = 240;
    parameters.timers = Timers{.propose_ms = 600,
                               .propose_step_ms = 200,
                               .propose_cap_ms = 3000,
                               .vote_ms = 200,
                               .vote_step_ms = 100,
                               .vote_cap_ms = 1500,
                               .grace_ms = 1500,
                               .slot_ms = 1000,
                               .fill_ms = 50,
                               .rebroadcast_ms = 300,
                               .rebroadcast_cap_ms = 1000};
    return options;
}

}  // namespace fairfeed::test
