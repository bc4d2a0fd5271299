// Applications and codes over HTTP: from the form to the draft of the CAPACITY, who may take which
// step, and that nothing is done twice.
#include "tests/unit/api/small_office.h"

namespace fairfeed {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ApplicationApiTest : public test::SmallOffice {
  protected:
    static constexpr const char* kForm =
        R"({"name":"Bela Bartok","contact":"b@example.org","service_point":"sp-7",)"
        R"("meter":"meter-1-1","estimated_w":5000,"place":"Volt Lane 7"})";

    [[nodiscard]] static std::string text(const Spoken& spoken, const std::string& member) {
        const std::string* found = spoken.json.at(member).as_text();
        return found == nullptr ? "" : *found;
    }
    [[nodiscard]] Spoken step(const std::string& who, const std::string& body) {
        return ask(who, "POST", "/api/v1/applications/" + application_ + "/steps", body);
    }
    [[nodiscard]] std::string record(std::int64_t watts = 5200) const {
        InspectionRecord found;
        found.application = ApplicationId(application_);
        found.meter = MeterId("meter-1-1");
        found.nameplate_w = watts;
        found.serials = {"SN 4711"};
        found.visited_s = now_ms_ / 1000;
        const auto made = sign_inspection(found, NodeId("inspector-1"), network_.network(),
                                          test::signing_key("inspector-1"));
        return R"({"action":"inspect","record":")" + to_hex(made.envelope) + R"("})";
    }
    void apply() {
        const Spoken made = ask("home", "POST", "/api/v1/applications", kForm);
        ASSERT_EQ(made.status(), 201U) << made.response.body;
        application_ = text(made, "id");
        EXPECT_EQ(made.response.header("location"), "/api/v1/applications/" + application_);
    }
    void schedule() {
        const std::string visit = std::to_string(now_ms_ / 1000 + 3600);
        const Spoken planned = step("olga", R"({"action":"schedule","visit_s":)" + visit + "}");
        ASSERT_EQ(planned.status(), 200U) << planned.response.body;
        now_ms_ += 7'200'000;
        sessions_.clear();  // half an hour without use ended them
    }
    void verify() {
        apply();
        schedule();
        const Spoken inspected = step("ines", record());
        ASSERT_EQ(inspected.status(), 200U) << inspected.response.body;
        ASSERT_EQ(step("olga", R"({"action":"verify"})").status(), 200U);
    }
    [[nodiscard]] Spoken issue(const std::string& who = "olga") {
        return ask(who, "POST", "/api/v1/applications/" + application_ + "/code", "{}");
    }
    [[nodiscard]] static std::string typed(const Spoken& issued) {
        return R"({"code":")" + text(issued, "code") + R"("})";
    }

