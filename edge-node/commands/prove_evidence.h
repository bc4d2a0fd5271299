// `edge-node prove evidence`: writes one file that proves somebody's offence to anybody who has the
// genesis file; no key is needed and none enters it. main.cc owns the command line.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "core/proof/evidence_proof.h"
#include "edge-node/commands/opened_ledger.h"

namespace fairfeed {

struct ProveEvidenceOptions {
    LedgerSource source;
    std::string wanted;  // id of the transaction in hex, or the culprit's name: its last offence
    std::optional<std::filesystem::path> out;  // else <culprit>-<first of the id>.evidence, here
};

// 0: written. 1: there is no such evidence. 2: unreadable input. An existing file is not replaced.
[[nodiscard]] int run_prove_evidence(const ProveEvidenceOptions& options, std::ostream& out,
                                     std::ostream& err);

// What check-proof says of an evidence file, for people or as JSON.
void print_evidence(const EvidenceFindings& findings, bool json, std::ostream& out);

}  // namespace fairfeed
