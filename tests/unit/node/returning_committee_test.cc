// DGMD gives the next window away because its committee seems dead, but the committee was only cut
// off. The committee has certified a batch on its side of the cut, and that batch arrives at any
// moment of the change. Exactly one settlement counts, nobody is accused, and the cluster goes on.
#include <cstdlib>
#include <iostream>

#include "tests/unit/node/handover_bench.h"

namespace fairfeed::test {
namespace {

constexpr std::size_t kStride = 97;      // between moments; FAIRFEED_CRASH_FULL=1: each of them
constexpr std::size_t kApart = 100;      // effects until the other nodes are reached as well
constexpr std::int64_t kEarlyMs = 2000;  // the return may precede DGMD's order by so much
constexpr std::int64_t kStillMs = 10'000;
constexpr Window kGiven = 1;  // stands still; DGMD gives it away
constexpr Window kNow = 4;

// The nodes that the returning committee reaches first.
enum class First { everybody, successors, others };

TestNetworkOptions seven_nodes() {
    TestNetworkOptions options = lab(7, 1);
    options.clusters = 1;
    options.members = 2;  // nodes 1 and 2; the other five decide without them
    options.meters_per_cluster = 2;
    return options;
}

class Race : public HandoverBench {
  public:
    Race(First first, std::vector<NodeId> next)
        : HandoverBench(seven_nodes()), next_(std::move(next)), first_(first) {
        world.watch([this](const NodeId& node, const Effect& effect) { see(node, effect); });
        settle(0);
        for_every_link([this](const NodeId& from, const NodeId& to) { world.hold(from, to); });
        world.go_to_end_of(kGiven);
        world.measure(kGiven, 700);
        world.go_to_end_of(kNow - 1);
        EXPECT_EQ(endorsed_.size(), old_.size()) << "it is certified on their side";
        EXPECT_EQ(last_window(), 0U) << "and on no chain";
    }
    // `effect` counts effects of all nodes. False: the change was over before that effect.
    [[nodiscard]] bool come_back_at(std::size_t effect) {
        back_at_ = effects_ + effect;
        world.run_for(kEarlyMs);
        if (last_window() < kGiven && give(kGiven))
            hand_over_as_dgmd(newcomers(world.chain(), kCluster));
        (void)world.run_until([this] { return last_window() > 0; }, kStillMs);
        const bool in_time = effects_ >= back_at_;
        for_every_link([this](const NodeId& from, const NodeId& to) { world.release(from, to); });
        EXPECT_TRUE(world.settles(kCluster, kGiven));
        return in_time;
    }
    void go_on() {
        for (Window window = kGiven + 1; window < kNow; ++window)
            world.measure(window, 700);
        settle(kNow);
        if (!is_given()) allocate(next_, kNow + 2);
        settle(kNow + 1);
        settle(kNow + 2);
        EXPECT_EQ(settlement(kNow + 2).signer, next_.front());
    }
    void expect_nobody_is_blamed() {
        for (const NodeId& id : world.network().nodes()) {
            const NodeSummary summary = world.node(id).summary();
            for (const std::string& alarm : summary.alarms)
                ADD_FAILURE() << id.str() << ": " << alarm;
            EXPECT_TRUE(summary.accused.empty());
            for (const InvariantReport& each : summary.invariants)
                EXPECT_TRUE(!each.applicable || each.ok) << id.str() << ": " << each.explanation;
        }
    }
    // Whether the old committee settled the window that both wanted to settle: the lines are then
    // sealed under the old data keys.
    [[nodiscard]] bool is_settled_by_old() const {
        std::vector<KeyEpoch> epochs;
        for (const Transaction& each : on_chain(TransactionKind::settlement)) {
            const auto& settlement = std::get<Settlement>(each.content);
            if (settlement.window == kGiven) epochs.push_back(settlement.lines.front().key_epoch);
        }
        CHECK(epochs.size() == 1);
        return epochs.front() == 1;
    }

