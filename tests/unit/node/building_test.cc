// R17 with whole nodes: a full block is proposed at once, another one waits a short while for more
// transactions, and a height follows the previous one without a pause.
#include <gtest/gtest.h>

#include "core/wire/event_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 10'000;
constexpr std::int64_t kOneWindow = 4;  // transactions: three readings and their settlement

class Building : public ::testing::Test {
  protected:
    // Milliseconds from the last reading of window 0 to this height.
    std::int64_t time_to(Height height, std::size_t nodes, std::int64_t most_transactions) {
        TestNetworkOptions options = lab(nodes);
        options.parameters.max_block_transactions = most_transactions;
        fill_ms_ = options.parameters.timers.fill_ms;
        NodeWorld world(options);
        world.go_to_end_of(0);
        world.measure(0, 700);
        const std::int64_t before_ms = world.now().steady_ms;
        EXPECT_TRUE(world.run_until([&] { return world.agreed_at(height); }, kPatienceMs));
        return world.now().steady_ms - before_ms;
    }
    std::int64_t fill_ms_ = 0;
};

TEST_F(Building, does_not_wait_with_a_full_block) {
    const std::int64_t took_ms = time_to(1, 1, kOneWindow);
    EXPECT_LT(took_ms, fill_ms_);
}

TEST_F(Building, gives_a_block_with_room_a_short_while_for_company) {
    const std::int64_t took_ms = time_to(1, 1, 1000);
    EXPECT_GE(took_ms, fill_ms_ / 5);
    EXPECT_LT(took_ms, fill_ms_) << "nobody else came";
}

TEST_F(Building, puts_windows_that_end_together_into_one_block) {
    const std::int64_t took_ms = time_to(1, 3, 3 * kOneWindow);
    EXPECT_LT(took_ms, fill_ms_) << "all three, which fill it";
}

TEST_F(Building, goes_on_to_the_next_height_at_once_while_work_waits) {
    const std::int64_t took_ms = time_to(3, 3, kOneWindow);
    EXPECT_LT(took_ms, 2 * fill_ms_) << "three full blocks; a pause each would be more";
}

// While no quorum existed, a notice waited until its window had begun. Now the notice can never
// enter a block, but the meter's alarm beside it can.
TEST_F(Building, goes_on_when_a_notice_has_missed_the_window_it_was_to_take_effect_with) {
    TestNetworkOptions options = lab(2, 1);
    options.meters_effective = 5;  // no meters yet, so there is nothing to settle
    NodeWorld world(options);
    const NodeId one = TestNetwork::node(1);
    const NodeId two = TestNetwork::node(2);
    const MeterId meter = TestNetwork::meter(1, 1);
    const MeterAlarm alarm{1, world.network().network(), meter,        TestNetwork::cluster(1), 0,
                           1, AlarmType::seal_broken,    1'470'614'400};
    const Transaction event = make_event(alarm, world.network().key(meter));
    const Topic topic{world.network().genesis().content.parameters.name, meter.str(),
                      Channel::event, "-"};
    world.cut(one, two);
    MeterRegistration notice;
    notice.meter = MeterId("meter-1-9");
    notice.cluster = TestNetwork::cluster(1);
    notice.service_point = "sp-9";
    notice.signing_key = signing_key("meter-1-9").public_key();
    notice.effective = 1;
    world.say_as_dgmd(notice);
    for (const NodeId& node : {one, two})
        world.publish_packet(topic.str(), event.envelope, node);
    world.go_to_end_of(0);
    world.run_for(100);
    world.heal();
    EXPECT_TRUE(world.run_until([&] { return world.node(one).state().is_tampered(meter, 9); },
                                kPatienceMs));
}

}  // namespace
}  // namespace fairfeed::test
