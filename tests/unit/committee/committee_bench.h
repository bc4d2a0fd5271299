// A committee on a workbench: the rounds of all members of cluster 1, each with the readings that
// the member holds, and a clock. After every turn the bench expects each member's next deadline in
// the future, because a past deadline would make the node's loop spin. Tests only.
#pragma once

#include <gtest/gtest.h>

#include "core/wire/transaction_codec.h"
#include "edge-node/committee/batch_round.h"
#include "tests/support/test_network.h"

namespace fairfeed::committee {

using Said = std::vector<Effect>;

template <class T>
std::vector<T> all_of(const Said& effects) {
    std::vector<T> out;
    for (const Effect& effect : effects) {
        if (const auto* found = std::get_if<T>(&effect)) out.push_back(*found);
    }
    return out;
}

inline std::vector<std::string> reasons(const Said& effects) {
    std::vector<std::string> out;
    for (const SendObjection& said : all_of<SendObjection>(effects))
        out.push_back(said.objection.reason);
    return out;
}

inline const Settlement& settlement_of(const Transaction& batch) {
    return std::get<Settlement>(batch.content);
}

// The names of the effects in their order, so that tests can check that a durable effect precedes
// its message.
inline std::string order_of(const Said& effects) {
    static constexpr std::array kNames{"persist batch", "persist endorsement", "batch",
                                       "endorsement",   "objection",           "ask",
                                       "certified"};
    std::string out;
    for (const Effect& effect : effects) {
        if (!out.empty()) out += ", ";
        out += kNames[effect.index()];
    }
    return out;
}

class Bench {
  public:
    explicit Bench(test::TestNetworkOptions options = {})
        : network(std::move(options)), chain(network) {
        for (const NodeId& node : network.committee(cluster)) {
            members.push_back(node);
            restart(node);
        }
        now = {5'000'000, network.genesis().content.parameters.real_epoch_ms, true};
    }

    [[nodiscard]] View view(const NodeId& node) {
        const Window next = *chain.state().next_window(cluster);
        HeldReadings& all = all_held_[node] = late[node];
        all[next] = held[node];
        return {chain.state(),
                chain.state().next_window(cluster),
                chain.accounts(cluster),
                has_keys ? chain.keys() : none_,
                all,
                now};
    }
    // The member's round after a crash: empty until the test restores its state.
    BatchRound& restart(const NodeId& node) {
        rounds_.erase(node);
        return rounds_.try_emplace(node, cluster, node, network.key(node), network.random())
            .first->second;
    }
    [[nodiscard]] BatchRound& round(const NodeId& node) { return rounds_.at(node); }
    Said advance(const NodeId& node) { return expect_rest(node, round(node).advance(view(node))); }
    Result<Said, Reject> hear_batch(const NodeId& node, const Transaction& batch) {
        auto said = round(node).on_batch(batch.signer, batch, view(node));
        if (said) expect_rest(node, *said);
        return said;
    }
    // Delivers the endorsement of `signer`; `key` may be another node's.
    Result<Said, Reject> hear_endorsement(const NodeId& node, const Transaction& batch,
                                          const NodeId& signer, const SigningKey& key) {
        const Settlement& about = settlement_of(batch);
        const Endorsement content{about.cluster, about.window, about.version, batch.id};
        const Bytes said = endorsement_to_be_signed(content, signer, network.network());
        auto heard =
            round(node).on_endorsement({content, signer, key.sign(said), said}, view(node));
        if (heard) expect_rest(node, *heard);
        return heard;
    }
    Result<Said, Reject> hear_endorsement(const NodeId& node, const Transaction& batch,
                                          const NodeId& signer) {
        return hear_endorsement(node, batch, signer, network.key(signer));
    }
    Said hear_objection(const NodeId& node, const Objection& objection) {
        return expect_rest(node, round(node).on_objection(objection, view(node)));
    }

    void pass(std::int64_t ms) {
        now.steady_ms += ms;
        now.real_ms += ms;
    }
    void go_to_end_of(Window window) {
        pass(chain.state().grid().end_real_ms(window) - now.real_ms);
    }
    // All meters of the cluster measure the window, and every member holds all readings.
    OpenedReadings measure(Window window) {
        OpenedReadings all = chain.read_all(cluster, window);
        for (const NodeId& node : members)
            held[node] = all;
        return all;
    }
    // The parent's batch of a window without missing readings.
    [[nodiscard]] Transaction batch_of(Window window) {
        measure(window);
        go_to_end_of(window);
        const auto said = all_of<SendBatch>(advance(parent()));
        CHECK(said.size() == 1);
        return said.front().batch;
    }
    // The settlement, signed as a batch of its proposer.
    [[nodiscard]] Transaction sign(const Settlement& settlement) {
        return make_batch(settlement, network.network(), network.key(settlement.proposer));
    }
    void commit(const Transaction& certified, const OpenedReadings& readings) {
        std::vector<Transaction> block;
        const Window window = settlement_of(certified).window;
        for (const ListedReading& listed : listed_readings(settlement_of(certified))) {
            const OpenedReading& opened = listed.window == window
                                              ? readings.at(listed.meter)
                                              : late[parent()].at(listed.window).at(listed.meter);
            block.push_back(make_reading_transaction(opened.reading));
        }
        block.push_back(certified);
        CHECK(chain.append(chain.next_block(std::move(block))));
    }
    [[nodiscard]] const NodeId& parent() const { return members.front(); }
    [[nodiscard]] std::int64_t rebroadcast_ms() const {
        return network.genesis().content.parameters.timers.rebroadcast_ms;
    }

    const ClusterId cluster = test::TestNetwork::cluster(1);
    test::TestNetwork network;
    test::TestChain chain;
    std::vector<NodeId> members;            // the parent first
    std::map<NodeId, OpenedReadings> held;  // of the window to settle next
    std::map<NodeId, HeldReadings> late;    // of earlier windows
    Instant now;
    bool has_keys = true;

  private:
    Said expect_rest(const NodeId& node, Said said) {
        const auto due = round(node).next_deadline_ms(view(node));
        EXPECT_TRUE(!due || *due > now.steady_ms) << node.str() << " would spin";
        return said;
    }

    std::map<NodeId, BatchRound> rounds_;
    std::map<NodeId, HeldReadings> all_held_;
    KeyRing none_;
};

}  // namespace fairfeed::committee
