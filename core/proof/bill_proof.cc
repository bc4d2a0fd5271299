#include "core/proof/bill_proof.h"

#include <algorithm>

#include "core/contract/share_schedule.h"
#include "core/crypto/merkle.h"
#include "core/proof/bill_corrections.h"
#include "core/proof/proof_parts.h"
#include "core/state/late_rules.h"
#include "core/state/settlement_rules.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

const Settlement& settlement_of(const BillPiece& piece) {
    return std::get<Settlement>(piece.settlement.content);
}

std::string where(const BillPiece& piece) {
    return "window " + std::to_string(settlement_of(piece).window) + ": ";
}

// A settlement before the last one: its proposer's signature, and no endorsements, because its id
// is what the next one names.
Result<void, ProofFault> check_earlier(const ChainState& state, const BillPiece& piece) {
    const VerifyKey* key = state.node_key(settlement_of(piece).proposer);
    if (key == nullptr || piece.settlement.signer != settlement_of(piece).proposer ||
        !piece.settlement.endorsements.empty())
        return fault(ProofPart::settlement, where(piece) + "it is not its proposer's alone");
    PlainSignatureChecker signatures;
    const auto valid = signatures.transaction(piece.settlement, state.network, *key);
    if (!valid) return fault(ProofPart::settlement, where(piece) + "the signature", valid.error());
    return {};
}

// The settlement that the block certifies, and those that it names one by one.
Result<void, ProofFault> check_chain(const ChainState& state, const BillProof& proof) {
    const BillPiece& last = proof.pieces.back();
    const Digest leaf = merkle_leaf_hash(last.settlement.id.view());
    if (!merkle_includes(leaf, proof.index, proof.header.transaction_count, proof.path,
                         proof.header.transactions_root))
        return fault(ProofPart::settlement, "the last settlement is not in the block");
    if (state.grid().grid_s(proof.header.time_ms) < state.grid().end_s(settlement_of(last).window))
        return fault(ProofPart::header, "the block is older than the end of its window");
    for (std::size_t i = 0; i < proof.pieces.size(); ++i) {
        const BillPiece& piece = proof.pieces[i];
        const Settlement& settlement = settlement_of(piece);
        const bool is_last = i + 1 == proof.pieces.size();
        if (!is_last)
            if (auto sound = check_earlier(state, piece); !sound) return sound;
        if (i > 0 && (settlement.previous != proof.pieces[i - 1].settlement.id ||
                      settlement.cluster != settlement_of(last).cluster))
            return fault(ProofPart::settlement,
                         where(piece) + "it does not go on from the settlement before it");
        if (!rows_are_included(piece.settlement, piece.rows) ||
            settlement.entries.front().meter != proof.meter)
            return fault(ProofPart::settlement, where(piece) + "the row is not the meter's");
        const auto totals = check_totals_alone(
            settlement.totals, meters_settled(piece.settlement), state.tariff(settlement.window),
            state.grid().start_s(settlement.window), state.grid().window_seconds());
        if (!totals)
            return fault(ProofPart::settlement, where(piece) + "its totals", totals.error());
    }
    return {};
}

// The readings that a settlement lists as late, each the meter's own and opened.
Result<std::vector<LateReading>, ProofFault> open_late(const ChainState& state,
                                                       const BillPiece& piece,
                                                       const VerifyKey& key) {
    const std::vector<ListedReading>& listed = settlement_of(piece).late;
    const auto is_listed = [](const ListedReading& row, const BilledReading& late) {
        const ReadingHeader& header = late.reading.header;
        return row == ListedReading{header.meter, header.window, late.reading.id};
    };
    if (!std::equal(listed.begin(), listed.end(), piece.late.begin(), piece.late.end(), is_listed))
        return fault(ProofPart::reading, where(piece) + "it lists other late readings");
    std::vector<LateReading> out;
    for (const BilledReading& late : piece.late) {
        const ReadingHeader& header = late.reading.header;
        const std::string which =
            where(piece) + "the late reading of window " + std::to_string(header.window);
        if (header.meter != settlement_of(piece).entries.front().meter)
            return fault(ProofPart::reading, which + " is another meter's");
        if (const auto valid = verify_reading(late.reading, state.network, key); !valid)
            return fault(ProofPart::reading, which + ", the meter's signature", valid.error());
        auto body = open_reading(late.reading, late.key);
        if (!body) return fault(ProofPart::reading_key, which + " does not open", body.error());
        out.push_back({header.window, std::move(*body)});
    }
    return out;
}

struct OpenedLine {
    Window window = 0;
    SettlementLine line;
    std::vector<LateReading> late;
};
struct OpenedBill {
    std::optional<SettlementLine> before;
    std::vector<OpenedLine> lines;
    [[nodiscard]] std::vector<std::pair<Window, SettlementLine>> to_fold() const {
        std::vector<std::pair<Window, SettlementLine>> out;
        for (const OpenedLine& each : lines)
            out.emplace_back(each.window, each.line);
        return out;
    }
};

