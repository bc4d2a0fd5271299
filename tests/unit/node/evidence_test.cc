// Stories of liars and of broken seals among whole nodes: the chain names the liar, windows settle
// without the readings in question, and all other nodes go on (rules 3, 5 and 11, R19).
#include "core/wire/evidence_codec.h"

#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/event_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;
const ClusterId kOne = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);

class Accusations : public ::testing::Test {
  protected:
    Accusations() { settle(0); }

    void settle(Window window) {
        world.go_to_end_of(window);
        world.measure(window, 900);
        expect_settled(window);
    }
    void expect_settled(Window window) {
        ASSERT_TRUE(world.settles(kOne, window)) << "window " << window << " not settled";
    }
    template <class Holds>
    [[nodiscard]] bool soon(Holds holds) {
        return world.run_until(
            [&] {
                for (const NodeId& id : world.network().nodes()) {
                    if (!holds(world.node(id).state())) return false;
                }
                return true;
            },
            kPatienceMs);
    }
    [[nodiscard]] OpenedReading read(const MeterId& meter, Window window, std::int64_t wh = 300) {
        const bool producer = world.first_state().capacity_w(meter, window) > 0;
        const QuarterHour quarter = producer ? QuarterHour{0, wh, wh} : QuarterHour{wh, 0, 0};
        return world.meter(meter).read(window, flat_profile(world.first_state(), quarter));
    }
    // The settlement of this window on the chain.
    [[nodiscard]] Settlement settlement(Window window) {
        for (const CommittedBlock& block : world.disk(TestNetwork::node(1)).ledger) {
            for (const Transaction& transaction : block.block.transactions) {
                const auto* found = std::get_if<Settlement>(&transaction.content);
                if (found && found->cluster == kOne && found->window == window) return *found;
            }
        }
        return {};
    }
    [[nodiscard]] EntryStatus status_of(const MeterId& meter, Window window) {
        const Settlement found = settlement(window);
        for (const SettlementEntry& entry : found.entries) {
            if (entry.meter == meter) return entry.status;
        }
        ADD_FAILURE() << meter.str() << " is not in window " << window;
        return EntryStatus::missing;
    }
    [[nodiscard]] Topic topic(const std::string& sender, Channel channel,
                              const std::string& item = "-") {
        return {world.network().genesis().content.parameters.name, sender, channel, item};
    }
    [[nodiscard]] Transaction alarm(Window window) {
        return make_event({1, world.network().network(), kMeter, kOne, window, 50,
                           AlarmType::seal_broken, 1'470'700'000},
                          world.network().key(kMeter));
    }
    void say_alarm(const Transaction& event) {
        for (const NodeId& id : committee) {
            world.publish_packet(topic(kMeter.str(), Channel::event).str(), event.envelope, id);
        }
    }
    void commit_from_dgmd(const TransactionContent& content) {
        const ChainState& state = world.node(committee[0]).state();
        const std::uint64_t sequence = state.dgmd_sequence + 1;
        const Bytes bundle = encode_bundle({{world.network().from_dgmd(state, content)}});
        world.arrive(world.network().dgmd(), topic("dgmd", Channel::tx), bundle, committee[0]);
        ASSERT_TRUE(soon([&](const ChainState& each) { return each.dgmd_sequence == sequence; }));
    }

    NodeWorld world{lab(4, 1)};
    std::vector<NodeId> committee = world.network().committee(kOne);
};

TEST_F(Accusations, an_equivocating_meter_split_between_members_settles_in_conflict) {
    for (const NodeId& a : {committee[0], committee[1]}) {
        for (const NodeId& b : {committee[2], committee[3]})
            world.cut(a, b);
    }
    world.go_to_end_of(1);
    TestMeter twin = world.meter(kMeter);
    for (const MeterId& meter : world.network().meters(kOne)) {
        const auto reading = read(meter, 1);
        const bool liar = meter == kMeter;
        world.publish_reading(reading,
                              liar ? std::vector<NodeId>{committee[0], committee[1]} : committee);
    }
    world.publish_reading(twin.read(1, flat_profile(world.first_state(), {0, 200, 200})),
                          {committee[2], committee[3]});
    world.run_for(8000);  // both halves have promised the readings that they hold
    EXPECT_FALSE(world.settled(kOne, 1));
    world.heal();
    expect_settled(1);
    EXPECT_EQ(status_of(kMeter, 1), EntryStatus::conflict);
    EXPECT_EQ(status_of(TestNetwork::meter(1, 2), 1), EntryStatus::reading);
    EXPECT_TRUE(soon([](const ChainState& state) {
        const MeterRecord& record = state.meters.at(kMeter);
        return record.offences.count == 1 && record.voided == std::vector<Window>{1};
    })) << "neither reading may come late";
    settle(2);
    EXPECT_EQ(status_of(kMeter, 2), EntryStatus::reading) << "its register goes on";
    EXPECT_TRUE(soon([](const auto& state) { return !state.meters.at(kMeter).voided.empty(); }))
        << "nor after a newer one";
}

// The chain takes evidence about windows up to the one after the next. A node with an unset clock
// cannot tell that the later windows have begun.
TEST_F(Accusations, of_a_window_to_come_are_not_lost_although_their_meter_never_repeats_itself) {
    for (const NodeId& a : committee) {
        for (const NodeId& b : committee)
            if (a < b) world.cut(a, b);
    }
    world.set_clock(committee[0], 0, false);
    world.go_to_end_of(4);
    TestMeter twin = world.meter(kMeter);
    world.publish_reading(read(kMeter, 4), {committee[0]});
    const Profile other = flat_profile(world.first_state(), {0, 200, 200});
    world.publish_reading(twin.read(4, other), {committee[0]});
    world.heal();
    EXPECT_TRUE(
        soon([](const ChainState& state) { return state.meters.at(kMeter).offences.count == 1; }));
}

TEST_F(Accusations, a_second_reading_of_a_window_is_never_receipted_and_named_on_the_chain) {
    world.go_to_end_of(1);
    TestMeter twin = world.meter(kMeter);
    world.publish_reading(read(kMeter, 1));
    const OpenedReading second = twin.read(1, flat_profile(world.first_state(), {0, 200, 200}));
    world.publish_reading(second);
    for (const auto& [node, receipts] : world.receipts())
        EXPECT_FALSE(receipts.contains(second.reading.id)) << node.str();
    ASSERT_TRUE(soon([](const ChainState& state) { return state.is_voided(kMeter, 1); }));
    for (const MeterId& meter : world.network().meters(kOne)) {
        if (meter != kMeter) world.publish_reading(read(meter, 1));
    }
    expect_settled(1);
    EXPECT_EQ(status_of(kMeter, 1), EntryStatus::conflict);
    EXPECT_EQ(world.node(committee[0]).summary().accused,
              (std::map<std::string, std::uint32_t>{{kMeter.str(), 1}}));
}

// A batch lists one reading, and this member had receipted the other: the member takes over the
// listed one.
TEST_F(Accusations, no_reading_is_receipted_or_promised_that_a_power_cut_would_take_away) {
    const NodeId member = committee[1];
    bool promised = false;
    world.watch([&](const NodeId& id, const Effect& effect) {
        promised = promised || (id == member && std::holds_alternative<PersistEndorsement>(effect));
    });
    world.go_to_end_of(1);
    TestMeter twin = world.meter(kMeter);
    const OpenedReading held = read(kMeter, 1);
    const OpenedReading listed = twin.read(1, flat_profile(world.first_state(), {0, 200, 200}));
    world.publish_reading(held, {member});
    world.publish_reading(listed, {committee[0], committee[2], committee[3]});
    for (const MeterId& meter : world.network().meters(kOne)) {
        if (meter != kMeter) world.publish_reading(read(meter, 1));
    }
    ASSERT_TRUE(world.run_until([&] { return promised; }, kPatienceMs));
    world.publish_reading(listed, {member});
    EXPECT_TRUE(world.receipts().at(member).contains(listed.reading.id));
    EXPECT_TRUE(world.disk(member).keeps_reading(listed.reading.id));
    EXPECT_TRUE(world.disk(member).keeps_reading(held.reading.id)) << "that is receipted, too";

    world.crash(member);
    world.restart(member);
    world.publish_reading(listed, {member});
    EXPECT_TRUE(world.refusals().empty()) << "it still holds what it has promised";
    world.publish_reading(held, {member});
    EXPECT_EQ(world.refusals().size(), 1U);
    expect_settled(1);
}

TEST_F(Accusations, one_sequence_in_two_windows_is_named_and_the_second_reading_refused) {
    TestMeter twin = world.meter(kMeter);
    settle(1);
    world.go_to_end_of(2);
    const OpenedReading again = twin.read(2, flat_profile(world.first_state(), {0, 200, 200}));
    world.publish_reading(again);
    ASSERT_TRUE(
        soon([](const ChainState& state) { return state.meters.at(kMeter).offences.count == 1; }));
    EXPECT_TRUE(world.node(committee[0]).state().is_voided(kMeter, 2));
}

TEST_F(Accusations, evidence_outlives_the_node_that_found_it) {
    world.go_to_end_of(1);
    TestMeter twin = world.meter(kMeter);
    for (const NodeId& id : {committee[2], committee[3]})
        world.cut(committee[0], id), world.cut(committee[1], id);
    world.publish_reading(read(kMeter, 1), {committee[0]});
    world.publish_reading(twin.read(1, flat_profile(world.first_state(), {0, 200, 200})),
                          {committee[0]});
    world.run_for(50);  // two of four cannot decide, but the second one has the evidence
    world.crash(committee[0]);
    world.heal();
    EXPECT_TRUE(world.run_until(
        [&] { return world.node(committee[3]).state().meters.at(kMeter).offences.count == 1; },
        kPatienceMs));
    world.restart(committee[0]);
}

TEST_F(Accusations, a_parent_that_signs_two_batches_is_named) {
    std::optional<Transaction> first;
    world.watch([&](const NodeId&, const Effect& effect) {
        const auto* batch = std::get_if<PersistBatch>(&effect);
        if (batch && !first) first = batch->batch;
    });
    world.go_to_end_of(1);
    world.measure(1, 500);
    ASSERT_TRUE(world.run_until([&] { return first.has_value(); }, kPatienceMs));
    world.run_for(4);
    Settlement other = std::get<Settlement>(first->content);
    other.lines.front().salt.bytes[0] ^= 1;
    const auto second =
        make_batch(other, world.network().network(), world.network().key(committee[0]));
    world.arrive(committee[0], topic(committee[0].str(), Channel::batch, kOne.str()),
                 encode_transaction(second), committee[1]);
    ASSERT_TRUE(soon([&](const ChainState& state) {
        return state.nodes.at(committee[0]).offences.contains(Offence::two_batches);
    }));
    expect_settled(1);
}

TEST_F(Accusations, a_validator_that_votes_twice_is_named) {
    const NodeId liar = TestNetwork::node(4);
    const Height height = world.node(committee[0]).state().height + 1;
    for (const char* block : {"one", "other"}) {
        Vote vote{{VoteType::precommit, height, 0, sha256(as_bytes(block))}, liar, {}};
        vote.signature = world.network().key(liar).sign(
            vote_to_be_signed(vote.content, liar, world.network().network()));
        world.arrive(liar, topic(liar.str(), Channel::precommit), encode_vote(vote), committee[0]);
    }
    ASSERT_TRUE(soon([&](const ChainState& state) {
        return state.nodes.at(liar).offences.contains(Offence::two_votes);
    }));
    EXPECT_EQ(world.node(committee[1]).state().validators.size(), 4U) << "it keeps its vote (R19)";
}

TEST_F(Accusations, a_tampered_meter_leaves_the_settlement_of_the_same_window) {
    world.go_to_end_of(1);
    const Transaction event = alarm(1);
    say_alarm(event);
    ASSERT_TRUE(soon([](const ChainState& state) { return state.is_tampered(kMeter, 1); }));
    for (const NodeId& id : committee)
        EXPECT_TRUE(world.receipts().at(id).contains(event.id)) << id.str();
    world.measure(1, 500);
    expect_settled(1);
    EXPECT_EQ(settlement(1).entries.size(), 2U);
    ASSERT_FALSE(world.refusals().empty());
    EXPECT_EQ(world.refusals().back().meter, kMeter);
    EXPECT_EQ(world.refusals().back().reason, "tampered");
    EXPECT_EQ(world.node(committee[0]).summary().tampered,
              (std::map<MeterId, Window>{{kMeter, 1}}));
}

TEST_F(Accusations, an_alarm_is_receipted_again_once_the_chain_has_it_and_not_before) {
    const Transaction event = alarm(1);
    for (const NodeId& id : {committee[1], committee[2], committee[3]})
        world.cut(committee[0], id);
    world.publish_packet(topic(kMeter.str(), Channel::event).str(), event.envelope, committee[0]);
    world.run_for(3000);
    EXPECT_FALSE(world.receipts().at(committee[0]).contains(event.id));
    world.crash(committee[0]);  // the node may forget: the meter does not
    world.restart(committee[0]);
    world.heal();
    say_alarm(event);
    ASSERT_TRUE(soon([](const ChainState& state) { return state.is_tampered(kMeter, 1); }));
    EXPECT_TRUE(world.receipts().at(committee[0]).contains(event.id));
}

TEST_F(Accusations, an_alarm_of_another_network_or_another_meter_changes_nothing) {
    MeterAlarm content = std::get<MeterAlarm>(alarm(1).content);
    content.network = sha256(as_bytes("elsewhere"));
    say_alarm(make_event(content, world.network().key(kMeter)));
    content = std::get<MeterAlarm>(alarm(1).content);
    say_alarm(make_event(content, signing_key("somebody else")));
    world.publish_packet(topic("meter-1-2", Channel::event).str(), alarm(1).envelope, committee[0]);
    world.publish_packet(topic(kMeter.str(), Channel::event).str(), alarm(1).envelope, committee[0],
                         true);
    world.run_for(5000);
    const auto rejected = world.node(committee[0]).summary().rejected;
    EXPECT_EQ(rejected.at("wrong_network"), 1U);
    EXPECT_EQ(rejected.at("wrong_signature"), 1U);
    EXPECT_EQ(rejected.at("wrong_topic"), 1U);
    EXPECT_EQ(rejected.at("retained"), 1U);
    EXPECT_FALSE(world.node(committee[0]).state().is_tampered(kMeter, 9));
}

TEST_F(Accusations, only_a_replacement_with_a_new_key_clears_the_connection) {
    say_alarm(alarm(1));
    ASSERT_TRUE(soon([](const ChainState& state) { return state.is_tampered(kMeter, 1); }));
    const MeterId fresh("meter-new");
    const Window from = 4;
    commit_from_dgmd(MeterRegistration{0, fresh, kOne, "sp-" + kMeter.str(),
                                       signing_key(fresh.str()).public_key(), from,
                                       ConnectionRating{}, kInstalled});
    std::vector<NodeId> readers = committee;
    readers.push_back(world.network().dgmd());
    commit_from_dgmd(world.network().grant(fresh, 1, readers, from));
    for (Window window = 1; window < from; ++window)
        settle(window);
    TestMeter replacement(world.network(), fresh, kOne);
    world.go_to_end_of(from);
    world.measure(from, 500);
    world.publish_reading(replacement.read(from, flat_profile(world.first_state(), {100, 0, 0})));
    expect_settled(from);
    EXPECT_EQ(settlement(from - 1).entries.size(), 2U);
    EXPECT_EQ(settlement(from).entries.size(), 3U);
    EXPECT_EQ(status_of(fresh, from), EntryStatus::reading);
}

}  // namespace
}  // namespace fairfeed::test
