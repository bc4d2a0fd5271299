#include "gateway/office/notice_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_network.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

using test::TestNetwork;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> words(const TransactionContent& content) {
    const TestNetwork network;
    const ChainState state = network.initial_state();
    return in_plain_words(network.draft(state, content, 99), state.genesis.parameters);
}

TEST(NoticeWords, say_what_a_capacity_is_from_when_on_and_until_when_it_may_enter) {
    EXPECT_THAT(words(CapacityCertificate{0, MeterId("m-101"), 6000, 42}),
                ElementsAre("Certify meter m-101 for 6000 W of installed capacity.",
                            "From window 42, which begins 2016-08-15 00:00:00.",
                            "Notice 46 of the office; a block may take it until window 99 ends, "
                            "2016-08-24 16:00:00."));
}

TEST(NoticeWords, name_money_as_people_write_it) {
    EXPECT_EQ(words(TariffNotice{0, {250'000, 80'000}, 42}).front(),
              "Set the rates for everybody: 0.25 for a kWh from the grid, 0.08 for a kWh to it.");
    EXPECT_EQ(words(TariffNotice{0, {1'000'001, 0}, 42}).front(),
              "Set the rates for everybody: 1.000001 for a kWh from the grid, 0.00 for a kWh to "
              "it.");
}

TEST(NoticeWords, say_every_price_of_a_tariff_and_the_hours_it_goes_by) {
    const auto said = words(TariffNotice{0, samples::banded(), 42});
    EXPECT_THAT(
        said, ElementsAre("Set the rates for everybody: 0.25 for a kWh from the grid, 0.08 for a "
                          "kWh to it.",
                          "But in band peak, Mon-Fri 17:00-20:00: 0.40 for a kWh from the grid, "
                          "0.12 for a kWh to it.",
                          "But in band night, 00:00-06:00: 0.20 for a kWh from the grid, 0.06 for "
                          "a kWh to it.",
                          "Charge every meter 0.30 for each local day.",
                          "Hours and days go by the clock of UTC+02:00, +01:00 from 2016-10-30 "
                          "01:00:00, +02:00 from 2017-03-26 01:00:00.",
                          "The rates follow the forecast: base times 1 + 500000 ppm of gap / load, "
                          "from 800000 to 1250000 ppm; base 0.25/0.08 0.40/0.12 0.20/0.06.",
                          ::testing::_, ::testing::_));
}

// A thief's wish reads like one.
TEST(NoticeWords, warn_of_a_change_of_officers_with_every_key) {
    const auto said = words(OfficeChange{0, TestNetwork::office(1, {"mallory"}, {})});
    EXPECT_EQ(said[0],
              "Replace ALL officers and inspectors: from the next notice on 1 of 1 officer "
              "decides: for a laboratory only, one stolen key is enough.");
    EXPECT_THAT(said[1], HasSubstr("mallory (key " +
                                   to_hex(test::signing_key("mallory").public_key().view())));
    EXPECT_EQ(said[2], "Inspectors: nobody.");
}

TEST(NoticeWords, say_what_a_policy_lets_a_stolen_gateway_do) {
    const auto said = words(WatchPolicy{0, {110, 115, 3, 42}, 2});
    EXPECT_THAT(said[0], HasSubstr("a peak above 115 % of the certificate in 3 of 42 windows"));
    EXPECT_EQ(said[1], "On an excess DGMD alone deauthorises at most 2 meters in seven days.");
    EXPECT_THAT(said[2], HasSubstr("Whoever steals the gateway can do as much, and no more"));
    EXPECT_EQ(words(WatchPolicy{})[1], "On an excess nobody is deauthorised without the officers.");
}

TEST(NoticeWords, name_the_evidence_of_a_deauthorisation) {
    const auto said =
        words(Deauthorisation{0, MeterId("m"), DeauthorisationReason::over_capacity, 5, {1, 3}});
    EXPECT_THAT(said[1], HasSubstr("its readings of windows 1, 3, which are sealed"));
}

