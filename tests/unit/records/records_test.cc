// The office's records: steps are kept in order, each call whole or not at all, and a person can be
// erased without a trace of theirs.
#include "gateway/records/records.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/deterministic_signer.h"
#include "tests/support/small_postgresql.h"
#include "tests/support/temp_directory.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using testing_support::SmallPostgresql;
using testing_support::TempDirectory;

constexpr std::int64_t kStart = 1'800'000'000;
const NodeId kInspector("inspector-1");

Digest commitment(std::uint8_t byte) {
    Digest digest;
    digest.bytes[0] = byte;
    return digest;
}

ApplicationStep office_step(ApplicationAction action) {
    ApplicationStep step;
    step.action = action;
    step.at_s = kStart;
    step.by = {ActorRole::office, "erik"};
    return step;
}

OfficeAlarm alarm(const std::string& subject, Height height) {
    return {OfficeAlarmKind::seal_broken, subject, ClusterId("ash"), height, "It is broken."};
}

class RecordsTest : public ::testing::Test {
  protected:
    [[nodiscard]] DatabasePlace file() const { return {directory_ / "records.db", {}}; }
    [[nodiscard]] static Records open(const DatabasePlace& place) {
        auto records = Records::open(place, Digest{});
        if (!records) ADD_FAILURE() << records.error();
        return std::move(*records);
    }
    [[nodiscard]] static Application apply(Records& records,
                                           std::optional<ApplicationId> follows = std::nullopt) {
        const auto person = records.add_person({"Ada Ohm", "ada@example.org"});
        CHECK(person.has_value());
        const ApplicationForm form{.id = {},
                                   .applicant = *person,
                                   .service_point = "sp-9",
                                   .meter = MeterId("m-101"),
                                   .technology = Technology::wind,
                                   .estimated_w = 5000,
                                   .follows = std::move(follows)};
        auto made = records.apply(form, "Volt Lane 5", office_step(ApplicationAction::apply));
        if (!made) ADD_FAILURE() << made.error();
        return std::move(*made);
    }
    static Application step(Records& records, const ApplicationId& id,
                            const ApplicationStep& step) {
        auto after = records.add_step(id, step);
        if (!after) ADD_FAILURE() << after.error();
        return std::move(*after);
    }
    // From applied to the code, with this commitment.
    static void code(Records& records, const ApplicationId& id, std::uint8_t byte) {
        ApplicationStep visit = office_step(ApplicationAction::schedule);
        visit.visit_s = kStart + 1;
        step(records, id, visit);
        InspectionRecord record;
        record.application = id;
        record.meter = MeterId("m-101");
        record.nameplate_w = 5200;
        record.serials = {"SN " + std::to_string(byte)};
        record.visited_s = kStart;
        ApplicationStep seen = office_step(ApplicationAction::inspect);
        seen.by = {ActorRole::inspector, kInspector.str()};
        seen.inspection =
            sign_inspection(record, kInspector, Digest{}, DeterministicSigner("dara"));
        step(records, id, seen);
        step(records, id, office_step(ApplicationAction::verify));
        ApplicationStep issue = office_step(ApplicationAction::issue);
        issue.commitment = commitment(byte);
        step(records, id, issue);
    }
    static void certify(Records& records, const ApplicationId& id, std::uint8_t byte) {
        ApplicationStep chain = office_step(ApplicationAction::certify);
        chain.by = {ActorRole::chain, "tx"};
        chain.commitment = commitment(byte);
        step(records, id, chain);
    }
    [[nodiscard]] std::string bytes_of_the_database() const {
        std::stringstream all;
        for (const auto& each : std::filesystem::directory_iterator(directory_.path()))
            all << std::ifstream(each.path(), std::ios::binary).rdbuf();
        return all.str();
    }
    static void live(Records& records);

    TempDirectory directory_;
};

// A day in the office, whatever the database.
void RecordsTest::live(Records& records) {
    const Application first = apply(records);
    EXPECT_EQ(first.form.id, ApplicationId("a-1"));
    code(records, first.form.id, 1);
    ASSERT_TRUE(records.code(commitment(1)));
    EXPECT_EQ((**records.code(commitment(1))).application, first.form.id);
    certify(records, first.form.id, 1);
    EXPECT_TRUE((**records.code(commitment(1))).record.used_s);
    const Application change = apply(records, first.form.id);
    code(records, change.form.id, 2);
    EXPECT_EQ(records.application(first.form.id)->state, ApplicationState::operating);
    certify(records, change.form.id, 2);
    EXPECT_EQ(records.application(first.form.id)->state, ApplicationState::superseded);
    EXPECT_EQ(records.applications()->size(), 2U);
    const auto opened = records.add_alarms(12, {alarm("m-101", 12), alarm("m-101", 12)}, kStart);
    ASSERT_TRUE(opened) << opened.error();
    ASSERT_EQ(opened->size(), 1U);
    const auto assigned =
        records.add_step(opened->front().id, {WorkOrderAction::assign, kStart, "erik", "dora"});
    EXPECT_EQ(assigned->state, WorkOrderState::assigned);
    EXPECT_EQ(*records.work_order(opened->front().id), *assigned);
}

