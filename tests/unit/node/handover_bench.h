// A cluster of whole nodes whose committee DGMD exchanges. Single-threaded.
#pragma once

#include <gtest/gtest.h>

#include "tests/unit/node/node_world.h"

namespace fairfeed::test {

inline constexpr std::int64_t kHandoverPatienceMs = 60'000;
inline constexpr std::size_t kNodes = 8;
inline const ClusterId kCluster = TestNetwork::cluster(1);

inline TestNetworkOptions eight_nodes() {
    TestNetworkOptions options = lab(kNodes, 1);
    options.clusters = 1;  // its committee: nodes 1 to 4
    return options;
}

inline std::vector<NodeId> nodes(std::initializer_list<std::size_t> numbers) {
    std::vector<NodeId> out;
    for (const std::size_t number : numbers)
        out.push_back(TestNetwork::node(number));
    return out;
}

struct HandoverBench {
    explicit HandoverBench(TestNetworkOptions options) : world(std::move(options)) {}

    void settle(Window window) {
        world.go_to_end_of(window);
        world.measure(window, 700);
        ASSERT_TRUE(world.settles(kCluster, window)) << "window " << window;
    }
    void decree(const TransactionContent& content) {
        const std::uint64_t before = world.chain().dgmd_sequence;
        world.say_as_dgmd(content);
        const auto done = [&] { return world.chain().dgmd_sequence == before + 1; };
        ASSERT_TRUE(world.run_until(done, kHandoverPatienceMs)) << "sequence " << before + 1;
    }
    // New data keys for the members and DGMD, then the members, all from this window on.
    void allocate(const std::vector<NodeId>& members, Window effective) {
        std::vector<NodeId> readers = members;
        readers.push_back(world.network().dgmd());
        for (const MeterId& meter : world.network().meters(kCluster)) {
            const KeyEpoch next = world.chain().meters.at(meter).grants.back().epoch + 1;
            decree(world.network().grant(meter, next, readers, effective));
        }
        CommitteeAllocation committee = world.chain().clusters.at(kCluster).committee;
        committee.members = members;
        committee.epoch += 1;
        committee.effective = effective;
        decree(committee);
    }
    NodeWorld world;
};

}  // namespace fairfeed::test
