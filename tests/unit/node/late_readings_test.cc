// Stories of readings that arrive after their window was settled without them (committee rules 7,
// 8).
#include <gtest/gtest.h>

#include "core/wire/message_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 2);

class LateReadings : public ::testing::Test {
  protected:
    explicit LateReadings(std::size_t nodes = 4) : world(taken_for_a_day(nodes)) {}
    [[nodiscard]] static TestNetworkOptions taken_for_a_day(std::size_t nodes) {
        TestNetworkOptions options = lab(nodes, 1);
        options.parameters.close_after_s = kSecondsPerDay;
        return options;
    }
    void TearDown() override {
        for (const NodeId& id : world.network().nodes()) {
            const NodeSummary summary = world.node(id).summary();
            EXPECT_TRUE(summary.alarms.empty()) << id.str() << ": " << summary.alarms.front();
            for (const InvariantReport& report : summary.invariants) {
                EXPECT_TRUE(!report.applicable || report.ok)
                    << id.str() << " " << report.name << ": " << report.explanation;
            }
        }
    }
    // The meter imports this much in every quarter hour, and keeps the reading.
    OpenedReading measure(Window window, std::int64_t import_wh) {
        return world.meter(kMeter).read(window,
                                        flat_profile(world.first_state(), {import_wh, 0, 0}));
    }
    void measure_others(Window window) {
        const ChainState& state = world.first_state();
        for (const MeterId& meter : world.network().meters(kCluster)) {
            if (meter == kMeter) continue;
            world.publish_reading(world.meter(meter).read(window, flat_profile(state, {0, 9, 9})));
        }
    }
    void expect_settled(Window window) {
        ASSERT_TRUE(world.settles(kCluster, window)) << "window " << window << " not settled";
    }
    // Settles one more window. `reading`: the reading that kMeter sends in time, or nullptr.
    void settle(Window window, const OpenedReading* reading) {
        world.go_to_end_of(window);
        measure_others(window);
        if (reading) world.publish_reading(*reading);
        expect_settled(window);
    }
    [[nodiscard]] Settlement settlement(Window window) const {
        for (const CommittedBlock& block : world.disk(NodeId("node-1")).ledger) {
            for (const Transaction& transaction : block.block.transactions) {
                const auto* found = std::get_if<Settlement>(&transaction.content);
                if (found && found->window == window) return *found;
            }
        }
        ADD_FAILURE() << "no settlement of window " << window;
        return {};
    }
    [[nodiscard]] SettlementLine line(Window window) {
        const ChainState& state = world.node(NodeId("node-1")).state();
        const KeyRing keys = world.network().key_ring(state, world.network().dgmd());
        const auto lines = ClusterAccounts::open_lines(settlement(window), keys);
        CHECK(lines);
        return lines->at(1);  // the line of kMeter, the second one
    }
    [[nodiscard]] std::size_t receipts(const OpenedReading& reading) const {
        std::size_t count = 0;
        for (const auto& [node, ids] : world.receipts())
            count += ids.contains(reading.reading.id) ? 1 : 0;
        return count;
    }
    void expect_trued_up(Window at, const OpenedReading& reading, std::int64_t import_wh) {
        const std::vector<ListedReading> late = settlement(at).late;
        ASSERT_EQ(late.size(), 1U);
        EXPECT_EQ(late[0].reading, reading.reading.id);
        EXPECT_EQ(line(at).adjusted.import_wh, import_wh);
    }

    NodeWorld world;
};

TEST_F(LateReadings, are_receipted_and_trued_up_with_the_next_window) {
    const OpenedReading first = measure(0, 100);
    settle(0, &first);
    const OpenedReading late = measure(1, 150);
    settle(1, nullptr);
    world.publish_reading(late);
    EXPECT_EQ(receipts(late), 4U);
    EXPECT_TRUE(world.refusals().empty());
    const OpenedReading last = measure(2, 100);
    settle(2, &last);
    expect_trued_up(2, late, 800);
}

