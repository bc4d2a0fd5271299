// An application's way through the office by its commands, from the form to the code; and a work
// order's, from the alarm to the finding.
#include "gateway/commands/application_commands.h"

#include <gmock/gmock.h>

#include "core/io/json.h"
#include "gateway/commands/audit.h"
#include "gateway/commands/capacity_code_commands.h"
#include "gateway/commands/office_desk.h"
#include "gateway/commands/work_order_commands.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::kSmallLab;
using testing_support::Provisioned;
using testing_support::with;
using Answer = testing_support::Run;

template <class Options>
Answer say(int (*command)(const Options&, std::ostream&, std::ostream&), const Options& options) {
    std::ostringstream page;
    std::ostringstream errors;
    const int status = command(options, page, errors);
    return {status, page.str(), errors.str()};
}

class OfficeRecords : public ::testing::Test {
  protected:
    OfficeRecords()
        : made_(with(kSmallLab, "tariff:",
                     "office: {officers: [amal, bela, chen], inspectors: [dara]}\ntariff:")) {
        CHECK(made_.run().status == 0);
    }
    [[nodiscard]] std::filesystem::path config() const { return made_ / "dgmd/gateway.yaml"; }
    [[nodiscard]] NewApplicationOptions form() const {
        NewApplicationOptions options;
        options.config = config();
        options.name = "Ada Ohm";
        options.contact = "ada@example.org";
        options.service_point = "sp-9";
        options.meter = "m1";
        options.estimated_w = 5000;
        options.place = "Volt Lane 5";
        return options;
    }
    [[nodiscard]] Answer step(
        ApplicationAction action, void (*more)(ApplicationStepOptions&) = [](auto&) {}) const {
        ApplicationStepOptions options;
        options.config = config();
        options.application = "a-1";
        options.action = action;
        options.record = made_ / "visit.inspection";
        more(options);
        return say(run_application_step, options);
    }
    [[nodiscard]] InspectionOptions visit(const std::string& key = "inspectors/dara.key") const {
        InspectionOptions options;
        options.genesis = made_ / "genesis.cbor";
        options.key = made_ / key;
        options.out = made_ / "visit.inspection";
        options.application = "a-1";
        options.meter = "m1";
        options.nameplate_w = 5200;
        options.serials = {"SN 4711"};
        options.photos = {made_ / "genesis.cbor"};
        return options;
    }
    void verify() const {
        ASSERT_EQ(say(run_new_application, form()).status, 0);
        const auto date = [](ApplicationStepOptions& o) { o.visit = "2099-01-31T09:30"; };
        ASSERT_EQ(step(ApplicationAction::schedule, date).status, 0);
        const Answer signed_record = say(run_inspection, visit());
        ASSERT_EQ(signed_record.status, 0) << signed_record.err;
        const Answer inspected = step(ApplicationAction::inspect);
        ASSERT_EQ(inspected.status, 0) << inspected.err;
        ASSERT_EQ(step(ApplicationAction::verify).status, 0);
    }
    [[nodiscard]] Answer issue() const {
        IssueCodeOptions options;
        options.config = config();
        options.application = "a-1";
        options.certificate = made_ / "a-1.json";
        options.qr = made_ / "a-1.svg";
        options.json = true;
        return say(run_issue_code, options);
    }
    [[nodiscard]] Answer read(const std::string& code, bool draft = false) const {
        std::istringstream none;
        std::ostringstream page;
        std::ostringstream errors;
        const int status = run_read_code({config(), code, false, draft}, none, page, errors);
        return {status, page.str(), errors.str()};
    }
    [[nodiscard]] static Answer check(const std::string& code, const std::string& input = "") {
        std::istringstream in(input);
        std::ostringstream page;
        std::ostringstream errors;
        const int status = run_check_code({code, false, {}}, in, page, errors);
        return {status, page.str(), errors.str()};
    }
    // A block of now with this notice enters the records.
    void follow(Height height, TransactionContent content) const {
        Block block;
        block.header.height = height;
        block.transactions.emplace_back().content = std::move(content);
        auto desk = open_desk(config());
        ASSERT_TRUE(desk);
        ASSERT_TRUE(desk->records.follow(block, unix_now_s()));
    }
    [[nodiscard]] Digest commitment_in(const Answer& issued) const {
        return *fixed_from_hex<Digest>(*Json::parse(issued.out)->at("commitment").as_text());
    }
    // "what subject note" of each entry of the audit log.
    [[nodiscard]] std::vector<std::string> acts() const {
        const Answer shown = say(run_audit, AuditOptions{config(), "", true});
        EXPECT_EQ(shown.status, 0) << shown.err;
        std::vector<std::string> all;
        const auto json = Json::parse(shown.out);
        for (const Json& each : *json->at("entries").as_array()) {
            EXPECT_THAT(*each.at("who").as_text(), HasSubstr("console:"));
            all.push_back(*each.at("what").as_text() + " " + *each.at("subject").as_text() + " " +
                          *each.at("note").as_text());
        }
        return all;
    }
    [[nodiscard]] std::string code_of(const Answer& issued) const {
        const auto json = Json::parse(issued.out);
        return json && json->at("code").as_text() != nullptr ? *json->at("code").as_text() : "";
    }

