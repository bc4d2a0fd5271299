#include "core/state/state.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "core/state/registry.h"
#include "core/wire/chain_codec.h"
#include "core/wire/genesis_file_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;
using test::TestNetworkOptions;

const ClusterId kOne = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);

struct FieldChange {
    const char* name;
    std::function<void(ChainState&)> change;
};

std::vector<FieldChange> field_changes() {
    return {
        {"nothing", [](auto&) {}},
        {"network", [](auto& s) { s.network.bytes[0] ^= 1; }},
        {"height", [](auto& s) { s.height += 1; }},
        {"tip", [](auto& s) { s.tip.bytes[0] ^= 1; }},
        {"tip time", [](auto& s) { s.tip_time_ms += 1; }},
        {"dgmd sequence", [](auto& s) { s.dgmd_sequence += 1; }},
        {"a node", [](auto& s) { s.nodes.edit(NodeId("another")).reissued = 0; }},
        {"a node's key",
         [](auto& s) { s.nodes.edit(NodeId("node-1")).registration.signing_key.bytes[9] ^= 1; }},
        {"a node's agreement key",
         [](auto& s) { s.nodes.edit(NodeId("node-1")).registration.agreement_key.bytes[9] ^= 1; }},
        {"a node's place",
         [](auto& s) { s.nodes.edit(NodeId("node-1")).registration.location.north_m += 1; }},
        {"a meter", [](auto& s) { s.meters.edit(MeterId("another")).missed = 0; }},
        {"a meter's cluster",
         [](auto& s) { s.meters.edit(kMeter).registration.cluster = ClusterId("cluster-2"); }},
        {"a meter's service point",
         [](auto& s) { s.meters.edit(kMeter).registration.service_point += "x"; }},
        {"a meter's key",
         [](auto& s) { s.meters.edit(kMeter).registration.signing_key.bytes[9] ^= 1; }},
        {"a meter's effective", [](auto& s) { s.meters.edit(kMeter).registration.effective += 1; }},
        {"a capacity", [](auto& s) { s.meters.edit(kMeter).capacity_w[0].value += 1; }},
        {"a capacity's effective",
         [](auto& s) { s.meters.edit(kMeter).capacity_w[0].effective += 1; }},
        {"a grant's epoch", [](auto& s) { s.meters.edit(kMeter).grants[0].epoch += 1; }},
        {"a grant's wrap",
         [](auto& s) { s.meters.edit(kMeter).grants[0].entries[0].wrapped.ciphertext[0] ^= 1; }},
        {"a grant's recipient",
         [](auto& s) { s.meters.edit(kMeter).grants[0].entries[0].recipient = NodeId("other"); }},
        {"a sequence", [](auto& s) { s.meters.edit(kMeter).last_sequence += 1; }},
        {"a last reading", [](auto& s) { s.meters.edit(kMeter).last_reading.bytes[0] ^= 1; }},
        {"a committee", [](auto& s) { s.clusters.edit(kOne).committee.members.pop_back(); }},
        {"its epoch", [](auto& s) { s.clusters.edit(kOne).committee.epoch += 1; }},
        {"its place", [](auto& s) { s.clusters.edit(kOne).committee.location.east_m += 1; }},
        {"an earlier committee",
         [](auto& s) { s.clusters.edit(kOne).earlier.push_back(s.clusters.edit(kOne).committee); }},
        {"a last window", [](auto& s) { s.clusters.edit(kOne).last_window = 1; }},
        {"no last window", [](auto& s) { s.clusters.edit(kOne).last_window.reset(); }},
        {"a last settlement", [](auto& s) { s.clusters.edit(kOne).last_settlement.bytes[0] ^= 1; }},
        {"its height", [](auto& s) { s.clusters.edit(kOne).settled_at += 1; }},
        {"a change",
         [](auto& s) {
             s.clusters.edit(kOne).changes.push_back({1, 2});
         }},
        {"another change",
         [](auto& s) {
             s.clusters.edit(kOne).changes.push_back({2, 1});
         }},
        {"a tariff", [](auto& s) { s.tariffs[0].value.export_micro_per_kwh += 1; }},
        {"a tariff's window", [](auto& s) { s.tariffs[0].effective += 1; }},
        {"a tariff change",
         [](auto& s) {
             s.tariff_changes.push_back({1, 1});
         }},
        {"validators", [](auto& s) { std::swap(s.validators[0], s.validators[1]); }},
        {"their epoch", [](auto& s) { s.validator_epoch += 1; }},
        {"their hash", [](auto& s) { s.validators_hash.bytes[0] ^= 1; }},
    };
}

