// scripts/demo as a person uses it, with real brokers, nodes and meters.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

using testing_support::TempDirectory;

void write(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file) << content;
}

std::vector<std::string> names_in(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

// The suggested commands: the lines after "Try next". A backslash at the end of a line continues
// it.
std::vector<std::string> suggestions(const RunningProgram& demo) {
    std::vector<std::string> found;
    bool after = false;
    bool goes_on = false;
    for (const std::string& line : demo.lines()) {
        if (after && goes_on) found.back() += "\n" + line;
        if (after && !goes_on) found.push_back(line);
        goes_on = line.ends_with('\\');
        after = after || line == "Try next";
    }
    return found;
}

// The lines by which a person asks the office's API, up to the first empty one.
std::vector<std::string> api_calls(const RunningProgram& demo) {
    const std::vector<std::string> lines = demo.lines();
    const auto heading = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
        return line.starts_with("Ask the office's API");
    });
    const auto first = heading == lines.end() ? heading : heading + 1;
    return {first, std::find(first, lines.end(), "")};
}

// Types the lines into a shell: the first one starts the service, which the shell ends at the end.
void expect_answering_api(const std::vector<std::string>& lines,
                          const std::filesystem::path& place) {
    ASSERT_GT(lines.size(), 3U);
    EXPECT_NE(lines.front().find("gateway serve"), std::string::npos) << lines.front();
    write(place / ".curlrc", "fail\nretry = 30\nretry-delay = 1\nretry-connrefused\n");
    std::string script = "export CURL_HOME=.\nset -e\n" + lines.front() + "\ntrap 'kill $!' EXIT\n";
    for (std::size_t i = 1; i < lines.size(); ++i)
        script += lines[i] + "\n";
    RunningProgram typed({"/bin/sh", "-c", script}, place);
    EXPECT_EQ(typed.wait(), 0) << script << typed.output();
    for (const char* said : {"\"operating\"", "\"seal_broken\"", "\"disconnect\"", "m033-2"})
        EXPECT_NE(typed.output().find(said), std::string::npos) << said << typed.output();
}

bool has_bill_of(const Json& report, const std::string& meter) {
    const Json::Array& bills = *report.at("bills").as_array();
    return std::any_of(bills.begin(), bills.end(), [&](const Json& bill) {
        return text(bill.at("meter")) == meter && integer(bill.at("load_wh")) > 0;
    });
}

std::int64_t curtailed_wh(const Json& report) {
    std::int64_t sum = 0;
    for (std::size_t c = 0; !report.at("clusters").at(c).is_null(); ++c) {
        const Json& windows = report.at("clusters").at(c).at("windows");
        for (std::size_t w = 0; !windows.at(w).is_null(); ++w)
            sum += integer(windows.at(w).at("available_wh")) -
                   integer(windows.at(w).at("generation_wh"));
    }
    return sum;
}

TEST(Demo, a_small_network_settles_in_the_demos_own_directory_and_its_suggestions_work) {
    const TempDirectory place;
    std::filesystem::create_directory(place / "lab");
    write(place / "lab/.fairfeed-demo", "");
    write(place / "lab/left-by-the-last-one", "");
    RunningProgram demo(demo_command({"--nodes", "3", "--windows", "3", "--rule", "waterfill",
                                      "--seed", "7", "--dir", "lab", "--json", "report.json"}),
                        place.path());
    ASSERT_EQ(demo.wait(), 0) << demo.output();
    const Json report = read_json(place / "report.json");
    expect_documented_members(report);
    expect_good_run(report);
    EXPECT_EQ(report.at("readings").at("sent"), Json(27));
    EXPECT_EQ(text(report.at("nodes").at(0).at("committee_class")), "degraded");
    EXPECT_GT(curtailed_wh(report), 0) << "a summer noon under this rule leaves a surplus unused";
    EXPECT_FALSE(std::filesystem::exists(place / "lab/left-by-the-last-one"));
    EXPECT_TRUE(std::filesystem::exists(place / "lab/nodes/n1/ledger.db"));
    EXPECT_FALSE(std::filesystem::exists(place / "lab/nodes/n1/status.json"))
        << "a status file in the data directory";
    EXPECT_TRUE(report.at("office").is_null()) << "three windows are too few for its work";
    ASSERT_EQ(report.at("rules").as_array()->size(), 3U);
    EXPECT_NE(demo.output().find("These windows under each rule"), std::string::npos);

    const auto commands = suggestions(demo);
    EXPECT_EQ(commands.size(), 5U) << demo.output();
    for (const std::string& command : commands) {
        RunningProgram tried({"/bin/sh", "-c", command}, place.path());
        EXPECT_EQ(tried.wait(), 0) << command << '\n' << tried.output();
    }
}

