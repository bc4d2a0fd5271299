// Random patterns of readings that come in time, late or never, over many windows. Once every meter
// is read, the settled and trued-up energy equals the movement of the registers, to the Wh, and the
// money adds up to zero, to the micro. If all readings come, in any order, each window is credited
// as if its reading had come in time.
#include <gtest/gtest.h>

#include <random>

#include "core/contract/availability.h"

#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::TrueUpBench;

constexpr Window kWindows = 24;

struct Sums {
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t import_micro = 0;
    std::int64_t export_micro = 0;
};

class Story {
  public:
    enum class Fate { some_are_lost, all_come };
    Story(unsigned seed, Fate fate, const Tariff& tariff)
        : dice_(seed), bench_(options(tariff)), fate_(fate) {}

    void run() {
        for (Window window = 0; window < kWindows; ++window) {
            const bool all = window + 1 == kWindows;
            measure(window, all);
            for (const auto& [meter, of] : arriving_[window])
                bench_.send(meter, of);
            bench_.settle(window);
            if (testing::Test::HasFailure()) return;
            add_up(window);
        }
        for (const auto& [meter, sums] : sums_)
            expect_settled(meter, sums);
        EXPECT_EQ(owed_micro_ + grid_micro_, 0);
        EXPECT_GT(late_, 0U);
    }

  private:
    static test::TestNetworkOptions options(const Tariff& tariff) {
        auto options = test::one_cluster(test::TestNetworkOptions::default_parameters());
        options.parameters.window_seconds = 3600;
        options.parameters.close_after_s = 4 * 3600;
        options.parameters.share_notice_s = 0;
        options.tariff = tariff;
        return options;
    }
    [[nodiscard]] std::int64_t roll(std::int64_t below) {
        return static_cast<std::int64_t>(dice_() % static_cast<std::uint64_t>(below));
    }
    // Readings come in time, up to six windows late (some of them too late), or never.
    void measure(Window window, bool all) {
        for (const MeterId& meter : bench_.chain.state().meters_of(bench_.cluster, window)) {
            const std::int64_t generation_wh = meter == bench_.consumer ? 0 : roll(1200);
            const std::int64_t export_wh = generation_wh > 0 ? roll(generation_wh) : 0;
            bench_.measure(meter, window, {roll(300), export_wh, generation_wh});
            const auto fate = all ? 0 : roll(8);
            const bool all_come = fate_ == Fate::all_come;
            if (fate == 7 && !all_come) continue;
            const auto delay = static_cast<Window>(fate < 4 ? 0 : roll(all_come ? 5 : 7));
            const Window last = kWindows - 1;
            const Window at = all_come ? std::min(window + delay, last) : window + delay;
            if (at < kWindows) arriving_[at].emplace_back(meter, window);
        }
    }
    void add_up(Window window) {
        late_ += bench_.late.size();
        grid_micro_ += bench_.totals.grid_amount_micro + bench_.totals.adjusted.grid_amount_micro;
        for (const SettlementLine& line : bench_.chain.accounts(bench_.cluster).last_lines()) {
            Sums& sums = sums_[line.meter];
            const Adjustment& more = line.adjusted;
            sums.import_wh += line.import_wh + more.import_wh;
            sums.export_wh += line.export_wh + more.export_wh;
            sums.generation_wh += line.generation_wh + more.generation_wh;
            sums.credited_wh += line.credited_wh + more.credited_wh;
            sums.import_micro += line.import_amount_micro + more.import_amount_micro;
            sums.export_micro += line.export_amount_micro + more.export_amount_micro;
            owed_micro_ += line.import_amount_micro - line.export_amount_micro +
                           more.import_amount_micro - more.export_amount_micro;
            EXPECT_GE(line.closing.import_remainder, 0);
            EXPECT_LE(line.closing.import_remainder, 999);
            EXPECT_GE(line.closing.export_remainder, 0);
            EXPECT_LE(line.closing.export_remainder, 999);
            EXPECT_LE(line.closing.estimates.size(), kEstimatedWindows);
            EXPECT_LE(line.closing.shares.size(), 12U) << "window " << window;
            keep_share(line, window);
        }
    }
    void keep_share(const SettlementLine& line, Window window) {
        const auto& parameters = bench_.chain.state().genesis.parameters;
        const std::int64_t from_s =
            share_binds_from_s(parameters, window, bench_.chain.state().tip_time_ms);
        ShareSchedule& shares = shares_[line.meter];
        while (!shares.empty() && shares.back().from_s >= from_s)
            shares.pop_back();
        shares.push_back({line.capacity_w > 0 ? line.mes_w : kNoShareW, from_s});
    }
    // All windows, each under the shares that bound it and in the bands of its quarter hours.
    struct InTime {
        std::int64_t credited_wh = 0;
        PricedEnergy price;
    };
    [[nodiscard]] InTime all_in_time(const MeterId& meter) const {
        const ChainState& state = bench_.chain.state();
        InTime out;
        for (const auto& [window, readings] : bench_.kept) {
            const Profile& profile = readings.at(meter).body.profile;
            const std::int64_t start_s = state.grid().start_s(window);
            const Tariff& tariff = state.tariff(window);
            const WindowEnergy energy =
                window_energy(profile, shares_.at(meter), state.capacity_w(meter, window), start_s,
                              std::nullopt, bands_in(tariff, start_s, profile.size()));
            out.credited_wh += energy.credited_wh;
            const PricedEnergy price =
                priced(tariff, energy.import_wh, energy.credited_wh, energy.bands);
            out.price.cost += price.cost;
            out.price.worth += price.worth;
        }
        return out;
    }
    // Of the local days that ended in the windows.
    [[nodiscard]] std::int64_t fixed_micro() const {
        const ChainState& state = bench_.chain.state();
        const GridClock grid = state.grid();
        return fixed_charge_micro(state.tariff(0), grid.start_s(0),
                                  kWindows * grid.window_seconds());
    }
    void expect_settled(const MeterId& meter, const Sums& sums) {
        const Registers first = test::kInstalled;
        const Registers last = bench_.kept.at(kWindows - 1).at(meter).body.end;
        EXPECT_EQ(sums.import_wh, last.import_wh - first.import_wh) << meter.str();
        EXPECT_EQ(sums.export_wh, last.export_wh - first.export_wh) << meter.str();
        EXPECT_EQ(sums.generation_wh, last.generation_wh - first.generation_wh) << meter.str();
        EXPECT_LE(sums.credited_wh, sums.export_wh);
        const ClosingState& closing = bench_.line(meter).closing;
        EXPECT_TRUE(closing.estimates.empty());
        if (fate_ == Fate::all_come) {
            EXPECT_TRUE(closing.gaps.empty());
            const InTime in_time = all_in_time(meter);
            EXPECT_EQ(sums.credited_wh, in_time.credited_wh) << meter.str();
            EXPECT_TRUE((sums.import_micro - fixed_micro()) * 1000 + closing.import_remainder ==
                        in_time.price.cost);
            EXPECT_TRUE(sums.export_micro * 1000 + closing.export_remainder == in_time.price.worth);
        }
        if (bench_.chain.state().tariff(0).bands() == 1) {
            EXPECT_EQ(sums.import_micro * 1000 + closing.import_remainder, sums.import_wh * 333);
            EXPECT_EQ(sums.export_micro * 1000 + closing.export_remainder, sums.credited_wh * 111);
        }
        EXPECT_EQ(closing.balance_micro, sums.import_micro - sums.export_micro);
    }

