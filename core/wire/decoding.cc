#include "core/wire/decoding.h"

#include "core/base/check.h"

namespace fairfeed {

Reject reject_of(cbor::Fault fault) {
    switch (fault) {
        case cbor::Fault::truncated:
            return Reject::truncated;
        case cbor::Fault::not_canonical:
            return Reject::not_canonical;
        case cbor::Fault::malformed:
            return Reject::malformed;
        case cbor::Fault::none:
            break;
    }
    CHECK(false);
}

void write_witnesses(cbor::Writer& writer, const std::vector<Witness>& witnesses) {
    writer.array(witnesses.size());
    for (const Witness& witness : witnesses) {
        writer.array(2);
        writer.text(witness.node.view());
        writer.bytes(witness.signature.view());
    }
}

std::vector<Witness> read_witnesses(cbor::Reader& reader) {
    std::vector<Witness> witnesses;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        reader.array_of(2);
        Witness witness{.node = reader.name<NodeId>(), .signature = reader.fixed<Signature>()};
        if (!witnesses.empty() && !(witnesses.back().node < witness.node)) {
            reader.fail(cbor::Fault::not_canonical);
        }
        witnesses.push_back(std::move(witness));
    }
    return witnesses;
}

void write_registers(cbor::Writer& writer, const Registers& registers) {
    writer.array(3);
    writer.integer(registers.import_wh);
    writer.integer(registers.export_wh);
    writer.integer(registers.generation_wh);
}

Registers read_registers(cbor::Reader& reader) {
    Registers registers;
    reader.array_of(3);
    registers.import_wh = reader.integer();
    registers.export_wh = reader.integer();
    registers.generation_wh = reader.integer();
    return registers;
}

void write_digests(cbor::Writer& writer, const std::vector<Digest>& digests) {
    writer.array(digests.size());
    for (const Digest& digest : digests)
        writer.bytes(digest.view());
}

std::vector<Digest> read_digests(cbor::Reader& reader) {
    std::vector<Digest> digests;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        digests.push_back(reader.fixed<Digest>());
    }
    return digests;
}

void write_factors(cbor::Writer& writer, const Factors& factors) {
    writer.array(factors.size());
    for (const std::int64_t factor_ppm : factors)
        writer.integer(factor_ppm);
}

Factors read_factors(cbor::Reader& reader) {
    Factors factors;
    const std::size_t size = reader.array();
    if (size > static_cast<std::size_t>(kMaxWindowQuarters)) reader.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < size && reader.ok(); ++i)
        factors.push_back(static_cast<std::int64_t>(
            reader.unsigned_at_most(static_cast<std::uint64_t>(kUncurtailedPpm))));
    return factors;
}

}  // namespace fairfeed
