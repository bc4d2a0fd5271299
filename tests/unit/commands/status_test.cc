// The answers of `status`: the node's state, the age of that state, and whether the node's process
// lives.
#include "edge-node/commands/status.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/io/clock.h"
#include "core/io/status_file.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed {
namespace {

using test::NodeDirectory;
using test::Said;
using ::testing::HasSubstr;

class StatusCommand : public ::testing::Test {
  protected:
    StatusCommand() : config_(node_.config(1)) {
        std::ofstream(config_, std::ios::app) << "status_file: run/status.json\n";
    }
    void write(const Json& facts, std::int64_t age_ms = 0) const {
        Instant when = Clock().now();
        when.real_ms -= age_ms;
        StatusFile(node_.in("run/status.json")).show(facts, when);
    }
    [[nodiscard]] static Json facts() {
        return Json::object()
            .set("node", "node-1")
            .set("line", "height 7, signs")
            .set("alarms", Json::array());
    }
    [[nodiscard]] Said status(bool json = false) const {
        return test::say(run_status, StatusOptions{config_, json});
    }
    NodeDirectory node_{1, 1};
    std::filesystem::path config_;
};

TEST_F(StatusCommand, tells_how_a_node_stands_that_runs) {
    write(facts());
    const Said said = status();
    EXPECT_EQ(said.code, kExitOk) << said.err;
    EXPECT_THAT(said.out, HasSubstr("node-1 runs (process " + std::to_string(::getpid()) + ")"));
    EXPECT_THAT(said.out, HasSubstr("\n  height 7, signs\n"));
    EXPECT_EQ(status(true).json().at("process_lives"), Json(true));
}

TEST_F(StatusCommand, does_not_believe_that_a_killed_node_signs) {
    const pid_t child = ::fork();
    if (child == 0) {
        write(facts(), 600'000);
        ::_exit(0);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    const Said said = status();
    EXPECT_EQ(said.code, kExitFault);
    EXPECT_THAT(said.out, HasSubstr("does not run: process " + std::to_string(child)));
    EXPECT_THAT(said.out, HasSubstr("written 10 min ago"));
    EXPECT_THAT(said.out, HasSubstr("said last: height 7"));
}

TEST_F(StatusCommand, calls_a_process_that_writes_nothing_any_more_hanging) {
    write(facts(), 100'000);
    EXPECT_EQ(status().code, kExitFault);
    EXPECT_THAT(status().out, HasSubstr("hangs"));
}

TEST_F(StatusCommand, fails_for_scripts_while_there_is_an_alarm) {
    write(facts().set("alarms", Json::array().push("no quorum: n3 is missing")));
    EXPECT_EQ(status().code, kExitFault);
    EXPECT_THAT(status().out, HasSubstr("alarm: no quorum: n3 is missing"));
}

TEST_F(StatusCommand, of_a_node_that_never_ran_names_the_file) {
    const Said said = status();
    EXPECT_EQ(said.code, kExitUsage);
    EXPECT_THAT(said.err, HasSubstr(node_.in("run/status.json").string()));
}

}  // namespace
}  // namespace fairfeed
