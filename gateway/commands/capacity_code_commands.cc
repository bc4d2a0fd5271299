#include "gateway/commands/capacity_code_commands.h"

#include <algorithm>
#include <iterator>

#include "core/base/utc_text.h"
#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "core/ledger/replay.h"
#include "gateway/capacity/capacity_code.h"
#include "gateway/capacity/qr_picture.h"
#include "gateway/capacity/typed_text.h"
#include "gateway/commands/certificate_file.h"
#include "gateway/commands/draft.h"
#include "gateway/commands/office_desk.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxTypedText = 10'000;

std::string typed_text(const std::string& argument, std::istream& in) {
    if (argument != "-") return argument;
    std::string text(kMaxTypedText, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

// The office's key of codes; makes it if there is none yet.
Result<SymmetricKey, std::string> codes_key(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        const auto key = random_fixed<SymmetricKey>(system_random());
        if (auto saved = save_secret(file, to_hex(key.view()) + "\n"); !saved)
            return unexpected(saved.error());
    }
    return load_symmetric_key(file);
}

// Of the record that the office verified; the application must have one.
InstallationCertificate certificate_of(const Application& application, std::int64_t now_s,
                                       std::int64_t valid_days) {
    InstallationCertificate out;
    out.application = application.form.id;
    out.meter = application.record->meter;
    out.capacity_w = application.record->nameplate_w;
    out.technology = application.record->technology;
    for (const ApplicationStep& step : application.steps)
        if (step.inspection) out.inspector = step.inspection->inspector;
    out.valid_from_s = now_s;
    out.valid_until_s = now_s + valid_days * kSecondsPerDay;
    return out;
}

ApplicationStep issue_step(const Digest& commitment, std::int64_t now_s, const std::string& by) {
    ApplicationStep step;
    step.action = ApplicationAction::issue;
    step.at_s = now_s;
    step.by = {ActorRole::office, by};
    step.commitment = commitment;
    return step;
}

// A code on the ground of a visit before the deauthorisation would undo it without another one.
Result<void, std::string> inspected_since_deauthorised(const OfficeDesk& desk,
                                                       const Application& application) {
    const InspectionRecord& record = *application.record;
    const auto deauthorised_s = desk.records.deauthorised_s(record.meter);
    if (!deauthorised_s) return unexpected(deauthorised_s.error());
    if (*deauthorised_s && record.visited_s <= **deauthorised_s)
        return unexpected("application " + application.form.id.str() + ": meter " +
                          record.meter.str() + " was deauthorised at " +
                          utc_text(**deauthorised_s) +
                          ", after the visit: schedule another inspection");
    return {};
}

std::string without_separators(std::string text) {
    std::erase_if(text, [](char c) { return c == '-' || c == '\n'; });
    return text;
}

Result<void, std::string> write_copies(const IssueCodeOptions& options,
                                       const SaltedCertificate& salted, const std::string& text) {
    const auto kept =
        write_file_atomically(options.certificate, certificate_json(salted).dump(2) + "\n", 0600);
    if (!kept) return unexpected(kept.error().message);
    if (!options.qr) return {};
    const auto drawn = write_file_atomically(*options.qr, qr_svg(without_separators(text)), 0600);
    if (!drawn) return unexpected(drawn.error().message);
    return {};
}

// The fields of the CAPACITY that the code stands for.
std::vector<std::string> draft_fields(const SaltedCertificate& salted) {
    return {"meter=" + salted.certificate.meter.str(),
            "capacity_w=" + std::to_string(salted.certificate.capacity_w),
            "certificate=" + to_hex(commitment_of(salted).view()), "effective=next+6"};
}

std::string verdict_of(std::optional<CodeRefusal> refusal, const CodeRecord* record) {
    if (!refusal) return "it may be handed in";
    const std::string said(to_string(*refusal));
    return refusal == CodeRefusal::used ? said + " (at " + utc_text(*record->used_s) + ")" : said;
}

// Where the chain certifies it.
struct CertifyingBlock {
    Height height = 0;
    CapacityCertificate notice;
};

Result<std::optional<CertifyingBlock>, std::string> find_on_chain(const ProveCodeOptions& options,
                                                                  const Digest& commitment) {
    const auto genesis = load_genesis_file(options.genesis);
    if (!genesis) return unexpected(genesis.error());
    const auto ledger = Ledger::open_read_only(options.ledger, genesis->network);
    if (!ledger) return unexpected(ledger.error().message);
    std::optional<CertifyingBlock> found;
    const auto state = replay(*ledger, *genesis, {}, [&](const ReplayStep& step) {
        const Block& block = step.committed.block;
        for (const Transaction& each : block.transactions) {
            const auto* notice = std::get_if<CapacityCertificate>(&each.content);
            if (notice != nullptr && notice->certificate == commitment)
                found = CertifyingBlock{block.header.height, *notice};
        }
        return Result<void, ReplayFault>();
    });
    if (!state)
        return unexpected(options.ledger.string() + ": height " +
                          std::to_string(state.error().height) + ": " + state.error().explanation);
    return found;
}

}  // namespace

