// A committee of three in a cluster with more meters than a block of the usual size has
// transactions.
#include <gtest/gtest.h>

#include "tests/unit/committee/committee_bench.h"

namespace fairfeed::committee {
namespace {

TEST(LargeCommittee, endorses_the_window_of_1100_meters) {
    test::TestNetworkOptions options;
    options.nodes = 3;
    options.clusters_with_meters = 1;
    options.meters_per_cluster = 1100;
    options.parameters.max_block_transactions = 1200;
    Bench bench(options);
    const Transaction batch = bench.batch_of(0);
    EXPECT_EQ(settlement_of(batch).entries.size(), 1100U);
    for (const NodeId& member : bench.members) {
        if (member == bench.parent()) continue;
        const auto said = bench.hear_batch(member, batch);
        ASSERT_TRUE(said) << to_string(said.error());
        EXPECT_EQ(order_of(*said), "persist endorsement, endorsement");
    }
}

}  // namespace
}  // namespace fairfeed::committee
