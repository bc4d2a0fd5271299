// Shares from the forecast in a cluster's accounts: when it is used, that all keyholders compute
// the same, and that nobody else's figures reach it unchecked.
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/accounts/forecast_bench.h"

namespace fairfeed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ClusterForecast : public ::testing::Test, public ForecastBench {
  protected:
    // What a member says to the settlement of this window after an edit of it.
    [[nodiscard]] std::string judged(Window window, const std::function<void(Settlement&)>& edit) {
        const HeldReadings held{{window, measure(window)}};
        Settlement settlement = chain.settle_held(kOne, window, held);
        edit(settlement);
        const auto checked =
            chain.accounts(kOne).check(chain.state(), settlement, held, chain.keys());
        return checked ? "accepted" : std::string(to_string(checked.error()));
    }
};

// A share is for the window after the next, so the window of the same hours a day before that one
// must be settled.
TEST_F(ClusterForecast, falls_back_to_the_window_settled_until_a_day_is_known) {
    for (Window window = 0; window < 2 * kDay; ++window) {
        const Factors bound = chain.state().factors_of(kOne, window);
        live(window, window + 1);
        const bool is_known = window + 2 >= kDay;
        const Settlement said = last_settlement();
        EXPECT_EQ(said.basis, is_known ? ShareBasis::expected : ShareBasis::previous_window)
            << window;
        EXPECT_EQ(said.factors.size(), 16U);
        EXPECT_EQ(said.bound, bound) << window;
    }
}

TEST_F(ClusterForecast, curtails_the_sunny_hours_of_the_next_day_and_no_others) {
    live(0, 2 * kDay);
    for (Window window = 2 * kDay; window < 3 * kDay; ++window) {
        const Factors factors = chain.state().factors_of(kOne, window);
        const bool is_sunny = sun(window) > 0;
        for (const std::int64_t factor_ppm : factors) {
            EXPECT_EQ(factor_ppm < kPpm, is_sunny) << window;
            EXPECT_EQ(factor_ppm == kUncurtailedPpm, !is_sunny) << window;
        }
        live(window, window + 1);
    }
}

TEST_F(ClusterForecast, drafts_alike_in_all_keyholders) {
    Follower one(*this, TestNetwork::node(1));
    Follower two(*this, TestNetwork::node(2));
    Follower dgmd(*this, network.dgmd());
    live(0, 1);
    for (Window window = 1; window < 3 * kDay; ++window) {
        SCOPED_TRACE(window);
        OpenedReadings heard = measure(window);
        if (window % 4 == 3) heard.erase(network.meters(kOne).front());
        const HeldReadings held{{window, heard}};
        for (Follower* each : {&one, &two, &dgmd})
            EXPECT_THAT(each->follow(), IsEmpty());
        expect_equal(one.draft(window, held), two.draft(window, held));
        expect_equal(one.draft(window, held), dgmd.draft(window, held));
        settle(window, held);
    }
    EXPECT_EQ(basis(), ShareBasis::expected);
}

TEST_F(ClusterForecast, lets_no_parent_state_other_factors_than_the_members_compute) {
    live(0, kDay);
    EXPECT_EQ(judged(kDay, [](Settlement&) {}), "accepted");
    EXPECT_EQ(judged(kDay, [](Settlement& s) { s.factors.back() = 0; }), "wrong_factors");
    EXPECT_EQ(judged(kDay, [](Settlement& s) { s.factors.front() -= 1; }), "wrong_factors");
    EXPECT_EQ(judged(kDay, [](Settlement& s) { s.basis = ShareBasis::previous_window; }),
              "wrong_factors");
    EXPECT_EQ(judged(kDay, [](Settlement& s) { s.bound.front() -= 1; }), "wrong_factors");
}

TEST_F(ClusterForecast, is_a_fault_that_dgmd_names_if_a_whole_committee_states_other_factors) {
    live(0, kDay);
    settle_wrongly(kDay, {{kDay, measure(kDay)}},
                   [](SettlementDraft& draft) { draft.factors.assign(16, 0); });
    Follower dgmd(*this, network.dgmd());
    EXPECT_THAT(dgmd.follow(), ElementsAre("wrong_factors"));
    live(kDay + 1, kDay + 3);
    EXPECT_THAT(dgmd.follow(), IsEmpty());
    EXPECT_EQ(last_settlement().bound, Factors(16, 0)) << "the chain's factors bind all the same";
}