    Provisioned made_;
};

TEST_F(OfficeRecords, lead_an_application_to_a_code_that_the_office_reads) {
    verify();
    const Answer issued = issue();
    ASSERT_EQ(issued.status, 0) << issued.err;
    const std::string code = code_of(issued);
    EXPECT_EQ(check(code).status, 0);
    EXPECT_EQ(check("-", code + "\n").status, 0) << "from standard input";
    const Answer said = read(code);
    EXPECT_EQ(said.status, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("Application a-1, meter m1: 5200 W solar, inspected by dara"));
    EXPECT_THAT(said.out, HasSubstr("it may be handed in"));
    EXPECT_THAT(said.out, HasSubstr("gateway draft capacity --config "));
    EXPECT_TRUE(std::filesystem::exists(made_ / "a-1.svg"));
    EXPECT_THAT(issue().err, HasSubstr("a-1, coded: 'issue' is no step from there"));
}

TEST_F(OfficeRecords, name_the_place_of_a_typing_error) {
    verify();
    std::string code = code_of(issue());
    code[30] = code[30] == '7' ? '8' : '7';
    const Answer refused = check(code);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("line 2, character 6: '"));
    EXPECT_EQ(read(code).status, 2);
}

TEST_F(OfficeRecords, take_a_code_back_that_was_lost) {
    verify();
    const std::string code = code_of(issue());
    const auto reason = [](ApplicationStepOptions& o) { o.reason = "lost in the post"; };
    ASSERT_EQ(step(ApplicationAction::revoke, reason).status, 0);
    const Answer said = read(code);
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.out, HasSubstr("the code is revoked"));
    EXPECT_EQ(issue().status, 0) << "another one can be issued";
}

TEST_F(OfficeRecords, draft_the_capacity_of_a_code_with_its_commitment_and_nothing_by_hand) {
    verify();
    const Answer issued = issue();
    const Answer drafted = read(code_of(issued), true);
    ASSERT_EQ(drafted.status, 0) << drafted.err;
    const auto files = drafts_in(open_desk(config())->config.drafts);
    ASSERT_EQ(files.size(), 1U);
    const auto draft = load_draft(files[0]);
    ASSERT_TRUE(draft) << draft.error();
    const auto& notice = std::get<CapacityCertificate>(draft->notice.content);
    EXPECT_EQ(notice.meter, MeterId("m1"));
    EXPECT_EQ(notice.capacity_w, 5200);
    EXPECT_EQ(notice.certificate, commitment_in(issued));
    follow(12, notice);
    EXPECT_EQ(read(code_of(issued), true).status, 2) << "used: no other draft";
    EXPECT_EQ(drafts_in(open_desk(config())->config.drafts).size(), 1U);
}

TEST_F(OfficeRecords, say_of_a_used_code_that_it_was_used) {
    verify();
    const Answer issued = issue();
    const std::string code = code_of(issued);
    follow(12, CapacityCertificate{1, MeterId("m1"), 5200, 9, commitment_in(issued)});
    const Answer said = read(code);
    EXPECT_EQ(said.status, 2) << "handed in a second time";
    EXPECT_THAT(said.out, HasSubstr("handed in before: each serves once (at 20"));
    EXPECT_EQ(said.out.find("gateway draft"), std::string::npos);
    std::istringstream none;
    std::ostringstream page;
    EXPECT_EQ(run_check_code({code, false, config()}, none, page, page), 2);
    EXPECT_THAT(page.str(), HasSubstr("each serves once"));
    EXPECT_THAT(check(code).out, HasSubstr("whether it was used, the office reads"));
    EXPECT_THAT(say(run_application_show, {config(), "a-1", false}).out, HasSubstr("operating"));
}

