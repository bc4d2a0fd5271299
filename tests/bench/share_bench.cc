// The back-test of scripts/bench shares: every basis, resolution and rule on the recorded homes.
// Prints one JSON object. share_bench FOLDER [--quick]; with exit status 2, stderr names the
// missing input.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "tests/bench/backtest.h"

namespace fairfeed::bench {
namespace {

constexpr std::size_t kClusters = 5;
constexpr std::size_t kQuickQuarters = 8 * 7 * 96;  // eight weeks
constexpr std::size_t kQuarterYear = 91 * 96;
constexpr const char* kYear = "homes_hourly_year.csv";

enum class Compared { all, all_with_every_margin, yesterday_and_expected };

struct Scene {
    std::string name;
    Street street;
    Compared compared = Compared::all;
};

std::vector<std::int64_t> margins_of(const std::string& basis, bool every_margin) {
    const bool is_expected = basis == "expected";
    const std::int64_t usual = is_expected ? ForecastWeights{}.needless_weight_ppm : kPpm;
    if (!every_margin || basis == "foresight") return {usual};
    if (is_expected)
        return {500'000, 1'000'000, 1'500'000, 2'000'000, 2'600'000, 3'000'000, 4'000'000};
    return {800'000, 900'000, 1'000'000, 1'100'000, 1'200'000, 1'300'000};
}

std::vector<Choice> choices(bool every_margin) {
    std::vector<Choice> out;
    for (const std::string& basis : bases()) {
        for (const auto resolution : {ShareResolution::window, ShareResolution::quarter}) {
            for (const auto rule :
                 {ShareRule::paper, ShareRule::waterfill, ShareRule::generation}) {
                const bool has_margin = every_margin && rule != ShareRule::paper;
                for (const std::int64_t margin_ppm : margins_of(basis, has_margin))
                    out.push_back({basis, resolution, rule, margin_ppm, {}});
            }
        }
    }
    return out;
}

// By waterfill and quarter hour.
std::vector<Choice> yesterday_and_expected() {
    std::vector<Choice> out;
    for (const std::string basis : {"same_window_yesterday", "expected"})
        out.push_back({basis, ShareResolution::quarter, ShareRule::waterfill,
                       margins_of(basis, false).front()});
    return out;
}

std::vector<Choice> choices_of(Compared compared) {
    if (compared == Compared::yesterday_and_expected) return yesterday_and_expected();
    return choices(compared == Compared::all_with_every_margin);
}

double percent(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void print_run(const Choice& choice, const Outcome& outcome, bool is_first) {
    const std::string rule(to_string(choice.rule));
    const bool by_window = choice.resolution == ShareResolution::window;
    std::printf(
        "%s\n{\"basis\":\"%s\",\"resolution\":\"%s\",\"rule\":\"%s\",\"margin\":%.2f,"
        "\"left_percent\":%.2f,\"needless_percent\":%.2f,\"jain_per_kw\":%.3f,"
        "\"jain_per_kw_within\":%.3f,\"jain_of_generation_within\":%.3f}",
        is_first ? "" : ",", choice.basis.c_str(), by_window ? "window" : "quarter", rule.c_str(),
        static_cast<double>(choice.margin_ppm) / 1e6, percent(outcome.left_wh, outcome.surplus_wh),
        percent(outcome.needless_wh, outcome.available_wh), outcome.jain_per_kw,
        outcome.jain_per_kw_within, outcome.jain_of_generation_within);
}

void print_scene(const Scene& scene, bool is_first) {
    std::cerr << "bench: " << scene.name << " ..." << std::endl;
    Outcome last;
    std::printf("%s\n{\"scene\":\"%s\",\"runs\":[", is_first ? "" : ",", scene.name.c_str());
    bool is_first_run = true;
    for (const Choice& choice : choices_of(scene.compared)) {
        last = lived_through(scene.street, choice);
        print_run(choice, last, is_first_run);
        is_first_run = false;
    }
    std::size_t homes = 0;
    for (const auto& cluster : scene.street.clusters)
        homes += cluster.size();
    std::printf(
        "],\n\"clusters\":%zu,\"homes\":%zu,\"days\":%zu,\"surplus_kwh\":%lld,"
        "\"generation_kwh\":%lld}",
        scene.street.clusters.size(), homes, scene.street.quarters / 96,
        static_cast<long long>(last.surplus_wh / 1000),
        static_cast<long long>(last.available_wh / 1000));
}

// The year dealt to other numbers of clusters, and its quarters.
Result<std::vector<Scene>, std::string> other_years(const std::string& folder) {
    std::vector<Scene> out;
    for (const std::size_t clusters : {1, 2, 3, 4, 8}) {
        auto street = read_street(folder, kYear, clusters);
        if (!street) return unexpected(street.error());
        out.push_back(
            {"year in " + std::to_string(clusters) + (clusters == 1 ? " cluster" : " clusters"),
             std::move(*street), Compared::yesterday_and_expected});
    }
    const auto year = read_street(folder, kYear, kClusters);
    if (!year) return unexpected(year.error());
    for (std::size_t part = 0; (part + 1) * kQuarterYear <= year->quarters; ++part)
        out.push_back({"quarter " + std::to_string(part + 1) + " of the year",
                       part_of(*year, part * kQuarterYear, kQuarterYear),
                       Compared::yesterday_and_expected});
    return out;
}

// The scenes that are judged come first.
Result<std::vector<Scene>, std::string> scenes_of(const std::string& folder, bool is_quick) {
    std::vector<Scene> scenes;
    for (const auto& [name, file] : std::vector<std::pair<std::string, std::string>>{
             {"year", kYear},
             {"winter fortnight", "homes_hourly_14d_2017-01-09.csv"},
             {"summer fortnight", "homes_hourly_14d_2016-08-08.csv"}}) {
        auto street = read_street(folder, file, kClusters);
        if (!street) return unexpected(street.error());
        scenes.push_back({name, std::move(*street)});
    }
    Scene& year = scenes.front();
    if (is_quick) year.street.quarters = std::min(year.street.quarters, kQuickQuarters);
    if (!is_quick) year.compared = Compared::all_with_every_margin;
    scenes.insert(scenes.begin() + 1,
                  {"one home a cluster removed", without_one_each(year.street)});
    if (is_quick) return scenes;
    const auto others = other_years(folder);
    if (!others) return unexpected(others.error());
    scenes.insert(scenes.end(), others->begin(), others->end());
    return scenes;
}

int run(const std::string& folder, bool is_quick) {
    const auto scenes = scenes_of(folder, is_quick);
    if (!scenes) {
        std::cerr << "share_bench: " << scenes.error() << std::endl;
        return 2;
    }
    std::printf("{\"scenes\":[");
    for (std::size_t i = 0; i < scenes->size(); ++i)
        print_scene((*scenes)[i], i == 0);
    std::printf("]}\n");
    return 0;
}

}  // namespace
}  // namespace fairfeed::bench

int main(int count, char** words) {
    const std::vector<std::string> arguments(words + 1, words + count);
    const bool is_quick = arguments.size() == 2 && arguments[1] == "--quick";
    if (arguments.empty() || (arguments.size() > 1 && !is_quick)) {
        std::cerr << "usage: share_bench FOLDER [--quick]" << std::endl;
        return 2;
    }
    return fairfeed::bench::run(arguments[0], is_quick);
}