std::vector<FieldChange> office_changes() {
    return {
        {"a threshold", [](auto& s) { s.office.office.threshold += 1; }},
        {"an officer less", [](auto& s) { s.office.office.officers.pop_back(); }},
        {"an officer's key", [](auto& s) { s.office.office.officers[0].key.bytes[9] ^= 1; }},
        {"an inspector's name",
         [](auto& s) { s.office.office.inspectors[0].name = NodeId("inspector-9"); }},
        {"a certificate", [](auto& s) { s.meters.edit(kMeter).certificate = Digest{}; }},
        {"a deauthorisation",
         [](auto& s) {
             s.meters.edit(kMeter).deauthorised = DeauthorisedMeter{7, {}};
         }},
        {"its window",
         [](auto& s) {
             s.meters.edit(kMeter).deauthorised = DeauthorisedMeter{8, {}};
         }},
        {"its reason",
         [](auto& s) {
             s.meters.edit(kMeter).deauthorised =
                 DeauthorisedMeter{7, DeauthorisationReason::grid_safety};
         }},
        {"a command",
         [](auto& s) {
             s.meters.edit(kMeter).command = MeterCommand{7, kMeter};
         }},
    };
}

std::vector<FieldChange> schedule_changes() {
    return {
        {"a factor",
         [](auto& s) {
             s.clusters.edit(kOne).factors = {{5, 900}};
         }},
        {"another factor",
         [](auto& s) {
             s.clusters.edit(kOne).factors = {{6, 900}};
         }},
        {"its moment",
         [](auto& s) {
             s.clusters.edit(kOne).factors = {{5, 1800}};
         }},
        {"two factors",
         [](auto& s) {
             s.clusters.edit(kOne).factors = {{5, 900}, {6, 1800}};
         }},
    };
}

std::vector<FieldChange> accusation_changes() {
    return {
        {"an offence", [](auto& s) { s.meters.edit(kMeter).offences.count += 1; }},
        {"its evidence", [](auto& s) { s.meters.edit(kMeter).offences.last.bytes[0] ^= 1; }},
        {"its window", [](auto& s) { s.meters.edit(kMeter).offences.newest += 1; }},
        {"a voided window", [](auto& s) { s.meters.edit(kMeter).voided.push_back(5); }},
        {"a broken seal",
         [](auto& s) {
             s.meters.edit(kMeter).tampered = Tampering{5, {}, {}};
         }},
        {"a node's offence",
         [](auto& s) { s.nodes.edit(NodeId("node-1")).offences[Offence::two_votes].count = 1; }},
        {"another offence",
         [](auto& s) { s.nodes.edit(NodeId("node-1")).offences[Offence::two_batches].count = 1; }},
        {"a node's reissues", [](auto& s) { s.nodes.edit(NodeId("node-1")).reissued += 1; }},
        {"a node's absences", [](auto& s) { s.nodes.edit(NodeId("node-1")).taken_over += 1; }},
    };
}

TEST(AppHashTest, changes_with_every_field_of_the_state) {
    const TestNetwork network;
    TestChain chain(network);
    chain.run_window({kOne}, 0);
    std::set<Digest> hashes;
    for (const auto& changes :
         {field_changes(), office_changes(), schedule_changes(), accusation_changes()}) {
        for (const FieldChange& row : changes) {
            ChainState changed = chain.state();
            row.change(changed);
            EXPECT_TRUE(hashes.insert(app_hash(changed)).second) << row.name;
        }
    }
    EXPECT_TRUE(hashes.contains(app_hash(chain.state())));
}

