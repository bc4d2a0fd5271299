// What a claim of available generation may do to the forecast: an honest one keeps a curtailed day
// from looking dark, and a lie buys nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/contract/settlement.h"
#include "tests/unit/contract/forecast_story.h"

namespace fairfeed {
namespace {

// A noon of roofs that obey their shares; each says what its inverter could have made, and `liar`
// adds `lie_wh` to that.
ObservedWindow obeyed(std::int64_t start_s, const std::vector<std::int64_t>& shares_w,
                      std::int64_t sun_wh, std::int64_t lie_wh, std::size_t liar) {
    ObservedWindow out{start_s, {}};
    for (std::size_t i = 0; i < shares_w.size(); ++i) {
        Profile profile;
        for (std::size_t j = 0; j < kQuarters; ++j) {
            const auto made = std::min(sun_wh, quarter_cap_wh(shares_w[i], j));
            profile.push_back({0, made, made});
        }
        const std::int64_t claim_wh =
            sun_wh * static_cast<std::int64_t>(kQuarters) + (i == liar ? lie_wh : 0);
        out.meters.push_back(
            {MeterId("m" + std::to_string(i)), 4000,
             quarter_energies(profile, {{shares_w[i], start_s}}, 4000, start_s, claim_wh)});
    }
    out.meters.push_back(steady("n", 0, 500, 0));
    return out;
}

TEST(ForecastClaims, does_not_take_a_curtailed_day_for_a_dark_one) {
    for (const ShareRule rule : {ShareRule::waterfill, ShareRule::generation}) {
        const auto parameters = by(rule);
        ClusterHistory history;
        std::vector<std::int64_t> shares_w = {4000, 4000, 4000};
        for (std::int64_t day = 0; day < 30; ++day) {
            const auto noon = obeyed(day * kSecondsPerDay, shares_w, 800, 0, 0);
            observe(history, parameters, noon);
            const auto part = first_quarter(history, parameters, noon);
            EXPECT_EQ(part.available_wh, 2400) << day;
            for (std::size_t i = 0; i < shares_w.size(); ++i)
                shares_w[i] = part.shares[i].mes_w;
            const std::int64_t sum_w = shares_w[0] + shares_w[1] + shares_w[2];
            EXPECT_LE(std::abs(sum_w - 2000), 300) << day;  // the step of a factor
        }
    }
}

TEST(ForecastClaims, is_not_moved_by_a_claim_of_who_was_not_held_back) {
    for (const ShareRule rule : kRules) {
        const auto parameters = by(rule);
        const std::vector<std::int64_t> open = {4000, 4000, 4000};
        EXPECT_EQ(after(parameters, {obeyed(0, open, 800, 80'000, 1)}),
                  after(parameters, {obeyed(0, open, 800, 0, 1)}))
            << to_string(rule);
    }
}

TEST(ForecastClaims, lets_no_claim_count_beyond_the_capacity_of_who_makes_it) {
    const std::vector<std::int64_t> held = {700, 700, 700};
    const std::int64_t rest_wh = 16 * (1000 - 800);  // to 4000 W throughout
    for (const ShareRule rule : kRules) {
        const auto parameters = by(rule);
        EXPECT_EQ(after(parameters, {obeyed(0, held, 800, 1'000'000'000, 1)}),
                  after(parameters, {obeyed(0, held, 800, rest_wh, 1)}))
            << to_string(rule);
    }
}

TEST(ForecastClaims, gives_a_liar_no_larger_part_of_its_roof_than_its_neighbours) {
    const auto parameters = by(ShareRule::waterfill);
    ClusterHistory honest;
    ClusterHistory lied;
    std::vector<std::int64_t> shares_w = {700, 700, 700};
    for (std::int64_t day = 0; day < 10; ++day) {
        observe(honest, parameters, obeyed(day * kSecondsPerDay, shares_w, 600, 0, 1));
        observe(lied, parameters, obeyed(day * kSecondsPerDay, shares_w, 600, 6000, 1));
        const auto before = first_quarter(honest, parameters, obeyed(0, shares_w, 600, 0, 1));
        const auto part = first_quarter(lied, parameters, obeyed(0, shares_w, 600, 0, 1));
        EXPECT_LE(part.shares[1].mes_w, before.shares[1].mes_w) << day;
        EXPECT_LE(part.shares[1].mes_w, part.shares[0].mes_w + 1) << day;
    }
}

}  // namespace
}  // namespace fairfeed
