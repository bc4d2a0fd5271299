#include "edge-node/commands/show.h"

#include <gmock/gmock.h>

#include "edge-node/commands/figures.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed {
namespace {

using test::NodeDirectory;
using test::Said;
using test::TestNetwork;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

LedgerSource public_source(const NodeDirectory& node) {
    return {.config = std::nullopt, .genesis = node.genesis(), .ledger = node.ledger()};
}
LedgerSource own_source(const NodeDirectory& node, std::size_t index) {
    return {.config = node.config(index), .genesis = std::nullopt, .ledger = std::nullopt};
}

std::int64_t sum_of(const Json& list, std::string_view key) {
    std::int64_t sum = 0;
    for (const Json& each : *list.as_array())
        sum += *each.at(key).as_int();
    return sum;
}

TEST(show_blocks, lists_every_block_with_its_transactions) {
    NodeDirectory node(2, 2);
    const Said said = test::say(run_show_blocks, ShowBlocksOptions{public_source(node), false});
    EXPECT_EQ(said.code, kExitOk) << said.err;
    EXPECT_THAT(said.out, HasSubstr("4 reading, 2 settlement"));
    EXPECT_THAT(said.out, HasSubstr(short_hex(node.stored().chain().state().tip)));
    const Json json =
        test::say(run_show_blocks, ShowBlocksOptions{public_source(node), true}).json();
    ASSERT_THAT(*json.at("blocks").as_array(), SizeIs(3));
    EXPECT_TRUE(json.at("blocks").at(0).at("committed_at_ms").is_null());
    const Json& tip = json.at("blocks").at(2);
    const CommittedBlock& expected = node.stored().chain().blocks()[1];
    EXPECT_EQ(*tip.at("committed_at_ms").as_int(),
              expected.block.header.time_ms + test::kCommittedAfterMs);
    EXPECT_EQ(*tip.at("counts").at("reading").as_int(), 4);
    const Json& first = tip.at("transactions").at(0);
    EXPECT_EQ(*first.at("kind").as_text(), "reading");
    EXPECT_EQ(*first.at("id").as_text(), to_hex(expected.block.transactions[0].id.view()));
}

TEST(show_blocks, names_a_damaged_block) {
    NodeDirectory node(1, 2);
    node.stored().damage("DELETE FROM blocks WHERE height = 1");
    const Said said = test::say(run_show_blocks, ShowBlocksOptions{public_source(node), false});
    EXPECT_EQ(said.code, kExitFault);
    EXPECT_THAT(said.err, HasSubstr("block 1 is missing"));
}

TEST(show_blocks, shows_the_others_beside_one_that_rotted) {
    NodeDirectory node(1, 3);
    node.stored().rot("UPDATE blocks SET body = x'80' WHERE height = 2");
    const Said page = test::say(run_show_blocks, ShowBlocksOptions{public_source(node), false});
    EXPECT_EQ(page.code, kExitFault);
    EXPECT_THAT(page.out, HasSubstr("DAMAGED"));
    const Said said = test::say(run_show_blocks, ShowBlocksOptions{public_source(node), true});
    EXPECT_EQ(said.code, kExitFault);
    EXPECT_THAT(*said.json().at("blocks").as_array(), SizeIs(3));
    EXPECT_EQ(*said.json().at("damaged").at(0).at("height").as_int(), 2);
}

TEST(show_settlement, shows_lines_to_a_member_and_totals_to_everybody) {
    const NodeDirectory node(6, 2);
    ShowSettlementOptions options{own_source(node, 1), "cluster-1", 1, false};
    const Said own = test::say(run_show_settlement, options);
    EXPECT_EQ(own.code, kExitOk) << own.err;
    EXPECT_THAT(own.out, HasSubstr("meter-1-2"));
    EXPECT_THAT(own.out, HasSubstr("endorsed by 3 of 4 (class full)"));
    options.cluster = "cluster-2";
    const Said foreign = test::say(run_show_settlement, options);
    EXPECT_EQ(foreign.code, kExitOk);
    EXPECT_THAT(foreign.out, HasSubstr("sealed to the committee"));
    EXPECT_THAT(foreign.out, Not(HasSubstr("meter-2")));
    EXPECT_THAT(foreign.out, HasSubstr("(node-2, node-3, "));
    options.window = 2;
    const Said open = test::say(run_show_settlement, options);
    EXPECT_EQ(open.code, kExitFault);
    EXPECT_THAT(open.err, HasSubstr("windows 0 to 1 are"));
    options.cluster = "Cluster 2";
    EXPECT_EQ(test::say(run_show_settlement, options).code, kExitUsage);
    options.cluster = "cluster-7";
    const Said unknown = test::say(run_show_settlement, options);
    EXPECT_EQ(unknown.code, kExitUsage);
    EXPECT_THAT(unknown.err, HasSubstr("no cluster 'cluster-7'; there are cluster-1, cluster-2"));
}

TEST(show_settlement, notes_a_peak_above_the_certified_capacity_and_a_reset) {
    NodeDirectory node(1, 1);
    test::TestChain& chain = node.stored().chain();
    const ClusterId cluster = TestNetwork::cluster(1);
    const MeterId meter = TestNetwork::meter(1, 1);
    auto readings = chain.read_all(cluster, 1);
    ReadingBody body = readings.at(meter).body;
    body.end = {.import_wh = 50'000, .export_wh = 50'000, .generation_wh = 50'000};
    body.peak_generation_w = 6000;
    body.flags = kFlagRegisterReset;
    readings.at(meter) = chain.meter(meter).read_body(1, body);
    const auto group = chain.group(chain.settle(cluster, 1, readings), readings);
    ASSERT_TRUE(chain.append(chain.next_block(group)));
    node.stored().store();
    ShowSettlementOptions options{own_source(node, 1), "cluster-1", 1, false};
    const Said page = test::say(run_show_settlement, options);
    EXPECT_THAT(page.out, HasSubstr("meter-1-1: peak above 115 % of the certified capacity, window "
                                    "1 of those so flagged at 5.000 kW"));
    EXPECT_THAT(page.out, HasSubstr("meter-1-1: registers reset"));
    options.json = true;
    const Json shares = test::say(run_show_settlement, options).json().at("shares");
    EXPECT_EQ(shares.at(0).at("flags").dump(), R"(["over_capacity","register_reset"])");
    EXPECT_EQ(shares.at(1).at("flags").dump(), "[]");
    options = {own_source(node, 1), "cluster-1", 0, false};
    EXPECT_THAT(test::say(run_show_settlement, options).out, Not(HasSubstr("Note:")));
}

TEST(show_clusters, gives_shares_bills_and_accounts_that_sum_to_zero) {
    NodeDirectory node(2, 3);
    const Json json =
        test::say(run_show_clusters, ShowClustersOptions{own_source(node, 2), true}).json();
    ASSERT_THAT(*json.at("clusters").as_array(), SizeIs(2));
    for (const Json& cluster : *json.at("clusters").as_array()) {
        EXPECT_EQ(*cluster.at("committee_class").as_text(), "degraded");
        ASSERT_THAT(*cluster.at("windows").as_array(), SizeIs(3));
        EXPECT_EQ(sum_of(cluster.at("accounts"), "amount_micro"), 0);
        EXPECT_EQ(sum_of(cluster.at("bills"), "load_wh"), sum_of(cluster.at("windows"), "load_wh"));
        EXPECT_EQ(sum_of(cluster.at("bills"), "available_wh"),
                  sum_of(cluster.at("windows"), "available_wh"));
        for (const Json& window : *cluster.at("windows").as_array()) {
            EXPECT_EQ(sum_of(window.at("shares"), "mes_w"), *window.at("mes_w").as_int());
            EXPECT_EQ(*window.at("available_wh").as_int() - *window.at("generation_wh").as_int(),
                      *window.at("curtailed_wh").as_int());
        }
    }
}

TEST(show_clusters, says_null_where_it_holds_no_key) {
    const NodeDirectory node(2, 1);
    const Json json =
        test::say(run_show_clusters, ShowClustersOptions{public_source(node), true}).json();
    const Json& cluster = json.at("clusters").at(0);
    EXPECT_NE(cluster.find("bills"), nullptr);
    EXPECT_TRUE(cluster.at("bills").is_null());
    EXPECT_TRUE(cluster.at("accounts").is_null());
    EXPECT_TRUE(cluster.at("windows").at(0).at("shares").is_null());
    EXPECT_GT(*cluster.at("windows").at(0).at("load_wh").as_int(), 0);
}

TEST(show_clusters, prints_bills_for_people) {
    const NodeDirectory node(1, 2);
    const Said said = test::say(run_show_clusters, ShowClustersOptions{own_source(node, 1), false});
    EXPECT_EQ(said.code, kExitOk);
    EXPECT_THAT(said.out, HasSubstr("Bills (positive: owes)"));
    EXPECT_THAT(said.out, HasSubstr("meter-1-2"));
}

TEST(show, wants_a_configuration_or_genesis_and_ledger) {
    const Said said = test::say(run_show_blocks, ShowBlocksOptions{});
    EXPECT_EQ(said.code, kExitUsage);
    EXPECT_THAT(said.err, HasSubstr("give --config, or --genesis and --ledger"));
}

TEST(figures, are_exact_decimals_of_integers) {
    EXPECT_EQ(kwh_text(1234), "1.234");
    EXPECT_EQ(kwh_text(-7), "-0.007");
    EXPECT_EQ(kwh_text(0), "0.000");
    EXPECT_EQ(money_text(1'250'000), "1.250000");
    EXPECT_EQ(money_text(-1), "-0.000001");
    EXPECT_EQ(money_text(100'000), "0.100000");
    EXPECT_EQ(money_text(INT64_MIN), "-9223372036854.775808");
    EXPECT_EQ(percent_text(123'456), "12.3456 %");
    EXPECT_EQ(percent_text(1'000'000), "100.0 %");
    EXPECT_EQ(utc_text(1'470'614'400), "2016-08-08 00:00:00");
    EXPECT_EQ(utc_ms_text(1'470'614'400'007), "2016-08-08 00:00:00.007");
    EXPECT_EQ(utc_ms_text(-1), "1969-12-31 23:59:59.999");
}

}  // namespace
}  // namespace fairfeed
