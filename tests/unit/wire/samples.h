// One sample of everything that has a byte format, built from fixed values, fixed keys and
// deterministic signatures, with the way to decode and re-encode it. Shared by the golden vectors
// and the damage tests. Test code only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/crypto/digest.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/cose.h"
#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/handover_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/office_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/deterministic_signer.h"

namespace fairfeed::samples {

inline Digest digest(std::string_view text) {
    return sha256(as_bytes(text));
}
inline DeterministicSigner signer(std::string_view name) {
    return DeterministicSigner(name);
}
inline SymmetricKey data_key() {
    return *fixed_from_hex<SymmetricKey>("000102030405060708090a0b0c0d0e0f");
}
inline Salt salt(std::uint8_t fill) {
    Salt out;
    out.bytes.fill(fill);
    return out;
}

inline Signatory signatory(std::string_view name) {
    return {NodeId(name), signer(name).public_key()};
}
inline Office office() {
    return {.threshold = 2,
            .officers = {signatory("amal"), signatory("bela"), signatory("chen")},
            .inspectors = {signatory("dara")}};
}
inline Genesis genesis() {
    Genesis genesis;
    genesis.parameters.name = "lab";
    genesis.parameters.time_zone = "Europe/Berlin";
    genesis.parameters.grid_epoch_s = 1'470'614'400;
    genesis.parameters.real_epoch_ms = 1'760'000'000'000;
    genesis.parameters.speed = 4800;
    genesis.parameters.window_limit = 42;
    genesis.parameters.close_after_s = 86'400;
    genesis.parameters.rule = ShareRule::waterfill;
    genesis.parameters.forecast.needless_weight_ppm = 2'400'000;
    genesis.genesis_node = NodeId("node-1");
    genesis.genesis_node_key = signer("node-1").public_key();
    genesis.dgmd = NodeId("dgmd");
    genesis.dgmd_key = signer("dgmd").public_key();
    genesis.dgmd_agreement_key = signer("dgmd-agreement").public_key();
    genesis.office = office();
    return genesis;
}
inline const Digest& network() {
    static const Digest id = network_id(genesis());
    return id;
}

// Dearer on the evenings of working days, cheaper at night; clocks go back and forth once.
inline Tariff banded() {
    Tariff tariff{250'000, 80'000, 300'000};
    tariff.more = {{"peak", {400'000, 120'000}}, {"night", {200'000, 60'000}}};
    for (int day = 0; day < 7; ++day) {
        tariff.week.push_back({2, 24});
        if (day < 5) tariff.week.insert(tariff.week.end(), {{0, 44}, {1, 12}, {0, 16}});
        if (day >= 5) tariff.week.push_back({0, 72});
    }
    tariff.clock = {7200, {{1'477'789'200, 3600}, {1'490'490'000, 7200}}};
    tariff.terms = RateTerms{
        {{250'000, 80'000}, {400'000, 120'000}, {200'000, 60'000}}, 500'000, 800'000, 1'250'000};
    return tariff;
}

inline ReadingBody reading_body(bool with_available = true) {
    ReadingBody body;
    body.end = {.import_wh = 1'234'567, .export_wh = 89'012, .generation_wh = 345'678};
    for (int i = 0; i < 16; ++i)
        body.profile.push_back({i * 7, 300 - i, i * i});
    if (with_available) body.available_wh = 5000;
    body.peak_demand_w = 3100;
    body.peak_demand_at_s = 1'470'615'300;
    body.peak_generation_w = 2900;
    body.peak_generation_at_s = 1'470'616'200;
    body.average_demand_w = 812;
    body.day_import_wh = 3000;
    body.day_export_wh = 2000;
    body.month_import_wh = 90'000;
    body.month_export_wh = 60'000;
    body.voltage_mv = 230'100;
    body.current_ma = 4200;
    body.frequency_mhz = 50'010;
    body.power_factor_milli = 985;
    body.flags = kFlagCurtailed | kFlagPowerFail;
    body.clock = ClockState::holdover;
    body.share_w = 2400;
    return body;
}
inline MeterCommand command() {
    return {11, MeterId("meter-1"), MeterOrder::service, CommandReason::maintenance, 50, 55, 4};
}
inline ReadingHeader reading_header() {
    return {.version = 1,
            .network = network(),
            .meter = MeterId("meter-1"),
            .cluster = ClusterId("cluster-1"),
            .key_epoch = 1,
            .window = 7,
            .sequence = 8,
            .previous = digest("previous reading"),
            .salt = salt(0x11)};
}
inline SignedReading reading() {
    return make_reading(reading_header(), reading_body(), data_key(), signer("meter-1"));
}

inline SettlementLine line() {
    SettlementLine line;
    line.meter = MeterId("meter-1");
    line.estimated = true;
    line.flags = kLineOverCapacity | kLineRegisterReset | kLineClaimCut;
    line.capacity_w = 5000;
    line.load_wh = 2000;
    line.import_wh = 300;
    line.export_wh = 1200;
    line.generation_wh = 2900;
    line.available_wh = 3000;
    line.credited_wh = 1100;
    line.curtailed_wh = 100;
    line.mes_w = 4000;
    line.import_amount_micro = 75'000;
    line.export_amount_micro = -88'000;
    line.bands = {{100, 1100}, {200, 0}};
    line.adjusted = {-50, 40, 30, 20, -12'500, 1'600};
    line.closing = {.registers = {.import_wh = 1, .export_wh = 2, .generation_wh = 3},
                    .import_remainder = 999,
                    .export_remainder = 0,
                    .balance_micro = -13'000,
                    .missed = 1,
                    .shares = {{4000, 1'470'628'800}, {2400, 1'470'643'200}},
                    .over_capacity = 7,
                    .unread_from = 7,
                    .estimates = {{7, 300, 1200, 2900, 1100, 75'000'000, 88'000'000}},
                    .gaps = {{1, 3, {0, 0, 1}, Registers{1, 1, 2}, {{1, 1, 1, 1, 0, 250, 0}}},
                             {5, 6, {9, 9, 9}, std::nullopt, {}}}};
    return line;
}

inline Settlement settlement() {
    Settlement out;
    out.cluster = ClusterId("cluster-1");
    out.window = 7;
    out.version = 1;
    out.proposer = NodeId("node-1");
    out.rule = ShareRule::waterfill;
    out.previous = digest("previous settlement");
    out.state_height = 12;
    out.entries = {{MeterId("meter-1"), EntryStatus::reading, reading().id},
                   {MeterId("meter-2"), EntryStatus::missing, {}},
                   {MeterId("meter-3"), EntryStatus::conflict, {}}};
    out.totals = {.load_wh = 2000,
                  .available_wh = 3000,
                  .import_wh = 300,
                  .export_wh = 1200,
                  .generation_wh = 2900,
                  .credited_wh = 1100,
                  .d_wh = 1000,
                  .df_ppm = 50'000,
                  .psa_ppm = 950'000,
                  .mes_w = 4000,
                  .residual_surplus_wh = 3,
                  .conventional_wh = 0,
                  .grid_amount_micro = 13'000,
                  .adjusted = {-50, 40, 30, 20, 14'100},
                  .bands = {{100, 1100}, {200, 0}}};
    out.late = {{MeterId("meter-1"), 5, digest("late reading")},
                {MeterId("meter-1"), 6, digest("later reading")}};
    out.basis = ShareBasis::expected;
    out.factors = {kUncurtailedPpm, 650'000, 0};
    out.bound = {kPpm, 812'345, kUncurtailedPpm};
    for (const SettlementEntry& entry : out.entries) {
        SettlementLine sealed = line();
        sealed.meter = entry.meter;
        out.lines.push_back(seal_line(out, sealed, 1, salt(0x22), data_key()));
    }
    return out;
}

inline Witness witness(std::string_view name) {
    return {NodeId(name), signer(name).sign(as_bytes("witness"))};
}
inline Transaction batch() {
    Transaction out = make_batch(settlement(), network(), signer("node-1"));
    out.endorsements = {witness("node-1"), witness("node-2"), witness("node-3")};
    return out;
}
inline Transaction dgmd(const TransactionContent& content) {
    Transaction out = make_notice(content, 99, NodeId("dgmd"), network(), signer("dgmd"));
    for (const char* officer : {"amal", "chen"})
        out.endorsements.push_back(approve(out.id, NodeId(officer), network(), signer(officer)));
    return out;
}
inline DgmdKeyChange dgmd_keys() {
    return {12, {signer("dgmd-2").public_key(), signer("dgmd-2-agreement").public_key()}};
}
inline WatchPolicy policy() {
    return {13, {120, 130, 2, 84}, 3};
}
// Without approvals.
inline Transaction by_policy() {
    const Deauthorisation taken{14, MeterId("meter-1"), DeauthorisationReason::over_capacity,
                                60, {41, 50},           13};
    return make_notice(taken, 99, NodeId("dgmd"), network(), signer("dgmd"));
}
inline KeyGrant key_grant() {
    const WrappedKey wrapped{.ephemeral = signer("ephemeral").public_key(),
                             .ciphertext = Bytes(32, 0xcc)};
    return {.sequence = 5,
            .meter = MeterId("meter-1"),
            .epoch = 1,
            .entries = {{NodeId("dgmd"), wrapped}, {NodeId("node-1"), wrapped}},
            .effective = 0};
}
inline Handover handover() {
    const WrappedKey wrapped{.ephemeral = signer("ephemeral").public_key(),
                             .ciphertext = Bytes(32, 0xcc)};
    return {.cluster = ClusterId("cluster-1"),
            .window = 7,
            .settlement = digest("settlement"),
            .epoch = 2,
            .entries = {{NodeId("node-5"), wrapped}, {NodeId("node-6"), wrapped}},
            .sealed = Bytes(70, 0xdd)};
}
inline Transaction handover_by(std::string_view sender) {
    return make_handover(handover(), NodeId(sender), network(), signer(sender));
}
inline MeterClosing closing() {
    return {.state = line().closing, .capacity_w = 5000, .mes_w = 4000};
}

inline QuorumCertificate certificate() {
    return {.content = {.type = VoteType::precommit,
                        .height = 8,
                        .round = 1,
                        .block = digest("parent block")},
            .witnesses = {witness("node-1"), witness("node-2"), witness("node-4")}};
}
inline Block block() {
    Block out;
    out.transactions = {make_reading_transaction(reading()), batch()};
    out.parent_certificate = certificate();
    out.header = {.version = 1,
                  .network = network(),
                  .height = 9,
                  .time_ms = 1'760'000'012'345,
                  .parent = digest("parent block"),
                  .proposer = NodeId("node-2"),
                  .epoch = 0,
                  .validators = validators_hash(std::vector{NodeId("node-1"), NodeId("node-2")}),
                  .transactions_root = {},
                  .transaction_count = 2,
                  .app_hash = digest("state"),
                  .parent_certificate = certificate_hash(out.parent_certificate)};
    out.header.transactions_root = transactions_root(out);
    return out;
}
inline CommittedBlock committed_block() {
    QuorumCertificate own = certificate();
    own.content.height = 9;
    own.content.block = block_id(block().header);
    return {.block = block(), .certificate = own};
}
inline Vote vote(VoteType type, std::optional<Digest> value) {
    Vote out{.content = {.type = type, .height = 9, .round = 2, .block = value},
             .validator = NodeId("node-3"),
             .signature = {}};
    out.signature = signer("node-3").sign(vote_to_be_signed(out.content, out.validator, network()));
    return out;
}
inline ProposalMessage proposal(std::optional<Round> valid_round) {
    const ProposalContent content{
        .height = 9, .round = 2, .valid_round = valid_round, .block = block_id(block().header)};
    const NodeId node("node-2");
    return {.proposal = {.content = content,
                         .proposer = node,
                         .signature = signer("node-2").sign(
                             proposal_to_be_signed(content, node, network()))},
            .outline = outline_of(block())};
}

// Pairs of which an honest signer signs one.
inline Transaction two_readings() {
    ReadingHeader other = reading_header();
    other.salt = salt(0x12);
    const auto again = make_reading(other, reading_body(false), data_key(), signer("meter-1"));
    return *make_evidence(Offence::two_readings, reading().envelope, again.envelope, network());
}
inline Transaction two_batches() {
    Settlement other = settlement();
    other.state_height = 13;
    return *make_evidence(Offence::two_batches, to_bytes(signed_envelope(batch())),
                          to_bytes(signed_envelope(make_batch(other, network(), signer("node-1")))),
                          network());
}
inline Transaction two_votes() {
    return *make_evidence(Offence::two_votes,
                          encode_vote(vote(VoteType::precommit, digest("block"))),
                          encode_vote(vote(VoteType::precommit, std::nullopt)), network());
}
inline Transaction two_proposals() {
    return *make_evidence(Offence::two_proposals,
                          encode_signed_proposal(proposal(std::nullopt).proposal),
                          encode_signed_proposal(proposal(1).proposal), network());
}
inline Transaction seal_broken() {
    return make_event({.version = 1,
                       .network = network(),
                       .meter = MeterId("meter-1"),
                       .cluster = ClusterId("cluster-1"),
                       .window = 7,
                       .counter = 9,
                       .type = AlarmType::seal_broken,
                       .at_s = 1'470'716'000},
                      signer("meter-1"));
}

// A name, its bytes, and decode-then-encode (nullopt: refused).
struct Sample {
    std::string name;
    Bytes bytes;
    std::function<std::optional<Bytes>(ByteView)> again;
};
[[nodiscard]] const std::vector<Sample>& all();

}  // namespace fairfeed::samples
