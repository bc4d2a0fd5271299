#include "gateway/commands/provision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/key_file.h"
#include "core/io/clock.h"
#include "core/io/json.h"
#include "core/state/state.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/transaction_codec.h"
#include "gateway/commands/provision_report.h"
#include "gateway/dgmd/lab_parameters.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::content_of;
using testing_support::kSmallLab;
using testing_support::provision;
using testing_support::Provisioned;
using testing_support::TempDirectory;
using testing_support::with;
using testing_support::write_text;

LoadedGenesis genesis_in(const std::filesystem::path& network) {
    const auto bytes = read_file(network / "genesis.cbor");
    CHECK(bytes.has_value());
    auto genesis = decode_genesis(*bytes);
    CHECK(genesis.has_value());
    return std::move(*genesis);
}

ChainState state_in(const std::filesystem::path& network) {
    auto state = state_from_genesis(genesis_in(network));
    CHECK(state.has_value());
    return std::move(*state);
}

std::filesystem::perms mode_of(const std::filesystem::path& file) {
    return std::filesystem::status(file).permissions();
}

TEST(Provision, provisions_the_example_as_it_stands) {
    const TempDirectory directory;
    const auto run = provision(FAIRFEED_SOURCE_DIR "/config/lab.yaml", directory / "net");
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.err, "");
    const ChainState state = state_in(directory / "net");
    EXPECT_EQ(state.nodes.size(), 5U);
    EXPECT_EQ(state.meters.size(), 12U);
    EXPECT_EQ(state.genesis.genesis_node, NodeId("n1"));
    EXPECT_EQ(state.tariff(0), (Tariff{250'000, 80'000}));
    EXPECT_EQ(state.capacity_w(MeterId("m-301"), 0), 6000);
    EXPECT_EQ(state.office.office.threshold, 2U);
    EXPECT_THAT(run.out, HasSubstr("office   2 of 3 officers decide on rights and money: "
                                   "officer-1, officer-2, officer-3\n"));
}

TEST(Provision, gives_each_officer_a_key_file_of_their_own) {
    const Provisioned made(with(kSmallLab, "tariff:",
                                "office: {officers: [bela, amal, chen], threshold: 3, "
                                "inspectors: [dara]}\ntariff:"));
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    const Office office = state_in(made.network()).office.office;
    EXPECT_EQ(office.threshold, 3U);
    ASSERT_EQ(office.officers.size(), 3U);
    for (const Signatory& officer : office.officers) {
        const auto file = made.network() / "officers" / (officer.name.str() + ".key");
        EXPECT_EQ(mode_of(file), std::filesystem::perms(0600));
        const auto key = load_signing_key(file);
        ASSERT_TRUE(key);
        EXPECT_EQ(key->public_key(), officer.key);
    }
    EXPECT_EQ(mode_of(made.network() / "officers"), std::filesystem::perms(0700));
    const auto inspector = load_signing_key(made.network() / "inspectors/dara.key");
    ASSERT_TRUE(inspector);
    EXPECT_EQ(inspector->public_key(), office.inspectors.front().key);
}

TEST(Provision, labels_a_network_in_which_one_key_decides) {
    const Provisioned made(with(kSmallLab, "tariff:", "office: {officers: [amal]}\ntariff:"));
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    EXPECT_THAT(made.run().err, HasSubstr("warning: one officer's key alone decides"));
    EXPECT_THAT(made.run().out, HasSubstr("1 of 1 officer decides: for a laboratory only"));
}

TEST(Provision, refuses_to_provision_twice_and_leaves_every_byte_alone) {
    const Provisioned made;
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    const auto before = content_of(made.network());
    const auto again = provision(made.lab(), made.network());
    EXPECT_EQ(again.status, 2);
    EXPECT_EQ(again.out, "");
    EXPECT_EQ(
        again.err,
        made.network().string() +
            ": holds ca, dgmd, genesis.cbor, inspectors, meters and 3 more already, and keys are "
            "never overwritten; name a new directory or move this one away\n");
    EXPECT_EQ(content_of(made.network()), before);
}

