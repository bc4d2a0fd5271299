// Two marks, so that the state does not flicker at a single one.
#include "core/io/disk_space.h"

#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

TEST(DiskRoom, that_stopping_itself_makes_does_not_end_the_waiting) {
    DiskRoom room("/");
    room.judge(8'000'000);
    EXPECT_FALSE(room.is_full());
    room.judge(7'999'999);
    EXPECT_TRUE(room.is_full());
    room.judge(8'400'000);  // as if the database had dropped its log
    EXPECT_TRUE(room.is_full());
    room.judge(15'999'999);
    EXPECT_TRUE(room.is_full());
    room.judge(16'000'000);
    EXPECT_FALSE(room.is_full());
    room.judge(8'000'000);
    EXPECT_FALSE(room.is_full());
}

TEST(DiskRoom, is_looked_at_where_the_directory_will_stand) {
    const testing_support::TempDirectory directory;
    DiskRoom room(directory / "not/there/yet");
    (void)room.look();
    EXPECT_NE(room.free(), UINT64_MAX);
}

}  // namespace
}  // namespace fairfeed