TEST(GenesisStateTest, knows_who_is_who) {
    TestNetworkOptions options;
    options.nodes = 5;
    options.clusters_with_meters = 2;
    const TestNetwork network(options);
    const ChainState state = network.initial_state();
    EXPECT_EQ(state.validators.size(), 5U);
    EXPECT_EQ(state.validators.front(), NodeId("node-1"));  // the node with most users (paper A53)
    EXPECT_EQ(state.height, 0U);
    EXPECT_EQ(state.tip, block_id(network.genesis().block.block.header));
    EXPECT_EQ(state.meters_of(kOne, 0).size(), 3U);
    EXPECT_EQ(state.next_window(kOne), 0U);
    EXPECT_EQ(state.next_window(TestNetwork::cluster(3)), std::nullopt);  // no meters
    EXPECT_EQ(state.next_window(ClusterId("nowhere")), std::nullopt);
    EXPECT_EQ(state.capacity_w(kMeter, 0), 5000);
    EXPECT_EQ(state.capacity_w(MeterId("nobody"), 0), 0);
    EXPECT_EQ(state.tariff(77).import_micro_per_kwh, 250'000);
    EXPECT_EQ(state.quorum_of(kOne), 3U);
    EXPECT_EQ(state.quorum_of(ClusterId("nowhere")), 0U);
    EXPECT_EQ(state.key_epoch(kMeter, 0), 1U);
    EXPECT_NE(state.node_key(NodeId("node-5")), nullptr);
    EXPECT_EQ(state.node_key(NodeId("node-6")), nullptr);
    EXPECT_EQ(state.meter_key(MeterId("node-1")), nullptr);
}

TEST(GenesisStateTest, begins_where_the_first_meter_is_effective) {
    TestNetworkOptions options;
    options.meters_effective = 7;
    const TestNetwork network(options);
    const ChainState state = network.initial_state();
    EXPECT_TRUE(state.meters_of(kOne, 6).empty());
    EXPECT_EQ(state.next_window(kOne), 7U);
}

struct GenesisDamage {
    const char* name;
    std::function<void(LoadedGenesis&)> damage;
    Reject expected;
};

// The content of the first transaction of this kind.
template <class T>
T& first(LoadedGenesis& genesis) {
    for (Transaction& transaction : genesis.block.block.transactions) {
        if (T* found = std::get_if<T>(&transaction.content)) return *found;
    }
    ADD_FAILURE() << "not there";
    return std::get<T>(genesis.block.block.transactions.front().content);
}

// Removes the transactions of a kind; the others keep a gapless sequence.
template <class T>
void remove_all(LoadedGenesis& genesis) {
    auto& transactions = genesis.block.block.transactions;
    std::erase_if(transactions, [](const Transaction& transaction) {
        return std::holds_alternative<T>(transaction.content);
    });
    std::uint64_t sequence = 0;
    for (Transaction& transaction : transactions) {
        std::visit(
            [&sequence](auto& said) {
                if constexpr (requires { said.sequence; }) {
                    if constexpr (!requires { said.header; }) said.sequence = ++sequence;
                }
            },
            transaction.content);
    }
}

// Changes GENESIS and its copy beside the block.
void change_content(LoadedGenesis& genesis, const std::function<void(Genesis&)>& change) {
    change(genesis.content);
    first<Genesis>(genesis) = genesis.content;
}

std::vector<GenesisDamage> damage_of_genesis() {
    return {
        {"odd window",
         [](auto& g) { change_content(g, [](Genesis& c) { c.parameters.window_seconds = 1000; }); },
         Reject::out_of_range},
        {"no window",
         [](auto& g) { change_content(g, [](Genesis& c) { c.parameters.window_seconds = 0; }); },
         Reject::out_of_range},
        {"a window too long for a reading",
         [](auto& g) {
             change_content(g, [](Genesis& c) { c.parameters.window_seconds = 86'400; });
         },
         Reject::out_of_range},
        {"dgmd is the genesis node",
         [](auto& g) { change_content(g, [](Genesis& c) { c.dgmd = c.genesis_node; }); },
         Reject::already_registered},
        {"dgmd has the name of the account grid",
         [](auto& g) { change_content(g, [](Genesis& c) { c.dgmd = NodeId("grid"); }); },
         Reject::already_registered},
        {"an officer has the name of a node",
         [](auto& g) {
             change_content(g, [](Genesis& c) { c.office.officers[0].name = NodeId("node-1"); });
         },
         Reject::already_registered},
        {"an officer has DGMD's key",
         [](auto& g) {
             change_content(g, [](Genesis& c) { c.office.officers[0].key = c.dgmd_key; });
         },
         Reject::already_registered},
        {"an officer's key is no point",
         [](auto& g) {
             change_content(g, [](Genesis& c) { c.office.officers[0].key.bytes[40] ^= 1; });
         },
         Reject::malformed},
        {"a threshold that cannot be reached",
         [](auto& g) { change_content(g, [](Genesis& c) { c.office.threshold = 4; }); },
         Reject::out_of_range},
        {"no genesis first",
         [](auto& g) { g.block.block.transactions.erase(g.block.block.transactions.begin()); },
         Reject::malformed},
        {"nothing", [](auto& g) { g.block.block.transactions.clear(); }, Reject::empty_block},
        {"another genesis content", [](auto& g) { g.content.parameters.speed = 2; },
         Reject::malformed},
        {"the genesis node is not registered",
         [](auto& g) { change_content(g, [](Genesis& c) { c.genesis_node = NodeId("node-9"); }); },
         Reject::unknown_node},
        {"the genesis node is not the largest",
         [](auto& g) {
             change_content(g, [](Genesis& c) {
                 c.genesis_node = NodeId("node-2");
                 c.genesis_node_key = test::signing_key("node-2").public_key();
             });
         },
         Reject::wrong_validators},
        {"another key of the genesis node",
         [](auto& g) {
             change_content(g, [](Genesis& c) {
                 c.genesis_node_key = test::signing_key("node-2").public_key();
             });
         },
         Reject::wrong_signature},
        {"other validators", [](auto& g) { g.block.block.header.validators = Digest{}; },
         Reject::wrong_validators},
    };
}

std::vector<GenesisDamage> damage_of_dgmds() {
    return {
        {"a sequence skipped", [](auto& g) { first<NodeRegistration>(g).sequence = 2; },
         Reject::wrong_sequence},
        {"a meter called grid",
         [](auto& g) { first<MeterRegistration>(g).meter = MeterId("grid"); },
         Reject::already_registered},
        {"a meter without committee",
         [](auto& g) { first<MeterRegistration>(g).cluster = ClusterId("nowhere"); },
         Reject::wrong_cluster},
        {"meters without keys", [](auto& g) { remove_all<KeyGrant>(g); },
         Reject::unknown_key_epoch},
        {"a committee of strangers",
         [](auto& g) { first<CommitteeAllocation>(g).members[1] = NodeId("who"); },
         Reject::unknown_node},
        {"a member twice",
         [](auto& g) {
             auto& members = first<CommitteeAllocation>(g).members;
             members[1] = members[0];
         },
         Reject::duplicate},
        {"no tariff", [](auto& g) { remove_all<TariffNotice>(g); }, Reject::not_effective},
        {"a tariff for later", [](auto& g) { first<TariffNotice>(g).effective = 42; },
         Reject::not_effective},
    };
}

TEST(GenesisStateTest, refuses_a_genesis_that_makes_no_sense) {
    const TestNetwork network;
    std::vector<GenesisDamage> table = damage_of_genesis();
    for (const GenesisDamage& row : damage_of_dgmds())
        table.push_back(row);
    for (const GenesisDamage& row : table) {
        LoadedGenesis genesis = network.genesis();
        row.damage(genesis);
        const auto state = state_from_genesis(genesis);
        ASSERT_FALSE(state) << row.name;
        EXPECT_EQ(to_string(state.error()), to_string(row.expected)) << row.name;
    }
}

TEST(GenesisStateTest, refuses_clusters_that_do_not_fit_a_block) {
    TestNetworkOptions options;
    options.parameters.max_block_transactions = 4;  // three readings and their settlement
    const TestNetwork fits(options);
    LoadedGenesis genesis = fits.genesis();
    change_content(genesis, [](Genesis& c) { c.parameters.max_block_transactions = 3; });
    const auto state = state_from_genesis(genesis);
    ASSERT_FALSE(state);
    EXPECT_EQ(state.error(), Reject::out_of_range);
}

TEST(HistoryTest, answers_for_the_window_asked) {
    const TestNetwork network;
    ChainState state = network.initial_state();
    MeterRecord& meter = state.meters.edit(kMeter);
    meter.capacity_w = {{0, 4000}, {3, 9000}, {5, 0}, {5, 1000}};
    EXPECT_EQ(state.capacity_w(kMeter, 2), 4000);
    EXPECT_EQ(state.capacity_w(kMeter, 4), 9000);
    EXPECT_EQ(state.capacity_w(kMeter, 5), 1000);  // the later of two for one window counts
    state.tariffs.push_back({42, {7, 8}});
    EXPECT_EQ(state.tariff(41).import_micro_per_kwh, 250'000);
    EXPECT_EQ(state.tariff(42).import_micro_per_kwh, 7);
}

TEST(IsCurrentTest, counts_every_change_not_only_the_last) {
    const TestNetwork network;
    ChainState state = network.initial_state();
    state.height = 9;
    ClusterRecord& cluster = state.clusters.edit(kOne);
    cluster.settled_at = 2;
    cluster.changes = {{4, 10}, {6, 20}};
    EXPECT_TRUE(state.is_current(kOne, 9, 2));
    EXPECT_FALSE(state.is_current(kOne, 10, 3));  // the earlier change counts, too
    EXPECT_TRUE(state.is_current(kOne, 10, 4));
    EXPECT_FALSE(state.is_current(kOne, 20, 5));
    EXPECT_TRUE(state.is_current(kOne, 20, 6));
    EXPECT_FALSE(state.is_current(kOne, 9, 1));   // before the last settlement
    EXPECT_FALSE(state.is_current(kOne, 9, 10));  // not reached
    state.tariff_changes = {{7, 12}};
    EXPECT_FALSE(state.is_current(kOne, 12, 6));
    EXPECT_TRUE(state.is_current(kOne, 11, 6));
}

}  // namespace
}  // namespace fairfeed