// Windows that begin in months before may stand in front; only the last of them is opened.
Result<OpenedBill, ProofFault> open_lines(const ChainState& state, const BillProof& proof) {
    const VerifyKey* key = state.meter_key(proof.meter);
    if (key == nullptr)
        return fault(ProofPart::registry, "meter " + proof.meter.str() +
                                              " is neither in genesis nor in an attached "
                                              "registration");
    const auto is_earlier = [&](const BillPiece& piece) {
        return month_of(state, settlement_of(piece).window) < proof.month;
    };
    OpenedBill out;
    for (std::size_t i = 0; i < proof.pieces.size(); ++i) {
        const BillPiece& piece = proof.pieces[i];
        const bool is_before = is_earlier(piece);
        if (is_before && i + 1 < proof.pieces.size() && is_earlier(proof.pieces[i + 1])) continue;
        const Settlement& settlement = settlement_of(piece);
        auto line = open_line(settlement, settlement.lines.front(), piece.line_key);
        if (!line)
            return fault(ProofPart::line_key, where(piece) + "the line does not open",
                         line.error());
        if (is_before) {
            out.before = std::move(*line);
            continue;
        }
        auto late = open_late(state, piece, *key);
        if (!late) return unexpected(late.error());
        out.lines.push_back({settlement.window, std::move(*line), std::move(*late)});
    }
    return out;
}

// Enters the factors that bound in the windows of the file. Every settlement names them.
void enter_factors(ChainState& state, const BillProof& proof) {
    const ClusterId& cluster = settlement_of(proof.pieces.back()).cluster;
    for (const BillPiece& piece : proof.pieces) {
        const Settlement& settlement = settlement_of(piece);
        if (settlement.bound.empty()) continue;
        const std::int64_t start_s = state.grid().start_s(settlement.window);
        add_factors(state.clusters.edit(cluster).factors, settlement.bound, start_s, start_s);
    }
}

Result<CorrectionCheck, ProofFault> check_corrections(ChainState& state, const BillProof& proof,
                                                      const OpenedBill& opened) {
    enter_factors(state, proof);
    const bool has_factors = state.genesis.parameters.resolution == ShareResolution::quarter;
    std::optional<ClosingState> before;
    if (opened.before) before = opened.before->closing;
    CorrectionCheck check(state, proof.meter, std::move(before),
                          has_factors ? settlement_of(proof.pieces.front()).window : 0);
    for (const OpenedLine& each : opened.lines)
        if (auto sound = check.follow(each.window, each.line, each.late); !sound)
            return fault(ProofPart::money, sound.error());
    return check;
}

// Whether no window of the month is in a run without a reading that goes on after the month. If the
// month's last line does not show that, the closing state at the end must.
Result<void, ProofFault> check_runs(const BillEnd& end, const Bill& bill) {
    const BilledWindow& last = bill.windows.back();
    if (last.line.closing.unread_from > last.window) return {};
    const auto& settlement = std::get<Settlement>(end.settlement.transaction.content);
    if (settlement.entries.empty() || !rows_are_included(end.settlement.transaction, end.rows) ||
        settlement.entries.front().meter != bill.meter)
        return fault(ProofPart::settlement, "the meter's row is not in the settlement at the end");
    const auto closing = open_closing(settlement, settlement.lines.front(), end.closing_key);
    if (!closing)
        return fault(ProofPart::line_key, "the closing state at the end does not open",
                     closing.error());
    const ClosingState& state = closing->state;
    const bool is_open =
        state.unread_from <= last.window ||
        std::any_of(state.gaps.begin(), state.gaps.end(),
                    [&](const RegisterGap& gap) { return gap.first <= last.window; });
    if (is_open)
        return fault(ProofPart::settlement,
                     "the bill claims to be final, and its last windows "
                     "may still be read late or closed by registers");
    return {};
}

// A later settlement of the cluster, in a certified block: its window is so late that no settlement
// behind it may true up a window of the month.
Result<void, ProofFault> check_end(ChainState& state, const BillEnd& end,
                                   const BillFindings& findings) {
    for (const RegistryEvidence& evidence : end.registry)
        if (auto added = add_registry(state, evidence, end.header.height); !added) return added;
    if (auto sound = check_block(state, end.header, end.certificate); !sound) return sound;
    const Transaction& batch = end.settlement.transaction;
    const auto& settlement = std::get<Settlement>(batch.content);
    if (settlement.cluster != findings.bill.cluster)
        return fault(ProofPart::settlement, "the settlement at the end is of another cluster");
    if (!is_included(end.settlement, end.header))
        return fault(ProofPart::settlement, "the settlement at the end is not in its block");
    if (const auto members = check_batch(state, batch); !members)
        return unexpected(members.error());
    if (!findings.final_with)
        return fault(ProofPart::settlement,
                     "the bill claims to be final, and does not reach the "
                     "end of its month");
    if (settlement.window < *findings.final_with)
        return fault(ProofPart::settlement,
                     "the bill claims to be final with the settlement of window " +
                         std::to_string(settlement.window) + ", and corrections may come up to " +
                         "that of window " + std::to_string(*findings.final_with));
    return check_runs(end, findings.bill);
}

