#include "core/wire/office_codec.h"

#include "core/wire/cose.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

// [[name, key], ...], ascending by name, each once.
void write_signatories(cbor::Writer& writer, const std::vector<Signatory>& signatories) {
    writer.array(signatories.size());
    for (const Signatory& each : signatories) {
        writer.array(2);
        writer.text(each.name.str());
        writer.bytes(each.key.view());
    }
}

std::vector<Signatory> read_signatories(cbor::Reader& reader) {
    std::vector<Signatory> signatories;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        reader.array_of(2);
        Signatory each{.name = reader.name<NodeId>(), .key = reader.fixed<PublicKey>()};
        if (!signatories.empty() && !(signatories.back().name < each.name)) {
            reader.fail(cbor::Fault::not_canonical);
        }
        signatories.push_back(std::move(each));
    }
    return signatories;
}

}  // namespace

void write_office(cbor::Writer& writer, std::uint64_t first, const Office& office) {
    put_unsigned(writer, first, office.threshold);
    writer.key(first + 1);
    write_signatories(writer, office.officers);
    writer.key(first + 2);
    write_signatories(writer, office.inspectors);
}

Office read_office(cbor::Reader& reader, std::uint64_t first) {
    Office office;
    office.threshold = take_u32(reader, first);
    reader.key(first + 1);
    office.officers = read_signatories(reader);
    reader.key(first + 2);
    office.inspectors = read_signatories(reader);
    return office;
}

Bytes approval_to_be_signed(const Digest& approved, const NodeId& officer, const Digest& network) {
    cbor::Writer payload;
    payload.bytes(approved.view());
    return cose::to_be_signed(cose::Domain::approval, network, officer.str(), payload.take());
}

Witness approve(const Digest& approved, const NodeId& officer, const Digest& network,
                const Signer& signer) {
    return {officer, signer.sign(approval_to_be_signed(approved, officer, network))};
}

Result<void, Reject> check_approvals(const Office& office, const Digest& approved,
                                     const std::vector<Witness>& approvals, const Digest& network) {
    if (auto form = check_form(office, approvals); !form) return form;
    for (const Witness& approval : approvals) {
        const auto key = VerifyKey::from_point(find_officer(office, approval.node)->key);
        if (!key) return unexpected(Reject::malformed);
        const auto valid = cose::check_signature(
            approval_to_be_signed(approved, approval.node, network), approval.signature, *key);
        if (!valid) return valid;
    }
    return {};
}

}  // namespace fairfeed
