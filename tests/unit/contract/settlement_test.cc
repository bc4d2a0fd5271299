#include "core/contract/settlement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/base/units.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kHour = 3600;

Profile flat(QuarterHour quarter, std::size_t quarters = 4) {
    return Profile(quarters, quarter);
}

MeterWindow meter(std::string_view id, std::int64_t capacity_w, Profile profile) {
    MeterWindow out;
    out.meter = MeterId(id);
    out.capacity_w = capacity_w;
    out.profile = std::move(profile);
    return out;
}

SettlementInput hour_of(std::vector<MeterWindow> meters) {
    SettlementInput input;
    input.window_seconds = kHour;
    input.tariff = {250'000, 100'000};
    input.meters = std::move(meters);
    return input;
}

SettlementInput two_meters() {
    return hour_of({meter("a", 2000, flat({0, 300, 400})), meter("b", 0, flat({150, 0, 0}))});
}

// ---- time of use ----

// The hour before midnight, of which the peak has the last half.
SettlementInput last_hour_of_monday() {
    SettlementInput input = two_meters();
    input.window_start_s = 4 * kSecondsPerDay + 23 * kSecondsPerHour;
    input.tariff.daily_micro = 300'000;
    input.tariff.more = {{"peak", {500'000, 200'000}}};
    input.tariff.week = {{0, 94}, {1, 2}, {0, 576}};
    return input;
}

TEST(Settlement, bills_each_quarter_hour_in_its_band_and_the_day_where_it_ends) {
    const auto result = settle_window(last_hour_of_monday());
    ASSERT_TRUE(result) << describe(result.error());
    const MeterSettlement& home = result->meters[1];
    EXPECT_EQ(home.bands, (BandEnergies{{300, 0}, {300, 0}}));
    EXPECT_EQ(home.import_amount_micro, 300 * 250 + 300 * 500 + 300'000);
    const MeterSettlement& roof = result->meters[0];
    EXPECT_EQ(roof.bands, (BandEnergies{{0, 600}, {0, 600}}));
    EXPECT_EQ(roof.export_amount_micro, 600 * 100 + 600 * 200);
    EXPECT_EQ(roof.import_amount_micro, 300'000);
    EXPECT_EQ(result->totals.bands, (BandEnergies{{300, 600}, {300, 600}}));
    EXPECT_EQ(result->totals.grid_amount_micro, -(home.posting_micro + roof.posting_micro));
    SettlementInput next = last_hour_of_monday();
    next.window_start_s += kSecondsPerHour;
    const auto after = settle_window(next);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->meters[1].import_amount_micro, 600 * 250) << "no peak, no day's end";
}

TEST(Settlement, takes_sums_only_with_their_parts_in_the_bands_of_the_tariff) {
    SettlementTotalsInput input;
    input.window_seconds = kHour;
    input.tariff = last_hour_of_monday().tariff;
    MeterTotals home;
    home.meter = MeterId("home");
    home.import_wh = 600;
    home.bands = {{400, 0}, {199, 0}};
    input.meters = {home};
    using R = SettlementReason;
    EXPECT_EQ(settle_totals(input).error(), (SettlementFault{R::bands_disagree, {}, "bands"}));
    input.bands = bands_in(input.tariff, last_hour_of_monday().window_start_s, 4);
    EXPECT_EQ(settle_totals(input).error(),
              (SettlementFault{R::bands_disagree, MeterId("home"), "bands"}));
    input.meters[0].bands[1].import_wh = 200;
    EXPECT_EQ(settle_totals(input)->meters[0].import_amount_micro, 400 * 250 + 200 * 500);
}

// Otherwise its committee could never settle the window, and no window after it.
TEST(Settlement, of_a_cluster_without_a_meter_left_has_the_bands_of_the_tariff) {
    SettlementInput input = last_hour_of_monday();
    input.meters.clear();
    const auto result = settle_window(input);
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->totals.bands, (BandEnergies{{0, 0}, {0, 0}}));
    EXPECT_EQ(result->totals.grid_amount_micro, 0);
}

// ---- the quarter hour ----

TEST(QuarterCap, the_quarters_of_a_window_add_up_to_the_share_without_losing_a_watt_hour) {
    for (const std::int64_t share_w : {0, 1, 2, 3, 4, 5, 999, 1601, 2403}) {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < 16; ++i) {
            const std::int64_t cap = quarter_cap_wh(share_w, i);
            EXPECT_GE(cap, share_w / 4);
            EXPECT_LE(cap, share_w / 4 + 1);
            sum += cap;
            EXPECT_EQ(sum, share_w * static_cast<std::int64_t>(i + 1) / 4);
        }
        EXPECT_EQ(sum, share_w * 4);
    }
}

