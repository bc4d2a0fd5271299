// Drafts: what waits for officers. They sign on machines of their own; here they fetch the file and
// hand it back with their approval in it, which this server can check and cannot make.
#include <algorithm>

#include "core/state/registry.h"
#include "gateway/api/draft_making.h"
#include "gateway/desk/desk_json.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxDraftFile = 100'000;
constexpr std::size_t kMaxField = 8'000;

std::string id_of(const Draft& draft) {
    return to_hex(draft.notice.id.view());
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
        items.push(draft_json(draft, &sources.parameters));
    return json_response(Json::object().set("items", std::move(items)));
}

HttpResponse show_draft(const ApiSources& sources, const ApiCall& call) {
    const auto found = find_draft(sources, call.in_path("id"));
    if (!found) return not_found();
    return json_response(draft_json(found->draft, &sources.parameters));
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
    return json_response(draft_json(found.draft, &sources.parameters));
}

HttpResponse list_kinds(const ApiCall&) {
    Json items = Json::array();
    for (const NoticeForm& form : notice_forms()) {
        Json fields = Json::array();
        for (const NoticeField& field : form.fields)
            fields.push(Json::object()
                            .set("name", field.name)
                            .set("help", field.help)
                            .set("optional", field.is_optional));
        items.push(Json::object()
                       .set("kind", form.kind)
                       .set("purpose", form.purpose)
                       .set("fields", std::move(fields))
                       .set("example", form.example));
    }
    return json_response(Json::object().set("items", std::move(items)));
}

HttpResponse make(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    DraftWish wish;
    wish.kind = body.text("kind");
    wish.fields = body.fields("fields", kMaxField);
    if (const auto sequence = body.optional_whole("sequence", 1, INT64_MAX))
        wish.sequence = static_cast<std::uint64_t>(*sequence);
    wish.valid_days = body.whole("valid_days", 1, kMaxDraftDays, kDraftDays);
    if (!wish.kind.empty() && form_of(wish.kind) == nullptr)
        body.fail("kind", "is none of those that /api/v1/draft-kinds lists");
    if (auto fault = body.finish()) return *fault;
    return draft_for(sources, call, wish, asks_for_the_same);
}

HttpResponse approve_draft(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    const auto bytes = body.optional_hex("draft", kMaxDraftFile);
    if (call.body.at("draft").is_null()) body.fail("draft", "is missing");
    auto copy = decode_draft(bytes.value_or(Bytes()));
    if (bytes && !copy) body.fail("draft", copy.error());
    if (auto fault = body.finish()) return *fault;
    auto found = find_draft(sources, call.in_path("id"));
    if (!found) return not_found();
    const std::size_t before = found->draft.notice.endorsements.size();
    const Json before_json = draft_json(found->draft, &sources.parameters);
    if (copy->withdrawn || found->draft.withdrawn)
        return problem(409, "withdrawn", "this draft is withdrawn: nobody signs it");
    if (const auto done = merge(found->draft, *copy); !done)
        return problem(409, "another-draft", done.error());
    // Handed in again: it is as it was.
    if (found->draft.notice.endorsements.size() == before)
        return json_response(draft_json(found->draft, &sources.parameters));
    if (auto changed = changed_meanwhile(call, before_json)) return *changed;
    if (auto fault = noted(sources, call, "draft.approve", id_of(found->draft))) return *fault;
    return save(sources, *found);
}

HttpResponse withdraw_draft(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    const std::string reason = body.text("reason");
    if (auto fault = body.finish()) return *fault;
    auto found = find_draft(sources, call.in_path("id"));
    if (!found) return not_found();
    if (found->draft.withdrawn) return json_response(draft_json(found->draft, &sources.parameters));
    if (auto changed = changed_meanwhile(call, draft_json(found->draft, &sources.parameters)))
        return *changed;
    if (auto fault = noted(sources, call, "draft.withdraw", id_of(found->draft), reason))
        return *fault;
    found->draft.withdrawn = true;
    return save(sources, *found);
}

// The height of the block that has it; nullopt: none that the office followed.
Result<std::optional<std::int64_t>, std::string> final_height(const ApiSources& sources,
                                                              const std::string& id) {
    const auto rows = sources.rows(
        {.table = OfficeTable::transactions, .equal = {{"id", OfficeCell(id)}}, .limit = 1});
    if (!rows) return unexpected(rows.error());
    if (rows->empty()) return std::optional<std::int64_t>();
    return std::optional(std::get<std::int64_t>(cell_of(rows->front(), "height")));
}

HttpResponse submission_json(const std::string& id, std::optional<std::int64_t> height) {
    return json_response(Json::object()
                             .set("id", id)
                             .set("state", height ? "final" : "waiting")
                             .set("height", optional_json(height)),
                         height ? 200 : 202);
}

// Leaving the same notice again changes nothing; nor does one that a block has.
HttpResponse submit_draft(const ApiSources& sources, const ApiCall& call) {
    BodyReader body(call.body);
    if (auto fault = body.finish()) return *fault;
    const auto found = find_draft(sources, call.in_path("id"));
    if (!found) return not_found();
    const std::string id = id_of(found->draft);
    const auto height = final_height(sources, id);
    if (!height) return machine_failed(height.error());
    if (*height) return submission_json(id, *height);
    if (auto changed = changed_meanwhile(call, draft_json(found->draft, &sources.parameters)))
        return *changed;
    const auto notice = notice_to_submit(found->draft);
    if (!notice) return problem(409, "not-ready", notice.error());
    if (GridClock(sources.parameters).end_real_ms(notice->valid_until) <= call.now_ms)
        return problem(409, "expired",
                       "it expired when window " + std::to_string(notice->valid_until) +
                           " ended: draft it anew");
    if (auto fault = noted(sources, call, "draft.submit", id)) return *fault;
    const auto left = sources.submit(*notice);
    if (!left) return machine_failed(left.error());
    return submission_json(id, std::nullopt);
}

}  // namespace

std::vector<ApiRoute> draft_routes(const ApiSources& sources) {
    using Right = AccessRight;
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    // A draft is read, changed and written back by one at a time.
    const auto changing = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) {
            const std::lock_guard alone(*sources.desk);
            return answer(sources, call);
        };
    };
    return {
        {"GET", "/api/v1/draft-kinds", Right::read_drafts, {}, list_kinds},
        {"GET", "/api/v1/drafts", Right::read_drafts, {}, with(list_drafts)},
        {"POST", "/api/v1/drafts", Right::change_drafts, {}, with(make)},
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
        {"POST",
         "/api/v1/drafts/{id}/submission",
         Right::change_drafts,
         {},
         changing(submit_draft)},
    };
}

}  // namespace fairfeed
