#include "core/contract/share.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "core/base/units.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kFourHours = 14'400;
constexpr ShareRule kRules[] = {ShareRule::paper, ShareRule::waterfill, ShareRule::generation};

using Cluster = std::vector<Producer>;

Producer producer(std::string_view meter, std::int64_t capacity_w, std::int64_t available_wh,
                  std::int64_t load_wh) {
    return {MeterId(meter), capacity_w, available_wh, load_wh};
}

Shares share(ShareRule rule, const Cluster& cluster, std::int64_t window_s = kFourHours) {
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;
    for (const Producer& one : cluster) {
        load_wh += one.load_wh;
        available_wh += one.available_wh;
    }
    return compute_shares(rule, window_s, load_wh, available_wh, cluster);
}

std::vector<std::int64_t> watts(const Shares& shares) {
    std::vector<std::int64_t> out;
    for (const MeterShare& one : shares.shares)
        out.push_back(one.mes_w);
    return out;
}

using Watts = std::vector<std::int64_t>;

// C = 5000, 3000, 2000 W, T = 4 h, G - L = 8000 Wh (paper A80-A82).
Cluster worked_example() {
    return {producer("m1", 5000, 16'000, 5000), producer("m2", 3000, 9000, 6000),
            producer("m3", 2000, 7000, 3000), producer("m4", 0, 0, 10'000)};
}

TEST(Share, the_worked_example_gives_four_fifths_of_every_capacity) {
    const Shares shares = share(ShareRule::paper, worked_example());
    EXPECT_EQ(shares.d_wh, 8000);
    EXPECT_EQ(shares.df_ppm, 200'000);
    EXPECT_EQ(shares.psa_ppm, 800'000);
    EXPECT_EQ(watts(shares), (Watts{4000, 2400, 1600, 0}));
    EXPECT_EQ(shares.mes_sum_w, 8000);
    EXPECT_EQ(shares.conventional_wh, 0);
}

TEST(Share, a_deficit_and_an_exact_balance_leave_everybody_the_whole_capacity) {
    for (const ShareRule rule : kRules) {
        const Shares deficit =
            share(rule, {producer("a", 5000, 1000, 3000), producer("b", 700, 10, 1)});
        EXPECT_EQ(deficit.d_wh, -1991);
        EXPECT_EQ(deficit.psa_ppm, kPpm);
        EXPECT_EQ(watts(deficit), (Watts{5000, 700}));
        EXPECT_EQ(deficit.conventional_wh, 1991);
        EXPECT_EQ(deficit.residual_surplus_wh, 0);

        const Shares balance =
            share(rule, {producer("a", 5000, 4000, 1000), producer("b", 0, 0, 3000)});
        EXPECT_EQ(balance.d_wh, 0);
        EXPECT_EQ(balance.df_ppm, 0);
        EXPECT_EQ(watts(balance), (Watts{5000, 0}));
        EXPECT_EQ(balance.conventional_wh, 0);
    }
}

TEST(Share, a_surplus_above_the_sum_of_nameplates_is_clamped_to_nothing_left) {
    const Shares shares = share(ShareRule::paper, {producer("a", 1000, 4600, 0)});
    EXPECT_EQ(shares.df_ppm, kPpm);
    EXPECT_EQ(shares.psa_ppm, 0);
    EXPECT_EQ(watts(shares), (Watts{0}));
}

TEST(Share, a_surplus_without_any_authorised_capacity_gives_no_share_and_no_error) {
    for (const ShareRule rule : kRules) {
        const Shares shares = share(rule, {producer("a", 0, 900, 100), producer("b", 0, 0, 50)});
        EXPECT_EQ(shares.d_wh, 750);
        EXPECT_EQ(shares.df_ppm, kPpm);
        EXPECT_EQ(watts(shares), (Watts{0, 0}));
        EXPECT_EQ(shares.residual_surplus_wh, 0);
    }
}

TEST(Share, nobody_and_nothing_settle_without_a_surplus) {
    for (const ShareRule rule : kRules) {
        EXPECT_EQ(share(rule, {}).psa_ppm, kPpm);
        const Shares zero = share(rule, {producer("a", 0, 0, 0), producer("b", 300, 0, 0)});
        EXPECT_EQ(zero.d_wh, 0);
        EXPECT_EQ(watts(zero), (Watts{0, 300}));
    }
}

TEST(Share, ties_of_the_largest_remainder_go_to_the_lower_id) {
    // 10 Wh over 1 h against 30 W: PSA = 2/3, each exact share is 6.67 W, their sum 20.
    const Cluster cluster = {producer("a", 10, 10, 0), producer("b", 10, 10, 0),
                             producer("c", 10, 10, 20)};
    EXPECT_EQ(watts(share(ShareRule::paper, cluster, 3600)), (Watts{7, 7, 6}));
}

TEST(Share, the_paper_rule_leaves_idle_nameplate_uncurtailed_and_waterfill_does_not) {
    // Both run at half their nameplate: the paper's caps never bind (requirements, finding 1).
    const Cluster cluster = {producer("a", 4000, 8000, 2000), producer("b", 4000, 8000, 6000)};
    const Shares paper = share(ShareRule::paper, cluster);
    EXPECT_EQ(watts(paper), (Watts{3000, 3000}));
    EXPECT_EQ(paper.residual_surplus_wh, 8000);
    const Shares waterfill = share(ShareRule::waterfill, cluster);
    EXPECT_EQ(watts(waterfill), (Watts{500, 500}));
    EXPECT_EQ(waterfill.residual_surplus_wh, 0);
}

TEST(Share, generation_asks_the_same_fraction_of_everybodys_output) {
    const Cluster cluster = {producer("a", 9000, 4000, 0), producer("b", 3000, 8000, 0),
                             producer("c", 0, 0, 6000)};
    EXPECT_EQ(watts(share(ShareRule::generation, cluster)), (Watts{500, 1000, 0}));
    EXPECT_EQ(watts(share(ShareRule::waterfill, cluster)), (Watts{1500, 500, 0}));
    EXPECT_EQ(watts(share(ShareRule::paper, cluster)), (Watts{7875, 2625, 0}));
}

TEST(Share, a_flat_stretch_at_the_load_is_walked_to_its_end) {
    // `a` is all used at home up to 2000 Wh and may go on: between alpha 0.2 (b at its available
    // output) and 0.5 (a beyond its own load) nothing changes, so the factor is 0.5, not 0.2.
    const Cluster cluster = {producer("a", 1000, 4000, 2000), producer("b", 1000, 800, 0),
                             producer("c", 0, 0, 800)};
    EXPECT_EQ(watts(share(ShareRule::waterfill, cluster)), (Watts{500, 500, 0}));
}

TEST(Share, figures_at_the_limits_fit_128_bits) {
    const Cluster cluster = {
        producer("a", kMaxClusterWatts / 2, kMaxClusterWattHours / 2, 0),
        producer("b", kMaxClusterWatts - kMaxClusterWatts / 2, kMaxClusterWattHours / 2, 1)};
    for (const ShareRule rule : kRules) {
        for (const std::int64_t window_s : {std::int64_t{900}, kFourHours, kMaxWindowSeconds}) {
            const Shares shares = share(rule, cluster, window_s);
            EXPECT_EQ(shares.d_wh, kMaxClusterWattHours - 1);
            EXPECT_LE(shares.mes_sum_w, kMaxClusterWatts);
            EXPECT_GE(shares.mes_sum_w, 0);
        }
    }
}

TEST(ShareDeathTest, a_broken_precondition_is_our_own_bug) {
    const Cluster unsorted = {producer("b", 1, 0, 0), producer("a", 1, 0, 0)};
    EXPECT_DEATH((void)share(ShareRule::paper, unsorted), "broken promise");
    const Cluster one = {producer("a", 1, 7, 0)};
    EXPECT_DEATH((void)compute_shares(ShareRule::paper, 900, 0, 8, one), "broken promise");
}

// Properties over seeded clusters. Small numbers, so that ties, zeros and flat stretches abound.
class ShareProperty : public ::testing::Test {
  protected:
    std::int64_t upto(std::int64_t most) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most + 1));
    }
    Cluster any_cluster() {
        Cluster cluster;
        const std::int64_t scale = upto(1) == 0 ? 12 : 9000;
        for (std::int64_t i = 0, n = 1 + upto(6); i < n; ++i) {
            const std::int64_t capacity = upto(3) == 0 ? 0 : upto(scale);
            const std::int64_t available = capacity == 0 ? 0 : upto(capacity * 4);
            cluster.push_back(producer("m" + std::to_string(i), capacity, available,
                                       upto(2) == 0 ? 0 : upto(scale * 2)));
        }
        return cluster;
    }
    std::mt19937_64 random_{20'160'808};
};

TEST_F(ShareProperty, no_share_is_above_capacity_or_below_zero_and_the_sum_is_the_paper_s_floor) {
    for (int run = 0; run < 4000; ++run) {
        const Cluster cluster = any_cluster();
        std::int64_t capacity_sum = 0;
        for (const Producer& one : cluster)
            capacity_sum += one.capacity_w;
        for (const ShareRule rule : kRules) {
            const Shares shares = share(rule, cluster);
            std::int64_t sum = 0;
            for (std::size_t i = 0; i < cluster.size(); ++i) {
                ASSERT_GE(shares.shares[i].mes_w, 0);
                ASSERT_LE(shares.shares[i].mes_w, cluster[i].capacity_w);
                sum += shares.shares[i].mes_w;
            }
            ASSERT_EQ(sum, shares.mes_sum_w);
            ASSERT_EQ(shares.df_ppm + shares.psa_ppm, kPpm);
            if (rule != ShareRule::paper || shares.d_wh <= 0) continue;
            // Exact sum of MES = sum C - D / T, floored; T = 4 h.
            const Int128 exact = floor_div(Int128{4} * capacity_sum - shares.d_wh, 4);
            ASSERT_EQ(sum, std::max<std::int64_t>(0, static_cast<std::int64_t>(exact)));
        }
    }
}

// Sum over the cluster of what rule would let through at alpha = k / steps, in quarter Wh.
Int128 let_through(ShareRule rule, const Cluster& cluster, Int128 k, Int128 steps) {
    Int128 sum = 0;
    for (const Producer& one : cluster) {
        const Int128 nameplate = Int128{4} * one.capacity_w * steps;
        const Int128 available = one.available_wh * steps;
        const Int128 cap = rule == ShareRule::waterfill ? 4 * one.capacity_w * k
                                                        : std::min(nameplate, one.available_wh * k);
        sum += std::min(available, std::max(cap, one.load_wh * steps));
    }
    return sum;
}

TEST_F(ShareProperty, the_common_factor_is_the_largest_that_removes_the_surplus) {
    constexpr Int128 kSteps = 20'000;  // a bisection on a fine grid is the independent oracle
    for (int run = 0; run < 1500; ++run) {
        const Cluster cluster = any_cluster();
        Int128 load = 0;
        for (const Producer& one : cluster)
            load += one.load_wh;
        for (const ShareRule rule : {ShareRule::waterfill, ShareRule::generation}) {
            const Shares shares = share(rule, cluster);
            if (shares.d_wh <= 0) continue;
            Int128 low = 0;
            Int128 high = kSteps + 1;
            while (high - low > 1) {
                const Int128 middle = (low + high) / 2;
                (let_through(rule, cluster, middle, kSteps) <= load * kSteps ? low : high) = middle;
            }
            for (std::size_t i = 0; i < cluster.size(); ++i) {
                const Producer& one = cluster[i];
                const bool by_output = rule == ShareRule::generation;
                const Int128 basis = by_output ? one.available_wh : 4 * one.capacity_w;
                const Int128 nameplate = one.capacity_w;
                const Int128 least = std::min(nameplate, basis * low / kSteps / 4);
                const Int128 most = std::min(nameplate, basis * high / kSteps / 4 + 1);
                ASSERT_GE(Int128{shares.shares[i].mes_w}, least) << "run " << run;
                ASSERT_LE(Int128{shares.shares[i].mes_w}, most) << "run " << run;
            }
        }
    }
}

TEST_F(ShareProperty, waterfill_and_generation_leave_nothing_but_rounding) {
    for (int run = 0; run < 4000; ++run) {
        const Cluster cluster = any_cluster();
        for (const ShareRule rule : {ShareRule::waterfill, ShareRule::generation}) {
            const auto rounding = static_cast<std::int64_t>(cluster.size()) * 4;  // < 1 W for 4 h
            ASSERT_LT(share(rule, cluster).residual_surplus_wh, rounding);
        }
    }
}

TEST_F(ShareProperty, all_rules_agree_when_everybody_runs_at_nameplate) {
    int surpluses = 0;
    for (int run = 0; run < 4000; ++run) {
        Cluster cluster;
        for (std::int64_t i = 0, n = 1 + upto(5); i < n; ++i) {
            const std::int64_t capacity = upto(5000);
            const std::int64_t own_use = upto(1) == 0 ? 0 : upto(capacity);
            cluster.push_back(producer("p" + std::to_string(i), capacity, capacity * 4, own_use));
        }
        cluster.push_back(producer("z", 0, 0, upto(40'000)));
        const Shares paper = share(ShareRule::paper, cluster);
        if (paper.d_wh <= 0) continue;
        bool within_share = true;  // own use above the share would keep the cap from binding
        for (std::size_t i = 0; i + 1 < cluster.size(); ++i) {
            within_share &=
                cluster[i].load_wh <= 4 * std::max<std::int64_t>(0, paper.shares[i].mes_w - 1);
        }
        if (!within_share) continue;
        surpluses += 1;
        ASSERT_EQ(share(ShareRule::waterfill, cluster), paper);
        ASSERT_EQ(share(ShareRule::generation, cluster), paper);
    }
    EXPECT_GT(surpluses, 500);
}

TEST_F(ShareProperty, nobody_s_share_depends_on_where_others_stand_in_the_list) {
    for (int run = 0; run < 1000; ++run) {
        Cluster cluster = any_cluster();
        // Distinct capacities and outputs leave no ties for the ids to break.
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            cluster[i].capacity_w = cluster[i].capacity_w * 7 + static_cast<std::int64_t>(i);
        }
        const std::size_t n = cluster.size();
        Cluster turned;
        for (std::size_t i = 0; i < n; ++i) {
            turned.push_back(cluster[(i + 1) % n]);
            turned.back().meter = cluster[i].meter;
        }
        for (const ShareRule rule : kRules) {
            const Shares first = share(rule, cluster);
            const Shares second = share(rule, turned);
            ASSERT_EQ(first.mes_sum_w, second.mes_sum_w);
            for (std::size_t i = 0; i < n; ++i) {
                const auto change = first.shares[(i + 1) % n].mes_w - second.shares[i].mes_w;
                ASSERT_LE(std::abs(change), 1) << "only a tie may fall differently";
            }
        }
    }
}

TEST_F(ShareProperty, a_factor_from_elsewhere_passes_no_capacity_and_loses_less_than_a_watt) {
    for (int run = 0; run < 300; ++run) {
        const Cluster cluster = any_cluster();
        for (const std::int64_t factor_ppm : {0L, 1L, 333'333L, 999'999L, 1'000'000L, 2'000'000L}) {
            for (const ShareRule rule : kRules) {
                const auto shares = shares_at_factor(rule, kFourHours, factor_ppm, cluster);
                Int128 exact = 0;  // in parts of 10^6 * 14400 of a watt
                std::int64_t sum_w = 0;
                for (std::size_t i = 0; i < cluster.size(); ++i) {
                    const Int128 full = Int128{kPpm} * kFourHours * cluster[i].capacity_w;
                    const Int128 base = rule == ShareRule::generation
                                            ? Int128{kSecondsPerHour} * cluster[i].available_wh
                                            : Int128{kFourHours} * cluster[i].capacity_w;
                    exact += std::min(full, base * factor_ppm);
                    sum_w += shares[i].mes_w;
                    ASSERT_LE(shares[i].mes_w, cluster[i].capacity_w);
                }
                ASSERT_EQ(sum_w, static_cast<std::int64_t>(exact / (Int128{kPpm} * kFourHours)));
            }
        }
    }
}

}  // namespace
}  // namespace fairfeed
