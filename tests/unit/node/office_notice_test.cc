// How nodes hear the utility's office: on their own brokers, from DGMD alone; and what a stolen
// gateway can do to whole nodes (threat 54).
#include <gtest/gtest.h>

#include "core/wire/message_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 20'000;
const MeterId kMeter = TestNetwork::meter(1, 1);
const NodeId kOne = TestNetwork::node(1);

class OfficeNotices : public ::testing::Test {
  protected:
    // The sender publishes at this node's broker.
    void submit(const Transaction& notice, const NodeId& node, const std::string& sender = "dgmd") {
        const Topic topic{world.network().genesis().content.parameters.name, sender, Channel::tx};
        world.arrive(node, topic, encode_bundle({{notice}}), node);
    }
    [[nodiscard]] Transaction draft(Window valid_until = kLongValid) {
        return world.network().draft(world.chain(), CapacityCertificate{0, kMeter, 6000, 9},
                                     valid_until);
    }
    [[nodiscard]] bool all_have(std::uint64_t sequence) {
        return world.run_until(
            [&] {
                for (const NodeId& id : world.network().nodes())
                    if (world.node(id).state().dgmd_sequence != sequence) return false;
                return true;
            },
            kPatienceMs);
    }
    [[nodiscard]] std::uint64_t refused(const char* reason) {
        return world.node(kOne).summary().refused[reason];
    }

    // The gateway publishes at its own broker, which every node dials.
    void publish(Channel channel, const Bytes& message, const std::string& item = "-") {
        const NodeId dgmd = world.network().dgmd();
        world.arrive(dgmd,
                     {world.network().genesis().content.parameters.name, dgmd.str(), channel, item},
                     message, kOne);
    }
    [[nodiscard]] Bytes asked(const Request& request, const NodeId& signer) {
        return encode_request(request, world.network().dgmd(), world.network().network(),
                              world.network().key(signer));
    }

    NodeWorld world{lab(4, 1)};
    const std::uint64_t before = world.first_state().dgmd_sequence;
    const NodeId first = TestNetwork::officer(1), second = TestNetwork::officer(2);
};

TEST_F(OfficeNotices, reach_every_node_from_the_broker_of_any_one) {
    submit(world.network().approved(draft(), {first, second}), TestNetwork::node(3));
    EXPECT_TRUE(all_have(before + 1));
    EXPECT_EQ(world.chain().capacity_w(kMeter, 9), 6000);
}

TEST_F(OfficeNotices, come_from_dgmd_alone) {
    const Transaction notice = world.network().approved(draft(), {first, second});
    for (const char* other : {"meter-1-1", "node-1", "node-2", "officer-1"})
        submit(notice, kOne, other);
    EXPECT_EQ(refused("wrong_topic"), 4U);
    world.run_for(kPatienceMs);
    EXPECT_EQ(world.chain().dgmd_sequence, before);
}

TEST_F(OfficeNotices, of_a_stolen_gateway_change_nothing) {
    submit(draft(), kOne);
    submit(world.network().approved(draft(), {NodeId("dgmd"), first}), kOne);
    submit(world.network().approved(draft(), {second}), kOne);
    EXPECT_EQ(refused("no_quorum"), 2U);
    EXPECT_EQ(refused("not_a_member"), 1U);
    world.run_for(kPatienceMs);
    EXPECT_EQ(world.chain().dgmd_sequence, before);
    submit(world.network().approved(draft(), {first, second}), kOne);
    EXPECT_TRUE(all_have(before + 1)) << "and keep nothing out that the officers approve";
}

TEST_F(OfficeNotices, of_officers_who_were_replaced_count_no_more) {
    const Office next = TestNetwork::office(2, {"officer-3", "officer-8", "officer-9"});
    submit(world.network().from_dgmd(world.chain(), OfficeChange{0, next}), kOne);
    ASSERT_TRUE(all_have(before + 1));
    submit(world.network().approved(draft(), {first, second}), kOne);
    EXPECT_EQ(refused("not_a_member"), 1U);
    submit(world.network().approved(draft(), {TestNetwork::officer(8), TestNetwork::officer(9)}),
           kOne);
    EXPECT_TRUE(all_have(before + 2));
    EXPECT_EQ(world.node(kOne).summary().office, next);
}

