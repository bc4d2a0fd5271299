#include "gateway/commands/show_recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/io/json.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::TempDirectory;

class ShowRecording : public ::testing::Test {
  protected:
    int show(const std::string& text, bool json = false) {
        std::ofstream(place_ / "homes.csv", std::ios::binary) << text;
        out_.str("");
        return run_show_recording({place_ / "homes.csv", json}, out_, err_);
    }
    TempDirectory place_;
    std::ostringstream out_;
    std::ostringstream err_;
};

// A name with an escape sequence cleared the terminal of who looked at the file.
TEST_F(ShowRecording, names_that_would_steer_a_terminal_are_written_out) {
    ASSERT_EQ(show("interval_start_local,load_kwh_a\x1B[2J,load_kwh_\xC3\xA9t\xC3\xA9\n"
                   "2016-08-08T00:00,1,2\n"),
              0);
    EXPECT_THAT(out_.str(), Not(HasSubstr("\x1B")));
    EXPECT_THAT(out_.str(), HasSubstr("a\\x1B[2J"));
    EXPECT_THAT(out_.str(), HasSubstr("\\xC3\\xA9t\\xC3\\xA9"));
}

TEST_F(ShowRecording, registers_steps_and_filled_values_are_shown) {
    const std::string text =
        "interval_start_local,import_kwh_a,export_kwh_a,flag_a,load_kwh_b\n"
        "2016-08-08T00:00,1,2,,7\n2016-08-08T00:15,1.5,2,interpolated,7\n";
    ASSERT_EQ(show(text), 0);
    EXPECT_THAT(out_.str(), HasSubstr("2 homes, 0.5 hours by steps of 15 min from 2016-08-08"));
    ASSERT_EQ(show(text, true), 0);
    const auto json = Json::parse(out_.str());
    ASSERT_TRUE(json) << json.error();
    EXPECT_EQ(json->at("step_minutes"), Json(15));
    EXPECT_EQ(json->at("quarters"), Json(2));
    const Json& home = json->at("homes").at(0);
    EXPECT_EQ(home.at("import_wh"), Json(2500));
    EXPECT_EQ(home.at("export_wh"), Json(4000));
    EXPECT_EQ(home.at("filled_steps"), Json(1));
    EXPECT_TRUE(json->at("homes").at(1).at("import_wh").is_null());
}

}  // namespace
}  // namespace fairfeed
