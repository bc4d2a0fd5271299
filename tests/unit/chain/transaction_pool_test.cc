// The transactions that may wait for a block. Nobody can fill the pool or keep a valid transaction
// out.
#include "edge-node/chain/transaction_pool.h"

#include <gtest/gtest.h>

#include "core/wire/handover_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);

class Pool : public ::testing::Test {
  protected:
    [[nodiscard]] static TestNetworkOptions five_nodes() {
        TestNetworkOptions options;
        options.nodes = 5;
        options.clusters_with_meters = 2;
        return options;
    }
    Result<void, Reject> add(const Transaction& transaction) {
        return pool.add(transaction, chain.state(), signatures);
    }
    std::string reason(const Transaction& transaction) {
        const auto added = add(transaction);
        return added ? "" : std::string(to_string(added.error()));
    }
    // The transaction with the endorsements of these nodes alone, in this order.
    [[nodiscard]] Transaction endorsed_by(const std::vector<std::size_t>& nodes) const {
        Transaction out = window.back();
        out.endorsements.clear();
        for (const std::size_t i : nodes) {
            out.endorsements.push_back(
                endorse(network, std::get<Settlement>(out.content), out.id, TestNetwork::node(i)));
        }
        return out;
    }

    [[nodiscard]] Transaction certified(const Settlement& settlement) const {
        Transaction out =
            make_batch(settlement, network.network(), network.key(settlement.proposer));
        for (const std::size_t i : {1U, 2U, 3U})
            out.endorsements.push_back(endorse(network, settlement, out.id, TestNetwork::node(i)));
        return out;
    }
    [[nodiscard]] Settlement first_settlement() const {
        return std::get<Settlement>(window.back().content);
    }

    TestNetwork network{five_nodes()};
    TestChain chain{network};
    OpenedReadings readings = chain.read_all(kCluster, 0);
    std::vector<Transaction> window = chain.group(chain.settle(kCluster, 0, readings), readings);
    TransactionPool pool{8};
    PlainSignatureChecker signatures;
};

// Otherwise a block that lists the handover could never be judged, and the node could never pass
// its height.
TEST_F(Pool, takes_a_handover_that_a_block_lists_whether_or_not_it_can_enter) {
    Handover early{.cluster = kCluster,
                   .window = 0,
                   .settlement = window.back().id,
                   .epoch = 1,
                   .entries = {network.grant(kMeter, 1, {TestNetwork::node(5)}, 0).entries},
                   .sealed = Bytes(64, 7)};
    const NodeId sender = TestNetwork::node(1);
    const Transaction handover =
        make_handover(early, sender, network.network(), network.key(sender));
    EXPECT_EQ(reason(handover), "wrong_previous") << "nothing is settled yet";
    pool.expect({handover.id});
    EXPECT_EQ(reason(handover), "");
    pool.prune(chain.state());
    EXPECT_EQ(pool.size(), 0U);
}

TEST_F(Pool, takes_a_certified_window_in_any_order_and_keeps_the_order_of_arrival) {
    EXPECT_TRUE(pool.add_all(window, chain.state(), signatures));
    EXPECT_EQ(pool.size(), 4U);
    EXPECT_EQ(pool.waiting().front()->kind, TransactionKind::settlement);
    for (const Transaction& transaction : window) {
        ASSERT_NE(pool.find(transaction.id), nullptr);
        EXPECT_EQ(reason(transaction), "duplicate");
    }
    const auto before = pool.revision();
    EXPECT_TRUE(pool.add_all(window, chain.state(), signatures)) << "said again by everybody";
    EXPECT_EQ(pool.revision(), before);
}

// One meter can sign any number of readings; only a committee makes one of them count.
TEST_F(Pool, is_not_filled_by_one_meters_readings) {
    for (Window ahead = 1; ahead < 20; ++ahead) {
        const auto extra = chain.meter(kMeter).read(ahead, flat_profile(chain.state(), {}));
        EXPECT_EQ(reason(make_reading_transaction(extra.reading)), "wrong_entries");
    }
    EXPECT_EQ(reason(window.front()), "wrong_entries") << "before its settlement";
    EXPECT_EQ(pool.size(), 0U);
    EXPECT_TRUE(pool.add_all(window, chain.state(), signatures));
}

