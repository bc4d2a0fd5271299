// A power cut before any effect of a node while the committee changes: the leaving parent or
// member, the coming parent or member. Nothing is lost, and no node contradicts a published or
// written statement. Newcomers have the same accounts as a holder of all keys, and the next windows
// settle.
#include <cstdlib>
#include <iostream>

#include "core/accounts/keyholder_accounts.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "tests/unit/node/handover_bench.h"

namespace fairfeed::test {
namespace {

constexpr std::size_t kStride = 29;  // between cuts; FAIRFEED_CRASH_FULL=1: every place
constexpr std::int64_t kCutMs = 5000;

// The statements that each node signed and may make only once; a second one fails the test.
class Word {
  public:
    void hear(const NodeId& node, const Effect& effect) {
        if (const auto* row = std::get_if<PersistEndorsement>(&effect)) {
            for (const ListedReading& each :
                 listed_readings(std::get<Settlement>(row->batch->content)))
                say(node, "a reading of " + each.meter.str() + ", " + std::to_string(each.window),
                    each.reading);
        } else if (const auto* own = std::get_if<PersistBatch>(&effect)) {
            const auto& batch = std::get<Settlement>(own->batch->content);
            say(node,
                "a batch of " + std::to_string(batch.window) + ", place " +
                    std::to_string(batch.slot) + ", version " + std::to_string(batch.version),
                own->batch->id);
        } else if (const auto* publish = std::get_if<Publish>(&effect)) {
            hear_vote(node, *publish);
        }
    }

  private:
    void hear_vote(const NodeId& node, const Publish& publish) {
        const Channel channel = publish.topic.channel;
        const std::string what(to_string(channel));
        if (channel == Channel::prevote || channel == Channel::precommit) {
            const auto vote = decode_vote(publish.message);
            ASSERT_TRUE(vote);
            say(node, what + place(vote->content.height, vote->content.round),
                vote->content.block.value_or(Digest{}));
        } else if (channel == Channel::proposal) {
            const auto said = decode_proposal(publish.message);
            ASSERT_TRUE(said);
            const ProposalContent& content = said->proposal.content;
            say(node, what + place(content.height, content.round), content.block);
        }
    }
    [[nodiscard]] static std::string place(Height height, Round round) {
        return " of height " + std::to_string(height) + ", round " + std::to_string(round);
    }
    void say(const NodeId& node, const std::string& what, const Digest& id) {
        const auto [known, first] = said_.try_emplace({node, what}, id);
        EXPECT_EQ(known->second, id) << node.str() << " says two things: " << what;
    }
    std::map<std::pair<NodeId, std::string>, Digest> said_;
};

class HandoverCrash : public ::testing::TestWithParam<std::size_t> {
  protected:
    static TestNetworkOptions four_nodes() {
        TestNetworkOptions options = lab(4, 1);
        options.clusters = 1;
        return options;
    }
    // Nodes 1 and 2 settle windows 1 and 2, nodes 3 and 4 those from 3 on. `effect` counts from the
    // allocation of nodes 3 and 4 on. False: there are fewer effects, so no cut happened.
    [[nodiscard]] static bool survives(const NodeId& who, std::size_t effect) {
        HandoverBench bench(four_nodes());
        Word word;
        bench.world.watch([&](const NodeId& node, const Effect& said) { word.hear(node, said); });
        bench.allocate(nodes({1, 2}), 1);
        bench.settle(0);
        bench.settle(1);
        bench.allocate(nodes({3, 4}), 3);
        bench.world.crash_before_effect(who, effect);
        bool fell = false;
        for (const Window window : {2, 3, 4}) {
            bench.world.go_to_end_of(window);
            bench.world.measure_again(window, 700);
            const auto is_down = [&] { return !bench.world.is_up(who); };
            if (!fell) fell = bench.world.run_until(is_down, kCutMs);
            if (window == 3) bench.world.spare(who);
            if (!bench.world.is_up(who)) {
                bench.world.restart(who);
                bench.world.measure_again(window, 700);
            }
            EXPECT_TRUE(bench.world.settles(kCluster, window)) << "window " << window;
        }
        for (const MeterId& meter : bench.world.network().meters(kCluster))
            EXPECT_EQ(bench.world.chain().meters.at(meter).missed, 0U) << meter.str();
        expect_one_book(bench);
        return fell;
    }
    // Compares the newcomers' accounts, each from its own disk, with DGMD's, which holds every key.
    static void expect_one_book(HandoverBench& bench) {
        const NodeId& dgmd = bench.world.network().dgmd();
        const KeyholderAccounts all = books_of(bench, dgmd, TestNetwork::node(4));
        for (const std::size_t number : {3, 4}) {
            const NodeId node = TestNetwork::node(number);
            const KeyholderAccounts own = books_of(bench, node, node);
            ASSERT_TRUE(own.closed().empty()) << node.str();
            for (const MeterId& meter : bench.world.network().meters(kCluster))
                EXPECT_EQ(*own.clusters().at(kCluster).closing(meter),
                          *all.clusters().at(kCluster).closing(meter))
                    << node.str() << " " << meter.str();
        }
    }
    [[nodiscard]] static KeyholderAccounts books_of(HandoverBench& bench, const NodeId& holder,
                                                    const NodeId& disk) {
        KeyholderAccounts accounts(Keyholder{holder, agreement_key(holder.str())});
        ChainState state = bench.world.first_state();
        (void)accounts.follow({{bench.world.network().genesis().block.block, {}}, state, state});
        PlainSignatureChecker signatures;
        for (const CommittedBlock& committed : bench.world.disk(disk).ledger) {
            const ChainState before = state;
            CHECK(execute_block(state, committed.block, signatures));
            (void)accounts.follow({committed, before, state});
            EXPECT_TRUE(accounts.faults().empty() && accounts.false_handovers().empty());
        }
        return accounts;
    }
};

TEST_P(HandoverCrash, loses_nothing_wherever_it_falls_and_contradicts_nothing) {
    const std::size_t stride = std::getenv("FAIRFEED_CRASH_FULL") != nullptr ? 1 : kStride;
    const NodeId who = TestNetwork::node(GetParam());
    std::size_t places = 0;
    for (std::size_t effect = GetParam(); !HasFailure(); effect += stride) {
        SCOPED_TRACE("at effect " + std::to_string(effect));
        if (!survives(who, effect)) break;
        ++places;
    }
    EXPECT_GT(places, 5U);
    std::cout << places << " power cuts of " << who.str() << '\n';
}

// The leaving parent and member, the coming parent and member.
INSTANTIATE_TEST_SUITE_P(Of, HandoverCrash, ::testing::Values(1, 2, 3, 4),
                         [](const auto& role) { return "node_" + std::to_string(role.param); });

}  // namespace
}  // namespace fairfeed::test
