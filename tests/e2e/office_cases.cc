#include "tests/e2e/office_cases.h"

#include <sstream>

#include "core/base/check.h"
#include "core/io/json.h"
#include "gateway/commands/application_commands.h"
#include "gateway/commands/capacity_code_commands.h"
#include "gateway/commands/office_desk.h"

namespace fairfeed::e2e {
namespace {

OfficeDesk desk_of(const std::filesystem::path& config) {
    auto desk = open_desk(config);
    CHECK(desk.has_value());
    return std::move(*desk);
}

// What the command printed as JSON.
template <class Run>
Json said(const Run& run) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = run(out, err);
    CHECK(status == 0);
    auto json = Json::parse(out.str());
    CHECK(json.has_value());
    return std::move(*json);
}

}  // namespace

std::filesystem::path OfficeCases::record_of(const std::string& application) const {
    InspectionOptions options;
    options.genesis = lab_ / "genesis.cbor";
    options.key = lab_ / "inspectors/inspector-1.key";
    options.out = lab_ / ("visit-" + application);
    options.application = application;
    options.meter = "m-101";
    options.nameplate_w = 5200;
    options.json = true;
    (void)said([&](auto& out, auto& err) { return run_inspection(options, out, err); });
    return options.out;
}

void OfficeCases::step(const std::string& application, ApplicationAction action) const {
    ApplicationStepOptions options;
    options.config = config();
    options.application = application;
    options.action = action;
    options.visit = "2099-01-31";
    if (action == ApplicationAction::inspect) options.record = record_of(application);
    options.json = true;
    (void)said([&](auto& out, auto& err) { return run_application_step(options, out, err); });
}

std::string OfficeCases::issue(const std::string& application) const {
    IssueCodeOptions options;
    options.config = config();
    options.application = application;
    options.certificate = lab_ / (application + ".json");
    options.json = true;
    return *said([&](auto& out, auto& err) { return run_issue_code(options, out, err); })
                .at("code")
                .as_text();
}

std::string OfficeCases::application(ApplicationState state) {
    NewApplicationOptions options;
    options.config = config();
    options.name = "Ada Ohm";
    options.contact = "ada@example.org";
    options.service_point = "sp-9";
    options.estimated_w = 5000;
    options.json = true;
    const std::string name =
        *said([&](auto& out, auto& err) { return run_new_application(options, out, err); })
             .at("id")
             .as_text();
    using enum ApplicationState;
    if (state >= scheduled) step(name, ApplicationAction::schedule);
    if (state >= inspected) step(name, ApplicationAction::inspect);
    if (state >= verified) step(name, ApplicationAction::verify);
    if (state >= coded) (void)issue(name);
    if (state < operating) return name;
    auto desk = desk_of(config());
    const auto known = desk.records.application(ApplicationId(name));
    CHECK(known && known->commitment);
    ApplicationStep chain;
    chain.action = ApplicationAction::certify;
    chain.at_s = unix_now_s();
    chain.by = {ActorRole::chain, "block 1"};
    chain.commitment = known->commitment;
    CHECK(desk.records.add_step(ApplicationId(name), chain).has_value());
    return name;
}

std::string OfficeCases::person() {
    const ApplicationId name(application(ApplicationState::applied));
    const auto known = desk_of(config()).records.application(name);
    CHECK(known.has_value());
    return known->holder.str();
}

std::string OfficeCases::code() {
    return issue(application(ApplicationState::verified));
}

std::string OfficeCases::work_order(WorkOrderState state) {
    auto desk = desk_of(config());
    ++height_;
    const OfficeAlarm alarm{OfficeAlarmKind::silent_meter, "m-" + std::to_string(height_),
                            ClusterId("ash"), height_, "It says nothing."};
    const auto opened = desk.records.add_alarms(height_, {alarm}, unix_now_s());
    CHECK(opened && opened->size() == 1);
    const WorkOrderId id = opened->front().id;
    const auto go = [&](WorkOrderAction action) {
        CHECK(desk.records.add_step(id, {action, unix_now_s(), "erik", "m-201"}).has_value());
    };
    if (state >= WorkOrderState::assigned) go(WorkOrderAction::assign);
    if (state >= WorkOrderState::visited) go(WorkOrderAction::visit);
    if (state >= WorkOrderState::replaced) go(WorkOrderAction::clear);
    return id.str();
}

}  // namespace fairfeed::e2e
