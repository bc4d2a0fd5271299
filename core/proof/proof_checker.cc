#include "core/proof/proof.h"
#include "core/proof/proof_arithmetic.h"
#include "core/proof/proof_parts.h"
#include "core/state/settlement_rules.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

struct Subject {
    const SignedReading& reading;
    const Settlement& settlement;  // the excerpt: one entry and its line
};

// Whether the rows of the excerpt list this reading: as the meter's own, or behind it as late.
bool lists(const Settlement& excerpt, const SignedReading& reading) {
    const ReadingHeader& header = reading.header;
    const SettlementEntry& entry = excerpt.entries.front();
    if (entry.meter != header.meter) return false;
    if (!excerpt.late.empty()) {
        return excerpt.late.front() == ListedReading{header.meter, header.window, reading.id};
    }
    return excerpt.window == header.window && entry.reading == reading.id;
}

Result<Subject, ProofFault> check_subject(const ChainState& state, const Proof& proof) {
    const auto* reading = std::get_if<SignedReading>(&proof.reading.transaction.content);
    if (reading == nullptr) return fault(ProofPart::reading, "the reading is not a reading");
    const auto* settlement = std::get_if<Settlement>(&proof.settlement.transaction.content);
    if (settlement == nullptr)
        return fault(ProofPart::settlement, "the settlement is not a settlement");
    const VerifyKey* key = state.meter_key(reading->header.meter);
    if (key == nullptr)
        return fault(ProofPart::registry,
                     "meter " + reading->header.meter.str() +
                         " is neither in genesis nor in an attached registration");
    PlainSignatureChecker signatures;
    if (const auto valid = signatures.transaction(proof.reading.transaction, state.network, *key);
        !valid)
        return fault(ProofPart::reading, "the meter's signature", valid.error());
    if (!is_included(proof.reading, proof.header))
        return fault(ProofPart::reading, "the reading is not in the block");
    if (!is_included(proof.settlement, proof.header))
        return fault(ProofPart::settlement, "the settlement is not in the block");
    const ReadingHeader& header = reading->header;
    if (settlement->cluster != header.cluster || settlement->window < header.window)
        return fault(ProofPart::settlement,
                     "the settlement is of another cluster or window than the reading");
    if (!rows_are_included(proof.settlement.transaction, proof.rows))
        return fault(ProofPart::settlement, "the rows are not those of the settlement");
    if (!lists(*settlement, *reading))
        return fault(ProofPart::settlement, "the settlement does not list this reading");
    return Subject{*reading, *settlement};
}

// The chain's rules for settlements, as far as the settlement's own bytes and the genesis file show
// them.
Result<void, ProofFault> check_settlement(const ChainState& state, const Proof& proof,
                                          const Settlement& settlement) {
    const NetworkParameters& parameters = state.genesis.parameters;
    if (settlement.contract_version != parameters.contract_version ||
        settlement.rule != parameters.rule)
        return fault(ProofPart::settlement, "it is settled by another contract than genesis names");
    if (settlement.state_height >= proof.header.height)
        return fault(ProofPart::settlement, "it was drafted on a state that comes after it");
    const SettlementEntry& entry = settlement.entries.front();
    if ((entry.reading != Digest{}) != (entry.status == EntryStatus::reading))
        return fault(ProofPart::settlement, "its entry names no reading");
    if (!settlement.late.empty() && settlement.late.front().window >= settlement.window)
        return fault(ProofPart::settlement, "its late reading is not of a window before");
    const GridClock grid = state.grid();
    const auto sound = check_totals_alone(
        settlement.totals, meters_settled(proof.settlement.transaction),
        state.tariff(settlement.window), grid.start_s(settlement.window), grid.window_seconds());
    if (!sound) return fault(ProofPart::settlement, "its totals", sound.error());
    return {};
}

