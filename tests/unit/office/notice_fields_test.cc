#include "gateway/office/notice_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/state/registry.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestNetwork;
using ::testing::ElementsAre;

std::string hex_key(std::string_view name) {
    return to_hex(test::signing_key(name).public_key().view());
}

class NoticeFieldsTest : public ::testing::Test {
  protected:
    [[nodiscard]] auto read(std::string_view kind, const NoticeFields& fields) const {
        return content_from(kind, fields, {state_, 4, {}, key_});
    }
    // Whether nodes would take it.
    [[nodiscard]] std::string verdict(std::string_view kind, const NoticeFields& fields) const {
        const auto content = read(kind, fields);
        if (!content) return content.error().front();
        const Transaction notice = make_notice(*content, 99, network_.dgmd(), network_.network(),
                                               test::signing_key(network_.dgmd().str()));
        const auto may = check_registry(state_, notice, 1, state_.tip_time_ms + 1);
        return may ? "accepted" : std::string(to_string(may.error()));
    }

    SymmetricKey key_ = test::TestNetwork().data_key(TestNetwork::meter(1, 2), 1);
    TestNetwork network_;
    ChainState state_ = network_.initial_state();
};

TEST_F(NoticeFieldsTest, makes_every_kind_of_the_table_and_nodes_take_it) {
    const std::map<std::string_view, NoticeFields> table = {
        {"capacity",
         {{"meter", "meter-1-1"},
          {"capacity_w", "6000"},
          {"effective", "next"},
          {"certificate", std::string(64, 'a')}}},
        {"deauthorise",
         {{"meter", "meter-1-1"}, {"reason", "grid_safety"}, {"effective", "next+3"}}},
        {"tariff",
         {{"import_micro_per_kwh", "260000"},
          {"export_micro_per_kwh", "75000"},
          {"effective", "week"}}},
        {"node",
         {{"node", "node-9"},
          {"signing_key", hex_key("node-9")},
          {"agreement_key", hex_key("node-9 agreement")},
          {"east_m", "-40"}}},
        {"meter",
         {{"meter", "m-9"},
          {"cluster", "cluster-1"},
          {"service_point", "sp-9"},
          {"signing_key", hex_key("m-9")},
          {"effective", "7"},
          {"import_wh", "1200"}}},
        {"command",
         {{"meter", "meter-1-1"},
          {"order", "service"},
          {"reason", "maintenance"},
          {"hours", "4"},
          {"effective", "next"},
          {"expires", "next+6"}}},
        {"key_grant",
         {{"meter", "meter-1-1"}, {"data_key", "meter-1-1-data-2.key"}, {"effective", "next+6"}}},
        {"committee", {{"cluster", "cluster-1"}, {"members", "node-2,node-1"}, {"effective", "9"}}},
        {"officers", {{"officers", "amal:" + hex_key("amal") + ",bela:" + hex_key("bela")}}},
        {"dgmd_keys",
         {{"signing_key", hex_key("dgmd-2")}, {"agreement_key", hex_key("dgmd-2 agreement")}}},
        {"policy", {{"warn_percent", "120"}, {"exceed_percent", "130"}, {"most_per_week", "2"}}},
    };
    for (const NoticeForm& form : notice_forms()) {
        if (form.kind == "revoke") continue;  // four nodes are too few
        ASSERT_TRUE(table.contains(form.kind)) << form.kind;
        EXPECT_EQ(verdict(form.kind, table.at(form.kind)), "accepted") << form.kind;
    }
    EXPECT_EQ(verdict("revoke", {{"node", "node-4"}}), "too_few_validators");
}

TEST_F(NoticeFieldsTest, counts_windows_from_the_one_that_runs) {
    const auto effective = [this](const std::string& said) {
        const auto content =
            read("capacity", {{"meter", "meter-1-1"}, {"capacity_w", "1"}, {"effective", said}});
        return content ? std::get<CapacityCertificate>(*content).effective : 0;
    };
    EXPECT_EQ(effective("next"), 5U);
    EXPECT_EQ(effective("next+6"), 11U);
    EXPECT_EQ(effective("40"), 40U);
    EXPECT_EQ(effective("week"), 42U) << "seven days of six windows";
}

TEST_F(NoticeFieldsTest, numbers_the_notice_behind_the_last_one_and_keeps_a_clusters_place) {
    const auto content =
        read("committee", {{"cluster", "cluster-1"}, {"members", "node-2"}, {"effective", "next"}});
    ASSERT_TRUE(content);
    const auto& committee = std::get<CommitteeAllocation>(*content);
    EXPECT_EQ(committee.sequence, state_.dgmd_sequence + 1);
    EXPECT_EQ(committee.epoch, 2U);
    EXPECT_EQ(committee.location, state_.cluster(ClusterId("cluster-1"))->committee.location);
}

