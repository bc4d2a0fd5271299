#include "gateway/commands/capacity_code_commands.h"

#include "core/base/utc_text.h"
#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "core/ledger/replay.h"
#include "gateway/capacity/typed_text.h"
#include "gateway/commands/draft.h"
#include "gateway/commands/office_desk.h"
#include "gateway/desk/certificate_file.h"
#include "gateway/desk/code_desk.h"

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

Result<void, std::string> write_copies(const IssueCodeOptions& options, const IssuedCode& issued) {
    const auto kept = write_file_atomically(options.certificate,
                                            certificate_json(issued.salted).dump(2) + "\n", 0600);
    if (!kept) return unexpected(kept.error().message);
    if (!options.qr) return {};
    const auto drawn = write_file_atomically(*options.qr, issued.picture(), 0600);
    if (!drawn) return unexpected(drawn.error().message);
    return {};
}

// As words of `gateway draft`.
std::vector<std::string> field_words(const SaltedCertificate& salted) {
    std::vector<std::string> words;
    for (const auto& [name, value] : capacity_fields(salted))
        words.push_back(name + "=" + value);
    return words;
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
    const auto key = codes_key_of(desk->config.codes_key);
    if (!key) return refuse({key.error()}, err);
    const auto issued =
        issue_code(desk->records, {*id, options.valid_days, options.by, unix_now_s()},
                   {*key, desk->genesis.network}, system_random(), noted_for(*desk, options.by),
                   [&](const IssuedCode& made) { return write_copies(options, made); });
    if (!issued) return report(issued.error(), err);
    const SaltedCertificate& salted = issued->salted;
    if (options.json) {
        out << certificate_json(salted).set("code", issued->letters()).dump(2) << '\n';
        return kDeskDone;
    }
    out << issued->text << "Valid until " << utc_text(salted.certificate.valid_until_s)
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
    const auto key = load_symmetric_key(desk->config.codes_key);
    if (!key) return refuse({key.error()}, err);
    const auto reading = read_code(desk->records, typed_text(options.code, in),
                                   {*key, desk->genesis.network}, unix_now_s());
    if (!reading) return report(reading.error(), err);
    const SaltedCertificate& salted = reading->salted;
    const std::string verdict = reading->verdict();
    if (options.draft && !reading->refusal) {
        DraftOptions drafted;
        drafted.config = options.config;
        drafted.kind = "capacity";
        drafted.fields = field_words(salted);
        drafted.json = options.json;
        return run_draft(drafted, out, err);
    }
    if (options.json) {
        out << certificate_json(salted)
                   .set("usable", !reading->refusal.has_value())
                   .set("verdict", verdict)
                   .dump(2)
            << '\n';
        return reading->refusal ? kDeskWrongInput : kDeskDone;
    }
    const InstallationCertificate& certificate = salted.certificate;
    out << "Application " << certificate.application.str() << ", meter " << certificate.meter.str()
        << ": " << certificate.capacity_w << " W " << to_string(certificate.technology)
        << ", inspected by " << certificate.inspector.str() << ", valid until "
        << utc_text(certificate.valid_until_s) << " UTC.\nCommitment "
        << to_hex(commitment_of(salted).view()) << "; " << verdict << ".\n";
    if (reading->refusal) return kDeskWrongInput;
    out << "  gateway draft capacity --config " << options.config.string();
    for (const std::string& field : field_words(salted))
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
