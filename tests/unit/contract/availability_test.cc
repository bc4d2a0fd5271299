// What a claim of available generation counts for, and that no claim moves anybody's share where
// the meter did not stand at its cap.
#include "core/contract/availability.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/base/check.h"
#include "core/base/units.h"
#include "core/contract/settlement.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kWindow = 14'400;
constexpr std::size_t kQuarters = 16;

// A meter of 5 kW: 2000 W of sun and 200 W of load in every quarter hour.
MeterWindow sunny(std::string_view id, std::int64_t share_w = 5000) {
    MeterWindow out;
    out.meter = MeterId(id);
    out.capacity_w = 5000;
    out.shares = {{share_w, 0}};
    for (std::size_t i = 0; i < kQuarters; ++i) {
        const auto cap_wh = quarter_cap_wh(std::min(share_w, std::int64_t{5000}), i);
        const auto generated = std::min(std::int64_t{500}, allowed_generation_wh(cap_wh, 50));
        out.profile.push_back({0, generated - 50, generated});
    }
    return out;
}

SettlementResult settled(ShareRule rule, std::vector<MeterWindow> meters) {
    const auto result = settle_window({kWindow, 0, rule, {250'000, 80'000}, std::move(meters)});
    CHECK(result.has_value());
    return *result;
}

TEST(AvailableGeneration, is_no_claim_by_which_one_meter_curtails_its_neighbours) {
    for (const ShareRule rule : {ShareRule::paper, ShareRule::waterfill, ShareRule::generation}) {
        std::vector<MeterWindow> meters = {sunny("a"), sunny("b"), sunny("liar")};
        const SettlementResult honest = settled(rule, meters);
        meters[2].available_wh = 80'000;
        const SettlementResult lied = settled(rule, meters);
        EXPECT_EQ(lied, honest) << to_string(rule);
        EXPECT_GT(honest.meters[0].mes_w, 0) << to_string(rule);
    }
}

TEST(AvailableGeneration, counts_in_full_for_an_honest_meter_at_its_cap) {
    MeterWindow held = sunny("a", 1200);
    held.available_wh = 16 * 500;
    EXPECT_EQ(settled(ShareRule::paper, {held}).meters[0].available_wh, 16 * 500);
    EXPECT_EQ(settled(ShareRule::paper, {held}).meters[0].curtailed_wh, 16 * 200);
    held.available_wh.reset();  // an inverter that says nothing
    EXPECT_EQ(settled(ShareRule::paper, {held}).meters[0].available_wh, 16 * 300);
}

struct Quarter {
    const char* name;
    std::int64_t share_w;
    std::int64_t capacity_w;
    QuarterHour quarter;
    std::int64_t claimable_wh;
};

TEST(AvailableGeneration, counts_in_a_quarter_hour_only_up_to_the_capacity_and_only_at_the_cap) {
    const Quarter table[] = {
        {"at the cap", 2000, 5000, {0, 450, 500}, 750},
        {"2 % below it", 2000, 5000, {0, 440, 490}, 760},
        {"below that", 2000, 5000, {0, 439, 489}, 0},
        {"2 % above it", 2000, 5000, {0, 460, 510}, 740},
        {"beyond: it did not obey", 2000, 5000, {0, 461, 511}, 0},
        {"own use above the cap", 2000, 5000, {0, 0, 800}, 450},
        {"own use above the cap, and not all of it from the roof", 2000, 5000, {100, 0, 700}, 0},
        {"a share of nothing", 0, 5000, {0, 0, 0}, 1250},
        {"a share of nothing, at night", 0, 5000, {60, 0, 0}, 0},
        {"no share below the capacity", 5000, 5000, {0, 1200, 1250}, 0},
        {"nothing certified", 0, 0, {0, 0, 0}, 0},
        {"above the capacity already", 2000, 5000, {0, 0, 1300}, 0},
    };
    for (const Quarter& row : table) {
        EXPECT_EQ(claimable_wh(row.share_w, row.capacity_w, 0, row.quarter), row.claimable_wh)
            << row.name;
    }
}

TEST(AvailableGeneration, takes_any_claim_and_counts_no_less_than_the_generation) {
    EXPECT_EQ(counted_available_wh(100, 50, std::nullopt), 100);
    EXPECT_EQ(counted_available_wh(100, 50, 99), 100);
    EXPECT_EQ(counted_available_wh(100, 50, INT64_MIN), 100);
    EXPECT_EQ(counted_available_wh(100, 50, 101), 101);
    EXPECT_EQ(counted_available_wh(100, 50, 151), 150);
    EXPECT_EQ(counted_available_wh(100, 50, INT64_MAX), 150);
}

// The figures of docs/contract.md, "Available generation".
TEST(AvailableGeneration, is_that_of_the_worked_example) {
    const Profile profile = {{0, 200, 500}, {0, 180, 490}, {0, 100, 300}, {0, 0, 700}};
    const ShareSchedule shares = {{2000, 0}};
    const WindowEnergy energy = window_energy(profile, shares, 5000, 0, 6000);
    EXPECT_EQ(energy.generation_wh, 1990);
    EXPECT_EQ(energy.available_wh, 1990 + 750 + 760 + 550);
    EXPECT_EQ(window_energy(profile, shares, 5000, 0, 3000).available_wh, 3000);
}

