#include "gateway/desk/code_desk.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/utc_text.h"
#include "core/crypto/key_file.h"
#include "gateway/capacity/qr_picture.h"
#include "gateway/capacity/typed_text.h"

namespace fairfeed {
namespace {

using enum DeskFaultKind;

// Of the record that the office verified; the application must have one.
InstallationCertificate certificate_of(const Application& application, const CodeWish& wish) {
    InstallationCertificate out;
    out.application = application.form.id;
    out.meter = application.record->meter;
    out.capacity_w = application.record->nameplate_w;
    out.technology = application.record->technology;
    for (const ApplicationStep& step : application.steps)
        if (step.inspection) out.inspector = step.inspection->inspector;
    out.valid_from_s = wish.now_s;
    out.valid_until_s = wish.now_s + wish.valid_days * kSecondsPerDay;
    return out;
}

ApplicationStep issue_step(const Digest& commitment, const CodeWish& wish) {
    ApplicationStep step;
    step.action = ApplicationAction::issue;
    step.at_s = wish.now_s;
    step.by = {ActorRole::office, wish.by};
    step.commitment = commitment;
    return step;
}

// A code on the ground of a visit before the deauthorisation would undo it without another one.
Result<void, DeskFault> inspected_since_deauthorised(const Records& records,
                                                     const Application& application) {
    const InspectionRecord& record = *application.record;
    const auto deauthorised_s = records.deauthorised_s(record.meter);
    if (!deauthorised_s) return desk_fault(machine, deauthorised_s.error());
    if (!*deauthorised_s || record.visited_s > **deauthorised_s) return {};
    return desk_fault(refused, "application " + application.form.id.str() + ": meter " +
                                   record.meter.str() + " was deauthorised at " +
                                   utc_text(**deauthorised_s) +
                                   ", after the visit: schedule another inspection");
}

}  // namespace

Result<SymmetricKey, std::string> codes_key_of(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        const auto key = random_fixed<SymmetricKey>(system_random());
        if (auto saved = save_secret(file, to_hex(key.view()) + "\n"); !saved)
            return unexpected(saved.error());
    }
    return load_symmetric_key(file);
}

std::string IssuedCode::letters() const {
    std::string all = text;
    std::erase_if(all, [](char c) { return c == '-' || c == '\n'; });
    return all;
}

std::string IssuedCode::picture() const {
    return qr_svg(letters());
}

Result<IssuedCode, DeskFault> issue_code(
    Records& records, const CodeWish& wish, const OfficeSeal& seal, const RandomSource& random,
    const NoteDeskAct& note,
    const std::function<Result<void, std::string>(const IssuedCode&)>& keep) {
    const auto application = records.application(wish.application);
    if (!application) return desk_fault(missing, application.error());
    if (const auto may = after_step(*application, issue_step({}, wish)); !may)
        return desk_fault(refused, may.error().sentence);
    if (auto inspected = inspected_since_deauthorised(records, *application); !inspected)
        return unexpected(inspected.error());
    const Bytes envelope = seal_code(certificate_of(*application, wish), seal, random);
    auto salted = open_code(envelope, seal);
    CHECK(salted.has_value());
    IssuedCode issued{std::move(*salted), to_typed_text(envelope)};
    const Digest commitment = commitment_of(issued.salted);
    const auto noted = note(
        {"application.issue", wish.application.str(), "commitment " + to_hex(commitment.view())});
    if (!noted) return desk_fault(machine, noted.error());
    if (const auto kept = keep(issued); !kept) return desk_fault(machine, kept.error());
    const auto after =
        records.add_step(wish.application, issue_step(commitment, wish), application->steps.size());
    if (!after) return desk_fault(refused, after.error());
    return issued;
}

std::string CodeReading::verdict() const {
    if (!refusal) return "it may be handed in";
    const std::string said(to_string(*refusal));
    return refusal == CodeRefusal::used ? said + " (at " + utc_text(*record->used_s) + ")" : said;
}

Result<CodeReading, DeskFault> read_code(const Records& records, std::string_view typed,
                                         const OfficeSeal& seal, std::int64_t now_s) {
    const auto bytes = from_typed_text(typed);
    if (!bytes) return desk_fault(wrong, to_string(bytes.error()));
    auto salted = open_code(*bytes, seal);
    if (!salted)
        return desk_fault(wrong, "typed rightly, but no code of this office and network: " +
                                     std::string(to_string(salted.error())));
    const auto given = records.code(commitment_of(*salted));
    if (!given) return desk_fault(machine, given.error());
    const auto deauthorised_s = records.deauthorised_s(salted->certificate.meter);
    if (!deauthorised_s) return desk_fault(machine, deauthorised_s.error());
    CodeReading reading{std::move(*salted), {}, {}};
    if (*given) reading.record = (*given)->record;
    reading.refusal = refusal_of(reading.salted, reading.record ? &*reading.record : nullptr,
                                 *deauthorised_s, now_s);
    return reading;
}

NoticeFields capacity_fields(const SaltedCertificate& salted) {
    return {{"meter", salted.certificate.meter.str()},
            {"capacity_w", std::to_string(salted.certificate.capacity_w)},
            {"certificate", to_hex(commitment_of(salted).view())},
            {"effective", "next+6"}};
}

}  // namespace fairfeed
