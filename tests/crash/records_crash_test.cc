// The office's records. After any power cut the database opens without help and holds every step of
// which the office was told that it is kept, perhaps the whole one under way, and nothing by
// halves.
#include <gtest/gtest.h>

#include "gateway/records/records.h"
#include "tests/crash/crash_enumeration.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kStart = 1'800'000'000;
const ApplicationId kApplication("a-1");
const PersonId kPerson("p-1");

OfficeAlarm alarm(Height height) {
    return {OfficeAlarmKind::silent_meter, "m-" + std::to_string(height), ClusterId("ash"), height,
            "It says nothing."};
}

ApplicationStep step(ApplicationAction action) {
    ApplicationStep out;
    out.action = action;
    out.at_s = kStart;
    out.by = {ActorRole::office, "erik"};
    out.reason = "as the table wants it";
    out.visit_s = kStart;
    return out;
}

ApplicationForm form() {
    ApplicationForm out;
    out.applicant = kPerson;
    out.service_point = "sp-9";
    out.estimated_w = 5000;
    return out;
}

// Each change of the story, in its order; false: the disk failed.
using Change = bool (*)(Records&);
constexpr Change kStory[] = {
    [](Records& r) {
        return r.add_person({"Ada Ohm", "ada@example.org"}).has_value();
    },
    [](Records& r) {
        return r.apply(form(), "Volt Lane 5", step(ApplicationAction::apply)).has_value();
    },
    [](Records& r) {
        return r.add_step(kApplication, step(ApplicationAction::schedule)).has_value();
    },
    [](Records& r) {
        return r.add_alarms(7, {alarm(7), alarm(8)}, kStart).has_value();
    },
    [](Records& r) {
        return r.add_step(kApplication, step(ApplicationAction::reject)).has_value();
    },
    [](Records& r) { return r.erase(kPerson).has_value(); },
};

void work(const std::filesystem::path& directory, DiskRecording& recording) {
    auto records = Records::open({directory / "records.db", {}}, Digest{});
    if (!records) return;
    for (const Change change : kStory) {
        if (!change(*records)) return;
        recording.acknowledge();
    }
}

// How many changes of the story the database holds; each needs those before it.
std::size_t changes_in(const Records& records) {
    const auto person = records.person(kPerson);
    const auto applications = records.applications();
    const auto orders = records.work_orders();
    EXPECT_TRUE(person && applications && orders) << "every row can be read";
    if (!person || !applications || !orders) return 0;
    if (applications->empty()) return *person ? 1 : 0;
    const Application& application = applications->front();
    const auto place = records.place_of(kApplication);
    EXPECT_TRUE(place);
    EXPECT_EQ(place && place->empty(), !person->has_value()) << "both are erased, or neither";
    EXPECT_TRUE(orders->empty() || orders->size() == 2) << "a block's orders come together";
    EXPECT_EQ(records.alarms_height().value().has_value(), !orders->empty());
    if (!person->has_value()) return 6;
    if (application.state == ApplicationState::rejected) return 5;
    if (!orders->empty()) return 4;
    return application.state == ApplicationState::scheduled ? 3 : 2;
}

void check(const CutPoint& point, const std::filesystem::path& directory) {
    const auto records = Records::open({directory / "records.db", {}}, Digest{});
    ASSERT_TRUE(records) << records.error();
    const std::size_t held = changes_in(*records);
    EXPECT_GE(held, point.acknowledged);
    EXPECT_LE(held, point.acknowledged + 1);
}

TEST(TheOfficesRecords, survive_a_power_cut_at_any_moment) {
    const DiskHistory history = record(work);
    ASSERT_EQ(history.acknowledgements.size(), std::size(kStory));
    enumerate_power_cuts("office_records", history, check);
}

TEST(TheOfficesRecords, notice_a_disk_that_fails) {
    enumerate_disk_faults("office_records_faults", record(work), work, check);
}

}  // namespace
}  // namespace fairfeed::test
