// What the commands say of shares that vary by the quarter hour and come from a forecast.
#include <gmock/gmock.h>

#include "edge-node/commands/check_proof.h"
#include "edge-node/commands/prove.h"
#include "edge-node/commands/show.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed {
namespace {

using test::NodeDirectory;
using test::Said;
using ::testing::HasSubstr;
using ::testing::Not;

// A prosumer of 5 kW that generates 500 Wh in every quarter hour, 250 Wh more than the cluster of
// two uses: 20 % of its capacity would be enough.
test::TestNetworkOptions sunny(ShareBasis basis, ShareResolution resolution) {
    test::TestNetworkOptions options;
    options.nodes = 1;
    options.meters_per_cluster = 2;
    options.parameters.rule = ShareRule::waterfill;
    options.parameters.basis = basis;
    options.parameters.resolution = resolution;
    return options;
}

Said show(const NodeDirectory& node, Window window, bool json, bool is_member = true) {
    LedgerSource source;
    if (is_member) {
        source.config = node.config(1);
    } else {
        source.genesis = node.genesis();
        source.ledger = node.ledger();
    }
    return test::say(run_show_settlement, ShowSettlementOptions{source, "cluster-1", window, json});
}

std::string repeated(const std::string& first, const std::string& others) {
    std::string out = "[" + first;
    for (int i = 1; i < 16; ++i)
        out += "," + others;
    return out + "]";
}

TEST(show_settlement, has_a_row_for_each_quarter_hour_of_a_schedule) {
    const NodeDirectory node(sunny(ShareBasis::previous_window, ShareResolution::quarter), 2);
    const Said page = show(node, 1, false);
    EXPECT_EQ(page.code, kExitOk) << page.err;
    EXPECT_THAT(page.out, HasSubstr("rule waterfill, basis previous_window\n"));
    EXPECT_THAT(page.out, HasSubstr("4.000 kWh  surplus\n"));
    EXPECT_THAT(page.out, HasSubstr("of the powers; a share is power times factor\n"));
    EXPECT_THAT(page.out,
                HasSubstr("that the rule's one share for the window would let through\n"));
    // Shares bind from the second quarter hour of the next window.
    EXPECT_THAT(page.out, HasSubstr("  window 1    bound    window 2  planned\n"
                                    "  04:00     100.0 %    08:00      20.0 %\n"
                                    "  04:15      20.0 %    08:15      20.0 %\n"));
    EXPECT_THAT(page.out, HasSubstr("  07:45      20.0 %    11:45      20.0 %\n\n"));
    EXPECT_THAT(page.out, HasSubstr("Shares planned for window 2"));
    EXPECT_THAT(page.out, HasSubstr("meter-1-1     5.000  5.000     1.000    1.000\n\n"));
    const Json json = show(node, 1, true).json();
    EXPECT_EQ(*json.at("basis").as_text(), "previous_window");
    EXPECT_EQ(*json.at("resolution").as_text(), "quarter");
    EXPECT_EQ(*json.at("shares_for").as_int(), 2);
    EXPECT_EQ(json.at("bound_ppm").dump(), repeated("1000000", "200000"));
    EXPECT_EQ(json.at("factors_ppm").dump(), repeated("200000", "200000"));
    EXPECT_EQ(json.at("shares").at(0).at("quarters_w").dump(), repeated("1000", "1000"));
    EXPECT_EQ(json.at("shares").at(1).at("quarters_w").dump(), repeated("0", "0"));
    EXPECT_EQ(json.at("quarters").at(15).dump(),
              R"({"load_wh":250,"available_wh":500,"generation_wh":500})");
}

TEST(show_settlement, shows_factors_to_everybody_and_shares_to_members) {
    const NodeDirectory node(sunny(ShareBasis::previous_window, ShareResolution::quarter), 1);
    const Said page = show(node, 0, false, false);
    EXPECT_THAT(page.out, HasSubstr("  00:00     100.0 %    04:00      20.0 %\n"));
    EXPECT_THAT(page.out, Not(HasSubstr("Shares planned")));
    const Json json = show(node, 0, true, false).json();
    EXPECT_EQ(json.at("factors_ppm").dump(), repeated("200000", "200000"));
    EXPECT_TRUE(json.at("quarters").is_null());
    EXPECT_TRUE(json.at("shares").is_null());
}

TEST(show_settlement, has_no_schedule_where_a_share_is_one_for_its_window) {
    const NodeDirectory node(sunny(ShareBasis::previous_window, ShareResolution::window), 2);
    const Said page = show(node, 1, false);
    EXPECT_THAT(page.out, Not(HasSubstr("Factors")));
    EXPECT_THAT(page.out, Not(HasSubstr("powers")));
    EXPECT_THAT(page.out, HasSubstr("surplus: the shares below bind later\n"));
    EXPECT_THAT(page.out, HasSubstr("that these shares would let through\n"));
    const Json json = show(node, 1, true).json();
    EXPECT_EQ(*json.at("resolution").as_text(), "window");
    EXPECT_EQ(json.at("factors_ppm").dump(), "[]");
    EXPECT_EQ(json.at("shares").at(0).at("quarters_w").dump(), "[]");
    EXPECT_EQ(*json.at("quarters").at(0).at("load_wh").as_int(), 250);
}

TEST(show_settlement, says_from_when_on_shares_come_from_the_forecast) {
    // The shares settled in window 4 are for window 6, in the hours of window 0.
    const NodeDirectory node(sunny(ShareBasis::expected, ShareResolution::quarter), 5);
    EXPECT_THAT(show(node, 3, false).out,
                HasSubstr("basis previous_window (the forecast has no history yet)\n"));
    const Said page = show(node, 4, false);
    EXPECT_THAT(page.out, HasSubstr("basis expected\n"));
    EXPECT_THAT(page.out, HasSubstr("window 6"));
    EXPECT_EQ(*show(node, 4, true).json().at("shares_for").as_int(), 6);
}

TEST(show_clusters, names_rule_basis_and_resolution_and_counts_quarter_hours) {
    const NodeDirectory node(sunny(ShareBasis::expected, ShareResolution::quarter), 2);
    const Json json = test::say(run_show_clusters,
                                ShowClustersOptions{
                                    {.config = node.config(1), .genesis = {}, .ledger = {}}, true})
                          .json();
    EXPECT_EQ(*json.at("rule").as_text(), "waterfill");
    EXPECT_EQ(*json.at("basis").as_text(), "expected");
    EXPECT_EQ(*json.at("resolution").as_text(), "quarter");
    const Json& counted = json.at("clusters").at(0).at("by_quarter");
    EXPECT_EQ(*counted.at("surplus_wh").as_int(), 2 * 16 * 250);
    EXPECT_EQ(*counted.at("left_wh").as_int(), 2 * 16 * 250);
    EXPECT_EQ(*counted.at("curtailed_in_surplus_wh").as_int(), 0);
}

TEST(check_proof_command, shows_the_factors_that_bound) {
    const NodeDirectory node(sunny(ShareBasis::previous_window, ShareResolution::quarter), 2);
    const ProveOptions wanted{.config = node.config(1),
                              .ledger = std::nullopt,
                              .meter = "meter-1-1",
                              .window = 1,
                              .out = node.in("bill.proof")};
    ASSERT_EQ(test::say(run_prove, wanted).code, kExitOk);
    CheckProofOptions options{node.genesis(), node.in("bill.proof"), false};
    const Said page = test::say(run_check_proof, options);
    EXPECT_THAT(page.out,
                HasSubstr("The share of this line is for window 2, basis previous_window.\n"));
    EXPECT_THAT(page.out, HasSubstr("  04:15      20.0 %    08:15      20.0 %\n"));
    options.json = true;
    const Json json = test::say(run_check_proof, options).json();
    EXPECT_EQ(*json.at("basis").as_text(), "previous_window");
    EXPECT_EQ(json.at("bound_ppm").dump(), repeated("1000000", "200000"));
    EXPECT_EQ(json.at("factors_ppm").dump(), repeated("200000", "200000"));
}

}  // namespace
}  // namespace fairfeed
