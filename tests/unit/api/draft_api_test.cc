// Drafts made, withdrawn and submitted over HTTP, of every kind that the console knows.
#include "tests/unit/api/small_office.h"

namespace fairfeed {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DraftApiTest : public test::SmallOffice {
  protected:
    static constexpr const char* kCapacity =
        R"({"kind":"capacity",)"
        R"("fields":{"meter":"meter-1-1","capacity_w":7000,"effective":"next"}})";

    [[nodiscard]] static std::string text(const Spoken& spoken, const std::string& member) {
        const std::string* found = spoken.json.at(member).as_text();
        return found == nullptr ? "" : *found;
    }
    [[nodiscard]] Spoken make(const std::string& body) {
        return ask("olga", "POST", "/api/v1/drafts", body);
    }
    // Two officers sign on machines of their own and hand their copies in.
    void approve(const std::string& path) {
        for (const std::size_t officer : {1U, 2U}) {
            auto copy = decode_draft(as_bytes(ask("olga", "GET", path + "/file").response.body));
            ASSERT_TRUE(copy) << copy.error();
            const NodeId name = test::TestNetwork::officer(officer);
            ASSERT_TRUE(add_approval(*copy, test::signing_key(name.str())));
            const std::string body = R"({"draft":")" + to_hex(encode_draft(*copy)) + R"("})";
            ASSERT_EQ(ask("olga", "POST", path + "/approvals", body).status(), 200U);
        }
    }
};

TEST_F(DraftApiTest, makes_the_draft_that_the_console_would_make) {
    const Spoken made = make(kCapacity);
    ASSERT_EQ(made.status(), 201U) << made.response.body;
    EXPECT_EQ(text(made, "drafted_by"), network_.dgmd().str());
    EXPECT_THAT(made.json.at("words").dump(), HasSubstr("meter-1-1 for 7000 W"));
    EXPECT_EQ(made.response.header("location"), "/api/v1/drafts/" + text(made, "id"));
    EXPECT_EQ(ask("olga", "GET", "/api/v1/drafts/" + text(made, "id")).status(), 200U);
    EXPECT_THAT(acts(), ElementsAre("olga draft.create " + text(made, "id")));
    const Spoken again = make(kCapacity);
    EXPECT_EQ(again.status(), 200U) << "replayed: as it was";
    EXPECT_EQ(again.response.body, made.response.body);
    EXPECT_EQ(drafts_.size(), 2U);
    EXPECT_EQ(acts().size(), 1U);
}

TEST_F(DraftApiTest, knows_every_kind_with_its_fields) {
    const Spoken kinds = ask("otto", "GET", "/api/v1/draft-kinds");
    const auto* items = kinds.json.at("items").as_array();
    ASSERT_NE(items, nullptr) << kinds.response.body;
    ASSERT_EQ(items->size(), notice_forms().size());
    for (const Json& item : *items) {
        const std::string kind = *item.at("kind").as_text();
        if (kind == "policy") continue;  // it has a default for each field
        const Spoken empty = make(R"({"kind":")" + kind + R"(","fields":{}})");
        ASSERT_EQ(empty.status(), 422U) << kind;
        for (const Json& field : *item.at("fields").as_array()) {
            if (*field.at("optional").as_bool()) continue;
            EXPECT_THAT(empty.response.body, HasSubstr("#/fields/" + *field.at("name").as_text()))
                << kind;
        }
    }
    EXPECT_THAT(acts(), IsEmpty());
}

TEST_F(DraftApiTest, points_to_every_field_that_is_wrong) {
    const Spoken wrong = make(
        R"({"kind":"capacity","fields":{"meter":"M 1","capacity_w":"much","effective":"soon"}})");
    ASSERT_EQ(wrong.status(), 422U);
    std::vector<std::string> pointers;
    for (const Json& error : *wrong.json.at("errors").as_array())
        pointers.push_back(*error.at("pointer").as_text());
    EXPECT_THAT(pointers, ::testing::UnorderedElementsAre("#/fields/meter", "#/fields/capacity_w",
                                                          "#/fields/effective"));
    const std::string large(9000, 'x');
    for (const std::string& odd :
         {std::string(R"({"kind":"gift","fields":{}})"), std::string(R"({"kind":"capacity"})"),
          std::string(R"({"kind":"revoke","fields":[]})"),
          std::string(R"({"kind":"revoke","fields":{"node":{"a":1}}})"),
          std::string(R"({"kind":"revoke","fields":{"node":"node-1"},"valid_days":0})"),
          std::string(R"({"kind":"revoke","fields":{"node":"node-1"},"sequence":-1})"),
          std::string(R"({"kind":"revoke","fields":{"node":"node-1","a/b~":"c"}})"),
          R"({"kind":"revoke","fields":{"node":")" + large + R"("}})"})
        EXPECT_EQ(make(odd).status(), 422U) << odd.substr(0, 80);
    for (const char* who : {"home", "ines", "otto"})
        EXPECT_EQ(ask(who, "POST", "/api/v1/drafts", kCapacity).kind(), "not-allowed") << who;
    EXPECT_EQ(drafts_.size(), 1U);
}

TEST_F(DraftApiTest, keeps_new_data_keys_where_no_name_leads_out) {
    const auto grant = [&](const std::string& name) {
        return make(R"({"kind":"key_grant","fields":{"meter":"meter-1-1","data_key":")" + name +
                    R"(","effective":"next+6"}})");
    };
    for (const char* odd : {"../codes", "/etc/shadow", "a/b", "..", "A"})
        EXPECT_EQ(grant(odd).status(), 422U) << odd;
    const Spoken made = grant("meter-1-1-2");
    ASSERT_EQ(made.status(), 201U) << made.response.body;
    const std::filesystem::path key = directory_ / "data-keys" / "meter-1-1-2.key";
    EXPECT_TRUE(std::filesystem::exists(key));
    EXPECT_EQ(text(grant("meter-1-1-2"), "id"), text(made, "id"))
        << "wrapped anew, but asked for again";
}

