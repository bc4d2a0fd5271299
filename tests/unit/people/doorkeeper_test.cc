// The door with its book on a disk: who comes in, for how long, and who does not.
#include "gateway/accounts/doorkeeper.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using testing_support::TempDirectory;

constexpr ScryptCost kCheap{4, 8, 1};
constexpr std::int64_t kNow = 1'770'000'000'000;

class DoorkeeperTest : public ::testing::Test {
  protected:
    DoorkeeperTest() {
        auto book = AccountBook::open(file_);
        CHECK(book.has_value());
        book_ = std::move(*book);
        door_ = std::make_unique<Doorkeeper>(*book_, policy_, kCheap, system_random());
        add("amal", AccountRole::officer, {});
        add("bela", AccountRole::customer, {"m-1", "m-2"});
    }
    void add(const std::string& name, AccountRole role, std::vector<std::string> meters) {
        const auto added = book_->add({.name = name,
                                       .role = role,
                                       .password = door_->hash(name + " password"),
                                       .meters = std::move(meters),
                                       .full_name = "Person " + name,
                                       .contact = name + "@example.org",
                                       .created_ms = kNow});
        ASSERT_TRUE(added && *added);
    }
    template <class Change>
    void edit(const std::string& name, const Change& change) {
        const auto done = book_->edit(name, [&](const Account& before) {
            Account account = before;
            change(account);
            return std::optional(account);
        });
        EXPECT_TRUE(done && *done);
    }
    [[nodiscard]] std::string answer(const std::string& name, const std::string& password,
                                     std::int64_t now_ms = kNow,
                                     const std::string& place = "here") {
        const auto in = door_->log_in({name, place}, password, now_ms);
        if (in) return "in";
        switch (in.error().fault) {
            case LoginFault::wrong:
                return "wrong";
            case LoginFault::wait:
                return "wait " + std::to_string(in.error().wait_ms / 1000);
            case LoginFault::locked:
                return "locked";
            case LoginFault::machine:
                break;
        }
        return in.error().why;
    }
    [[nodiscard]] NewSession in(const std::string& name, std::int64_t now_ms = kNow) {
        auto made = door_->log_in({name, "here"}, name + " password", now_ms);
        CHECK(made.has_value());
        return std::move(*made);
    }
    [[nodiscard]] std::string who(const std::string& secret, std::int64_t now_ms = kNow) {
        return door_->by_session(secret, now_ms)->name();
    }
    [[nodiscard]] std::string bytes_on_disk() const {
        std::string all;
        for (const auto& each : std::filesystem::directory_iterator(directory_.path())) {
            std::stringstream text;
            text << std::ifstream(each.path(), std::ios::binary).rdbuf();
            all += text.str();
        }
        return all;
    }

    [[nodiscard]] bool is_on_disk(const std::string& text) const {
        return bytes_on_disk().find(text) != std::string::npos;
    }

    // From now on the door does this whenever it needs something random: within a log-in.
    void in_flight(std::function<void(std::span<std::uint8_t>)> act) {
        const auto is_set = std::make_shared<bool>(false);
        door_ = std::make_unique<Doorkeeper>(*book_, policy_, kCheap,
                                             [is_set, act = std::move(act)](auto out) {
                                                 *is_set ? act(out) : system_random()(out);
                                             });
        *is_set = true;
    }

    TempDirectory directory_;
    std::filesystem::path file_ = directory_ / "accounts.db";
    AccessPolicy policy_;
    std::unique_ptr<AccountBook> book_;
    std::unique_ptr<Doorkeeper> door_;
};