TEST_F(OfficeRecords, undo_no_deauthorisation_by_a_code_or_visit_from_before_it) {
    verify();
    const std::string code = code_of(issue());
    follow(12, Deauthorisation{1, MeterId("m1"), DeauthorisationReason::over_capacity, 9});
    const Answer said = read(code);
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.out, HasSubstr("the meter was deauthorised after the code was issued"));
    const auto reason = [](ApplicationStepOptions& o) { o.reason = "another visit"; };
    ASSERT_EQ(step(ApplicationAction::revoke, reason).status, 0);
    const Answer another = issue();
    EXPECT_EQ(another.status, 2) << "a new code on the ground of the old visit";
    EXPECT_THAT(another.err, HasSubstr("after the visit: schedule another inspection"));
}

TEST_F(OfficeRecords, refuse_the_old_record_at_a_re_inspection) {
    verify();
    const auto date = [](ApplicationStepOptions& o) { o.visit = "2099-02-01"; };
    ASSERT_EQ(step(ApplicationAction::schedule, date).status, 0);
    const Answer refused = step(ApplicationAction::inspect);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("a-1, scheduled: the record "));
}

TEST_F(OfficeRecords, stand_in_the_audit_log_with_console_and_name_step_by_step) {
    verify();
    const Answer issued = issue();
    const auto lost = [](ApplicationStepOptions& o) {
        o.reason = "lost in the post";
        o.by = "erik";
    };
    ASSERT_EQ(step(ApplicationAction::revoke, lost).status, 0);
    EXPECT_EQ(step(ApplicationAction::inspect).status, 2) << "refused, and so not noted";
    EXPECT_EQ(say(run_erase_person, {config(), "p-1", false}).status, 0);
    EXPECT_EQ(say(run_erase_person, {config(), "p-1", false}).status, 2);
    EXPECT_THAT(
        acts(),
        ElementsAre(
            "application.apply p-1 by office: service point sp-9",
            "application.schedule a-1 by office",
            "application.inspect a-1 by office: signed by dara", "application.verify a-1 by office",
            "application.issue a-1 by office: commitment " + to_hex(commitment_in(issued).view()),
            "application.revoke a-1 by erik", "person.erase p-1 by office"));
}

TEST_F(OfficeRecords, change_nothing_that_the_audit_log_could_not_hold) {
    verify();
    std::filesystem::remove(made_ / "dgmd/audit.log");
    std::filesystem::create_directory(made_ / "dgmd/audit.log");
    const Answer issued = issue();
    EXPECT_EQ(issued.status, 1);
    EXPECT_FALSE(std::filesystem::exists(made_ / "a-1.json"));
    EXPECT_EQ(say(run_new_application, form()).status, 1);
    EXPECT_EQ(say(run_erase_person, {config(), "p-1", false}).status, 1);
    EXPECT_EQ(open_desk(config())->records.applications()->size(), 1U);
    EXPECT_THAT(say(run_application_show, {config(), "a-1", false}).out,
                HasSubstr("a-1, verified"));
}

TEST_F(OfficeRecords, refuse_a_record_that_no_inspector_signed) {
    EXPECT_THAT(say(run_inspection, visit("officers/amal.key")).err,
                HasSubstr("the key of none of the inspectors in genesis"));
    ASSERT_EQ(say(run_new_application, form()).status, 0);
    const auto date = [](ApplicationStepOptions& o) { o.visit = "2099-01-31"; };
    ASSERT_EQ(step(ApplicationAction::schedule, date).status, 0);
    InspectionOptions false_name = visit("officers/amal.key");
    false_name.inspector = "dara";
    ASSERT_EQ(say(run_inspection, false_name).status, 0);
    const Answer refused = step(ApplicationAction::inspect);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("no record of an inspector of the office: wrong_signature"));
}

TEST_F(OfficeRecords, refuse_illegal_steps_and_unfit_words_and_change_nothing) {
    ASSERT_EQ(say(run_new_application, form()).status, 0);
    EXPECT_THAT(step(ApplicationAction::verify).err,
                HasSubstr("'verify' is no step from there; possible: schedule, reject, withdraw"));
    for (const char* date : {"", "tomorrow", "2099-02-30", "2099-01-31T25:00", "2099-01-31x"}) {
        ApplicationStepOptions options;
        options.config = config();
        options.application = "a-1";
        options.action = ApplicationAction::schedule;
        options.visit = date;
        EXPECT_THAT(say(run_application_step, options).err, HasSubstr("is no date")) << date;
    }
    NewApplicationOptions bad = form();
    bad.technology = "magic";
    bad.meter = "M 1";
    const Answer refused = say(run_new_application, bad);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("--meter: 'M 1' is no name"));
    EXPECT_THAT(refused.err, HasSubstr("--technology: 'magic' is none of"));
    const Answer list = say(run_application_list, {config(), "", false});
    EXPECT_THAT(list.out, HasSubstr("a-1: applied, service point sp-9, solar 5000 W"));
    EXPECT_EQ(std::count(list.out.begin(), list.out.end(), '\n'), 1);
}

