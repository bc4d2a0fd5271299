// The audit log: every act noted and linked, whatever happens to the file named by its line.
#include "gateway/audit/audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using testing_support::TempDirectory;

class AuditLogTest : public ::testing::Test {
  protected:
    [[nodiscard]] static AuditEvent event(const std::string& what) {
        return {1'770'000'000'000, "amal", what, "127.0.0.1", "draft-7", {}, "note"};
    }
    [[nodiscard]] std::unique_ptr<AuditLog> open() const {
        auto log = AuditLog::open(file_, network_, 5);
        EXPECT_TRUE(log) << (log ? "" : log.error().message);
        return log ? std::move(*log) : nullptr;
    }
    void write(std::size_t count) const {
        const auto log = open();
        for (std::size_t i = 0; i < count; ++i)
            ASSERT_TRUE(log->append(event("act." + std::to_string(i + 1))));
    }
    [[nodiscard]] std::string text() const {
        std::stringstream out;
        out << std::ifstream(file_).rdbuf();
        return out.str();
    }
    void put(const std::string& text) const { std::ofstream(file_, std::ios::trunc) << text; }
    // As it was behind that entry.
    void put_mark(std::uint64_t count) const {
        std::filesystem::remove(mark_);
        auto mark = SequenceMark::open(mark_);
        ASSERT_TRUE(mark && mark->write(count));
    }
    // The line and what is wrong, as both readers say it.
    [[nodiscard]] std::string damage() const {
        const auto opened = AuditLog::open(file_, network_, 5);
        const auto checked = check_audit_log(file_, network_, [](const AuditEntry&) {});
        if (opened || checked) return "accepted";
        EXPECT_TRUE(opened.error().damage);
        EXPECT_EQ(opened.error().message, checked.error().message);
        return opened.error().message;
    }
    [[nodiscard]] std::vector<AuditEntry> entries() const {
        std::vector<AuditEntry> all;
        EXPECT_TRUE(check_audit_log(file_, network_,
                                    [&](const AuditEntry& entry) { all.push_back(entry); }));
        return all;
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> all;
        std::istringstream in(text());
        for (std::string line; std::getline(in, line);)
            all.push_back(line);
        return all;
    }
    static std::string joined(const std::vector<std::string>& lines) {
        std::string out;
        for (const std::string& line : lines)
            out += line + "\n";
        return out;
    }

    TempDirectory directory_;
    std::filesystem::path file_ = directory_ / "audit.log";
    std::filesystem::path mark_ = directory_ / "audit.log.mark";
    Digest network_{{7}};
};

TEST_F(AuditLogTest, keeps_who_did_what_from_where_through_a_restart) {
    write(2);
    {
        const auto log = open();
        AuditEvent final_at = event("notice.final");
        final_at.height = 41;
        ASSERT_TRUE(log->append(final_at));
    }
    const auto all = entries();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].event, event("act.1"));
    EXPECT_EQ(all[1].previous, all[0].hash);
    EXPECT_EQ(all[2].number, 3U);
    EXPECT_EQ(all[2].event.height, 41U);
    EXPECT_EQ(open()->head(), all[2].hash);
}

TEST_F(AuditLogTest, names_the_line_in_which_any_byte_was_altered) {
    write(3);
    const auto whole = lines();
    for (std::size_t at = 0; at < whole[1].size(); ++at) {
        auto altered = whole;
        altered[1][at] = static_cast<char>(altered[1][at] ^ 1);
        put(joined(altered));
        ASSERT_THAT(damage(), HasSubstr("audit.log:2: ")) << "byte " << at;
    }
}

TEST_F(AuditLogTest, names_the_place_where_a_line_was_removed_moved_or_repeated) {
    write(4);
    const auto all = lines();
    put(joined({all[0], all[2], all[3]}));
    EXPECT_THAT(damage(), HasSubstr("audit.log:2: has number 3 in the place of 2"));
    put(joined({all[0], all[2], all[1], all[3]}));
    EXPECT_THAT(damage(), HasSubstr("audit.log:2: "));
    put(joined({all[0], all[1], all[1], all[2], all[3]}));
    EXPECT_THAT(damage(), HasSubstr("audit.log:3: has number 2"));
}

