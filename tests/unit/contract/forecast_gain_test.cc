// Whether a roof gains by what it says of the energy that it was not let make: its credited energy
// over some days of forecast shares, beside the same days told honestly.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "core/base/check.h"
#include "core/contract/settlement.h"
#include "tests/support/dice.h"
#include "tests/unit/contract/forecast_story.h"

namespace fairfeed {
namespace {

using test::Dice;

enum class Say { truth, nothing, half, twice, anything };

constexpr Window kDays = 10;
constexpr Window kWindowsPerDay = 6;
constexpr std::size_t kLiar = 0;

struct Roof {
    std::int64_t capacity_w = 0;
    std::vector<std::int64_t> sun_wh;  // by quarter hour of the run
    std::vector<std::int64_t> load_wh;
};

// Roofs and a consumer under sun and loads that the seed decides.
std::vector<Roof> any_street(std::uint64_t seed, std::size_t roofs) {
    Dice dice(seed);
    std::vector<Roof> out(roofs + 1);
    const std::size_t quarters = kDays * kQuartersPerDay;
    std::vector<std::int64_t> clouds;
    for (std::size_t q = 0; q < quarters; ++q)
        clouds.push_back(q % 4 == 0 ? dice.between(20, 100) : clouds.back());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const bool is_roof = i + 1 < out.size();
        out[i].capacity_w = is_roof ? dice.between(3000, 6000) : 0;
        const std::int64_t yield = dice.between(60, 100);
        for (std::size_t q = 0; q < quarters; ++q) {
            const auto noon = static_cast<std::int64_t>(q % kQuartersPerDay) - 48;
            const std::int64_t height = std::max<std::int64_t>(0, 24 * 24 - noon * noon);
            out[i].sun_wh.push_back(out[i].capacity_w / 4 * height / 576 * clouds[q] / 100 * yield /
                                    100);
            out[i].load_wh.push_back(is_roof ? dice.between(20, 150) : dice.between(100, 900));
        }
    }
    return out;
}

std::optional<std::int64_t> claim_of(Say say, std::int64_t could_wh, std::int64_t made_wh) {
    switch (say) {
        case Say::truth:
            return could_wh;
        case Say::nothing:
            return std::nullopt;
        case Say::half:
            return (could_wh + made_wh) / 2;
        case Say::twice:
            return 2 * could_wh + 100;
        case Say::anything:
            return 1'000'000'000;
    }
    CHECK(false);
}

// The street under one rule, settled window after window; what one roof says is its own.
class Days {
  public:
    Days(const std::vector<Roof>& street, const ForecastParameters& parameters, Say say,
         ShareBasis basis = ShareBasis::expected)
        : basis_(basis),
          street_(street),
          parameters_(parameters),
          say_(say),
          credited(street.size(), 0) {
        for (Window window = 0; window < kDays * kWindowsPerDay; ++window)
            settle(window);
    }

  private:
    ShareBasis basis_;
    const std::vector<Roof>& street_;
    ForecastParameters parameters_;
    Say say_;
    ClusterHistory history_;
    std::map<Window, PlannedShares> planned_;

  public:
    std::vector<std::int64_t> credited;

