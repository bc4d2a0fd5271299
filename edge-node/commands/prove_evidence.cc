#include "edge-node/commands/prove_evidence.h"

#include <ostream>

#include "core/io/file.h"
#include "core/io/json.h"
#include "core/wire/evidence_codec.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/message_fields.h"

namespace fairfeed {
namespace {

constexpr mode_t kForEverybody = 0644;  // the file contains no secret

std::optional<EvidenceWanted> parse_wanted(const std::string& text) {
    if (const auto id = fixed_from_hex<Digest>(text)) return EvidenceWanted(*id);
    if (is_valid_name(text)) return EvidenceWanted(text);
    return std::nullopt;
}

Json strings(const std::vector<std::string>& lines) {
    Json out = Json::array();
    for (const std::string& line : lines)
        out.push(line);
    return out;
}

Json to_json(const EvidenceFindings& findings) {
    const Evidence& evidence = findings.evidence;
    Json out = Json::object();
    out.set("valid", true)
        .set("network", to_hex(findings.network.view()))
        .set("evidence", to_hex(findings.id.view()))
        .set("culprit", evidence.culprit)
        .set("offence", to_string(evidence.offence))
        .set("where", place_text(evidence))
        .set("first", to_hex(evidence.first_id.view()))
        .set("second", to_hex(evidence.second_id.view()))
        .set("on_chain", findings.stand.has_value());
    if (findings.stand) {
        out.set("height", findings.stand->height)
            .set("block", to_hex(findings.stand->block.view()))
            .set("block_time_ms", findings.stand->block_time_ms)
            .set("validators", findings.stand->validators)
            .set("signers", findings.stand->signers);
    }
    return out.set("proved", strings(findings.proved))
        .set("not_proved", strings(findings.not_proved));
}

void print_page(const EvidenceFindings& findings, std::ostream& out) {
    const Evidence& evidence = findings.evidence;
    out << "The evidence holds.\n\nnetwork  " << to_hex(findings.network.view()) << "\nculprit  "
        << evidence.culprit << "\noffence  " << to_string(evidence.offence) << "\nwhere    "
        << place_text(evidence) << "\nfirst    " << to_hex(evidence.first_id.view())
        << "\nsecond   " << to_hex(evidence.second_id.view()) << "\nevidence "
        << to_hex(findings.id.view()) << '\n';
    if (findings.stand) {
        out << "height   " << findings.stand->height << ", block "
            << to_hex(findings.stand->block.view()) << '\n';
    }
    out << "\nProved, trusting nothing but the genesis file:\n";
    for (const std::string& line : findings.proved)
        out << "  + " << line << '\n';
    out << "\nNot proved by this file:\n";
    for (const std::string& line : findings.not_proved)
        out << "  - " << line << '\n';
}

std::filesystem::path file_for(const ProveEvidenceOptions& options, const EvidenceProof& proof) {
    if (options.out) return *options.out;
    const Transaction& transaction = proof.evidence.transaction;
    return transaction.signer.str() + "-" + short_hex(transaction.id) + ".evidence";
}

}  // namespace

void print_evidence(const EvidenceFindings& findings, bool json, std::ostream& out) {
    if (json)
        out << to_json(findings).dump(2) << '\n';
    else
        print_page(findings, out);
}

int run_prove_evidence(const ProveEvidenceOptions& options, std::ostream& out, std::ostream& err) {
    const auto wanted = parse_wanted(options.wanted);
    if (!wanted) {
        err << "'" << options.wanted
            << "' is neither an id (64 hex digits) nor a name (1 to 32 of a-z, 0-9, '-')\n";
        return kExitUsage;
    }
    const auto opened = open_ledger(options.source, KeyUse::none);
    if (!opened) return report_input_errors(opened.error(), err);
    const auto proof = make_evidence_proof(opened->ledger, opened->genesis, *wanted);
    if (!proof) {
        err << proof.error().explanation << '\n';
        return kExitFault;
    }
    const std::filesystem::path file = file_for(options, *proof);
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
        err << file.string() << " exists already: name another file with --out\n";
        return kExitUsage;
    }
    const Bytes bytes = encode_evidence_proof(*proof);
    // Checks the proof before writing it, as its reader will.
    if (const auto checked = check_evidence_file(bytes, opened->genesis); !checked) {
        err << "the proof does not hold (" << to_string(checked.error().part)
            << "): " << checked.error().explanation << "; run `edge-node verify` on this ledger\n";
        return kExitFault;
    }
    if (auto written = write_file_atomically(file, ByteView(bytes), kForEverybody); !written) {
        err << written.error().message << '\n';
        return kExitUsage;
    }
    out << file.string() << ": " << bytes.size() << " bytes, proves an offence of "
        << proof->evidence.transaction.signer.str()
        << ".\nCheck it with `edge-node check-proof --genesis GENESIS " << file.string() << "`.\n";
    return kExitOk;
}

}  // namespace fairfeed
