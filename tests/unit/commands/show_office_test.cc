// `edge-node show office`: who decides for the utility, and whom they deauthorised.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge-node/commands/show.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed::test {
namespace {

using ::testing::HasSubstr;

ShowOfficeOptions of(const NodeDirectory& node, bool json) {
    return {{std::nullopt, node.genesis(), node.ledger()}, json};
}

TEST(show_office_command, names_who_decides_and_how_many_must_agree) {
    const NodeDirectory node(1, 1);
    const Said page = test::say(run_show_office, of(node, false));
    ASSERT_EQ(page.code, kExitOk) << page.err;
    EXPECT_THAT(page.out, HasSubstr("2 of 3 officers decide"));
    EXPECT_THAT(page.out, HasSubstr("officer-3"));
    EXPECT_THAT(page.out, HasSubstr("inspector-1"));
    const Json json = test::say(run_show_office, of(node, true)).json();
    EXPECT_EQ(*json.at("threshold").as_int(), 2);
    EXPECT_EQ(*json.at("laboratory_only").as_bool(), false);
    EXPECT_EQ(*json.at("officers").at(1).at("name").as_text(), "officer-2");
    EXPECT_EQ(*json.at("officers").at(1).at("key").as_text(),
              to_hex(signing_key("officer-2").public_key().view()));
}

TEST(show_office_command, says_that_one_officer_alone_is_for_a_laboratory) {
    TestNetworkOptions options;
    options.nodes = 1;
    options.meters_per_cluster = 2;
    options.officers = 1;
    options.threshold = 1;
    const NodeDirectory node(options, 1);
    EXPECT_THAT(test::say(run_show_office, of(node, false)).out,
                HasSubstr("1 of 1 officer decides: for a laboratory only"));
    EXPECT_EQ(*test::say(run_show_office, of(node, true)).json().at("laboratory_only").as_bool(),
              true);
}

TEST(show_office_command, lists_the_meters_that_officers_deauthorised) {
    NodeDirectory node(1, 1);
    TestChain& chain = node.stored().chain();
    const Deauthorisation notice{0, TestNetwork::meter(1, 1), DeauthorisationReason::grid_safety,
                                 7};
    const auto transaction = node.stored().network().from_dgmd(chain.state(), notice);
    ASSERT_TRUE(chain.append(chain.next_block({transaction}, chain.state().tip_time_ms + 1)));
    node.stored().store();
    EXPECT_THAT(test::say(run_show_office, of(node, false)).out,
                HasSubstr("meter-1-1 is deauthorised from window 7 on (grid_safety)"));
}

TEST(show_office_command, says_which_key_is_dgmds_and_what_it_may_do_alone) {
    NodeDirectory node(1, 1);
    TestChain& chain = node.stored().chain();
    EXPECT_THAT(test::say(run_show_office, of(node, false)).out,
                HasSubstr("above 115 % of the certificate in 3 of 42 windows; nobody is "
                          "deauthorised without the officers"));
    for (const TransactionContent& content :
         {TransactionContent(WatchPolicy{0, {110, 120, 2, 42}, 3}),
          TransactionContent(DgmdKeyChange{0, TestNetwork::dgmd_keys("dgmd-2")})}) {
        const auto notice = node.stored().network().from_dgmd(chain.state(), content);
        ASSERT_TRUE(chain.append(chain.next_block({notice}, chain.state().tip_time_ms + 1)));
    }
    node.stored().store();
    EXPECT_THAT(test::say(run_show_office, of(node, false)).out,
                HasSubstr("above 120 % of the certificate in 2 of 42 windows; DGMD alone "
                          "deauthorises at most 3 meters in seven days"));
    EXPECT_THAT(test::say(run_show_office, of(node, true)).out,
                HasSubstr(to_hex(signing_key("dgmd-2").public_key().view())));
}

TEST(show_office_command, says_what_a_meter_was_last_told) {
    NodeDirectory node(1, 1);
    TestChain& chain = node.stored().chain();
    const MeterCommand notice{
        0, TestNetwork::meter(1, 1), MeterOrder::disconnect, CommandReason::unpaid_bill, 7, 9};
    const auto transaction = node.stored().network().from_dgmd(chain.state(), notice);
    ASSERT_TRUE(chain.append(chain.next_block({transaction}, chain.state().tip_time_ms + 1)));
    node.stored().store();
    EXPECT_THAT(test::say(run_show_office, of(node, false)).out,
                HasSubstr("meter-1-1 was last told: disconnect (unpaid_bill), in windows 7 to 9"));
    EXPECT_THAT(test::say(run_show_office, of(node, true)).out, HasSubstr("\"unpaid_bill\""));
}

}  // namespace
}  // namespace fairfeed::test
