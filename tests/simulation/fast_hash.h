// A quick 64-bit hash of bytes, the same on every little-endian machine: for simulated signatures
// and for the digest of a run. Not secure; use SHA-256 where security matters
// (core/crypto/digest.h).
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/bytes.h"

namespace fairfeed::simulation {

static_assert(std::endian::native == std::endian::little);

[[nodiscard]] inline std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a ^ 0x9e3779b97f4a7c15U} * (b ^ 0xd6e8feb86659fd93U);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ a;
}

[[nodiscard]] inline std::uint64_t fast_hash(std::uint64_t key, ByteView bytes) {
    std::uint64_t hash = mixed(key, bytes.size());
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, &bytes[at], sizeof(word));
        hash = mixed(hash, word);
    }
    std::uint64_t rest = 0;
    for (std::size_t i = 0; at + i < bytes.size(); ++i)
        rest |= std::uint64_t{bytes[at + i]} << (8 * i);
    return mixed(mixed(hash, rest), key);
}

// Fills `out` with bytes derived from the key.
inline void stretch(std::uint64_t key, std::span<std::uint8_t> out) {
    for (std::size_t at = 0; at < out.size(); at += sizeof(key)) {
        key = mixed(key, at + 1);
        std::memcpy(&out[at], &key, std::min(sizeof(key), out.size() - at));
    }
}

}  // namespace fairfeed::simulation