// The service enters alarms while somebody at the desk writes: each waits for the other.
TEST_F(RecordsTest, two_programs_that_write_at_once_lose_nothing) {
    constexpr Height kBlocks = 40;
    Records desk = open(file());
    std::thread service([this] {
        Records records = open(file());
        for (Height height = 1; height <= kBlocks; ++height) {
            const auto opened = records.add_alarms(height, {alarm("m-101", height)}, kStart);
            EXPECT_TRUE(opened) << opened.error();
        }
    });
    for (Height each = 1; each <= kBlocks; ++each)
        EXPECT_EQ(apply(desk).form.id.str(), "a-" + std::to_string(each));
    service.join();
    EXPECT_EQ(desk.applications()->size(), kBlocks);
    EXPECT_EQ(desk.work_orders()->size(), 1U) << "one alarm of a meter opens one order";
}

TEST_F(RecordsTest, keep_every_step_over_a_restart) {
    std::vector<Application> applications;
    std::vector<WorkOrder> orders;
    {
        Records records = open(file());
        live(records);
        applications = *records.applications();
        orders = *records.work_orders();
    }
    const Records again = open(file());
    EXPECT_EQ(*again.applications(), applications);
    EXPECT_EQ(applications[0].record->nameplate_w, 5200);
    EXPECT_EQ(*again.work_orders(), orders);
    EXPECT_EQ(*again.alarms_height(), std::optional<Height>(12));
}

TEST_F(RecordsTest, are_the_same_in_postgresql) {
    const SmallPostgresql server;
    if (!server.is_there()) GTEST_SKIP() << server.why_not();
    Records small = open(file());
    live(small);
    const auto place = DatabasePlace::parse(server.address());
    {
        Records large = open(*place);
        live(large);
    }
    const Records large = open(*place);
    EXPECT_EQ(*large.applications(), *small.applications());
    EXPECT_EQ(*large.work_orders(), *small.work_orders());
}

TEST_F(RecordsTest, refuse_an_illegal_step_and_keep_nothing_of_it) {
    Records records = open(file());
    const Application before = apply(records);
    const auto after = records.add_step(before.form.id, office_step(ApplicationAction::verify));
    ASSERT_FALSE(after);
    EXPECT_THAT(after.error(), HasSubstr("a-1, applied: 'verify' is no step from there"));
    EXPECT_EQ(*records.application(before.form.id), before);
    EXPECT_THAT(records.add_step(ApplicationId("a-9"), {}).error(),
                HasSubstr("no application 'a-9'"));
}

TEST_F(RecordsTest, take_one_of_two_steps_that_two_programs_saw_possible) {
    Records one = open(file());
    Records two = open(file());
    const Application made = apply(one);
    ApplicationStep reject = office_step(ApplicationAction::reject);
    reject.reason = "no roof";
    EXPECT_TRUE(one.add_step(made.form.id, reject));
    EXPECT_FALSE(two.add_step(made.form.id, office_step(ApplicationAction::withdraw)));
    EXPECT_EQ(two.application(made.form.id)->state, ApplicationState::rejected);
}

TEST_F(RecordsTest, take_a_revoked_code_back) {
    Records records = open(file());
    const ApplicationId id = apply(records).form.id;
    code(records, id, 1);
    ApplicationStep revoke = office_step(ApplicationAction::revoke);
    revoke.reason = "lost in the post";
    step(records, id, revoke);
    EXPECT_TRUE((**records.code(commitment(1))).record.revoked_s);
    EXPECT_EQ(*records.code(commitment(9)), std::nullopt);
}

TEST_F(RecordsTest, refuse_a_change_of_what_is_not_in_operation) {
    Records records = open(file());
    const Application first = apply(records);
    ApplicationForm form = first.form;
    form.follows = first.form.id;
    const auto made = records.apply(form, "", office_step(ApplicationAction::apply));
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error(), HasSubstr("a-1 is applied: only one in operation"));
    EXPECT_EQ(records.applications()->size(), 1U);
}

