#include "core/io/slot_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/io/file.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;

class SlotFileTest : public testing::Test {
  protected:
    SlotFile open() {
        auto opened = SlotFile::open(file_);
        EXPECT_TRUE(opened) << opened.error().message;
        return std::move(opened).value();
    }
    void write(std::string_view text) { ASSERT_TRUE(open().write(as_bytes(text))); }
    std::string record() { return std::string(as_text(open().record())); }
    void damage(std::size_t at) {
        std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(static_cast<std::streamoff>(at));
        const auto byte = static_cast<char>(file.get() ^ 0x10);
        file.seekp(static_cast<std::streamoff>(at));
        file.put(byte);
    }
    std::string refusal() {
        const auto opened = SlotFile::open(file_);
        return opened ? "" : opened.error().message;
    }

    testing_support::TempDirectory directory_;
    std::filesystem::path file_ = directory_ / "safety.rec";
};

TEST_F(SlotFileTest, starts_with_an_empty_record) {
    const SlotFile file = open();
    EXPECT_TRUE(file.record().empty());
    EXPECT_EQ(file.sequence(), 0U);
    EXPECT_EQ(std::filesystem::file_size(file_), 2 * SlotFile::kSlotSize);
}

TEST_F(SlotFileTest, remembers_the_newest_record_across_reopenings) {
    for (const char* text : {"one", "two", "three"}) {
        write(text);
        EXPECT_EQ(record(), text);
    }
    EXPECT_EQ(open().sequence(), 3U);
}

TEST_F(SlotFileTest, is_in_doubt_when_a_newer_record_may_have_been_lost) {
    EXPECT_FALSE(open().in_doubt()) << "nothing was ever written";
    for (const char* text : {"one", "two", "three"}) {
        write(text);
        EXPECT_FALSE(open().in_doubt());
    }
    damage(SlotFile::kSlotSize + 26);  // the third record is in the second slot
    EXPECT_EQ(record(), "two");
    EXPECT_TRUE(open().in_doubt());
    write("three again");
    EXPECT_EQ(record(), "three again");
    EXPECT_FALSE(open().in_doubt());
}

TEST_F(SlotFileTest, is_in_doubt_when_the_first_record_was_spoilt) {
    write("one");
    damage(SlotFile::kSlotSize + 26);
    EXPECT_EQ(record(), "");
    EXPECT_TRUE(open().in_doubt());
}

TEST_F(SlotFileTest, keeps_the_largest_record) {
    const std::string large(SlotFile::kMaxPayload, 'x');
    write(large);
    EXPECT_EQ(record(), large);
}

// Sequence n is written to slot n mod 2, so record "two" is in the first slot.
TEST_F(SlotFileTest, falls_back_to_the_older_record_after_a_torn_write) {
    for (const std::size_t at : {0U, 9U, 16U, 20U, 25U}) {
        SCOPED_TRACE(at);
        std::filesystem::remove(file_);
        write("one");
        write("two");
        damage(at);
        EXPECT_EQ(record(), "one");
        write("again");
        EXPECT_EQ(record(), "again");
    }
}

TEST_F(SlotFileTest, survives_a_torn_first_write) {
    write("one");
    damage(SlotFile::kSlotSize + 24);
    EXPECT_EQ(record(), "");
}

TEST_F(SlotFileTest, refuses_a_file_without_a_valid_slot) {
    write("one");
    damage(24 + 8);
    damage(16);
    damage(SlotFile::kSlotSize);
    EXPECT_THAT(refusal(), HasSubstr("neither of its slots is valid"));
    EXPECT_TRUE(SlotFile::open(file_).error().damage);
}

TEST_F(SlotFileTest, begun_anew_keeps_the_damaged_file_and_never_looks_like_a_new_one) {
    for (int time = 1; time <= 2; ++time) {
        std::ofstream(file_) << "not eight kilobytes";
        EXPECT_TRUE(SlotFile::open(file_).error().damage);
        const auto aside = SlotFile::begin_anew(file_, 1'785'603'723'000);
        ASSERT_TRUE(aside) << aside.error().message;
        EXPECT_THAT(aside->string(), HasSubstr(time == 1 ? ".damaged-20260801T170203Z" : "Z-2"));
        EXPECT_EQ(read_text_file(*aside).value(), "not eight kilobytes");
        for (int restart = 0; restart < 2; ++restart) {
            EXPECT_TRUE(open().in_doubt());
            EXPECT_EQ(open().sequence(), 0U);
            EXPECT_EQ(record(), "");
        }
    }
    write("one");
    EXPECT_FALSE(open().in_doubt());
    EXPECT_EQ(record(), "one");
}

TEST_F(SlotFileTest, refuses_a_truncated_file) {
    write("one");
    std::filesystem::resize_file(file_, SlotFile::kSlotSize);
    EXPECT_THAT(refusal(), HasSubstr("is 4096 bytes long instead of 8192"));
    std::filesystem::resize_file(file_, 0);
    EXPECT_THAT(refusal(), HasSubstr("is 0 bytes long instead of 8192"));
}

TEST_F(SlotFileTest, refuses_a_second_owner) {
    const SlotFile first = open();
    EXPECT_THAT(refusal(), HasSubstr("is held by another process"));
}

TEST(Crc32cTest, matches_the_published_check_value) {
    EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
    EXPECT_EQ(crc32c({}), 0U);
    EXPECT_EQ(crc32c(Bytes(32, 0)), 0x8a9136aaU);  // RFC 3720 B.4: 32 bytes of zeroes
}

}  // namespace
}  // namespace fairfeed