int run_issue_code(const IssueCodeOptions& options, std::ostream& out, std::ostream& err) {
    auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    const auto id = ApplicationId::parse(options.application);
    if (!id) return refuse({"'" + options.application + "' names no application"}, err);
    const auto application = desk->records.application(*id);
    if (!application) return refuse({application.error()}, err);
    const std::int64_t now_s = unix_now_s();
    if (const auto may = after_step(*application, issue_step({}, now_s, options.by)); !may)
        return refuse({may.error().sentence}, err);
    const auto inspected = inspected_since_deauthorised(*desk, *application);
    if (!inspected) return refuse({inspected.error()}, err);
    const auto key = codes_key(desk->config.codes_key);
    if (!key) return refuse({key.error()}, err);
    const OfficeSeal seal{*key, desk->genesis.network};
    const Bytes envelope =
        seal_code(certificate_of(*application, now_s, options.valid_days), seal, system_random());
    const auto salted = open_code(envelope, seal);
    CHECK(salted.has_value());
    const std::string text = to_typed_text(envelope);
    const Digest commitment = commitment_of(*salted);
    if (const auto noted = note_at_desk(*desk, "application.issue", id->str(), options.by,
                                        "commitment " + to_hex(commitment.view()));
        !noted)
        return fail(noted.error(), err);
    if (const auto written = write_copies(options, *salted, text); !written)
        return fail(written.error(), err);
    const auto after = desk->records.add_step(*id, issue_step(commitment, now_s, options.by));
    if (!after) return refuse({after.error()}, err);
    if (options.json) {
        out << certificate_json(*salted).set("code", without_separators(text)).dump(2) << '\n';
        return kDeskDone;
    }
    out << text << "Valid until " << utc_text(salted->certificate.valid_until_s)
        << " UTC, once. Give the applicant this text"
        << (options.qr ? ", " + options.qr->string() : std::string()) << " and "
        << options.certificate.string() << ", by which they can prove what was certified.\n";
    return kDeskDone;
}

int run_check_code(const CheckCodeOptions& options, std::istream& in, std::ostream& out,
                   std::ostream& err) {
    if (!options.config.empty())
        return run_read_code({options.config, options.code, options.json}, in, out, err);
    const auto bytes = from_typed_text(typed_text(options.code, in));
    if (!bytes && !options.json) return refuse({to_string(bytes.error())}, err);
    if (options.json) {
        Json json = Json::object().set("right", bytes.has_value());
        if (!bytes)
            json.set("fault", to_string(bytes.error()))
                .set("line", bytes.error().line)
                .set("character", bytes.error().place);
        out << json.dump(2) << '\n';
        return bytes ? kDeskDone : kDeskWrongInput;
    }
    out << "Typed rightly. What it says, and whether it was used, the office reads.\n";
    return kDeskDone;
}

