// Drafts: what waits for officers. They sign on machines of their own; here they fetch the file and
// hand it back with their approval in it, which this server can check and cannot make.
#include <memory>
#include <mutex>

#include "core/state/registry.h"
#include "gateway/api/api_route.h"
#include "gateway/office/notice_words.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxDraftDigits = 200'000;

std::string id_of(const Draft& draft) {
    return to_hex(draft.notice.id.view());
}

Json draft_json(const Draft& draft, const NetworkParameters& parameters) {
    Json approved = Json::array();
    for (const Witness& approval : draft.notice.endorsements)
        approved.push(approval.node.str());
    Json words = Json::array();
    for (const std::string& sentence : in_plain_words(draft.notice, parameters))
        words.push(sentence);
    return Json::object()
        .set("id", id_of(draft))
        .set("kind", to_string(draft.notice.kind))
        .set("sequence", registry_sequence(draft.notice.content))
        .set("valid_until", draft.notice.valid_until)
        .set("drafted_by", draft.notice.signer.str())
        .set("approved_by", std::move(approved))
        .set("threshold", draft.office.threshold)
        .set("missing", approvals_missing(draft))
        .set("withdrawn", draft.withdrawn)
        .set("words", std::move(words));
}

struct FoundDraft {
    std::string name;
    Draft draft;
};

std::optional<FoundDraft> find_draft(const ApiSources& sources, const std::string& id) {
    for (auto& [name, draft] : sources.drafts.all())
        if (id_of(draft) == id) return FoundDraft{name, std::move(draft)};
    return std::nullopt;
}

HttpResponse list_drafts(const ApiSources& sources, const ApiCall&) {
    Json items = Json::array();
    for (const auto& [name, draft] : sources.drafts.all())
        items.push(draft_json(draft, sources.parameters));
    return json_response(Json::object().set("items", std::move(items)));
}

HttpResponse show_draft(const ApiSources& sources, const ApiCall& call) {
    const auto found = find_draft(sources, call.in_path("id"));
    if (!found) return not_found();
    return json_response(draft_json(found->draft, sources.parameters));
}

HttpResponse fetch_draft(const ApiSources& sources, const ApiCall& call) {
    const auto found = find_draft(sources, call.in_path("id"));
    if (!found) return not_found();
    HttpResponse response;
    response.body = std::string(as_text(encode_draft(found->draft)));
    response.set("content-type", "application/octet-stream");
    response.set("content-disposition", "attachment; filename=\"" + found->name + "\"");
    return response;
}

HttpResponse save(const ApiSources& sources, const FoundDraft& found) {
    const auto saved = sources.drafts.save(found.name, found.draft);
    if (!saved) return machine_failed(saved.error());
    return json_response(draft_json(found.draft, sources.parameters));
}

HttpResponse approve_draft(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    const std::string digits = body.text("draft", kMaxDraftDigits);
    const auto bytes = from_hex(digits);
    Result<Draft, std::string> copy = unexpected(std::string("is no hex of a draft's file"));
    if (bytes) copy = decode_draft(*bytes);
    if (!copy && !digits.empty()) body.fail("draft", copy.error());
    if (auto fault = body.finish()) return *fault;
    auto found = find_draft(sources, call.in_path("id"));
    if (!found) return not_found();
    const std::size_t before = found->draft.notice.endorsements.size();
    if (copy->withdrawn || found->draft.withdrawn)
        return problem(409, "withdrawn", "this draft is withdrawn: nobody signs it");
    if (const auto done = merge(found->draft, *copy); !done)
        return problem(409, "another-draft", done.error());
    // Handed in again: it is as it was.
    if (found->draft.notice.endorsements.size() == before)
        return json_response(draft_json(found->draft, sources.parameters));
    if (auto fault = noted(sources, call, "draft.approve", id_of(found->draft))) return *fault;
    return save(sources, *found);
}

HttpResponse withdraw_draft(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    const std::string reason = body.text("reason");
    if (auto fault = body.finish()) return *fault;
    auto found = find_draft(sources, call.in_path("id"));
    if (!found) return not_found();
    if (found->draft.withdrawn) return json_response(draft_json(found->draft, sources.parameters));
    if (auto fault = noted(sources, call, "draft.withdraw", id_of(found->draft), reason))
        return *fault;
    found->draft.withdrawn = true;
    return save(sources, *found);
}

}  // namespace

std::vector<ApiRoute> draft_routes(const ApiSources& sources) {
    using Right = AccessRight;
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    // A draft is read, changed and written back by one at a time.
    const auto alone = std::make_shared<std::mutex>();
    const auto changing = [&sources,
                           alone](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, alone, answer](const ApiCall& call) {
            const std::lock_guard lock(*alone);
            return answer(sources, call);
        };
    };
    return {
        {"GET", "/api/v1/drafts", Right::read_drafts, {}, with(list_drafts)},
        {"GET", "/api/v1/drafts/{id}", Right::read_drafts, {}, with(show_draft)},
        {"GET", "/api/v1/drafts/{id}/file", Right::read_drafts, {}, with(fetch_draft)},
        {"POST",
         "/api/v1/drafts/{id}/approvals",
         Right::change_drafts,
         {},
         changing(approve_draft)},
        {"POST",
         "/api/v1/drafts/{id}/withdrawal",
         Right::change_drafts,
         {},
         changing(withdraw_draft)},
    };
}

}  // namespace fairfeed
