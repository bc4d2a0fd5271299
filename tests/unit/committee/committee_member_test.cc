// What a member makes of a block, also of one whose settlement it cannot open.
#include "edge-node/committee/committee_member.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);
const NodeId kSelf = TestNetwork::node(1);

// The first member of a committee of four, and the chain that it follows.
class MemberOnAChain : public ::testing::Test {
  protected:
    MemberOnAChain() {
        member.replay({{network.genesis().block.block, {}}, chain.state(), chain.state()});
    }
    [[nodiscard]] Turn turn() {
        return {chain.state(), {1'000'000, chain.state().grid().end_real_ms(2), true}, out};
    }
    void append(std::vector<Transaction> transactions) {
        const ChainState before = chain.state();
        ASSERT_TRUE(chain.append(chain.next_block(std::move(transactions))));
        member.on_commit(chain.blocks().back(), before, turn());
    }
    void settle(Window window, const OpenedReadings& readings) {
        append(chain.group(chain.settle(kCluster, window, readings), readings));
    }
    void hear(const SignedReading& reading) {
        const Topic topic{network.genesis().content.parameters.name, reading.header.meter.str(),
                          Channel::reading, "-"};
        ASSERT_TRUE(member.on_reading({topic, false, reading.envelope}, turn()));
    }
    // From this window on the others are the committee, and this member cannot read the meters.
    void leave_from(Window effective) {
        CommitteeAllocation committee = chain.state().clusters.at(kCluster).committee;
        committee.members = nodes({2, 3, 4});
        committee.epoch += 1;
        committee.effective = effective;
        std::vector<NodeId> readers = committee.members;
        readers.push_back(network.dgmd());
        for (const MeterId& meter : network.meters(kCluster)) {
            append({network.from_dgmd(chain.state(), network.grant(meter, 2, readers, effective))});
        }
        append({network.from_dgmd(chain.state(), committee)});
    }

    TestNetwork network;
    TestChain chain{network};
    PlainSignatureChecker signatures;
    CommitteeMember member{
        {kSelf, network.key(kSelf), network.random(), agreement_key(kSelf.str()), signatures}};
    Effects out;
};

TEST_F(MemberOnAChain, that_left_accuses_a_meter_of_a_reading_whose_settlement_it_cannot_open) {
    settle(0, chain.read_all(kCluster, 0));
    const OpenedReadings last = chain.read_all(kCluster, 1);
    TestMeter twin = chain.meter(kMeter);
    hear(twin.read(2, flat_profile(chain.state(), {0, 200, 200})).reading);
    leave_from(2);
    settle(1, last);
    EXPECT_TRUE(member.take_evidence().empty());
    for (const MeterId& meter : network.meters(kCluster))
        chain.meter(meter).use_key_epoch(2);
    const OpenedReadings others = chain.read_all(kCluster, 2);
    settle(2, others);
    EXPECT_TRUE(member.windows().accounts().closed().contains(kCluster));
    const auto evidence = member.take_evidence();
    ASSERT_EQ(evidence.size(), 1U);
    ASSERT_TRUE(evidence.front());
    const auto& said = std::get<Evidence>(evidence.front()->content);
    EXPECT_EQ(said.offence, Offence::two_readings);
    EXPECT_EQ(said.culprit, kMeter.str());
    EXPECT_EQ(said.place.window, 2U);
}

}  // namespace
}  // namespace fairfeed::test
