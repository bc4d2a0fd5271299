// Replacing a meter, moving a service point and changing data keys: several notices at once.
#include "gateway/office/notice_plans.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/state/registry.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const MeterId kOld = TestNetwork::meter(1, 1);
const MeterId kFresh("m-201");

std::string hex_key(std::string_view name) {
    return to_hex(test::signing_key(name).public_key().view());
}

// Window 0 is settled, window 1 runs.
class NoticePlansTest : public ::testing::Test {
  protected:
    NoticePlansTest() : chain_(network_) {
        chain_.run_window({TestNetwork::cluster(1), TestNetwork::cluster(2)}, 0);
    }

    [[nodiscard]] auto plan(std::string_view kind, const NoticeFields& fields) const {
        return plan_from(kind, fields, {{chain_.state(), running_, {}}, network_.random(), last_});
    }
    // "accepted", or the first refusal by which nodes would stop the notices.
    [[nodiscard]] std::string verdict(const NoticePlan& plan) const {
        ChainState state = chain_.state();
        for (const TransactionContent& content : plan.notices) {
            const Transaction notice =
                make_notice(content, 9999, network_.dgmd(), network_.network(),
                            test::signing_key(network_.dgmd().str()));
            const auto may = check_registry(state, notice, state.height + 1, state.tip_time_ms + 1);
            if (!may) return std::string(to_string(may.error()));
            apply_registry(state, notice, state.height + 1, state.tip_time_ms + 1);
        }
        return "accepted";
    }
    [[nodiscard]] NoticeFields replacement() const {
        return {{"replaces", kOld.str()},
                {"meter", kFresh.str()},
                {"signing_key", hex_key("m-201")},
                {"data_key", "m-201-data.key"},
                {"closing", "81250,9400,12000"},
                {"opening", "3,0,1"},
                {"effective", "next+4"}};
    }
    [[nodiscard]] NoticeFields move() const {
        return {{"replaces", kOld.str()},          {"meter", kFresh.str()},
                {"signing_key", hex_key("m-201")}, {"data_key", "m-201-data.key"},
                {"cluster", "cluster-2"},          {"effective", "next+4"}};
    }

    TestNetwork network_;
    TestChain chain_;
    Window running_ = 1;
    std::optional<LastReading> last_ = LastReading{{900, 800, 700}, 1, true};
};

TEST_F(NoticePlansTest, replaces_a_meter_with_the_registers_of_both) {
    const auto made = plan("replace", replacement());
    ASSERT_TRUE(made) << made.error().front();
    ASSERT_EQ(made->notices.size(), 2U);
    const auto& meter = std::get<MeterRegistration>(made->notices[0]);
    const MeterRegistration& old = chain_.state().meters.at(kOld).registration;
    EXPECT_EQ(meter.cluster, old.cluster);
    EXPECT_EQ(meter.service_point, old.service_point);
    EXPECT_EQ(meter.effective, 6U);
    EXPECT_EQ(meter.installed, (Registers{3, 0, 1}));
    EXPECT_EQ(meter.permit, (WorkPermit{kOld, {81'250, 9400, 12'000}, 2}));
    const auto& grant = std::get<KeyGrant>(made->notices[1]);
    EXPECT_EQ(grant.meter, kFresh);
    EXPECT_EQ(grant.epoch, 1U);
    EXPECT_EQ(grant.sequence, meter.sequence + 1);
    ASSERT_EQ(made->keys.size(), 1U);
    EXPECT_EQ(made->keys[0].file, "m-201-data.key");
    EXPECT_EQ(verdict(*made), "accepted");
    EXPECT_THAT(made->remarks, IsEmpty());
}

TEST_F(NoticePlansTest, refuses_closing_registers_below_the_last_reading) {
    NoticeFields fields = replacement();
    fields["closing"] = "899,9400,12000";
    EXPECT_THAT(
        plan("replace", fields).error(),
        ElementsAre("closing: below its last reading, 900,800,700: read the old meter again"));
    fields["closing"] = "81250;9400;12000";
    EXPECT_THAT(plan("replace", fields).error(),
                ElementsAre(HasSubstr("is not IMPORT,EXPORT,GENERATION in Wh")));
    fields = replacement();
    fields["since"] = "7";
    EXPECT_THAT(plan("replace", fields).error(), ElementsAre("since: a window up to 6"));
    fields = replacement();
    fields["replaces"] = "m-9";
    fields.erase("opening");
    EXPECT_THAT(plan("replace", fields).error(),
                ElementsAre("opening is missing: the new meter's registers when it was put in",
                            "replaces: 'm-9' is not registered"));
}

TEST_F(NoticePlansTest, reminds_of_an_order_that_does_not_pass_on) {
    const auto notice = network_.from_dgmd(
        chain_.state(),
        MeterCommand{0, kOld, MeterOrder::disconnect, CommandReason::unpaid_bill, 3, 4, 0});
    ASSERT_TRUE(chain_.append(chain_.next_block({notice}, chain_.state().tip_time_ms + 1)));
    const auto made = plan("replace", replacement());
    ASSERT_TRUE(made);
    EXPECT_THAT(made->remarks, ElementsAre(HasSubstr("Orders do not pass on")));
}

