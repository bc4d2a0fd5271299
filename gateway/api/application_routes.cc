// Applications for installed capacity, from the form to the end of the installation. Persons stand
// here by their pseudonyms; who they are is a resource of its own.
#include <algorithm>
#include <array>

#include "gateway/api/api_route.h"
#include "gateway/api/application_access.h"
#include "gateway/desk/application_desk.h"
#include "gateway/desk/desk_json.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxDetail = 300;
constexpr std::int64_t kLatestVisitS = 4'102'444'800;  // 2100-01-01
constexpr std::array kByPeople = {
    ApplicationAction::apply,  ApplicationAction::schedule, ApplicationAction::inspect,
    ApplicationAction::verify, ApplicationAction::reject,   ApplicationAction::withdraw,
    ApplicationAction::revoke, ApplicationAction::transfer, ApplicationAction::decommission};

HttpResponse not_your_step() {
    return problem(403, "not-allowed", "this is no step for your role");
}

std::optional<ApplicationAction> action_of_people(std::string_view word) {
    const auto action = application_action_named(word);
    const bool is_theirs =
        action && std::find(kByPeople.begin(), kByPeople.end(), *action) != kByPeople.end();
    return is_theirs ? action : std::nullopt;
}

HttpResponse list_applications(const ApiSources& sources, const ApiCall& call) {
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    const auto all = records->applications();
    if (!all) return machine_failed(all.error());
    Json items = Json::array();
    for (const Application& each : *all)
        if (may_see(call.caller, each)) items.push(application_json(each));
    return json_response(Json::object().set("items", std::move(items)));
}

// The application of the path, if the caller may see it.
Result<Application, HttpResponse> asked_for(const Records& records, const ApiCall& call) {
    const auto id = ApplicationId::parse(call.in_path("id"));
    if (!id) return unexpected(not_found());
    auto found = records.application(*id);
    if (!found || !may_see(call.caller, *found)) return unexpected(not_found());
    return std::move(*found);
}

HttpResponse show_application(const ApiSources& sources, const ApiCall& call) {
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    const auto found = asked_for(*records, call);
    return found ? json_response(application_json(*found)) : found.error();
}

// Whom the inspector visits. That somebody looked is noted.
HttpResponse show_person(const ApiSources& sources, const ApiCall& call) {
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    const auto found = asked_for(*records, call);
    if (!found) return found.error();
    const auto person = records->person(found->holder);
    if (!person) return machine_failed(person.error());
    const auto place = records->place_of(found->form.id);
    if (!place) return machine_failed(place.error());
    if (auto fault = noted(sources, call, "person.read", found->holder.str())) return *fault;
    HttpResponse response =
        json_response(Json::object()
                          .set("person", found->holder.str())
                          .set("name", *person ? Json((*person)->name) : Json())
                          .set("contact", *person ? Json((*person)->contact) : Json())
                          .set("place", place->empty() ? Json() : Json(*place)));
    response.set("cache-control", "no-store");
    return response;
}

ApplicationWish wish_of(BodyReader& body, const ApiCall& call) {
    ApplicationWish wish;
    wish.person = body.optional_name<PersonId>("person");
    const std::string name = body.optional_text("name", kMaxDetail).value_or("");
    const std::string contact = body.optional_text("contact", kMaxDetail).value_or("");
    wish.details = {name, contact};
    if (!wish.person && !is_line(name, kMaxDetail)) body.fail("name", "is missing, or no line");
    if (!wish.person && !is_line(contact, kMaxDetail))
        body.fail("contact", "is missing, or no line");
    wish.form.service_point = body.text("service_point", 32);
    wish.form.meter = body.optional_name<MeterId>("meter");
    wish.form.technology = body.optional_word("technology", technology_named,
                                              "solar, wind, water, combustion, storage, other")
                               .value_or(Technology::solar);
    wish.form.estimated_w = body.whole("estimated_w", 1, kMaxCapacityW, 0);
    wish.form.follows = body.optional_name<ApplicationId>("follows");
    wish.place = body.optional_text("place", kMaxDetail).value_or("");
    if (!wish.form.service_point.empty() && !is_valid_name(wish.form.service_point))
        body.fail("service_point", "is no name of 1 to 32 of a-z, 0-9 and '-'");
    if (!wish.place.empty() && !is_line(wish.place, kMaxDetail)) body.fail("place", "is no line");
    wish.by = actor_of(call.caller);
    wish.at_s = call.now_ms / 1000;
    return wish;
}

