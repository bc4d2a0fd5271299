#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/state/block_size.h"
#include "core/state/execution.h"
#include "core/state/signature_cache.h"
#include "core/wire/cose.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/heavy_group.h"
#include "tests/support/selected.h"

namespace fairfeed {
namespace {

constexpr std::size_t kBlockBytes = max_block_bytes(kFewestForLimits);

using test::TestChain;
using test::TestNetwork;
using test::TestNetworkOptions;

const ClusterId kOne = TestNetwork::cluster(1);
const ClusterId kTwo = TestNetwork::cluster(2);
constexpr Window kWeek = 42;  // windows of four hours

TestNetworkOptions two_clusters(Window effective = 0) {
    TestNetworkOptions options;
    options.clusters_with_meters = 2;
    options.meters_effective = effective;
    return options;
}

// "accepted", or the reason and its place.
std::string judged(const ChainState& state, const Block& block) {
    ChainState copy = state;
    PlainSignatureChecker signatures;
    const auto result = execute_block(copy, block, signatures);
    if (result) return "accepted";
    std::string text(to_string(result.error().reason));
    if (result.error().transaction) text += " at " + std::to_string(*result.error().transaction);
    return text;
}

std::vector<Digest> ids_of(const std::vector<Transaction>& transactions) {
    std::vector<Digest> ids;
    for (const Transaction& transaction : transactions)
        ids.push_back(transaction.id);
    return ids;
}

class SelectionTest : public testing::Test {
  protected:
    SelectionTest() : network_(two_clusters()), chain_(network_) {}

    std::vector<Transaction> group(const ClusterId& cluster, Window window) {
        const auto readings = chain_.read_all(cluster, window);
        return chain_.group(chain_.settle(cluster, window, readings), readings);
    }
    std::vector<Transaction> select(const std::vector<Transaction>& waiting, std::int64_t time_ms) {
        return test::selected_of(chain_.state(), waiting, time_ms, signatures_);
    }
    [[nodiscard]] std::int64_t end_ms(Window window) const {
        return chain_.state().grid().end_real_ms(window);
    }