TEST_F(NoticeFieldsTest, a_command_says_which_of_its_fields_do_not_fit_together) {
    NoticeFields fields = {{"meter", "meter-1-1"},
                           {"order", "disconnect"},
                           {"reason", "grid_safety"},
                           {"effective", "next+2"}};
    EXPECT_TRUE(read("command", fields));  // it expires with its first window
    fields["hours"] = "4";
    EXPECT_THAT(read("command", fields).error(), ElementsAre("hours: only service has hours"));
    fields.erase("hours");
    fields["expires"] = "next";
    EXPECT_THAT(
        read("command", fields).error(),
        ElementsAre("expires: not before the window in which the command becomes effective"));
    fields["expires"] = "next+2";
    fields["order"] = "explode";
    EXPECT_THAT(read("command", fields).error(),
                ElementsAre("order: 'explode' is none of disconnect, connect, service"));
}

// A reader who is left out could not settle the meter, and the cluster would stand still.
TEST_F(NoticeFieldsTest, grants_the_next_data_key_to_everybody_who_settles_the_meter) {
    NoticeFields fields = {
        {"meter", "meter-1-1"}, {"data_key", "data-2.key"}, {"effective", "next"}};
    const auto content = read("key_grant", fields);
    ASSERT_TRUE(content);
    const auto& grant = std::get<KeyGrant>(*content);
    EXPECT_EQ(grant.epoch, 2U);
    std::vector<NodeId> expected = network_.committee(TestNetwork::cluster(1));
    expected.push_back(network_.dgmd());
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(grant.entries.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const NodeId& reader = expected[i];
        EXPECT_EQ(grant.entries[i].recipient, reader);
        const auto key =
            test::agreement_key(reader.view())
                .unwrap(grant.entries[i].wrapped,
                        key_grant_context(network_.network(), grant.meter, grant.epoch, reader));
        EXPECT_EQ(key, key_) << reader.str();
    }
    fields["members"] = "node-99";
    EXPECT_THAT(read("key_grant", fields).error(),
                ElementsAre("members: 'node-99' is no node of this network"));
    fields["meter"] = "meter-9-9";
    EXPECT_THAT(read("key_grant", fields).error(),
                ElementsAre("meter: 'meter-9-9' is not registered"));
}

TEST_F(NoticeFieldsTest, says_every_fault_at_once) {
    const auto refused =
        read("capacity", {{"metre", "m"}, {"capacity_w", "5 kW"}, {"effective", "tomorrow"}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(),
                ElementsAre("meter is missing: its name",
                            "metre: a capacity has no such field, but meter, capacity_w, "
                            "effective, certificate",
                            "capacity_w: '5 kW' is no whole number",
                            "effective: 'tomorrow' is no window: a number, next, next+N or week"));
    EXPECT_THAT(
        read("order", {}).error(),
        ElementsAre("'order' is no kind of notice: one of capacity, deauthorise, command, "
                    "tariff, revoke, node, meter, key_grant, committee, officers, dgmd_keys, "
                    "policy, replace, move, key_rotation"));
    EXPECT_THAT(read("meter", {{"meter", "m-9"},
                               {"cluster", "cluster-1"},
                               {"service_point", "sp-\xc3\xa4"},
                               {"signing_key", hex_key("m-9")},
                               {"effective", "next"}})
                    .error(),
                ElementsAre("service_point: is no name of 1 to 32 of a-z, 0-9 and '-'"))
        << "what cannot be encoded must not reach the encoder";
    EXPECT_THAT(read("policy", {{"windows", "4"}, {"of_windows", "3"}}).error(),
                ElementsAre("windows: k of n, with k from 1 to 64 and n from k to 1000"));
    EXPECT_THAT(read("deauthorise", {{"meter", "meter-1-1"},
                                     {"reason", "over_capacity"},
                                     {"effective", "next"},
                                     {"evidence", "3,2"}})
                    .error(),
                ElementsAre("evidence: '3,2' is no list of windows, ascending: 3,5,9"));
    EXPECT_THAT(read("officers", {{"officers", "amal:04"}}).error().front(),
                ::testing::HasSubstr("'amal:04' is not NAME:KEY"));
    EXPECT_THAT(
        read("officers", {{"officers", "amal:" + hex_key("amal")}, {"threshold", "2"}}).error(),
        ElementsAre("officers: threshold: 1 to 5, and at most the number of officers"));
}

TEST_F(NoticeFieldsTest, splits_words_at_the_first_equals_sign) {
    EXPECT_EQ(*split_fields({"a=b", "c=d=e"}), (NoticeFields{{"a", "b"}, {"c", "d=e"}}));
    EXPECT_THAT(split_fields({"a=b", "a=c", "d", "=e"}).error(),
                ElementsAre("a is there twice", "'d' is no field: write name=value",
                            "'=e' is no field: write name=value"));
}

}  // namespace
}  // namespace fairfeed
