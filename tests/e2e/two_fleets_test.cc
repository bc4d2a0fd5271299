// The same meters started twice, repeatedly, and killed at any moment. One process has the outbox;
// the other is refused with a message that says so; the outbox stays intact.
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>

#include "tests/e2e/demo.h"
#include "tests/e2e/meter_lab.h"

namespace fairfeed::e2e {
namespace {

constexpr int kRounds = 12;

bool says_times(RunningProgram& running, const std::string& text, int times) {
    std::size_t from = 0;
    for (int i = 0; i < times; ++i) {
        if (!running.says(text, from)) return false;
        from = running.output().find(text, from) + text.size();
    }
    return true;
}

class TwoFleets : public ::testing::Test {
  protected:
    [[nodiscard]] std::unique_ptr<RunningProgram> start() const {
        return std::make_unique<RunningProgram>(std::vector<std::string>{
            program("meter-sim"), "run", "--config", lab_.config().string()});
    }

    const MeterLab lab_{2, 9};
};

TEST_F(TwoFleets, never_damage_their_outbox_whoever_is_killed_when) {
    for (int round = 0; round < kRounds; ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        auto one = start();
        auto other = start();
        // The process that logs a measurement has the outbox. The test kills it after a few
        // windows.
        const bool first = one->says("window measured");
        auto& winner = first ? one : other;
        auto& loser = first ? other : one;
        ASSERT_TRUE(winner->says("window measured")) << winner->output();
        EXPECT_EQ(loser->wait(), 1) << loser->output();
        EXPECT_NE(loser->output().find("is in use by another process"), std::string::npos)
            << loser->output();
        ASSERT_TRUE(says_times(*winner, "window measured", 1 + round % 4)) << winner->output();
        winner->signal(SIGKILL);
        auto next = start();  // perhaps before the killed process has ended
        if (next->says("window measured")) next->signal(SIGTERM);
        (void)winner->wait();
        const int status = next->wait();
        const bool refused =
            next->output().find("is in use by another process") != std::string::npos;
        EXPECT_TRUE(status == 0 || refused) << next->output();
    }
    RunningProgram shown({program("meter-sim"), "show", "--config", lab_.config().string()});
    EXPECT_EQ(shown.wait(), 0) << shown.output();
}

}  // namespace
}  // namespace fairfeed::e2e
