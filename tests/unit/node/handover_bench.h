// A cluster of whole nodes whose committee DGMD changes. Single-threaded.
#pragma once

#include <gtest/gtest.h>

#include "core/accounts/handover.h"
#include "core/wire/handover_codec.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::test {

inline constexpr std::int64_t kHandoverPatienceMs = 60'000;
inline constexpr std::size_t kNodes = 8;
inline const ClusterId kCluster = TestNetwork::cluster(1);

inline TestNetworkOptions eight_nodes() {
    TestNetworkOptions options = lab(kNodes, 1);
    options.clusters = 1;  // its committee: nodes 1 to 4
    return options;
}

struct HandoverBench {
    explicit HandoverBench(TestNetworkOptions options) : world(std::move(options)) {}

    void settle(Window window) {
        world.go_to_end_of(window);
        world.measure(window, 700);
        ASSERT_TRUE(world.settles(kCluster, window)) << "window " << window;
    }
    void decree(const TransactionContent& content) {
        const std::uint64_t before = world.chain().dgmd_sequence;
        world.say_as_dgmd(content);
        const auto done = [&] { return world.chain().dgmd_sequence == before + 1; };
        ASSERT_TRUE(world.run_until(done, kHandoverPatienceMs)) << "sequence " << before + 1;
    }
    // Grants new data keys to the members and DGMD, then allocates the members; both from this
    // window on.
    void allocate(const std::vector<NodeId>& members, Window effective) {
        std::vector<NodeId> readers = members;
        readers.push_back(world.network().dgmd());
        for (const MeterId& meter : world.network().meters(kCluster)) {
            const KeyEpoch next = world.chain().meters.at(meter).grants.back().epoch + 1;
            decree(world.network().grant(meter, next, readers, effective));
        }
        CommitteeAllocation committee = world.chain().clusters.at(kCluster).committee;
        committee.members = members;
        committee.epoch += 1;
        committee.effective = effective;
        decree(committee);
    }
    // The ledger of the node with the most blocks.
    [[nodiscard]] const std::vector<CommittedBlock>& ledger() const {
        const std::vector<CommittedBlock>* longest = nullptr;
        for (const NodeId& id : world.network().nodes()) {
            const auto& blocks = world.disk(id).ledger;
            if (longest == nullptr || blocks.size() > longest->size()) longest = &blocks;
        }
        return *longest;
    }
    [[nodiscard]] std::vector<Transaction> on_chain(TransactionKind kind) const {
        std::vector<Transaction> found;
        for (const CommittedBlock& block : ledger())
            for (const Transaction& transaction : block.block.transactions)
                if (transaction.kind == kind) found.push_back(transaction);
        return found;
    }
    [[nodiscard]] Transaction settlement(Window window) const {
        for (const Transaction& each : on_chain(TransactionKind::settlement))
            if (std::get<Settlement>(each.content).window == window) return each;
        ADD_FAILURE() << "no settlement of window " << window;
        return {};
    }
    // The sender's HANDOVER of the last settlement, made with these keys.
    [[nodiscard]] Transaction handover(const NodeId& sender, const std::vector<NodeId>& recipients,
                                       const KeyRing& keys) const {
        const TestNetwork& network = world.network();
        const ChainState& state = world.chain();
        const Transaction last = settlement(*state.cluster(kCluster)->last_window);
        const auto said = write_handover(state, std::get<Settlement>(last.content), sender,
                                         recipients, keys, network.random());
        CHECK(said);
        return make_handover(*said, sender, network.network(), signing_key(sender.str()));
    }
    void hand_over_as_dgmd(const std::vector<NodeId>& recipients) {
        const NodeId& dgmd = world.network().dgmd();
        const KeyRing keys = world.network().key_ring(world.chain(), dgmd);
        world.say_to_all(handover(dgmd, recipients, keys));
    }
    // Keys of the right epochs that open nothing.
    [[nodiscard]] KeyRing wrong_keys() const {
        KeyRing wrong;
        for (const auto& [id, meter] : world.chain().meters)
            for (const KeyGrant& grant : meter.grants)
                wrong.add(id, grant.epoch, data_key("wrong"));
        return wrong;
    }

    NodeWorld world;
};

}  // namespace fairfeed::test