// A member that has endorsed a batch without a reading still takes that reading before the block
// comes.
TEST_F(LateReadings, are_paid_for_although_receipted_between_endorsement_and_block) {
    const OpenedReading first = measure(0, 100);
    settle(0, &first);
    const OpenedReading late = measure(1, 150);
    bool has_endorsed = false;
    world.watch([&](const NodeId& node, const Effect& effect) {
        const auto* row = std::get_if<PersistEndorsement>(&effect);
        if (row && row->endorsement.window == 1 && node == NodeId("node-3")) has_endorsed = true;
    });
    world.go_to_end_of(1);
    measure_others(1);
    ASSERT_TRUE(world.run_until([&] { return has_endorsed; }, kPatienceMs));
    ASSERT_FALSE(world.settled(kCluster, 1));
    world.publish_reading(late, {NodeId("node-3")});
    EXPECT_EQ(receipts(late), 1U);
    expect_settled(1);
    EXPECT_EQ(settlement(1).entries[1].status, EntryStatus::missing);
    const OpenedReading last = measure(2, 100);
    settle(2, &last);
    expect_trued_up(2, late, 800);
}

TEST_F(LateReadings, survive_a_restart_of_everybody) {
    const OpenedReading first = measure(0, 100);
    settle(0, &first);
    const OpenedReading late = measure(1, 51);
    settle(1, nullptr);
    world.publish_reading(late);
    for (const NodeId& id : world.network().nodes())
        world.crash(id);
    for (const NodeId& id : world.network().nodes())
        world.restart(id);
    const OpenedReading last = measure(2, 100);
    settle(2, &last);
    expect_trued_up(2, late, -784);
}

TEST_F(LateReadings, that_a_parent_leaves_out_are_objected_to_with_the_reading_inside) {
    const OpenedReading first = measure(0, 100);
    settle(0, &first);
    const OpenedReading late = measure(1, 150);
    settle(1, nullptr);
    world.publish_reading(late, {NodeId("node-3")});
    std::size_t carried = 0;
    world.watch([&](const NodeId& node, const Effect& effect) {
        const auto* said = std::get_if<Publish>(&effect);
        if (!said || said->topic.channel != Channel::objection) return;
        const auto objection = decode_objection(said->message, world.network().network());
        ASSERT_TRUE(objection);
        EXPECT_EQ(node, NodeId("node-3"));
        EXPECT_EQ(objection->content.reason, "reading_withheld");
        EXPECT_EQ(objection->content.reading, late.reading.envelope);
        ++carried;
    });
    // Two of four members do not reach each other: without the objecting member there is no quorum.
    world.cut(NodeId("node-4"), NodeId("node-1"));
    const OpenedReading last = measure(2, 100);
    settle(2, &last);
    EXPECT_GT(carried, 0U);
    expect_trued_up(2, late, 800);
}

TEST_F(LateReadings, are_refused_when_older_than_a_day_and_then_trued_up_by_registers) {
    const OpenedReading first = measure(0, 100);
    settle(0, &first);
    std::vector<OpenedReading> kept;
    for (Window window = 1; window <= 7; ++window) {
        kept.push_back(measure(window, 150));
        settle(window, nullptr);
    }
    world.publish_reading(kept[0]);  // of window 1; window 8 is next
    EXPECT_EQ(receipts(kept[0]), 0U);
    ASSERT_EQ(world.refusals().size(), 4U);
    EXPECT_EQ(world.refusals()[0].reason, "closed_window");
    world.publish_reading(kept[1]);
    EXPECT_EQ(receipts(kept[1]), 4U);
    const OpenedReading last = measure(8, 150);
    settle(8, &last);
    ASSERT_EQ(settlement(8).late.size(), 1U);
    const SettlementCounts counts = world.node(NodeId("node-1")).summary().settlements;
    EXPECT_EQ(counts.estimated.at(kMeter), 7U);
    EXPECT_EQ(counts.trued_up.at(kMeter), 1U);
    // Seven windows of 2400 Wh. Window 1 was estimated from window 0, and so was window 6, a day
    // later.
    EXPECT_EQ(line(8).adjusted.import_wh, 7 * 2400 - 2 * 1600);
    EXPECT_EQ(line(8).closing.balance_micro, (1600 + 8 * 2400) * 250);
    world.publish_reading(kept[2]);
    EXPECT_EQ(receipts(kept[2]), 4U) << "although something newer is committed";
}