TEST(NoticeWords, show_both_keys_that_become_dgmds) {
    const DgmdKeys keys = TestNetwork::dgmd_keys("dgmd-2");
    const auto said = words(DgmdKeyChange{0, keys});
    EXPECT_THAT(said[1], HasSubstr(to_hex(keys.signing.view())));
    EXPECT_THAT(said[2], HasSubstr(to_hex(keys.agreement.view())));
}

TEST(NoticeWords, tell_real_time_apart_from_a_laboratorys) {
    NetworkParameters parameters = test::TestNetworkOptions::default_parameters();
    parameters.real_epoch_ms = 1'767'225'600'000;  // 2026
    parameters.speed = 4800;
    EXPECT_EQ(window_text(42, parameters),
              "window 42, which begins 2016-08-15 00:00:00 (2026-01-01 00:02:06 UTC by the clock)");
}

TEST(NoticeWords, say_which_meter_a_permit_takes_out_and_with_which_registers) {
    MeterRegistration meter{0, MeterId("m-2"), ClusterId("c"), "sp", {}, 9, {}, {3, 0, 1}};
    meter.permit = WorkPermit{MeterId("m-1"), {9000, 800, 700}, 7};
    const auto said = words(meter);
    ASSERT_GE(said.size(), 5U);
    EXPECT_EQ(said[3],
              "It REPLACES meter m-1, which is out from then on: its account closes with the "
              "registers import 9000, export 800, generation 700 Wh.");
    EXPECT_EQ(said[4],
              "Readings of the new meter count from window 7 on. What is certified for m-1 passes "
              "on to it; no order to m-1 does.");
}

TEST(NoticeWords, say_the_keys_of_many_meters_in_four_sentences) {
    const TestNetwork network;
    const ChainState state = network.initial_state();
    std::vector<Transaction> notices;
    for (std::size_t i = 1; i <= 3; ++i) {
        const Window effective = i == 3 ? 50 : 42;
        notices.push_back(network.draft(
            state, network.grant(TestNetwork::meter(1, i), 2, {NodeId("node-1")}, effective), 99,
            i - 1));
    }
    const auto said = in_plain_words(notices, state.genesis.parameters);
    ASSERT_EQ(said.size(), 7U);
    EXPECT_EQ(said[0], "Let these read 2 meters by their next data keys, and nobody else: node-1.");
    EXPECT_EQ(said[1], "The meters: meter-1-1 (epoch 2), meter-1-2 (epoch 2).");
    EXPECT_EQ(said[2], "From window 42, which begins 2016-08-15 00:00:00.");
    EXPECT_THAT(said[3], HasSubstr("Notices 46 to 47 of the office; a block may take them until"));
    EXPECT_THAT(said[4], HasSubstr("meter-1-3 by its data key of epoch 2")) << "another window";
}

TEST(NoticeWords, describe_every_kind) {
    const TestNetwork network;
    const TransactionContent all[] = {
        NodeRegistration{0, NodeId("n"), {}, {}, {}},
        NodeRevocation{0, NodeId("n")},
        MeterRegistration{0, MeterId("m"), ClusterId("c"), "sp", {}, 1, {}, {}},
        CommitteeAllocation{0, ClusterId("c"), {}, {NodeId("n")}, 2, 5},
        network.grant(TestNetwork::meter(1, 1), 2, {NodeId("node-1")}, 5),
        CapacityCertificate{0, MeterId("m"), 1, 5, Digest{}},
        Deauthorisation{0, MeterId("m"), DeauthorisationReason::grid_safety, 5},
        MeterCommand{0, MeterId("m"), MeterOrder::connect, CommandReason::cleared, 5, 6},
        TariffNotice{0, {1, 1}, 42},
        OfficeChange{0, TestNetwork::office(1, {"a"})},
        DgmdKeyChange{0, TestNetwork::dgmd_keys("dgmd-2")},
        WatchPolicy{}};
    for (const TransactionContent& content : all) {
        const auto said = words(content);
        EXPECT_NE(said.front(), "This is no notice of the office.");
        EXPECT_THAT(said.back(), HasSubstr("Notice 46 of the office"));
    }
}

}  // namespace
}  // namespace fairfeed
