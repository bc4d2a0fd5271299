#include "edge-node/commands/message_fields.h"

#include "core/base/check.h"
#include "core/ledger/replay.h"
#include "core/wire/chain_codec.h"
#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "edge-node/commands/factor_text.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/tariff_fields.h"

namespace fairfeed {
namespace {

std::string id_text(const Digest& digest) {
    return digest == Digest{} ? "none" : short_hex(digest);
}

std::string sealed_text(std::size_t bytes) {
    return "sealed, " + count_text(bytes, "byte", "bytes");
}

void add_all(Fields& fields, const Fields& more) {
    fields.insert(fields.end(), more.begin(), more.end());
}

template <class Names>
std::string names_text(const Names& names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : " ") + name.str();
    return text.empty() ? "nobody" : text;
}

std::string entry_text(const SettlementEntry& entry) {
    switch (entry.status) {
        case EntryStatus::reading:
            return "reading " + short_hex(entry.reading);
        case EntryStatus::missing:
            return "missing";
        case EntryStatus::conflict:
            return "conflict";
    }
    CHECK(false);
}

Fields totals_fields(const SettlementTotals& totals) {
    return {{"load", kwh_text(totals.load_wh) + " kWh"},
            {"generation", kwh_text(totals.available_wh) + " kWh available, " +
                               kwh_text(totals.generation_wh) + " kWh generated"},
            {"import, export", kwh_text(totals.import_wh) + ", " + kwh_text(totals.export_wh) +
                                   " kWh, " + kwh_text(totals.credited_wh) + " kWh credited"},
            {"D", kwh_text(totals.d_wh) + " kWh"},
            {"DF, PSA", percent_text(totals.df_ppm) + ", " + percent_text(totals.psa_ppm)},
            {"MES, sum", kw_text(totals.mes_w) + " kW"},
            {"residual surplus", kwh_text(totals.residual_surplus_wh) + " kWh"},
            {"conventional", kwh_text(totals.conventional_wh) + " kWh"},
            {"account grid", money_text(totals.grid_amount_micro)}};
}

std::string registers_text(const Registers& registers) {
    return std::to_string(registers.import_wh) + " Wh imported, " +
           std::to_string(registers.export_wh) + " exported, " +
           std::to_string(registers.generation_wh) + " generated";
}

// Corrections of earlier windows; no fields if there are none.
Fields adjusted_fields(const AdjustmentTotals& adjusted) {
    if (adjusted == AdjustmentTotals{}) return {};
    return {{"trued up", "import " + kwh_text(adjusted.import_wh) + ", export " +
                             kwh_text(adjusted.export_wh) + ", credited " +
                             kwh_text(adjusted.credited_wh) + ", generation " +
                             kwh_text(adjusted.generation_wh) + " kWh"},
            {"  account grid", money_text(adjusted.grid_amount_micro)}};
}

Fields share_fields(const NetworkParameters& parameters) {
    Fields fields = {{"shares", "basis " + std::string(to_string(parameters.basis)) +
                                    ", resolution " +
                                    std::string(to_string(parameters.resolution))}};
    const ForecastWeights& weights = parameters.forecast;
    if (parameters.basis == ShareBasis::expected)
        fields.emplace_back(
            "forecast",
            "memory of " +
                count_text(static_cast<std::uint64_t>(weights.memory_days), "day", "days") + ", " +
                std::to_string(weights.days_after_change) + " after a change, needless Wh " +
                percent_text(weights.needless_weight_ppm) + ", " +
                count_text(static_cast<std::uint64_t>(weights.factor_steps), "factor", "factors"));
    return fields;
}

// No fields where a share is one for its whole window.
Fields factor_fields(const Settlement& settlement) {
    if (settlement.factors.empty()) return {};
    return {{"factors bound", factors_text(settlement.bound)},
            {"factors planned", factors_text(settlement.factors)}};
}

Fields office_fields(const Office& office) {
    std::vector<NodeId> officers, inspectors;
    for (const Signatory& each : office.officers)
        officers.push_back(each.name);
    for (const Signatory& each : office.inspectors)
        inspectors.push_back(each.name);
    return {{"office", promise_of(office)},
            {"officers", names_text(officers)},
            {"inspectors", names_text(inspectors)}};
}

struct ContentFields {
    Fields operator()(const Genesis& genesis) const {
        Fields fields = {{"network", genesis.parameters.name},
                         {"genesis node", genesis.genesis_node.str()},
                         {"dgmd", genesis.dgmd.str()},
                         {"window", std::to_string(genesis.parameters.window_seconds) + " s"},
                         {"speed", std::to_string(genesis.parameters.speed)},
                         {"time zone", genesis.parameters.time_zone},
                         {"grid epoch", utc_text(genesis.parameters.grid_epoch_s)},
                         {"real epoch", utc_ms_text(genesis.parameters.real_epoch_ms)},
                         {"rule", std::string(to_string(genesis.parameters.rule))}};
        add_all(fields, share_fields(genesis.parameters));
        add_all(fields, office_fields(genesis.office));
        return fields;
    }
    Fields operator()(const SignedReading& reading) const { return fields_of(reading); }
    Fields operator()(const Settlement& settlement) const {
        Fields fields = {{"cluster", settlement.cluster.str()},
                         {"window", std::to_string(settlement.window)},
                         {"version", std::to_string(settlement.version)},
                         {"slot", std::to_string(settlement.slot)},
                         {"rule", std::string(to_string(settlement.rule)) + ", contract " +
                                      std::to_string(settlement.contract_version)},
                         {"basis", std::string(to_string(settlement.basis))},
                         {"previous", id_text(settlement.previous)},
                         {"state height", std::to_string(settlement.state_height)}};
        for (std::size_t i = 0; i < settlement.entries.size(); ++i) {
            const SettlementEntry& entry = settlement.entries[i];
            fields.emplace_back(
                "  " + entry.meter.str(),
                entry_text(entry) + ", line " + sealed_text(settlement.lines[i].ciphertext.size()));
        }
        for (const ListedReading& late : settlement.late) {
            fields.emplace_back("  " + late.meter.str(),
                                "late: reading " + short_hex(late.reading) + " of window " +
                                    std::to_string(late.window));
        }
        add_all(fields, factor_fields(settlement));
        add_all(fields, totals_fields(settlement.totals));
        add_all(fields, adjusted_fields(settlement.totals.adjusted));
        return fields;
    }
    Fields operator()(const MeterRegistration& meter) const {
        Fields fields = {{"sequence", std::to_string(meter.sequence)},
                         {"meter", meter.meter.str()},
                         {"cluster", meter.cluster.str()},
                         {"service point", meter.service_point},
                         {"effective", "window " + std::to_string(meter.effective)},
                         {"connection", std::to_string(meter.rating.phases) + " x " +
                                            std::to_string(meter.rating.amperes) + " A at " +
                                            std::to_string(meter.rating.volts) + " V"},
                         {"installed with", registers_text(meter.installed)}};
        if (!meter.permit) return fields;
        fields.emplace_back("replaces", meter.permit->replaces.str() + ", taken out with " +
                                            registers_text(meter.permit->closing));
        fields.emplace_back("read since", "window " + std::to_string(meter.permit->since));
        return fields;
    }
    Fields operator()(const NodeRegistration& node) const {
        return {{"sequence", std::to_string(node.sequence)},
                {"node", node.node.str()},
                {"location", std::to_string(node.location.east_m) + " m east, " +
                                 std::to_string(node.location.north_m) + " m north"}};
    }
    Fields operator()(const CommitteeAllocation& committee) const {
        return {{"sequence", std::to_string(committee.sequence)},
                {"cluster", committee.cluster.str()},
                {"members", names_text(committee.members)},
                {"epoch", std::to_string(committee.epoch)},
                {"effective", "window " + std::to_string(committee.effective)}};
    }
    Fields operator()(const KeyGrant& grant) const {
        Fields fields = {{"sequence", std::to_string(grant.sequence)},
                         {"meter", grant.meter.str()},
                         {"key epoch", std::to_string(grant.epoch)},
                         {"effective", "window " + std::to_string(grant.effective)}};
        for (const KeyGrantEntry& entry : grant.entries) {
            fields.emplace_back("  " + entry.recipient.str(),
                                "data key " + sealed_text(entry.wrapped.ciphertext.size()));
        }
        return fields;
    }
    Fields operator()(const Handover& handover) const {
        Fields fields = {{"cluster", handover.cluster.str()},
                         {"window", std::to_string(handover.window)},
                         {"settlement", short_hex(handover.settlement)},
                         {"committee epoch", std::to_string(handover.epoch)},
                         {"keys of closing states", sealed_text(handover.sealed.size())}};
        for (const KeyGrantEntry& entry : handover.entries) {
            fields.emplace_back("  " + entry.recipient.str(),
                                "key " + sealed_text(entry.wrapped.ciphertext.size()));
        }
        return fields;
    }
    Fields operator()(const CapacityCertificate& capacity) const {
        Fields fields = {{"sequence", std::to_string(capacity.sequence)},
                         {"meter", capacity.meter.str()},
                         {"capacity", kw_text(capacity.capacity_w) + " kW"},
                         {"effective", "window " + std::to_string(capacity.effective)}};
        if (capacity.certificate)
            fields.emplace_back("certificate", short_hex(*capacity.certificate));
        return fields;
    }
    Fields operator()(const Deauthorisation& deauthorisation) const {
        Fields fields = {{"sequence", std::to_string(deauthorisation.sequence)},
                         {"meter", deauthorisation.meter.str()},
                         {"reason", std::string(to_string(deauthorisation.reason))},
                         {"effective", "window " + std::to_string(deauthorisation.effective)}};
        for (const Window window : deauthorisation.evidence)
            fields.emplace_back("  evidence", "window " + std::to_string(window));
        if (deauthorisation.policy)
            fields.emplace_back("by policy", std::to_string(*deauthorisation.policy));
        return fields;
    }
    Fields operator()(const DgmdKeyChange& change) const {
        return {{"sequence", std::to_string(change.sequence)},
                {"signing key", to_hex(change.keys.signing.view())},
                {"agreement key", to_hex(change.keys.agreement.view())}};
    }
    Fields operator()(const WatchPolicy& policy) const {
        return {{"sequence", std::to_string(policy.sequence)},
                {"warns", "above " + std::to_string(policy.limits.warn_percent) + " %"},
                {"excess", excess_words(policy.limits)},
                {"promise", promise_of(policy)}};
    }
    Fields operator()(const MeterCommand& command) const { return fields_of(command); }
    Fields operator()(const OfficeChange& change) const {
        Fields fields = {{"sequence", std::to_string(change.sequence)}};
        add_all(fields, office_fields(change.office));
        return fields;
    }
    Fields operator()(const TariffNotice& notice) const {
        Fields fields = {{"sequence", std::to_string(notice.sequence)}};
        add_all(fields, tariff_fields(notice.tariff));
        fields.emplace_back("effective", "window " + std::to_string(notice.effective));
        return fields;
    }
    Fields operator()(const NodeRevocation& revocation) const {
        return {{"sequence", std::to_string(revocation.sequence)}, {"node", revocation.node.str()}};
    }
    Fields operator()(const MeterAlarm& event) const {
        return {{"meter", event.meter.str()},
                {"cluster", event.cluster.str()},
                {"window", std::to_string(event.window)},
                {"counter", std::to_string(event.counter)},
                {"event", std::string(to_string(event.type))},
                {"at", utc_text(event.at_s) + " (grid)"}};
    }
    Fields operator()(const Evidence& evidence) const {
        return {{"offence", std::string(to_string(evidence.offence))},
                {"culprit", evidence.culprit},
                {"where", place_text(evidence)},
                {"first", short_hex(evidence.first_id)},
                {"second", short_hex(evidence.second_id)}};
    }
};

}  // namespace

