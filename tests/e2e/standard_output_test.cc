// Every command of every program with a standard output that refuses all bytes (/dev/full). A
// command that could not write its output fails, whatever it found.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <set>
#include <sstream>

#include "core/base/check.h"
#include "core/io/clock.h"
#include "core/io/file.h"
#include "core/io/status_file.h"
#include "core/ledger/ledger.h"
#include "tests/e2e/demo.h"
#include "tests/e2e/office_cases.h"
#include "tests/e2e/running_program.h"
#include "tests/unit/commands/accused_directory.h"
#include "tests/unit/commands/certified_directory.h"

namespace fairfeed::e2e {
namespace {

using test::AccusedDirectory;
using test::CertifiedDirectory;
using testing_support::TempDirectory;

constexpr const char* kLost = "standard output could not be written";

struct Command {
    std::string words;  // "edge-node show blocks"
    std::string arguments;
    std::string input = "/dev/null";
};

std::string quoted(const std::filesystem::path& path) {
    return "'" + path.string() + "'";
}

std::string shell_line(const Command& command, const std::string& output) {
    const std::size_t space = command.words.find(' ');
    return "exec " + program(command.words.substr(0, space)) + command.words.substr(space) + " " +
           command.arguments + " <" + command.input + " >" + output;
}

// The names that a program's help lists below "Subcommands:".
std::vector<std::string> listed_below(const std::string& words) {
    RunningProgram help({"/bin/sh", "-c", shell_line({words + " --help", ""}, "/dev/stdout")});
    EXPECT_EQ(help.wait(), 0) << words;
    std::vector<std::string> found;
    bool listing = false;
    for (const std::string& line : help.lines()) {
        if (line.rfind("Subcommands:", 0) == 0) {
            listing = true;
        } else if (listing && line.rfind("  ", 0) == 0 && line.size() > 2 && line[2] != ' ') {
            found.push_back(line.substr(2, line.find(' ', 2) - 2));
        } else if (line.empty() || line[0] != ' ') {
            listing = false;
        }
    }
    return found;
}

std::set<std::string> all_commands() {
    std::set<std::string> found;
    for (const char* name : {"edge-node ", "gateway ", "meter-sim "}) {
        for (const std::string& command : listed_below(name)) {
            const std::string words = name + command;
            const auto below = listed_below(words);
            for (const std::string& each : below)
                found.insert(words + " " + each);
            const bool works_alone = command == "prove" || command == "forecast";
            if (below.empty() || works_alone) found.insert(words);
        }
    }
    return found;
}

class StandardOutput : public ::testing::Test {
  protected:
    StandardOutput() {
        const std::string source = FAIRFEED_SOURCE_DIR;
        RunningProgram made({program("gateway"), "provision", source + "/config/lab.yaml", "--out",
                             (directory_ / "lab").string()});
        EXPECT_EQ(made.wait(), 0) << made.output();
    }

