// The API as a function: who may see what, what is refused and where, and what stays undone.
#include "gateway/api/office_api.h"

#include "core/crypto/digest.h"
#include "gateway/http/event_hub.h"
#include "tests/unit/api/small_office.h"

namespace fairfeed {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class OfficeApiTest : public test::SmallOffice {
  protected:
    // The texts of a member of all items.
    [[nodiscard]] std::vector<std::string> items(const Spoken& spoken, const std::string& member) {
        EXPECT_EQ(spoken.status(), 200U) << spoken.response.body;
        std::vector<std::string> all;
        for (const Json& item : *spoken.json.at("items").as_array())
            all.push_back(item.at(member).as_text() != nullptr ? *item.at(member).as_text()
                                                               : item.at(member).dump());
        return all;
    }
};

TEST_F(OfficeApiTest, lets_a_person_in_by_password_and_cookie) {
    const Spoken in =
        ask("", "POST", "/api/v1/session", R"({"name":"home","password":"home password"})");
    ASSERT_EQ(in.status(), 201U) << in.response.body;
    const std::string cookie(in.response.header("set-cookie"));
    EXPECT_THAT(cookie, ::testing::StartsWith("__Host-session="));
    EXPECT_THAT(cookie, HasSubstr("; Path=/; Secure; HttpOnly; SameSite=Strict"));
    HttpRequest mine = request("GET", "/api/v1/session");
    mine.headers.emplace_back("cookie", cookie.substr(0, cookie.find(';')));
    EXPECT_EQ(*send(mine).json.at("name").as_text(), "home");
    EXPECT_EQ(send(mine).json.at("csrf_token"), in.json.at("csrf_token"));
    HttpRequest out = mine;
    out.method = "DELETE";
    EXPECT_EQ(send(out).kind(), "forged") << "another site's page cannot log anybody out";
    out.headers.emplace_back("x-csrf-token", *in.json.at("csrf_token").as_text());
    EXPECT_EQ(send(out).status(), 204U);
    EXPECT_EQ(send(mine).status(), 401U);
    EXPECT_EQ(send(out).status(), 204U) << "again: it stays so";
}

TEST_F(OfficeApiTest, tells_a_guesser_nothing_and_to_wait) {
    for (const char* name : {"home", "nobody"}) {
        const std::string body = std::string(R"({"name":")") + name + R"(","password":"guess"})";
        for (int i = 0; i < 5; ++i)
            EXPECT_EQ(ask("", "POST", "/api/v1/session", body).kind(), "wrong-password");
        const Spoken wait = ask("", "POST", "/api/v1/session", body);
        EXPECT_EQ(wait.status(), 429U) << name;
        EXPECT_EQ(wait.response.header("retry-after"), "2");
    }
}

TEST_F(OfficeApiTest, shows_a_customer_the_own_meter_and_no_other) {
    EXPECT_THAT(items(ask("home", "GET", "/api/v1/meters"), "meter"), ElementsAre("meter-1-1"));
    EXPECT_EQ(items(ask("olga", "GET", "/api/v1/meters"), "meter").size(), 3U);
    for (const char* table : {"readings", "shares", "bill-lines"}) {
        const std::string path = std::string("/api/v1/") + table;
        const auto mine = items(ask("home", "GET", path), "meter");
        EXPECT_THAT(mine, Not(IsEmpty())) << table;
        EXPECT_THAT(mine, ::testing::Each("meter-1-1")) << table;
        EXPECT_THAT(items(ask("home", "GET", path + "?meter=meter-1-2"), "meter"), IsEmpty());
        EXPECT_THAT(items(ask("ines", "GET", path), "meter"), IsEmpty())
            << "money is no inspector's business";
        EXPECT_THAT(items(ask("olga", "GET", path), "meter"), Contains("meter-1-2"));
    }
    EXPECT_EQ(ask("home", "GET", "/api/v1/meters/meter-1-1").status(), 200U);
    for (const char* other :
         {"/api/v1/meters/meter-1-2", "/api/v1/readings/meter-1-2/0", "/api/v1/shares/meter-1-2/1",
          "/api/v1/bill-lines/meter-1-2/0", "/api/v1/meters/no-such"}) {
        const Spoken hidden = ask("home", "GET", other);
        EXPECT_EQ(hidden.status(), 404U) << other;
        EXPECT_EQ(hidden.response.body, ask("home", "GET", "/api/v1/meters/no-such").response.body)
            << "as if it were not there";
    }
    EXPECT_EQ(ask("olga", "GET", "/api/v1/bill-lines/meter-1-2/0").status(), 200U);
}

TEST_F(OfficeApiTest, pages_by_cursor_without_a_gap_or_a_repetition) {
    for (const char* order : {"newest", "oldest"}) {
        const std::string base = std::string("/api/v1/readings?order=") + order;
        const auto whole = ask("olga", "GET", base + "&limit=500");
        std::vector<Json> joined;
        std::string next;
        do {
            const Spoken page =
                ask("olga", "GET", base + "&limit=5" + (next.empty() ? "" : "&cursor=" + next));
            ASSERT_EQ(page.status(), 200U) << page.response.body;
            for (const Json& item : *page.json.at("items").as_array())
                joined.push_back(item);
            next = page.json.at("next").is_null() ? "" : *page.json.at("next").as_text();
        } while (!next.empty());
        EXPECT_EQ(joined, *whole.json.at("items").as_array());
        EXPECT_EQ(joined.size(), 12U);
    }
    const Spoken cursor = ask("olga", "GET", "/api/v1/readings?limit=5");
    const std::string next = *cursor.json.at("next").as_text();
    EXPECT_EQ(ask("olga", "GET", "/api/v1/blocks?cursor=" + next).kind(), "wrong-parameter");
    EXPECT_THAT(items(ask("home", "GET", "/api/v1/readings?cursor=" + next), "meter"),
                Not(Contains("meter-1-2")))
        << "another's cursor opens nothing";
}

TEST_F(OfficeApiTest, does_nothing_for_a_forged_request) {
    for (const std::string& csrf : {std::string(), std::string("guess")}) {
        HttpRequest forged =
            request("POST", "/api/v1/accounts", R"({"name":"x","role":"officer"})");
        HttpRequest mine = by("otto", request("GET", "/api/v1/session"));
        for (const auto& [name, value] : mine.headers)
            if (name == "cookie") forged.headers.emplace_back(name, value);
        if (!csrf.empty()) forged.headers.emplace_back("x-csrf-token", csrf);
        EXPECT_EQ(send(forged).kind(), "forged");
    }
    EXPECT_THAT(acts(), IsEmpty());
    EXPECT_EQ(ask("otto", "GET", "/api/v1/accounts/x").status(), 404U);
}

TEST_F(OfficeApiTest, answers_under_its_own_names_alone) {
    for (const char* host : {"evil.example", "localhost.evil.example", "", "[::1", "localhost@x"}) {
        HttpRequest made = request("GET", "/api/v1/health");
        made.headers = {{"host", host}};
        EXPECT_EQ(send(made).status(), 421U) << host;
    }
    for (const char* host : {"LOCALHOST", "127.0.0.1:8443", "[::1]:8443"}) {
        HttpRequest made = request("GET", "/api/v1/health");
        made.headers = {{"host", host}};
        EXPECT_EQ(send(made).status(), 200U) << host;
    }
    HttpRequest two = request("GET", "/api/v1/health");
    two.headers.emplace_back("host", "localhost");
    EXPECT_EQ(send(two).status(), 421U);
}

TEST_F(OfficeApiTest, says_what_a_path_can_do_and_no_more) {
    const Spoken options = ask("", "OPTIONS", "/api/v1/session");
    EXPECT_EQ(options.status(), 204U);
    EXPECT_EQ(options.response.header("allow"), "POST, GET, HEAD, DELETE, OPTIONS");
    const Spoken wrong = ask("olga", "PUT", "/api/v1/meters", "{}");
    EXPECT_EQ(wrong.status(), 405U);
    EXPECT_EQ(wrong.response.header("allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(ask("olga", "GET", "/api/v1/nothing").status(), 404U);
    EXPECT_EQ(ask("olga", "GET", "/api/v1/meters/").status(), 400U);
}

TEST_F(OfficeApiTest, keeps_accounts_for_operators_and_notes_every_change) {
    const Spoken added = ask("otto", "POST", "/api/v1/accounts",
                             R"({"name":"bela","role":"customer","meters":["m-2","m-1","m-2"],)"
                             R"("password":"a long password","contact":"b@example.org"})");
    ASSERT_EQ(added.status(), 201U) << added.response.body;
    EXPECT_EQ(added.json.at("meters").dump(), R"(["m-1","m-2"])");
    EXPECT_EQ(added.response.body.find("a long password"), std::string::npos);
    EXPECT_EQ(added.response.body.find("scrypt"), std::string::npos);
    EXPECT_EQ(
        ask("otto", "POST", "/api/v1/accounts", R"({"name":"bela","role":"customer"})").kind(),
        "exists");
    const std::string log_in = R"({"name":"bela","password":"a long password"})";
    EXPECT_EQ(ask("", "POST", "/api/v1/session", log_in).status(), 201U);
    EXPECT_EQ(ask("otto", "PATCH", "/api/v1/accounts/bela", R"({"locked":true})").status(), 200U);
    EXPECT_EQ(ask("", "POST", "/api/v1/session", log_in).kind(), "locked");
    EXPECT_EQ(ask("otto", "DELETE", "/api/v1/accounts/bela").status(), 204U);
    EXPECT_EQ(ask("otto", "DELETE", "/api/v1/accounts/bela").status(), 404U) << "replayed";
    EXPECT_EQ(ask("otto", "DELETE", "/api/v1/accounts/otto").kind(), "yourself");
    for (const char* who : {"home", "ines", "olga"})
        EXPECT_EQ(ask(who, "GET", "/api/v1/accounts").kind(), "not-allowed") << who;
    EXPECT_THAT(acts(), ElementsAre("otto account.add bela", "otto account.add bela",
                                    "otto account.change bela", "otto account.erase bela"));
}

TEST_F(OfficeApiTest, points_to_every_field_that_is_wrong) {
    const Spoken wrong = ask("otto", "POST", "/api/v1/accounts",
                             R"({"name":"Bela","role":"boss","meters":["m-1",7,"a b"],)"
                             R"("password":"short","locked":"no","nick":"b"})");
    ASSERT_EQ(wrong.status(), 422U);
    std::vector<std::string> pointers;
    for (const Json& error : *wrong.json.at("errors").as_array())
        pointers.push_back(*error.at("pointer").as_text());
    EXPECT_THAT(pointers,
                ::testing::UnorderedElementsAre("#/name", "#/role", "#/meters/1", "#/meters/1",
                                                "#/locked", "#/password", "#/nick"));
    EXPECT_EQ(ask("otto", "POST", "/api/v1/accounts", R"({"name":)").kind(), "not-json");
    EXPECT_EQ(ask("otto", "POST", "/api/v1/accounts", "[]").status(), 422U);
    HttpRequest form = request("POST", "/api/v1/accounts");
    form.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
    EXPECT_EQ(send(by("otto", form)).status(), 415U);
    EXPECT_THAT(acts(), IsEmpty());
}

TEST_F(OfficeApiTest, gives_a_program_a_token_with_less_than_its_owner_may) {
    const Spoken made = ask("olga", "POST", "/api/v1/tokens", R"({"scopes":["read"],"days":1})");
    ASSERT_EQ(made.status(), 201U) << made.response.body;
    HttpRequest read = request("GET", "/api/v1/drafts");
    read.headers.emplace_back("authorization", "Bearer " + *made.json.at("token").as_text());
    EXPECT_EQ(send(read).status(), 200U);
    HttpRequest write = request("POST", "/api/v1/drafts/0/withdrawal", R"({"reason":"x"})");
    write.headers.push_back(read.headers.back());
    EXPECT_EQ(send(write).kind(), "not-allowed");
    HttpRequest more = request("POST", "/api/v1/tokens", "{}");
    more.headers.push_back(read.headers.back());
    EXPECT_EQ(send(more).kind(), "not-by-token");
    now_ms_ += 86'400'000;
    EXPECT_EQ(send(read).status(), 401U) << "it ended";
    for (const char* header : {"Bearer ", "Bearer fft_", "Basic b2xnYTpvbGdh", "bearer"}) {
        read.headers.back().second = header;
        EXPECT_EQ(send(read).status(), 401U) << header;
    }
}

TEST_F(OfficeApiTest, takes_a_draft_signed_elsewhere_and_nothing_that_is_none) {
    const Spoken list = ask("otto", "GET", "/api/v1/drafts");
    const std::string id = items(list, "id").front();
    const std::string path = "/api/v1/drafts/" + id;
    const Spoken file = ask("olga", "GET", path + "/file");
    auto copy = decode_draft(as_bytes(file.response.body));
    ASSERT_TRUE(copy) << copy.error();
    ASSERT_FALSE(copy->office.officers.empty());
    const NodeId officer = copy->office.officers.front().name;
    ASSERT_TRUE(add_approval(*copy, network_.key(officer)));
    const std::string signed_copy = R"({"draft":")" + to_hex(encode_draft(*copy)) + R"("})";
    const Spoken approved = ask("olga", "POST", path + "/approvals", signed_copy);
    ASSERT_EQ(approved.status(), 200U) << approved.response.body;
    EXPECT_EQ(*approved.json.at("approved_by").at(0).as_text(), officer.str());
    EXPECT_EQ(ask("olga", "POST", path + "/approvals", signed_copy).response.body,
              approved.response.body)
        << "replayed: as it was";
    EXPECT_EQ(acts().size(), 1U);
    EXPECT_EQ(ask("otto", "POST", path + "/approvals", signed_copy).kind(), "not-allowed");
    for (const char* odd : {R"({"draft":"zz"})", R"({"draft":"00"})", R"({"draft":7})", "{}"})
        EXPECT_EQ(ask("olga", "POST", path + "/approvals", odd).status(), 422U) << odd;
    EXPECT_EQ(ask("olga", "POST", "/api/v1/drafts/00/approvals", signed_copy).status(), 404U);
    EXPECT_EQ(ask("olga", "POST", path + "/withdrawal", R"({"reason":"wrong meter"})").status(),
              200U);
    EXPECT_EQ(ask("olga", "POST", path + "/approvals", signed_copy).kind(), "withdrawn");
}

TEST_F(OfficeApiTest, keeps_work_orders_and_shows_persons_by_pseudonym_alone) {
    const Spoken applications = ask("ines", "GET", "/api/v1/applications");
    EXPECT_THAT(items(applications, "state"), ElementsAre("applied"));
    for (const char* personal : {"Ada", "example.org", "Volt"})
        EXPECT_EQ(applications.response.body.find(personal), std::string::npos) << personal;
    const std::string id = items(ask("otto", "GET", "/api/v1/work-orders"), "id").front();
    const std::string path = "/api/v1/work-orders/" + id + "/steps";
    EXPECT_EQ(ask("ines", "POST", path, R"({"action":"close","note":"n"})").kind(), "illegal-step");
    const std::string assign = R"({"action":"assign","note":"ines"})";
    const Spoken assigned = ask("otto", "POST", path, assign);
    ASSERT_EQ(assigned.status(), 200U) << assigned.response.body;
    EXPECT_EQ(ask("otto", "POST", path, assign).response.body, assigned.response.body)
        << "replayed: as it was";
    EXPECT_EQ(*assigned.json.at("state").as_text(), "assigned");
    EXPECT_EQ(*assigned.json.at("steps").at(1).at("by").as_text(), "otto");
    EXPECT_EQ(ask("ines", "POST", path, R"({"action":"open"})").status(), 422U);
    EXPECT_EQ(ask("home", "POST", path, assign).kind(), "not-allowed");
    EXPECT_EQ(ask("otto", "POST", "/api/v1/work-orders/none/steps", assign).status(), 404U);
    EXPECT_THAT(acts(), ElementsAre("otto work_order.assign " + id));
}

TEST_F(OfficeApiTest, notes_what_an_operator_changed_and_nothing_personal) {
    ASSERT_EQ(ask("otto", "PATCH", "/api/v1/accounts/home",
                  R"({"meters":["m-2","m-3"],"contact":"+36 1 555","password":"a new password"})")
                  .status(),
              200U);
    const Spoken log = ask("otto", "GET", "/api/v1/audit");
    EXPECT_THAT(items(log, "note"),
                ElementsAre("password changed, contact changed, 2 meters (m-2 m-3) added, "
                            "1 meter (meter-1-1) removed"));
    for (const char* personal : {"+36", "a new password"})
        EXPECT_THAT(log.response.body, Not(HasSubstr(personal)));
}

TEST_F(OfficeApiTest, changes_no_account_that_is_another_by_now) {
    const Spoken seen = ask("otto", "GET", "/api/v1/accounts/home");
    const std::string tag(seen.response.header("etag"));
    const auto patch = [&](const std::string& if_match, const std::string& body) {
        HttpRequest made = request("PATCH", "/api/v1/accounts/home", body);
        made.headers.emplace_back("if-match", if_match);
        return send(by("otto", made));
    };
    ASSERT_TRUE(*book_->edit("home", [](const Account& before) {
        Account account = before;
        account.meters = {"meter-1-3"};
        return std::optional(account);
    })) << "the console changes it meanwhile";
    EXPECT_EQ(patch(tag, R"({"contact":"x"})").kind(), "changed-meanwhile");
    EXPECT_THAT(acts(), IsEmpty());
    const Spoken changed = patch("*", R"({"contact":"x"})");
    EXPECT_EQ(changed.json.at("meters").dump(), R"(["meter-1-3"])") << "the console's stays";
    const std::string now(ask("otto", "GET", "/api/v1/accounts/home").response.header("etag"));
    EXPECT_EQ(patch("\"other\", " + now, R"({"contact":"y"})").status(), 200U);
    EXPECT_EQ(patch("W/" + now, R"({"contact":"z"})").status(), 412U) << "a weak tag names nothing";
    HttpRequest erase = request("DELETE", "/api/v1/accounts/home");
    erase.headers.emplace_back("if-match", tag);
    EXPECT_EQ(send(by("otto", erase)).status(), 412U);
    EXPECT_EQ(ask("otto", "DELETE", "/api/v1/accounts/home").status(), 204U);
}

TEST_F(OfficeApiTest, shuts_every_session_and_token_out_with_a_new_password) {
    const Spoken made = ask("home", "POST", "/api/v1/tokens", R"({"days":366})");
    ASSERT_EQ(made.status(), 201U) << made.response.body;
    HttpRequest program = request("GET", "/api/v1/session");
    program.headers.emplace_back("authorization", "Bearer " + *made.json.at("token").as_text());
    ASSERT_EQ(send(program).status(), 200U);
    ASSERT_EQ(
        ask("otto", "PATCH", "/api/v1/accounts/home", R"({"password":"a new password"})").status(),
        200U);
    EXPECT_EQ(send(program).status(), 401U);
    EXPECT_EQ(ask("home", "GET", "/api/v1/session").status(), 401U);
    EXPECT_EQ(ask("olga", "POST", "/api/v1/tokens", R"({"days":367})").status(), 422U)
        << "no token outlives a year";
}

TEST_F(OfficeApiTest, shows_the_audit_log_page_by_page) {
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(audit_->append({kNow, "olga", "act", "x", std::to_string(i), {}, ""}));
    const Spoken first = ask("otto", "GET", "/api/v1/audit?limit=2");
    EXPECT_THAT(items(first, "subject"), ElementsAre("4", "3"));
    const Spoken second =
        ask("otto", "GET", "/api/v1/audit?limit=3&cursor=" + *first.json.at("next").as_text());
    EXPECT_THAT(items(second, "subject"), ElementsAre("2", "1", "0"));
    EXPECT_TRUE(second.json.at("next").is_null());
    EXPECT_EQ(ask("ines", "GET", "/api/v1/audit").kind(), "not-allowed");
}

TEST_F(OfficeApiTest, lets_watchers_see_what_is_theirs) {
    const Spoken mine = ask("home", "GET", "/api/v1/events");
    ASSERT_TRUE(mine.response.watch);
    const auto& sees = mine.response.watch->sees;
    EXPECT_TRUE(sees({1, 0, "block", "{}", ""}));
    EXPECT_TRUE(sees({1, 0, "share", "{}", "meter-1-1"}));
    EXPECT_FALSE(sees({1, 0, "share", "{}", "meter-1-2"}));
    EXPECT_EQ(mine.response.watch->account, "home");
    EXPECT_EQ(mine.response.watch->meters, std::vector<std::string>{"meter-1-1"});
    const Spoken inspectors = ask("ines", "GET", "/api/v1/events");
    EXPECT_FALSE(inspectors.response.watch->meters) << "any meter's";
    EXPECT_TRUE(inspectors.response.watch->sees({1, 0, "alarm", "{}", "meter-1-2"}));
    EXPECT_FALSE(inspectors.response.watch->sees({1, 0, "bill_line", "{}", "meter-1-2"}));
    HttpRequest again = by("home", request("GET", "/api/v1/events"));
    again.headers.emplace_back("last-event-id", "7.2");
    EXPECT_EQ(send(again).response.watch->last->first, 7U);
    again.headers.back().second = "x";
    EXPECT_EQ(send(again).kind(), "wrong-event-id");
}

TEST_F(OfficeApiTest, keeps_passwords_off_the_quick_workers_however_the_path_is_spelt) {
    const auto lane = [](const char* method, const char* target) {
        return OfficeApi::lane_of(request(method, target));
    };
    for (const char* target : {"/api/v1/session", "/api/v1/session?", "/api/v1/%73ession",
                               "/%61pi/v1/session?a=b", "/api/v1/accounts", "/api/v1/account%73/x"})
        EXPECT_EQ(lane("POST", target), WorkerLane::password) << target;
    EXPECT_EQ(lane("GET", "/api/v1/session"), WorkerLane::quick);
    for (const char* target : {"/api/v1", "/api/v1/tokens", "/api/v1/session/", "/session", "x"})
        EXPECT_EQ(lane("POST", target), WorkerLane::quick) << target << ": no password";
    for (const char* target : {"/api/v1/bills", "/api/v1/%62ills/m-1/2016-08", "/api/v1/forecasts",
                               "/api/v1/readings/m-1/3/proof"})
        EXPECT_EQ(lane("GET", target), WorkerLane::ledger) << target;
    EXPECT_EQ(lane("POST", "/api/v1/drafts"), WorkerLane::ledger);
    EXPECT_EQ(lane("POST", "/api/v1/drafts/0/approvals"), WorkerLane::ledger)
        << "it may wait behind a draft for which the ledger is read";
}

TEST_F(OfficeApiTest, counts_all_addresses_of_one_subscriber_together) {
    ApiRules rules;
    rules.rate = {.per_minute = 60, .burst = 2, .addresses = 10};
    ApiSources few;
    few.now_ms = [this] { return now_ms_; };
    few.health = [] { return health_json(std::nullopt, std::nullopt); };
    OfficeApi strict(std::move(few), rules);
    const auto status_of = [&](const std::string& address) {
        HttpRequest made = request("GET", "/api/v1/health");
        made.address = address;
        return strict.answer(made).status;
    };
    EXPECT_EQ(status_of("2001:db8::1"), 200U);
    EXPECT_EQ(status_of("2001:db8::2"), 200U);
    EXPECT_EQ(status_of("2001:db8::3"), 429U) << "another address of the same /64";
    EXPECT_EQ(status_of("2001:db8:0:1::1"), 200U) << "another subscriber";
}

TEST_F(OfficeApiTest, makes_an_address_that_asks_too_often_wait) {
    ApiRules rules;
    rules.rate = {.per_minute = 60, .burst = 2, .addresses = 10};
    ApiSources few;
    few.now_ms = [this] { return now_ms_; };
    few.health = [] { return health_json(std::nullopt, std::nullopt); };
    OfficeApi strict(std::move(few), rules);
    const HttpRequest made = request("GET", "/api/v1/health");
    EXPECT_EQ(strict.answer(made).status, 200U);
    EXPECT_EQ(strict.answer(made).status, 200U);
    EXPECT_EQ(strict.answer(made).status, 429U);
    EXPECT_EQ(strict.answer(made).header("retry-after"), "1");
}

}  // namespace
}  // namespace fairfeed