std::string witnesses_text(const std::vector<Witness>& witnesses) {
    std::vector<NodeId> names;
    for (const Witness& witness : witnesses)
        names.push_back(witness.node);
    return names_text(names);
}

std::string place_text(const Evidence& evidence) {
    const OffencePlace& place = evidence.place;
    if (evidence.offence == Offence::two_votes || evidence.offence == Offence::two_proposals) {
        return "height " + std::to_string(place.height) + ", round " + std::to_string(place.round);
    }
    std::string text = "window " + std::to_string(place.window);
    if (place.earlier != place.window) text += " and " + std::to_string(place.earlier);
    return text + " of " + place.cluster.str();
}

Fields fields_of(const SignedReading& reading) {
    const ReadingHeader& header = reading.header;
    return {{"meter", header.meter.str()},
            {"cluster", header.cluster.str()},
            {"window", std::to_string(header.window)},
            {"sequence", std::to_string(header.sequence)},
            {"key epoch", std::to_string(header.key_epoch)},
            {"previous", id_text(header.previous)},
            {"measured values", sealed_text(reading.sealed_body.size())}};
}

Fields fields_of(const Transaction& transaction) {
    Fields fields = {{"id", short_hex(transaction.id)}};
    add_all(fields, std::visit(ContentFields{}, transaction.content));
    if (transaction.kind == TransactionKind::settlement) {
        fields.emplace_back("endorsed by", witnesses_text(transaction.endorsements));
    }
    if (is_dgmd_kind(transaction.kind)) {
        fields.emplace_back("valid until",
                            transaction.valid_until == 0
                                ? "block 0"
                                : "window " + std::to_string(transaction.valid_until));
        fields.emplace_back("approved by", witnesses_text(transaction.endorsements));
    }
    return fields;
}

