#include "gateway/accounts/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

constexpr AccessRight kRights[] = {
    AccessRight::read_public, AccessRight::read_own,    AccessRight::read_meters,
    AccessRight::read_money,  AccessRight::read_drafts, AccessRight::change_drafts,
    AccessRight::work_orders, AccessRight::read_audit,  AccessRight::manage_accounts};

std::string rights_of(AccountRole role) {
    std::string rights;
    for (const AccessRight right : kRights)
        rights += role_allows(role, right) ? '1' : '0';
    return rights;
}

TEST(AccountRoles, may_what_this_table_says) {
    EXPECT_EQ(rights_of(AccountRole::customer), "110000000");
    EXPECT_EQ(rights_of(AccountRole::inspector), "111000100");
    EXPECT_EQ(rights_of(AccountRole::officer), "111111110");
    EXPECT_EQ(rights_of(AccountRole::grid_operator), "111010111");
}

TEST(AccountRoles, have_words_that_name_them_and_no_others) {
    for (const char* word : {"customer", "inspector", "officer", "operator"})
        EXPECT_EQ(to_string(*account_role(word)), word);
    for (const char* word : {"", "Customer", "grid_operator", "admin"})
        EXPECT_FALSE(account_role(word)) << word;
    for (const char* word : {"read", "drafts", "accounts"})
        EXPECT_EQ(to_string(*token_scope(word)), word);
    EXPECT_FALSE(token_scope("write"));
}

TEST(ACaller, may_no_more_by_a_token_than_its_scope_and_the_owners_role_say) {
    Caller caller;
    EXPECT_FALSE(caller.may(AccessRight::read_public)) << "nobody";
    caller.account = Account{.name = "bela", .role = AccountRole::officer};
    EXPECT_TRUE(caller.may(AccessRight::change_drafts));
    caller.token = ApiToken{};
    EXPECT_FALSE(caller.may(AccessRight::read_public)) << "a token without a scope";
    caller.token->scopes = {TokenScope::read};
    EXPECT_TRUE(caller.may(AccessRight::read_money));
    EXPECT_FALSE(caller.may(AccessRight::change_drafts));
    caller.token->scopes = {TokenScope::read, TokenScope::drafts, TokenScope::accounts};
    EXPECT_TRUE(caller.may(AccessRight::change_drafts));
    EXPECT_FALSE(caller.may(AccessRight::manage_accounts)) << "an officer is no operator";
}

TEST(ACaller, owns_the_meters_that_the_office_bound_and_no_others) {
    Caller caller;
    EXPECT_FALSE(caller.owns("m-1"));
    caller.account = Account{.name = "bela", .meters = {"m-1", "m-3"}};
    EXPECT_TRUE(caller.owns("m-1"));
    EXPECT_TRUE(caller.owns("m-3"));
    EXPECT_FALSE(caller.owns("m-2"));
    EXPECT_FALSE(caller.owns(""));
}

TEST(WrongPasswords, cost_nothing_at_first_and_then_twice_as_long_each_time) {
    const AccessPolicy policy;
    const FailureRule& rule = policy.of_place;
    FailureCount count;
    std::vector<std::int64_t> waits_s;
    for (int i = 0; i < 16; ++i) {
        count = after_failure(count, 1000, rule, policy);
        waits_s.push_back((count.try_again_ms - 1000) / 1000);
    }
    EXPECT_THAT(waits_s, ::testing::ElementsAre(0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900,
                                                900, 900));
    const Account account{.failures = count.failures, .try_again_ms = count.try_again_ms};
    EXPECT_EQ(after_success(account).failures, 0U);
    EXPECT_EQ(after_success(account).try_again_ms, 0);
    EXPECT_EQ(after_failure({UINT32_MAX, 0}, 0, rule, policy).failures, UINT32_MAX);
}

TEST(WrongPasswords, are_forgotten_one_by_one_also_by_a_steady_guesser) {
    const AccessPolicy policy;
    const FailureRule rule{100, 60'000};
    FailureCount count;
    for (std::int64_t at_ms = 0; at_ms < 3'600'000; at_ms += 50'000)
        count = after_failure(count, at_ms, rule, policy);
    EXPECT_LE(count.failures, 72U - 50U) << "72 guesses in an hour, which forgets up to sixty";
    EXPECT_EQ(after_failure({90, 0}, 30 * 60'000, rule, policy).failures, 61U);
    EXPECT_EQ(after_failure({90, 0}, 90 * 60'000, rule, policy), (FailureCount{1, 90 * 60'000}));
}

TEST(Changes, are_told_without_anything_personal) {
    const Account before{.name = "home",
                         .password = "old hash",
                         .meters = {"m-1", "m-2"},
                         .full_name = "Bela Bartok",
                         .contact = "bela@example.org"};
    Account after = before;
    EXPECT_EQ(changes_between(before, after), "");
    after.role = AccountRole::inspector;
    after.locked = true;
    after.password = "new hash";
    after.meters = {"m-2", "m-3", "m-4"};
    after.full_name = "Bela B.";
    after.contact = "+36 1 555";
    EXPECT_EQ(changes_between(before, after),
              "role customer to inspector, locked, password changed, full name changed, contact "
              "changed, 2 meters (m-3 m-4) added, 1 meter (m-1) removed");
}

TEST(ASession, ends_when_nobody_uses_it_and_at_the_end_of_its_time) {
    const AccessPolicy policy;
    AccountSession session{{}, "a", "", 1000, 1000};
    EXPECT_TRUE(is_alive(session, 1000 + policy.idle_ms - 1, policy));
    EXPECT_FALSE(is_alive(session, 1000 + policy.idle_ms, policy));
    session.seen_ms = 1000 + policy.absolute_ms - 1;
    EXPECT_TRUE(is_alive(session, 1000 + policy.absolute_ms - 1, policy));
    EXPECT_FALSE(is_alive(session, 1000 + policy.absolute_ms, policy));
}

TEST(LogInNames, are_short_words_of_harmless_letters) {
    for (const std::string& good :
         {std::string("a"), std::string("amal.k-2_b"), std::string(64, 'a')})
        EXPECT_FALSE(fault_of_account_name(good)) << good;
    for (const std::string& bad : {std::string(), std::string(65, 'a'), std::string("A"),
                                   std::string("a b"), std::string("a\n"), std::string("ä")})
        EXPECT_TRUE(fault_of_account_name(bad)) << bad;
}

TEST(Passwords, are_long_enough_and_not_the_name) {
    EXPECT_FALSE(fault_of_password("ten bytes!", "amal"));
    EXPECT_TRUE(fault_of_password("ninebytes", "amal"));
    EXPECT_TRUE(fault_of_password("bela.the.second", "bela.the.second"));
    EXPECT_TRUE(fault_of_password(std::string(1025, 'x'), "amal"));
}

}  // namespace
}  // namespace fairfeed