TEST(QuarterCap, own_use_is_never_capped_and_only_the_room_above_it_is_credited) {
    EXPECT_EQ(allowed_generation_wh(100, 30), 100);
    EXPECT_EQ(allowed_generation_wh(100, 130), 130);
    EXPECT_EQ(credited_export_wh(100, 30, 70), 70);
    EXPECT_EQ(credited_export_wh(100, 30, 71), 70);
    EXPECT_EQ(credited_export_wh(100, 130, 5), 0);
}

TEST(BindingShare, the_last_share_that_has_begun_binds_and_never_above_the_capacity) {
    const ShareSchedule schedule = {{900, 0}, {500, 1800}, {700, 1800}, {100, 3600}};
    EXPECT_EQ(binding_share_w(schedule, 1000, -1), 1000);
    EXPECT_EQ(binding_share_w(schedule, 1000, 0), 900);
    EXPECT_EQ(binding_share_w(schedule, 1000, 1799), 900);
    EXPECT_EQ(binding_share_w(schedule, 1000, 1800), 700);
    EXPECT_EQ(binding_share_w(schedule, 1000, 5000), 100);
    EXPECT_EQ(binding_share_w(schedule, 50, 5000), 50);
    EXPECT_EQ(binding_share_w({}, 1000, 5000), 1000);
}

// ---- one window ----