int run_read_code(const ReadCodeOptions& options, std::istream& in, std::ostream& out,
                  std::ostream& err) {
    const auto desk = open_desk(options.config);
    if (!desk) return refuse(desk.error(), err);
    const auto bytes = from_typed_text(typed_text(options.code, in));
    if (!bytes) return refuse({to_string(bytes.error())}, err);
    const auto key = load_symmetric_key(desk->config.codes_key);
    if (!key) return refuse({key.error()}, err);
    const auto salted = open_code(*bytes, {*key, desk->genesis.network});
    if (!salted)
        return refuse({"typed rightly, but no code of this office and network: " +
                       std::string(to_string(salted.error()))},
                      err);
    const auto given = desk->records.code(commitment_of(*salted));
    if (!given) return refuse({given.error()}, err);
    const auto deauthorised_s = desk->records.deauthorised_s(salted->certificate.meter);
    if (!deauthorised_s) return refuse({deauthorised_s.error()}, err);
    const CodeRecord* record = *given ? &(*given)->record : nullptr;
    const auto refusal = refusal_of(*salted, record, *deauthorised_s, unix_now_s());
    const std::string verdict = verdict_of(refusal, record);
    if (options.draft && !refusal) {
        DraftOptions drafted;
        drafted.config = options.config;
        drafted.kind = "capacity";
        drafted.fields = draft_fields(*salted);
        drafted.json = options.json;
        return run_draft(drafted, out, err);
    }
    if (options.json) {
        out << certificate_json(*salted)
                   .set("usable", !refusal.has_value())
                   .set("verdict", verdict)
                   .dump(2)
            << '\n';
        return refusal ? kDeskWrongInput : kDeskDone;
    }
    const InstallationCertificate& certificate = salted->certificate;
    out << "Application " << certificate.application.str() << ", meter " << certificate.meter.str()
        << ": " << certificate.capacity_w << " W " << to_string(certificate.technology)
        << ", inspected by " << certificate.inspector.str() << ", valid until "
        << utc_text(certificate.valid_until_s) << " UTC.\nCommitment "
        << to_hex(commitment_of(*salted).view()) << "; " << verdict << ".\n";
    if (refusal) return kDeskWrongInput;
    out << "  gateway draft capacity --config " << options.config.string();
    for (const std::string& field : draft_fields(*salted))
        out << " " << field;
    out << "\n";
    return kDeskDone;
}

int run_prove_code(const ProveCodeOptions& options, std::ostream& out, std::ostream& err) {
    const auto salted = load_certificate_file(options.certificate);
    if (!salted) return refuse({salted.error()}, err);
    const Digest commitment = commitment_of(*salted);
    const auto found = find_on_chain(options, commitment);
    if (!found) return refuse({found.error()}, err);
    const InstallationCertificate& certificate = salted->certificate;
    const bool fits = *found && (*found)->notice.meter == certificate.meter &&
                      (*found)->notice.capacity_w == certificate.capacity_w;
    if (options.json) {
        out << certificate_json(*salted)
                   .set("proved", fits)
                   .set("height", *found ? Json((*found)->height) : Json())
                   .dump(2)
            << '\n';
        return fits ? kDeskDone : kDeskWrongInput;
    }
    if (!*found) return refuse({"no block names the commitment of this certificate"}, err);
    if (!fits) return refuse({"a block names it for another meter or capacity"}, err);
    out << "Proved: block " << (*found)->height << " certifies " << certificate.capacity_w
        << " W for meter " << certificate.meter.str() << ", by the certificate of "
        << certificate.inspector.str() << " for application " << certificate.application.str()
        << ", commitment " << to_hex(commitment.view()) << ".\n";
    return kDeskDone;
}

}  // namespace fairfeed