// The settlement of nobody must still have one factor for each quarter hour.
TEST_F(ClusterForecast, settles_a_cluster_whose_meters_are_all_tampered_with) {
    for (const ShareBasis basis : {ShareBasis::previous_window, ShareBasis::expected}) {
        TestNetworkOptions options = forecast_options();
        options.parameters.basis = basis;
        ForecastBench street(options);
        street.live(0, 2);
        street.tamper_with_all(2);
        for (Window window = 2; window < kDay; ++window) {
            street.settle(window, {});
            EXPECT_TRUE(street.last_settlement().entries.empty());
            EXPECT_EQ(street.last_settlement().factors, Factors(16, kUncurtailedPpm));
        }
        Follower one(street, TestNetwork::node(1));
        EXPECT_THAT(one.follow(), IsEmpty());
    }
}

// No honest committee settles such figures. They must not end the process of whoever reads them,
// and teach nobody anything: all keyholders skip the window alike.
TEST_F(ClusterForecast, skips_a_window_with_absurd_figures) {
    const std::vector<std::function<void(SettlementLine&)>> edits = {
        [](SettlementLine& line) { line.capacity_w = INT64_MAX; },
        [](SettlementLine& line) { line.capacity_w = -1; },
        [](SettlementLine& line) { line.load_wh = INT64_MAX; },
        [](SettlementLine& line) { line.load_wh = -1; },
        [](SettlementLine& line) { line.available_wh = INT64_MIN; },
    };
    for (const auto& edit : edits) {
        ForecastBench street;
        street.live(0, 2);
        street.edit_first_line(2, {{2, street.measure(2)}}, edit);
        street.live(3, 2 * kDay);
        Follower one(street, TestNetwork::node(1));
        EXPECT_THAT(one.follow(), ElementsAre("wrong_lines"));
        const HeldReadings next{{2 * kDay, street.measure(2 * kDay)}};
        expect_equal(one.draft(2 * kDay, next),
                     *street.chain.accounts(kOne).draft(street.chain.state(), 2 * kDay, next));
        EXPECT_EQ(street.basis(), ShareBasis::expected);
    }
}

// Later settlements would compute with such shares, so they are refused by name.
TEST_F(ClusterForecast, refuses_to_settle_on_shares_that_are_no_schedule) {
    const std::vector<std::function<void(SettlementLine&)>> edits = {
        [](SettlementLine& line) { line.mes_w = -1; },
        [](SettlementLine& line) { line.mes_w = INT64_MAX; },
        [](SettlementLine& line) {
            line.closing.shares.assign(1, {-1, 0});
        },
        [](SettlementLine& line) {
            line.closing.shares.assign(1, {kNoShareW + 1, 0});
        },
    };
    for (const auto& edit : edits) {
        ForecastBench street;
        street.live(0, 1);
        const OpenedReadings late = street.measure(1);
        street.settle(1, {});
        street.edit_first_line(2, {{2, street.measure(2)}}, edit);
        const HeldReadings next{{1, late}, {3, street.measure(3)}};
        const auto after = street.chain.accounts(kOne).draft(street.chain.state(), 3, next);
        ASSERT_FALSE(after);
        EXPECT_EQ(after.error(), Reject::out_of_range);
    }
}

// A meter that is estimated from such a reading would stop its cluster.
TEST_F(ClusterForecast, estimates_nobody_from_an_absurd_profile) {
    const MeterId meter = network.meters(kOne).front();
    for (const Profile& absurd :
         {Profile(16, QuarterHour{0, 0, INT64_MAX / 4}), Profile(16, QuarterHour{0, 0, -1}),
          Profile(16, QuarterHour{0, 500, 0}), Profile(3, QuarterHour{})}) {
        ForecastBench street;
        street.live(0, 2);
        HeldReadings held{{2, street.measure(2)}};
        ReadingBody body;
        body.end = street.chain.meter(meter).registers();
        body.profile = absurd;
        const OpenedReading opened = street.chain.meter(meter).read_body(2, body);
        held[2].insert_or_assign(meter, opened);
        street.settle_wrongly(2, held, [&](SettlementDraft& draft) {
            draft.entries.front() = {meter, EntryStatus::reading, opened.reading.id};
        });
        const auto after = street.chain.accounts(kOne).draft(street.chain.state(), 3, {});
        ASSERT_TRUE(after) << to_string(after.error());
        EXPECT_EQ(after->lines.front().generation_wh, 0);
        EXPECT_EQ(after->factors.size(), 16U);
    }
}

}  // namespace
}  // namespace fairfeed::test