TEST_F(RecordsTest, hold_nothing_of_a_person_who_is_erased) {
    {
        Records records = open(file());
        const Application made = apply(records);
        EXPECT_EQ((*records.person(made.holder))->name, "Ada Ohm");
        EXPECT_EQ(*records.place_of(made.form.id), "Volt Lane 5");
        EXPECT_TRUE(*records.erase(made.holder));
        EXPECT_FALSE(*records.erase(made.holder)) << "there is nothing more";
        EXPECT_EQ(*records.person(made.holder), std::nullopt);
        EXPECT_EQ(*records.place_of(made.form.id), "");
        EXPECT_EQ(*records.application(made.form.id), made) << "the pseudonym's history stays";
    }
    const std::string bytes = bytes_of_the_database();
    for (const char* trace : {"Ada Ohm", "ada@example.org", "Volt Lane"})
        EXPECT_EQ(bytes.find(trace), std::string::npos) << trace << " is still on the disk";
}

TEST_F(RecordsTest, open_one_order_for_blocks_that_are_folded_again) {
    Records records = open(file());
    const auto first = *records.add_alarms(12, {alarm("m-101", 12)}, kStart);
    EXPECT_TRUE(records.add_alarms(12, {alarm("m-102", 12)}, kStart)->empty()) << "the same block";
    EXPECT_TRUE(records.add_alarms(13, {alarm("m-101", 13)}, kStart)->empty()) << "one is open";
    const WorkOrderId id = first.front().id;
    ASSERT_TRUE(records.add_step(id, {WorkOrderAction::clear, kStart, "erik", "a false alarm"}));
    EXPECT_TRUE(records.add_alarms(14, {alarm("m-101", 14)}, kStart)->empty()) << "not closed yet";
    ASSERT_TRUE(records.add_step(id, {WorkOrderAction::close, kStart, "erik", "a false alarm"}));
    EXPECT_TRUE(records.add_alarms(13, {alarm("m-101", 13)}, kStart)->empty()) << "rebuilt";
    EXPECT_EQ(records.add_alarms(15, {alarm("m-101", 15)}, kStart)->size(), 1U);
    EXPECT_EQ(records.work_orders()->size(), 2U);
}

class BlocksInTheRecords : public RecordsTest {
  protected:
    static Block block(Height height, TransactionContent content) {
        Transaction transaction;
        transaction.kind = TransactionKind::capacity;
        transaction.content = std::move(content);
        Block out;
        out.header.height = height;
        out.transactions = {transaction};
        return out;
    }
    static std::size_t follow(Records& records, const Block& block) {
        const auto changed = records.follow(block, kStart);
        if (!changed) ADD_FAILURE() << changed.error();
        return changed ? changed->size() : 0;
    }
};

TEST_F(BlocksInTheRecords, certify_and_deauthorise_once_however_often_they_are_folded) {
    Records records = open(file());
    const ApplicationId id = apply(records).form.id;
    code(records, id, 1);
    const auto state = [&] { return records.application(id)->state; };
    const Block other = block(11, CapacityCertificate{1, MeterId("m-101"), 5200, 9, commitment(7)});
    EXPECT_EQ(follow(records, other), 0U) << "a certificate that is not ours";
    const Block certified =
        block(12, CapacityCertificate{1, MeterId("m-101"), 5200, 9, commitment(1)});
    EXPECT_EQ(follow(records, certified), 1U);
    EXPECT_EQ(state(), ApplicationState::operating);
    EXPECT_TRUE((**records.code(commitment(1))).record.used_s);
    EXPECT_EQ(follow(records, certified), 0U);
    const Block taken =
        block(13, Deauthorisation{2, MeterId("m-101"), DeauthorisationReason::over_capacity, 9});
    EXPECT_EQ(follow(records, block(13, Deauthorisation{2, MeterId("m-9"), {}, 9})), 0U);
    EXPECT_EQ(follow(records, taken), 0U) << "block 13 was looked at";
    const Block again =
        block(14, Deauthorisation{2, MeterId("m-101"), DeauthorisationReason::over_capacity, 9});
    EXPECT_EQ(follow(records, again), 1U);
    EXPECT_EQ(state(), ApplicationState::deauthorised);
    EXPECT_EQ(records.application(id)->steps.back().reason, "over_capacity");
    EXPECT_EQ(records.application(id)->steps.back().by.name, "block 14");
    code(records, id, 2);
    EXPECT_EQ(follow(records,
                     block(15, CapacityCertificate{3, MeterId("m-101"), 5200, 9, commitment(2)})),
              1U);
    EXPECT_EQ(follow(records, again), 0U) << "an old block takes nothing back";
    EXPECT_EQ(state(), ApplicationState::operating);
}