TEST(Settlement, a_window_without_a_share_in_force_credits_up_to_the_capacity) {
    const auto result = settle_window(two_meters());
    ASSERT_TRUE(result);
    const MeterSettlement& a = result->meters[0];
    EXPECT_EQ(a.load_wh, 400);
    EXPECT_EQ(a.generation_wh, 1600);
    EXPECT_EQ(a.available_wh, 1600);
    EXPECT_EQ(a.credited_wh, 1200);
    EXPECT_EQ(a.uncredited_wh, 0);
    EXPECT_EQ(a.posting_micro, -120'000);
    EXPECT_EQ(result->meters[1].posting_micro, 150'000);
    const SettlementTotals& totals = result->totals;
    EXPECT_EQ(totals.load_wh, 1000);
    EXPECT_EQ(totals.available_wh, 1600);
    EXPECT_EQ(totals.generation_wh, 1600);
    EXPECT_EQ(totals.d_wh, 600);
    EXPECT_EQ(totals.df_ppm, 300'000);
    EXPECT_EQ(totals.mes_w, 1400);
    EXPECT_EQ(totals.grid_amount_micro, -30'000);
}

TEST(Settlement, a_share_that_begins_in_mid_window_caps_only_the_quarters_after_it) {
    SettlementInput input = two_meters();
    input.window_start_s = 7200;
    input.meters[0].shares = {{1000, 7200 + 1800}};
    const auto result = settle_window(input);
    ASSERT_TRUE(result);
    // Two quarters of 300 Wh under 100 %, two of max(0, 250 - 100).
    EXPECT_EQ(result->meters[0].credited_wh, 900);
    EXPECT_EQ(result->meters[0].uncredited_wh, 300);
    EXPECT_EQ(result->totals.credited_wh, 900);
    EXPECT_EQ(result->totals.export_wh, 1200);
}

TEST(Settlement, room_unused_in_one_quarter_is_no_credit_in_another) {
    SettlementInput input = hour_of({meter("a", 1000, {{0, 0, 0}, {0, 500, 500}, {}, {}})});
    const auto result = settle_window(input);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->meters[0].credited_wh, 250);
    EXPECT_EQ(result->meters[0].uncredited_wh, 250);
}

TEST(Settlement, a_deauthorised_meter_earns_nothing_even_under_an_older_share) {
    SettlementInput input = two_meters();
    input.meters[0].capacity_w = 0;
    input.meters[0].shares = {{2000, -900}};
    const auto result = settle_window(input);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->meters[0].credited_wh, 0);
    EXPECT_EQ(result->meters[0].uncredited_wh, 1200);
    EXPECT_EQ(result->meters[0].mes_w, 0);
}

TEST(Settlement, what_was_available_and_not_generated_counts_as_surplus_and_as_curtailed) {
    SettlementInput input = two_meters();
    input.meters[0].available_wh = 2000;
    input.meters[0].shares = {{1600, -900}};  // 400 Wh a quarter hour: what it generates
    const auto result = settle_window(input);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->meters[0].curtailed_wh, 400);
    EXPECT_EQ(result->totals.available_wh, 2000);
    EXPECT_EQ(result->totals.generation_wh, 1600);
    EXPECT_EQ(result->totals.d_wh, 1000);
}

TEST(Settlement, remainders_and_balances_go_on_where_the_last_window_ended) {
    SettlementInput input = hour_of({meter("a", 0, flat({1, 0, 0}))});
    input.tariff = {333, 0};
    std::int64_t energy = 0;
    for (int window = 0; window < 1000; ++window) {
        const auto result = settle_window(input);
        ASSERT_TRUE(result);
        energy += 4;
        input.meters[0].balance_micro = result->meters[0].balance_micro;
        input.meters[0].import_remainder = result->meters[0].import_remainder;
    }
    EXPECT_EQ(input.meters[0].balance_micro, energy * 333 / 1000);
    EXPECT_EQ(input.meters[0].import_remainder, energy * 333 % 1000);
}

// ---- refusals ----

struct Refusal {
    const char* name;
    std::function<void(SettlementInput&)> damage;
    SettlementFault fault;
};

std::vector<Refusal> refusals_of_a_cluster() {
    using R = SettlementReason;
    const MeterId a("a");
    return {
        {"no window",
         [](auto& in) { in.window_seconds = 0; },
         {R::window_not_whole_quarters, {}, "window_seconds"}},
        {"a window of 20 minutes",
         [](auto& in) { in.window_seconds = 1200; },
         {R::window_not_whole_quarters, {}, "window_seconds"}},
        {"a window of a month",
         [](auto& in) { in.window_seconds = 30 * kSecondsPerDay; },
         {R::overflow, {}, "window_seconds"}},
        {"a window at the end of time",
         [](auto& in) { in.window_start_s = INT64_MAX; },
         {R::overflow, {}, "window_start_s"}},
        {"a negative tariff",
         [](auto& in) { in.tariff.export_micro_per_kwh = -1; },
         {R::negative, {}, "export_micro_per_kwh"}},
        {"a tariff without a whole week",
         [](auto& in) {
             in.tariff.more = {{"peak", {1, 1}}};
             in.tariff.week = {{0, 600}, {1, 71}};
         },
         {R::bands_disagree, {}, "week"}},
        {"a negative rate of a band",
         [](auto& in) {
             in.tariff.more = {{"peak", {-1, 1}}};
             in.tariff.week = {{0, 600}, {1, 72}};
         },
         {R::negative, {}, "import_micro_per_kwh"}},
        {"a negative fixed charge",
         [](auto& in) { in.tariff.daily_micro = -1; },
         {R::negative, {}, "daily_micro"}},
        {"meters out of order",
         [](auto& in) { std::swap(in.meters[0], in.meters[1]); },
         {R::meters_not_ascending, a, "id"}},
        {"a meter twice",
         [](auto& in) { in.meters[1].meter = MeterId("a"); },
         {R::duplicate_meter, a, "id"}},
        {"a meter called grid",
         [](auto& in) { in.meters[1].meter = MeterId("grid"); },
         {R::reserved_name, MeterId("grid"), "id"}},
    };
}

std::vector<Refusal> refusals_of_figures() {
    using R = SettlementReason;
    const MeterId a("a");
    const MeterId b("b");
    const auto big = kMaxClusterWattHours;
    return {
        {"a negative capacity",
         [](auto& in) { in.meters[0].capacity_w = -1; },
         {R::negative, a, "capacity_w"}},
        {"a capacity above a terawatt",
         [](auto& in) { in.meters[0].capacity_w = kMaxClusterWatts + 1; },
         {R::overflow, a, "capacity_w"}},
        {"capacities above a terawatt together",
         [](auto& in) { in.meters[1].capacity_w = kMaxClusterWatts; },
         {R::overflow, {}, "capacity_w"}},
        {"a short profile",
         [](auto& in) { in.meters[1].profile.pop_back(); },
         {R::profile_length, b, "profile"}},
        {"a negative quarter",
         [](auto& in) { in.meters[0].profile[2].import_wh = -1; },
         {R::negative, a, "import_wh"}},
        {"a quarter beyond the limit",
         [big](auto& in) { in.meters[0].profile[2].import_wh = big + 1; },
         {R::overflow, a, "import_wh"}},
        {"a window beyond the limit",
         [big](auto& in) {
             in.meters[0].profile = flat({big, 0, 0});
         },
         {R::overflow, a, "import_wh"}},
        {"a cluster's load beyond the limit",
         [big](auto& in) { in.meters[1].profile[0].import_wh = big - 500; },
         {R::overflow, {}, "load_wh"}},
        {"a cluster's generation beyond the limit",
         [big](auto& in) {
             in.meters[0].profile[0] = {0, big - 1200, big - 1200};
             in.meters[1].profile[0] = {0, 1, 1};
         },
         {R::overflow, {}, "available_wh"}},
        {"export above generation",
         [](auto& in) { in.meters[0].profile[3].export_wh = 401; },
         {R::export_above_generation, a, "export_wh"}},
        {"a negative share",
         [](auto& in) {
             in.meters[0].shares = {{-1, 0}};
         },
         {R::negative, a, "share_w"}},
        {"shares out of order",
         [](auto& in) {
             in.meters[0].shares = {{5, 900}, {5, 0}};
         },
         {R::shares_not_ascending, a, "from_s"}},
    };
}

std::vector<Refusal> refusals_of_money() {
    using R = SettlementReason;
    const MeterId a("a");
    const MeterId b("b");
    return {
        {"a remainder of a whole micro",
         [](auto& in) { in.meters[0].import_remainder = 1000; },
         {R::remainder_out_of_range, a, "import_remainder"}},
        {"a negative remainder",
         [](auto& in) { in.meters[0].export_remainder = -1; },
         {R::remainder_out_of_range, a, "export_remainder"}},
        {"a bill beyond 64 bits",
         [](auto& in) {
             in.tariff.import_micro_per_kwh = INT64_MAX;
             in.meters[1].profile[0].import_wh = 2000;
         },
         {R::overflow, b, "import_amount_micro"}},
        {"a credit beyond 64 bits",
         [](auto& in) { in.tariff.export_micro_per_kwh = INT64_MAX; },
         {R::overflow, a, "export_amount_micro"}},
        {"a balance beyond 64 bits",
         [](auto& in) { in.meters[1].balance_micro = INT64_MAX - 149'999; },
         {R::overflow, b, "balance_micro"}},
        {"the grid's account beyond 64 bits",
         [](auto& in) {
             in.tariff = {INT64_MAX, 0};
             in.meters[0].profile = flat({200, 0, 0});
         },
         {R::overflow, {}, "grid_amount_micro"}},
    };
}

TEST(Settlement, refuses_every_bad_figure_by_name) {
    for (const auto& table :
         {refusals_of_a_cluster(), refusals_of_figures(), refusals_of_money()}) {
        for (const Refusal& row : table) {
            SettlementInput input = two_meters();
            row.damage(input);
            const auto result = settle_window(input);
            ASSERT_FALSE(result) << row.name;
            EXPECT_EQ(result.error(), row.fault) << row.name << ": " << describe(result.error());
        }
    }
}

TEST(Settlement, refuses_totals_with_more_generation_than_was_available) {
    SettlementTotalsInput input{kHour, ShareRule::paper, {}, {}};
    input.meters.push_back({MeterId("a"), 1000, 0, 5, 10, 9, 5, 0, 0, 0});
    const auto result = settle_totals(input);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, SettlementReason::generation_above_available);
}

TEST(Settlement, refuses_totals_that_credit_more_than_was_exported) {
    SettlementTotalsInput input{kHour, ShareRule::paper, {}, {}};
    input.meters.push_back({MeterId("a"), 1000, 0, 5, 10, 10, 6, 0, 0, 0});
    const auto result = settle_totals(input);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, SettlementReason::credit_above_export);
    EXPECT_EQ(describe(result.error()), "meter a: credited_wh: credit_above_export");
}

TEST(Settlement, takes_the_largest_figures_that_are_allowed) {
    SettlementInput input = two_meters();
    input.meters[0].capacity_w = kMaxClusterWatts;
    input.meters[0].profile[0] = {0, kMaxClusterWattHours - 1300, kMaxClusterWattHours - 1200};
    input.meters[1].profile[0].import_wh = kMaxClusterWattHours - 850;
    input.tariff = {0, 0};
    const auto result = settle_window(input);
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->totals.load_wh, kMaxClusterWattHours);
    EXPECT_EQ(result->totals.d_wh, 0);
}

}  // namespace
}  // namespace fairfeed
