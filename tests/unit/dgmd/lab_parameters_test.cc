// How a lab file says where shares come from and how long each binds.
#include "gateway/dgmd/lab_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/dgmd/lab_text.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing_support::kSmallLab;
using testing_support::load_lab_text;
using testing_support::TempDirectory;
using testing_support::with;

// The text with this as the share section, which begins on line 6.
std::string with_share(const std::string& share) {
    return with(kSmallLab, "  preset: lab\n", "  share: " + share + "\n  preset: lab\n");
}

TEST(LabParameters, reads_how_shares_are_planned) {
    const TempDirectory directory;
    const auto lab = load_lab_text(
        directory, with_share("{rule: generation, basis: expected, resolution: quarter, forecast: "
                              "{memory_days: 20, days_after_change: 3, needless_weight_ppm: 0, "
                              "factor_steps: 100}}"));
    ASSERT_TRUE(lab) << lab.error().front();
    const NetworkParameters& read = lab->parameters;
    EXPECT_EQ(read.rule, ShareRule::generation);
    EXPECT_EQ(read.basis, ShareBasis::expected);
    EXPECT_EQ(read.resolution, ShareResolution::quarter);
    EXPECT_EQ(read.forecast, (ForecastWeights{.memory_days = 20,
                                              .days_after_change = 3,
                                              .needless_weight_ppm = 0,
                                              .factor_steps = 100}));
}

TEST(LabParameters, plans_shares_as_the_paper_does_unless_told_otherwise) {
    const TempDirectory directory;
    for (const std::string& text : {std::string(kSmallLab), with_share("{offset_s: 900}")}) {
        const auto lab = load_lab_text(directory, text);
        ASSERT_TRUE(lab) << lab.error().front();
        EXPECT_EQ(lab->parameters.rule, ShareRule::paper);
        EXPECT_EQ(lab->parameters.basis, ShareBasis::previous_window);
        EXPECT_EQ(lab->parameters.resolution, ShareResolution::window);
        EXPECT_EQ(lab->parameters.forecast, ForecastWeights{});
    }
}

TEST(LabParameters, keeps_no_more_days_after_a_change_than_it_remembers) {
    const TempDirectory directory;
    const auto lab = load_lab_text(
        directory, with_share("{forecast: {memory_days: 1, needless_weight_ppm: 10000000}}"));
    ASSERT_TRUE(lab) << lab.error().front();
    EXPECT_EQ(lab->parameters.forecast.days_after_change, 1);
    EXPECT_TRUE(is_valid(lab->parameters.forecast));
}

struct BadShare {
    const char* share;
    const char* error;
};
constexpr BadShare kBadShares[] = {
    {"{basis: guessed}",
     "lab.yaml:6:18: 'network.share.basis' must be one of previous_window, same_window_yesterday, "
     "expected, not 'guessed'"},
    {"{resolution: hour}",
     "lab.yaml:6:23: 'network.share.resolution' must be one of window, quarter, not 'hour'"},
    {"{resolution: [quarter]}",
     "lab.yaml:6:23: 'network.share.resolution' must be one of window, quarter, not a list"},
    {"{forecast: 10}", "lab.yaml:6:21: 'network.share.forecast' must be a map, not '10'"},
    {"{forecast: {memory_days: 0}}",
     "lab.yaml:6:35: 'network.share.forecast.memory_days' must be between 1 and 366, not 0"},
    {"{forecast: {memory_days: 367}}",
     "lab.yaml:6:35: 'network.share.forecast.memory_days' must be between 1 and 366, not 367"},
    {"{forecast: {memory_days: 5, days_after_change: 6}}",
     "lab.yaml:6:57: 'network.share.forecast.days_after_change' must be between 0 and 5, not 6"},
    {"{forecast: {needless_weight_ppm: -1}}",
     "lab.yaml:6:43: 'network.share.forecast.needless_weight_ppm' must be between 0 and 10000000, "
     "not -1"},
    {"{forecast: {needless_weight_ppm: 2.4}}",
     "lab.yaml:6:43: 'network.share.forecast.needless_weight_ppm' must be a whole number in plain "
     "decimal digits, not '2.4'"},
    {"{forecast: {factor_steps: 0}}",
     "lab.yaml:6:36: 'network.share.forecast.factor_steps' must be between 1 and 100, not 0"},
    {"{forecast: {factor_steps: 101}}",
     "lab.yaml:6:36: 'network.share.forecast.factor_steps' must be between 1 and 100, not 101"},
    {"{forecast: {memory: 10}}", "lab.yaml:6:22: unknown key 'network.share.forecast.memory'"},
};

TEST(LabParameters, says_what_is_wrong_with_a_share) {
    const TempDirectory directory;
    for (const BadShare& row : kBadShares) {
        const auto lab = load_lab_text(directory, with_share(row.share));
        ASSERT_FALSE(lab) << row.share;
        EXPECT_THAT(lab.error(), ElementsAre(row.error)) << row.share;
    }
}

}  // namespace
}  // namespace fairfeed