TEST_F(BlocksInTheRecords, use_a_code_up_also_if_the_office_had_revoked_it) {
    Records records = open(file());
    const ApplicationId id = apply(records).form.id;
    code(records, id, 1);
    ApplicationStep revoke = office_step(ApplicationAction::revoke);
    revoke.reason = "lost in the post";
    step(records, id, revoke);
    const CapacityCertificate signed_before{1, MeterId("m-101"), 5200, 9, commitment(1)};
    EXPECT_EQ(follow(records, block(12, signed_before)), 0U);
    EXPECT_EQ((**records.code(commitment(1))).record.used_s, kStart);
    EXPECT_EQ(records.application(id)->state, ApplicationState::verified);
}

TEST_F(BlocksInTheRecords, tell_when_a_meter_was_deauthorised_also_without_an_application) {
    Records records = open(file());
    EXPECT_EQ(*records.deauthorised_s(MeterId("m-9")), std::nullopt);
    follow(records, block(12, Deauthorisation{2, MeterId("m-9"), {}, 9}));
    EXPECT_EQ(*records.deauthorised_s(MeterId("m-9")), kStart);
    EXPECT_EQ(*records.deauthorised_s(MeterId("m-101")), std::nullopt);
}

MeterRegistration permitted(const char* meter, const char* old) {
    MeterRegistration out{57, MeterId(meter), ClusterId("ash"), "sp-9", {}, 9, {}, {}};
    out.permit = WorkPermit{MeterId(old), {1, 0, 0}, 9};
    return out;
}

TEST_F(BlocksInTheRecords, name_the_notice_that_replaced_the_meter_of_an_order) {
    Records records = open(file());
    const WorkOrderId visited = records.add_alarms(12, {alarm("m-101", 12)}, kStart)->front().id;
    const WorkOrderId other = records.add_alarms(13, {alarm("m-102", 13)}, kStart)->front().id;
    for (const WorkOrderId& id : {visited, other}) {
        ASSERT_TRUE(records.add_step(id, {WorkOrderAction::assign, kStart, "erik", "dora"}));
        ASSERT_TRUE(records.add_step(id, {WorkOrderAction::visit, kStart, "dora", ""}));
    }
    follow(records, block(14, permitted("m-201", "m-101")));
    const auto after = records.work_order(visited);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->state, WorkOrderState::replaced);
    EXPECT_EQ(after->steps.back().by, "notice 57, block 14");
    EXPECT_EQ(after->steps.back().note, "m-201");
    EXPECT_EQ(records.work_order(other)->state, WorkOrderState::visited);
}

TEST_F(BlocksInTheRecords, leave_an_order_to_people_whose_meter_nobody_has_visited_yet) {
    Records records = open(file());
    const WorkOrderId id = records.add_alarms(12, {alarm("m-101", 12)}, kStart)->front().id;
    follow(records, block(14, permitted("m-201", "m-101")));
    EXPECT_EQ(records.work_order(id)->state, WorkOrderState::opened);
}

TEST_F(BlocksInTheRecords, know_the_installation_of_a_meter_that_was_replaced_twice) {
    Records records = open(file());
    const ApplicationId id = apply(records).form.id;
    code(records, id, 1);
    follow(records, block(12, CapacityCertificate{1, MeterId("m-101"), 5200, 9, commitment(1)}));
    follow(records, block(13, permitted("m-201", "m-101")));
    follow(records, block(14, permitted("m-301", "m-201")));
    const Deauthorisation taken{2, MeterId("m-301"), DeauthorisationReason::over_capacity, 9};
    EXPECT_EQ(follow(records, block(15, taken)), 1U);
    EXPECT_EQ(records.application(id)->state, ApplicationState::deauthorised);
    follow(records, block(16, permitted("m-401", "m-301")));
    EXPECT_EQ(*records.deauthorised_s(MeterId("m-401")), kStart) << "another meter is no visit";
}

TEST_F(RecordsTest, of_another_network_or_place_are_refused) {
    { const Records records = open(file()); }
    const auto other = Records::open(file(), commitment(1));
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error(), HasSubstr("another network"));
    EXPECT_THAT(Records::open({"/nowhere/records.db", {}}, Digest{}).error(),
                HasSubstr("the office's records: "));
}

}  // namespace
}  // namespace fairfeed
