// The answers of `meter-sim status`: the fleet's state, the age of that state, and whether the
// process lives.
#include "meter-sim/commands/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "core/io/clock.h"
#include "core/io/status_file.h"
#include "meter-sim/fleet_status.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;

class FleetStatusCommand : public testing::Test {
  protected:
    FleetStatusCommand() {
        status_.meters = 3;
        status_.connections_wanted = 6;
        status_.connections_up = 5;
        status_.sent = 42;
        std::ofstream(directory_ / "meters.yaml")
            << "genesis: g\noutbox: outbox.db\nstatus_file: run/status.json\nca_certificate: ca\n"
               "brokers:\n  - {node: n1, host: 127.0.0.1, port: 1883}\nsource: {seed: 1}\n"
               "meters:\n  - {id: m1, signing_key: s, data_key: d, tls_key: t, "
               "tls_certificate: c}\n";
    }
    void write(const FleetStatus& status) const {
        StatusFile(directory_ / "run/status.json").show(to_json(status), Clock().now());
    }
    [[nodiscard]] int ask(bool json = false) {
        out_.str("");
        return run_status({directory_ / "meters.yaml", json}, out_, err_);
    }
    testing_support::TempDirectory directory_;
    FleetStatus status_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(FleetStatusCommand, tells_how_meters_stand_that_are_at_work) {
    write(status_);
    EXPECT_EQ(ask(), 0) << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("3 meters: runs (process " + std::to_string(::getpid())));
    EXPECT_THAT(out_.str(), HasSubstr("5 of 6 connections, 42 readings sent"));
    EXPECT_EQ(ask(true), 0);
    EXPECT_EQ(Json::parse(out_.str())->at("process_lives"), Json(true));
}

TEST_F(FleetStatusCommand, fails_for_scripts_while_the_meters_wait_or_are_dead) {
    status_.waiting = "the disk is full: make room";
    write(status_);
    EXPECT_EQ(ask(), 1);
    EXPECT_THAT(out_.str(), HasSubstr("waiting: the disk is full"));
    status_.waiting.clear();
    const pid_t child = ::fork();
    if (child == 0) {
        write(status_);
        ::_exit(0);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(ask(), 1);
    EXPECT_THAT(out_.str(), HasSubstr("does not run: process " + std::to_string(child)));
    EXPECT_THAT(out_.str(), HasSubstr("said last: 5 of 6"));
}

TEST_F(FleetStatusCommand, fails_for_scripts_while_there_is_an_alarm_and_says_it) {
    status_.alarms = {"m1/tls.crt expires soon: expires in 3 days, on 2026-12-02; renew it before"};
    write(status_);
    EXPECT_EQ(ask(), 1);
    EXPECT_THAT(out_.str(), HasSubstr("  alarm: m1/tls.crt expires soon: expires in 3 days"));
}

TEST_F(FleetStatusCommand, of_meters_that_never_ran_names_the_file) {
    EXPECT_EQ(ask(), 2);
    EXPECT_THAT(err_.str(), HasSubstr((directory_ / "run/status.json").string()));
}

}  // namespace
}  // namespace fairfeed