    // Of people in the office; each case is new, because a step can be taken once.
    std::vector<Command> office_commands() {
        using S = ApplicationState;
        using W = WorkOrderState;
        const auto of = [&](S state) { return cases_.application(state) + " " + office(); };
        const auto order = [&](W state) { return cases_.work_order(state) + " " + office(); };
        const std::string planned = cases_.application(S::scheduled);
        const std::string owner = " --genesis " + quoted(certified_.genesis()) + " --ledger " +
                                  quoted(certified_.ledger());
        return {
            {"gateway application new", office() + " --name Ada --contact a@b --service-point sp-9 "
                                                   "--estimated-w 5000"},
            {"gateway application schedule", of(S::applied) + " --visit 2099-01-31"},
            {"gateway application inspect",
             planned + " " + office() + " --record " + quoted(cases_.record_of(planned))},
            {"gateway application verify", of(S::inspected)},
            {"gateway application reject", of(S::inspected) + " --reason unfit"},
            {"gateway application revoke", of(S::coded) + " --reason lost"},
            {"gateway application decommission", of(S::operating) + " --reason moved"},
            {"gateway application withdraw", of(S::applied)},
            {"gateway application transfer", of(S::operating) + " --name Bo --contact b@c"},
            {"gateway application list", office()},
            {"gateway application show", of(S::applied)},
            {"gateway erase", cases_.person() + " " + office()},
            {"gateway capacity-code issue",
             of(S::verified) + " --certificate " + fresh("certificate")},
            {"gateway capacity-code check", cases_.code()},
            {"gateway capacity-code read", cases_.code() + " " + office()},
            {"gateway capacity-code prove", quoted(certified_.certificate()) + owner},
            {"gateway work-order list", office()},
            {"gateway work-order assign", order(W::opened) + " --to dora"},
            {"gateway work-order visit", order(W::assigned)},
            {"gateway work-order clear", order(W::visited) + " --finding dust"},
            {"gateway work-order replace", order(W::visited) + " --by-meter m-201"},
            {"gateway work-order close", order(W::cleared) + " --finding dust"},
        };
    }
    // The tests run each command twice, the second time to /dev/full. Each proof gets a new file
    // name.
    std::vector<Command> commands() {
        std::vector<Command> all = program_commands();
        for (Command& each : office_commands())
            all.push_back(std::move(each));
        return all;
    }
    std::vector<Command> program_commands() {
        const std::string source = FAIRFEED_SOURCE_DIR;
        const std::string genesis = "--genesis " + quoted(node_.genesis());
        const std::string ledger = genesis + " --ledger " + quoted(node_.ledger());
        const std::string config = "--config " + quoted(node_.config(1));
        const std::string one = " --cluster cluster-1 --window 0";
        return {
            {"edge-node run", "--check-config --config " + quoted(provisioned_node())},
            {"edge-node status", "--config " + quoted(status_of_this_process())},
            {"edge-node verify", ledger},
            {"edge-node backup", "--data " + quoted(node_.in("")) + " --to " + fresh("copy")},
            {"edge-node show blocks", ledger},
            {"edge-node show settlement", config + one},
            {"edge-node show clusters", config},
            {"edge-node show evidence", ledger},
            {"edge-node show nodes", ledger},
            {"edge-node show office", ledger},
            {"edge-node prove", config + " --meter meter-1-1 --window 0 --out " + fresh("proof")},
            {"edge-node prove evidence", ledger + " --out " + fresh("evidence") + " meter-1-1"},
            {"edge-node check-proof", genesis + " " + quoted(node_.in("guilt.evidence"))},
            {"edge-node decode", genesis, quoted(node_.genesis())},
            {"edge-node settle",
             "--input " + source + "/tests/vectors/contract/exact_balance.yaml"},
            {"gateway provision", source + "/config/lab.yaml --out " + fresh("network")},
            {"gateway new-keys", "--out " + fresh("keys")},
            {"gateway recording", quoted(recording())},
            {"gateway forecast", "--totals " + quoted(totals())},
            {"gateway forecast backtest", "--totals " + quoted(totals())},
            {"gateway draft", office() + " revoke node=n5 --out " + fresh("draft")},
            {"gateway drafts", office()},
            {"gateway bills", "--config " + quoted(gateway_of_this_process()) + " --month 2016-08"},
            {"gateway sign",
             ready_draft() + " --genesis " + quoted(directory_ / "lab/genesis.cbor")},
            {"gateway withdraw", ready_draft()},
            {"gateway notices", ready_draft() + " --out " + fresh("notices")},
            {"gateway submit", ready_draft() + " --check " + office()},
            {"gateway serve", "--check-config " + office()},
            {"gateway status", "--config " + quoted(gateway_of_this_process())},
            {"gateway rebuild", office()},
            {"gateway export", "settlements " + office()},
            {"gateway account add",
             office() + " --role officer --no-password " + fresh_name("person")},
            {"gateway account list", office()},
            {"gateway account role", office() + " " + person() + " operator"},
            {"gateway account bind", office() + " " + person() + " m-1"},
            {"gateway account reset", office() + " " + person(), password()},
            {"gateway account lock", office() + " " + person()},
            {"gateway account unlock", office() + " " + person()},
            {"gateway account token", office() + " " + person() + " --scope read"},
            {"gateway account revoke", office() + " " + person_with_token()},
            {"gateway account erase", office() + " " + person()},
            {"gateway audit", office()},
            {"gateway inspection", visit("a-9") + " --out " + fresh("visit")},
            {"meter-sim import", quoted(meter_file()) + " --out " + fresh("homes")},
            {"meter-sim run", "--config " + quoted(meters())},
            {"meter-sim load", "--check-config --burst --duration 1 --config " + quoted(meters())},
            {"meter-sim show", "--json --config " + quoted(meters())},
            {"meter-sim status", "--config " + quoted(meters_of_this_process())},
        };
    }
    // The status of a running node, as long as the test runs.
    [[nodiscard]] std::filesystem::path status_of_this_process() const {
        const auto file = node_.in("run/status.json");
        StatusFile(file).show(Json::object().set("node", "node-1").set("alarms", Json::array()),
                              Clock().now());
        std::stringstream text;
        text << std::ifstream(node_.config(1)).rdbuf() << "status_file: run/status.json\n";
        std::ofstream(node_.in("status.yaml")) << text.str();
        return node_.in("status.yaml");
    }
    [[nodiscard]] std::filesystem::path provisioned_node() const {
        return directory_ / "lab/nodes/n1/edge-node.yaml";
    }
    // The status of the lab's meters, as if this test were their process.
    [[nodiscard]] std::filesystem::path meters_of_this_process() const {
        const Json connections = Json::object().set("wanted", 4).set("up", 4);
        StatusFile(directory_ / "lab/run/asked.json")
            .show(Json::object().set("meters", 12).set("connections", connections).set("sent", 0),
                  Clock().now());
        std::stringstream text;
        text << std::ifstream(meters()).rdbuf();
        const std::string theirs = "meter-sim.json";
        std::string config = text.str();
        config.replace(config.find(theirs), theirs.size(), "asked.json");
        const auto file = directory_ / "lab/meters/asked.yaml";
        std::ofstream(file) << config;
        return file;
    }
    [[nodiscard]] std::filesystem::path recording() const {
        const auto file = directory_ / "homes.csv";
        std::ofstream(file) << "interval_start_local,load_kwh_a\n2016-08-08T00:00,1\n";
        return file;
    }
    // Thirty weeks of one cluster, by windows of four hours.
    [[nodiscard]] std::filesystem::path totals() const {
        const auto file = directory_ / "totals.csv";
        std::ofstream rows(file);
        rows << "cluster,start,load_wh,available_wh\n";
        for (int window = 0; window < 30 * 42; ++window)
            rows << "c1," << 1'470'614'400 + window * 14'400 << "," << 9000 + window % 42 * 100
                 << "," << (window % 6 == 3 ? 7000 : 0) << "\n";
        return file;
    }
    [[nodiscard]] std::filesystem::path meter_file() const {
        const auto file = directory_ / "meter.csv";
        std::ofstream(file) << "Hour Start,Electricity 1,Electricity 1 Returned\n"
                               "2024-01-01T00:00:00+01:00,1,0\n2024-01-01T01:00:00+01:00,1,0\n";
        return file;
    }
    [[nodiscard]] std::string office() const {
        return "--config " + quoted(directory_ / "lab/dgmd/gateway.yaml");
    }
    // The lab's gateway with a ledger of block 0, as if this test were its process.
    [[nodiscard]] std::filesystem::path gateway_of_this_process() const {
        const auto lab = directory_ / "lab";
        const auto bytes = read_file(lab / "genesis.cbor");
        EXPECT_TRUE(bytes);
        const auto genesis = decode_genesis(*bytes);
        EXPECT_TRUE(genesis && Ledger::open(lab / "dgmd/ledger.db", *genesis));
        StatusFile(lab / "run/gateway.json")
            .show(Json::object().set("line", "height 0").set("alarms", Json::array()),
                  Clock().now());
        return lab / "dgmd/gateway.yaml";
    }
    [[nodiscard]] std::string visit(const std::string& application) const {
        return "--genesis " + quoted(directory_ / "lab/genesis.cbor") + " --key " +
               quoted(directory_ / "lab/inspectors/inspector-1.key") + " --application " +
               application + " --meter m-101 --nameplate-w 5200";
    }
    // A new draft that two officers have signed.
    [[nodiscard]] std::string ready_draft() {
        const auto lab = directory_ / "lab";
        const std::string file = (directory_ / ("ready" + std::to_string(++made_))).string();
        for (const std::vector<std::string>& words :
             {std::vector<std::string>{"draft", "revoke", "node=n5", "--out", file, "--config",
                                       (lab / "dgmd/gateway.yaml").string()},
              {"sign", file, "--genesis", (lab / "genesis.cbor").string(), "--key",
               (lab / "officers/officer-1.key").string()},
              {"sign", file, "--genesis", (lab / "genesis.cbor").string(), "--key",
               (lab / "officers/officer-2.key").string()}}) {
            std::vector<std::string> command{program("gateway")};
            command.insert(command.end(), words.begin(), words.end());
            RunningProgram run(command);
            EXPECT_EQ(run.wait(), 0) << run.output();
        }
        return quoted(std::filesystem::path(file));
    }
    std::string fresh_name(const std::string& name) { return name + std::to_string(++made_); }
    // A new account of the office.
    [[nodiscard]] std::string person() {
        const std::string name = fresh_name("somebody");
        RunningProgram run({program("gateway"), "account", "add", name, "--role", "customer",
                            "--no-password", "--config",
                            (directory_ / "lab/dgmd/gateway.yaml").string()});
        EXPECT_EQ(run.wait(), 0) << run.output();
        return name;
    }
    [[nodiscard]] std::string person_with_token() {
        const std::string name = person();
        RunningProgram run({program("gateway"), "account", "token", name, "--scope", "read",
                            "--json", "--config", (directory_ / "lab/dgmd/gateway.yaml").string()});
        EXPECT_EQ(run.wait(), 0) << run.output();
        const auto made = Json::parse(run.output());
        return name + " " + (made ? *made->at("id").as_text() : made.error());
    }
    [[nodiscard]] std::string password() const {
        const auto file = directory_ / "password";
        std::ofstream(file) << "a long password\n";
        return quoted(file);
    }
    [[nodiscard]] std::filesystem::path meters() const {
        return directory_ / "lab/meters/meter-sim.yaml";
    }
    std::string fresh(const std::string& name) {
        return quoted(directory_ / (name + std::to_string(++made_)));
    }
    int end_of(const Command& command, const std::string& output, std::string& said) {
        RunningProgram running({"/bin/sh", "-c", shell_line(command, output)});
        if (command.words == "meter-sim run") {  // the lab's brokers do not run
            EXPECT_TRUE(running.says("no connection")) << running.output();
            running.signal(SIGTERM);
        }
        const int status = running.wait();
        said = running.output();
        return status;
    }

