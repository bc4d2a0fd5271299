// A stored chain whose cluster changes its whole committee: nodes 1 to 4 settle windows 0 and 1,
// node-5 alone settles the windows after them. For tests of accounts, proofs and checks across a
// handover. Single-threaded.
#pragma once

#include "core/accounts/handover.h"
#include "core/wire/handover_codec.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {

inline const ClusterId kOne = TestNetwork::cluster(1);
inline const NodeId kCome = TestNetwork::node(5);

inline TestNetworkOptions five_nodes() {
    TestNetworkOptions options;
    options.nodes = 5;
    options.clusters = 1;  // its committee: nodes 1 to 4
    options.meters_per_cluster = 2;
    return options;
}

struct HandoverBench {
    explicit HandoverBench(TestNetworkOptions options = five_nodes())
        : stored(std::move(options)) {}

    void append(const std::vector<Transaction>& transactions) {
        ASSERT_TRUE(chain.append(chain.next_block(transactions)));
    }
    // Grants new data keys to the members and DGMD, then allocates the members; both from this
    // window on.
    void give_to(const std::vector<NodeId>& members, Window effective) {
        std::vector<NodeId> readers = members;
        readers.push_back(network.dgmd());
        std::vector<Transaction> grants;
        for (const MeterId& meter : network.meters(kOne)) {
            const KeyEpoch next = chain.state().meters.at(meter).grants.back().epoch + 1;
            grants.push_back(network.from_dgmd(
                chain.state(), network.grant(meter, next, readers, effective), grants.size()));
        }
        append(grants);
        CommitteeAllocation committee = chain.state().clusters.at(kOne).committee;
        committee.members = members;
        committee.epoch += 1;
        committee.effective = effective;
        append({network.from_dgmd(chain.state(), committee)});
    }
    void change() {
        chain.run_window({kOne}, 0);
        give_to({kCome}, 2);
        chain.run_window({kOne}, 1);
    }
    [[nodiscard]] Transaction handover(const NodeId& sender, const KeyRing& keys) const {
        const auto said = write_handover(chain.state(), last_settlement(), sender,
                                         newcomers(chain.state(), kOne), keys, network.random());
        CHECK(said);
        return make_handover(*said, sender, network.network(), network.key(sender));
    }
    [[nodiscard]] Settlement last_settlement() const {
        for (auto block = chain.blocks().rbegin(); block != chain.blocks().rend(); ++block) {
            for (const Transaction& transaction : block->block.transactions)
                if (const auto* found = std::get_if<Settlement>(&transaction.content))
                    return *found;
        }
        return {};
    }
    void hand_over() {
        append({handover(TestNetwork::node(1), chain.keys()),
                handover(TestNetwork::node(2), chain.keys())});
    }
    // The readings of all meters, under the key epoch of the window.
    [[nodiscard]] OpenedReadings read(Window window, std::int64_t generation_wh = 500) {
        for (const MeterId& meter : network.meters(kOne))
            chain.meter(meter).use_key_epoch(*chain.state().key_epoch(meter, window));
        return chain.read_all(kOne, window, generation_wh);
    }
    void settle(Window window, const HeldReadings& held) {
        append(chain.group_held(chain.settle_held(kOne, window, held), held));
    }
    void settle(Window window) { settle(window, {{window, read(window)}}); }
    [[nodiscard]] KeyRing wrong_keys() const {
        KeyRing wrong;
        for (const auto& [id, meter] : chain.state().meters)
            for (const KeyGrant& grant : meter.grants)
                wrong.add(id, grant.epoch, data_key("wrong"));
        return wrong;
    }

    StoredChain stored;
    const TestNetwork& network = stored.network();
    TestChain& chain = stored.chain();
};

}  // namespace fairfeed::test
