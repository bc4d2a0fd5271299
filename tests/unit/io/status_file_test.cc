// Status files: their content, the times at which they are written, and what a reader can tell
// about the writer.
#include "core/io/status_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "core/io/clock.h"
#include "core/io/file.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;

class StatusFileTest : public testing::Test {
  protected:
    StatusFileTest() { now_.real_ms = 1'700'000'000'000; }
    void pass(std::int64_t ms) {
        now_.steady_ms += ms;
        now_.real_ms += ms;
    }
    // The time of the last write.
    [[nodiscard]] std::int64_t written_at() const {
        const auto found = read_status(file_, now_.real_ms);
        CHECK(found.has_value());
        return *found->facts.at("written_at").as_int();
    }
    testing_support::TempDirectory directory_;
    std::filesystem::path file_ = directory_ / "run/n1/status.json";
    Instant now_;
};

TEST_F(StatusFileTest, says_who_wrote_it_and_when_before_the_facts) {
    StatusFile status(file_);
    status.show(Json::object().set("height", 7), now_);
    const auto found = read_status(file_, now_.real_ms + 1500);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->facts, Json::object()
                                .set("written_at", now_.real_ms)
                                .set("pid", ::getpid())
                                .set("pid_started", this_process().started)
                                .set("height", 7));
    EXPECT_EQ(found->age_ms, 1500);
    EXPECT_TRUE(found->running);
    EXPECT_FALSE(found->is_stale());
}

TEST_F(StatusFileTest, is_written_when_something_changed_and_as_a_sign_of_life) {
    StatusFile status(file_);
    const Json facts = Json::object().set("height", 7);
    const std::int64_t first = now_.real_ms;
    for (int second = 0; second < 30; ++second) {
        status.show(facts, now_);
        EXPECT_EQ(written_at(), first) << second << " s";
        pass(1000);
    }
    status.show(facts, now_);
    EXPECT_EQ(written_at(), first + 30'000);
    pass(1000);
    status.show(Json::object().set("height", 8), now_);
    EXPECT_EQ(written_at(), first + 31'000);
}

TEST_F(StatusFileTest, of_a_process_that_was_killed_is_told_from_one_that_lives) {
    const pid_t child = ::fork();
    if (child == 0) {
        StatusFile(file_).show(Json::object().set("signing", "signs"), now_);
        ::_exit(0);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    const auto found = read_status(file_, now_.real_ms + 600'000);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->facts.at("signing"), Json("signs"));
    EXPECT_FALSE(found->running);
    EXPECT_TRUE(found->is_stale());
}

TEST_F(StatusFileTest, is_not_taken_for_that_of_another_process_with_the_same_id) {
    ProcessMark mark = this_process();
    EXPECT_TRUE(is_running(mark));
    --mark.started;
    EXPECT_FALSE(is_running(mark));
}

TEST_F(StatusFileTest, that_cannot_be_written_is_one_line_and_stops_nobody) {
    ASSERT_TRUE(write_file_atomically(directory_ / "run", std::string_view("a file")));
    StatusFile status(file_);
    testing::internal::CaptureStderr();
    for (int i = 0; i < 3; ++i) {
        status.show(Json::object().set("height", i), now_);
        pass(1000);
    }
    std::filesystem::remove(directory_ / "run");
    status.show(Json::object().set("height", 3), now_);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, HasSubstr("cannot be written"));
    EXPECT_THAT(said, HasSubstr("written again"));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2) << said;
}

TEST_F(StatusFileTest, stands_where_the_service_manager_says_when_nobody_else_does) {
    ::setenv("RUNTIME_DIRECTORY", "/run/fairfeed/n1:/run/other", 1);
    EXPECT_EQ(default_status_file("fairfeed/n1"), "/run/fairfeed/n1/status.json");
    ::unsetenv("RUNTIME_DIRECTORY");
    const auto by_hand = default_status_file("fairfeed/n1");
    EXPECT_THAT(by_hand.string(), HasSubstr("fairfeed"));
    EXPECT_EQ(by_hand.filename(), "status.json");
}

}  // namespace
}  // namespace fairfeed