// A customer applies for meters and installations of their own.
bool is_for_own(const Records& records, const ApiCall& call, const ApplicationWish& wish) {
    if (is_of_the_office(call.caller)) return true;
    if (wish.person || (wish.form.meter && !call.caller.owns(wish.form.meter->view())))
        return false;
    if (!wish.form.follows) return true;
    const auto former = records.application(*wish.form.follows);
    return former && is_own(call.caller, *former);
}

HttpResponse apply(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    const ApplicationWish wish = wish_of(body, call);
    if (call.body.at("estimated_w").is_null()) body.fail("estimated_w", "is missing");
    if (auto fault = body.finish()) return *fault;
    if (!may_take(call.caller, ApplicationAction::apply)) return not_your_step();
    const std::lock_guard alone(*sources.desk);
    auto records = sources.records();
    if (!records) return machine_failed(records.error());
    if (!is_for_own(*records, call, wish)) return not_found();
    const auto before = applied_before(*records, wish);
    if (!before) return undone(before.error());
    // Handed in again: it is as it was.
    if (*before) return json_response(application_json(**before));
    const auto made = apply_for_capacity(*records, wish, noted_for(sources, call));
    if (!made) return undone(made.error());
    HttpResponse response = json_response(application_json(*made), 201);
    response.set("location", "/api/v1/applications/" + made->form.id.str());
    return response;
}

ApplicationStepWish step_of(BodyReader& body, const ApiCall& call) {
    ApplicationStepWish wish;
    const auto action = body.optional_word("action", action_of_people,
                                           "apply, schedule, inspect, verify, reject, withdraw, "
                                           "revoke, transfer, decommission");
    if (call.body.at("action").is_null()) body.fail("action", "is missing");
    wish.action = action.value_or(ApplicationAction::apply);
    wish.by = actor_of(call.caller);
    wish.at_s = call.now_ms / 1000;
    wish.reason = body.optional_text("reason", kMaxReasonBytes).value_or("");
    wish.visit_s = body.optional_whole("visit_s", 0, kLatestVisitS);
    wish.record = body.optional_hex("record", kMaxInspectionBytes).value_or(Bytes());
    const auto name = body.optional_text("name", kMaxDetail);
    const auto contact = body.optional_text("contact", kMaxDetail);
    const bool transfers = action == ApplicationAction::transfer;
    if (transfers) wish.holder = PersonDetails{name.value_or(""), contact.value_or("")};
    for (const auto& [member, text] : {std::pair("name", &name), std::pair("contact", &contact)}) {
        if (transfers && !is_line(text->value_or(""), kMaxDetail))
            body.fail(member, "of the new holder is missing, or no line");
        if (!transfers && *text) body.fail(member, "belongs to 'transfer' alone");
    }
    return wish;
}

HttpResponse step(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    ApplicationStepWish wish = step_of(body, call);
    if (auto fault = body.finish()) return *fault;
    const std::lock_guard alone(*sources.desk);
    auto records = sources.records();
    if (!records) return machine_failed(records.error());
    const auto before = asked_for(*records, call);
    if (!before) return before.error();
    if (!may_take(call.caller, wish.action)) return not_your_step();
    const auto again = was_taken(*records, *before, wish);
    if (!again) return undone(again.error());
    if (*again) return json_response(application_json(*before));
    if (auto changed = changed_meanwhile(call, application_json(*before))) return *changed;
    wish.known_steps = before->steps.size();
    const InspectionGround ground{sources.network_id, [&]() -> Result<Office, std::string> {
                                      auto known = sources.drafting();
                                      if (!known) return unexpected(known.error());
                                      return std::move(known->state.office.office);
                                  }};
    const auto after = take_step(*records, before->form.id, wish, ground, noted_for(sources, call));
    return after ? json_response(application_json(*after)) : undone(after.error());
}

}  // namespace

std::vector<ApiRoute> application_routes(const ApiSources& sources) {
    using Right = AccessRight;
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    return {
        {"GET", "/api/v1/applications", Right::read_own, {}, with(list_applications)},
        {"POST", "/api/v1/applications", Right::applications, {}, with(apply)},
        {"GET", "/api/v1/applications/{id}", Right::read_own, {}, with(show_application)},
        {"GET", "/api/v1/applications/{id}/person", Right::read_own, {}, with(show_person)},
        {"POST", "/api/v1/applications/{id}/steps", Right::applications, {}, with(step)},
    };
}

}  // namespace fairfeed