TEST(Provision, refuses_any_directory_with_content_but_not_one_with_a_marker) {
    const TempDirectory directory;
    write_text(directory / "lab.yaml", kSmallLab);
    std::filesystem::create_directory(directory / "net");
    write_text(directory / "net/.marker", "mine");
    write_text(directory / "net/letters.txt", "dear");
    const auto refused = provision(directory / "lab.yaml", directory / "net");
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("holds letters.txt already"));
    EXPECT_FALSE(std::filesystem::exists(directory / "net/ca"));
    std::filesystem::remove(directory / "net/letters.txt");
    EXPECT_EQ(provision(directory / "lab.yaml", directory / "net").status, 0);
}

TEST(Provision, says_all_errors_of_file_and_directory_at_once_and_writes_nothing) {
    const TempDirectory directory;
    write_text(directory / "lab.yaml", with(kSmallLab, "4800", "0"));
    write_text(directory / "net", "a file");
    const auto run = provision(directory / "lab.yaml", directory / "net");
    EXPECT_EQ(run.status, 2);
    EXPECT_THAT(run.err, HasSubstr("lab.yaml:4:10: 'network.speed'"));
    EXPECT_THAT(run.err, HasSubstr("net: not a directory"));
    const auto wrong = provision(directory / "lab.yaml", directory / "other");
    EXPECT_EQ(wrong.status, 2);
    EXPECT_FALSE(std::filesystem::exists(directory / "other"));
}

TEST(Provision, says_where_a_directory_cannot_be_made) {
    const TempDirectory directory;
    write_text(directory / "lab.yaml", kSmallLab);
    write_text(directory / "file", "a file");
    const auto run = provision(directory / "lab.yaml", directory / "file/net");
    EXPECT_EQ(run.status, 1);
    EXPECT_THAT(run.err, HasSubstr((directory / "file").string()));
}

TEST(Provision, keeps_secrets_from_everybody_but_their_owner) {
    const Provisioned made;
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    std::size_t keys = 0;
    for (const auto& [name, text] : content_of(made.network())) {
        const bool secret = name.ends_with(".key");
        keys += secret ? 1 : 0;
        EXPECT_EQ(secret, name.ends_with("data.key") || text.find("PRIVATE") != std::string::npos)
            << name;
        EXPECT_EQ(mode_of(made / name), std::filesystem::perms(secret ? 0600 : 0644)) << name;
    }
    // One key of the CA, three of DGMD, one of each officer and inspector, four of each node, three
    // of each meter.
    EXPECT_EQ(keys, 1U + 3U + 3U + 1U + 2U * 4U + 3U * 3U);
    for (const char* name : {"ca", "dgmd", "officers", "inspectors", "nodes/n1/keys",
                             "nodes/n1/broker", "meters/m1"})
        EXPECT_EQ(mode_of(made / name), std::filesystem::perms(0700)) << name;
}

TEST(Provision, registers_the_keys_it_wrote) {
    const Provisioned made;
    const ChainState state = state_in(made.network());
    const auto node = load_signing_key(made / "nodes/n1/keys/signing.key");
    const auto agreement = load_agreement_key(made / "nodes/n1/keys/agreement.key");
    const auto meter = load_signing_key(made / "meters/m1/signing.key");
    const auto dgmd = load_signing_key(made / "dgmd/signing.key");
    ASSERT_TRUE(node && agreement && meter && dgmd);
    const NodeRegistration& registered = state.nodes.at(NodeId("n1")).registration;
    EXPECT_EQ(registered.signing_key, node->public_key());
    EXPECT_EQ(registered.agreement_key, agreement->public_key());
    EXPECT_EQ(state.meters.at(MeterId("m1")).registration.signing_key, meter->public_key());
    EXPECT_EQ(state.genesis.dgmd_key, dgmd->public_key());
}

TEST(Provision, grants_the_data_key_to_the_committee_and_the_utility) {
    const Provisioned made;
    const ChainState state = state_in(made.network());
    const auto key = load_symmetric_key(made / "meters/m1/data.key");
    ASSERT_TRUE(key);
    const KeyGrant& grant = state.meters.at(MeterId("m1")).grants.at(0);
    std::vector<std::string> recipients;
    for (const KeyGrantEntry& entry : grant.entries) {
        recipients.push_back(entry.recipient.str());
        const std::string where =
            entry.recipient == NodeId("dgmd") ? "dgmd" : "nodes/" + entry.recipient.str() + "/keys";
        const auto own = load_agreement_key(made / (where + "/agreement.key"));
        ASSERT_TRUE(own) << own.error();
        const Bytes context =
            key_grant_context(state.network, MeterId("m1"), grant.epoch, entry.recipient);
        EXPECT_EQ(own->unwrap(entry.wrapped, context), *key) << recipients.back();
    }
    EXPECT_THAT(recipients, ElementsAre("dgmd", "n1", "n2"));
}