  private:
    void see(const NodeId& node, const Effect& effect) {
        const auto* row = std::get_if<PersistEndorsement>(&effect);
        if (row != nullptr && row->endorsement.window == kGiven) endorsed_.insert(node);
        ++effects_;
        if (effects_ != back_at_ && effects_ != back_at_ + kApart) return;
        const bool all = first_ == First::everybody || effects_ > back_at_;
        for_every_link([&](const NodeId& from, const NodeId& to) {
            const bool is_next = has(next_, from) || has(next_, to);
            if (all || is_next == (first_ == First::successors)) world.release(from, to);
        });
    }
    // Visits the links between the cut-off members and all other nodes, in both directions.
    template <class Do>
    void for_every_link(Do visit) {
        std::vector<NodeId> others = world.network().nodes();
        others.push_back(world.network().dgmd());
        for (const NodeId& old : old_) {
            for (const NodeId& other : others) {
                if (has(old_, other)) continue;
                visit(old, other);
                visit(other, old);
            }
        }
    }
    // Sends the order's transactions one by one until all are on the chain. False: the chain cannot
    // take them any more.
    bool give(Window window) {
        std::vector<NodeId> readers = next_;
        readers.push_back(world.network().dgmd());
        std::vector<TransactionContent> words;
        for (const MeterId& meter : world.network().meters(kCluster))
            words.emplace_back(world.network().grant(meter, 2, readers, window));
        CommitteeAllocation committee = world.chain().clusters.at(kCluster).committee;
        committee.members = next_;
        committee.epoch += 1;
        committee.effective = window;
        words.emplace_back(committee);
        for (const TransactionContent& word : words) {
            const std::uint64_t before = world.chain().dgmd_sequence;
            world.say_as_dgmd(word);
            const auto is_over = [&] {
                return world.chain().dgmd_sequence > before || last_window() >= window;
            };
            EXPECT_TRUE(world.run_until(is_over, kHandoverPatienceMs));
            if (last_window() >= window) return false;
        }
        return true;
    }
    [[nodiscard]] Window last_window() const {
        return *world.chain().cluster(kCluster)->last_window;
    }
    [[nodiscard]] bool is_given() const {
        return world.chain().clusters.at(kCluster).committee.members == next_;
    }
    [[nodiscard]] static bool has(const std::vector<NodeId>& among, const NodeId& node) {
        return std::find(among.begin(), among.end(), node) != among.end();
    }

    const std::vector<NodeId> old_ = nodes({1, 2});
    const std::vector<NodeId> next_;
    const First first_;
    std::set<NodeId> endorsed_;
    std::size_t effects_ = 0;
    std::size_t back_at_ = SIZE_MAX - kApart;
};

struct Case {
    std::string name;
    First first;
    std::vector<NodeId> next;
};

class ReturningCommittee : public ::testing::TestWithParam<Case> {};

TEST_P(ReturningCommittee, settles_the_window_or_its_successors_do_and_nobody_stands_still) {
    const std::size_t stride = std::getenv("FAIRFEED_CRASH_FULL") != nullptr ? 1 : kStride;
    std::size_t by_old = 0;
    std::size_t by_next = 0;
    bool in_time = true;
    for (std::size_t effect = 1; in_time && !HasFailure(); effect += stride) {
        SCOPED_TRACE("back at effect " + std::to_string(effect));
        Race race(GetParam().first, GetParam().next);
        in_time = race.come_back_at(effect);
        race.go_on();
        race.expect_nobody_is_blamed();
        ++(race.is_settled_by_old() ? by_old : by_next);
    }
    EXPECT_GT(by_old, 0U);
    EXPECT_GT(by_next, 1U);
    std::cout << by_old << " times by the old committee, " << by_next << " times by the next\n";
}

INSTANTIATE_TEST_SUITE_P(
    Of, ReturningCommittee,
    ::testing::Values(Case{"that_everybody_hears", First::everybody, nodes({3, 4})},
                      Case{"that_its_successors_hear_first", First::successors, nodes({3, 4})},
                      Case{"that_its_successors_hear_last", First::others, nodes({3, 4})},
                      Case{"of_whom_one_stays", First::everybody, nodes({3, 2})}),
    [](const auto& race) { return race.param.name; });

}  // namespace
}  // namespace fairfeed::test
