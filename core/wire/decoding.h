// Steps shared by all codecs: reading and writing fields of integer-keyed maps, the end of a
// decoder, and the Reject for a cbor fault. Private to core/wire. A value out of its type's range
// is malformed, because no value would encode to these bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/model/certificate.h"
#include "core/model/reading.h"
#include "core/model/reject.h"
#include "core/wire/cbor.h"

namespace fairfeed {

[[nodiscard]] Reject reject_of(cbor::Fault fault);

// The value, if the reader has consumed everything without a fault.
template <class T>
[[nodiscard]] Result<T, Reject> finished(cbor::Reader& reader, T value) {
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    return value;
}

inline void put_unsigned(cbor::Writer& writer, std::uint64_t key, std::uint64_t value) {
    writer.key(key);
    writer.unsigned_integer(value);
}
inline void put_integer(cbor::Writer& writer, std::uint64_t key, std::int64_t value) {
    writer.key(key);
    writer.integer(value);
}
inline void put_bytes(cbor::Writer& writer, std::uint64_t key, ByteView value) {
    writer.key(key);
    writer.bytes(value);
}
inline void put_text(cbor::Writer& writer, std::uint64_t key, std::string_view value) {
    writer.key(key);
    writer.text(value);
}
inline void put_boolean(cbor::Writer& writer, std::uint64_t key, bool value) {
    writer.key(key);
    writer.boolean(value);
}

[[nodiscard]] inline std::uint64_t take_unsigned(cbor::Reader& reader, std::uint64_t key) {
    reader.key(key);
    return reader.unsigned_integer();
}
[[nodiscard]] inline std::uint32_t take_u32(cbor::Reader& reader, std::uint64_t key) {
    reader.key(key);
    return static_cast<std::uint32_t>(reader.unsigned_at_most(UINT32_MAX));
}
[[nodiscard]] inline std::int64_t take_integer(cbor::Reader& reader, std::uint64_t key) {
    reader.key(key);
    return reader.integer();
}
[[nodiscard]] inline ByteView take_bytes(cbor::Reader& reader, std::uint64_t key) {
    reader.key(key);
    return reader.bytes();
}
[[nodiscard]] inline std::string_view take_text(cbor::Reader& reader, std::uint64_t key) {
    reader.key(key);
    return reader.text();
}
[[nodiscard]] inline bool take_boolean(cbor::Reader& reader, std::uint64_t key) {
    reader.key(key);
    return reader.boolean();
}
template <class Fixed>
[[nodiscard]] Fixed take_fixed(cbor::Reader& reader, std::uint64_t key) {
    reader.key(key);
    return reader.fixed<Fixed>();
}
template <class Name>
[[nodiscard]] Name take_name(cbor::Reader& reader, std::uint64_t key) {
    reader.key(key);
    return reader.name<Name>();
}

// [[node, signature], ...], ascending by node, each once.
void write_witnesses(cbor::Writer& writer, const std::vector<Witness>& witnesses);
[[nodiscard]] std::vector<Witness> read_witnesses(cbor::Reader& reader);

// [import, export, generation].
void write_registers(cbor::Writer& writer, const Registers& registers);
[[nodiscard]] Registers read_registers(cbor::Reader& reader);

// [digest, ...], in the order given.
void write_digests(cbor::Writer& writer, const std::vector<Digest>& digests);
[[nodiscard]] std::vector<Digest> read_digests(cbor::Reader& reader);

// [ppm, ...], in the order of the quarter hours: at most kMaxWindowQuarters, each at most
// kUncurtailedPpm.
void write_factors(cbor::Writer& writer, const Factors& factors);
[[nodiscard]] Factors read_factors(cbor::Reader& reader);

}  // namespace fairfeed
