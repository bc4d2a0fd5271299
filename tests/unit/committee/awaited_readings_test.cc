// When a member looks again at a batch that lists readings it does not hold yet.
#include "edge-node/committee/batch_round.h"
#include "tests/unit/committee/committee_bench.h"

namespace fairfeed::committee {
namespace {

// Readings arrive one after the other, and each is a reason to look at the batch.
TEST(AwaitedReadings, endorses_a_batch_as_soon_as_the_last_reading_that_it_lists_is_there) {
    Bench bench;
    bench.measure(0);
    const NodeId member = bench.members[1];
    const OpenedReadings all = bench.held[member];
    bench.held[member].clear();
    bench.go_to_end_of(0);
    const Transaction batch = all_of<SendBatch>(bench.advance(bench.parent()))[0].batch;
    EXPECT_EQ(order_of(*bench.hear_batch(member, batch)), "ask");
    std::size_t arrived = 0;
    for (const auto& [meter, reading] : all) {
        bench.held[member].emplace(meter, reading);
        const bool is_last = ++arrived == all.size();
        EXPECT_EQ(order_of(bench.advance(member)),
                  is_last ? "persist endorsement, endorsement" : "")
            << arrived;
    }
}

// The pause between two looks must not hide a reading that the batch withholds, nor make the loop
// spin on a deadline in the past.
TEST(AwaitedReadings, looks_at_a_batch_again_after_a_pause_though_a_listed_reading_never_comes) {
    Bench bench;
    bench.measure(0);
    const NodeId member = bench.members[1];
    const OpenedReadings all = bench.held[member];
    bench.held[member].erase(std::prev(all.end())->first);
    bench.go_to_end_of(0);
    const Transaction batch = all_of<SendBatch>(bench.advance(bench.parent()))[0].batch;
    EXPECT_EQ(order_of(*bench.hear_batch(member, batch)), "ask");
    for (int i = 0; i < 100; ++i) {
        const auto deadline = bench.round(member).next_deadline_ms(bench.view(member));
        ASSERT_TRUE(deadline && *deadline > bench.now.steady_ms);
        bench.pass(*deadline - bench.now.steady_ms);
        (void)bench.advance(member);
    }
    bench.held[member] = all;
    EXPECT_EQ(order_of(bench.advance(member)), "persist endorsement, endorsement");
}

// A reading that the batch withholds is objected to though the batch waits for another one (rule
// 5).
TEST(AwaitedReadings, objects_to_a_withheld_reading_while_a_listed_one_is_missing) {
    Bench bench;
    bench.measure(0);
    const NodeId member = bench.members[1];
    const OpenedReadings all = bench.held[member];
    const auto withheld = *all.begin();
    bench.held[bench.parent()].erase(withheld.first);
    bench.held[member] = {*std::next(all.begin())};
    bench.go_to_end_of(0);
    bench.pass(bench.network.genesis().content.parameters.timers.grace_ms);
    const Transaction batch = all_of<SendBatch>(bench.advance(bench.parent()))[0].batch;
    EXPECT_EQ(order_of(*bench.hear_batch(member, batch)), "ask");
    bench.held[member].insert(withheld);
    EXPECT_EQ(order_of(bench.advance(member)), "") << "looked at a moment ago";
    const auto deadline = bench.round(member).next_deadline_ms(bench.view(member));
    ASSERT_TRUE(deadline);
    EXPECT_LE(*deadline, bench.now.steady_ms + 20);
    bench.pass(*deadline - bench.now.steady_ms);
    EXPECT_EQ(order_of(bench.advance(member)), "objection");
}

}  // namespace
}  // namespace fairfeed::committee