// A settlement's id does not cover its witnesses. A bad settlement with the same id must not keep
// the good one out.
TEST_F(Pool, refuses_a_settlement_without_a_quorum_of_distinct_members) {
    EXPECT_EQ(reason(endorsed_by({})), "no_quorum");
    EXPECT_EQ(reason(endorsed_by({1, 2})), "no_quorum");
    EXPECT_EQ(reason(endorsed_by({1, 1, 1})), "not_canonical");
    EXPECT_EQ(reason(endorsed_by({2, 1, 3})), "not_canonical");
    EXPECT_EQ(reason(endorsed_by({1, 2, 5})), "not_a_member");
    Transaction forged = endorsed_by({1, 2, 3});
    std::swap(forged.endorsements[0].signature, forged.endorsements[1].signature);
    EXPECT_EQ(reason(forged), "wrong_signature");
    EXPECT_EQ(pool.size(), 0U);
    EXPECT_EQ(reason(endorsed_by({1, 2, 3})), "");
}

TEST_F(Pool, refuses_forgeries_and_what_is_not_for_a_block) {
    Transaction foreign = window.back();
    auto settlement = std::get<Settlement>(foreign.content);
    foreign = make_batch(settlement, network.network(), network.key(TestNetwork::node(2)));
    foreign.endorsements = window.back().endorsements;
    EXPECT_EQ(reason(foreign), "wrong_signature");
    settlement.cluster = ClusterId("nowhere");
    const Transaction nowhere =
        make_batch(settlement, network.network(), network.key(settlement.proposer));
    EXPECT_EQ(reason(nowhere), "already_committed") << "no window of it can ever come next";
    const Transaction notice =
        network.from_dgmd(chain.state(), CapacityCertificate{0, kMeter, 9, 5});
    Transaction impostor = notice;
    impostor.signer = TestNetwork::node(1);
    EXPECT_EQ(reason(impostor), "unknown_node");
    EXPECT_EQ(reason(network.genesis().block.block.transactions.front()), "already_committed");
    EXPECT_EQ(reason(notice), "");
}

TEST_F(Pool, refuses_when_it_is_full_and_has_room_again_after_a_block) {
    TransactionPool small(3);
    EXPECT_EQ(small.add_all(window, chain.state(), signatures).error(),
              Reject::too_many_transactions);
    ASSERT_TRUE(chain.append(chain.next_block(window)));
    small.prune(chain.state());
    EXPECT_EQ(small.size(), 0U);
    for (const Transaction& transaction : window) {
        const auto again = small.add(transaction, chain.state(), signatures);
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error(), Reject::already_committed);
    }
}

// Regression: the only member of a committee of one certifies anything it likes. It filled every
// pool, and the pool refused DGMD's notices and the evidence against that member.
TEST_F(Pool, is_not_filled_by_one_committee) {
    Settlement settlement = first_settlement();
    for (const Window ahead : {2U, 3U, 50U, UINT32_MAX}) {
        settlement.window = ahead;
        EXPECT_EQ(reason(certified(settlement)), "future_window");
    }
    settlement.window = 1;
    settlement.state_height = chain.state().height + 1;
    EXPECT_EQ(reason(certified(settlement)), "") << "this node may be a block behind";
    settlement = first_settlement();
    for (std::uint32_t version = 0; version < 3; ++version) {
        settlement.version = version;
        EXPECT_EQ(reason(certified(settlement)), "");
    }
    settlement.version = 3;
    EXPECT_EQ(reason(certified(settlement)), "too_many_transactions");
    const Transaction asked_for = certified(settlement);
    pool.expect({asked_for.id});
    EXPECT_EQ(reason(asked_for), "") << "a proposed block lists it";
}

TEST_F(Pool, has_places_for_notices_although_it_is_full_of_windows) {
    TransactionPool small(window.size());
    ASSERT_TRUE(small.add_all(window, chain.state(), signatures));
    const ClusterId other = TestNetwork::cluster(2);
    const OpenedReadings second = chain.read_all(other, 0);
    const auto others = chain.group(chain.settle(other, 0, second), second);
    EXPECT_EQ(small.add_all(others, chain.state(), signatures).error(),
              Reject::too_many_transactions);
    ChainState ahead = chain.state();
    for (std::size_t i = 0; i <= window.size(); ++i) {
        const auto notice = network.from_dgmd(ahead, CapacityCertificate{0, kMeter, 9, 5});
        EXPECT_EQ(bool(small.add(notice, chain.state(), signatures)), i < window.size());
        ++ahead.dgmd_sequence;
    }
}

