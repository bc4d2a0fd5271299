// The message about another account's file names the owner and a remedy.
#include "core/io/file_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/io/slot_file.h"
#include "core/io/sqlite.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;

constexpr uid_t kNobody = 65'534;
constexpr DatabaseKind kNotes{.what = "notes",
                              .application_id = 0x4e4f5445,
                              .schema_version = 1,
                              .schema = "CREATE TABLE notes (text TEXT) STRICT"};

// An account without special rights: root becomes another account, other accounts stay themselves.
class Ordinary {
  public:
    Ordinary() : root_(::geteuid() == 0) {
        if (root_) CHECK(::seteuid(kNobody) == 0);
    }
    ~Ordinary() {
        if (root_) CHECK(::seteuid(0) == 0);
    }
    Ordinary(const Ordinary&) = delete;
    Ordinary& operator=(const Ordinary&) = delete;
    // The expected message about a file of the account that made it.
    [[nodiscard]] std::string remedy() const {
        return root_ ? "belongs to root, and this program runs as nobody: run it as root"
                     : "is this account's own, with mode 0";
    }

  private:
    bool root_;
};

class ForeignFile : public testing::Test {
  protected:
    void close(const std::filesystem::path& file, mode_t mode) {
        ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    }
    testing_support::TempDirectory directory_;
};

TEST_F(ForeignFile, database_names_its_owner_and_the_remedy) {
    const auto file = directory_ / "ledger.db";
    ASSERT_TRUE(Database::open(file, kNotes));
    close(file, 0400);
    const Ordinary other;
    const auto opened = Database::open(file, kNotes);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr(file.string()));
    EXPECT_THAT(opened.error().message, HasSubstr(other.remedy()));
}

TEST_F(ForeignFile, in_a_directory_that_is_closed_names_the_directory) {
    const auto data = directory_ / "data";
    std::filesystem::create_directory(data);
    ASSERT_TRUE(Database::open(data / "ledger.db", kNotes));
    close(data, 0000);
    {
        const Ordinary other;
        const auto opened = Database::open(data / "ledger.db", kNotes);
        ASSERT_FALSE(opened);
        EXPECT_THAT(opened.error().message, HasSubstr("'" + data.string() + "' " + other.remedy()));
    }
    close(data, 0700);
}

TEST_F(ForeignFile, safety_record_names_its_owner_and_the_remedy) {
    const auto file = directory_ / "safety.slot";
    ASSERT_TRUE(SlotFile::open(file));
    close(file, 0400);
    const Ordinary other;
    const auto opened = SlotFile::open(file);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr(other.remedy()));
}

TEST_F(ForeignFile, that_is_nobodys_yet_is_no_fault) {
    EXPECT_EQ(access_fault(directory_ / "new"), std::nullopt);
    EXPECT_EQ(access_fault(directory_ / "no/such/place"), std::nullopt);
}

TEST_F(ForeignFile, keeps_root_from_leaving_files_that_the_account_cannot_use) {
    const auto data = directory_ / "data";
    std::filesystem::create_directory(data);
    EXPECT_EQ(foreign_root_fault(data, "edge-node run"), std::nullopt);
    if (::geteuid() != 0) return;
    ASSERT_EQ(::chown(data.c_str(), kNobody, kNobody), 0);
    const auto fault = foreign_root_fault(data, "edge-node run");
    ASSERT_TRUE(fault);
    EXPECT_THAT(*fault, HasSubstr(data.string() + "' belongs to nobody"));
    EXPECT_THAT(*fault, HasSubstr("runuser -u nobody -- edge-node run"));
}

}  // namespace
}  // namespace fairfeed