Result<ProofFindings, ProofFault> open_subject(const ChainState& state, const Proof& proof,
                                               const Subject& subject) {
    const auto body = open_reading(subject.reading, proof.reading_key);
    if (!body) return fault(ProofPart::reading_key, "the reading does not open", body.error());
    const auto line =
        open_line(subject.settlement, subject.settlement.lines.front(), proof.line_key);
    if (!line) return fault(ProofPart::line_key, "the bill line does not open", line.error());
    if (line->meter != subject.reading.header.meter)
        return fault(ProofPart::settlement, "the opened line is another meter's");
    const GridClock grid = state.grid();
    const Window window = subject.reading.header.window;
    const Window settled = subject.settlement.window;
    if (grid.grid_s(proof.header.time_ms) < grid.end_s(settled))
        return fault(ProofPart::header, "the block is older than the end of the window");
    ProofFindings out;
    out.meter = line->meter;
    out.cluster = subject.settlement.cluster;
    out.window = window;
    out.settled = settled;
    out.window_start_s = grid.start_s(window);
    out.window_end_s = grid.end_s(window);
    out.height = proof.header.height;
    out.block = block_id(proof.header);
    out.block_time_ms = proof.header.time_ms;
    out.reading = proof.reading.transaction.id;
    out.settlement = proof.settlement.transaction.id;
    out.body = *body;
    out.line = *line;
    out.basis = subject.settlement.basis;
    out.factors = subject.settlement.factors;
    out.bound = subject.settlement.bound;
    out.tariff = state.tariff(settled);
    const auto quarters = static_cast<std::size_t>(grid.window_seconds() / kSecondsPerQuarter);
    out.bands = bands_in(out.tariff, grid.start_s(settled), quarters);
    out.fixed_micro = fixed_charge_micro(out.tariff, grid.start_s(settled), grid.window_seconds());
    out.in_force_from_s =
        share_binds_from_s(state.genesis.parameters, settled, proof.header.time_ms);
    return out;
}

}  // namespace

std::string_view to_string(ProofPart part) {
    switch (part) {
        case ProofPart::file:
            return "file";
        case ProofPart::network:
            return "network";
        case ProofPart::registry:
            return "registry";
        case ProofPart::header:
            return "header";
        case ProofPart::certificate:
            return "certificate";
        case ProofPart::reading:
            return "reading";
        case ProofPart::settlement:
            return "settlement";
        case ProofPart::committee:
            return "committee";
        case ProofPart::reading_key:
            return "reading_key";
        case ProofPart::line_key:
            return "line_key";
        case ProofPart::energy:
            return "energy";
        case ProofPart::money:
            return "money";
        case ProofPart::evidence:
            return "evidence";
    }
    return "unknown";
}

Result<ProofFindings, ProofFault> check_proof(ByteView bytes, const LoadedGenesis& genesis) {
    const auto proof = decode_proof(bytes);
    if (!proof) return fault(ProofPart::file, "this is no proof file", proof.error());
    auto state = state_of_file(genesis, proof->network, proof->registry, proof->header,
                               proof->certificate, "proof");
    if (!state) return unexpected(state.error());
    const auto subject = check_subject(*state, *proof);
    if (!subject) return unexpected(subject.error());
    if (auto sound = check_settlement(*state, *proof, subject->settlement); !sound)
        return unexpected(sound.error());
    const auto members = check_batch(*state, proof->settlement.transaction);
    if (!members) return unexpected(members.error());
    if (committee_class(*members) != proof->committee)
        return fault(ProofPart::committee, "the file claims a committee of class " +
                                               std::string(to_string(proof->committee)) +
                                               ", it is " +
                                               std::string(to_string(committee_class(*members))));
    auto findings = open_subject(*state, *proof, *subject);
    if (!findings) return findings;
    findings->network = genesis.network;
    findings->committee = proof->committee;
    findings->members = *members;
    findings->endorsements = proof->settlement.transaction.endorsements.size();
    findings->validators = state->validators.size();
    findings->signers = proof->certificate.witnesses.size();
    const std::int64_t capacity_w = state->capacity_w(findings->meter, findings->settled);
    if (auto sound = check_energy(*findings, capacity_w, state->grid().window_seconds()); !sound)
        return unexpected(sound.error());
    if (auto sound = check_shares(*findings, state->genesis.parameters.grid_epoch_s); !sound)
        return unexpected(sound.error());
    if (auto sound = check_money(*findings); !sound) return unexpected(sound.error());
    describe_findings(*findings, *proof);
    return findings;
}

}  // namespace fairfeed
