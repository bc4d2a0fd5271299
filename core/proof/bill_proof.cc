#include "core/proof/bill_proof.h"

#include "core/crypto/merkle.h"
#include "core/proof/proof_parts.h"
#include "core/state/settlement_rules.h"
#include "core/wire/settlement_line_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

// 0 version, 1 network, 2 meter, 3 month, 4 header, 5 certificate, 6 place of the last settlement,
// 7 pieces, 8 registry
constexpr std::size_t kKeys = 9;
constexpr std::size_t kMaxPieces = 3000;  // a month of quarter hours, and the window before

void write_piece(cbor::Writer& writer, const BillPiece& piece) {
    writer.array(3);
    writer.bytes(encode_transaction(piece.settlement));
    write_places(writer, std::span(&piece.row, 1));
    writer.bytes(piece.line_key.view());
}

BillPiece read_piece(cbor::Reader& reader, const Digest& network) {
    BillPiece piece;
    reader.array_of(3);
    piece.settlement = decoded(reader, decode_excerpt(reader.bytes(), network));
    std::vector<RowPlace> rows = read_places(reader);
    if (rows.size() != 1) reader.fail(cbor::Fault::malformed);
    if (reader.ok()) piece.row = std::move(rows.front());
    piece.line_key = reader.fixed<SymmetricKey>();
    return piece;
}

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
        if (!rows_are_included(piece.settlement, std::span(&piece.row, 1)) ||
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

struct OpenedBill {
    std::optional<SettlementLine> before;
    std::vector<std::pair<Window, SettlementLine>> lines;
};

// A window that begins in the month before may stand in front.
Result<OpenedBill, ProofFault> open_lines(const ChainState& state, const BillProof& proof) {
    OpenedBill out;
    for (std::size_t i = 0; i < proof.pieces.size(); ++i) {
        const BillPiece& piece = proof.pieces[i];
        const Settlement& settlement = settlement_of(piece);
        auto line = open_line(settlement, settlement.lines.front(), piece.line_key);
        if (!line)
            return fault(ProofPart::line_key, where(piece) + "the line does not open",
                         line.error());
        if (i == 0 && month_of(state, settlement.window) != proof.month) {
            out.before = std::move(*line);
        } else {
            out.lines.emplace_back(settlement.window, std::move(*line));
        }
    }
    return out;
}

std::string of(std::size_t some, std::size_t all) {
    return std::to_string(some) + " of " + std::to_string(all);
}

void describe(BillFindings& findings, const BillProof& proof) {
    const Bill& bill = findings.bill;
    findings.proved = {
        of(findings.endorsements, findings.members) +
            " committee members endorsed the settlement "
            "of window " +
            std::to_string(bill.windows.back().window) + ", which stands in block " +
            std::to_string(findings.height) + ", certified by " +
            of(findings.signers, findings.validators) + " validators",
        "each settlement names the one before it: " + std::to_string(bill.windows.size()) +
            " windows in a row, none left out",
        "the meter's line of each stands in its settlement and opens with its own key",
        "amounts, bands and fixed charges without corrections follow from the lines' energies and "
        "the tariffs, "
        "balances "
        "and remainders from the line before",
    };
    findings.not_proved = {
        "that the lines' energies are the meter's readings: `edge-node prove` does, window by "
        "window",
        "that nothing was changed in the registry between genesis and this block beyond the " +
            std::to_string(proof.registry.size()) + " transactions attached",
        "whether a later settlement trues up a window of this month",
    };
    if (!bill.corrections.empty()) {
        findings.not_proved.push_back("the " + std::to_string(bill.corrections.size()) +
                                      " corrections of earlier windows, " +
                                      std::to_string(bill.corrected_micro) +
                                      " micro together: they are as the committee signed them");
    }
    if (!bill.begins_with_month)
        findings.not_proved.push_back("that the meter had no line earlier in the month");
    if (!bill.ends_with_month)
        findings.not_proved.push_back("the windows of the month that are not settled here");
}

}  // namespace

Bytes encode_bill_proof(const BillProof& proof) {
    cbor::Writer writer;
    writer.map(kKeys);
    writer.key(0);
    writer.unsigned_integer(kBillProofVersion);
    writer.key(1);
    writer.bytes(proof.network.view());
    writer.key(2);
    writer.text(proof.meter.view());
    writer.key(3);
    writer.text(month_text(proof.month));
    writer.key(4);
    writer.bytes(encode_header(proof.header));
    writer.key(5);
    writer.bytes(encode_certificate(proof.certificate));
    writer.key(6);
    const RowPlace place{proof.index, proof.path};
    write_places(writer, std::span(&place, 1));
    writer.key(7);
    writer.array(proof.pieces.size());
    for (const BillPiece& piece : proof.pieces)
        write_piece(writer, piece);
    writer.key(8);
    write_registry(writer, proof.registry);
    return writer.take();
}

Result<BillProof, Reject> decode_bill_proof(ByteView bytes) {
    if (bytes.size() > kMaxBillProofBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    BillProof out;
    reader.map_of(kKeys);
    reader.key(0);
    const bool known_version = reader.unsigned_integer() == kBillProofVersion;
    if (reader.ok() && !known_version) return unexpected(Reject::unsupported_version);
    reader.key(1);
    out.network = reader.fixed<Digest>();
    reader.key(2);
    out.meter = reader.name<MeterId>();
    reader.key(3);
    const std::string_view month_said = reader.text();
    const auto month = parse_month(month_said);
    if (!month || month_text(*month) != month_said) reader.fail(cbor::Fault::malformed);
    out.month = month.value_or(BillMonth{});
    reader.key(4);
    out.header = decoded(reader, decode_header(reader.bytes()));
    reader.key(5);
    out.certificate = decoded(reader, decode_certificate(reader.bytes()));
    reader.key(6);
    std::vector<RowPlace> place = read_places(reader);
    if (place.size() != 1) reader.fail(cbor::Fault::malformed);
    if (reader.ok()) out.index = place.front().index;
    if (reader.ok()) out.path = std::move(place.front().path);
    reader.key(7);
    const std::size_t pieces = reader.array();
    if (pieces == 0 || pieces > kMaxPieces) reader.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < pieces && reader.ok(); ++i)
        out.pieces.push_back(read_piece(reader, out.network));
    reader.key(8);
    out.registry = read_registry(reader, out.network);
    if (!reader.finish()) return unexpected(Reject::malformed);
    return out;
}

bool is_bill_file(ByteView bytes) {
    cbor::Reader reader(bytes);
    reader.map_of(kKeys);
    reader.key(0);
    return reader.unsigned_integer() == kBillProofVersion && reader.ok();
}

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
    auto opened = open_lines(*state, *proof);
    if (!opened) return unexpected(opened.error());
    const BillSubject subject{proof->meter, std::get<Settlement>(last.content).cluster,
                              proof->month};
    auto bill = fold_bill(*state, subject, opened->before, opened->lines);
    if (!bill) return fault(ProofPart::money, bill.error());
    BillFindings findings;
    findings.bill = std::move(*bill);
    findings.height = proof->header.height;
    findings.block = block_id(proof->header);
    findings.validators = state->validators.size();
    findings.signers = proof->certificate.witnesses.size();
    findings.members = *members;
    findings.endorsements = last.endorsements.size();
    describe(findings, *proof);
    return findings;
}

}  // namespace fairfeed
