#include "core/io/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;

class FileTest : public testing::Test {
  protected:
    static unsigned mode_of(const std::filesystem::path& file) {
        struct stat facts {};
        EXPECT_EQ(::stat(file.c_str(), &facts), 0);
        return facts.st_mode & 0777U;
    }
    testing_support::TempDirectory directory_;
};

TEST_F(FileTest, reads_back_what_was_written_with_its_mode) {
    const auto file = directory_ / "note";
    ASSERT_TRUE(write_file_atomically(file, std::string_view("one\0two", 7), 0640));
    EXPECT_EQ(read_text_file(file).value(), std::string("one\0two", 7));
    EXPECT_EQ(mode_of(file), 0640U);
}

TEST_F(FileTest, replaces_a_file_and_leaves_no_temporary) {
    const auto file = directory_ / "note";
    ASSERT_TRUE(write_file_atomically(file, std::string_view("old")));
    ASSERT_TRUE(write_file_atomically(file, std::string_view("new")));
    EXPECT_EQ(read_text_file(file).value(), "new");
    const std::filesystem::directory_iterator entries(directory_.path());
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST_F(FileTest, names_the_file_that_cannot_be_read) {
    const auto missing = read_file(directory_ / "missing");
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("/missing': No such file or directory"));
    EXPECT_THAT(read_file(directory_.path()).error().message, HasSubstr("not a regular file"));
}

TEST_F(FileTest, refuses_a_file_longer_than_the_cap) {
    const auto file = directory_ / "long";
    ASSERT_TRUE(write_file_atomically(file, std::string_view("12345")));
    EXPECT_TRUE(read_file(file, 5));
    EXPECT_THAT(read_file(file, 4).error().message, HasSubstr("longer than 4 bytes"));
}

TEST_F(FileTest, makes_every_missing_directory_with_the_mode) {
    ASSERT_TRUE(make_directories(directory_ / "a/b/c", 0700));
    EXPECT_EQ(mode_of(directory_ / "a"), 0700U);
    EXPECT_EQ(mode_of(directory_ / "a/b/c"), 0700U);
    EXPECT_TRUE(make_directories(directory_ / "a/b/c", 0755));
    EXPECT_EQ(mode_of(directory_ / "a/b/c"), 0700U);
}

TEST_F(FileTest, does_not_take_a_file_for_a_directory) {
    ASSERT_TRUE(write_file_atomically(directory_ / "file", std::string_view("")));
    const auto made = make_directories(directory_ / "file/inner");
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr("/file'"));
}

}  // namespace
}  // namespace fairfeed
