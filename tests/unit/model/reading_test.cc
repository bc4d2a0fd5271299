#include "core/model/reading.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(RegistersAtStart, are_the_end_less_the_profile) {
    ReadingBody body;
    body.end = {.import_wh = 1000, .export_wh = 200, .generation_wh = 500};
    body.profile = {{100, 0, 50}, {1, 20, 450}};
    EXPECT_EQ(registers_at_start(body), (Registers{899, 180, 0}));
}

TEST(RegistersAtStart, refuses_a_profile_larger_than_the_register) {
    ReadingBody body;
    body.end = {.import_wh = 99, .export_wh = 0, .generation_wh = 0};
    body.profile = {{100, 0, 0}};
    EXPECT_EQ(registers_at_start(body), std::nullopt);
}

TEST(RegistersAtStart, refuses_what_would_wrap) {
    ReadingBody body;
    body.end = {.import_wh = INT64_MAX, .export_wh = 0, .generation_wh = 0};
    body.profile = {{-1, 0, 0}};
    EXPECT_EQ(registers_at_start(body), std::nullopt);
    body.profile = {{INT64_MIN, 0, 0}, {INT64_MIN, 0, 0}};
    EXPECT_EQ(registers_at_start(body), std::nullopt);
}

}  // namespace
}  // namespace fairfeed