TEST_F(NoticePlansTest, moves_a_service_point_with_the_registers_of_the_last_reading) {
    const auto made = plan("move", move());
    ASSERT_TRUE(made) << made.error().front();
    const auto& meter = std::get<MeterRegistration>(made->notices[0]);
    EXPECT_EQ(meter.cluster, TestNetwork::cluster(2));
    EXPECT_EQ(meter.installed, last_->registers);
    EXPECT_EQ(meter.permit, (WorkPermit{kOld, last_->registers, 1}));
    EXPECT_EQ(verdict(*made), "accepted");
}

// What it signed under the old name after these registers would be billed under both names.
TEST_F(NoticePlansTest, refuses_to_move_a_meter_that_still_reports_under_its_old_name) {
    last_->is_missed = false;
    EXPECT_THAT(plan("move", move()).error(),
                ElementsAre(HasSubstr("still reports under this name")));
    last_.reset();
    EXPECT_THAT(plan("move", move()).error(), ElementsAre(HasSubstr("has no settled reading")));
    last_ = LastReading{{}, 1, true};
    NoticeFields fields = move();
    fields["cluster"] = "cluster-1";
    EXPECT_THAT(plan("move", fields).error(),
                ElementsAre(HasSubstr("in cluster cluster-1 already")));
    fields["cluster"] = "oak";
    EXPECT_THAT(plan("move", fields).error(), ElementsAre("cluster: 'oak' has no committee"));
}

TEST_F(NoticePlansTest, gives_every_meter_its_next_key_before_the_month_is_over) {
    constexpr Window kMonth = 30 * 6;
    running_ = kMonth - 10 * 6;
    EXPECT_THAT(
        plan("key_rotation", {{"keys", "new"}}).error(),
        ElementsAre("within_days: no data key comes to its end within 7 days: nothing is to "
                    "be drafted"));
    const auto made = plan("key_rotation", {{"keys", "new"}, {"within_days", "10"}});
    ASSERT_TRUE(made) << made.error().front();
    EXPECT_EQ(made->notices.size(), chain_.state().meters.size());
    EXPECT_EQ(made->keys.size(), made->notices.size());
    EXPECT_EQ(made->keys[0].file, "new/meter-1-1-data-2.key");
    EXPECT_NE(made->keys[0].key, made->keys[1].key);
    for (const TransactionContent& content : made->notices)
        EXPECT_EQ(std::get<KeyGrant>(content).effective, kMonth);
    EXPECT_EQ(verdict(*made), "accepted");
    const auto one =
        plan("key_rotation", {{"keys", "new"}, {"within_days", "10"}, {"cluster", "cluster-2"}});
    ASSERT_TRUE(one);
    EXPECT_EQ(one->notices.size(), 3U);
}

TEST_F(NoticePlansTest, begins_late_keys_with_the_next_window) {
    running_ = 400;
    const auto made = plan("key_rotation", {{"keys", "new"}});
    ASSERT_TRUE(made);
    EXPECT_EQ(std::get<KeyGrant>(made->notices[0]).effective, 401U);
    const auto later = plan("key_rotation", {{"keys", "new"}, {"earliest", "next+6"}});
    ASSERT_TRUE(later);
    EXPECT_EQ(std::get<KeyGrant>(later->notices[0]).effective, 407U);
}

TEST_F(NoticePlansTest, plans_no_key_for_a_meter_that_has_one_or_needs_none) {
    constexpr Window kMonth = 30 * 6;
    const auto commit = [&](const TransactionContent& content) {
        const auto notice = network_.from_dgmd(chain_.state(), content);
        ASSERT_TRUE(chain_.append(chain_.next_block({notice}, chain_.state().tip_time_ms + 1)));
    };
    std::vector<NodeId> readers = network_.committee(TestNetwork::cluster(1));
    readers.push_back(network_.dgmd());
    commit(network_.grant(TestNetwork::meter(1, 2), 2, readers, kMonth));
    const auto replaced = plan("replace", replacement());
    ASSERT_TRUE(replaced);
    commit(replaced->notices.front());
    const auto ending = ending_keys(chain_.state(), kMonth, 7);
    const auto has = [&](const MeterId& meter) {
        return std::any_of(ending.begin(), ending.end(),
                           [&](const EndingKey& each) { return each.meter == meter; });
    };
    EXPECT_TRUE(has(TestNetwork::meter(1, 3)));
    EXPECT_FALSE(has(TestNetwork::meter(1, 2))) << "its next key is on the chain";
    EXPECT_FALSE(has(kOld)) << "it is replaced";
}

}  // namespace
}  // namespace fairfeed
