#include "core/contract/believed_yield.h"

#include <gtest/gtest.h>

#include "core/contract/settlement.h"

namespace fairfeed {
namespace {

ObservedMeter roof(std::string_view id, ObservedQuarter quarter) {
    return {MeterId(id), 4000, {quarter}};
}

// Below its cap: metered.
ObservedQuarter free_at(std::int64_t made_wh) {
    return {{0, made_wh}, {}};
}

// At its cap, and it says that it could have made so much.
ObservedQuarter capped_at(std::int64_t reached_wh, std::int64_t says_wh) {
    return {{0, says_wh}, reached_wh};
}

std::vector<std::int64_t> believed(std::vector<ObservedMeter> meters,
                                   const std::vector<std::int64_t>& expected_wh) {
    return believed_wh({0, std::move(meters)}, 0, expected_wh);
}

using Energies = std::vector<std::int64_t>;

TEST(BelievedYield, of_a_roof_below_its_cap_is_what_was_metered) {
    EXPECT_EQ(believed({roof("a", free_at(700)), roof("b", free_at(10))}, {900, 900}),
              (Energies{700, 10}));
}

TEST(BelievedYield, of_a_roof_at_its_cap_is_as_bright_as_its_neighbours_were) {
    const auto believed_all = believed(
        {roof("a", capped_at(200, 1000)), roof("b", free_at(400)), roof("c", free_at(300))},
        {800, 800, 600});
    EXPECT_EQ(believed_all, (Energies{400, 400, 300})) << "half as bright as expected";
}

TEST(BelievedYield, of_an_honest_street_at_its_caps_is_what_all_of_it_says) {
    EXPECT_EQ(believed({roof("a", capped_at(200, 900)), roof("b", capped_at(200, 900)),
                        roof("c", capped_at(100, 900))},
                       {600, 600, 600}),
              (Energies{900, 900, 900}));
}

// A cap also hides that a roof is repaired.
TEST(BelievedYield, of_a_roof_that_yielded_little_is_half_of_the_way_to_what_the_cluster_yields) {
    EXPECT_EQ(believed({roof("a", capped_at(300, 600)), roof("b", capped_at(300, 600)),
                        roof("c", capped_at(0, 0))},
                       {600, 600, 0}),
              (Energies{600, 600, 200}));
}

TEST(BelievedYield, of_two_that_disagree_follows_the_darker_one) {
    EXPECT_EQ(
        believed({roof("a", capped_at(100, 1000)), roof("b", capped_at(100, 300))}, {600, 600}),
        (Energies{300, 300}));
}

TEST(BelievedYield, is_never_below_what_was_metered_nor_above_the_capacity) {
    EXPECT_EQ(
        believed({roof("a", capped_at(600, 700)), roof("b", free_at(100)), roof("c", free_at(100))},
                 {900, 900, 900}),
        (Energies{600, 100, 100}));
    EXPECT_EQ(
        believed({roof("a", capped_at(600, 700)), roof("b", free_at(900)), roof("c", free_at(900))},
                 {800, 300, 300}),
        (Energies{1000, 900, 900}));
}

TEST(BelievedYield, of_a_claim_at_night_is_what_was_metered) {
    EXPECT_EQ(believed({roof("a", capped_at(0, 1000)), roof("b", free_at(0))}, {0, 0}),
              (Energies{0, 0}));
}

TEST(BelievedYield, asks_no_meter_that_nobody_has_read) {
    ObservedMeter silent = roof("b", free_at(1000));
    silent.is_estimated = true;
    EXPECT_EQ(believed({roof("a", capped_at(100, 300)), silent}, {600, 600}),
              (Energies{300, 1000}));
}

// One quarter hour of a meter of 4 kW without load, under a share.
std::optional<std::int64_t> reached_under(std::int64_t share_w, std::int64_t made_wh) {
    return quarter_energies({{0, made_wh, made_wh}}, {{share_w, 0}}, 4000, 0, std::nullopt)
        .front()
        .reached_wh;
}

TEST(ReachedCap, is_told_by_the_meters_generation_within_two_percent) {
    EXPECT_EQ(reached_under(2000, 500), 500);
    EXPECT_EQ(reached_under(2000, 490), 490);
    EXPECT_EQ(reached_under(2000, 489), std::nullopt);
    EXPECT_EQ(reached_under(kNoShareW, 1000), std::nullopt) << "nothing held it back";
}

TEST(ReachedCap, counts_nothing_of_what_a_disobedient_roof_made_beyond_it) {
    EXPECT_EQ(reached_under(2000, 900), 500);
}

}  // namespace
}  // namespace fairfeed
