#include "core/state/state_decoder.h"

#include <algorithm>
#include <limits>

#include "core/state/office_rules.h"
#include "core/wire/authority_codec.h"
#include "core/state/replacement_rules.h"
#include "core/wire/cbor.h"
#include "core/wire/command_codec.h"
#include "core/wire/tariff_codec.h"

namespace fairfeed {
namespace {

using cbor::Fault;
using cbor::Reader;

// Declared ahead, because lists contain lists.
void read(Reader& in, KeyGrant& grant);
void read(Reader& in, KeyGrantEntry& entry);
void read(Reader& in, CommitteeAllocation& committee);
void read(Reader& in, UnreadGap& gap);
void read(Reader& in, FactorInForce& factor);
void read(Reader& in, Signatory& signatory);
void read(Reader& in, DgmdKeys& keys);

template <class Number>
void read_number(Reader& in, Number& number) {
    number = static_cast<Number>(in.unsigned_at_most(std::numeric_limits<Number>::max()));
}

void read(Reader& in, std::int32_t& metres) {
    const std::int64_t value = in.integer();
    if (value < INT32_MIN || value > INT32_MAX) in.fail(Fault::malformed);
    metres = static_cast<std::int32_t>(value);
}

void read(Reader& in, std::int64_t& value) {
    value = in.integer();
}

void read(Reader& in, NodeId& node) {
    node = in.name<NodeId>();
}

void read(Reader& in, Location& location) {
    in.array_of(2);
    read(in, location.east_m);
    read(in, location.north_m);
}

void read(Reader& in, Change& change) {
    in.array_of(2);
    read_number(in, change.at);
    read_number(in, change.effective);
}

void read(Reader& in, HandoverNote& note) {
    in.array_of(3);
    read(in, note.by);
    read_number(in, note.epoch);
    note.id = in.fixed<Digest>();
}

void read(Reader& in, Tariff& tariff) {
    tariff = read_tariff(in);
}

template <class T>
void read(Reader& in, Dated<T>& dated) {
    in.array_of(2);
    read_number(in, dated.effective);
    read(in, dated.value);
}

void read(Reader& in, NodeRegistration& node) {
    in.array_of(5);
    read_number(in, node.sequence);
    read(in, node.node);
    node.signing_key = in.fixed<PublicKey>();
    node.agreement_key = in.fixed<PublicKey>();
    read(in, node.location);
}

void read(Reader& in, Registers& registers) {
    in.array_of(3);
    registers.import_wh = in.integer();
    registers.export_wh = in.integer();
    registers.generation_wh = in.integer();
}

void read(Reader& in, MeterRegistration& meter) {
    const std::size_t size = in.array();
    if (size != 8 && size != 9) in.fail(Fault::malformed);
    read_number(in, meter.sequence);
    meter.meter = in.name<MeterId>();
    meter.cluster = in.name<ClusterId>();
    meter.service_point = in.text();
    meter.signing_key = in.fixed<PublicKey>();
    read_number(in, meter.effective);
    in.array_of(3);
    meter.rating.amperes = in.integer();
    meter.rating.phases = in.integer();
    meter.rating.volts = in.integer();
    read(in, meter.installed);
    if (size != 9 || !in.ok()) return;
    meter.permit.emplace();
    in.array_of(3);
    meter.permit->replaces = in.name<MeterId>();
    read(in, meter.permit->closing);
    read_number(in, meter.permit->since);
}

void read(Reader& in, KeyGrantEntry& entry) {
    in.array_of(3);
    read(in, entry.recipient);
    entry.wrapped.ephemeral = in.fixed<PublicKey>();
    entry.wrapped.ciphertext = to_bytes(in.bytes());
}

template <class T>
void read(Reader& in, std::vector<T>& list) {
    const std::size_t size = in.array();
    for (std::size_t i = 0; i < size && in.ok(); ++i)
        read(in, list.emplace_back());
}

void read(Reader& in, KeyGrant& grant) {
    in.array_of(5);
    read_number(in, grant.sequence);
    grant.meter = in.name<MeterId>();
    read_number(in, grant.epoch);
    read(in, grant.entries);
    read_number(in, grant.effective);
}

void read(Reader& in, CommitteeAllocation& committee) {
    in.array_of(6);
    read_number(in, committee.sequence);
    committee.cluster = in.name<ClusterId>();
    read(in, committee.location);
    read(in, committee.members);
    read_number(in, committee.epoch);
    read_number(in, committee.effective);
}

void read(Reader& in, OffenceRecord& offences) {
    in.array_of(3);
    read_number(in, offences.count);
    offences.last = in.fixed<Digest>();
    read_number(in, offences.newest);
}

template <class Number>
void read_optional(Reader& in, std::optional<Number>& number) {
    if (!in.is_null()) read_number(in, number.emplace());
}

void read(Reader& in, std::optional<ValidatorChange>& change) {
    if (in.is_null()) return;
    change.emplace();
    in.array_of(2);
    read(in, change->node);
    read_number(in, change->from);
}

void read(Reader& in, std::map<Offence, OffenceRecord>& offences) {
    const std::size_t size = in.map();
    for (std::size_t i = 0; i < size && in.ok(); ++i) {
        const std::uint64_t number =
            in.unsigned_at_most(static_cast<std::uint64_t>(Offence::two_proposals));
        const auto offence = static_cast<Offence>(number);
        const bool follows = offences.empty() || offences.rbegin()->first < offence;
        if (number < static_cast<std::uint64_t>(Offence::two_readings) || !follows) {
            in.fail(Fault::malformed);
        }
        read(in, offences[offence]);
    }
}

void read(Reader& in, NodeRecord& node) {
    in.array_of(5);
    read(in, node.registration);
    read(in, node.offences);
    read_number(in, node.reissued);
    read_number(in, node.taken_over);
    read_optional(in, node.revoked_from);
}

void read(Reader& in, std::optional<Tampering>& tampering) {
    if (in.is_null()) return;
    tampering.emplace();
    in.array_of(3);
    read_number(in, tampering->from);
    const std::uint64_t type = in.unsigned_integer();
    const bool is_type = type == static_cast<std::uint64_t>(AlarmType::seal_broken) ||
                         type == static_cast<std::uint64_t>(AlarmType::cover_open);
    if (!is_type) in.fail(Fault::malformed);
    tampering->type = static_cast<AlarmType>(type);
    tampering->event = in.fixed<Digest>();
}

void read(Reader& in, std::optional<DeauthorisedMeter>& meter) {
    if (in.is_null()) return;
    meter.emplace();
    in.array_of(3);
    read_number(in, meter->from);
    const auto reason = deauthorisation_reason_from(in.unsigned_integer());
    if (!reason) in.fail(Fault::malformed);
    meter->reason = reason.value_or(DeauthorisationReason::over_capacity);
    meter->by_policy = in.boolean();
}

void read(Reader& in, std::optional<Digest>& digest) {
    if (!in.is_null()) digest = in.fixed<Digest>();
}

void read(Reader& in, Signatory& signatory) {
    in.array_of(2);
    read(in, signatory.name);
    signatory.key = in.fixed<PublicKey>();
}

void read(Reader& in, Office& office) {
    in.array_of(3);
    read_number(in, office.threshold);
    read(in, office.officers);
    read(in, office.inspectors);
}

void read(Reader& in, DgmdKeys& keys) {
    in.array_of(2);
    keys.signing = in.fixed<PublicKey>();
    keys.agreement = in.fixed<PublicKey>();
}

void read(Reader& in, std::optional<PolicyInForce>& policy) {
    if (in.is_null()) return;
    policy.emplace();
    in.array_of(2);
    policy->policy = read_policy(in);
    read_number(in, policy->from);
}

void read(Reader& in, std::vector<Window>& windows) {
    const std::size_t size = in.array();
    for (std::size_t i = 0; i < size && in.ok(); ++i)
        read_number(in, windows.emplace_back());
}

void read(Reader& in, UnreadGap& gap) {
    in.array_of(4);
    read_number(in, gap.first);
    read_number(in, gap.end);
    read_number(in, gap.above);
    read_number(in, gap.below);
}

void read(Reader& in, MeterRecord& meter) {
    in.array_of(14);
    read(in, meter.registration);
    read(in, meter.capacity_w);
    read(in, meter.certificate);
    read(in, meter.deauthorised);
    if (!in.is_null()) meter.command = read_command(in);
    read(in, meter.grants);
    read_number(in, meter.last_sequence);
    meter.last_reading = in.fixed<Digest>();
    read_optional(in, meter.last_window);
    read(in, meter.unread);
    read_number(in, meter.missed);
    read(in, meter.offences);
    read(in, meter.voided);
    read(in, meter.tampered);
}

void read(Reader& in, FactorInForce& factor) {
    in.array_of(2);
    factor.factor_ppm = in.integer();
    factor.from_s = in.integer();
}

void read(Reader& in, ClusterRecord& cluster) {
    in.array_of(8);
    read(in, cluster.committee);
    read(in, cluster.earlier);
    read_optional(in, cluster.last_window);
    cluster.last_settlement = in.fixed<Digest>();
    read_number(in, cluster.settled_at);
    read(in, cluster.changes);
    read(in, cluster.handovers);
    read(in, cluster.factors);
}

const NodeId& id_of(const NodeRecord& node) {
    return node.registration.node;
}
const MeterId& id_of(const MeterRecord& meter) {
    return meter.registration.meter;
}
const ClusterId& id_of(const ClusterRecord& cluster) {
    return cluster.committee.cluster;
}

// Ascending by id, each once.
template <class Id, class Record>
void read(Reader& in, RecordTree<Id, Record>& records) {
    const std::size_t size = in.array();
    Id last;
    for (std::size_t i = 0; i < size && in.ok(); ++i) {
        Record record;
        read(in, record);
        const Id id = id_of(record);
        if (!in.ok() || !(last < id)) return in.fail(Fault::malformed);
        records.edit(id) = std::move(record);
        last = id;
    }
}

template <class Id, class Record>
std::vector<Id> ids_of(const RecordTree<Id, Record>& records) {
    std::vector<Id> ids;
    for (const auto& [id, record] : records)
        ids.push_back(id);
    return ids;
}

// As registry.cc derives it while the records come in. False: a meter's cluster, or the meter that
// it replaced, is not there.
bool derive(ChainState& state) {
    for (const NodeId& id : ids_of(state.nodes)) {
        NodeRecord& node = state.nodes.edit(id);
        node.key = VerifyKey::from_point(node.registration.signing_key);
    }
    const std::vector<MeterId> meters = ids_of(state.meters);
    for (const MeterId& id : meters) {
        const MeterRegistration& successor = state.meters.at(id).registration;
        if (!successor.permit) continue;
        if (!state.meters.contains(successor.permit->replaces)) return false;
        note_successor(state, successor);
    }
    for (const MeterId& id : meters) {
        MeterRecord& meter = state.meters.edit(id);
        meter.key = VerifyKey::from_point(meter.registration.signing_key);
        if (!state.clusters.contains(meter.registration.cluster)) return false;
        ClusterRecord& cluster = state.clusters.edit(meter.registration.cluster);
        cluster.meters.push_back(id);
        if (meter.tampered || meter.replaced) {
            ++cluster.out;
            state.connections.remember_key(meter.registration);
        } else {
            state.connections.connect(meter.registration);
        }
        const auto first = settles_from(meter);
        if (first) cluster.opens = std::min(cluster.opens.value_or(*first), *first);
    }
    return true;
}

}  // namespace

std::optional<ChainState> decode_state(ByteView bytes, const LoadedGenesis& genesis) {
    Reader in(bytes);
    ChainState state;
    state.genesis = genesis.content;
    in.array_of(20);
    state.network = in.fixed<Digest>();
    read_number(in, state.height);
    state.tip = in.fixed<Digest>();
    state.tip_time_ms = in.integer();
    read_number(in, state.dgmd_sequence);
    Office office;
    read(in, office);
    read(in, state.dgmd.keys);
    read(in, state.dgmd.retired);
    read(in, state.policy);
    read(in, state.policy_uses);
    read(in, state.nodes);
    read(in, state.meters);
    read(in, state.clusters);
    read(in, state.tariffs);
    read(in, state.tariff_changes);
    read(in, state.validators);
    read_number(in, state.validator_epoch);
    state.validators_hash = in.fixed<Digest>();
    read(in, state.tip_validators);
    read(in, state.validator_change);
    if (!in.finish() || state.network != genesis.network || !derive(state)) return std::nullopt;
    auto in_force = parsed(office);
    state.dgmd.key = VerifyKey::from_point(state.dgmd.keys.signing);
    if (!in_force || !state.dgmd.key) return std::nullopt;
    state.office = std::move(*in_force);
    return state;
}

}  // namespace fairfeed
