// A state comes back from its encoding as it was, whatever its chain has been through.
#include "core/state/state_decoder.h"

#include <gtest/gtest.h>

#include "core/state/app_hash.h"
#include "core/state/execution.h"
#include "tests/support/dice.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::Dice;
using test::TestChain;
using test::TestNetwork;
using test::TestNetworkOptions;

const ClusterId kOne = TestNetwork::cluster(1);
const ClusterId kTwo = TestNetwork::cluster(2);
const MeterId kMeter = TestNetwork::meter(1, 1);

TestNetworkOptions two_clusters() {
    TestNetworkOptions options;
    options.clusters_with_meters = 2;
    return options;
}

void expect_comes_back(const ChainState& state, const LoadedGenesis& genesis) {
    const Bytes bytes = encode_state(state);
    const auto decoded = decode_state(bytes, genesis);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(encode_state(*decoded), bytes);
    EXPECT_EQ(app_hash(*decoded), app_hash(state));
    EXPECT_EQ(decoded->genesis, state.genesis);
    for (const Signatory& officer : state.office.office.officers)
        EXPECT_EQ(decoded->officer_key(officer.name)->point(), officer.key);
    EXPECT_EQ(decoded->dgmd.key->point(), state.dgmd.keys.signing);
    for (const auto& [id, node] : state.nodes)
        EXPECT_EQ(decoded->node_key(id)->point(), node.key->point());
    for (const auto& [id, meter] : state.meters)
        EXPECT_EQ(decoded->meter_key(id)->point(), meter.key->point());
    for (const auto& [id, cluster] : state.clusters) {
        EXPECT_EQ(decoded->clusters.at(id).meters, cluster.meters);
        EXPECT_EQ(decoded->clusters.at(id).opens, cluster.opens);
    }
}

std::uint32_t some(Dice& dice) {
    return static_cast<std::uint32_t>(dice.between(0, 5));
}

