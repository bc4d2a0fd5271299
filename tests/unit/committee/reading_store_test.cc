// The readings that a member holds, and how long it holds them.
#include "edge-node/committee/reading_store.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestMeter;
using test::TestNetwork;

const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);

class StoredReadings : public ::testing::Test {
  protected:
    [[nodiscard]] OpenedReading read(TestMeter& by, Window window) const {
        return by.read(window, test::flat_profile(state, {100, 0, 0}));
    }

    const TestNetwork network;
    const ChainState state = network.initial_state();
    TestMeter meter{network, kMeter, kCluster};
    ReadingStore store;
};

TEST_F(StoredReadings, finds_a_reading_by_its_id_until_another_one_takes_its_place) {
    const OpenedReading first = read(meter, 0);
    const OpenedReading second = read(meter, 0);
    store.keep(first);
    ASSERT_NE(store.find(first.reading.id), nullptr);
    store.keep(second);
    EXPECT_EQ(store.find(first.reading.id), nullptr);
    EXPECT_EQ(store.find(second.reading.id)->id, second.reading.id);
    EXPECT_EQ(store.id_of({kMeter, 0}), second.reading.id);
    EXPECT_EQ(store.size(), 1U);
}

TEST_F(StoredReadings, knows_a_rival_by_its_window_and_by_its_number) {
    const OpenedReading held = read(meter, 0);
    store.keep(held);
    EXPECT_EQ(store.rival(held.reading), nullptr) << "itself";
    const OpenedReading same_window = read(meter, 0);
    EXPECT_EQ(store.rival(same_window.reading)->id, held.reading.id);
    TestMeter copied_key{network, kMeter, kCluster};
    const OpenedReading same_number = read(copied_key, 1);
    ASSERT_EQ(same_number.reading.header.sequence, held.reading.header.sequence);
    EXPECT_EQ(store.rival(same_number.reading)->id, held.reading.id);
}

TEST_F(StoredReadings, accuses_no_reading_for_the_number_of_one_that_the_chain_did_not_take) {
    const OpenedReading refused = read(meter, 0);
    const OpenedReading taken = read(meter, 0);
    store.keep(refused);
    store.keep_committed({{0, {{kMeter, taken}}}}, 0);
    TestMeter copied_key{network, kMeter, kCluster};
    const OpenedReading later = read(copied_key, 1);
    ASSERT_EQ(later.reading.header.sequence, refused.reading.header.sequence);
    EXPECT_EQ(store.rival(later.reading), nullptr);
}

TEST_F(StoredReadings, holds_what_a_block_has_for_a_day_and_then_tells_the_inbox_once) {
    test::TestChain chain(network);
    const auto day = static_cast<Window>(state.grid().windows_per_day());
    ForgetWindow forgotten;
    for (Window window = 0; window <= day + 1; ++window) {
        const OpenedReadings readings = chain.read_all(kCluster, window);
        const Settlement settlement = chain.settle(kCluster, window, readings);
        ASSERT_TRUE(chain.append(chain.next_block(chain.group(settlement, readings))));
        store.keep_committed({{window, readings}}, window);
        forgotten = store.forget(kCluster, window, chain.state());
        EXPECT_EQ(forgotten.readings.empty(), window <= day) << window;
    }
    EXPECT_EQ(forgotten.readings.size(), network.meters(kCluster).size());
    EXPECT_FALSE(store.id_of({kMeter, 0}).has_value());
    EXPECT_TRUE(store.is_committed({kMeter, 1}));
    EXPECT_TRUE(store.forget(kCluster, day + 1, chain.state()).readings.empty()) << "once";
}

TEST_F(StoredReadings, holds_a_reading_that_no_block_has_as_long_as_it_may_be_settled_late) {
    store.keep(read(meter, 0));
    const auto week = static_cast<Window>(state.grid().windows_per_day() * 7);
    EXPECT_TRUE(store.forget(kCluster, week, state).readings.empty());
    EXPECT_TRUE(store.id_of({kMeter, 0}).has_value());
}

}  // namespace
}  // namespace fairfeed
