// Bytes, views of bytes, and fixed-size values used in every room: 32-byte digests, 16-byte salts,
// 64-byte signatures (raw r||s), 65-byte public keys (uncompressed P-256 points).
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairfeed {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// A fixed number of bytes with a meaning; Tag keeps different meanings apart.
template <class Tag, std::size_t N>
struct FixedBytes {
    static constexpr std::size_t kSize = N;
    std::array<std::uint8_t, N> bytes{};

    auto operator<=>(const FixedBytes&) const = default;
    [[nodiscard]] ByteView view() const { return bytes; }
    [[nodiscard]] static std::optional<FixedBytes> from(ByteView view) {
        if (view.size() != N) return std::nullopt;
        FixedBytes out;
        std::copy(view.begin(), view.end(), out.bytes.begin());
        return out;
    }
};

using Digest = FixedBytes<struct DigestTag, 32>;           // SHA-256
using Salt = FixedBytes<struct SaltTag, 16>;               // clear, random, once per sealed item
using Signature = FixedBytes<struct SignatureTag, 64>;     // ES256 raw r||s
using PublicKey = FixedBytes<struct PublicKeyTag, 65>;     // 0x04 || x || y
using SymmetricKey = FixedBytes<struct SymmetricTag, 16>;  // AES-128

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline void append(Bytes& out, ByteView more) {
    out.insert(out.end(), more.begin(), more.end());
}
[[nodiscard]] inline Bytes to_bytes(ByteView view) {
    return {view.begin(), view.end()};
}

[[nodiscard]] std::string to_hex(ByteView bytes);                      // lower case
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view digits);  // either case, even length
template <class Fixed>
[[nodiscard]] std::optional<Fixed> fixed_from_hex(std::string_view digits) {
    const auto bytes = from_hex(digits);
    return bytes ? Fixed::from(*bytes) : std::nullopt;
}
// First eight bytes of a digest in hex: for people (paper A64); never an identity.
[[nodiscard]] std::string short_hex(const Digest& digest);

}  // namespace fairfeed