TEST_F(AuditLogTest, notices_that_whole_lines_are_missing_from_the_end) {
    write(4);
    const auto all = lines();
    put(joined({all[0], all[1]}));
    EXPECT_THAT(damage(), HasSubstr("audit.log:3: entries up to 4 were written"));
    put("");
    EXPECT_THAT(damage(), HasSubstr("audit.log:1: entries up to 4 were written"));
}

TEST_F(AuditLogTest, with_entries_and_without_its_mark_is_no_new_log) {
    write(4);
    const auto all = lines();
    put(joined({all[0], all[1]}));
    std::filesystem::remove(mark_);
    EXPECT_THAT(damage(), HasSubstr("audit.log.mark' is missing"));
    EXPECT_THAT(damage(), HasSubstr("audit.log:3: ")) << "also at the next look";
    EXPECT_FALSE(std::filesystem::exists(mark_)) << "nothing hides that it was away";
}

TEST_F(AuditLogTest, notices_a_line_that_was_written_anew_with_a_hash_of_its_own) {
    write(2);
    const auto all = lines();
    AuditChain forged(network_);
    const std::string line = audit_line(forged.next(event("nothing.happened")));
    put(joined({line, all[1]}));
    EXPECT_THAT(damage(), HasSubstr("audit.log:2: does not follow the line before it"));
}

TEST_F(AuditLogTest, of_another_network_is_refused) {
    write(1);
    network_.bytes[0] ^= 1U;
    EXPECT_THAT(damage(), HasSubstr("audit.log:1: belongs to the log of another network"));
}

TEST_F(AuditLogTest, takes_a_torn_end_off_and_quotes_it_wherever_the_writer_was_killed) {
    write(2);
    const std::string whole = text();
    const std::string last = lines()[1];
    const std::size_t first_line = lines()[0].size() + 1;
    for (const std::size_t kept : {std::size_t{1}, std::size_t{30}, last.size()}) {
        put(whole.substr(0, first_line + kept));
        put_mark(1);  // it is written after the line
        ASSERT_NE(open(), nullptr);
        const auto all = entries();
        ASSERT_EQ(all.size(), 2U) << kept;
        EXPECT_EQ(all[1].event.what, "audit.torn");
        EXPECT_EQ(all[1].event.note, last.substr(0, kept));
    }
}

TEST_F(AuditLogTest, is_shared_by_a_service_and_a_command) {
    const auto service = open();
    const auto command = open();
    ASSERT_TRUE(service->append(event("one")));
    ASSERT_TRUE(command->append(event("two")));
    ASSERT_TRUE(service->append(event("three")));
    ASSERT_EQ(entries().size(), 3U);
    EXPECT_EQ(entries()[2].event.what, "three");
}

TEST_F(AuditLogTest, is_whole_when_many_threads_append) {
    const auto log = open();
    const auto other = open();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 10; ++i)
                EXPECT_TRUE((thread % 2 == 0 ? log : other)->append(event("act")));
        });
    for (std::thread& each : threads)
        each.join();
    EXPECT_EQ(entries().size(), 40U);
}

TEST_F(AuditLogTest, holds_any_text_on_one_line) {
    AuditEvent odd = event("act");
    odd.who = "a\nb\"c\\\xff";
    odd.note = std::string(5000, '\n');
    ASSERT_TRUE(open()->append(odd));
    ASSERT_EQ(entries().size(), 1U);
    EXPECT_EQ(entries()[0].event.who, "a\nb\"c\\\xef\xbf\xbd");
    EXPECT_EQ(entries()[0].event.note.size(), kMaxAuditText);
    EXPECT_NE(open(), nullptr);
}

TEST_F(AuditLogTest, refuses_a_file_that_is_none_with_the_remedy) {
    put("hello\n");
    EXPECT_THAT(damage(), HasSubstr("audit.log:1: is no entry"));
    EXPECT_THAT(damage(), HasSubstr("begin a new one"));
}

}  // namespace
}  // namespace fairfeed