    std::mt19937_64 dice_;
    TrueUpBench bench_;
    Fate fate_;
    std::map<MeterId, ShareSchedule> shares_;
    std::map<Window, std::vector<std::pair<MeterId, Window>>> arriving_;
    std::map<MeterId, Sums> sums_;
    std::size_t late_ = 0;
    std::int64_t grid_micro_ = 0;
    std::int64_t owed_micro_ = 0;
};

// Bands that change within the windows, and local days that end in two of them.
Tariff banded() {
    Tariff tariff{333, 111, 77'001};
    tariff.more = {{"peak", {999, 500}}, {"night", {127, 31}}};
    for (int i = 0; i < 48; ++i)
        tariff.week.insert(tariff.week.end(), {{0, 6}, {1, 3}, {2, 5}});
    tariff.clock = {7200, {}};
    return tariff;
}

class TrueUpPropertyTest : public testing::TestWithParam<unsigned> {};

TEST_P(TrueUpPropertyTest, loses_neither_a_watt_hour_nor_a_micro) {
    for (const Tariff& tariff : {Tariff{333, 111}, banded()})
        Story(GetParam(), Story::Fate::some_are_lost, tariff).run();
}

TEST_P(TrueUpPropertyTest, bills_what_comes_late_as_if_it_had_come_in_time) {
    for (const Tariff& tariff : {Tariff{333, 111}, banded()})
        Story(GetParam(), Story::Fate::all_come, tariff).run();
}

INSTANTIATE_TEST_SUITE_P(Seeds, TrueUpPropertyTest, testing::Range(1U, 13U));

}  // namespace
}  // namespace fairfeed
