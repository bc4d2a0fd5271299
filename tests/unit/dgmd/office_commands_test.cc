// The office at work with its files: a draft is written, carried to officers, signed and withdrawn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "core/io/json.h"
#include "core/wire/message_codec.h"
#include "gateway/commands/draft.h"
#include "gateway/commands/notices.h"
#include "gateway/commands/office_files.h"
#include "gateway/commands/submit.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::kSmallLab;
using testing_support::Provisioned;
using CommandRun = testing_support::Run;
using testing_support::with;

template <class Options>
CommandRun say(int (*command)(const Options&, std::ostream&, std::ostream&),
               const Options& options) {
    std::ostringstream page;
    std::ostringstream errors;
    const int status = command(options, page, errors);
    return {status, page.str(), errors.str()};
}

class OfficeCommands : public ::testing::Test {
  protected:
    OfficeCommands()
        : made_(with(kSmallLab, "tariff:",
                     "office: {officers: [amal, bela, chen], inspectors: [dara]}\ntariff:")) {
        CHECK(made_.run().status == 0);
    }
    [[nodiscard]] std::filesystem::path config() const { return made_ / "dgmd/gateway.yaml"; }
    [[nodiscard]] DraftOptions capacity() const {
        return {.config = config(),
                .kind = "capacity",
                .fields = {"meter=m1", "capacity_w=4000", "effective=next+9"},
                .sequence = {},
                .valid_days = {},
                .drafter = {},
                .out = made_ / "m1.draft"};
    }
    [[nodiscard]] CommandRun sign(const std::string& key) const {
        SignOptions options{made_ / "m1.draft", made_ / "genesis.cbor", {}};
        if (!key.empty()) options.key = made_ / key;
        return say(run_sign, options);
    }
    [[nodiscard]] CommandRun submit() const {
        return say(run_submit, {{made_ / "m1.draft"}, config(), 1});
    }

    Provisioned made_;
};

TEST_F(OfficeCommands, carry_a_draft_from_the_gateway_to_two_officers) {
    const CommandRun drafted = say(run_draft, capacity());
    ASSERT_EQ(drafted.status, 0) << drafted.err;
    EXPECT_EQ(drafted.err, "") << "nodes would take it";
    EXPECT_THAT(drafted.out, HasSubstr("Certify meter m1 for 4000 W of installed capacity."));
    const CommandRun looked = sign("");
    EXPECT_THAT(looked.out, HasSubstr("An approval means, on network 'lab':\n"));
    EXPECT_THAT(looked.out, HasSubstr("Approved by nobody yet; needs 2 more"));
    const CommandRun first = sign("officers/chen.key");
    ASSERT_EQ(first.status, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("chen approves, on network 'lab':\n  Certify meter m1"));
    EXPECT_THAT(first.out, HasSubstr("needs 1 more"));
    EXPECT_EQ(submit().status, 2);
    const CommandRun second = sign("officers/amal.key");
    EXPECT_THAT(second.out, HasSubstr("Approved by amal, chen; ready (2 of 3 officers decide)"));
}

TEST_F(OfficeCommands, a_stolen_gateway_cannot_approve_its_own_draft) {
    ASSERT_EQ(say(run_draft, capacity()).status, 0);
    for (const char* key :
         {"dgmd/signing.key", "nodes/n1/keys/signing.key", "inspectors/dara.key"}) {
        const CommandRun refused = sign(key);
        EXPECT_EQ(refused.status, 2);
        EXPECT_THAT(refused.err, HasSubstr("this key is none of the officers' (amal, bela, chen)"));
    }
    const CommandRun unapproved = submit();
    EXPECT_EQ(unapproved.status, 2);
    EXPECT_THAT(unapproved.err, HasSubstr("2 more of amal, bela, chen must sign first"));
}

TEST_F(OfficeCommands, a_stolen_officer_key_signs_once) {
    ASSERT_EQ(say(run_draft, capacity()).status, 0);
    ASSERT_EQ(sign("officers/bela.key").status, 0);
    EXPECT_THAT(sign("officers/bela.key").err, HasSubstr("bela has approved this draft already"));
    EXPECT_EQ(submit().status, 2);
}

TEST_F(OfficeCommands, let_an_officer_draft_without_the_gateway) {
    DraftOptions options = capacity();
    options.drafter = made_ / "officers/bela.key";
    EXPECT_THAT(say(run_draft, options).out, HasSubstr("Drafted by bela for network 'lab'"));
    options.out = made_ / "other.draft";
    options.drafter = made_ / "nodes/n1/keys/signing.key";
    EXPECT_THAT(say(run_draft, options).err, HasSubstr("neither DGMD's nor an officer's"));
}

