#include "tests/simulation/scenery.h"

#include <algorithm>
#include <memory>

#include "tests/simulation/pricing.h"
#include "tests/support/lab.h"

namespace fairfeed::simulation {
namespace {

test::TestNetworkOptions options_of(const Plan& plan) {
    test::TestNetworkOptions options = test::lab(plan.nodes, plan.clusters);
    options.clusters = plan.clusters;
    options.meters_per_cluster = plan.meters;
    options.members = plan.members;
    NetworkParameters& parameters = options.parameters;
    parameters.window_seconds = plan.sharing.window_seconds;
    parameters.rule = plan.sharing.rule;
    parameters.basis = plan.sharing.basis;
    parameters.resolution = plan.sharing.resolution;
    parameters.speed = parameters.window_seconds * 1000 / kWindowMs;
    parameters.window_limit = plan.windows;
    if (plan.close_after > 0)
        parameters.close_after_s = plan.close_after * parameters.window_seconds;
    if (plan.pricing.variant > 0)
        options.tariff =
            drawn_tariff(plan.pricing, parameters.grid_epoch_s, parameters.window_seconds, 0);
    parameters.timers.rebroadcast_ms = 400;
    parameters.timers.rebroadcast_cap_ms = 3000;
    return options;
}

}  // namespace

Scenery::Scenery(test::TestNetworkOptions options)
    : network(std::move(options)),
      first_state(network.initial_state()),
      keys(network.key_ring(first_state, network.dgmd())),
      nodes(network.nodes()) {
    for (const NodeId& node : nodes)
        node_keys.emplace(node, *VerifyKey::from_point(network.key(node).public_key()));
    for (const auto& [id, record] : first_state.meters)
        meters.push_back(id);
}

Scenery::Scenery(const Plan& plan) : Scenery(options_of(plan)) {
    nodes.push_back(test::TestNetwork::node(plan.nodes + 1));
    node_keys.emplace(nodes.back(), *VerifyKey::from_point(network.key(nodes.back()).public_key()));
    for (const MeterId& id : meters) {
        for (KeyEpoch epoch = 2; epoch <= kMostKeyEpochs; ++epoch)
            keys.add(id, epoch, network.data_key(id, epoch));
    }
}

std::size_t Scenery::index_of(const NodeId& node) const {
    const auto found = std::find(nodes.begin(), nodes.end(), node);
    CHECK(found != nodes.end());
    return static_cast<std::size_t>(found - nodes.begin());
}

std::vector<std::size_t> Scenery::indices_of(const std::vector<NodeId>& all) const {
    std::vector<std::size_t> indices;
    for (const NodeId& node : all)
        indices.push_back(index_of(node));
    return indices;
}

const std::vector<NodeId>& Scenery::committee(const ClusterId& cluster) const {
    return first_state.committee_of(cluster, 0)->members;
}

const Scenery& scenery_of(const Plan& plan) {
    using Shape = std::tuple<std::vector<std::size_t>, Sharing, Pricing>;
    static std::map<Shape, std::unique_ptr<const Scenery>> made;
    const std::vector<std::size_t> sizes{plan.nodes,   plan.clusters, plan.meters,
                                         plan.members, plan.windows,  plan.close_after};
    auto& scenery = made[{sizes, plan.sharing, plan.pricing}];
    if (!scenery) scenery = std::make_unique<Scenery>(plan);
    return *scenery;
}

RandomSource random_of(Dice dice) {
    return [state = std::make_shared<Dice>(dice)](std::span<std::uint8_t> out) {
        for (std::uint8_t& byte : out)
            byte = static_cast<std::uint8_t>(state->next() >> 56);
    };
}

}  // namespace fairfeed::simulation
