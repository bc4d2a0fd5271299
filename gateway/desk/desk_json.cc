#include "gateway/desk/desk_json.h"

#include "core/io/json_texts.h"
#include "core/state/registry.h"
#include "gateway/office/notice_words.h"

namespace fairfeed {
namespace {

Json step_json(const ApplicationStep& step) {
    return Json::object()
        .set("action", to_string(step.action))
        .set("at_s", step.at_s)
        .set("role", to_string(step.by.role))
        .set("by", step.by.name)
        .set("reason", step.reason)
        .set("visit_s", optional_json(step.visit_s))
        .set("inspection", step.inspection ? Json(to_hex(step.inspection->id.view())) : Json())
        .set("commitment", step.commitment ? Json(to_hex(step.commitment->view())) : Json())
        .set("holder", optional_json(step.holder));
}

Json step_json(const WorkOrderStep& step) {
    return Json::object()
        .set("action", to_string(step.action))
        .set("at_s", step.at_s)
        .set("by", step.by)
        .set("note", step.note);
}

template <class Step>
Json steps_json(const std::vector<Step>& steps) {
    Json out = Json::array();
    for (const Step& step : steps)
        out.push(step_json(step));
    return out;
}

}  // namespace

Json inspection_json(const InspectionRecord& record) {
    Json photos = Json::array();
    for (const Digest& photo : record.photos)
        photos.push(to_hex(photo.view()));
    return Json::object()
        .set("application", record.application.str())
        .set("meter", record.meter.str())
        .set("technology", to_string(record.technology))
        .set("nameplate_w", record.nameplate_w)
        .set("serials", texts_json(record.serials))
        .set("photos", std::move(photos))
        .set("visited_s", record.visited_s)
        .set("remark", record.remark);
}

Json application_json(const Application& application) {
    const ApplicationForm& form = application.form;
    return Json::object()
        .set("id", form.id.str())
        .set("state", to_string(application.state))
        .set("next", legal_actions(application.state))
        .set("applicant", form.applicant.str())
        .set("holder", application.holder.str())
        .set("service_point", form.service_point)
        .set("meter", optional_json(form.meter))
        .set("technology", to_string(form.technology))
        .set("estimated_w", form.estimated_w)
        .set("follows", optional_json(form.follows))
        .set("record", application.record ? inspection_json(*application.record) : Json())
        .set("steps", steps_json(application.steps));
}

Json work_order_json(const WorkOrder& order) {
    return Json::object()
        .set("id", order.id.str())
        .set("state", to_string(order.state))
        .set("kind", to_string(order.alarm.kind))
        .set("subject", order.alarm.subject)
        .set("cluster", optional_json(order.alarm.cluster))
        .set("height", order.alarm.height)
        .set("what", order.alarm.what)
        .set("steps", steps_json(order.steps));
}

Json code_json(const ApplicationId& application, const CodeRecord& code) {
    const char* state = code.used_s ? "used" : code.revoked_s ? "revoked" : "issued";
    return Json::object()
        .set("commitment", to_hex(code.commitment.view()))
        .set("application", application.str())
        .set("state", state)
        .set("issued_s", code.issued_s)
        .set("used_s", optional_json(code.used_s))
        .set("revoked_s", optional_json(code.revoked_s));
}

Json draft_json(const Draft& draft, const NetworkParameters* parameters) {
    Json approved = Json::array();
    for (const Witness& approval : draft.notice.endorsements)
        approved.push(approval.node.str());
    Json json = Json::object()
                    .set("id", to_hex(draft.notice.id.view()))
                    .set("kind", to_string(draft.notice.kind))
                    .set("sequence", registry_sequence(draft.notice.content))
                    .set("valid_until", draft.notice.valid_until)
                    .set("drafted_by", draft.notice.signer.str())
                    .set("approved_by", std::move(approved))
                    .set("threshold", draft.office.threshold)
                    .set("missing", approvals_missing(draft))
                    .set("withdrawn", draft.withdrawn);
    if (parameters != nullptr)
        json.set("words", texts_json(in_plain_words(draft.notice, *parameters)));
    return json;
}

}  // namespace fairfeed
