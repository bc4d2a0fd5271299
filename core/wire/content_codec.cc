#include "core/wire/content_codec.h"

#include "core/base/check.h"
#include "core/wire/authority_codec.h"
#include "core/wire/command_codec.h"
#include "core/wire/decoding.h"
#include "core/wire/office_codec.h"
#include "core/wire/tariff_codec.h"

namespace fairfeed {
namespace {

struct KindOf {
    TransactionKind operator()(const Genesis&) const { return TransactionKind::genesis; }
    TransactionKind operator()(const SignedReading&) const { return TransactionKind::reading; }
    TransactionKind operator()(const Settlement&) const { return TransactionKind::settlement; }
    TransactionKind operator()(const MeterRegistration&) const { return TransactionKind::meter; }
    TransactionKind operator()(const NodeRegistration&) const { return TransactionKind::node; }
    TransactionKind operator()(const CommitteeAllocation&) const {
        return TransactionKind::committee;
    }
    TransactionKind operator()(const KeyGrant&) const { return TransactionKind::key_grant; }
    TransactionKind operator()(const CapacityCertificate&) const {
        return TransactionKind::capacity;
    }
    TransactionKind operator()(const TariffNotice&) const { return TransactionKind::tariff; }
    TransactionKind operator()(const NodeRevocation&) const { return TransactionKind::revoke; }
    TransactionKind operator()(const Deauthorisation&) const {
        return TransactionKind::deauthorise;
    }
    TransactionKind operator()(const OfficeChange&) const { return TransactionKind::officers; }
    TransactionKind operator()(const MeterCommand&) const { return TransactionKind::command; }
    TransactionKind operator()(const DgmdKeyChange&) const { return TransactionKind::dgmd_keys; }
    TransactionKind operator()(const WatchPolicy&) const { return TransactionKind::policy; }
    TransactionKind operator()(const MeterAlarm&) const { return TransactionKind::event; }
    TransactionKind operator()(const Evidence&) const { return TransactionKind::evidence; }
    TransactionKind operator()(const Handover&) const { return TransactionKind::handover; }
};

// [amperes, phases, volts].
void write_rating(cbor::Writer& writer, const ConnectionRating& rating) {
    writer.array(3);
    writer.integer(rating.amperes);
    writer.integer(rating.phases);
    writer.integer(rating.volts);
}

ConnectionRating read_rating(cbor::Reader& reader) {
    ConnectionRating rating;
    reader.array_of(3);
    rating.amperes = reader.integer();
    rating.phases = reader.integer();
    rating.volts = reader.integer();
    return rating;
}

// [old meter, its closing registers, first window of the new meter's readings].
void write_permit(cbor::Writer& writer, const WorkPermit& permit) {
    writer.array(3);
    writer.text(permit.replaces.view());
    write_registers(writer, permit.closing);
    writer.unsigned_integer(permit.since);
}

WorkPermit read_permit(cbor::Reader& reader) {
    WorkPermit permit;
    reader.array_of(3);
    permit.replaces = reader.name<MeterId>();
    permit.closing = read_registers(reader);
    permit.since = static_cast<Window>(reader.unsigned_at_most(UINT32_MAX));
    return permit;
}

void write(cbor::Writer& writer, const MeterRegistration& meter) {
    writer.map(meter.permit ? 9 : 8);
    put_unsigned(writer, 1, meter.sequence);
    put_text(writer, 2, meter.meter.view());
    put_text(writer, 3, meter.cluster.view());
    put_text(writer, 4, meter.service_point);
    put_bytes(writer, 5, meter.signing_key.view());
    put_unsigned(writer, 6, meter.effective);
    writer.key(7);
    write_rating(writer, meter.rating);
    writer.key(8);
    write_registers(writer, meter.installed);
    if (!meter.permit) return;
    writer.key(9);
    write_permit(writer, *meter.permit);
}

MeterRegistration read_meter(cbor::Reader& reader) {
    MeterRegistration meter;
    const std::size_t size = reader.map();
    if (size != 8 && size != 9) reader.fail(cbor::Fault::malformed);
    meter.sequence = take_unsigned(reader, 1);
    meter.meter = take_name<MeterId>(reader, 2);
    meter.cluster = take_name<ClusterId>(reader, 3);
    meter.service_point = std::string(take_text(reader, 4));
    if (!is_valid_name(meter.service_point)) reader.fail(cbor::Fault::malformed);
    meter.signing_key = take_fixed<PublicKey>(reader, 5);
    meter.effective = take_u32(reader, 6);
    reader.key(7);
    meter.rating = read_rating(reader);
    reader.key(8);
    meter.installed = read_registers(reader);
    if (size == 9) {
        reader.key(9);
        meter.permit = read_permit(reader);
    }
    return meter;
}

void write(cbor::Writer& writer, const NodeRegistration& node) {
    writer.map(5);
    put_unsigned(writer, 1, node.sequence);
    put_text(writer, 2, node.node.view());
    put_bytes(writer, 3, node.signing_key.view());
    put_bytes(writer, 4, node.agreement_key.view());
    writer.key(5);
    write_location(writer, node.location);
}

NodeRegistration read_node(cbor::Reader& reader) {
    NodeRegistration node;
    reader.map_of(5);
    node.sequence = take_unsigned(reader, 1);
    node.node = take_name<NodeId>(reader, 2);
    node.signing_key = take_fixed<PublicKey>(reader, 3);
    node.agreement_key = take_fixed<PublicKey>(reader, 4);
    reader.key(5);
    node.location = read_location(reader);
    return node;
}

void write(cbor::Writer& writer, const CommitteeAllocation& committee) {
    writer.map(6);
    put_unsigned(writer, 1, committee.sequence);
    put_text(writer, 2, committee.cluster.view());
    writer.key(3);
    write_location(writer, committee.location);
    writer.key(4);
    writer.array(committee.members.size());
    for (const NodeId& member : committee.members)
        writer.text(member.view());
    put_unsigned(writer, 5, committee.epoch);
    put_unsigned(writer, 6, committee.effective);
}

CommitteeAllocation read_committee(cbor::Reader& reader) {
    CommitteeAllocation committee;
    reader.map_of(6);
    committee.sequence = take_unsigned(reader, 1);
    committee.cluster = take_name<ClusterId>(reader, 2);
    reader.key(3);
    committee.location = read_location(reader);
    reader.key(4);
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        committee.members.push_back(reader.name<NodeId>());
    }
    committee.epoch = take_u32(reader, 5);
    committee.effective = take_u32(reader, 6);
    return committee;
}

void write(cbor::Writer& writer, const KeyGrant& grant) {
    writer.map(5);
    put_unsigned(writer, 1, grant.sequence);
    put_text(writer, 2, grant.meter.view());
    put_unsigned(writer, 3, grant.epoch);
    writer.key(4);
    write_grant_entries(writer, grant.entries);
    put_unsigned(writer, 5, grant.effective);
}

KeyGrant read_key_grant(cbor::Reader& reader) {
    KeyGrant grant;
    reader.map_of(5);
    grant.sequence = take_unsigned(reader, 1);
    grant.meter = take_name<MeterId>(reader, 2);
    grant.epoch = take_u32(reader, 3);
    reader.key(4);
    grant.entries = read_grant_entries(reader);
    grant.effective = take_u32(reader, 5);
    return grant;
}

void write(cbor::Writer& writer, const CapacityCertificate& capacity) {
    writer.map(capacity.certificate ? 5 : 4);
    put_unsigned(writer, 1, capacity.sequence);
    put_text(writer, 2, capacity.meter.view());
    put_integer(writer, 3, capacity.capacity_w);
    put_unsigned(writer, 4, capacity.effective);
    if (capacity.certificate) put_bytes(writer, 5, capacity.certificate->view());
}

CapacityCertificate read_capacity(cbor::Reader& reader) {
    CapacityCertificate capacity;
    const std::size_t size = reader.map();
    if (size != 4 && size != 5) reader.fail(cbor::Fault::malformed);
    capacity.sequence = take_unsigned(reader, 1);
    capacity.meter = take_name<MeterId>(reader, 2);
    capacity.capacity_w = take_integer(reader, 3);
    capacity.effective = take_u32(reader, 4);
    if (size == 5) capacity.certificate = take_fixed<Digest>(reader, 5);
    return capacity;
}

void write(cbor::Writer& writer, const OfficeChange& change) {
    writer.map(4);
    put_unsigned(writer, 1, change.sequence);
    write_office(writer, 2, change.office);
}

OfficeChange read_office_change(cbor::Reader& reader) {
    OfficeChange change;
    reader.map_of(4);
    change.sequence = take_unsigned(reader, 1);
    change.office = read_office(reader, 2);
    return change;
}

void write(cbor::Writer& writer, const TariffNotice& notice) {
    writer.map(3);
    put_unsigned(writer, 1, notice.sequence);
    writer.key(2);
    write_tariff(writer, notice.tariff);
    put_unsigned(writer, 3, notice.effective);
}

TariffNotice read_tariff_notice(cbor::Reader& reader) {
    TariffNotice notice;
    reader.map_of(3);
    notice.sequence = take_unsigned(reader, 1);
    reader.key(2);
    notice.tariff = read_tariff(reader);
    notice.effective = take_u32(reader, 3);
    return notice;
}

void write(cbor::Writer& writer, const NodeRevocation& revocation) {
    writer.map(2);
    put_unsigned(writer, 1, revocation.sequence);
    put_text(writer, 2, revocation.node.view());
}

NodeRevocation read_revocation(cbor::Reader& reader) {
    NodeRevocation revocation;
    reader.map_of(2);
    revocation.sequence = take_unsigned(reader, 1);
    revocation.node = take_name<NodeId>(reader, 2);
    return revocation;
}

TransactionContent read_content(TransactionKind kind, cbor::Reader& reader) {
    switch (kind) {
        case TransactionKind::meter:
            return read_meter(reader);
        case TransactionKind::node:
            return read_node(reader);
        case TransactionKind::committee:
            return read_committee(reader);
        case TransactionKind::key_grant:
            return read_key_grant(reader);
        case TransactionKind::capacity:
            return read_capacity(reader);
        case TransactionKind::tariff:
            return read_tariff_notice(reader);
        case TransactionKind::revoke:
            return read_revocation(reader);
        case TransactionKind::deauthorise:
            return read_deauthorisation(reader);
        case TransactionKind::officers:
            return read_office_change(reader);
        case TransactionKind::command:
            return read_command(reader);
        case TransactionKind::dgmd_keys:
            return read_dgmd_keys(reader);
        case TransactionKind::policy:
            return read_policy(reader);
        case TransactionKind::genesis:
        case TransactionKind::reading:
        case TransactionKind::settlement:
        case TransactionKind::event:
        case TransactionKind::adjust:
        case TransactionKind::evidence:
        case TransactionKind::offer:
        case TransactionKind::clearing:
        case TransactionKind::certificate:
        case TransactionKind::demand_response:
        case TransactionKind::handover:
            break;
    }
    CHECK(false);
}

struct WriteContent {
    cbor::Writer& writer;
    void operator()(const MeterRegistration& content) const { write(writer, content); }
    void operator()(const NodeRegistration& content) const { write(writer, content); }
    void operator()(const CommitteeAllocation& content) const { write(writer, content); }
    void operator()(const KeyGrant& content) const { write(writer, content); }
    void operator()(const CapacityCertificate& content) const { write(writer, content); }
    void operator()(const TariffNotice& content) const { write(writer, content); }
    void operator()(const NodeRevocation& content) const { write(writer, content); }
    void operator()(const Deauthorisation& content) const {
        write_deauthorisation(writer, content);
    }
    void operator()(const OfficeChange& content) const { write(writer, content); }
    void operator()(const MeterCommand& content) const { write_command(writer, content); }
    void operator()(const DgmdKeyChange& content) const { write_dgmd_keys(writer, content); }
    void operator()(const WatchPolicy& content) const { write_policy(writer, content); }
    void operator()(const Genesis&) const { CHECK(false); }
    void operator()(const SignedReading&) const { CHECK(false); }
    void operator()(const Settlement&) const { CHECK(false); }
    void operator()(const MeterAlarm&) const { CHECK(false); }
    void operator()(const Evidence&) const { CHECK(false); }
    void operator()(const Handover&) const { CHECK(false); }
};

}  // namespace