TEST_F(OfficeCommands, refuse_to_sign_a_draft_of_another_network) {
    ASSERT_EQ(say(run_draft, capacity()).status, 0);
    const Provisioned other;
    const CommandRun refused =
        say(run_sign, {made_ / "m1.draft", other / "genesis.cbor", made_ / "officers/amal.key"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("a draft of another network than"));
}

TEST_F(OfficeCommands, warn_of_what_nodes_would_refuse_and_say_all_faults_of_fields) {
    DraftOptions options = capacity();
    options.fields = {"meter=m9", "capacity_w=4000", "effective=next+9"};
    const CommandRun warned = say(run_draft, options);
    EXPECT_EQ(warned.status, 0);
    EXPECT_EQ(warned.err, "warning: nodes would refuse this today: unknown_meter\n");
    options.fields = {"capacity_w=4 kW"};
    const CommandRun refused = say(run_draft, options);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("meter is missing: its name\n"));
    EXPECT_THAT(refused.err, HasSubstr("capacity_w: '4 kW' is no whole number\n"));
}

TEST_F(OfficeCommands, list_drafts_and_put_them_aside) {
    EXPECT_THAT(say(run_drafts, {config()}).out, HasSubstr("No drafts in "));
    DraftOptions options = capacity();
    options.out.reset();
    options.json = true;
    const auto drafted = Json::parse(say(run_draft, options).out);
    ASSERT_TRUE(drafted);
    const std::filesystem::path file = *drafted->at("file").as_text();
    EXPECT_THAT(file.filename().string(), HasSubstr("00015-capacity-"));
    ASSERT_EQ(say(run_sign, {file, made_ / "genesis.cbor", made_ / "officers/amal.key"}).status, 0);
    EXPECT_THAT(say(run_drafts, {config()}).out,
                HasSubstr("capacity 15, until window 84, needs 1 more, approved by amal\n"));
    const CommandRun withdrawn = say(run_withdraw, {file});
    EXPECT_THAT(withdrawn.out, HasSubstr("amal approved it before. A copy with enough approvals"));
    const auto list = Json::parse(say(run_drafts, {config(), true}).out);
    ASSERT_TRUE(list);
    EXPECT_EQ(list->at("drafts").at(0).at("withdrawn"), Json(true));
    EXPECT_THAT(say(run_sign, {file, made_ / "genesis.cbor", made_ / "officers/bela.key"}).err,
                HasSubstr("this draft is withdrawn: nobody signs it"));
    EXPECT_THAT(say(run_submit, {{file}, config(), 1}).err, HasSubstr("this draft is withdrawn"));
}

TEST_F(OfficeCommands, make_a_data_key_once_and_grant_it_with_the_notice_that_meters_read) {
    DraftOptions options = capacity();
    options.kind = "key_grant";
    const std::filesystem::path key = made_ / "m1-data-2.key";
    options.fields = {"meter=m1", "data_key=" + key.string(), "effective=next+9"};
    const CommandRun drafted = say(run_draft, options);
    ASSERT_EQ(drafted.status, 0) << drafted.err;
    EXPECT_EQ(drafted.err, "") << "nodes would take it";
    const auto made = load_symmetric_key(key);
    ASSERT_TRUE(made) << made.error();
    options.out = made_ / "again.draft";
    ASSERT_EQ(say(run_draft, options).status, 0);
    EXPECT_EQ(*load_symmetric_key(key), *made) << "the key of a file is used again";

    NoticesOptions notices{{made_ / "m1.draft"}, made_ / "notices.cbor"};
    const CommandRun early = say(run_notices, notices);
    EXPECT_EQ(early.status, 2);
    EXPECT_THAT(early.err, HasSubstr("2 more of amal, bela, chen must sign first"));
    ASSERT_EQ(sign("officers/amal.key").status, 0);
    ASSERT_EQ(sign("officers/bela.key").status, 0);
    const CommandRun written = say(run_notices, notices);
    ASSERT_EQ(written.status, 0) << written.err;
    EXPECT_THAT(written.out, HasSubstr("1 notices\n  15  key_grant\n"));
    const auto bytes = read_file(notices.out);
    ASSERT_TRUE(bytes);
    const auto genesis = load_genesis_file(made_ / "genesis.cbor");
    const auto bundle = decode_bundle(*bytes, genesis->network);
    ASSERT_TRUE(bundle);
    EXPECT_EQ(std::get<KeyGrant>(bundle->transactions.at(0).content).epoch, 2U);
}