// A notice's id does not cover its approvals, either.
TEST_F(Pool, takes_a_notice_from_the_threshold_alone) {
    const Transaction draft = network.draft(chain.state(), CapacityCertificate{0, kMeter, 9, 5});
    const NodeId first = TestNetwork::officer(1), second = TestNetwork::officer(2);
    EXPECT_EQ(reason(draft), "no_quorum");
    EXPECT_EQ(reason(network.approved(draft, {first})), "no_quorum");
    Transaction forged = network.approved(draft, {first, second});
    std::swap(forged.endorsements[0].signature, forged.endorsements[1].signature);
    EXPECT_EQ(reason(forged), "wrong_signature");
    EXPECT_EQ(pool.size(), 0U);
    EXPECT_EQ(reason(network.approved(draft, {first, second})), "");
}

TEST_F(Pool, keeps_no_notice_that_has_expired) {
    const NodeId first = TestNetwork::officer(1), second = TestNetwork::officer(2);
    const auto until = [&](Window last) {
        const CapacityCertificate capacity{0, kMeter, 9, 5};
        return network.approved(network.draft(chain.state(), capacity, last, 7), {first, second});
    };
    EXPECT_EQ(reason(until(0)), "");
    ASSERT_TRUE(chain.append(chain.next_block(window)));  // ends window 0
    pool.prune(chain.state());
    EXPECT_EQ(pool.size(), 0U);
    EXPECT_EQ(reason(until(0)), "already_committed");
}

// Otherwise the same draft, approved by those who decide now, would be a duplicate for ever.
TEST_F(Pool, forgets_all_notices_when_others_approve) {
    const CapacityCertificate capacity{0, kMeter, 9, 5};
    const Transaction draft = network.draft(chain.state(), capacity, kLongValid, 1);
    EXPECT_EQ(reason(network.approved(draft, {TestNetwork::officer(1), TestNetwork::officer(2)})),
              "");
    const Office next = TestNetwork::office(1, {"officer-7"});
    ASSERT_TRUE(
        chain.append(chain.next_block({network.from_dgmd(chain.state(), OfficeChange{0, next})})));
    pool.prune(chain.state());
    EXPECT_EQ(pool.size(), 0U);
    EXPECT_EQ(reason(network.approved(draft, {TestNetwork::officer(7)})), "");
}

TEST_F(Pool, drops_what_was_drafted_on_a_state_that_the_chain_has_left) {
    ASSERT_TRUE(pool.add_all(window, chain.state(), signatures));
    const Transaction notice =
        network.from_dgmd(chain.state(), CapacityCertificate{0, kMeter, 9, 0});
    ASSERT_TRUE(chain.append(chain.next_block({notice})));
    pool.prune(chain.state());
    EXPECT_EQ(pool.size(), 0U) << "with the readings it alone listed";
    EXPECT_EQ(reason(window.back()), "stale_state");
    EXPECT_TRUE(pool.add_all(window, chain.state(), signatures)) << "an honest node is behind";
    EXPECT_EQ(pool.size(), 0U);
    pool.expect(window);
    EXPECT_TRUE(pool.add_all(window, chain.state(), signatures));
    EXPECT_EQ(pool.size(), window.size()) << "a proposed block lists it: to be judged, and refused";
}

TEST_F(Pool, has_room_for_what_is_expected_until_a_block_is_decided_although_it_is_full) {
    TransactionPool none(0);
    none.expect(window);
    EXPECT_TRUE(none.add_all(window, chain.state(), signatures));
    EXPECT_EQ(none.size(), window.size());
    TransactionPool late(0);
    late.expect(window);
    late.prune(chain.state());
    EXPECT_FALSE(late.add_all(window, chain.state(), signatures));
}

TEST_F(Pool, drops_with_a_settled_window_only_what_belongs_to_it) {
    const ClusterId other = TestNetwork::cluster(2);
    const OpenedReadings second = chain.read_all(other, 0);
    const auto others = chain.group(chain.settle(other, 0, second), second);
    ASSERT_TRUE(pool.add_all(window, chain.state(), signatures));
    ASSERT_TRUE(pool.add_all(others, chain.state(), signatures));
    ASSERT_TRUE(chain.append(chain.next_block(window)));
    const auto before = pool.revision();
    pool.prune(chain.state());
    EXPECT_NE(pool.revision(), before);
    EXPECT_EQ(pool.size(), others.size());
    for (const Transaction& transaction : others)
        EXPECT_NE(pool.find(transaction.id), nullptr);
    pool.prune(chain.state());
    EXPECT_TRUE(pool.add_all(others, chain.state(), signatures));
}

}  // namespace
}  // namespace fairfeed::test
