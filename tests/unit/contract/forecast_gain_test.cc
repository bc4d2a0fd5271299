// Whether a roof gains by what it says of the energy that it was not let make: its credited energy
// over some days of forecast shares, beside the same days told honestly.
#include <gtest/gtest.h>

#include <algorithm>
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
constexpr std::size_t kLiar = 1;

struct Roof {
    std::int64_t capacity_w = 0;
    std::vector<std::int64_t> sun_wh;  // by quarter hour of the run
    std::vector<std::int64_t> load_wh;
};

// Roofs and a consumer under sun and loads that the seed decides.
std::vector<Roof> any_street(std::uint64_t seed) {
    Dice dice(seed);
    std::vector<Roof> out(5);
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

Gains gains(std::uint64_t seed, const ForecastParameters& parameters, Say say,
            ShareBasis basis = ShareBasis::expected) {
    const auto street = any_street(seed);
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

class ForecastGain : public testing::TestWithParam<ShareResolution> {
  protected:
    [[nodiscard]] static std::int64_t mean_gain_by_generation(Say say, ShareBasis basis) {
        std::int64_t sum = 0;
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
            sum += gains(seed, by(ShareRule::generation, GetParam()), say, basis).own;
        return sum / static_cast<std::int64_t>(kSeeds);
    }
};

TEST_P(ForecastGain, by_paper_is_none_for_a_roof_that_claims_more_than_it_could_have_made) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
        for (const Say say : {Say::twice, Say::anything})
            EXPECT_LE(gains(seed, by(ShareRule::paper, GetParam()), say).own, 0) << seed;
}

// All roofs have one factor. What a lie does to it is small, and it does so to everybody alike.
TEST_P(ForecastGain, by_capacity_is_small_and_no_larger_than_the_neighbours) {
    for (const ShareRule rule : {ShareRule::paper, ShareRule::waterfill}) {
        for (const Say say : {Say::nothing, Say::half, Say::twice, Say::anything}) {
            for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
                const Gains found = gains(seed, by(rule, GetParam()), say);
                EXPECT_LE(found.own, 50) << to_string(rule) << ", seed " << seed;
                EXPECT_LE(found.own - found.others, 25) << to_string(rule) << ", seed " << seed;
            }
        }
    }
}

TEST_P(ForecastGain, by_generation_is_a_loss_for_a_roof_that_claims_less_than_the_truth) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
        for (const Say say : {Say::nothing, Say::half})
            EXPECT_LT(gains(seed, by(ShareRule::generation, GetParam()), say).own, 0) << seed;
}

// By `generation` whoever could have made more gets more, so a false claim buys a share. The
// forecast sells it no cheaper than the window of the day before does.
TEST_P(ForecastGain, by_generation_is_what_a_false_claim_also_gains_from_yesterdays_window) {
    for (const Say say : {Say::twice, Say::anything}) {
        const auto now = mean_gain_by_generation(say, ShareBasis::expected);
        const auto before = mean_gain_by_generation(say, ShareBasis::same_window_yesterday);
        EXPECT_GT(before, 200) << "a fifth";
        EXPECT_LE(now, before + 60);
    }
}

INSTANTIATE_TEST_SUITE_P(By, ForecastGain, testing::ValuesIn(kResolutions),
                         [](const auto& each) { return std::string(to_string(each.param)); });

}  // namespace
}  // namespace fairfeed
