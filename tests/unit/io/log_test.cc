#include "core/io/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/ids.h"

namespace fairfeed {
namespace {

using testing::ContainsRegex;

TEST(LogTest, writes_keys_and_values) {
    EXPECT_EQ(concat("ready", kv("port", 8883), kv("node", NodeId("n1")), kv("tls", true)),
              "ready port=8883 node=n1 tls=true");
}

TEST(LogTest, quotes_what_could_be_taken_for_something_else) {
    EXPECT_EQ(kv("topic", "a b"), " topic=\"a b\"");
    EXPECT_EQ(kv("topic", ""), " topic=\"\"");
    EXPECT_EQ(kv("topic", "x\nlevel=\"y\""), " topic=\"x\\x0alevel=\\\"y\\\"\"");
    EXPECT_EQ(kv("topic", "\xff"), " topic=\"\\xff\"");
}

TEST(LogTest, is_silent_below_its_level) {
    testing::internal::CaptureStderr();
    log_debug("unheard");
    log_warning("{} heard", kv("n", 1));
    const std::string output = testing::internal::GetCapturedStderr();
    EXPECT_THAT(output, ContainsRegex("warning +\\{\\} heard n=1\n$"));
    EXPECT_EQ(output.find("unheard"), std::string::npos);
}

}  // namespace
}  // namespace fairfeed
