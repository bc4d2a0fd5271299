// What a member must be able to prove of the batches that it heard, and what not (rule 5).
#include "tests/simulation/heard_offences.h"

#include <gtest/gtest.h>

#include "core/wire/transaction_codec.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/scenery.h"

namespace fairfeed::simulation {
namespace {

Plan one_cluster() {
    Plan plan;
    plan.clusters = 1;
    plan.meters = 1;
    plan.behaviours.assign(plan.nodes, Behaviour::honest);
    plan.sides.assign(plan.nodes, false);
    plan.meter_behaviours = {MeterBehaviour::honest};
    return plan;
}

class HeardBatches : public testing::Test {
  protected:
    // `contract_version` makes two batches of one place differ.
    void hear(std::uint32_t version, std::uint32_t contract_version, Window window = 0) {
        Settlement said = settlement;
        said.window = window;
        said.version = version;
        said.contract_version = contract_version;
        const auto batch = make_batch(said, network.network(), network.key(said.proposer));
        const Topic topic{network.genesis().content.parameters.name, said.proposer.str(),
                          Channel::batch, cluster.str()};
        heard.hear(member, {0, topic, topic.str(), encode_transaction(batch)}, chain.state());
    }
    [[nodiscard]] bool is_guilty() const {
        return heard.offences().contains({settlement.proposer.str(), Offence::two_batches});
    }

    const Scenery& scenery = scenery_of(one_cluster());
    const test::TestNetwork& network = scenery.network;
    const ClusterId cluster = test::TestNetwork::cluster(1);
    test::TestChain chain{network};
    const Settlement settlement = chain.settle(cluster, 0, chain.read_all(cluster, 0));
    const NodeId member = network.committee(cluster)[1];
    HeardOffences heard{{settlement.proposer.str()}};
};

TEST_F(HeardBatches, of_one_version_are_an_offence_whatever_was_heard_in_between) {
    hear(0, 1);
    hear(0, 1);
    hear(1, 1);
    hear(0, 1, 1);
    EXPECT_FALSE(is_guilty());
    hear(0, 2);
    EXPECT_TRUE(is_guilty());
}

TEST_F(HeardBatches, of_a_window_to_come_may_be_forgotten) {
    hear(0, 1, 1);
    hear(0, 2, 1);
    EXPECT_FALSE(is_guilty());
}

TEST_F(HeardBatches, behind_four_higher_versions_may_be_forgotten) {
    for (std::uint32_t version = 0; version < 5; ++version)
        hear(version, 1);
    hear(0, 2);
    EXPECT_FALSE(is_guilty());
    hear(1, 2);
    EXPECT_TRUE(is_guilty());
}

}  // namespace
}  // namespace fairfeed::simulation