TransactionKind kind_of(const TransactionContent& content) {
    return std::visit(KindOf{}, content);
}

Bytes encode_dgmd_content(const TransactionContent& content) {
    cbor::Writer writer;
    std::visit(WriteContent{writer}, content);
    return writer.take();
}

Result<TransactionContent, Reject> decode_dgmd_content(TransactionKind kind, ByteView bytes) {
    cbor::Reader reader(bytes);
    TransactionContent content = read_content(kind, reader);
    return finished(reader, std::move(content));
}

void write_grant_entries(cbor::Writer& writer, const std::vector<KeyGrantEntry>& entries) {
    writer.array(entries.size());
    for (const KeyGrantEntry& entry : entries) {
        writer.array(3);
        writer.text(entry.recipient.view());
        writer.bytes(entry.wrapped.ephemeral.view());
        writer.bytes(entry.wrapped.ciphertext);
    }
}

std::vector<KeyGrantEntry> read_grant_entries(cbor::Reader& reader) {
    std::vector<KeyGrantEntry> entries;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        KeyGrantEntry entry;
        reader.array_of(3);
        entry.recipient = reader.name<NodeId>();
        entry.wrapped.ephemeral = reader.fixed<PublicKey>();
        entry.wrapped.ciphertext = to_bytes(reader.bytes());
        if (entry.wrapped.ciphertext.size() != kWrappedBytes) {
            reader.fail(cbor::Fault::malformed);
        }
        if (!entries.empty() && !(entries.back().recipient < entry.recipient)) {
            reader.fail(cbor::Fault::not_canonical);
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

void write_location(cbor::Writer& writer, const Location& location) {
    writer.array(2);
    writer.integer(location.east_m);
    writer.integer(location.north_m);
}

Location read_location(cbor::Reader& reader) {
    reader.array_of(2);
    const std::int64_t east_m = reader.integer();
    const std::int64_t north_m = reader.integer();
    for (const std::int64_t metres : {east_m, north_m}) {
        if (metres < INT32_MIN || metres > INT32_MAX) reader.fail(cbor::Fault::malformed);
    }
    return {static_cast<std::int32_t>(east_m), static_cast<std::int32_t>(north_m)};
}

}  // namespace fairfeed
