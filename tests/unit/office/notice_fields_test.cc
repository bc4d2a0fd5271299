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
        return content_from(kind, fields, {state_, 4});
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
        {"committee", {{"cluster", "cluster-1"}, {"members", "node-2,node-1"}, {"effective", "9"}}},
        {"officers", {{"officers", "amal:" + hex_key("amal") + ",bela:" + hex_key("bela")}}},
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
    EXPECT_THAT(read("command", {}).error(),
                ElementsAre("'command' is no kind of notice: one of capacity, deauthorise, tariff, "
                            "revoke, node, meter, committee, officers"));
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
