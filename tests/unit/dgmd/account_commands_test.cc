// People and the audit log from the console: every change is noted before it is made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/io/json.h"
#include "gateway/accounts/doorkeeper.h"
#include "gateway/commands/account.h"
#include "gateway/commands/audit.h"
#include "gateway/commands/draft.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::Provisioned;
using testing_support::write_text;
using CommandRun = testing_support::Run;

class AccountCommands : public ::testing::Test {
  protected:
    AccountCommands() { CHECK(made_.run().status == 0); }
    [[nodiscard]] std::filesystem::path config() const { return made_ / "dgmd/gateway.yaml"; }
    [[nodiscard]] AccountOptions on(AccountAction action, const std::string& name) const {
        AccountOptions options;
        options.action = action;
        options.config = config();
        options.name = name;
        return options;
    }
    CommandRun run(const AccountOptions& options) {
        std::ostringstream page;
        std::ostringstream errors;
        const PasswordSource source = [this](std::string_view) -> Result<std::string, std::string> {
            return password_;
        };
        const int status = run_account(options, source, page, errors);
        return {status, page.str(), errors.str()};
    }
    CommandRun add(const std::string& name, const std::string& role) {
        AccountOptions options = on(AccountAction::add, name);
        options.role = role;
        options.full_name = "Bela Bartok";
        options.contact = "bela@example.org";
        return run(options);
    }
    [[nodiscard]] CommandRun audit(const std::string& head = "", bool json = true) const {
        std::ostringstream page;
        std::ostringstream errors;
        const int status = run_audit({config(), head, json}, page, errors);
        return {status, page.str(), errors.str()};
    }
    [[nodiscard]] std::vector<std::string> acts() const {
        std::vector<std::string> all;
        const CommandRun shown = audit();
        EXPECT_EQ(shown.status, 0) << shown.err;
        const auto json = Json::parse(shown.out);
        for (const Json& each : *json->at("entries").as_array())
            all.push_back(*each.at("what").as_text() + " " + *each.at("subject").as_text());
        return all;
    }
    [[nodiscard]] Json listed() {
        AccountOptions options = on(AccountAction::list, "");
        options.json = true;
        return *Json::parse(run(options).out);
    }
    // Whether that password opens the door.
    [[nodiscard]] bool opens(const std::string& name, const std::string& password) const {
        const auto book = AccountBook::open(made_ / "dgmd/accounts.db");
        Doorkeeper door(**book, {}, {}, system_random());
        return door.log_in({name, "here"}, password, 4'000'000'000'000).has_value();
    }

    Provisioned made_;
    std::string password_ = "a long password";
};

TEST_F(AccountCommands, add_a_person_who_can_log_in) {
    const CommandRun added = add("bela", "officer");
    ASSERT_EQ(added.status, 0) << added.err;
    EXPECT_EQ(added.out, "bela  officer\n");
    EXPECT_TRUE(opens("bela", password_));
    EXPECT_FALSE(opens("bela", "another password"));
    EXPECT_EQ(add("bela", "officer").status, 2) << "there already";
}

TEST_F(AccountCommands, change_role_meters_lock_and_password) {
    ASSERT_EQ(add("bela", "customer").status, 0);
    AccountOptions role = on(AccountAction::role, "bela");
    role.role = "inspector";
    EXPECT_EQ(run(role).status, 0);
    AccountOptions bind = on(AccountAction::bind, "bela");
    bind.meters = {"m2", "m1", "m2"};
    EXPECT_EQ(run(bind).out, "bela  inspector  m1  m2\n");
    EXPECT_EQ(run(on(AccountAction::lock, "bela")).out, "bela  inspector  locked  m1  m2\n");
    EXPECT_FALSE(opens("bela", password_));
    EXPECT_EQ(run(on(AccountAction::unlock, "bela")).status, 0);
    password_ = "a new password";
    EXPECT_EQ(run(on(AccountAction::reset, "bela")).status, 0);
    EXPECT_TRUE(opens("bela", "a new password"));
    EXPECT_FALSE(opens("bela", "a long password"));
    EXPECT_THAT(acts(),
                ElementsAre("account.add bela", "account.role bela", "account.bind bela",
                            "account.lock bela", "account.unlock bela", "account.reset bela"));
}

TEST_F(AccountCommands, end_every_token_with_a_new_password) {
    ASSERT_EQ(add("bela", "officer").status, 0);
    AccountOptions issue = on(AccountAction::token, "bela");
    issue.scopes = {"read"};
    ASSERT_EQ(run(issue).status, 0);
    ASSERT_EQ(run(on(AccountAction::reset, "bela")).status, 0);
    EXPECT_TRUE(listed().at("accounts").at(0).at("tokens").as_array()->empty());
}