TEST(Provision, lets_the_node_with_most_meters_make_block_0) {
    const Provisioned made;
    const LoadedGenesis genesis = genesis_in(made.network());
    EXPECT_EQ(genesis.content.genesis_node, NodeId("n2"));
    EXPECT_THAT(state_in(made.network()).validators, ElementsAre(NodeId("n2"), NodeId("n1")));
    EXPECT_EQ(genesis.block.block.header.proposer, NodeId("n2"));
}

TEST(Provision, numbers_what_the_utility_registers_in_a_fixed_order) {
    const Provisioned made;
    std::vector<int> kinds;
    for (const Transaction& each : genesis_in(made.network()).block.block.transactions)
        kinds.push_back(static_cast<int>(each.kind));
    EXPECT_THAT(kinds, ElementsAre(0, 4, 4, 5, 5, 3, 3, 3, 7, 7, 7, 6, 6, 6, 8));
    EXPECT_EQ(state_in(made.network()).dgmd_sequence, 14U);
}

TEST(Provision, counts_the_start_from_the_genesis_it_wrote) {
    const std::int64_t before_ms = Clock().now().real_ms;
    const Provisioned made;
    const LoadedGenesis genesis = genesis_in(made.network());
    const std::int64_t now_ms = genesis.block.block.header.time_ms;
    EXPECT_GE(now_ms, before_ms);
    EXPECT_LE(now_ms, Clock().now().real_ms);
    EXPECT_EQ(genesis.content.parameters.real_epoch_ms, now_ms + 8000);
}

TEST(Provision, writes_a_node_configuration_of_known_keys) {
    const Provisioned made;
    const auto document = YamlDocument::load(made / "nodes/n1/edge-node.yaml");
    ASSERT_TRUE(document);
    const YamlView root = document->root();
    EXPECT_EQ(root.require_name<NodeId>("node"), NodeId("n1"));
    EXPECT_EQ(root.require_path("genesis"), made / "genesis.cbor");
    EXPECT_EQ(root.require_path("data").parent_path(), made / "nodes/n1");
    const YamlView keys = root.require_map("keys");
    for (const char* key : {"signing", "agreement", "tls_key", "tls_certificate", "ca_certificate"})
        EXPECT_TRUE(std::filesystem::exists(keys.require_path(key))) << key;
    const YamlView broker = root.require_map("broker");
    EXPECT_EQ(broker.require_text("host"), "127.0.0.1");
    EXPECT_EQ(broker.require_int("port", 1, 65535), 18831);
    const auto peers = root.require_list("peers");
    ASSERT_EQ(peers.size(), 1U);
    EXPECT_EQ(peers[0].require_name<NodeId>("node"), NodeId("n2"));
    EXPECT_EQ(peers[0].require_text("host"), "127.0.0.1");
    EXPECT_EQ(peers[0].require_int("port", 1, 65535), 18832);
    EXPECT_EQ(root.require_path("status_file"), made / "run/node-n1.json");
    EXPECT_EQ(root.require_text("log_level"), "info");
    EXPECT_EQ(root.require_text("clock"), "operator");
    EXPECT_THAT(document->finish(), ElementsAre());
}