std::string of(std::size_t some, std::size_t all) {
    return std::to_string(some) + " of " + std::to_string(all);
}

std::string described_corrections(const BillFindings& findings, std::size_t late) {
    return std::to_string(findings.bill.corrections.size() - findings.unchecked_corrections) +
           " corrections of earlier windows follow, to the micro, from " + std::to_string(late) +
           " late readings signed by the meter and opened here, the registers around the windows "
           "without a reading, the estimates billed for them and the tariffs";
}

void describe(BillFindings& findings, const BillProof& proof, std::size_t late, bool has_before) {
    const Bill& bill = findings.bill;
    findings.proved = {
        of(findings.endorsements, findings.members) +
            " committee members endorsed the settlement of window " +
            std::to_string(bill.windows.back().window) + ", which stands in block " +
            std::to_string(findings.height) + ", certified by " +
            of(findings.signers, findings.validators) + " validators",
        "each settlement names the one before it: " + std::to_string(bill.windows.size()) +
            " windows in a row, none left out",
        "the meter's line of each stands in its settlement and opens with its own key",
        "amounts, bands and fixed charges follow from the lines' energies and the tariffs, "
        "balances and remainders from the line before",
    };
    if (!bill.corrections.empty()) findings.proved.push_back(described_corrections(findings, late));
    findings.not_proved = {
        "that the energies of the lines' own windows are the meter's readings: `edge-node prove` "
        "does, window by window",
        "that nothing was changed in the registry between genesis and this block beyond the " +
            std::to_string(proof.registry.size()) + " transactions attached",
    };
    if (has_before)
        findings.not_proved.push_back(
            "the closing state before the first line, its balance and what it carries: the bill of "
            "the month before shows it");
    if (late > 0)
        findings.not_proved.push_back(
            "that the shares under which late readings are credited are those settled before");
    if (findings.unchecked_corrections > 0)
        findings.not_proved.push_back("the corrections of " +
                                      std::to_string(findings.unchecked_corrections) +
                                      " windows: what they go on from is not in the file");
    if (findings.status == BillStatus::closed) {
        findings.proved.push_back(
            "the bill is final: the cluster's settlement of window " +
            std::to_string(std::get<Settlement>(proof.end->settlement.transaction.content).window) +
            " stands in block " + std::to_string(proof.end->header.height) +
            ", and no settlement behind it trues up a window of the month");
    } else {
        findings.not_proved.push_back("whether a later settlement trues up a window of this month");
    }
    if (!bill.begins_with_month)
        findings.not_proved.push_back("that the meter had no line earlier in the month");
    if (!bill.ends_with_month)
        findings.not_proved.push_back("the windows of the month that are not settled here");
}

}  // namespace

Result<BillFindings, ProofFault> check_bill_proof(ByteView bytes, const LoadedGenesis& genesis) {
    const auto proof = decode_bill_proof(bytes);
    if (!proof) return fault(ProofPart::file, "this is no bill file", proof.error());
    auto state = state_of_file(genesis, proof->network, proof->registry, proof->header,
                               proof->certificate, "bill");
    if (!state) return unexpected(state.error());
    if (auto sound = check_chain(*state, *proof); !sound) return unexpected(sound.error());
    const Transaction& last = proof->pieces.back().settlement;
    const auto members = check_batch(*state, last);
    if (!members) return unexpected(members.error());
    const auto opened = open_lines(*state, *proof);
    if (!opened) return unexpected(opened.error());
    const BillSubject subject{proof->meter, std::get<Settlement>(last.content).cluster,
                              proof->month};
    auto bill = fold_bill(*state, subject, opened->before, opened->to_fold());
    if (!bill) return fault(ProofPart::money, bill.error());
    const auto corrections = check_corrections(*state, *proof, *opened);
    if (!corrections) return unexpected(corrections.error());
    BillFindings findings;
    findings.bill = std::move(*bill);
    findings.unchecked_corrections = corrections->unchecked();
    findings.height = proof->header.height;
    findings.block = block_id(proof->header);
    findings.validators = state->validators.size();
    findings.signers = proof->certificate.witnesses.size();
    findings.members = *members;
    findings.endorsements = last.endorsements.size();
    if (findings.bill.ends_with_month)
        findings.final_with = last_correction(*state, findings.bill.windows.back().window);
    if (proof->end) {
        if (auto sound = check_end(*state, *proof->end, findings); !sound)
            return unexpected(sound.error());
        findings.status = BillStatus::closed;
    }
    describe(findings, *proof, corrections->late_readings(), opened->before.has_value());
    return findings;
}

}  // namespace fairfeed