// A whole day of the office in one run: everything that it decides is on the nodes' chain, and the
// network's invariants hold with a home cut off, a meter out for good and another in its place.
TEST(Demo, the_utilitys_office_certifies_bills_commands_and_replaces_an_opened_meter) {
    const TempDirectory place;
    RunningProgram demo(
        demo_command({"--nodes", "3", "--windows", "8", "--dir", "lab", "--json", "report.json"}),
        place.path());
    ASSERT_EQ(demo.wait(), 0) << demo.output();
    const Json report = read_json(place / "report.json");
    expect_documented_members(report);
    expect_good_run(report);
    expect_whole_office(report);
    const std::string own = "m033-2";  // in the place of m033
    EXPECT_TRUE(has_bill_of(report, "m033")) << demo.output();
    EXPECT_TRUE(has_bill_of(report, own)) << demo.output();
    EXPECT_NE(demo.output().find("puts " + own + " in its place"), std::string::npos);
    const auto commands = suggestions(demo);
    EXPECT_EQ(commands.size(), 9U) << demo.output();
    for (const std::string& command : commands) {
        RunningProgram tried({"/bin/sh", "-c", command}, place.path());
        EXPECT_EQ(tried.wait(), 0) << command << '\n' << tried.output();
    }
    expect_answering_api(api_calls(demo), place.path());
}

TEST(Demo, one_node_says_that_everything_rests_on_it) {
    const TempDirectory place;
    RunningProgram demo(
        demo_command({"--nodes", "1", "--windows", "1", "--dir", "lab", "--json", "lab/r.json"}),
        place.path());
    ASSERT_EQ(demo.wait(), 0) << demo.output();
    const Json report = read_json(place / "lab/r.json");
    expect_good_run(report);
    EXPECT_EQ(text(report.at("nodes").at(0).at("committee_class")), "single");
    EXPECT_NE(demo.output().find("everything rests on it"), std::string::npos);
}

TEST(Demo, does_not_touch_a_directory_it_did_not_make) {
    const TempDirectory place;
    write(place / "letter.txt", "mine");
    RunningProgram demo(demo_command({"--dir", place.path().string()}));
    EXPECT_EQ(demo.wait(), 2);
    EXPECT_EQ(demo.lines().size(), 1U) << demo.output();
    EXPECT_EQ(names_in(place.path()), std::vector<std::string>{"letter.txt"});
}

TEST(Demo, does_not_touch_the_directory_of_a_running_demo) {
    const TempDirectory place;
    const auto command = demo_command({"--nodes", "1", "--dir", "lab"});
    RunningProgram first(command, place.path());
    ASSERT_TRUE(first.says("started; logs in")) << first.output();
    RunningProgram second(command, place.path());
    EXPECT_EQ(second.wait(), 2);
    EXPECT_NE(second.output().find("another demo is at work"), std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(place / "lab/genesis.cbor"));
}

TEST(Demo, a_killed_demo_leaves_no_process_behind) {
    const TempDirectory place;
    RunningProgram demo(demo_command({"--nodes", "3", "--dir", "lab"}), place.path());
    ASSERT_TRUE(demo.says("started; logs in")) << demo.output();
    const auto children = demo.children();
    EXPECT_EQ(children.size(), 9U) << "three nodes, the office, a broker each, and the meters";
    const Watched watched(children);
    demo.signal(SIGKILL);
    EXPECT_EQ(demo.wait(), 128 + SIGKILL);
    EXPECT_TRUE(watched.all_ended());
}

TEST(Demo, an_interrupted_demo_stops_what_it_started_and_says_so) {
    const TempDirectory place;
    RunningProgram demo(demo_command({"--nodes", "2", "--dir", "lab"}), place.path());
    ASSERT_TRUE(demo.says("started; logs in")) << demo.output();
    const auto children = demo.children();
    EXPECT_EQ(children.size(), 7U);
    const Watched watched(children);
    demo.signal(SIGINT);
    EXPECT_EQ(demo.wait(), 128 + SIGINT);
    EXPECT_TRUE(watched.all_ended());
    EXPECT_NE(demo.output().find("interrupted"), std::string::npos) << demo.output();
}

