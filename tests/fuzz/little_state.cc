#include "tests/fuzz/little_state.h"

#include "core/base/check.h"

namespace fairfeed::fuzz {
namespace {

const ClusterId kCluster("cluster-1");

test::TestNetworkOptions two_clusters() {
    test::TestNetworkOptions options;
    options.clusters_with_meters = 2;
    return options;
}

OpenedReadings first_readings(const test::TestNetwork& network) {
    test::TestChain chain(network);
    return chain.read_all(kCluster, 0);
}

SettlementDraft drafted(const ClusterAccounts& accounts, const ChainState& state,
                        const OpenedReadings& readings) {
    auto draft = accounts.draft(state, 0, {{0, readings}});
    CHECK(draft);
    return std::move(*draft);
}

}  // namespace

LittleState::LittleState()
    : network(two_clusters()),
      state(network.initial_state()),
      keys(network.key_ring(state, network.dgmd())),
      accounts(kCluster),
      readings(first_readings(network)),
      draft(drafted(accounts, state, readings)),
      time_ms(state.grid().end_real_ms(0)) {}

Result<Settlement, Reject> LittleState::sealed(const SettlementDraft& altered) const {
    const NodeId& parent = state.committee_of(kCluster, 0)->members.front();
    return accounts.seal(state, 0, altered, parent, 0, 0, keys, network.random());
}

const LittleState& little_state() {
    static const LittleState state;
    return state;
}

}  // namespace fairfeed::fuzz
