// Whether a roof gains under forecast shares by sending its readings late or never: its credited
// energy over some days, true-ups included, beside the same days read in time.
#include <gtest/gtest.h>

#include "tests/support/dice.h"
#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::Dice;
using test::TestNetworkOptions;
using test::TrueUpBench;

constexpr Window kDay = 6;
constexpr Window kEnd = 5 * kDay;

enum class Silence { none, read_late, never_read };

struct Case {
    ShareRule rule;
    ShareResolution resolution;
};

class ForecastSilence : public testing::TestWithParam<Case> {
  protected:
    static TestNetworkOptions options() {
        auto parameters = TestNetworkOptions::default_parameters();
        parameters.rule = GetParam().rule;
        parameters.basis = ShareBasis::expected;
        parameters.resolution = GetParam().resolution;
        return test::one_cluster(parameters);
    }
    // Sun in the third and fourth window of a day, brighter or darker from day to day.
    static Profile sunny(const TrueUpBench& b, std::uint64_t seed, Window window) {
        Profile profile = test::flat_profile(b.chain.state(), {50, 0, 0});
        const Window hours = window % kDay;
        if (hours != 2 && hours != 3) return profile;
        Dice dice(seed * 1000 + window / kDay);
        const std::int64_t brightness = dice.between(30, 100);
        for (std::size_t j = 0; j < profile.size(); ++j) {
            const auto quarter = static_cast<std::int64_t>((hours - 2) * profile.size() + j);
            const std::int64_t height = 16 * 16 - (quarter - 16) * (quarter - 16);
            const std::int64_t wh = 1250 * height / 256 * brightness / 100;
            if (wh > 50) profile[j] = {0, wh - 50, wh};
        }
        return profile;
    }
    struct Credit {
        std::int64_t own_wh = 0;
        std::int64_t twin_wh = 0;
    };
    [[nodiscard]] static Credit of_window(const TrueUpBench& bench) {
        const auto all = [&](const MeterId& meter) {
            const SettlementLine& line = bench.line(meter);
            return line.credited_wh + line.adjusted.credited_wh;
        };
        return {all(bench.prosumer), all(test::TestNetwork::meter(1, 3))};
    }
    // What the prosumer is credited in all, and its twin, which has the same roof and the same
    // load. The prosumer is silent in the sunny windows of every other day.
    [[nodiscard]] static Credit credited(std::uint64_t seed, Silence silence) {
        TrueUpBench bench(options());
        const MeterId twin = test::TestNetwork::meter(1, 3);
        Credit sum;
        for (Window window = 0; window < kEnd; ++window) {
            const Window hours = window % kDay;
            const bool is_sunny = hours == 2 || hours == 3;
            const bool is_silent = silence != Silence::none && (window / kDay) % 2 == 1 && is_sunny;
            for (const MeterId& meter : {bench.prosumer, twin})
                bench.measure(meter, window, sunny(bench, seed, window));
            if (!is_silent) bench.send(bench.prosumer, window);
            bench.send(twin, window);
            if (silence == Silence::read_late && hours == 5) {
                for (const Window late : {window - 3, window - 2})
                    bench.send(bench.prosumer, late);
            }
            bench.measure_others(window, {bench.prosumer, twin});
            bench.settle(window);
            const Credit more = of_window(bench);
            sum.own_wh += more.own_wh;
            sum.twin_wh += more.twin_wh;
        }
        return sum;
    }
    // What is earned beside the twin, in parts per thousand of it, at the best of the seeds.
    [[nodiscard]] static std::int64_t best_beside_twin(Silence silence) {
        std::int64_t best = 0;
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
            const Credit sum = credited(seed, silence);
            best = std::max(best, sum.own_wh * 1000 / sum.twin_wh);
        }
        return best;
    }
    [[nodiscard]] static bool is_by_capacity() { return GetParam().rule != ShareRule::generation; }
    static constexpr std::uint64_t kSeeds = 5;
};

// By `generation` the power follows the meter's own past, and so an estimate in place of a reading;
// by the other rules only a watt that is rounded up differs.
TEST_P(ForecastSilence, until_later_earns_what_the_twin_earns_that_is_read_in_time) {
    const std::int64_t best = best_beside_twin(Silence::read_late);
    EXPECT_GE(best, 990);
    EXPECT_LE(best, is_by_capacity() ? 1000 : 1100);
}

// An estimate may credit a dark window as a bright one, but never more than the registers show.
TEST_P(ForecastSilence, for_ever_earns_hardly_more_than_the_twin_that_is_read) {
    EXPECT_LE(best_beside_twin(Silence::never_read), is_by_capacity() ? 1015 : 1100);
}

// The history keeps the estimate of a silent window, so silence may move what is forecast, one way
// or the other and for everybody.
TEST_P(ForecastSilence, moves_what_is_earned_over_some_streets_by_little) {
    std::int64_t told_wh = 0;
    std::int64_t late_wh = 0;
    std::int64_t never_wh = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        told_wh += credited(seed, Silence::none).own_wh;
        late_wh += credited(seed, Silence::read_late).own_wh;
        never_wh += credited(seed, Silence::never_read).own_wh;
    }
    EXPECT_LE(late_wh, told_wh * 105 / 100);
    EXPECT_LE(never_wh, told_wh * 102 / 100);
}

INSTANTIATE_TEST_SUITE_P(By, ForecastSilence,
                         testing::Values(Case{ShareRule::paper, ShareResolution::window},
                                         Case{ShareRule::paper, ShareResolution::quarter},
                                         Case{ShareRule::waterfill, ShareResolution::window},
                                         Case{ShareRule::waterfill, ShareResolution::quarter},
                                         Case{ShareRule::generation, ShareResolution::window},
                                         Case{ShareRule::generation, ShareResolution::quarter}),
                         [](const auto& each) {
                             return std::string(to_string(each.param.rule)) + "_" +
                                    std::string(to_string(each.param.resolution));
                         });

}  // namespace
}  // namespace fairfeed
