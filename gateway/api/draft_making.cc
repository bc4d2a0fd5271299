#include "gateway/api/draft_making.h"

#include "core/model/network.h"
#include "gateway/desk/desk_json.h"

namespace fairfeed {
namespace {

// A line of a fault as the member that it is about: "effective: 'x' is no window".
HttpResponse wrong_fields(const std::string& kind, const std::vector<std::string>& lines) {
    const NoticeForm* form = form_of(kind);
    std::vector<RequestFault> faults;
    for (const std::string& line : lines) {
        const std::string word = line.substr(0, line.find_first_of(": "));
        bool is_field = false;
        for (const NoticeField& field : form == nullptr ? std::vector<NoticeField>() : form->fields)
            is_field = is_field || field.name == word;
        faults.push_back({is_field ? "#/fields/" + word : "#/fields", "", line});
    }
    return problem(422, "wrong-field", lines.front(), std::move(faults));
}

bool waits(const Draft& draft, const NetworkParameters& parameters, std::int64_t now_ms) {
    return !draft.withdrawn && GridClock(parameters).end_real_ms(draft.notice.valid_until) > now_ms;
}

HttpResponse made_json(const MadeDraft& made, const NetworkParameters& parameters,
                       unsigned status) {
    return json_response(draft_json(made.draft, &parameters)
                             .set("refusal", made.refusal.empty() ? Json() : Json(made.refusal)),
                         status);
}

}  // namespace

HttpResponse draft_for(const ApiSources& sources, const ApiCall& call, const DraftWish& wish,
                       const std::function<bool(const Draft&, const Draft&)>& is_same) {
    const auto ground = sources.drafting();
    if (!ground) return machine_failed(ground.error());
    const std::lock_guard alone(*sources.desk);
    auto made = make_draft(wish, *ground, call.now_ms);
    if (!made) return wrong_fields(wish.kind, made.error());
    for (auto& [name, known] : sources.drafts.all()) {
        if (!waits(known, sources.parameters, call.now_ms) || !is_same(known, made->draft))
            continue;
        // Another notice may have taken its number, or its window is over: it is dead then.
        const std::string stale = refusal_of(ground->state, {known}, call.now_ms);
        if (made->refusal.empty() && !stale.empty()) continue;
        made->refusal = stale;
        made->draft = std::move(known);
        return made_json(*made, sources.parameters, 200);
    }
    const std::string file = draft_file_name(made->draft);
    const auto kept = keep_draft(*made, file, noted_for(sources, call), [&](const Draft& draft) {
        return sources.drafts.save(file, draft);
    });
    if (!kept) return machine_failed(kept.error());
    HttpResponse response = made_json(*made, sources.parameters, 201);
    response.set("location", "/api/v1/drafts/" + to_hex(made->draft.notice.id.view()));
    return response;
}

}  // namespace fairfeed