  private:
    [[nodiscard]] static MeterId meter(std::size_t i) { return MeterId("m" + std::to_string(i)); }
    // The meter obeys the share that binds, and says what it says.
    [[nodiscard]] MeterWindow measured(Window window, std::size_t i) const {
        const Roof& roof = street_[i];
        const std::int64_t start_s = std::int64_t{window} * kWindow;
        MeterWindow out;
        out.meter = meter(i);
        out.capacity_w = roof.capacity_w;
        const auto plan = planned_.find(window);
        if (plan != planned_.end()) {
            const std::int64_t power_w =
                roof.capacity_w > 0 ? plan->second.powers[i].mes_w : kNoShareW;
            out.shares = in_quarters({{power_w, start_s}}, plan->second.factors, start_s);
        }
        std::int64_t could_wh = 0;
        std::int64_t made_wh = 0;
        for (std::size_t j = 0; j < kQuarters; ++j) {
            const std::size_t q = window * kQuarters + j;
            const auto share_w =
                binding_share_w(out.shares, roof.capacity_w,
                                start_s + static_cast<std::int64_t>(j) * kSecondsPerQuarter);
            const std::int64_t load = roof.load_wh[q];
            const std::int64_t made =
                std::min(roof.sun_wh[q], allowed_generation_wh(quarter_cap_wh(share_w, j), load));
            const std::int64_t exported = std::max<std::int64_t>(0, made - load);
            out.profile.push_back({load - made + exported, exported, made});
            could_wh += roof.sun_wh[q];
            made_wh += made;
        }
        out.available_wh = claim_of(i == kLiar ? say_ : Say::truth, could_wh, made_wh);
        return out;
    }
    void settle(Window window) {
        const std::int64_t start_s = std::int64_t{window} * kWindow;
        SettlementInput input{kWindow, start_s, parameters_.rule, {250'000, 80'000}, {}};
        ObservedWindow observed{start_s, {}};
        std::vector<MeterCapacity> meters;
        for (std::size_t i = 0; i < street_.size(); ++i) {
            input.meters.push_back(measured(window, i));
            const MeterWindow& own = input.meters.back();
            meters.push_back({own.meter, own.capacity_w});
            observed.meters.push_back({own.meter, own.capacity_w,
                                       quarter_energies(own.profile, own.shares, own.capacity_w,
                                                        start_s, own.available_wh)});
        }
        const auto settled = settle_window(input);
        CHECK(settled);
        for (std::size_t i = 0; i < street_.size(); ++i)
            credited[i] += settled->meters[i].credited_wh;
        if (basis_ != ShareBasis::expected) {
            PlannedShares plan{basis_, {}, {}};
            if (parameters_.resolution == ShareResolution::quarter) {
                plan = plan_from_window(parameters_.rule, basis_, observed.meters, kQuarters);
            } else {
                for (const MeterSettlement& each : settled->meters)
                    plan.powers.push_back({each.meter, each.mes_w});
            }
            planned_[window + (basis_ == ShareBasis::previous_window ? 1 : kWindowsPerDay)] = plan;
            planned_.erase(planned_.begin(), planned_.lower_bound(window));
            return;
        }
        auto plan =
            plan_from_history(history_, parameters_, start_s + 2 * kWindow, kWindow, meters);
        if (plan) planned_[window + 2] = std::move(*plan);
        observe(history_, parameters_, observed);
        planned_.erase(planned_.begin(), planned_.lower_bound(window));
    }
};

// In parts per thousand of what is credited without the lie.
std::int64_t gain(std::int64_t lied_wh, std::int64_t honest_wh) {
    return (lied_wh - honest_wh) * 1000 / std::max<std::int64_t>(1, honest_wh);
}

constexpr std::uint64_t kSeeds = 20;

// What one roof and its neighbours gain if it says this instead of the truth.
struct Gains {
    std::int64_t own = 0;
    std::int64_t others = 0;
};

Gains gains(std::uint64_t seed, const ForecastParameters& parameters, Say say, ShareBasis basis,
            std::size_t roofs) {
    const auto street = any_street(seed, roofs);
    const Days honest(street, parameters, Say::truth, basis);
    const Days lied(street, parameters, say, basis);
    std::int64_t honest_wh = 0;
    std::int64_t lied_wh = 0;
    for (std::size_t i = 0; i < street.size(); ++i) {
        if (i == kLiar) continue;
        honest_wh += honest.credited[i];
        lied_wh += lied.credited[i];
    }
    return {gain(lied.credited[kLiar], honest.credited[kLiar]), gain(lied_wh, honest_wh)};
}

struct Sums {
    std::int64_t mean_own = 0;
    std::int64_t most_own = INT64_MIN;
    std::int64_t most_beside_neighbours = INT64_MIN;
};

Sums over_streets(std::size_t roofs, const ForecastParameters& parameters, Say say,
                  ShareBasis basis = ShareBasis::expected) {
    Sums out;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const Gains found = gains(seed, parameters, say, basis, roofs);
        out.mean_own += found.own;
        out.most_own = std::max(out.most_own, found.own);
        out.most_beside_neighbours = std::max(out.most_beside_neighbours, found.own - found.others);
    }
    out.mean_own /= static_cast<std::int64_t>(kSeeds);
    return out;
}

constexpr std::array kLies{Say::nothing, Say::half, Say::twice, Say::anything};
constexpr std::array kRules{ShareRule::paper, ShareRule::waterfill, ShareRule::generation};

class ForecastGain : public testing::TestWithParam<ShareResolution> {};

TEST_P(ForecastGain, by_paper_is_none_for_a_roof_that_claims_more_than_it_could_have_made) {
    for (const Say say : {Say::twice, Say::anything})
        EXPECT_LE(over_streets(4, by(ShareRule::paper, GetParam()), say).most_own, 0);
}

// Two honest roofs outvote the liar. What a lie still moves is the whole street's factor, by one
// step where two steps cost nearly the same, up as often as down.
TEST_P(ForecastGain, is_none_beside_two_honest_neighbours_or_more) {
    for (const std::size_t roofs : {3U, 4U, 8U}) {
        for (const ShareRule rule : kRules) {
            for (const Say say : kLies) {
                const Sums found = over_streets(roofs, by(rule, GetParam()), say);
                EXPECT_LE(found.mean_own, 5) << to_string(rule) << ", " << roofs << " roofs";
                EXPECT_LE(found.most_beside_neighbours, 20) << to_string(rule);
            }
        }
    }
}

// Nobody can say who of two is right: the darker one is believed. A roof alone is believed what it
// says, within its capacity.
TEST_P(ForecastGain, is_little_where_no_two_neighbours_outvote_a_roof) {
    for (const std::size_t roofs : {1U, 2U}) {
        for (const ShareRule rule : kRules) {
            for (const Say say : kLies) {
                const Sums found = over_streets(roofs, by(rule, GetParam()), say);
                EXPECT_LE(found.mean_own, 25) << to_string(rule) << ", " << roofs << " roofs";
                EXPECT_LE(found.most_own, 100) << to_string(rule) << ", " << roofs << " roofs";
            }
        }
    }
}

// The other bases believe a claim: what a roof says it could have made yesterday buys its share.
TEST_P(ForecastGain, is_large_from_yesterdays_window_by_generation) {
    for (const Say say : {Say::twice, Say::anything}) {
        const Sums found = over_streets(4, by(ShareRule::generation, GetParam()), say,
                                        ShareBasis::same_window_yesterday);
        EXPECT_GT(found.mean_own, 200) << "a fifth";
    }
}

INSTANTIATE_TEST_SUITE_P(By, ForecastGain, testing::ValuesIn(kResolutions),
                         [](const auto& each) { return std::string(to_string(each.param)); });

}  // namespace
}  // namespace fairfeed