Fields fields_of(const BlockHeader& header) {
    return {{"block", short_hex(block_id(header))},
            {"height", std::to_string(header.height)},
            {"time", utc_ms_text(header.time_ms)},
            {"parent", id_text(header.parent)},
            {"proposer", header.proposer.str()},
            {"transactions", std::to_string(header.transaction_count) + ", root " +
                                 short_hex(header.transactions_root)},
            {"app hash", id_text(header.app_hash)}};
}

Fields fields_of(const BlockOutline& outline) {
    Fields fields = fields_of(outline.header);
    for (const Digest& id : outline.transactions)
        fields.emplace_back("  id", short_hex(id));
    if (outline.parent_certificate) {
        fields.emplace_back("parent certified by",
                            witnesses_text(outline.parent_certificate->witnesses));
    }
    return fields;
}

Fields fields_of(const Block& block) {
    Fields fields = fields_of(block.header);
    for (const Transaction& transaction : block.transactions) {
        fields.emplace_back("  " + std::string(to_string(transaction.kind)),
                            short_hex(transaction.id) + " by " + transaction.signer.str());
    }
    return fields;
}

Fields fields_of(const VoteContent& vote) {
    return {{"height", std::to_string(vote.height)},
            {"round", std::to_string(vote.round)},
            {"for", vote.block ? short_hex(*vote.block) : "nil"}};
}

