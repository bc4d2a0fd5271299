// The same meters started twice, over and over, and killed at any moment: one process has the
// outbox, the other is refused by name, and what the outbox holds goes on.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <memory>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

using testing_support::TempDirectory;

constexpr int kRounds = 12;

bool says_times(RunningProgram& running, const std::string& text, int times) {
    std::size_t from = 0;
    for (int i = 0; i < times; ++i) {
        if (!running.says(text, from)) return false;
        from = running.output().find(text, from) + text.size();
    }
    return true;
}

// Windows of a quarter hour in 9 ms; nobody listens on the brokers' ports.
constexpr const char* kNetwork =
    "network: {name: twice, grid_epoch: 2016-08-08T00:00, starts_in_s: 0, speed: 100000,\n"
    "          window_seconds: 900, preset: lab}\n"
    "nodes:\n"
    "  - {id: n1, location: {east_m: 0, north_m: 0}, address: 127.0.0.1, port: 9}\n"
    "clusters:\n"
    "  - {id: ash, parent: n1}\n"
    "meters:\n"
    "  - {id: m1, cluster: ash, capacity_w: 3000}\n"
    "  - {id: m2, cluster: ash, capacity_w: 0}\n"
    "tariff: {import_micro_per_kwh: 1, export_micro_per_kwh: 1}\n"
    "meter_source: {seed: 1}\n";

class TwoFleets : public ::testing::Test {
  protected:
    TwoFleets() {
        std::ofstream(directory_ / "network.yaml") << kNetwork;
        RunningProgram made({program("gateway"), "provision",
                             (directory_ / "network.yaml").string(), "--out", lab().string()});
        EXPECT_EQ(made.wait(), 0) << made.output();
        std::ifstream in(config());
        std::string text{std::istreambuf_iterator<char>(in), {}};
        const std::string level = "log_level: info";
        text.replace(text.find(level), level.size(), "log_level: debug");
        std::ofstream(config()) << text;
    }
    [[nodiscard]] std::filesystem::path lab() const { return directory_ / "lab"; }
    [[nodiscard]] std::filesystem::path config() const { return lab() / "meters/meter-sim.yaml"; }
    [[nodiscard]] std::unique_ptr<RunningProgram> start() const {
        return std::make_unique<RunningProgram>(
            std::vector<std::string>{program("meter-sim"), "run", "--config", config().string()});
    }

    TempDirectory directory_;
};

TEST_F(TwoFleets, never_damage_their_outbox_whoever_is_killed_when) {
    for (int round = 0; round < kRounds; ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        auto one = start();
        auto other = start();
        // The one that says it measures has the outbox; after a few windows it is killed.
        const bool first = one->says("window measured");
        auto& winner = first ? one : other;
        auto& loser = first ? other : one;
        ASSERT_TRUE(winner->says("window measured")) << winner->output();
        EXPECT_EQ(loser->wait(), 1) << loser->output();
        EXPECT_NE(loser->output().find("is in use by another process"), std::string::npos)
            << loser->output();
        ASSERT_TRUE(says_times(*winner, "window measured", 1 + round % 4)) << winner->output();
        winner->signal(SIGKILL);
        auto next = start();  // while the killed one may still be on its way out
        if (next->says("window measured")) next->signal(SIGTERM);
        (void)winner->wait();
        const int status = next->wait();
        const bool refused =
            next->output().find("is in use by another process") != std::string::npos;
        EXPECT_TRUE(status == 0 || refused) << next->output();
    }
    RunningProgram shown({program("meter-sim"), "show", "--config", config().string()});
    EXPECT_EQ(shown.wait(), 0) << shown.output();
}

}  // namespace
}  // namespace fairfeed::e2e