    AccusedDirectory node_;
    CertifiedDirectory certified_;
    TempDirectory directory_;
    OfficeCases cases_{directory_ / "lab"};
    int made_ = 0;
};

TEST_F(StandardOutput, that_takes_nothing_is_a_failure_of_every_command) {
    std::string said;
    const Command guilt{"edge-node prove evidence",
                        "--genesis " + quoted(node_.genesis()) + " --ledger " +
                            quoted(node_.ledger()) + " --out " +
                            quoted(node_.in("guilt.evidence")) + " meter-1-1"};
    ASSERT_EQ(end_of(guilt, "/dev/null", said), 0) << said;
    std::set<std::string> tried;
    for (const Command& command : commands()) {
        SCOPED_TRACE(command.words);
        tried.insert(command.words);
        EXPECT_EQ(end_of(command, "/dev/null", said), 0) << said;
        EXPECT_EQ(said.find(kLost), std::string::npos) << said;
    }
    EXPECT_EQ(tried, all_commands()) << "a command that this test does not know";
    for (const Command& command : commands()) {
        SCOPED_TRACE(command.words);
        EXPECT_EQ(end_of(command, "/dev/full", said), 1) << said;
        EXPECT_NE(said.find(kLost), std::string::npos) << said;
    }
}

TEST_F(StandardOutput, is_looked_at_for_help_and_versions_as_well) {
    for (const char* words : {"edge-node --help", "edge-node show --help", "gateway --version",
                              "meter-sim run --help", "meter-sim --version"}) {
        std::string said;
        EXPECT_EQ(end_of({words, ""}, "/dev/full", said), 1) << words;
        EXPECT_NE(said.find(kLost), std::string::npos) << words << ": " << said;
    }
}

}  // namespace
}  // namespace fairfeed::e2e
