// Four honest nodes and one cluster of two meters before the oracles of the simulation, with ways
// to show them a fault. Tests only.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/accounts/cluster_accounts.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/simulation/oracles.h"
#include "tests/simulation/simulated_meter.h"

namespace fairfeed::simulation {

// Four honest nodes and one cluster of two meters; `first` is the behaviour of the first meter.
inline Plan plan_with(MeterBehaviour first, Pricing pricing) {
    Plan plan;
    plan.pricing = pricing;
    plan.clusters = 1;
    plan.meters = 2;
    plan.behaviours.assign(plan.nodes, Behaviour::honest);
    plan.sides.assign(plan.nodes, false);
    plan.meter_behaviours = {first, MeterBehaviour::honest};
    return plan;
}

class TheOracles : public testing::Test {
  protected:
    explicit TheOracles(MeterBehaviour first = MeterBehaviour::honest, Pricing pricing = {})
        : plan(plan_with(first, pricing)) {
        for (std::size_t i = 0; i < scenery.meters.size(); ++i)
            meters.emplace_back(scenery, scenery.meters[i], plan.meter_behaviours[i], Dice(i));
    }
    [[nodiscard]] const SimulatedMeter& meter_of(const MeterId& id) const {
        return id == meters[0].id() ? meters[0] : meters[1];
    }
    [[nodiscard]] OpenedReading measure(SimulatedMeter& meter, Window window) {
        const KeptReading* kept = meter.measure(window);
        CHECK(kept != nullptr);
        auto reading = decode_reading(kept->envelope, network.network());
        CHECK(reading.has_value());
        return {std::move(*reading), kept->body};
    }
    // The correct settlement of the next window.
    [[nodiscard]] Settlement settle(Window window) {
        readings.clear();
        for (SimulatedMeter& meter : meters)
            readings.emplace(meter.id(), measure(meter, window));
        return chain.settle(cluster, window, readings);
    }
    // Changes the line of the first meter and seals it anew.
    template <class Change>
    [[nodiscard]] Settlement with_line(Settlement settlement, Change change) const {
        const auto lines = ClusterAccounts::open_lines(settlement, scenery.keys);
        CHECK(lines.has_value());
        SettlementLine line = lines->front();
        change(line);
        SealedLine& sealed = settlement.lines.front();
        const SymmetricKey* key = scenery.keys.find(sealed.meter, sealed.key_epoch);
        sealed = seal_line(settlement, line, sealed.key_epoch, sealed.salt, *key);
        return settlement;
    }
    void commit(std::size_t node, const Settlement& settlement) {
        const auto batch = make_batch(settlement, network.network(), network.key(nodes[0]));
        commit(node, std::vector<Transaction>{batch});
    }
    void commit(std::size_t node, std::vector<Transaction> transactions, std::int64_t time_ms = 0) {
        const Block block = chain.next_block(std::move(transactions), time_ms);
        const auto certificate = test::make_certificate(network, chain.state(), block.header);
        oracles.on_effect(node, CommitBlock{CommittedBlock{block, certificate}}, disk);
    }
    void accuse(const std::string& culprit) {
        Transaction transaction;
        transaction.kind = TransactionKind::evidence;
        transaction.content = Evidence{Offence::two_readings, culprit, {}, {}, {}, {}, {}};
        commit(0, std::vector<Transaction>{transaction});
    }
    void say(std::size_t node, Channel channel, Bytes message) {
        const std::string& name = scenery.first_state.genesis.parameters.name;
        oracles.on_effect(node, Publish{{name, nodes[node].str(), channel, "-"}, message}, disk);
    }
    void vote(std::optional<Digest> block) {
        say(0, Channel::prevote, encode_vote({{VoteType::prevote, 1, 0, block}, nodes[0], {}}));
    }
    void endorse(const Settlement& settlement) {
        const auto batch = make_batch(settlement, network.network(), network.key(nodes[0]));
        const Endorsement content{cluster, settlement.window, settlement.version, batch.id};
        oracles.on_effect(1, PersistEndorsement{content, {}, batch}, disk);
    }
    void expect(const std::string& complaint) {
        EXPECT_THAT(oracles.fault(), testing::HasSubstr(complaint));
    }

    Plan plan;
    const Scenery& scenery = scenery_of(plan);
    const test::TestNetwork& network = scenery.network;
    const std::vector<NodeId>& nodes = scenery.nodes;
    const ClusterId cluster = test::TestNetwork::cluster(1);
    std::vector<SimulatedMeter> meters;
    test::TestChain chain{network};
    OpenedReadings readings;
    ModelDisk disk;
    Oracles oracles{scenery, plan,
                    [this](const MeterId& id) -> const SimulatedMeter& { return meter_of(id); }};
};

}  // namespace fairfeed::simulation
