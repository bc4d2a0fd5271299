// scripts/bench as a person uses it, as far as it is no measurement: what it makes of a program's
// medians, the page that it writes from them, and the figures that it computes. Speed is judged by
// nobody here.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

using testing_support::TempDirectory;

// What Google Benchmark reports. A verification costs 60 us and a signature 20 us, so the limit of
// a reading is 100 us; a reading costs 200 us.
constexpr const char* kMedians = R"(#!/usr/bin/env python3
import json, sys
out = next(a.split("=", 1)[1] for a in sys.argv if a.startswith("--benchmark_out="))
assert "--benchmark_repetitions=5" in sys.argv
def one(name, us, rate=0, aggregate="median"):
    return {"run_name": name, "aggregate_name": aggregate, "cpu_time": us, "real_time": us,
            "time_unit": "us", "items_per_second": rate}
found = [one(f"settle/{rule}/{n}", 1, 25e6) for rule in ("paper", "waterfill", "generation")
         for n in (4, 1000, 1000000)]
found += [one("verify", 60), one("verify", 1, 0, "stddev"), one("sign", 20)]
found += [one(f"window_through_a_node/{n}", 1, 5000) for n in (9, 90, 900)]
found += [one("change_one_meter/1000", 6), one("change_one_meter/100000", 8)]
found += [one("insert_256_rows", 400), one("fdatasync_4_kib", 100)]
json.dump({"benchmarks": found}, open(out, "w"))
)";

RunningProgram bench(const TempDirectory& place, std::vector<std::string> arguments) {
    std::vector<std::string> command{"/usr/bin/env", "FAIRFEED_BIN_DIR=" + place.path().string(),
                                     FAIRFEED_SOURCE_DIR "/scripts/bench"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunningProgram(std::move(command), place.path());
}

void put_program(const TempDirectory& place) {
    std::ofstream(place / "parts_bench") << kMedians;
    std::filesystem::permissions(place / "parts_bench", std::filesystem::perms::owner_all);
}

std::string growth(const std::string& name, int value) {
    return R"({"name": "growth/)" + name + R"(", "value": )" + std::to_string(value) +
           R"(, "unit": "MB", "limit": null, "ratio": null, "goal": null,)" +
           R"( "command": "scripts/bench growth"})";
}

std::string content(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(Bench, sets_each_median_beside_the_limit_of_the_same_run) {
    const TempDirectory place;
    put_program(place);
    RunningProgram parts = bench(place, {"parts", "--json", "parts.json"});
    EXPECT_EQ(parts.wait(), 1) << "a goal is missed\n" << parts.output();
    EXPECT_TRUE(holds(parts.output(), "Goals NOT met: reading/9, reading/90, reading/900\n"))
        << parts.output();
    RunningProgram page = bench(place, {"report", "parts.json", "--out", "page.md"});
    ASSERT_EQ(page.wait(), 0) << page.output();
    const std::string text = content(place / "page.md");
    for (const char* row : {
             "| 200 us | 100 | 0.50 | ratio >= 0.85 | **NOT met** |",            // reading/900
             "| 25 M prosumers/s | 25 | 1.00 | >= 20 and ratio >= 0.5 | met |",  // settle/paper
             "| 8 us | 6 | 0.75 | ratio >= 0.6 | met |",                         // change_one_meter
             "| 400 us | 100 | 0.25 | - | - |",                                  // insert_rows
             "`scripts/bench parts` at commit `",
         })
        EXPECT_TRUE(holds(text, row)) << row << "\nis not in\n" << text;
}

TEST(Bench, makes_of_measurements_what_its_stories_tell) {
    const TempDirectory place;
    RunningProgram stories(
        {"/usr/bin/env", "python3", FAIRFEED_SOURCE_DIR "/tests/e2e/bench_figures.py"},
        place.path());
    EXPECT_EQ(stories.wait(), 0) << stories.output();
}

TEST(Bench, draws_growth_as_multiples_of_the_smallest_network) {
    const TempDirectory place;
    std::ofstream(place / "growth.json")
        << R"({"benchmarks": [)" << growth("meters/9/rss", 20) << ',' << growth("meters/90/rss", 40)
        << ',' << growth("nodes/4/final", 400) << ',' << growth("nodes/7/final", 100) << "]}";
    RunningProgram page = bench(place, {"report", "growth.json", "--out", "page.md"});
    ASSERT_EQ(page.wait(), 0) << page.output();
    EXPECT_TRUE(holds(content(place / "page.md"), "](img/growth.svg)\n"));
    const std::string drawn = content(place / "img/growth.svg");
    EXPECT_TRUE(holds(drawn, "meters of one node")) << drawn;
    EXPECT_TRUE(holds(drawn, "nodes on one machine")) << drawn;
    // Two panels with a line and two dots each, and the five names below.
    std::size_t dots = 0;
    for (std::size_t at = drawn.find("<circle"); at != std::string::npos;
         at = drawn.find("<circle", at + 1))
        ++dots;
    EXPECT_EQ(dots, 9U) << drawn;
}

TEST(Bench, judges_no_goal_after_a_quick_run) {
    const TempDirectory place;
    put_program(place);
    RunningProgram parts = bench(place, {"parts", "--quick"});
    EXPECT_EQ(parts.wait(), 0) << parts.output();
}

TEST(Bench, says_what_is_wrong_with_a_file_of_figures) {
    const TempDirectory place;
    const std::vector<std::pair<std::string, std::string>> files{
        {"prose", "is no JSON"},
        {"{\"ok\": true}", "has no 'benchmarks'"},
        {"{\"benchmarks\": [{\"name\": \"x\"}]}", "benchmark 1 has no 'value'"},
        {"{\"benchmarks\": [{\"name\": \"x\", \"value\": 1, \"unit\": \"s\", \"limit\": null, "
         "\"ratio\": null, \"goal\": \"soon\", \"command\": \"c\"}]}",
         "x: 'soon' is not a goal"},
    };
    for (const auto& [written, reason] : files) {
        std::ofstream(place / "figures.json") << written;
        RunningProgram page = bench(place, {"report", "figures.json", "--out", "page.md"});
        EXPECT_EQ(page.wait(), 2) << written;
        EXPECT_TRUE(holds(page.output(), reason)) << page.output();
        EXPECT_FALSE(std::filesystem::exists(place / "page.md"));
    }
}

TEST(Bench, prints_the_tables_of_docs_scaling) {
    const TempDirectory place;
    RunningProgram scale = bench(place, {"scale"});
    ASSERT_EQ(scale.wait(), 0) << scale.output();
    const std::string page = content(FAIRFEED_SOURCE_DIR "/docs/scaling.md");
    std::size_t rows = 0;
    for (const std::string& line : scale.lines()) {
        if (line.rfind("|", 0) != 0) continue;
        ++rows;
        EXPECT_TRUE(holds(page, line + "\n")) << line << "\nis not in docs/scaling.md";
    }
    EXPECT_GT(rows, 30U);
}

}  // namespace
}  // namespace fairfeed::e2e
