// What the chain made final is in the audit log once, with its height.
#include "gateway/api/final_notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FinalNoticesTest : public ::testing::Test {
  protected:
    void add(std::int64_t height, std::int64_t position, const std::string& id,
             const std::string& kind) {
        rows_.push_back(
            {OfficeTable::transactions, {height, position, id, kind, std::string("dgmd")}});
    }
    // As the service does it after a start.
    void note() {
        auto log = AuditLog::open(file_, network_, 0);
        ASSERT_TRUE(log);
        auto notices = FinalNotices::open(**log, file_, network_);
        ASSERT_TRUE(notices);
        const RowSource rows = [this](const OfficeQuery& query) {
            std::vector<OfficeRow> found;
            for (const OfficeRow& row : rows_)
                if (place_of(row) > query.after && found.size() < query.limit) found.push_back(row);
            return Result<std::vector<OfficeRow>, std::string>(std::move(found));
        };
        ASSERT_TRUE(notices->note(rows, 7));
        ASSERT_TRUE(notices->note(rows, 7)) << "again: nothing is new";
    }
    [[nodiscard]] std::vector<std::string> noted() const {
        std::vector<std::string> all;
        EXPECT_TRUE(check_audit_log(file_, network_, [&](const AuditEntry& entry) {
            all.push_back(entry.event.subject + " " + std::to_string(*entry.event.height));
        }));
        return all;
    }

    testing_support::TempDirectory directory_;
    std::filesystem::path file_ = directory_ / "audit.log";
    Digest network_;
    std::vector<OfficeRow> rows_;
};

TEST_F(FinalNoticesTest, are_noted_once_whenever_somebody_looks) {
    add(0, 0, "registration", "meter");
    note();
    EXPECT_THAT(noted(), IsEmpty()) << "block 0 is provisioning's";
    add(3, 0, "settled", "settlement");
    add(3, 1, "one", "capacity");
    note();
    EXPECT_THAT(noted(), ElementsAre("one 3"));
    add(5, 0, "two", "tariff");
    add(5, 1, "three", "officers");
    note();
    note();
    EXPECT_THAT(noted(), ElementsAre("one 3", "two 5", "three 5"));
}

TEST_F(FinalNoticesTest, of_one_block_are_all_noted_after_a_crash_between_two) {
    add(5, 0, "two", "tariff");
    note();
    add(5, 1, "three", "revoke");  // as if the log had ended before it
    note();
    EXPECT_THAT(noted(), ElementsAre("two 5", "three 5"));
}

TEST_F(FinalNoticesTest, are_found_however_many_blocks_passed) {
    for (std::int64_t height = 1; height <= 2500; ++height)
        add(height, 0, "s" + std::to_string(height), "settlement");
    add(2501, 0, "late", "capacity");
    note();
    EXPECT_THAT(noted(), ElementsAre("late 2501"));
}

}  // namespace
}  // namespace fairfeed