    std::string application_;
};

TEST_F(ApplicationApiTest, lead_from_the_form_to_the_draft_of_the_capacity) {
    verify();
    const Spoken issued = issue();
    ASSERT_EQ(issued.status(), 201U) << issued.response.body;
    EXPECT_EQ(issued.response.header("cache-control"), "no-store");
    EXPECT_THAT(text(issued, "qr_svg"), HasSubstr("<svg"));
    EXPECT_EQ(issue().kind(), "illegal-step") << "shown once";
    const Spoken read = ask("home", "POST", "/api/v1/codes/reading", typed(issued));
    EXPECT_EQ(*read.json.at("usable").as_bool(), true) << read.response.body;
    EXPECT_EQ(read.json.at("salt"), issued.json.at("salt"));
    const Spoken handed_in = ask("home", "POST", "/api/v1/codes", typed(issued));
    ASSERT_EQ(handed_in.status(), 201U) << handed_in.response.body;
    EXPECT_EQ(text(handed_in, "kind"), "capacity");
    now_ms_ += 8 * 3'600'000;  // other windows: the same code still makes no second draft
    sessions_.clear();
    const Spoken again = ask("olga", "POST", "/api/v1/codes", typed(issued));
    EXPECT_EQ(again.status(), 200U);
    EXPECT_EQ(text(again, "id"), text(handed_in, "id"));
    EXPECT_EQ(drafts_.size(), 2U) << "one beside that of before";
    const Spoken codes = ask("home", "GET", "/api/v1/codes");
    EXPECT_EQ(codes.json.at("items").at(0).at("commitment"), issued.json.at("commitment"));
    EXPECT_EQ(*codes.json.at("items").at(0).at("state").as_text(), "issued");
    EXPECT_THAT(acts(), ElementsAre(HasSubstr("home application.apply p-"),
                                    "olga application.schedule " + application_,
                                    "ines application.inspect " + application_,
                                    "olga application.verify " + application_,
                                    "olga application.issue " + application_,
                                    "home draft.create " + text(handed_in, "id")));
}

TEST_F(ApplicationApiTest, tell_the_applicant_why_it_was_rejected) {
    apply();
    ASSERT_EQ(step("otto", R"({"action":"reject","reason":"the roof is too old"})").status(), 200U);
    const Spoken shown = ask("home", "GET", "/api/v1/applications/" + application_);
    EXPECT_EQ(text(shown, "state"), "rejected");
    EXPECT_THAT(shown.response.body, HasSubstr("the roof is too old"));
    EXPECT_EQ(step("home", R"({"action":"apply"})").status(), 200U) << "and again";
}

TEST_F(ApplicationApiTest, are_not_there_for_another_customer) {
    verify();
    const std::string path = "/api/v1/applications/" + application_;
    const Spoken issued = issue();
    EXPECT_THAT(*ask("hugo", "GET", "/api/v1/applications").json.at("items").as_array(), IsEmpty());
    EXPECT_THAT(*ask("hugo", "GET", "/api/v1/codes").json.at("items").as_array(), IsEmpty());
    for (const std::string& other : {path, path + "/person", std::string("/api/v1/applications/x")})
        EXPECT_EQ(ask("hugo", "GET", other).status(), 404U) << other;
    EXPECT_EQ(step("hugo", R"({"action":"withdraw"})").status(), 404U);
    for (const char* door : {"/api/v1/codes", "/api/v1/codes/reading"})
        EXPECT_EQ(ask("hugo", "POST", door, typed(issued)).status(), 404U) << door;
    EXPECT_EQ(ask("hugo", "POST", "/api/v1/applications", kForm).status(), 404U)
        << "for a meter of another";
}

TEST_F(ApplicationApiTest, give_every_step_to_its_role) {
    apply();
    const std::string schedule_it = R"({"action":"schedule","visit_s":1900000000})";
    for (const char* who : {"home", "ines"}) {
        EXPECT_EQ(step(who, schedule_it).kind(), "not-allowed") << who;
        EXPECT_EQ(step(who, R"({"action":"verify"})").kind(), "not-allowed") << who;
        EXPECT_EQ(step(who, R"({"action":"reject","reason":"x"})").kind(), "not-allowed") << who;
        EXPECT_EQ(issue(who).kind(), "not-allowed") << who;
    }
    EXPECT_EQ(ask("ines", "POST", "/api/v1/applications", kForm).kind(), "not-allowed");
    EXPECT_EQ(step("ines", R"({"action":"withdraw"})").kind(), "not-allowed");
    EXPECT_EQ(step("home", record()).kind(), "not-allowed");
    EXPECT_EQ(acts().size(), 1U) << "nothing but the application";
    EXPECT_EQ(step("home", R"({"action":"withdraw"})").status(), 200U);
}

TEST_F(ApplicationApiTest, take_no_record_that_an_inspector_did_not_sign) {
    apply();
    schedule();
    InspectionRecord found;
    found.application = ApplicationId(application_);
    found.meter = MeterId("meter-1-1");
    found.visited_s = now_ms_ / 1000;
    const auto forged = sign_inspection(found, NodeId("inspector-1"), network_.network(),
                                        test::signing_key("somebody"));
    const Spoken refused =
        step("ines", R"({"action":"inspect","record":")" + to_hex(forged.envelope) + R"("})");
    EXPECT_EQ(refused.status(), 422U);
    EXPECT_THAT(text(refused, "detail"), HasSubstr("no record of an inspector of the office"));
}

TEST_F(ApplicationApiTest, do_nothing_twice) {
    apply();
    const Spoken again = ask("home", "POST", "/api/v1/applications", kForm);
    EXPECT_EQ(again.status(), 200U);
    EXPECT_EQ(text(again, "id"), application_);
    const std::string visit = R"({"action":"schedule","visit_s":1900000000})";
    const Spoken first = step("olga", visit);
    EXPECT_EQ(step("olga", visit).response.body, first.response.body);
    EXPECT_EQ(step("olga", R"({"action":"schedule","visit_s":1900003600})").status(), 200U);
    EXPECT_EQ(acts().size(), 3U);
    EXPECT_EQ(ask("home", "POST", "/api/v1/applications", kForm).status(), 201U)
        << "the first one is on its way: this is another";
}

TEST_F(ApplicationApiTest, change_only_what_the_caller_knows) {
    apply();
    const std::string path = "/api/v1/applications/" + application_;
    const std::string tag(ask("olga", "GET", path).response.header("etag"));
    ASSERT_EQ(step("home", R"({"action":"withdraw"})").status(), 200U);
    HttpRequest late =
        request("POST", path + "/steps", R"({"action":"schedule","visit_s":1900000000})");
    late.headers.emplace_back("if-match", tag);
    EXPECT_EQ(send(by("olga", late)).kind(), "changed-meanwhile");
}

TEST_F(ApplicationApiTest, show_the_person_to_the_office_and_note_it) {
    apply();
    const Spoken shown = ask("ines", "GET", "/api/v1/applications/" + application_ + "/person");
    EXPECT_EQ(text(shown, "name"), "Bela Bartok");
    EXPECT_EQ(text(shown, "place"), "Volt Lane 7");
    EXPECT_EQ(shown.response.header("cache-control"), "no-store");
    EXPECT_THAT(acts(), Contains(HasSubstr("ines person.read p-")));
    EXPECT_THAT(ask("ines", "GET", "/api/v1/applications").response.body, Not(HasSubstr("Bartok")));
}

TEST_F(ApplicationApiTest, give_an_installation_to_a_new_holder_who_is_not_the_applicant) {
    verify();
    auto records = Records::open({directory_ / "records.db", {}}, network_.network());
    const Spoken issued = issue();
    ApplicationStep chain;
    chain.action = ApplicationAction::certify;
    chain.at_s = now_ms_ / 1000;
    chain.by = {ActorRole::chain, "block 9"};
    chain.commitment = fixed_from_hex<Digest>(text(issued, "commitment"));
    ASSERT_TRUE(records->add_step(ApplicationId(application_), chain));
    EXPECT_EQ(ask("home", "POST", "/api/v1/codes", typed(issued)).kind(), "code-refused")
        << "it served its once";
    EXPECT_EQ(step("home", R"({"action":"transfer"})").status(), 422U) << "to whom?";
    const std::string to = R"({"action":"transfer","name":"Cora Coil","contact":"c@example.org"})";
    const Spoken given = step("home", to);
    ASSERT_EQ(given.status(), 200U) << given.response.body;
    EXPECT_NE(given.json.at("holder"), given.json.at("applicant"));
    EXPECT_EQ(step("home", to).response.body, given.response.body) << "replayed: one new holder";
}

TEST_F(ApplicationApiTest, point_to_every_field_that_is_wrong) {
    const Spoken wrong =
        ask("home", "POST", "/api/v1/applications",
            R"({"name":"a\nb","contact":7,"service_point":"S P","meter":"M","technology":"tidal",)"
            R"("estimated_w":0,"follows":"A 1","nick":1})");
    ASSERT_EQ(wrong.status(), 422U);
    std::vector<std::string> pointers;
    for (const Json& error : *wrong.json.at("errors").as_array())
        pointers.push_back(*error.at("pointer").as_text());
    EXPECT_THAT(pointers,
                ::testing::IsSupersetOf({"#/name", "#/contact", "#/service_point", "#/meter",
                                         "#/technology", "#/estimated_w", "#/follows", "#/nick"}));
    for (const char* odd :
         {R"({"action":"certify"})", R"({"action":"issue"})", R"({"action":"fly"})", "{}",
          R"({"action":"inspect","record":"zz"})", R"({"action":"verify","name":"x"})",
          R"({"action":"schedule","visit_s":"tomorrow"})"}) {
        application_ = "a-1";
        EXPECT_EQ(step("olga", odd).status(), 422U) << odd;
    }
    const std::string large = R"({"action":"reject","reason":")" + std::string(501, 'x') + R"("})";
    EXPECT_EQ(step("olga", large).status(), 422U);
    EXPECT_EQ(ask("olga", "POST", "/api/v1/codes", R"({"code":"8R0X9"})").status(), 422U);
    EXPECT_THAT(acts(), IsEmpty());
}

TEST_F(ApplicationApiTest, take_no_code_back_from_the_records_that_was_revoked) {
    verify();
    const Spoken issued = issue();
    ASSERT_EQ(step("home", R"({"action":"revoke","reason":"lost in the post"})").status(), 200U);
    const Spoken read = ask("olga", "POST", "/api/v1/codes/reading", typed(issued));
    EXPECT_EQ(*read.json.at("usable").as_bool(), false);
    EXPECT_EQ(ask("home", "POST", "/api/v1/codes", typed(issued)).kind(), "code-refused");
    EXPECT_EQ(drafts_.size(), 1U);
    EXPECT_EQ(issue().status(), 201U) << "another one can be given out";
}

}  // namespace
}  // namespace fairfeed