TEST(Demo, kept_running_it_goes_on_after_the_summary_until_it_is_interrupted) {
    const TempDirectory place;
    RunningProgram demo(demo_command({"--nodes", "2", "--windows", "1", "--keep", "--dir", "lab",
                                      "--json", "lab/report.json"}),
                        place.path());
    ASSERT_TRUE(demo.says("Ctrl-C stops it")) << demo.output();
    EXPECT_NE(demo.output().find("Bills"), std::string::npos) << demo.output();
    EXPECT_TRUE(demo.says("mosquitto_sub -h 127.0.0.1 -p ")) << demo.output();
    EXPECT_EQ(demo.children().size(), 5U);
    demo.signal(SIGINT);
    EXPECT_EQ(demo.wait(), 0) << demo.output();
    EXPECT_EQ(read_json(place / "lab/report.json").at("ok"), Json(true));
}

struct WrongUse {
    std::vector<std::string> arguments;
    std::string named;  // text that the error line must contain
};

TEST(Demo, wrong_arguments_end_with_one_clear_line) {
    const TempDirectory place;
    write(place / "no-homes.csv", "interval_start_local,temperature\n");
    const std::vector<WrongUse> table{
        {{"--nodes", "17"}, "--nodes"},
        {{"--nodes", "0"}, "--nodes"},
        {{"--nodes", "five"}, "'five'"},
        {{"--windows", "0"}, "--windows"},
        {{"--windows", "-1"}, "--windows"},
        {{"--rule", "fair"}, "--rule"},
        {{"--basis", "guessed"}, "--basis"},
        {{"--resolution", "hour"}, "--resolution"},
        {{"--seed", "x"}, "--seed"},
        {{"--homes", "nowhere.csv"}, "nowhere.csv"},
        {{"--homes", "no-homes.csv"}, "load_kwh_"},
        {{"--homes", "h=nowhere.csv"}, "nowhere.csv"},
        {{"--zone", "Europe/Brussels"}, "--zone"},
        {{"--homes", "no-homes.csv", "--gaps", "guess"}, "--gaps"},
        {{"--json", "nowhere/report.json"}, "nowhere"},
        {{"--gateway", "--windows", "5"}, "--gateway"},
        {{"--keep-going"}, "--keep-going"},
        {{"stray"}, "stray"},
    };
    for (const WrongUse& wrong : table) {
        RunningProgram demo(demo_command(wrong.arguments), place.path());
        EXPECT_EQ(demo.wait(), 2) << wrong.named;
        EXPECT_EQ(demo.lines().size(), 1U) << demo.output();
        EXPECT_NE(demo.output().find(wrong.named), std::string::npos) << demo.output();
    }
    EXPECT_EQ(names_in(place.path()), std::vector<std::string>{"no-homes.csv"});
}

TEST(Demo, a_recording_with_a_broken_row_costs_nobody_the_earlier_run) {
    const TempDirectory place;
    std::filesystem::create_directory(place / ".fairfeed-demo");
    write(place / ".fairfeed-demo/.fairfeed-demo", "made by the demo\n");
    write(place / ".fairfeed-demo/report.json", "of an earlier run\n");
    write(place / "homes.csv",
          "interval_start_local,load_kwh_h01,pv_kwh_h01\n"
          "2016-08-08T00:00,1,0\n"
          "2016-08-08T01:00,one,0\n");
    RunningProgram demo(demo_command({"--homes", "homes.csv", "--nodes", "1"}), place.path());
    EXPECT_EQ(demo.wait(), 2) << demo.output();
    EXPECT_NE(demo.output().find("homes.csv:3: load_kwh_h01: 'one'"), std::string::npos)
        << demo.output();
    EXPECT_EQ(names_in(place / ".fairfeed-demo"),
              (std::vector<std::string>{".fairfeed-demo", "report.json"}));
}

TEST(Demo, help_shows_examples) {
    RunningProgram demo(demo_command({"--help"}));
    EXPECT_EQ(demo.wait(), 0);
    for (const char* option :
         {"--homes", "--windows", "--nodes", "--rule", "--basis", "--resolution", "--seed",
          "--no-gateway", "--dir", "--keep", "--json", "examples:"})
        EXPECT_NE(demo.output().find(option), std::string::npos) << option;
}

}  // namespace
}  // namespace fairfeed::e2e
