// Settlement over many seeded windows, and over the loop that shares and inverters close.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "core/base/check.h"
#include "core/base/units.h"
#include "core/contract/settlement.h"

namespace fairfeed {
namespace {

class SettlementProperty : public ::testing::Test {
  protected:
    std::int64_t upto(std::int64_t most) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most + 1));
    }
    MeterWindow any_meter(std::size_t index, std::size_t quarters) {
        const std::int64_t capacity = upto(2) == 0 ? 0 : upto(8000);
        MeterWindow out;
        out.meter = MeterId("m" + std::to_string(index));
        out.capacity_w = capacity;
        for (std::size_t i = 0; i < quarters; ++i) {
            const std::int64_t generation = upto(capacity / 4);
            const std::int64_t load = upto(700);
            const std::int64_t own = std::min(load, generation);
            out.profile.push_back({load - own, generation - own, generation});
        }
        if (upto(1) == 0) out.shares = {{upto(8000), -900}, {upto(8000), upto(40) * 900}};
        out.import_remainder = upto(999);
        out.export_remainder = upto(999);
        out.balance_micro = upto(2'000'000) - 1'000'000;
        return out;
    }
    void add_bands(Tariff& tariff) {
        tariff.daily_micro = upto(500'000);
        tariff.more = {{"peak", {upto(400'000), upto(200'000)}}};
        const auto peak = static_cast<std::uint32_t>(1 + upto(670));
        tariff.week = {{0, 672 - peak}, {1, peak}};
        tariff.clock = {900 * (upto(60) - 30), {{upto(20) * 900, 900 * 31}}};
    }
    SettlementInput any_window() {
        SettlementInput input;
        const std::int64_t quarters = 1 + upto(15);
        input.window_seconds = quarters * kSecondsPerQuarter;
        input.window_start_s = upto(20) * kSecondsPerQuarter;
        input.rule = *share_rule_from(static_cast<std::uint64_t>(1 + upto(2)));
        input.tariff = {upto(400'000), upto(200'000)};
        if (upto(1) == 0) add_bands(input.tariff);
        for (std::size_t i = 0, n = static_cast<std::size_t>(upto(8)); i < n; ++i) {
            input.meters.push_back(any_meter(i, static_cast<std::size_t>(quarters)));
        }
        return input;
    }
    std::mt19937_64 random_{8082};
};

TEST_F(SettlementProperty, postings_sum_to_zero_and_energy_is_conserved) {
    for (int run = 0; run < 3000; ++run) {
        const SettlementInput input = any_window();
        const auto result = settle_window(input);
        ASSERT_TRUE(result) << describe(result.error());
        const SettlementTotals& totals = result->totals;
        std::int64_t money = totals.grid_amount_micro;
        std::int64_t load = 0;
        BandEnergies bands = totals.bands;
        for (std::size_t i = 0; i < input.meters.size(); ++i) {
            const MeterSettlement& one = result->meters[i];
            money += one.posting_micro;
            load += one.load_wh;
            ASSERT_EQ(one.credited_wh + one.uncredited_wh, one.export_wh);
            ASSERT_EQ(one.balance_micro, input.meters[i].balance_micro + one.posting_micro);
            ASSERT_LE(one.mes_w, one.capacity_w);
            for (std::size_t band = 0; band < one.bands.size(); ++band) {
                bands[band].import_wh -= one.bands[band].import_wh;
                bands[band].credited_wh -= one.bands[band].credited_wh;
            }
        }
        ASSERT_EQ(bands, BandEnergies(bands.size()));
        ASSERT_EQ(money, 0);
        ASSERT_EQ(load, totals.load_wh);
        ASSERT_EQ(totals.load_wh + totals.export_wh, totals.import_wh + totals.generation_wh);
        ASSERT_EQ(totals.d_wh, totals.available_wh - totals.load_wh);
    }
}

TEST_F(SettlementProperty, money_does_not_depend_on_how_the_meters_are_named) {
    for (int run = 0; run < 500; ++run) {
        SettlementInput input = any_window();
        const auto result = settle_window(input);
        ASSERT_TRUE(result);
        const std::size_t n = input.meters.size();
        SettlementInput turned = input;
        for (std::size_t i = 0; i < n; ++i) {
            turned.meters[i] = input.meters[n - 1 - i];
            turned.meters[i].meter = input.meters[i].meter;
        }
        const auto again = settle_window(turned);
        ASSERT_TRUE(again);
        ASSERT_EQ(again->totals.load_wh, result->totals.load_wh);
        ASSERT_EQ(again->totals.credited_wh, result->totals.credited_wh);
        ASSERT_EQ(again->totals.mes_w, result->totals.mes_w);
        ASSERT_EQ(again->totals.grid_amount_micro, result->totals.grid_amount_micro);
        for (std::size_t i = 0; i < n; ++i) {
            ASSERT_EQ(again->meters[i].posting_micro, result->meters[n - 1 - i].posting_micro);
        }
    }
}

// ---- the loop: settle, obey, settle again ----

struct Loop {
    std::vector<std::int64_t> mes_sums_w;
    std::vector<std::int64_t> generation_wh;
};

// One home with 4 kW of sun and 1 kW of load beside a neighbour with 1.5 kW, the same in every
// window of an hour; each share binds in the next window and the inverter obeys it.
Loop run_loop(bool inverter_reports_available, int windows) {
    Loop loop;
    std::int64_t share_w = 4000;
    for (int window = 0; window < windows; ++window) {
        SettlementInput input;
        input.window_seconds = kSecondsPerHour;
        input.rule = ShareRule::waterfill;
        input.meters.resize(2);
        input.meters[0].meter = MeterId("a");
        input.meters[0].capacity_w = 4000;
        input.meters[1].meter = MeterId("b");
        input.meters[1].profile = Profile(4, {375, 0, 0});
        input.meters[0].shares = {{share_w, 0}};
        for (std::size_t i = 0; i < 4; ++i) {
            const auto cap = quarter_cap_wh(share_w, i);
            const auto generation = std::min<std::int64_t>(1000, allowed_generation_wh(cap, 250));
            input.meters[0].profile.push_back({0, generation - 250, generation});
        }
        if (inverter_reports_available) input.meters[0].available_wh = 4000;
        const auto result = settle_window(input);
        CHECK(result.has_value());
        share_w = result->meters[0].mes_w;
        loop.mes_sums_w.push_back(share_w);
        loop.generation_wh.push_back(result->totals.generation_wh);
    }
    return loop;
}

TEST(SettlementLoop, shares_from_available_generation_stand_still_once_they_bind) {
    const Loop loop = run_loop(true, 8);
    EXPECT_EQ(loop.mes_sums_w, std::vector<std::int64_t>(8, 2500));
    EXPECT_EQ(loop.generation_wh.front(), 4000);
    EXPECT_EQ(std::vector<std::int64_t>(loop.generation_wh.begin() + 1, loop.generation_wh.end()),
              std::vector<std::int64_t>(7, 2500));
}

TEST(SettlementLoop, shares_from_curtailed_output_alone_would_swing_between_two_values) {
    EXPECT_EQ(run_loop(false, 6).mes_sums_w,
              (std::vector<std::int64_t>{2500, 4000, 2500, 4000, 2500, 4000}));
}

}  // namespace
}  // namespace fairfeed
