// Who may do what in the office, and who did it: the accounts' database and the audit log. After
// any power cut both open without help and hold everything of which a caller was told that it is
// kept, perhaps the change under way, and nothing by halves.
#include <gtest/gtest.h>

#include "gateway/accounts/account_book.h"
#include "gateway/audit/audit_log.h"
#include "tests/crash/crash_enumeration.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kNow = 1'770'000'000'000;
constexpr std::size_t kEntries = 9;  // of the audit log, in two lives

Account bela(std::vector<std::string> meters) {
    return {.name = "bela",
            .role = AccountRole::customer,
            .password = "a hash",
            .meters = std::move(meters),
            .full_name = "Bela Volt",
            .contact = "bela@example.org",
            .created_ms = kNow};
}

Digest digest_of(std::uint8_t first) {
    Digest digest;
    digest.bytes[0] = first;
    return digest;
}

bool all_right(const Result<bool, IoError>& done) {
    return done && *done;
}

// Each change of the story, in its order; false: the disk failed.
using Change = bool (*)(AccountBook&);
constexpr Change kStory[] = {
    [](AccountBook& book) {
        return all_right(book.add(bela({"m-1", "m-2"})));
    },
    [](AccountBook& book) {
        return all_right(
            book.add(AccountSession{digest_of(1), "bela", "csrf", kNow, kNow}, "a hash"));
    },
    [](AccountBook& book) {
        return book
            .add(ApiToken{
                "0badcafe", digest_of(2), "bela", {TokenScope::read}, "ci", kNow, kNow + 1})
            .has_value();
    },
    [](AccountBook& book) {
        return all_right(book.edit("bela", [](const Account&) {
            return bela({"m-3", "m-4", "m-5"});
        }));
    },
    [](AccountBook& book) {  // a new password ends sessions and tokens
        return all_right(book.edit("bela", [](const Account& before) {
            Account account = before;
            account.password = "another hash";
            return account;
        }));
    },
    [](AccountBook& book) { return all_right(book.erase("bela")); },
};

// Opens the book twice: the second half of the story is of another life.
void keep_accounts(const std::filesystem::path& directory, DiskRecording& recording) {
    constexpr std::size_t kFirstLife = 3;
    for (const std::size_t from : {std::size_t{0}, kFirstLife}) {
        auto book = AccountBook::open(directory / "accounts.db");
        if (!book) return;
        const std::size_t to = from == 0 ? kFirstLife : std::size(kStory);
        for (std::size_t i = from; i < to; ++i) {
            if (!kStory[i](**book)) return;
            recording.acknowledge();
        }
    }
}

// What the book holds, from which the number of changes follows; each needs those before it.
struct Held {
    std::size_t meters = 0;
    bool session = false;
    bool token = false;
    bool operator==(const Held&) const = default;
};

void check_accounts(const CutPoint& point, const std::filesystem::path& directory) {
    auto book = AccountBook::open(directory / "accounts.db");
    ASSERT_TRUE(book) << book.error().message;
    const auto account = (*book)->find("bela");
    const auto session = (*book)->session(digest_of(1));
    const auto token = (*book)->token(digest_of(2));
    ASSERT_TRUE(account && session && token) << "every row can be read";
    const std::size_t meters = *account ? (*account)->meters.size() : 0;
    const Held held{meters, session->has_value(), token->has_value()};
    const Held after[] = {{},
                          {2, false, false},
                          {2, true, false},
                          {2, true, true},
                          {3, true, true},
                          {3, false, false},
                          {}};
    const std::size_t done = point.acknowledged;
    EXPECT_TRUE(held == after[done] || (done < std::size(kStory) && held == after[done + 1]))
        << held.meters << " meters, session " << held.session << ", token " << held.token;
}

TEST(AccountsCrash, no_power_cut_loses_a_change_or_does_half_of_one) {
    const DiskHistory history = record(keep_accounts);
    ASSERT_EQ(history.acknowledgements.size(), std::size(kStory));
    enumerate_power_cuts("accounts", history, check_accounts);
}

TEST(AccountsCrash, a_failing_disk_is_noticed) {
    enumerate_disk_faults("accounts_faults", record(keep_accounts), keep_accounts, check_accounts);
}

AuditEvent act(std::size_t number) {
    return {kNow, "amal", "act." + std::to_string(number), "console", "draft-7", {}, "note"};
}

void note_acts(const std::filesystem::path& directory, DiskRecording& recording) {
    for (const std::size_t from : {std::size_t{1}, kEntries / 2 + 1}) {
        auto log = AuditLog::open(directory / "audit.log", Digest{}, kNow);
        if (!log) return;
        const std::size_t to = from == 1 ? kEntries / 2 : kEntries;
        for (std::size_t i = from; i <= to; ++i) {
            if (!(*log)->append(act(i))) return;
            recording.acknowledge();
        }
    }
}

void check_acts(const CutPoint& point, const std::filesystem::path& directory) {
    const std::filesystem::path file = directory / "audit.log";
    const auto opened = AuditLog::open(file, Digest{}, kNow);
    ASSERT_TRUE(opened) << opened.error().message;
    std::vector<std::string> acts;
    std::size_t torn = 0;
    const auto checked = check_audit_log(file, Digest{}, [&](const AuditEntry& entry) {
        if (entry.event.what == "audit.torn")
            ++torn;
        else
            acts.push_back(entry.event.what);
    });
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_GE(acts.size(), point.acknowledged);
    EXPECT_LE(acts.size(), point.acknowledged + 1);
    EXPECT_LE(torn, 1U);
    for (std::size_t i = 0; i < acts.size(); ++i)
        EXPECT_EQ(acts[i], "act." + std::to_string(i + 1));
    EXPECT_TRUE((*opened)->append(act(acts.size() + 1))) << "it goes on";
}

TEST(AuditCrash, no_power_cut_loses_an_entry_that_was_acknowledged) {
    const DiskHistory history = record(note_acts);
    ASSERT_EQ(history.acknowledgements.size(), kEntries);
    enumerate_power_cuts("audit", history, check_acts);
}

TEST(AuditCrash, a_failing_disk_is_noticed) {
    enumerate_disk_faults("audit_faults", record(note_acts), note_acts, check_acts);
}

}  // namespace
}  // namespace fairfeed::test