Fields fields_of(const ProposalContent& proposal) {
    const auto& valid = proposal.valid_round;
    return {{"height", std::to_string(proposal.height)},
            {"round", std::to_string(proposal.round)},
            {"valid round", valid ? std::to_string(*valid) : "none, a fresh block"}};
}

Fields fields_of(const QuorumCertificate& certificate) {
    Fields fields = fields_of(certificate.content);
    const bool prevotes = certificate.content.type == VoteType::prevote;
    fields.emplace_back(prevotes ? "prevoted by" : "precommitted by",
                        witnesses_text(certificate.witnesses));
    return fields;
}

Fields fields_of(const NodeStatus& status) {
    return {{"height", std::to_string(status.height)},
            {"tip", short_hex(status.tip)},
            {"app hash", short_hex(status.app_hash)},
            {"deciding", "height " + std::to_string(status.deciding) + ", round " +
                             std::to_string(status.round)}};
}

Fields fields_of(const Objection& objection) {
    Fields fields = {{"cluster", objection.cluster.str()},
                     {"window", std::to_string(objection.window)},
                     {"version", std::to_string(objection.version)},
                     {"batch", short_hex(objection.batch)},
                     {"reason", objection.reason}};
    if (!objection.reading.empty()) {
        fields.emplace_back("carries a reading",
                            count_text(objection.reading.size(), "byte", "bytes"));
    }
    return fields;
}

Fields fields_of(const Endorsement& endorsement) {
    return {{"cluster", endorsement.cluster.str()},
            {"window", std::to_string(endorsement.window)},
            {"version", std::to_string(endorsement.version)},
            {"batch", short_hex(endorsement.batch)}};
}

}  // namespace fairfeed
