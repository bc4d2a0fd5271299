#include "gateway/commands/application_commands.h"

#include "core/base/utc_text.h"
#include "core/crypto/digest.h"
#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "gateway/commands/office_desk.h"
#include "gateway/desk/application_desk.h"
#include "gateway/desk/chain_view.h"
#include "gateway/desk/desk_json.h"

namespace fairfeed {
namespace {

// Of one step, or of a new application.
int told(const Result<Application, DeskFault>& after, bool json, std::ostream& out,
         std::ostream& err) {
    if (!after) return report(after.error(), err);
    if (json) {
        out << application_json(*after).dump(2) << '\n';
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

Result<ApplicationStepWish, std::string> wish_of(const ApplicationStepOptions& options) {
    ApplicationStepWish wish;
    wish.action = options.action;
    wish.by = {ActorRole::office, options.by};
    wish.at_s = unix_now_s();
    wish.reason = options.reason;
    if (options.action == ApplicationAction::inspect) {
        auto bytes = read_file(options.record, kMaxInspectionBytes);
        if (!bytes) return unexpected(bytes.error().message);
        wish.record = std::move(*bytes);
    }
    if (options.action == ApplicationAction::transfer)
        wish.holder = PersonDetails{options.name, options.contact};
    if (options.action == ApplicationAction::schedule) {
        wish.visit_s = unix_time_from(options.visit);
        if (!wish.visit_s)
            return unexpected("--visit: '" + options.visit +
                              "' is no date: write 2027-01-31 or 2027-01-31T09:30, in UTC");
    }
    return wish;
}

// Whether there was anything to erase; only then it is noted.
Result<bool, std::string> noted_erasure(OfficeDesk& desk, const PersonId& person) {
    const auto known = desk.records.person(person);
    if (!known) return unexpected(known.error());
    if (!*known) return false;
    if (const auto noted = noted_for(desk, "office")({"person.erase", person.str()}); !noted)
        return unexpected(noted.error());
    return desk.records.erase(person);
}

}  // namespace

int run_new_application(const NewApplicationOptions& options, std::ostream& out,
                        std::ostream& err) {
    auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    std::vector<std::string> faults;
    ApplicationWish wish;
    wish.form.service_point = options.service_point;
    wish.form.meter = optional_name<MeterId>(options.meter, "--meter", faults);
    wish.form.technology = technology_in(options.technology, faults);
    wish.form.estimated_w = options.estimated_w;
    wish.form.follows = optional_name<ApplicationId>(options.follows, "--follows", faults);
    wish.person = optional_name<PersonId>(options.person, "--person", faults);
    wish.details = {options.name, options.contact};
    wish.place = options.place;
    wish.by = {ActorRole::office, options.by};
    wish.at_s = unix_now_s();
    if (!faults.empty()) return refuse(faults, err);
    return told(apply_for_capacity(desk->records, wish, noted_for(*desk, options.by)), options.json,
                out, err);
}

int run_application_step(const ApplicationStepOptions& options, std::ostream& out,
                         std::ostream& err) {
    auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    const auto id = ApplicationId::parse(options.application);
    if (!id) return refuse({"'" + options.application + "' names no application"}, err);
    const auto wish = wish_of(options);
    if (!wish) return refuse({wish.error()}, err);
    const InspectionGround ground{desk->genesis.network, [&]() -> Result<Office, std::string> {
                                      auto state =
                                          load_chain_state(desk->genesis, desk->config.ledger);
                                      if (!state) return unexpected(state.error());
                                      return std::move(state->office.office);
                                  }};
    return told(take_step(desk->records, *id, *wish, ground, noted_for(*desk, options.by)),
                options.json, out, err);
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
        list.push(application_json(each));
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
        out << application_json(*application)
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
        out << inspection_json(record)
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