TEST_F(LateReadings, make_a_silent_meter_speak_again) {
    const OpenedReading first = measure(0, 100);
    settle(0, &first);
    OpenedReading late = first;
    for (Window window = 1; window <= 3; ++window) {
        late = measure(window, 100);
        settle(window, nullptr);
    }
    const NodeId node("node-1");
    EXPECT_TRUE(world.node(node).state().meters.at(kMeter).is_silent());
    world.publish_reading(late);
    settle(4, nullptr);
    EXPECT_FALSE(world.node(node).state().meters.at(kMeter).is_silent());
    EXPECT_EQ(world.node(node).state().meters.at(kMeter).missed, 1U);
    EXPECT_EQ(line(4).import_wh, 1600) << "estimated from the late reading";
}

// A committee of GetParam() members. Half of them hold a reading that no member would take from its
// meter any more.
class LateReadingsAtTheAgeLimit : public LateReadings, public ::testing::WithParamInterface<int> {
  protected:
    LateReadingsAtTheAgeLimit() : LateReadings(static_cast<std::size_t>(GetParam())) {}
    // The last members; never the parent.
    [[nodiscard]] static std::vector<NodeId> holders() {
        std::vector<NodeId> out;
        for (int i = GetParam() - GetParam() / 2; i < GetParam(); ++i)
            out.push_back(TestNetwork::node(static_cast<std::size_t>(i) + 1));
        return out;
    }
};

TEST_P(LateReadingsAtTheAgeLimit, are_settled_whoever_holds_them) {
    const OpenedReading first = measure(0, 100);
    settle(0, &first);
    const OpenedReading late = measure(1, 150);
    for (Window window = 1; window < 7; ++window)
        settle(window, nullptr);
    std::set<NodeId> endorsers;
    world.watch([&](const NodeId& node, const Effect& effect) {
        const auto* row = std::get_if<PersistEndorsement>(&effect);
        if (row && row->endorsement.window == 7) endorsers.insert(node);
    });
    world.go_to_end_of(7);
    measure_others(7);
    const auto all_have_endorsed = [&] {
        const auto all = holders();
        return std::all_of(all.begin(), all.end(),
                           [&](const NodeId& node) { return endorsers.contains(node); });
    };
    ASSERT_TRUE(world.run_until(all_have_endorsed, kPatienceMs));
    ASSERT_FALSE(world.settled(kCluster, 7));
    world.publish_reading(late, holders());
    EXPECT_EQ(receipts(late), holders().size());
    expect_settled(7);
    EXPECT_TRUE(settlement(7).late.empty());
    const OpenedReading last = measure(8, 100);
    settle(8, &last);
    // Window 1 was estimated 800 Wh too low. Window 6 was estimated from window 0, and no energy
    // flowed in it.
    expect_trued_up(8, late, 800 - 1600);
    settle(9, nullptr);
}

INSTANTIATE_TEST_SUITE_P(Members, LateReadingsAtTheAgeLimit, ::testing::Values(4, 3, 2));

// Nodes count a reading that comes too late under a reason of its own, and tell the meter this
// reason.
TEST_F(LateReadings, that_members_refuse_are_counted_as_closed) {
    const OpenedReading first = measure(0, 100);
    settle(0, &first);
    const OpenedReading late = measure(1, 150);
    for (Window window = 1; window <= 7; ++window)
        settle(window, nullptr);
    const NodeId holder("node-2");
    const Endorsement about{kCluster, 8, 0, Digest{}};
    const Objection objection{about.cluster,
                              about.window,
                              about.version,
                              about.batch,
                              std::string(to_string(Reject::reading_withheld)),
                              late.reading.envelope};
    const auto count = [&] {
        return world.node(NodeId("node-1")).summary().refused_from[holder]["closed_window"];
    };
    const auto object = [&](Window window) {
        Objection said = objection;
        said.window = window;
        world.arrive(
            holder, {"test", holder.str(), Channel::objection, kCluster.str()},
            encode_objection(said, holder, world.network().network(), world.network().key(holder)),
            NodeId("node-1"));
    };
    settle(8, nullptr);
    object(8);
    EXPECT_EQ(count(), 0U) << "of a window settled meanwhile: the objector is behind";
    object(9);
    EXPECT_EQ(count(), 1U);
}

}  // namespace
}  // namespace fairfeed::test
