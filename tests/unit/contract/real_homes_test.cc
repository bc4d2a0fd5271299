// The rules on a summer week of 17 measured homes in five clusters: what each leaves of the
// surplus.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/contract/share.h"

namespace fairfeed {
namespace {

constexpr std::size_t kHomes = 17;
constexpr std::size_t kClusters = 5;
constexpr std::size_t kHoursPerWindow = 4;
constexpr std::size_t kWindows = 42;

const std::filesystem::path kData = std::filesystem::path(FAIRFEED_SHARED_DIR) / "data/homes";

std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, ',');)
        fields.push_back(field);
    return fields;
}

// "0.868233" kWh is 868233 mWh; "4.0" kW with six decimals would be 4000000 mW.
std::int64_t millionths(std::string text) {
    const std::size_t dot = text.find('.');
    text.erase(dot, 1);
    text.resize(dot + 6, '0');  // also drops the carriage return
    return std::stoll(text);
}

struct Home {
    std::int64_t capacity_w = 0;
    std::int64_t load_mwh = 0;  // since the first row
    std::int64_t sun_mwh = 0;
};

std::array<Home, kHomes> homes() {
    std::array<Home, kHomes> out;
    std::ifstream in(kData / "homes_meta.csv");
    std::string line;
    std::getline(in, line);
    for (Home& home : out) {
        std::getline(in, line);
        home.capacity_w = millionths(fields_of(line)[1]) / 1000;
    }
    return out;
}

// The window's clusters, from the next four rows; Wh as differences of the floor of exact sums.
std::array<std::vector<Producer>, kClusters> next_window(std::ifstream& in,
                                                         std::array<Home, kHomes>& homes) {
    const auto before = homes;
    for (std::size_t hour = 0; hour < kHoursPerWindow; ++hour) {
        std::string line;
        std::getline(in, line);
        const auto fields = fields_of(line);
        for (std::size_t i = 0; i < kHomes; ++i) {
            homes[i].load_mwh += millionths(fields.at(1 + i));
            homes[i].sun_mwh += millionths(fields.at(1 + kHomes + i));
        }
    }
    std::array<std::vector<Producer>, kClusters> clusters;
    for (std::size_t i = 0; i < kHomes; ++i) {
        const std::string id = "h" + std::string(i < 9 ? "0" : "") + std::to_string(i + 1);
        clusters[i % kClusters].push_back({MeterId(id), homes[i].capacity_w,
                                           homes[i].sun_mwh / 1000 - before[i].sun_mwh / 1000,
                                           homes[i].load_mwh / 1000 - before[i].load_mwh / 1000});
    }
    return clusters;
}

TEST(RealHomes, the_paper_rule_leaves_the_week_s_whole_surplus_and_the_others_only_rounding) {
    std::ifstream in(kData / "homes_hourly_14d_2016-08-08.csv");
    if (!in) GTEST_SKIP() << "needs data/homes beside the checkout";
    std::string header;
    std::getline(in, header);
    auto all = homes();
    std::int64_t surplus_wh = 0;
    std::map<ShareRule, std::int64_t> left_wh;
    for (std::size_t window = 0; window < kWindows; ++window) {
        for (const auto& cluster : next_window(in, all)) {
            std::int64_t load_wh = 0;
            std::int64_t available_wh = 0;
            for (const Producer& home : cluster) {
                load_wh += home.load_wh;
                available_wh += home.available_wh;
            }
            surplus_wh += std::max<std::int64_t>(0, available_wh - load_wh);
            for (const ShareRule rule :
                 {ShareRule::paper, ShareRule::waterfill, ShareRule::generation}) {
                const auto shares = compute_shares(rule, 14'400, load_wh, available_wh, cluster);
                left_wh[rule] += shares.residual_surplus_wh;
                ASSERT_TRUE(rule == ShareRule::paper || shares.residual_surplus_wh < 16);
            }
        }
    }
    EXPECT_EQ(surplus_wh / 100, 5643);  // 564.3 kWh
    EXPECT_EQ(left_wh[ShareRule::paper], surplus_wh);
    EXPECT_LT(left_wh[ShareRule::waterfill], 1000);
    EXPECT_LT(left_wh[ShareRule::generation], 1000);
}

}  // namespace
}  // namespace fairfeed
