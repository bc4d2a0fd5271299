// The day in the office that docs/office.md tells, typed into a shell as the page has it. Only what
// would take minutes is shorter, and what a person would look at again is looked at again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/base/check.h"
#include "core/io/file.h"
#include "tests/e2e/demo.h"
#include "tests/e2e/running_lab.h"

namespace fairfeed::e2e {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kIndent = 4;
constexpr std::uint16_t kFirstPort = 18'829;  // of config/lab.yaml: the API's, then the brokers'
constexpr std::size_t kPorts = 7;

std::vector<std::string> commands_below(const std::string& heading) {
    const auto page = read_text_file(std::string(FAIRFEED_SOURCE_DIR) + "/docs/office.md");
    CHECK(page && page->find(heading) != std::string::npos);
    std::istringstream lines(page->substr(page->find(heading)));
    std::vector<std::string> commands;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(std::string(kIndent, ' '))) commands.push_back(line.substr(kIndent));
    return commands;
}

// What a person would type again until it says so.
struct Awaited {
    std::string command;  // how it begins
    std::string says;     // empty: its exit status says it
};
const std::vector<Awaited>& awaited() {
    static const std::vector<Awaited> kAll = {
        {"$BIN/gateway status", ""},          {"$BIN/gateway application show", "operating"},
        {"$BIN/gateway forecast", ""},        {"$BIN/gateway work-order list", "seal_broken"},
        {"$BIN/gateway export readings", ""},
    };
    return kAll;
}

std::string until_it_says_so(const std::string& line) {
    for (const Awaited& each : awaited()) {
        if (!line.starts_with(each.command)) continue;
        const std::string plain = line.substr(0, line.find("  #"));
        const std::string grep = each.says.empty() ? "" : " | grep " + each.says;
        return "until " + plain + grep + "; do sleep 0.2; done";
    }
    return line;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    EXPECT_THAT(text, HasSubstr(from)) << "the page has changed: change this test";
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// The script, on free ports and with a first window that begins soon.
std::string script_of(const std::vector<std::string>& commands) {
    std::string script = "set -e -o pipefail\ntrap 'kill $(jobs -p); wait' EXIT\n";
    for (const std::string& command : commands)
        script += until_it_says_so(command) + "\n";
    const auto ports = free_ports(kPorts);
    std::string changes = "s/starts_in_s: 120/starts_in_s: 8/;";
    for (std::size_t i = 0; i < kPorts; ++i)
        changes += " s/" + std::to_string(kFirstPort + i) + "/" + std::to_string(ports[i]) + "/;";
    replace_all(script, "127.0.0.1:" + std::to_string(kFirstPort),
                "127.0.0.1:" + std::to_string(ports[0]));
    replace_all(script, "sed 's/# formula:/formula:/'",
                "sed '" + changes + " s/# formula:/formula:/'");
    replace_all(script, "effective=next+40", "effective=next+4");
    replace_all(script, "effective=next+20", "effective=next+2");
    return script;
}

TEST(FirstDay, in_the_office_goes_as_the_page_says) {
    const testing_support::TempDirectory place;
    std::filesystem::create_directories(place / "build/release");
    std::filesystem::create_directory_symlink(FAIRFEED_BIN_DIR, place / "build/release/bin");
    std::filesystem::create_directory_symlink(FAIRFEED_SOURCE_DIR "/config", place / "config");
    const std::string script = script_of(commands_below("## A first day, by hand"));
    RunningProgram day({"/bin/bash", "-c", script}, place.path());
    EXPECT_EQ(day.wait(), 0) << day.output();
    for (const char* said :
         {"Application a-1 is inspected", "Certify meter m-101 for 5500 W", "Proved: block",
          "Set the rates for everybody", "DISCONNECT meter m-202", "replaced, seal_broken, m-104",
          "Register meter m-104-2", "closed, seal_broken, m-104", "each linked to the one before",
          "\"state\":\"closed\""})
        EXPECT_THAT(day.output(), HasSubstr(said));
}

}  // namespace
}  // namespace fairfeed::e2e