TEST_F(DoorkeeperTest, lets_a_person_in_by_password_and_then_by_cookie) {
    EXPECT_EQ(answer("amal", "bela password"), "wrong");
    const NewSession made = in("amal");
    EXPECT_EQ(made.secret.size(), 64U);
    EXPECT_EQ(who(made.secret), "amal");
    EXPECT_EQ(who(made.secret + "0"), "nobody");
    EXPECT_EQ(who(""), "nobody");
    EXPECT_EQ(who(std::string(100'000, 'a')), "nobody");
    EXPECT_NE(in("amal").secret, made.secret);
}

TEST_F(DoorkeeperTest, forgets_a_session_that_ended_was_idle_or_is_old) {
    const NewSession made = in("amal");
    EXPECT_EQ(who(made.secret, kNow + policy_.idle_ms), "nobody");
    for (std::int64_t at = 0; at < policy_.absolute_ms; at += policy_.idle_ms - 1)
        ASSERT_EQ(who(made.secret, kNow + at), "amal") << at;
    EXPECT_EQ(who(made.secret, kNow + policy_.absolute_ms), "nobody");
    const NewSession other = in("amal");
    ASSERT_TRUE(door_->log_out(other.session));
    EXPECT_EQ(who(other.secret), "nobody");
}

TEST_F(DoorkeeperTest, makes_a_guesser_wait_whether_the_name_is_known_or_not) {
    for (const std::string name : {"amal", "nobody.of.that.name"}) {
        for (int i = 0; i < 5; ++i)
            EXPECT_EQ(answer(name, "guess"), "wrong") << name;
        EXPECT_EQ(answer(name, "guess"), "wait 2") << name;
        EXPECT_EQ(answer(name, "guess", kNow + 2000), "wrong") << name;
        EXPECT_EQ(answer(name, "guess", kNow + 2000), "wait 4") << name;
    }
    EXPECT_EQ(answer("amal", "amal password", kNow + 2000), "wait 4");
    EXPECT_EQ(answer("amal", "amal password", kNow + 6000), "in");
    EXPECT_EQ(answer("amal", "guess", kNow + 6000), "wrong") << "begins anew";
}

TEST_F(DoorkeeperTest, counts_guesses_that_come_at_once) {
    std::vector<std::thread> guessers;
    for (int thread = 0; thread < 4; ++thread)
        guessers.emplace_back([this] {
            for (int i = 0; i < 10; ++i)
                (void)door_->log_in({"amal", "here"}, "guess", kNow);
        });
    for (std::thread& each : guessers)
        each.join();
    const auto account = book_->find("amal");
    EXPECT_EQ((*account)->failures, 5U) << "the others waited, and none was looked at";
}

TEST_F(DoorkeeperTest, lets_no_outsider_shut_a_person_out) {
    for (const std::string name : {"amal", "nobody.of.that.name"}) {
        for (int i = 0; i < 90; ++i)
            EXPECT_EQ(answer(name, "guess", kNow, "place " + std::to_string(i / 5)), "wrong");
        EXPECT_EQ(answer(name, "guess", kNow, "place 1"), "wait 2");
    }
    EXPECT_EQ(answer("amal", "amal password"), "in") << "from here nobody guessed";
    for (const std::string name : {"amal", "nobody.of.that.name"}) {
        for (int i = 0; i < 120; ++i)
            (void)answer(name, "guess", kNow, "other " + std::to_string(i / 5));
        EXPECT_EQ(answer(name, "guess", kNow, "nowhere"), "wait 2")
            << "many places are one guesser";
    }
    EXPECT_EQ(answer("amal", "amal password"), "in") << "where they got in before";
}

TEST_F(DoorkeeperTest, shuts_a_locked_account_out_everywhere_at_once) {
    const NewSession made = in("bela");
    const auto token = door_->issue("bela", {TokenScope::read}, "", kNow, kNow + 1000);
    edit("bela", [](Account& account) { account.locked = true; });
    EXPECT_EQ(answer("bela", "bela password"), "locked");
    EXPECT_EQ(answer("bela", "guess"), "wrong");
    EXPECT_EQ(who(made.secret), "nobody");
    EXPECT_EQ(door_->by_token(token->secret, kNow)->name(), "nobody");
}

TEST_F(DoorkeeperTest, knows_a_program_by_its_token_until_it_expires_or_is_revoked) {
    const auto made =
        door_->issue("bela", {TokenScope::read, TokenScope::drafts}, "nightly", kNow, kNow + 1000);
    const auto caller = door_->by_token(made->secret, kNow + 999);
    EXPECT_EQ(caller->name(), "bela");
    EXPECT_EQ(caller->token->scopes,
              (std::vector<TokenScope>{TokenScope::read, TokenScope::drafts}));
    EXPECT_EQ(caller->account->meters, (std::vector<std::string>{"m-1", "m-2"}));
    EXPECT_EQ(door_->by_token(made->secret, kNow + 1000)->name(), "nobody");
    EXPECT_EQ(door_->by_token(made->secret.substr(4), kNow)->name(), "nobody");
    EXPECT_EQ(who(made->secret), "nobody") << "a token is no cookie";
    EXPECT_FALSE(*book_->revoke("amal", made->token.id)) << "another's";
    EXPECT_TRUE(*book_->revoke("bela", made->token.id));
    EXPECT_EQ(door_->by_token(made->secret, kNow)->name(), "nobody");
}

TEST_F(DoorkeeperTest, lets_nobody_in_without_a_password_of_their_own) {
    ASSERT_TRUE(*book_->add({.name = "ghost"}));
    EXPECT_EQ(answer("ghost", ""), "wrong");
}

TEST_F(DoorkeeperTest, makes_a_hash_of_another_cost_anew) {
    const Doorkeeper strict(*book_, policy_, {5, 8, 1}, system_random());
    const std::string hash = strict.hash("amal password");
    edit("amal", [&](Account& account) { account.password = hash; });
    EXPECT_EQ(answer("amal", "amal password"), "in");
    EXPECT_FALSE(has_other_cost((*book_->find("amal"))->password, kCheap));
    EXPECT_EQ(answer("amal", "amal password"), "in");
}

TEST_F(DoorkeeperTest, opens_no_session_by_a_password_that_was_reset_meanwhile) {
    const std::string anew = door_->hash("another password");
    const auto reset = [this, &anew](std::span<std::uint8_t> out) {
        edit("amal", [&](Account& account) { account.password = anew; });
        system_random()(out);
    };
    in_flight(reset);
    EXPECT_EQ(answer("amal", "amal password"), "wrong");
    EXPECT_EQ((*book_->find("amal"))->password, anew) << "the old one is not put back";
    EXPECT_EQ(answer("amal", "another password"), "in");
}

TEST_F(DoorkeeperTest, takes_back_no_lock_role_or_password_that_was_set_while_it_hashed) {
    // The right password is hashed anew at the next log-in.
    const std::string stale = hash_password("amal password", {5, 8, 1}, system_random());
    edit("amal", [&](Account& account) { account.password = stale; });
    in_flight([this](std::span<std::uint8_t> out) {
        edit("amal", [](Account& account) {
            account.role = AccountRole::inspector;
            account.locked = true;
            account.meters = {"m-9"};
        });
        system_random()(out);
    });
    EXPECT_NE(answer("amal", "amal password"), "in") << "locked meanwhile";
    const Account now = **book_->find("amal");
    EXPECT_EQ(now.role, AccountRole::inspector);
    EXPECT_TRUE(now.locked);
    EXPECT_EQ(now.meters, std::vector<std::string>{"m-9"});
}

TEST_F(DoorkeeperTest, loses_no_change_that_another_program_makes_at_the_same_time) {
    const auto console = std::move(*AccountBook::open(file_));
    constexpr int kTimes = 40;
    const auto add_meter = [](AccountBook& book, const std::string& prefix) {
        for (int i = 0; i < kTimes; ++i)
            EXPECT_TRUE(*book.edit("bela", [&](const Account& before) {
                Account account = before;
                account.meters.push_back(prefix + std::to_string(i));
                return std::optional(account);
            }));
    };
    std::thread other([&] { add_meter(*console, "c-"); });
    add_meter(*book_, "a-");
    other.join();
    EXPECT_EQ((*book_->find("bela"))->meters.size(), 2U + 2 * kTimes);
}

TEST_F(DoorkeeperTest, changes_nothing_of_an_account_that_stays_or_is_not_there) {
    const Account before = **book_->find("bela");
    EXPECT_FALSE(*book_->edit("bela", [](const Account&) { return std::optional<Account>(); }));
    EXPECT_EQ(**book_->find("bela"), before);
    EXPECT_FALSE(*book_->edit("ghost", [](const Account& each) { return std::optional(each); }));
}

TEST_F(DoorkeeperTest, opens_to_no_session_or_token_of_before_a_new_password) {
    const NewSession made = in("bela");
    const auto token = door_->issue("bela", {TokenScope::read}, "", kNow, kNow + 1000);
    const auto other = door_->issue("amal", {TokenScope::read}, "", kNow, kNow + 1000);
    const std::string anew = door_->hash("another password");
    edit("bela", [&](Account& account) { account.password = anew; });
    EXPECT_EQ(who(made.secret), "nobody");
    EXPECT_EQ(door_->by_token(token->secret, kNow)->name(), "nobody");
    EXPECT_EQ(door_->by_token(other->secret, kNow)->name(), "amal");
}

TEST_F(DoorkeeperTest, keeps_no_secret_on_the_disk) {
    const NewSession made = in("amal");
    const auto token = door_->issue("amal", {TokenScope::read}, "", kNow, kNow + 1000);
    EXPECT_TRUE(is_on_disk("amal"));
    for (const std::string& secret : {made.secret, token->secret, std::string("amal password")})
        EXPECT_FALSE(is_on_disk(secret)) << secret;
}

TEST_F(DoorkeeperTest, leaves_nothing_of_an_erased_person_on_the_disk) {
    const NewSession made = in("bela");
    ASSERT_TRUE(is_on_disk("bela@example.org"));
    EXPECT_TRUE(*book_->erase("bela"));
    for (const char* personal : {"bela", "Person bela", "bela@example.org"})
        EXPECT_FALSE(is_on_disk(personal)) << personal;
    EXPECT_FALSE(*book_->erase("bela"));
    EXPECT_EQ(who(made.secret), "nobody");
    EXPECT_EQ(answer("amal", "amal password"), "in");
}

TEST_F(DoorkeeperTest, finds_everything_again_after_a_restart) {
    const NewSession made = in("bela");
    door_.reset();
    const Account before = **book_->find("bela");
    book_.reset();
    book_ = std::move(*AccountBook::open(file_));
    door_ = std::make_unique<Doorkeeper>(*book_, policy_, kCheap, system_random());
    EXPECT_EQ(**book_->find("bela"), before);
    EXPECT_EQ(who(made.secret), "bela");
    EXPECT_EQ(book_->all()->size(), 2U);
    EXPECT_FALSE(*book_->add(before)) << "there is one of that name";
}

}  // namespace
}  // namespace fairfeed