TEST_F(OfficeNotices, of_a_stolen_key_count_no_more_once_it_is_replaced) {
    std::size_t given = 0;
    world.watch([&](const NodeId&, const Effect& effect) {
        given += std::holds_alternative<AnswerBlocks>(effect) ? 1 : 0;
    });
    const NodeId dgmd = world.network().dgmd();
    const Transaction of_thief = world.network().approved(
        world.network().draft(world.chain(), CapacityCertificate{0, kMeter, 6000, 9}, kLongValid,
                              1),
        {first, second});
    submit(of_thief, kOne);  // it waits for its number, with all approvals
    submit(world.network().from_dgmd(world.chain(),
                                     DgmdKeyChange{0, TestNetwork::dgmd_keys("dgmd-2")}),
           kOne);
    ASSERT_TRUE(all_have(before + 1));
    world.run_for(kPatienceMs);
    EXPECT_EQ(world.chain().dgmd_sequence, before + 1) << "what waited waits no longer";
    submit(of_thief, kOne);
    EXPECT_EQ(refused("retired_key"), 1U);
    publish(Channel::request, asked(BlocksRequest{1, 16}, dgmd), kOne.str());
    EXPECT_EQ(refused("retired_key"), 2U);
    EXPECT_EQ(given, 0U);
    publish(Channel::request,
            encode_request(BlocksRequest{1, 16}, dgmd, world.network().network(),
                           signing_key("dgmd-2")),
            kOne.str());
    EXPECT_EQ(given, 1U);
    submit(world.network().approved(draft(), {first, second}), kOne);
    EXPECT_TRUE(all_have(before + 2)) << "and DGMD goes on under its new key";
}

TEST_F(OfficeNotices, by_policy_take_no_place_from_those_that_officers_approve) {
    submit(world.network().from_dgmd(world.chain(), WatchPolicy{0, {110, 115, 1, 3}, 1}), kOne);
    ASSERT_TRUE(all_have(before + 1));
    const std::uint64_t policy = before + 1;
    // A thief floods the node with what DGMD may say alone, one for each window to come.
    for (Window window = 1; window <= 2 * kMaxPerWeek; ++window)
        submit(
            world.network().draft(
                world.chain(),
                Deauthorisation{
                    0, kMeter, DeauthorisationReason::over_capacity, window + 1, {window}, policy}),
            kOne);
    EXPECT_EQ(refused("too_many_transactions"), kMaxPerWeek);
    submit(world.network().approved(draft(), {first, second}), kOne);
    EXPECT_TRUE(all_have(before + 2));
    EXPECT_EQ(world.chain().capacity_w(kMeter, 9), 6000);
}

TEST_F(OfficeNotices, reach_the_nodes_from_the_gateways_own_broker_too) {
    const Transaction notice = world.network().approved(draft(), {first, second});
    publish(Channel::tx, encode_bundle({{notice}}));
    EXPECT_TRUE(all_have(before + 1));
    EXPECT_EQ(world.chain().capacity_w(kMeter, 9), 6000);
}

TEST_F(OfficeNotices, of_a_tariff_come_on_a_channel_of_their_own) {
    constexpr Window kWeek = 7 * 6;
    TariffNotice rates;
    rates.tariff.import_micro_per_kwh = 300'000;
    rates.effective = 12 * kWeek;
    const Transaction notice = world.network().draft(world.chain(), rates, kLongValid);
    publish(Channel::tariff, encode_bundle({{world.network().approved(notice, {first, second})}}));
    EXPECT_TRUE(all_have(before + 1));
    EXPECT_EQ(world.chain().tariff(12 * kWeek).import_micro_per_kwh, 300'000);
}

TEST_F(OfficeNotices, are_all_that_a_stolen_gateway_can_bring_a_node_to_do_but_give_blocks) {
    std::vector<BlocksRequest> given;
    world.watch([&](const NodeId&, const Effect& effect) {
        const auto* answer = std::get_if<AnswerBlocks>(&effect);
        if (answer != nullptr && answer->to == world.network().dgmd())
            given.push_back(answer->request);
    });
    const NodeId dgmd = world.network().dgmd();
    publish(Channel::request, asked(BlocksRequest{1, 16}, dgmd), kOne.str());
    ASSERT_EQ(given.size(), 1U);
    EXPECT_EQ(given[0].from, 1U);
    EXPECT_EQ(given[0].count, 16U);

    publish(Channel::request, asked(BlocksRequest{1, 16}, TestNetwork::node(2)), kOne.str());
    EXPECT_EQ(refused("wrong_signature"), 1U) << "another's key";
    publish(Channel::request, asked(BlocksRequest{1, 16}, dgmd), "node-2");
    EXPECT_EQ(refused("wrong_topic"), 1U) << "for another node";
    publish(Channel::request, asked(BodiesRequest{{Digest{}}}, dgmd), kOne.str());
    EXPECT_EQ(refused("not_a_member"), 1U) << "it takes no part in the agreement";
    publish(Channel::status, encode_status({9, {}, {}, 10, 0}, dgmd, world.network().network(),
                                           world.network().key(dgmd)));
    publish(Channel::have, encode_have({Digest{}}));
    EXPECT_EQ(refused("wrong_topic"), 3U);
    EXPECT_EQ(given.size(), 1U);
    EXPECT_FALSE(world.node(kOne).summary().peers_heard.contains(dgmd)) << "it is no peer";
}

}  // namespace
}  // namespace fairfeed::test
