// P-256 keys as OpenSSL holds them, shared by the files of this room only. A handle is immutable
// after construction, so threads may share it. Only the named curve is accepted: no explicit
// parameters, no other curve, no compressed or off-curve point (threat 48).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

struct evp_pkey_st;

namespace fairfeed {

using P256Key = std::shared_ptr<evp_pkey_st>;

[[nodiscard]] P256Key p256_generate();
// Null unless the text is one unencrypted PKCS#8 PEM of a consistent P-256 private key.
[[nodiscard]] P256Key p256_from_pem(std::string_view pem);
// Null unless 32 big-endian bytes in [1, n-1].
[[nodiscard]] P256Key p256_from_scalar(ByteView scalar);
// A public key; null unless 0x04 || x || y is on the curve.
[[nodiscard]] P256Key p256_from_point(const PublicKey& point);
// Whether 0x04 || x || y is on the curve: 1 us, where a key takes several.
[[nodiscard]] bool is_p256_point(const PublicKey& point);
// PKCS#8 PEM; the key must hold its private part.
[[nodiscard]] std::string p256_to_pem(const P256Key& key);
[[nodiscard]] PublicKey p256_point(const P256Key& key);

}  // namespace fairfeed