TEST_F(OfficeRecords, show_people_to_the_office_alone) {
    verify();
    const Answer shown = say(run_application_show, {config(), "a-1", false});
    EXPECT_THAT(shown.out, HasSubstr("Ada Ohm, ada@example.org"));
    EXPECT_THAT(shown.out, HasSubstr("inspect by dara, 5200 W measured"));
    const Answer list = say(run_application_list, {config(), "", true});
    EXPECT_EQ(list.out.find("Ada"), std::string::npos);
    NewApplicationOptions again = form();
    again.name = again.contact = "";
    again.person = "p-9";
    EXPECT_THAT(say(run_new_application, again).err, HasSubstr("no person 'p-9'"));
    again.person = "p-1";
    EXPECT_EQ(say(run_new_application, again).status, 0);
}

TEST_F(OfficeRecords, give_an_installation_to_a_new_holder_only_where_that_is_possible) {
    verify();
    const auto holder = [](ApplicationStepOptions& o) {
        o.name = "Bo Farad";
        o.contact = "bo@example.org";
    };
    const Answer refused = step(ApplicationAction::transfer, holder);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("'transfer' is no step from there"));
    const auto desk = open_desk(config());
    EXPECT_EQ(*desk->records.person(PersonId("p-2")), std::nullopt) << "nobody was written down";
}

TEST_F(OfficeRecords, erase_a_person_and_keep_the_application) {
    ASSERT_EQ(say(run_new_application, form()).status, 0);
    EXPECT_THAT(say(run_erase_person, {config(), "p-1", false}).out,
                HasSubstr("of p-1 are erased"));
    const Answer shown = say(run_application_show, {config(), "a-1", false});
    EXPECT_EQ(shown.status, 0);
    for (const char* trace : {"Ada", "ada@", "Volt Lane"})
        EXPECT_EQ(shown.out.find(trace), std::string::npos) << trace;
    for (const char* nobody : {"p-1", "P 1"})
        EXPECT_EQ(say(run_erase_person, {config(), nobody, false}).status, 2) << nobody;
}

TEST_F(OfficeRecords, lead_a_work_order_to_its_finding) {
    const OfficeAlarm alarm{OfficeAlarmKind::seal_broken, "m1", ClusterId("ash"), 12,
                            "It is open."};
    {
        auto desk = open_desk(config());
        ASSERT_TRUE(desk);
        ASSERT_TRUE(desk->records.add_alarms(12, {alarm}, 1));
    }
    const std::string id = work_order_id(alarm).str();
    EXPECT_EQ(say(run_work_order_list, {config(), false, false}).out,
              id + ": opened, seal_broken, m1, block 12: It is open.\n");
    const auto go = [&](WorkOrderAction action, const std::string& note) {
        return say(run_work_order_step, {config(), id, action, "erik", note, false});
    };
    EXPECT_EQ(go(WorkOrderAction::close, "nothing").status, 2);
    EXPECT_EQ(go(WorkOrderAction::assign, "dora").status, 0);
    EXPECT_EQ(go(WorkOrderAction::visit, "").status, 0);
    EXPECT_EQ(go(WorkOrderAction::replace, "m-201").status, 0);
    EXPECT_THAT(go(WorkOrderAction::close, "drilled open").out, HasSubstr(id + ": closed"));
    EXPECT_THAT(acts(), ElementsAre("work_order.assign " + id + " by erik",
                                    "work_order.visit " + id + " by erik",
                                    "work_order.replace " + id + " by erik",
                                    "work_order.close " + id + " by erik"));
    EXPECT_EQ(say(run_work_order_list, {config(), false, false}).out, "No work orders.\n");
    EXPECT_THAT(say(run_work_order_list, {config(), true, true}).out, HasSubstr("drilled open"));
    EXPECT_THAT(
        say(run_work_order_step, {config(), "w-9", WorkOrderAction::visit, "e", "", false}).err,
        HasSubstr("no work order 'w-9'"));
}

}  // namespace
}  // namespace fairfeed
