#include "core/io/file_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/io/file.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using testing_support::TempDirectory;

mode_t mode_of(const std::filesystem::path& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 07777U;
}

TEST(FileBatch, makes_files_and_directories_with_their_modes_whatever_the_umask_is) {
    const TempDirectory place;
    const mode_t before = ::umask(0277);
    const bool made = FileBatch::directory(place / "a/b", 0700).has_value() &&
                      FileBatch::file(place / "a/b/key", as_bytes("secret"), 0600).has_value() &&
                      FileBatch::file(place / "a/b/open", as_bytes("words"), 0644).has_value();
    ::umask(before);
    ASSERT_TRUE(made);
    ASSERT_TRUE(FileBatch::finish(place.path()));
    EXPECT_EQ(mode_of(place / "a"), 0700U);
    EXPECT_EQ(mode_of(place / "a/b"), 0700U);
    EXPECT_EQ(mode_of(place / "a/b/key"), 0600U);
    EXPECT_EQ(mode_of(place / "a/b/open"), 0644U);
    EXPECT_EQ(*read_text_file(place / "a/b/open"), "words");
    EXPECT_TRUE(FileBatch::directory(place / "a/b", 0755)) << "it is there already";
    EXPECT_EQ(mode_of(place / "a/b"), 0700U) << "and stays as it is";
}

TEST(FileBatch, never_overwrites_a_key_that_is_there) {
    const TempDirectory place;
    ASSERT_TRUE(FileBatch::file(place / "key", as_bytes("first"), 0600));
    const auto again = FileBatch::file(place / "key", as_bytes("second"), 0600);
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().message, HasSubstr("key': File exists"));
    EXPECT_EQ(*read_text_file(place / "key"), "first");
}

TEST(FileBatch, names_what_it_cannot_make) {
    const TempDirectory place;
    ASSERT_TRUE(FileBatch::file(place / "file", as_bytes(""), 0644));
    EXPECT_THAT(FileBatch::directory(place / "file/below", 0755).error().message,
                HasSubstr("create directory"));
    EXPECT_THAT(FileBatch::file(place / "gone/x", as_bytes(""), 0644).error().message,
                HasSubstr("gone/x': No such file"));
    EXPECT_THAT(FileBatch::finish(place / "gone").error().message,
                HasSubstr("sync the file system of"));
}

}  // namespace
}  // namespace fairfeed