class AvailabilityProperty : public testing::Test {
  protected:
    std::int64_t upto(std::int64_t most) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most + 1));
    }
    // An inverter that obeys its share, or ignores it.
    MeterWindow any_meter(std::size_t index) {
        MeterWindow out;
        out.meter = MeterId("m" + std::to_string(index));
        out.capacity_w = upto(3) == 0 ? 0 : 1000 + upto(7000);
        out.shares = {{upto(2) == 0 ? kNoShareW : upto(8000), 0}};
        const bool obeys = upto(3) > 0;
        std::int64_t available = 0;
        for (std::size_t i = 0; i < kQuarters; ++i) {
            const auto share_w = binding_share_w(out.shares, out.capacity_w, 0);
            const auto sun = upto(out.capacity_w / 4);
            const auto load = upto(400);
            const auto allowed = allowed_generation_wh(quarter_cap_wh(share_w, i), load);
            const auto made = obeys ? std::min(sun, allowed) : sun;
            const auto own = std::min(load, made);
            out.profile.push_back({load - own, made - own, made});
            available += sun;
        }
        out.available_wh = available;
        return out;
    }
    std::mt19937_64 random_{20'161};
};

TEST_F(AvailabilityProperty, is_bounded_by_generation_capacity_and_claim) {
    for (int run = 0; run < 3000; ++run) {
        MeterWindow meter = any_meter(0);
        const auto honest = settled(ShareRule::paper, {meter}).meters[0];
        ASSERT_LE(honest.available_wh, std::max(*meter.available_wh, honest.generation_wh));
        ASSERT_GE(honest.available_wh, honest.generation_wh);
        meter.available_wh = upto(1) == 0 ? INT64_MAX : upto(200'000);
        const auto lied = settled(ShareRule::paper, {meter}).meters[0];
        ASSERT_GE(lied.available_wh, lied.generation_wh);
        ASSERT_LE(lied.curtailed_wh, meter.capacity_w * 4);
        const auto share_w = binding_share_w(meter.shares, meter.capacity_w, 0);
        if (share_w >= meter.capacity_w) {
            ASSERT_EQ(lied.curtailed_wh, 0);
        }
    }
}

TEST_F(AvailabilityProperty, counts_in_full_for_whoever_obeys) {
    for (int run = 0; run < 3000; ++run) {
        MeterWindow meter = any_meter(0);
        const auto share_w = binding_share_w(meter.shares, meter.capacity_w, 0);
        std::int64_t available = 0;
        for (std::size_t i = 0; i < kQuarters; ++i) {
            QuarterHour& quarter = meter.profile[i];
            const auto load = quarter.import_wh + quarter.generation_wh - quarter.export_wh;
            const auto sun = upto(meter.capacity_w / 4);
            const auto made =
                std::min(sun, allowed_generation_wh(quarter_cap_wh(share_w, i), load));
            quarter = {std::max(std::int64_t{0}, load - made),
                       std::max(std::int64_t{0}, made - load), made};
            available += sun;
        }
        meter.available_wh = available;
        ASSERT_EQ(settled(ShareRule::paper, {meter}).meters[0].available_wh, available);
    }
}

// Whoever does not stand at a cap moves nobody's share, whatever it claims.
TEST_F(AvailabilityProperty, no_claim_moves_a_share_where_none_below_the_capacity_binds) {
    for (int run = 0; run < 1000; ++run) {
        std::vector<MeterWindow> meters;
        for (std::size_t i = 0; i < 4; ++i)
            meters.push_back(any_meter(i));
        const auto rule = *share_rule_from(static_cast<std::uint64_t>(1 + upto(2)));
        meters[3].shares = {{kNoShareW, 0}};
        meters[3].available_wh.reset();
        const auto silent = settled(rule, meters);
        meters[3].available_wh = upto(1'000'000);
        ASSERT_EQ(settled(rule, meters), silent);
    }
}

TEST(AvailableGeneration, of_the_quarter_hours_is_that_of_the_window) {
    std::mt19937_64 random(5);
    for (int round = 0; round < 500; ++round) {
        Profile profile;
        ShareSchedule shares;
        for (std::size_t i = 0; i < kQuarters; ++i) {
            const auto share_w = static_cast<std::int64_t>(random() % 6000);
            const auto load_wh = static_cast<std::int64_t>(random() % 400);
            const auto sun_wh = static_cast<std::int64_t>(random() % 1300);
            const auto made = std::min(sun_wh, std::max(quarter_cap_wh(share_w, i), load_wh));
            profile.push_back({std::max<std::int64_t>(0, load_wh - made),
                               std::max<std::int64_t>(0, made - load_wh), made});
            shares.push_back({share_w, static_cast<std::int64_t>(i) * kSecondsPerQuarter});
        }
        const auto claim_wh = static_cast<std::int64_t>(random() % 30'000);
        const auto window = window_energy(profile, shares, 5000, 0, claim_wh);
        std::int64_t available_wh = 0;
        std::int64_t load_wh = 0;
        const auto quarters = quarter_energies(profile, shares, 5000, 0, claim_wh);
        for (std::size_t i = 0; i < kQuarters; ++i) {
            const auto share_w = std::min<std::int64_t>(5000, shares[i].share_w);
            const auto made = profile[i].generation_wh;
            EXPECT_GE(quarters[i].available_wh, made);
            EXPECT_LE(quarters[i].available_wh, made + claimable_wh(share_w, 5000, i, profile[i]));
            available_wh += quarters[i].available_wh;
            load_wh += quarters[i].load_wh;
        }
        ASSERT_EQ(available_wh, window.available_wh);
        ASSERT_EQ(load_wh, window.import_wh + window.generation_wh - window.export_wh);
    }
}

}  // namespace
}  // namespace fairfeed