// METER and KEY_GRANT of a replacement, in one file.
TEST_F(OfficeCommands, sign_a_replacement_at_once_and_keep_the_new_meters_key) {
    DraftOptions options = capacity();
    options.kind = "replace";
    options.out = made_ / "m1.drafts";
    const std::filesystem::path key = made_ / "keys/m9-data.key";
    options.fields = {"replaces=m1",
                      "meter=m9",
                      "signing_key=" + to_hex(SigningKey::generate().public_key().view()),
                      "data_key=" + key.string(),
                      "closing=100,0,0",
                      "opening=0,0,0",
                      "effective=next+9"};
    const CommandRun drafted = say(run_draft, options);
    ASSERT_EQ(drafted.status, 0) << drafted.err;
    EXPECT_THAT(drafted.out, HasSubstr("It REPLACES meter m1, which is out from then on"));
    EXPECT_THAT(drafted.out, HasSubstr("Let these read meter m9 by its data key of epoch 1"));
    EXPECT_TRUE(load_symmetric_key(key));
    options.out = made_ / "again.drafts";
    EXPECT_THAT(say(run_draft, options).err, HasSubstr("a new key goes into a new file"));
    for (const char* officer : {"officers/amal.key", "officers/chen.key"})
        ASSERT_EQ(
            say(run_sign, {made_ / "m1.drafts", made_ / "genesis.cbor", made_ / officer}).status,
            0);
    EXPECT_THAT(say(run_sign, {made_ / "m1.drafts", made_ / "genesis.cbor", {}}).out,
                HasSubstr("Approved by amal, chen; ready"));
    const auto ready =
        Json::parse(say(run_submit, {{made_ / "m1.drafts"}, config(), 1, true, true}).out);
    ASSERT_TRUE(ready);
    EXPECT_EQ(ready->at("notices").at(1).at("kind"), Json("key_grant"));
    const CommandRun written = say(run_notices, {{made_ / "m1.drafts"}, made_ / "notices.cbor"});
    EXPECT_THAT(written.out, HasSubstr("2 notices\n  15  meter\n  16  key_grant\n"));
}

TEST_F(OfficeCommands, plan_the_next_keys_of_all_meters_in_one_file) {
    DraftOptions options = capacity();
    options.kind = "key_rotation";
    options.out.reset();
    options.json = true;
    options.fields = {"keys=" + (made_ / "new").string(), "within_days=40"};
    const CommandRun drafted = say(run_draft, options);
    ASSERT_EQ(drafted.status, 0) << drafted.err;
    const auto json = Json::parse(drafted.out);
    ASSERT_TRUE(json);
    const std::filesystem::path file = *json->at("file").as_text();
    EXPECT_EQ(file.extension(), ".drafts");
    const auto& keys = *json->at("keys").as_array();
    ASSERT_EQ(keys.size(), json->at("notices").as_array()->size());
    ASSERT_GT(keys.size(), 1U);
    for (const Json& each : keys)
        EXPECT_TRUE(load_symmetric_key(*each.at("file").as_text()));
    EXPECT_THAT(say(run_drafts, {config()}).out,
                HasSubstr(std::to_string(keys.size()) + " notices from key_grant 15"));
    EXPECT_THAT(say(run_withdraw, {file}).out, HasSubstr("Withdrawn"));
    EXPECT_THAT(say(run_sign, {file, made_ / "genesis.cbor", made_ / "officers/amal.key"}).err,
                HasSubstr("this draft is withdrawn"));
}

TEST_F(OfficeCommands, say_which_nodes_they_did_not_reach) {
    ASSERT_EQ(say(run_draft, capacity()).status, 0);
    ASSERT_EQ(sign("officers/amal.key").status, 0);
    ASSERT_EQ(sign("officers/bela.key").status, 0);
    const CommandRun alone = submit();
    EXPECT_EQ(alone.status, 1);
    EXPECT_THAT(alone.out, HasSubstr("  n1 not reached: "));
    EXPECT_THAT(alone.out, HasSubstr("  n2 not reached: "));
    EXPECT_THAT(alone.out, HasSubstr("Not in a block yet."));
}

TEST(HelpOnFields, names_every_kind_and_an_example_of_each) {
    for (const char* line :
         {"gateway draft capacity --config gateway.yaml meter=m-101", "[certificate]  commitment",
          "gateway draft officers --config", "deauthorise: Take a meter's capacity",
          "gateway draft replace --config", "gateway draft move --config",
          "gateway draft key_rotation --config gateway.yaml keys=new-keys"})
        EXPECT_THAT(help_on_fields(), HasSubstr(line));
}

}  // namespace
}  // namespace fairfeed
