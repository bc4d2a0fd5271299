// Capacity codes: given out once, read by those whom they concern, and handed in, which makes the
// draft of the CAPACITY. What a code says is sealed; the office keeps its commitment alone.
#include "core/crypto/random.h"
#include "gateway/api/application_access.h"
#include "gateway/api/draft_making.h"
#include "gateway/desk/certificate_file.h"
#include "gateway/desk/code_desk.h"
#include "gateway/desk/desk_json.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxTypedCode = 2000;

HttpResponse only_the_office() {
    return problem(403, "not-allowed", "this is for officers and operators");
}

HttpResponse secret_response(const Json& json, unsigned status) {
    HttpResponse response = json_response(json, status);
    response.set("cache-control", "no-store");
    return response;
}

// Every code that was given out for the applications that the caller may see.
HttpResponse list_codes(const ApiSources& sources, const ApiCall& call) {
    const auto records = sources.records();
    if (!records) return machine_failed(records.error());
    const auto all = records->applications();
    if (!all) return machine_failed(all.error());
    Json items = Json::array();
    for (const Application& each : *all) {
        if (!may_see(call.caller, each)) continue;
        for (const ApplicationStep& step : each.steps) {
            if (step.action != ApplicationAction::issue || !step.commitment) continue;
            const auto code = records->code(*step.commitment);
            if (!code) return machine_failed(code.error());
            if (*code) items.push(code_json((*code)->application, (*code)->record));
        }
    }
    return json_response(Json::object().set("items", std::move(items)));
}

HttpResponse issue(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    CodeWish wish;
    wish.valid_days = body.whole("valid_days", 1, kMaxCodeDays, kCodeDays);
    if (auto fault = body.finish()) return *fault;
    if (!is_of_the_office(call.caller)) return only_the_office();
    const auto id = ApplicationId::parse(call.in_path("id"));
    if (!id) return not_found();
    wish.application = *id;
    wish.by = call.caller.name();
    wish.now_s = call.now_ms / 1000;
    const std::lock_guard alone(*sources.desk);
    auto records = sources.records();
    if (!records) return machine_failed(records.error());
    const auto before = records->application(*id);
    if (!before) return not_found();
    if (auto changed = changed_meanwhile(call, application_json(*before))) return *changed;
    const auto key = sources.codes_key();
    if (!key) return machine_failed(key.error());
    const auto issued = issue_code(*records, wish, {*key, sources.network_id}, system_random(),
                                   noted_for(sources, call),
                                   [](const IssuedCode&) { return Result<void, std::string>(); });
    if (!issued) return undone(issued.error());
    return secret_response(certificate_json(issued->salted)
                               .set("code", issued->letters())
                               .set("text", issued->text)
                               .set("qr_svg", issued->picture()),
                           201);
}

// What the body's code says, if that is the caller's business.
Result<CodeReading, HttpResponse> reading_of(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    const std::string typed = body.text("code", kMaxTypedCode);
    if (auto fault = body.finish()) return unexpected(std::move(*fault));
    const auto key = sources.codes_key();
    if (!key) return unexpected(machine_failed(key.error()));
    const auto records = sources.records();
    if (!records) return unexpected(machine_failed(records.error()));
    auto reading = read_code(*records, typed, {*key, sources.network_id}, call.now_ms / 1000);
    if (!reading && reading.error().kind == DeskFaultKind::wrong)
        return unexpected(problem(422, "wrong-field", reading.error().line,
                                  {{"#/code", "", reading.error().line}}));
    if (!reading) return unexpected(undone(reading.error()));
    if (is_of_the_office(call.caller)) return std::move(*reading);
    const auto application = records->application(reading->salted.certificate.application);
    if (!application || !is_own(call.caller, *application)) return unexpected(not_found());
    return std::move(*reading);
}

HttpResponse read(const ApiSources& sources, const ApiCall& call) {
    const auto reading = reading_of(sources, call);
    if (!reading) return reading.error();
    return secret_response(certificate_json(reading->salted)
                               .set("usable", !reading->refusal.has_value())
                               .set("verdict", reading->verdict()),
                           200);
}

HttpResponse hand_in(const ApiSources& sources, const ApiCall& call) {
    const auto reading = reading_of(sources, call);
    if (!reading) return reading.error();
    if (reading->refusal) return problem(409, "code-refused", reading->verdict());
    const DraftWish wish{"capacity", capacity_fields(reading->salted)};
    // Handed in again: the draft that waits, whenever its capacity begins.
    return draft_for(sources, call, wish, [](const Draft& known, const Draft& made) {
        const auto* waiting = std::get_if<CapacityCertificate>(&known.notice.content);
        const auto& wanted = std::get<CapacityCertificate>(made.notice.content);
        return waiting != nullptr && waiting->certificate == wanted.certificate;
    });
}

}  // namespace

std::vector<ApiRoute> code_routes(const ApiSources& sources) {
    using Right = AccessRight;
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    return {
        {"GET", "/api/v1/codes", Right::read_own, {}, with(list_codes)},
        {"POST", "/api/v1/codes", Right::applications, {}, with(hand_in)},
        {"POST", "/api/v1/codes/reading", Right::applications, {}, with(read)},
        {"POST", "/api/v1/applications/{id}/code", Right::applications, {}, with(issue)},
    };
}

}  // namespace fairfeed
