// The encoding of the books: what a keyholder has learned from a chain beside the public state, for
// a snapshot of a node (docs/ledger-format.md, "Snapshot"). CBOR in the canonical form of
// core/wire/cbor.h, so two books are equal if their encodings are. Each class writes and reads its
// own part; here are the shapes that they share. Readers check form and ranges, not meaning; the
// reader's fault tells at the end. The books hold opened figures and data keys, so they never leave
// their node unsealed. Pure.
#pragma once

#include <limits>
#include <type_traits>
#include <utility>

#include "core/wire/cbor.h"

namespace fairfeed::books {

// [[key, value], ...], ascending. write(key, value) writes exactly two items.
template <class Map, class Write>
void write_map(cbor::Writer& out, const Map& map, const Write& write) {
    out.array(map.size());
    for (const auto& [key, value] : map) {
        out.array(2);
        write(key, value);
    }
}

// read_key() and read_value() read one item each.
template <class Map, class ReadKey, class ReadValue>
[[nodiscard]] Map read_map(cbor::Reader& in, const ReadKey& read_key, const ReadValue& read_value) {
    Map map;
    const std::size_t size = in.array();
    for (std::size_t i = 0; i < size && in.ok(); ++i) {
        in.array_of(2);
        auto key = read_key();
        if (!map.empty() && !(map.rbegin()->first < key)) in.fail(cbor::Fault::not_canonical);
        if (!in.ok()) break;
        auto value = read_value();
        map.emplace_hint(map.end(), std::move(key), std::move(value));
    }
    return map;
}

template <class Number>
[[nodiscard]] Number read_number(cbor::Reader& in) {
    return static_cast<Number>(in.unsigned_at_most(std::numeric_limits<Number>::max()));
}

// The item that `decode` accepts, inside a byte string.
template <class Decode>
[[nodiscard]] auto read_item(cbor::Reader& in, const Decode& decode) {
    auto decoded = decode(in.bytes());
    if (!decoded) in.fail(cbor::Fault::malformed);
    return decoded ? std::move(*decoded) : std::remove_cvref_t<decltype(*decoded)>{};
}

}  // namespace fairfeed::books