// Whatever the rules would say of it: the decoder knows the form only.
ChainState disturbed(ChainState state, Dice& dice) {
    MeterRecord& meter = state.meters.edit(kMeter);
    meter.unread.assign(some(dice), UnreadGap{1, 70'000, 5, UINT64_MAX});
    meter.voided.assign(some(dice), Window{7});
    meter.missed = some(dice);
    meter.offences = {some(dice), state.tip, some(dice)};
    meter.last_window.reset();
    if (dice.chance(500)) meter.last_window = UINT32_MAX;
    if (dice.chance(500)) meter.tampered = Tampering{4, AlarmType::cover_open, state.tip};
    if (dice.chance(500)) meter.certificate = state.tip;
    if (dice.chance(500))
        meter.deauthorised =
            DeauthorisedMeter{some(dice), DeauthorisationReason::grid_safety, dice.chance(500)};
    if (dice.chance(500)) {
        meter.command = MeterCommand{
            7,         meter.registration.meter, MeterOrder::connect, CommandReason::cleared, 3,
            UINT32_MAX};
    }
    meter.capacity_w.assign(some(dice), {some(dice), -dice.between(0, 1'000'000)});
    NodeRecord& node = state.nodes.edit(TestNetwork::node(1));
    node.offences[Offence::two_votes].count = some(dice);
    if (dice.chance(500)) node.offences[Offence::two_batches].newest = some(dice);
    node.registration.location = {static_cast<std::int32_t>(-1000 * dice.between(0, 5)), INT32_MIN};
    if (dice.chance(500)) node.revoked_from = UINT64_MAX;
    ClusterRecord& cluster = state.clusters.edit(kTwo);
    cluster.earlier.assign(some(dice), cluster.committee);
    cluster.changes.assign(some(dice), {9, some(dice)});
    cluster.handovers.assign(some(dice), {TestNetwork::node(2), some(dice), state.tip});
    cluster.factors.assign(some(dice), {kUncurtailedPpm, -900});
    Tariff tariff{-1, INT64_MAX, some(dice)};
    tariff.more.assign(some(dice) % kMaxBands, {"peak", {INT64_MIN, 7}});
    tariff.week.assign(some(dice) % kMaxBandRuns, {UINT8_MAX, some(dice)});
    tariff.clock.changes.assign(some(dice) % kMaxClockChanges, {-900, some(dice)});
    if (dice.chance(500)) tariff.terms = RateTerms{{{1, 2}, {3, 4}}, -1, 2, INT64_MAX};
    state.tariffs.assign(some(dice), {some(dice), tariff});
    state.tariff_changes.assign(some(dice), {UINT64_MAX, UINT32_MAX});
    if (dice.chance(500)) state.validator_change = ValidatorChange{TestNetwork::node(3), 77};
    if (dice.chance(500)) state.dgmd.keys = TestNetwork::dgmd_keys("dgmd-2");
    state.dgmd.retired.assign(some(dice), TestNetwork::dgmd_keys("dgmd"));
    if (dice.chance(500))
        state.policy = PolicyInForce{{some(dice), {-1, INT64_MAX, some(dice), UINT32_MAX}, 2}, 7};
    state.policy_uses.assign(some(dice), some(dice));
    state.tip_time_ms = INT64_MIN + some(dice);
    return state;
}

TEST(StateDecoder, gives_back_the_state_after_every_block_of_a_chain) {
    const TestNetwork network(two_clusters());
    TestChain chain(network);
    expect_comes_back(chain.state(), network.genesis());
    for (Window window = 0; window < 4; ++window) {
        chain.run_window({kOne, kTwo}, window);
        expect_comes_back(chain.state(), network.genesis());
    }
}

TEST(StateDecoder, gives_back_any_state_that_has_the_form) {
    const TestNetwork network(two_clusters());
    TestChain chain(network);
    chain.run_window({kOne, kTwo}, 0);
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Dice dice(seed);
        SCOPED_TRACE(seed);
        expect_comes_back(disturbed(chain.state(), dice), network.genesis());
    }
}

TEST(StateDecoder, gives_a_state_on_which_the_chain_goes_on) {
    const TestNetwork network(two_clusters());
    TestChain chain(network);
    chain.run_window({kOne, kTwo}, 0);
    auto decoded = decode_state(encode_state(chain.state()), network.genesis());
    ASSERT_TRUE(decoded);
    chain.run_window({kOne, kTwo}, 1);
    PlainSignatureChecker signatures;
    ASSERT_TRUE(execute_block(*decoded, chain.blocks().back().block, signatures));
    EXPECT_EQ(encode_state(*decoded), encode_state(chain.state()));
}

TEST(StateDecoder, refuses_what_is_cut_short_or_too_long) {
    const TestNetwork network(two_clusters());
    TestChain chain(network);
    chain.run_window({kOne, kTwo}, 0);
    Bytes bytes = encode_state(chain.state());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode_state(ByteView(bytes).first(size), network.genesis())) << size;
    bytes.push_back(0);
    EXPECT_FALSE(decode_state(bytes, network.genesis()));
}

TEST(StateDecoder, never_takes_one_encoding_for_another_state) {
    const TestNetwork network(two_clusters());
    TestChain chain(network);
    chain.run_window({kOne, kTwo}, 0);
    const Bytes bytes = encode_state(chain.state());
    std::size_t taken = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes changed = bytes;
        changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        const auto decoded = decode_state(changed, network.genesis());
        if (!decoded) continue;
        ++taken;
        EXPECT_EQ(encode_state(*decoded), changed) << i;
        EXPECT_NE(app_hash(*decoded), app_hash(chain.state())) << i;
    }
    EXPECT_GT(taken, bytes.size() / 4) << "most bytes are figures, keys and hashes";
}

TEST(StateDecoder, refuses_the_state_of_another_network) {
    const TestNetwork network(two_clusters());
    TestNetworkOptions options = two_clusters();
    options.tariff.import_micro_per_kwh = 1;
    options.parameters.name = "elsewhere";
    const TestNetwork other(options);
    EXPECT_FALSE(decode_state(encode_state(other.initial_state()), network.genesis()));
}

TEST(StateDecoder, refuses_a_meter_without_a_cluster_and_records_out_of_order) {
    const TestNetwork network(two_clusters());
    ChainState state = network.initial_state();
    state.meters.edit(kMeter).registration.cluster = ClusterId("nowhere");
    EXPECT_FALSE(decode_state(encode_state(state), network.genesis()));
    state = network.initial_state();
    state.nodes.edit(TestNetwork::node(1)).registration.node = NodeId("zzz");
    EXPECT_FALSE(decode_state(encode_state(state), network.genesis()));
}

}  // namespace
}  // namespace fairfeed