TEST_F(DraftApiTest, submits_what_the_officers_approved_and_nothing_else) {
    const std::string path = "/api/v1/drafts/" + text(make(kCapacity), "id");
    EXPECT_EQ(ask("olga", "POST", path + "/submission", "{}").kind(), "not-ready");
    EXPECT_THAT(submitted_, IsEmpty());
    approve(path);
    EXPECT_EQ(ask("otto", "POST", path + "/submission", "{}").kind(), "not-allowed");
    const Spoken left = ask("olga", "POST", path + "/submission", "{}");
    ASSERT_EQ(left.status(), 202U) << left.response.body;
    EXPECT_EQ(text(left, "state"), "waiting");
    ASSERT_EQ(submitted_.size(), 1U);
    EXPECT_EQ(submitted_[0].endorsements.size(), 2U);
    EXPECT_EQ(ask("olga", "POST", path + "/submission", "{}").status(), 202U) << "harmless";
    EXPECT_EQ(submitted_[1].id, submitted_[0].id);
    EXPECT_THAT(acts(), Contains("olga draft.submit " + text(left, "id")));
    now_ms_ += std::int64_t{15} * 86'400'000;
    sessions_.clear();
    EXPECT_EQ(ask("olga", "POST", path + "/submission", "{}").kind(), "expired");
}

TEST_F(DraftApiTest, leaves_alone_what_a_block_has) {
    const Draft first = drafts_.begin()->second;
    const std::string id = to_hex(first.notice.id.view());
    ASSERT_TRUE(model_->add(5, {{OfficeTable::transactions,
                                 {std::int64_t{5}, std::int64_t{0}, id, std::string("capacity"),
                                  std::string("dgmd")}}}));
    const Spoken final_one = ask("olga", "POST", "/api/v1/drafts/" + id + "/submission", "{}");
    EXPECT_EQ(final_one.status(), 200U) << final_one.response.body;
    EXPECT_EQ(*final_one.json.at("height").as_int(), 5);
    EXPECT_THAT(submitted_, IsEmpty());
}

TEST_F(DraftApiTest, changes_only_what_the_officer_has_seen) {
    const std::string path = "/api/v1/drafts/" + text(make(kCapacity), "id");
    const std::string tag(ask("olga", "GET", path).response.header("etag"));
    approve(path);
    HttpRequest late = request("POST", path + "/withdrawal", R"({"reason":"x"})");
    late.headers.emplace_back("if-match", tag);
    EXPECT_EQ(send(by("olga", late)).kind(), "changed-meanwhile");
    EXPECT_EQ(ask("olga", "POST", path + "/withdrawal", R"({"reason":"x"})").status(), 200U);
    EXPECT_EQ(ask("olga", "POST", path + "/submission", "{}").kind(), "not-ready");
    EXPECT_EQ(make(kCapacity).status(), 201U) << "a withdrawn one does not stand in the way";
}

}  // namespace
}  // namespace fairfeed