TEST_F(AccountCommands, note_what_was_changed_and_nothing_personal) {
    ASSERT_EQ(add("bela", "customer").status, 0);
    AccountOptions bind = on(AccountAction::bind, "bela");
    bind.meters = {"m1", "m2"};
    ASSERT_EQ(run(bind).status, 0);
    bind.meters = {"m2"};
    ASSERT_EQ(run(bind).status, 0);
    ASSERT_EQ(run(on(AccountAction::reset, "bela")).status, 0);
    const std::string shown = audit().out;
    for (const char* note :
         {"role customer, password changed, full name changed, contact changed",
          "2 meters (m1 m2) added", "1 meter (m1) removed", "\"password changed\""})
        EXPECT_THAT(shown, HasSubstr(note));
    EXPECT_THAT(shown, Not(HasSubstr("Bartok")));
}

TEST_F(AccountCommands, issue_a_token_once_and_revoke_it) {
    ASSERT_EQ(add("bela", "officer").status, 0);
    AccountOptions issue = on(AccountAction::token, "bela");
    issue.scopes = {"read"};
    issue.label = "nightly";
    issue.json = true;
    const auto made = Json::parse(run(issue).out);
    ASSERT_TRUE(made);
    EXPECT_THAT(*made->at("token").as_text(), HasSubstr("fft_"));
    const Json token = listed().at("accounts").at(0).at("tokens").at(0);
    EXPECT_EQ(token.at("id"), made->at("id"));
    EXPECT_TRUE(token.at("token").is_null()) << "shown once";
    AccountOptions revoke = on(AccountAction::revoke, "bela");
    revoke.token = *made->at("id").as_text();
    EXPECT_EQ(run(revoke).status, 0);
    EXPECT_EQ(run(revoke).status, 2) << "gone";
    issue.scopes = {"write"};
    EXPECT_THAT(run(issue).err, HasSubstr("'write' is no scope"));
}

TEST_F(AccountCommands, erase_what_is_personal_and_keep_the_act) {
    ASSERT_EQ(add("bela", "customer").status, 0);
    EXPECT_EQ(run(on(AccountAction::erase, "bela")).status, 0);
    EXPECT_TRUE(listed().at("accounts").as_array()->empty());
    const CommandRun shown = audit();
    EXPECT_THAT(shown.out, HasSubstr("account.erase"));
    EXPECT_THAT(shown.out, Not(HasSubstr("Bartok"))) << "the log holds nothing personal";
    EXPECT_THAT(shown.out, Not(HasSubstr("example.org")));
}

TEST_F(AccountCommands, refuse_what_is_wrong_and_note_nothing) {
    EXPECT_THAT(add("Bela", "officer").err, HasSubstr("a log-in name has"));
    EXPECT_THAT(add("bela", "boss").err, HasSubstr("'boss' is no role: one of customer"));
    password_ = "short";
    EXPECT_THAT(add("bela", "officer").err, HasSubstr("at least 10 bytes"));
    EXPECT_THAT(run(on(AccountAction::lock, "bela")).err, HasSubstr("no account 'bela'"));
    EXPECT_THAT(acts(), ElementsAre());
}

TEST_F(AccountCommands, do_nothing_that_the_audit_log_could_not_hold) {
    ASSERT_EQ(add("bela", "officer").status, 0);
    const auto log = made_ / "dgmd/audit.log";
    auto text = *read_text_file(log);
    text[text.find("bela")] = 'B';
    write_text(log, text);
    const CommandRun refused = run(on(AccountAction::lock, "bela"));
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("audit.log:1: was altered"));
    EXPECT_EQ(audit().status, 1);
    EXPECT_THAT(audit().err, HasSubstr("audit.log:1: was altered"));
    EXPECT_TRUE(opens("bela", password_)) << "still as before";
}

TEST_F(AccountCommands, show_a_log_that_still_holds_a_head_noted_before) {
    ASSERT_EQ(add("bela", "officer").status, 0);
    const std::string head = *Json::parse(audit().out)->at("head").as_text();
    ASSERT_EQ(add("cleo", "officer").status, 0);
    EXPECT_EQ(audit(head).status, 0);
    const CommandRun other = audit(std::string(64, '0'));
    EXPECT_EQ(other.status, 1);
    EXPECT_THAT(other.err, HasSubstr("no entry has the hash 000"));
    EXPECT_THAT(audit("", false).out, HasSubstr("2 entries, each linked to the one before. Head "));
}

TEST_F(AccountCommands, stand_in_one_log_with_drafts) {
    std::ostringstream page;
    std::ostringstream errors;
    const DraftOptions draft{.config = config(),
                             .kind = "capacity",
                             .fields = {"meter=m1", "capacity_w=4000", "effective=next+9"},
                             .sequence = {},
                             .valid_days = {},
                             .drafter = {},
                             .out = made_ / "m1.draft"};
    ASSERT_EQ(run_draft(draft, page, errors), 0) << errors.str();
    const auto all = acts();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_THAT(all[0], HasSubstr("draft.create "));
}

}  // namespace
}  // namespace fairfeed
