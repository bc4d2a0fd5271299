// The canonical encoding of the public state, and of its records, hashed. The encoding is a format:
// every agreed field stands here once, in the order of its declaration.
#include "core/state/app_hash.h"

#include "core/crypto/digest.h"
#include "core/state/state.h"
#include "core/wire/authority_codec.h"
#include "core/wire/cbor.h"
#include "core/wire/command_codec.h"
#include "core/wire/tariff_codec.h"

namespace fairfeed {

namespace {

using cbor::Writer;
using namespace std::string_view_literals;

constexpr std::string_view kRecordPrefix = "\0"sv;  // as of a leaf in RFC 6962 2.1

// Declared ahead, because lists contain lists.
void write(Writer& out, const KeyGrant& grant);
void write(Writer& out, const CommitteeAllocation& committee);
void write(Writer& out, const UnreadGap& gap);
void write(Writer& out, const FactorInForce& factor);
void write(Writer& out, const Signatory& signatory);
void write(Writer& out, const DgmdKeys& keys);

void write(Writer& out, const Location& location) {
    out.array(2);
    out.integer(location.east_m);
    out.integer(location.north_m);
}

void write(Writer& out, const Change& change) {
    out.array(2);
    out.unsigned_integer(change.at);
    out.unsigned_integer(change.effective);
}

void write(Writer& out, const HandoverNote& note) {
    out.array(3);
    out.text(note.by.view());
    out.unsigned_integer(note.epoch);
    out.bytes(note.id.view());
}

void write(Writer& out, const Tariff& tariff) {
    write_tariff(out, tariff);
}

void write(Writer& out, std::int64_t value) {
    out.integer(value);
}

void write(Writer& out, const NodeId& node) {
    out.text(node.view());
}

template <class T>
void write(Writer& out, const Dated<T>& dated) {
    out.array(2);
    out.unsigned_integer(dated.effective);
    write(out, dated.value);
}

void write(Writer& out, const NodeRegistration& node) {
    out.array(5);
    out.unsigned_integer(node.sequence);
    out.text(node.node.view());
    out.bytes(node.signing_key.view());
    out.bytes(node.agreement_key.view());
    write(out, node.location);
}

void write(Writer& out, const Registers& registers) {
    out.array(3);
    out.integer(registers.import_wh);
    out.integer(registers.export_wh);
    out.integer(registers.generation_wh);
}

void write(Writer& out, const MeterRegistration& meter) {
    out.array(meter.permit ? 9 : 8);
    out.unsigned_integer(meter.sequence);
    out.text(meter.meter.view());
    out.text(meter.cluster.view());
    out.text(meter.service_point);
    out.bytes(meter.signing_key.view());
    out.unsigned_integer(meter.effective);
    out.array(3);
    out.integer(meter.rating.amperes);
    out.integer(meter.rating.phases);
    out.integer(meter.rating.volts);
    write(out, meter.installed);
    if (!meter.permit) return;
    out.array(3);
    out.text(meter.permit->replaces.view());
    write(out, meter.permit->closing);
    out.unsigned_integer(meter.permit->since);
}

void write(Writer& out, const KeyGrantEntry& entry) {
    out.array(3);
    out.text(entry.recipient.view());
    out.bytes(entry.wrapped.ephemeral.view());
    out.bytes(entry.wrapped.ciphertext);
}

// Writes every element as an item of an array.
template <class T>
void write(Writer& out, const std::vector<T>& list) {
    out.array(list.size());
    for (const T& item : list)
        write(out, item);
}

void write(Writer& out, const KeyGrant& grant) {
    out.array(5);
    out.unsigned_integer(grant.sequence);
    out.text(grant.meter.view());
    out.unsigned_integer(grant.epoch);
    write(out, grant.entries);
    out.unsigned_integer(grant.effective);
}

void write(Writer& out, const CommitteeAllocation& committee) {
    out.array(6);
    out.unsigned_integer(committee.sequence);
    out.text(committee.cluster.view());
    write(out, committee.location);
    write(out, committee.members);
    out.unsigned_integer(committee.epoch);
    out.unsigned_integer(committee.effective);
}

void write(Writer& out, const OffenceRecord& offences) {
    out.array(3);
    out.unsigned_integer(offences.count);
    out.bytes(offences.last.view());
    out.unsigned_integer(offences.newest);
}

// Windows and heights.
template <class Number>
void write(Writer& out, const std::optional<Number>& number) requires std::is_integral_v<Number> {
    if (number) {
        out.unsigned_integer(*number);
    } else {
        out.null();
    }
}

void write(Writer& out, const std::optional<ValidatorChange>& change) {
    if (!change) return out.null();
    out.array(2);
    out.text(change->node.view());
    out.unsigned_integer(change->from);
}

void write(Writer& out, const NodeRecord& node) {
    out.array(5);
    write(out, node.registration);
    out.map(node.offences.size());
    for (const auto& [offence, record] : node.offences) {
        out.key(static_cast<std::uint64_t>(offence));
        write(out, record);
    }
    out.unsigned_integer(node.reissued);
    out.unsigned_integer(node.taken_over);
    write(out, node.revoked_from);
}

void write(Writer& out, const std::optional<Tampering>& tampering) {
    if (!tampering) return out.null();
    out.array(3);
    out.unsigned_integer(tampering->from);
    out.unsigned_integer(static_cast<std::uint64_t>(tampering->type));
    out.bytes(tampering->event.view());
}

void write(Writer& out, const std::optional<DeauthorisedMeter>& meter) {
    if (!meter) return out.null();
    out.array(3);
    out.unsigned_integer(meter->from);
    out.unsigned_integer(static_cast<std::uint64_t>(meter->reason));
    out.boolean(meter->by_policy);
}

void write(Writer& out, const std::optional<MeterCommand>& command) {
    if (!command) return out.null();
    write_command(out, *command);
}

void write(Writer& out, const std::optional<Digest>& digest) {
    if (!digest) return out.null();
    out.bytes(digest->view());
}

void write(Writer& out, const Signatory& signatory) {
    out.array(2);
    out.text(signatory.name.str());
    out.bytes(signatory.key.view());
}

void write(Writer& out, const Office& office) {
    out.array(3);
    out.unsigned_integer(office.threshold);
    write(out, office.officers);
    write(out, office.inspectors);
}

void write(Writer& out, const DgmdKeys& keys) {
    out.array(2);
    out.bytes(keys.signing.view());
    out.bytes(keys.agreement.view());
}

void write(Writer& out, const std::optional<PolicyInForce>& policy) {
    if (!policy) return out.null();
    out.array(2);
    write_policy(out, policy->policy);
    out.unsigned_integer(policy->from);
}

// Of windows.
void write(Writer& out, const std::vector<Window>& windows) {
    out.array(windows.size());
    for (const Window window : windows)
        out.unsigned_integer(window);
}

void write(Writer& out, const UnreadGap& gap) {
    out.array(4);
    out.unsigned_integer(gap.first);
    out.unsigned_integer(gap.end);
    out.unsigned_integer(gap.above);
    out.unsigned_integer(gap.below);
}

void write(Writer& out, const MeterRecord& meter) {
    out.array(14);
    write(out, meter.registration);
    write(out, meter.capacity_w);
    write(out, meter.certificate);
    write(out, meter.deauthorised);
    write(out, meter.command);
    write(out, meter.grants);
    out.unsigned_integer(meter.last_sequence);
    out.bytes(meter.last_reading.view());
    write(out, meter.last_window);
    write(out, meter.unread);
    out.unsigned_integer(meter.missed);
    write(out, meter.offences);
    write(out, meter.voided);
    write(out, meter.tampered);
}

void write(Writer& out, const FactorInForce& factor) {
    out.array(2);
    out.integer(factor.factor_ppm);
    out.integer(factor.from_s);
}

void write(Writer& out, const ClusterRecord& cluster) {
    out.array(8);
    write(out, cluster.committee);
    write(out, cluster.earlier);
    write(out, cluster.last_window);
    out.bytes(cluster.last_settlement.view());
    out.unsigned_integer(cluster.settled_at);
    write(out, cluster.changes);
    write(out, cluster.handovers);
    write(out, cluster.factors);
}

enum class Records { in_full, by_root };

// Records carry their own names, and their order makes the encoding canonical.
template <class Id, class Record>
void write(Writer& out, const RecordTree<Id, Record>& records, Records how) {
    if (how == Records::by_root) return out.bytes(records.root().view());
    out.array(records.size());
    for (const auto& [id, record] : records)
        write(out, record);
}

Bytes encode(const ChainState& state, Records how) {
    Writer out;
    out.array(20);
    out.bytes(state.network.view());
    out.unsigned_integer(state.height);
    out.bytes(state.tip.view());
    out.integer(state.tip_time_ms);
    out.unsigned_integer(state.dgmd_sequence);
    write(out, state.office.office);
    write(out, state.dgmd.keys);
    write(out, state.dgmd.retired);
    write(out, state.policy);
    write(out, state.policy_uses);
    write(out, state.nodes, how);
    write(out, state.meters, how);
    write(out, state.clusters, how);
    write(out, state.tariffs);
    write(out, state.tariff_changes);
    write(out, state.validators);
    out.unsigned_integer(state.validator_epoch);
    out.bytes(state.validators_hash.view());
    write(out, state.tip_validators);
    write(out, state.validator_change);
    return out.take();
}

template <class Record>
Digest hash_of(const Record& record) {
    Writer out;
    write(out, record);
    return sha256({as_bytes(kRecordPrefix), out.take()});
}

}  // namespace

Digest record_hash(const NodeRecord& record) {
    return hash_of(record);
}

Digest record_hash(const MeterRecord& record) {
    return hash_of(record);
}

Digest record_hash(const ClusterRecord& record) {
    return hash_of(record);
}

Bytes encode_state(const ChainState& state) {
    return encode(state, Records::in_full);
}

Digest app_hash(const ChainState& state) {
    return sha256(encode(state, Records::by_root));
}

}  // namespace fairfeed
