#include "gateway/commands/application_commands.h"

#include "core/base/utc_text.h"
#include "core/crypto/digest.h"
#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "gateway/commands/office_desk.h"

namespace fairfeed {
namespace {

Json to_json(const ApplicationStep& step) {
    return Json::object()
        .set("action", to_string(step.action))
        .set("at", utc_text(step.at_s))
        .set("role", to_string(step.by.role))
        .set("by", step.by.name)
        .set("reason", step.reason)
        .set("visit", step.visit_s ? Json(utc_text(*step.visit_s)) : Json())
        .set("inspection", step.inspection ? Json(to_hex(step.inspection->id.view())) : Json())
        .set("commitment", step.commitment ? Json(to_hex(step.commitment->view())) : Json())
        .set("holder", optional_json(step.holder));
}

Json to_json(const InspectionRecord& record) {
    Json serials = Json::array();
    for (const std::string& serial : record.serials)
        serials.push(serial);
    Json photos = Json::array();
    for (const Digest& photo : record.photos)
        photos.push(to_hex(photo.view()));
    return Json::object()
        .set("application", record.application.str())
        .set("meter", record.meter.str())
        .set("technology", to_string(record.technology))
        .set("nameplate_w", record.nameplate_w)
        .set("serials", std::move(serials))
        .set("photos", std::move(photos))
        .set("visited", utc_text(record.visited_s))
        .set("remark", record.remark);
}

Json to_json(const Application& application) {
    Json steps = Json::array();
    for (const ApplicationStep& step : application.steps)
        steps.push(to_json(step));
    const ApplicationForm& form = application.form;
    return Json::object()
        .set("application", form.id.str())
        .set("state", to_string(application.state))
        .set("possible", legal_actions(application.state))
        .set("applicant", form.applicant.str())
        .set("holder", application.holder.str())
        .set("service_point", form.service_point)
        .set("meter", optional_json(form.meter))
        .set("technology", to_string(form.technology))
        .set("estimated_w", form.estimated_w)
        .set("follows", optional_json(form.follows))
        .set("record", application.record ? to_json(*application.record) : Json())
        .set("steps", std::move(steps));
}

// Of one step, or of a new application.
int told(const Result<Application, std::string>& after, bool json, std::ostream& out,
         std::ostream& err) {
    if (!after) return refuse({after.error()}, err);
    if (json) {
        out << to_json(*after).dump(2) << '\n';
        return kDeskDone;
    }
    out << "Application " << after->form.id.str() << " is " << to_string(after->state)
        << ". Possible: " << legal_actions(after->state) << ".\n";
    return kDeskDone;
}

template <class Id>
std::optional<Id> optional_name(const std::string& text, std::string_view field,
                                std::vector<std::string>& faults) {
    if (text.empty()) return std::nullopt;
    const auto id = Id::parse(text);
    if (!id)
        faults.push_back(std::string(field) + ": '" + text +
                         "' is no name (1 to 32 of a-z, 0-9 and '-')");
    return id;
}

Technology technology_in(const std::string& text, std::vector<std::string>& faults) {
    const auto technology = technology_named(text);
    if (!technology)
        faults.push_back("--technology: '" + text +
                         "' is none of solar, wind, water, combustion, storage, other");
    return technology.value_or(Technology::other);
}

// The record of the file, checked against the office's inspectors, and what names its signer.
Result<ApplicationStep, std::string> inspected_step(const ApplicationStepOptions& options,
                                                    const OfficeDesk& desk, const Office& office) {
    const auto bytes = read_file(options.record, kMaxInspectionBytes);
    if (!bytes) return unexpected(bytes.error().message);
    auto inspection = open_inspection(*bytes, desk.genesis.network, office);
    if (!inspection)
        return unexpected(options.record.string() + ": no record of an inspector of the office: " +
                          std::string(to_string(inspection.error())) +
                          "; the inspector signs it with `gateway inspection`");
    ApplicationStep step;
    step.by = {ActorRole::inspector, inspection->inspector.str()};
    step.inspection = std::move(*inspection);
    return step;
}

Result<ApplicationStep, std::string> step_of(const ApplicationStepOptions& options,
                                             const OfficeDesk& desk) {
    ApplicationStep step;
    step.by = {ActorRole::office, options.by};
    if (options.action == ApplicationAction::inspect) {
        const auto state = load_chain_state(desk.genesis, desk.config.ledger);
        if (!state) return unexpected(state.error());
        auto inspected = inspected_step(options, desk, state->office.office);
        if (!inspected) return inspected;
        step = std::move(*inspected);
    }
    if (options.action == ApplicationAction::schedule) {
        step.visit_s = unix_time_from(options.visit);
        if (!step.visit_s)
            return unexpected("--visit: '" + options.visit +
                              "' is no date: write 2027-01-31 or 2027-01-31T09:30, in UTC");
    }
    step.action = options.action;
    step.at_s = unix_now_s();
    step.reason = options.reason;
    return step;
}

// Whether there was anything to erase; only then it is noted.
Result<bool, std::string> noted_erasure(OfficeDesk& desk, const PersonId& person) {
    const auto known = desk.records.person(person);
    if (!known) return unexpected(known.error());
    if (!*known) return false;
    if (const auto noted = note_at_desk(desk, "person.erase", person.str(), "office"); !noted)
        return unexpected(noted.error());
    return desk.records.erase(person);
}

// A known person, or a new one.
Result<PersonId, std::string> applicant_of(const NewApplicationOptions& options, Records& records) {
    if (options.person.empty()) return records.add_person({options.name, options.contact});
    const auto id = PersonId::parse(options.person);
    if (!id) return unexpected("--person: '" + options.person + "' is no name");
    const auto known = records.person(*id);
    if (!known) return unexpected(known.error());
    if (!*known) return unexpected("there is no person '" + options.person + "'");
    return *id;
}

}  // namespace

int run_new_application(const NewApplicationOptions& options, std::ostream& out,
                        std::ostream& err) {
    auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    std::vector<std::string> faults;
    ApplicationForm form;
    form.id = ApplicationId("a-0");  // the records give the name
    form.applicant = PersonId("p-0");
    form.service_point = options.service_point;
    form.meter = optional_name<MeterId>(options.meter, "--meter", faults);
    form.technology = technology_in(options.technology, faults);
    form.estimated_w = options.estimated_w;
    form.follows = optional_name<ApplicationId>(options.follows, "--follows", faults);
    if (const std::string fault = fault_of(form); !fault.empty()) faults.push_back(fault);
    if (!faults.empty()) return refuse(faults, err);
    const auto applicant = applicant_of(options, desk->records);
    if (!applicant) return refuse({applicant.error()}, err);
    form.applicant = *applicant;
    ApplicationStep first;
    first.at_s = unix_now_s();
    first.by = {ActorRole::office, options.by};
    if (const auto noted = note_at_desk(*desk, "application.apply", applicant->str(), options.by,
                                        "service point " + form.service_point);
        !noted) {
        if (options.person.empty()) (void)desk->records.erase(*applicant);
        return fail(noted.error(), err);
    }
    const auto made = desk->records.apply(form, options.place, first);
    if (!made && options.person.empty()) (void)desk->records.erase(*applicant);
    return told(made, options.json, out, err);
}

int run_application_step(const ApplicationStepOptions& options, std::ostream& out,
                         std::ostream& err) {
    auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    const auto id = ApplicationId::parse(options.application);
    if (!id) return refuse({"'" + options.application + "' names no application"}, err);
    auto step = step_of(options, *desk);
    if (!step) return refuse({step.error()}, err);
    const bool transfers = options.action == ApplicationAction::transfer;
    if (transfers) step->holder = PersonId("p-0");  // the records give the name
    const auto before = desk->records.application(*id);
    if (!before) return refuse({before.error()}, err);
    if (const auto may = after_step(*before, *step); !may)
        return refuse({may.error().sentence}, err);
    const auto noted =
        note_at_desk(*desk, "application." + std::string(to_string(options.action)), id->str(),
                     options.by, step->inspection ? "signed by " + step->by.name : "");
    if (!noted) return fail(noted.error(), err);
    if (transfers) {
        const auto holder = desk->records.add_person({options.name, options.contact});
        if (!holder) return refuse({holder.error()}, err);
        step->holder = *holder;
    }
    return told(desk->records.add_step(*id, *step), options.json, out, err);
}

int run_application_list(const ApplicationListOptions& options, std::ostream& out,
                         std::ostream& err) {
    const auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    const auto all = desk->records.applications();
    if (!all) return refuse({all.error()}, err);
    Json list = Json::array();
    for (const Application& each : *all) {
        if (!options.state.empty() && to_string(each.state) != options.state) continue;
        list.push(to_json(each));
        if (options.json) continue;
        out << each.form.id.str() << ": " << to_string(each.state) << ", service point "
            << each.form.service_point << ", " << to_string(each.form.technology) << " "
            << each.form.estimated_w << " W, since " << utc_text(each.steps.back().at_s) << '\n';
    }
    if (options.json) out << Json::object().set("applications", std::move(list)).dump(2) << '\n';
    if (!options.json && list.as_array()->empty()) out << "No applications.\n";
    return kDeskDone;
}

int run_application_show(const ApplicationShowOptions& options, std::ostream& out,
                         std::ostream& err) {
    const auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    const auto id = ApplicationId::parse(options.application);
    if (!id) return refuse({"'" + options.application + "' names no application"}, err);
    const auto application = desk->records.application(*id);
    if (!application) return refuse({application.error()}, err);
    const auto person = desk->records.person(application->holder);
    const auto place = desk->records.place_of(*id);
    if (!person || !place) return refuse({person ? place.error() : person.error()}, err);
    if (options.json) {
        out << to_json(*application)
                   .set("name", *person ? Json((*person)->name) : Json())
                   .set("contact", *person ? Json((*person)->contact) : Json())
                   .set("place", place->empty() ? Json() : Json(*place))
                   .dump(2)
            << '\n';
        return kDeskDone;
    }
    out << "Application " << id->str() << ", " << to_string(application->state) << ": "
        << to_string(application->form.technology) << ", " << application->form.estimated_w
        << " W estimated, service point " << application->form.service_point << "\n  of "
        << application->holder.str();
    if (*person) out << ", " << (*person)->name << ", " << (*person)->contact;
    out << '\n';
    if (!place->empty()) out << "  at " << *place << '\n';
    for (const ApplicationStep& step : application->steps) {
        out << "  " << utc_text(step.at_s) << "  " << to_string(step.action) << " by "
            << step.by.name;
        if (step.visit_s) out << ", visit " << utc_text(*step.visit_s);
        if (step.inspection) out << ", " << step.inspection->record.nameplate_w << " W measured";
        if (!step.reason.empty()) out << ": " << step.reason;
        out << '\n';
    }
    out << "Possible: " << legal_actions(application->state) << ".\n";
    return kDeskDone;
}

int run_erase_person(const ErasePersonOptions& options, std::ostream& out, std::ostream& err) {
    auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    const auto id = PersonId::parse(options.person);
    const auto erased = id ? noted_erasure(*desk, *id) : Result<bool, std::string>(false);
    if (!erased) return fail(erased.error(), err);
    if (options.json) {
        out << Json::object().set("person", options.person).set("erased", *erased).dump(2) << '\n';
        return *erased ? kDeskDone : kDeskWrongInput;
    }
    if (!*erased)
        return refuse({"the records hold nothing of a person '" + options.person + "'"}, err);
    out << "Name, contact and places of " << options.person
        << " are erased. Applications keep the pseudonym; copies of the database are yours to "
           "clear.\n";
    return kDeskDone;
}

int run_inspection(const InspectionOptions& options, std::ostream& out, std::ostream& err) {
    const auto genesis = load_genesis_file(options.genesis);
    if (!genesis) return refuse({genesis.error()}, err);
    const auto key = load_signing_key(options.key);
    if (!key) return refuse({key.error()}, err);
    std::vector<std::string> faults;
    InspectionRecord record;
    record.application = optional_name<ApplicationId>(options.application, "--application", faults)
                             .value_or(ApplicationId());
    record.meter = optional_name<MeterId>(options.meter, "--meter", faults).value_or(MeterId());
    record.technology = technology_in(options.technology, faults);
    record.nameplate_w = options.nameplate_w;
    record.serials = options.serials;
    record.visited_s = unix_now_s();
    record.remark = options.remark;
    for (const std::filesystem::path& photo : options.photos) {
        const auto bytes = read_file(photo);
        if (!bytes) faults.push_back(bytes.error().message);
        if (bytes) record.photos.push_back(sha256(*bytes));
    }
    if (record.application.empty() || record.meter.empty())
        faults.push_back("--application and --meter: both are needed");
    if (const std::string fault = fault_of(record); !fault.empty()) faults.push_back(fault);
    auto inspector = optional_name<NodeId>(options.inspector, "--inspector", faults);
    for (const Signatory& each : genesis->content.office.inspectors)
        if (!inspector && each.key == key->public_key()) inspector = each.name;
    if (!inspector)
        faults.push_back(options.key.string() +
                         ": the key of none of the inspectors in genesis; name yourself by "
                         "--inspector if OFFICERS named you later");
    if (!faults.empty()) return refuse(faults, err);
    const auto made = sign_inspection(record, *inspector, genesis->network, *key);
    if (const auto written = write_file_atomically(options.out, made.envelope); !written)
        return fail(written.error().message, err);
    if (options.json) {
        out << to_json(record)
                   .set("inspector", inspector->str())
                   .set("id", to_hex(made.id.view()))
                   .set("file", options.out.string())
                   .dump(2)
            << '\n';
        return kDeskDone;
    }
    out << inspector->str() << " signed: " << record.nameplate_w << " W at meter "
        << record.meter.str() << ", application " << record.application.str()
        << ". Give the office " << options.out.string() << " and the photos.\n";
    return kDeskDone;
}

}  // namespace fairfeed