TEST(Provision, writes_a_meter_configuration_of_known_keys) {
    const Provisioned made(with(kSmallLab, "capacity_w: 3000", "capacity_w: 3000, pv_w: 2700"));
    const auto document = YamlDocument::load(made / "meters/meter-sim.yaml");
    ASSERT_TRUE(document);
    const YamlView root = document->root();
    EXPECT_EQ(root.require_path("genesis"), made / "genesis.cbor");
    EXPECT_EQ(root.require_path("outbox"), made / "meters/outbox.db");
    EXPECT_EQ(root.require_path("status_file"), made / "run/meter-sim.json");
    EXPECT_EQ(root.require_text("log_level"), "info");
    EXPECT_EQ(root.require_int("publish_spread_ms", 0, 1), 0);
    EXPECT_TRUE(std::filesystem::exists(root.require_path("ca_certificate")));
    std::vector<std::string> brokers;
    for (const YamlView& broker : root.require_list("brokers")) {
        brokers.push_back(broker.require_text("node") + " " + broker.require_text("host") + " " +
                          std::to_string(broker.require_int("port", 1, 65535)));
    }
    EXPECT_THAT(brokers, ElementsAre("n1 127.0.0.1 18831", "n2 127.0.0.1 18832"));
    EXPECT_EQ(root.require_map("source").require_int("seed", 0, 100), 7);
    const auto meters = root.require_list("meters");
    ASSERT_EQ(meters.size(), 3U);
    for (const YamlView& meter : meters) {
        EXPECT_FALSE(meter.require_name<MeterId>("id").empty());
        for (const char* key : {"signing_key", "data_key", "tls_key", "tls_certificate"})
            EXPECT_TRUE(std::filesystem::exists(meter.require_path(key))) << key;
    }
    EXPECT_EQ(meters[0].require_int("pv_w", 0, 10'000), 2700);
    EXPECT_THAT(document->finish(), ElementsAre());
}

// The field preset's files name no part of the directory in which the network was made.
TEST(Provision, of_the_field_names_the_places_of_the_units_and_the_commands_to_get_there) {
    const Provisioned made(
        with(with(kSmallLab, "speed: 4800", "speed: 1"), "  preset: lab\n", "  preset: field\n"));
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    auto files = content_of(made.network());
    const std::string& node = files["nodes/n1/edge-node.yaml"];
    EXPECT_THAT(node, HasSubstr("data: /var/lib/fairfeed/n1\n"));
    EXPECT_THAT(node, Not(HasSubstr("status_file")));
    EXPECT_THAT(files["meters/meter-sim.yaml"],
                HasSubstr("outbox: /var/lib/fairfeed-meters/outbox.db\n"));
    const std::string& broker = files["nodes/n1/mosquitto.conf"];
    EXPECT_THAT(broker, HasSubstr("user mosquitto\n"));
    EXPECT_THAT(broker, HasSubstr("cafile /etc/fairfeed/nodes/n1/broker/ca.crt\n"));
    EXPECT_THAT(broker, Not(HasSubstr(made.network().string())));
    EXPECT_THAT(made.run().out,
                HasSubstr("systemctl enable --now fairfeed-mosquitto@n1 edge-node@n1\n"));
    EXPECT_THAT(made.run().out, HasSubstr("tar -C /etc/fairfeed -x"));
    EXPECT_EQ(made.run().err, "");
}

TEST(Provision, warns_of_field_timers_with_windows_of_ten_seconds) {
    const std::string fast =
        with(with(kSmallLab, "speed: 4800", "speed: 1440"), "  preset: lab\n", "  preset: field\n");
    const Provisioned made(fast);
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    EXPECT_THAT(made.run().err, HasSubstr("warning: windows last 10 s"));
    EXPECT_THAT(made.run().err, HasSubstr("60 s (grace_ms) and 30 s (slot_ms)"));
    EXPECT_THAT(made.run().err, HasSubstr("preset: lab"));
    const TempDirectory directory;
    write_text(directory / "lab.yaml", fast);
    const auto json = Json::parse(provision(directory / "lab.yaml", directory / "net", true).out);
    ASSERT_TRUE(json);
    EXPECT_NE(json->at("warnings").at(0).as_text(), nullptr);
}

TEST(Provision, names_an_old_start_and_a_network_of_one_node) {
    const std::string yesterday = std::to_string(Clock().now().real_ms - 86'400'000);
    std::string text = with(kSmallLab, "  speed", "  starts_at: " + yesterday + "\n  speed");
    text = with(text,
                "  - id: n2\n    location: {east_m: 300, north_m: 400}\n"
                "    address: 127.0.0.1\n    port: 18832\n",
                "");
    text = with(text, "  - {id: west, parent: n2}\n", "");
    text = with(with(text, "cluster: west", "cluster: east"), "cluster: west", "cluster: east");
    const Provisioned made(text);
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    EXPECT_THAT(made.run().out, HasSubstr("1 node, 1 cluster, 3 meters"));
    EXPECT_THAT(made.run().out, HasSubstr("already past"));
    EXPECT_THAT(made.run().out, HasSubstr("single, f = 0: everything rests on this node"));
    EXPECT_THAT(content_of(made.network())["nodes/n1/edge-node.yaml"], HasSubstr("peers: []\n"));
}

TEST(Provision, refuses_a_start_years_away_and_writes_nothing) {
    const TempDirectory directory;
    const std::int64_t now_ms = Clock().now().real_ms;
    constexpr std::int64_t kTwoYearsMs = 730LL * 86'400'000;
    const std::pair<std::int64_t, const char*> rows[] = {
        {now_ms - kTwoYearsMs, "more than a year before"},
        {now_ms + kTwoYearsMs, "more than a year after"},
    };
    for (const auto& [starts_at, said] : rows) {
        write_text(
            directory / "lab.yaml",
            with(kSmallLab, "  speed", "  starts_at: " + std::to_string(starts_at) + "\n  speed"));
        const auto run = provision(directory / "lab.yaml", directory / "net");
        EXPECT_EQ(run.status, 2);
        EXPECT_THAT(run.err, HasSubstr("lab.yaml: 'network.starts_at'"));
        EXPECT_THAT(run.err, HasSubstr(said));
        EXPECT_FALSE(std::filesystem::exists(directory / "net"));
    }
}

TEST(Provision, prints_commands_that_work_where_a_path_has_spaces) {
    const TempDirectory directory;
    write_text(directory / "lab.yaml", kSmallLab);
    const auto run = provision(directory / "lab.yaml", directory / "my street's net");
    ASSERT_EQ(run.status, 0) << run.err;
    const std::string quoted =
        "'" + directory.path().string() + "/my street'\\''s net/nodes'/$n/mosquitto.conf &\n";
    EXPECT_THAT(run.out, HasSubstr("for n in n1"));
    EXPECT_THAT(run.out, HasSubstr("mosquitto -c " + quoted));
    EXPECT_THAT(run.out, HasSubstr("net/nodes'/$n/edge-node.yaml &\n"));
    EXPECT_THAT(run.out, HasSubstr("net/meters/meter-sim.yaml'\n"));
}

TEST(Provision, summarises_for_programs) {
    const TempDirectory directory;
    const auto run = provision(FAIRFEED_SOURCE_DIR "/config/lab.yaml", directory / "net", true);
    ASSERT_EQ(run.status, 0) << run.err;
    const auto json = Json::parse(run.out);
    ASSERT_TRUE(json) << json.error();
    EXPECT_EQ(json->at("name"), Json("lab"));
    EXPECT_EQ(json->at("network"), Json(to_hex(state_in(directory / "net").network.view())));
    EXPECT_EQ(json->at("chain").at("quorum"), Json(4));
    EXPECT_EQ(json->at("clusters").at(0).at("committee_class"), Json("full"));
    EXPECT_EQ(json->at("clusters").at(0).at("members"),
              Json::array().push("n1").push("n2").push("n5").push("n3"));
    EXPECT_EQ(json->at("nodes").at(0).at("parent_of"), Json("ash"));
    EXPECT_EQ(json->at("office").at("threshold"), Json(2));
    EXPECT_EQ(json->at("office").at("laboratory_only"), Json(false));
    EXPECT_EQ(json->at("office").at("officers").at(2).at("key"),
              Json((directory / "net/officers/officer-3.key").string()));
    EXPECT_EQ(json->at("files"), Json(content_of(directory / "net").size()));
}

TEST(Provision, says_what_every_committee_bears) {
    EXPECT_EQ(committee_promise(4, 3), "f = 1: 1 of 4 may fail or lie");
    EXPECT_EQ(committee_promise(3, 3), "f = 0: nothing is certified while one of 3 is down");
    EXPECT_EQ(committee_promise(3, 2), "f = 0: 1 of 3 may be down, none may lie");
    EXPECT_EQ(committee_promise(2, 2), "f = 0: nothing is certified while one of 2 is down");
    EXPECT_EQ(committee_promise(1, 1), "f = 0: everything rests on this node");
}

}  // namespace
}  // namespace fairfeed
