// The real programs given wrong configurations: a line for each error, file and place, exit 2.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

struct BadFile {
    const char* program;
    std::vector<std::string> arguments;  // they name the file bad.yaml
    const char* content;
    std::vector<std::string> errors;  // each line must contain this, in order
};

const std::vector<BadFile>& bad_files() {
    static const std::vector<BadFile> kFiles{
        {"edge-node",
         {"run", "--config", "bad.yaml"},
         "node: n1\n"
         "genesis: genesis.cbor\n"
         "data: .\n"
         "keys:\n"
         "  signing: s\n"
         "  agreement: a\n"
         "  tls_key: k\n"
         "  tls_certificate: c\n"
         "  ca_certificate: ca\n"
         "broker: {host: localhost, port: 70000, neg: 1}\n"
         "peers: []\n"
         "log_level: chatty\n",
         {"bad.yaml:10:", "bad.yaml:10:", "bad.yaml:12:"}},
        {"meter-sim",
         {"run", "--config", "bad.yaml"},
         "genesis: genesis.cbor\n"
         "outbox: outbox.db\n"
         "ca_certificate: ca\n"
         "brokers: []\n"
         "source: {seed: 1, homes: h.csv}\n"
         "meters: []\n"
         "colour: red\n",
         {"bad.yaml:5:", "bad.yaml:6:", "bad.yaml:7:"}},
        {"gateway",
         {"provision", "bad.yaml", "--out", "made"},
         "network: {name: lab, grid_epoch: 2016-08-08T00:00, speed: 0}\n"
         "nodes:\n"
         "  - {id: n1, location: {east_m: 0, north_m: 0}, address: 127.0.0.1, port: 1}\n"
         "clusters:\n"
         "  - {id: ash, parent: n2}\n"
         "meters:\n"
         "  - {id: m1, cluster: ash, capacity_w: -5}\n"
         "tariff: {import_micro_per_kwh: 1, export_micro_per_kwh: 1}\n"
         "meter_source: {seed: 1}\n",
         {"bad.yaml:1:", "bad.yaml:5:", "bad.yaml:7:"}},
    };
    return kFiles;
}

TEST(BadConfiguration, ends_with_a_line_for_each_error_that_says_where) {
    for (const BadFile& bad : bad_files()) {
        const testing_support::TempDirectory place;
        std::ofstream(place / "bad.yaml") << bad.content;
        std::vector<std::string> command{program(bad.program)};
        command.insert(command.end(), bad.arguments.begin(), bad.arguments.end());
        RunningProgram run(command, place.path());
        EXPECT_EQ(run.wait(), 2) << bad.program << '\n' << run.output();
        const auto lines = run.lines();
        EXPECT_EQ(lines.size(), bad.errors.size()) << bad.program << '\n' << run.output();
        for (std::size_t i = 0; i < std::min(lines.size(), bad.errors.size()); ++i)
            EXPECT_NE(lines[i].find(bad.errors[i]), std::string::npos) << lines[i];
        EXPECT_FALSE(std::filesystem::exists(place / "made"));
    }
}

TEST(BadConfiguration, a_file_that_is_not_there_is_named) {
    for (const char* name : {"edge-node", "meter-sim"}) {
        RunningProgram run({program(name), "run", "--config", "nowhere.yaml"}, "/tmp");
        EXPECT_EQ(run.wait(), 2);
        EXPECT_NE(run.output().find("nowhere.yaml"), std::string::npos) << run.output();
        EXPECT_EQ(run.lines().size(), 1U) << run.output();
    }
}

TEST(Programs, say_how_they_are_used) {
    for (const char* name : {"edge-node", "gateway", "meter-sim"}) {
        RunningProgram help({program(name), "--help"});
        EXPECT_EQ(help.wait(), 0);
        EXPECT_NE(help.output().find("Examples:"), std::string::npos) << help.output();
        RunningProgram version({program(name), "--version"});
        EXPECT_EQ(version.wait(), 0);
        EXPECT_EQ(version.output(), std::string(name) + " " FAIRFEED_VERSION "\n");
        RunningProgram nothing({program(name)});
        EXPECT_EQ(nothing.wait(), 2);
        RunningProgram unknown({program(name), "dance"});
        EXPECT_EQ(unknown.wait(), 2);
        EXPECT_NE(unknown.output().find("no command 'dance'. There are: "), std::string::npos)
            << unknown.output();
    }
}

TEST(Programs, name_the_command_that_was_probably_meant) {
    RunningProgram one({program("edge-node"), "shwo", "blocks"});
    EXPECT_EQ(one.wait(), 2);
    EXPECT_NE(one.output().find("edge-node: no command 'shwo': did you mean 'show'? There are: "
                                "run, status, verify, backup, show, prove, check-proof, decode, "
                                "settle."),
              std::string::npos)
        << one.output();
    RunningProgram two({program("edge-node"), "show", "block", "--json"});
    EXPECT_EQ(two.wait(), 2);
    EXPECT_NE(two.output().find("edge-node show: no command 'block': did you mean 'blocks'?"),
              std::string::npos)
        << two.output();
}

TEST(Programs, show_in_the_help_of_a_command_its_own_examples_only) {
    RunningProgram help({program("edge-node"), "backup", "--help"});
    EXPECT_EQ(help.wait(), 0);
    EXPECT_NE(help.output().find("edge-node backup --data"), std::string::npos) << help.output();
    EXPECT_EQ(help.output().find("edge-node verify"), std::string::npos) << help.output();
    RunningProgram show({program("meter-sim"), "show", "--help"});
    EXPECT_EQ(show.wait(), 0);
    EXPECT_EQ(show.output().find("--tamper"), std::string::npos) << show.output();
}

}  // namespace
}  // namespace fairfeed::e2e