    TestNetwork network_;
    TestChain chain_;
    CachingSignatureChecker signatures_;
};

TEST_F(SelectionTest, puts_dgmds_first_and_groups_in_order_whatever_the_order_of_waiting) {
    const auto one = group(kOne, 0);
    const auto two = group(kTwo, 0);
    ChainState later = chain_.state();
    const Transaction first =
        network_.from_dgmd(later, CapacityCertificate{0, TestNetwork::meter(1, 1), 6000, 2});
    later.dgmd_sequence += 1;
    const Transaction second =
        network_.from_dgmd(later, CapacityCertificate{0, TestNetwork::meter(1, 1), 7000, 3});
    std::vector<Transaction> expected{first, second};
    expected.insert(expected.end(), one.begin(), one.end());
    expected.insert(expected.end(), two.begin(), two.end());
    std::vector<Transaction> waiting = expected;
    for (int turn = 0; turn < 10; ++turn) {
        std::rotate(waiting.begin(), waiting.begin() + 3, waiting.end());
        EXPECT_EQ(ids_of(select(waiting, end_ms(0))), ids_of(expected));
    }
    EXPECT_EQ(judged(chain_.state(), chain_.next_block(select(waiting, end_ms(0)))), "accepted");
}

TEST_F(SelectionTest, leaves_out_what_does_not_fit_the_state) {
    const auto one = group(kOne, 0);
    EXPECT_TRUE(select(one, end_ms(0) - 1).empty());                       // the window is not over
    EXPECT_TRUE(select({one.begin(), one.end() - 1}, end_ms(0)).empty());  // nothing lists them
    EXPECT_TRUE(select({one.begin() + 1, one.end()}, end_ms(0)).empty());  // one is missing
    auto unendorsed = one;
    unendorsed.back().endorsements.pop_back();
    EXPECT_TRUE(select(unendorsed, end_ms(0)).empty());
    ASSERT_TRUE(chain_.append(chain_.next_block(one)));
    EXPECT_TRUE(select(one, end_ms(0)).empty());  // a block has the settlement
}

TEST_F(SelectionTest, is_not_blocked_by_a_copy_with_a_bad_signature) {
    const auto one = group(kOne, 0);
    const auto parsed = cose::parse_sign1(one[0].envelope);
    ASSERT_TRUE(parsed);
    Transaction bad = one[0];
    bad.envelope = cose::assemble_sign1(parsed->kid, parsed->payload, flip_s(parsed->signature));
    Transaction unendorsed = one[3];
    unendorsed.endorsements.clear();
    std::vector<Transaction> waiting{bad, unendorsed};
    waiting.insert(waiting.end(), one.begin(), one.end());
    EXPECT_EQ(select(waiting, end_ms(0)), one);
}

// Otherwise a meter that signs two readings for one window after another could keep the settlement
// out for ever.
TEST_F(SelectionTest, lets_no_evidence_keep_out_a_settlement_that_needs_the_whole_block) {
    test::TestMeter& liar = chain_.meter(TestNetwork::meter(2, 1));
    const Profile profile = test::flat_profile(chain_.state(), {100, 0, 0});
    const Bytes one_reading = liar.read(0, profile).reading.envelope;
    const auto evidence = make_evidence(Offence::two_readings, one_reading,
                                        liar.read(0, profile).reading.envelope, network_.network());
    ASSERT_TRUE(evidence);
    std::vector<Transaction> waiting{*evidence};
    const auto whole = test::heavy_group(chain_, kOne, kBlockBytes);
    waiting.insert(waiting.end(), whole.begin(), whole.end());
    EXPECT_EQ(ids_of(select(waiting, end_ms(0))), ids_of(whole));
    ChainState after = chain_.state();
    ASSERT_TRUE(execute_block(after, chain_.next_block(whole), signatures_));
    EXPECT_EQ(ids_of(test::selected_of(after, waiting, end_ms(0), signatures_)),
              ids_of({*evidence}))
        << "it has the next one";
}

// A settlement that fits no block, or only without another settlement, does not change the order
// either.
TEST_F(SelectionTest, puts_evidence_first_where_settlements_alone_find_no_room_either) {
    const Transaction notice = network_.from_dgmd(
        chain_.state(), CapacityCertificate{0, TestNetwork::meter(1, 1), 6000, 2});
    std::vector<Transaction> waiting = test::heavy_group(chain_, kOne, 1'000'000);
    std::vector<Transaction> expected = waiting;
    expected.insert(expected.begin(), notice);
    const auto other = test::heavy_group(chain_, kTwo, kBlockBytes - 999'999);
    waiting.insert(waiting.end(), other.begin(), other.end());
    waiting.push_back(notice);
    EXPECT_EQ(ids_of(select(waiting, end_ms(0))), ids_of(expected));
}

TEST(MaxBlockTest, has_room_for_a_settlement_of_as_many_transactions_whatever_else_waits) {
    TestNetworkOptions options = two_clusters();
    options.parameters.max_block_transactions = 4;  // three readings, the settlement
    const TestNetwork network(options);
    TestChain chain(network);
    const auto readings = chain.read_all(kOne, 0);
    const auto group = chain.group(chain.settle(kOne, 0, readings), readings);
    std::vector<Transaction> waiting{network.from_dgmd(
        chain.state(), CapacityCertificate{0, TestNetwork::meter(1, 1), 6000, 2})};
    waiting.insert(waiting.end(), group.begin(), group.end());
    PlainSignatureChecker signatures;
    const auto time_ms = earliest_block_time_ms(chain.state(), group);
    EXPECT_EQ(ids_of(test::selected_of(chain.state(), waiting, time_ms, signatures)),
              ids_of(group));
}

TEST(MaxBlockTest, rejects_more_transactions_than_genesis_allows) {
    TestNetworkOptions options = two_clusters();
    options.parameters.max_block_transactions = 7;
    const TestNetwork network(options);
    TestChain chain(network);
    const auto one = chain.read_all(kOne, 0);
    const auto two = chain.read_all(kTwo, 0);
    auto both = chain.group(chain.settle(kOne, 0, one), one);
    const auto second = chain.group(chain.settle(kTwo, 0, two), two);
    both.insert(both.end(), second.begin(), second.end());
    EXPECT_EQ(judged(chain.state(), chain.next_block(both)), "too_many_transactions");
    // Selection never splits a group, so the second group waits.
    PlainSignatureChecker signatures;
    const auto time_ms = earliest_block_time_ms(chain.state(), both);
    const auto selected = test::selected_of(chain.state(), both, time_ms, signatures);
    ASSERT_EQ(selected.size(), 4U);
    EXPECT_EQ(selected.back().id, both[3].id);
}

TEST(WindowLimitTest, refuses_windows_after_the_networks_end) {
    TestNetworkOptions options = two_clusters();
    options.parameters.window_limit = 2;
    const TestNetwork network(options);
    TestChain chain(network);
    chain.run_window({kOne}, 0);
    chain.run_window({kOne}, 1);
    EXPECT_EQ(chain.state().next_window(kOne), std::nullopt);
    const auto readings = chain.read_all(kOne, 2);
    const auto late = chain.group(chain.settle(kOne, 2, readings), readings);
    EXPECT_EQ(judged(chain.state(), chain.next_block(late)), "wrong_window at 3");
}

// A tariff for window 42 enters late: after the settlement of window 42 was drafted without that
// tariff.
TEST(LateTariffTest, makes_a_settlement_stale_until_it_is_drafted_again) {
    const TestNetwork network(two_clusters(kWeek));
    TestChain chain(network);
    const auto readings = chain.read_all(kOne, kWeek);
    const Settlement drafted = chain.settle(kOne, kWeek, readings);
    const auto notice = network.from_dgmd(chain.state(), TariffNotice{0, {500'000, 10'000}, kWeek});
    const std::int64_t before_ms = chain.state().grid().end_real_ms(kWeek - 1) - 1;
    ASSERT_TRUE(chain.append(chain.next_block({notice}, before_ms)));
    EXPECT_FALSE(chain.state().is_current(kOne, kWeek, drafted.state_height));
    EXPECT_TRUE(chain.state().is_current(kOne, kWeek, chain.state().height));
    EXPECT_EQ(judged(chain.state(), chain.next_block(chain.group(drafted, readings))),
              "stale_state at 3");
    Settlement again = chain.settle(kOne, kWeek, readings);
    EXPECT_LT(again.totals.grid_amount_micro, drafted.totals.grid_amount_micro);
    again.version = 1;
    // The lines contain the version, so they must be sealed anew.
    const auto draft = chain.accounts(kOne).draft(chain.state(), kWeek, {{kWeek, readings}});
    ASSERT_TRUE(draft);
    const auto sealed = chain.accounts(kOne).seal(chain.state(), kWeek, *draft, again.proposer, 1,
                                                  0, chain.keys(), network.random());
    ASSERT_TRUE(sealed);
    EXPECT_TRUE(chain.append(chain.next_block(chain.group(*sealed, readings))));
}

TEST(LateChangeTest, of_a_later_window_or_another_cluster_disturbs_nothing) {
    const TestNetwork network(two_clusters());
    TestChain chain(network);
    const auto readings = chain.read_all(kOne, 0);
    const Settlement drafted = chain.settle(kOne, 0, readings);
    const std::int64_t time_ms = chain.state().grid().end_real_ms(0) - 2;
    const auto other =
        network.from_dgmd(chain.state(), CapacityCertificate{0, TestNetwork::meter(2, 1), 9000, 1});
    ASSERT_TRUE(chain.append(chain.next_block({other}, time_ms)));
    const auto later =
        network.from_dgmd(chain.state(), CapacityCertificate{0, TestNetwork::meter(1, 1), 9000, 1});
    ASSERT_TRUE(chain.append(chain.next_block({later}, time_ms + 1)));
    EXPECT_TRUE(chain.append(chain.next_block(chain.group(drafted, readings))));
    EXPECT_EQ(chain.state().capacity_w(TestNetwork::meter(1, 1), 0), 5000);
    EXPECT_EQ(chain.state().capacity_w(TestNetwork::meter(1, 1), 1), 9000);
}

}  // namespace
}  // namespace fairfeed
