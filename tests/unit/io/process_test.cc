#include "core/io/process.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(ProcessUse, is_what_a_small_process_takes) {
    const std::int64_t began_ms = use_of_this_process().cpu_ms;
    while (use_of_this_process().cpu_ms < began_ms + 20) {
    }
    const ProcessUse use = use_of_this_process();
    EXPECT_GT(use.resident_bytes, 1'000'000);
    EXPECT_LT(use.resident_bytes, 1'000'000'000);
    EXPECT_GE(use.open_files, 3);
}

}  // namespace
}  // namespace fairfeed
