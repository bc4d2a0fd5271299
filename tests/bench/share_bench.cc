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

struct Scene {
    std::string name;
    Street street;
    bool every_margin = false;
};

std::vector<std::int64_t> margins_of(const std::string& basis, bool every_margin) {
    const bool is_expected = basis == "expected";
    const std::int64_t usual = is_expected ? ForecastParameters{}.needless_weight_ppm : kPpm;
    if (!every_margin || basis == "foresight") return {usual};
    if (is_expected)
        return {500'000, 1'000'000, 1'500'000, 2'000'000, 2'400'000, 3'000'000, 4'000'000};
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
    for (const Choice& choice : choices(scene.every_margin)) {
        last = lived_through(scene.street, choice);
        print_run(choice, last, is_first_run);
        is_first_run = false;
    }
    std::size_t homes = 0;
    for (const auto& cluster : scene.street.clusters)
        homes += cluster.size();
    std::printf("],\n\"homes\":%zu,\"days\":%zu,\"surplus_kwh\":%lld,\"generation_kwh\":%lld}",
                homes, scene.street.quarters / 96, static_cast<long long>(last.surplus_wh / 1000),
                static_cast<long long>(last.available_wh / 1000));
}

int run(const std::string& folder, bool is_quick) {
    std::vector<Scene> scenes;
    for (const auto& [name, file] : std::vector<std::pair<std::string, std::string>>{
             {"year", "homes_hourly_year.csv"},
             {"winter fortnight", "homes_hourly_14d_2017-01-09.csv"},
             {"summer fortnight", "homes_hourly_14d_2016-08-08.csv"}}) {
        auto street = read_street(folder, file, kClusters);
        if (!street) {
            std::cerr << "share_bench: " << street.error() << std::endl;
            return 2;
        }
        scenes.push_back({name, std::move(*street), name == "year" && !is_quick});
    }
    Street& year = scenes.front().street;
    if (is_quick) year.quarters = std::min(year.quarters, kQuickQuarters);
    scenes.insert(scenes.begin() + 1,
                  {"one home a cluster removed", without_one_each(year), false});
    std::printf("{\"scenes\":[");
    for (std::size_t i = 0; i < scenes.size(); ++i)
        print_scene(scenes[i], i == 0);
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
