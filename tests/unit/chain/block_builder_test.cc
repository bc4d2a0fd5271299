// When a node has work, and when it builds a block from that work (R16, R17).
#include "edge-node/chain/block_builder.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const NodeId kSelf = TestNetwork::node(1);

class Building : public ::testing::Test {
  protected:
    [[nodiscard]] BlockBuilder::Ground ground() { return {tip_, pool_, signatures_, now_}; }
    void add_notice() {
        const auto notice = network_.from_dgmd(
            chain_.state(), CapacityCertificate{0, TestNetwork::meter(1, 1), 9, 5}, pool_.size());
        ASSERT_TRUE(pool_.add(notice, chain_.state(), signatures_));
    }
    [[nodiscard]] bool finds_work() { return builder_.finds_work(ground()); }
    [[nodiscard]] std::size_t built() {
        const auto built = builder_.build(ground());
        return built ? built->block.transactions.size() : 0;
    }
    [[nodiscard]] const Timers& timers() const { return tip_.state.genesis.parameters.timers; }

    TestNetwork network_;
    TestChain chain_{network_};
    ChainTip tip_{chain_.state(), std::nullopt, {chain_.state().tip_time_ms, 1000}};
    TransactionPool pool_{100};
    PlainSignatureChecker signatures_;
    Instant now_{
        .steady_ms = 1000, .real_ms = chain_.state().tip_time_ms + 1000, .synchronised = true};
    BlockBuilder builder_{kSelf};
};

TEST_F(Building, begins_with_work_and_says_once_that_there_is_some) {
    EXPECT_FALSE(finds_work());
    builder_.request(1, 0);
    EXPECT_EQ(built(), 0U) << "nobody proposes an empty block";
    add_notice();
    EXPECT_TRUE(finds_work());
    EXPECT_FALSE(finds_work());
    add_notice();
    EXPECT_FALSE(finds_work()) << "the replica is awake";
}

TEST_F(Building, waits_in_the_first_round_for_company) {
    add_notice();
    ASSERT_TRUE(finds_work());
    builder_.request(1, 0);
    EXPECT_EQ(built(), 0U);
    add_notice();
    EXPECT_FALSE(finds_work());
    now_.steady_ms += timers().fill_ms;
    EXPECT_EQ(built(), 2U);
    EXPECT_EQ(built(), 0U) << "one block for each request";
}

TEST_F(Building, waits_no_longer_than_company_may_be_near) {
    const std::int64_t quiet_ms = timers().fill_ms / 5;
    add_notice();
    ASSERT_TRUE(finds_work());
    builder_.request(1, 0);
    EXPECT_EQ(builder_.next_deadline_ms(pool_, timers()), now_.steady_ms + quiet_ms);
    now_.steady_ms += quiet_ms - 1;
    EXPECT_EQ(built(), 0U);
    add_notice();
    EXPECT_FALSE(finds_work());
    now_.steady_ms += 1;
    EXPECT_EQ(built(), 0U) << "a second one came just before: perhaps there is a third";
    now_.steady_ms += quiet_ms - 1;
    EXPECT_EQ(built(), 2U);
}

TEST_F(Building, never_waits_longer_than_fill_ms_however_steadily_more_comes) {
    add_notice();
    ASSERT_TRUE(finds_work());
    builder_.request(1, 0);
    const std::int64_t until_ms = now_.steady_ms + timers().fill_ms;
    const std::int64_t step_ms = timers().fill_ms / 10;
    std::size_t notices = 1;
    for (now_.steady_ms += step_ms; now_.steady_ms < until_ms; now_.steady_ms += step_ms) {
        add_notice();
        ++notices;
        EXPECT_FALSE(finds_work());
        ASSERT_EQ(built(), 0U) << until_ms - now_.steady_ms << " ms too early";
    }
    EXPECT_EQ(builder_.next_deadline_ms(pool_, timers()), until_ms);
    EXPECT_EQ(built(), notices);
}

TEST_F(Building, does_not_wait_in_later_rounds) {
    add_notice();
    ASSERT_TRUE(finds_work());
    builder_.request(1, 1);
    EXPECT_EQ(built(), 1U);
}

TEST_F(Building, answers_no_request_of_another_height) {
    add_notice();
    ASSERT_TRUE(finds_work());
    builder_.request(2, 1);
    EXPECT_EQ(built(), 0U);
    builder_.request(1, 1);
    builder_.clear();
    EXPECT_TRUE(finds_work());
    EXPECT_EQ(built(), 0U);
}

}  // namespace
}  // namespace fairfeed::test
