// The audit of handovers detects its faults: a false handover, a member that was given nothing, and
// a key that opens nothing.
#include "tests/simulation/handover_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/accounts/handover.h"
#include "core/wire/handover_codec.h"

namespace fairfeed::simulation {
namespace {

using testing::HasSubstr;

// Four honest nodes; nodes 1 and 2 give their cluster to nodes 3 and 4 from window 2 on.
Plan plan_of_two_pairs() {
    Plan plan;
    plan.clusters = 1;
    plan.meters = 2;
    plan.members = 2;
    plan.windows = 4;
    plan.behaviours.assign(plan.nodes, Behaviour::honest);
    return plan;
}

class TheHandoverAudit : public testing::Test {
  protected:
    TheHandoverAudit() { settle(0); }

    void append(std::vector<Transaction> transactions) {
        CHECK(chain.append(chain.next_block(std::move(transactions))));
    }
    void settle(Window window) {
        for (const MeterId& meter : scenery.meters)
            chain.meter(meter).use_key_epoch(chain.state().key_epoch(meter, window).value_or(0));
        const OpenedReadings readings = chain.read_all(cluster, window);
        append(chain.group(chain.settle(cluster, window, readings), readings));
    }
    // If `third_is_granted` is false, DGMD gives node 3 a key that only node 4 can unwrap.
    void change(bool third_is_granted = true) {
        std::vector<Transaction> said;
        for (const MeterId& meter : scenery.meters) {
            KeyGrant grant =
                scenery.network.grant(meter, 2, {scenery.network.dgmd(), nodes[2], nodes[3]}, 2);
            if (!third_is_granted) grant.entries[1].wrapped = grant.entries[2].wrapped;
            said.push_back(scenery.network.from_dgmd(chain.state(), grant, said.size()));
        }
        CommitteeAllocation committee = chain.state().clusters.at(cluster).committee;
        committee.members = {nodes[2], nodes[3]};
        committee.epoch = 2;
        committee.effective = 2;
        said.push_back(scenery.network.from_dgmd(chain.state(), committee, said.size()));
        append(std::move(said));
        settle(1);
    }
    [[nodiscard]] Transaction handover() {
        const Settlement& last =
            std::get<Settlement>(chain.blocks().back().block.transactions.back().content);
        const auto said = write_handover(chain.state(), last, nodes[0], {nodes[2], nodes[3]},
                                         chain.keys(), scenery.network.random());
        CHECK(said.has_value());
        return make_handover(*said, nodes[0], scenery.network.network(),
                             scenery.network.key(nodes[0]));
    }
    [[nodiscard]] Transaction lie() {
        Handover said = std::get<Handover>(handover().content);
        said.sealed.front() ^= 1;
        return make_handover(said, nodes[0], scenery.network.network(),
                             scenery.network.key(nodes[0]));
    }
    // The audit's first complaint about a block; without one, the leak that the audit finds at the
    // end.
    [[nodiscard]] std::string judged() const {
        HandoverAudit audit(scenery, plan);
        for (const CommittedBlock& block : chain.blocks()) {
            std::string wrong = audit.follow(block);
            if (!wrong.empty()) return wrong;
        }
        return audit.find_leak();
    }

    Plan plan = plan_of_two_pairs();
    const Scenery& scenery = scenery_of(plan);
    const std::vector<NodeId>& nodes = scenery.nodes;
    const ClusterId cluster = test::TestNetwork::cluster(1);
    test::TestChain chain{scenery.network};
};

TEST_F(TheHandoverAudit, says_nothing_where_all_is_well) {
    change();
    append({handover()});
    settle(2);
    EXPECT_EQ(judged(), "");
}

TEST_F(TheHandoverAudit, knows_an_honest_member_that_hands_over_what_does_not_open) {
    change();
    append({lie()});
    EXPECT_EQ(judged(), "what node-1 hands over of cluster-1, window 1 is closed to node-3");
    plan.behaviours[0] = Behaviour::misleading;
    EXPECT_EQ(judged(), "") << "a liar may";
}

TEST_F(TheHandoverAudit, knows_a_member_that_settles_without_having_been_given_anything) {
    change();
    append({lie()});
    settle(2);
    plan.behaviours[0] = Behaviour::misleading;
    EXPECT_EQ(judged(), "") << "of two members one may be a liar, and nothing is promised";
    plan.behaviours[0] = Behaviour::honest;
    EXPECT_THAT(judged(), HasSubstr("is closed"));
}

TEST_F(TheHandoverAudit, knows_a_member_whose_key_opens_nothing) {
    change(false);
    append({handover()});
    settle(2);
    EXPECT_THAT(judged(), HasSubstr("node-3 has of cluster-1, window 2 is closed"));
}

}  // namespace
}  // namespace fairfeed::simulation
