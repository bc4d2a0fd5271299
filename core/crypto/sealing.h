// Sealing: AES-128-GCM under a key used once. K = HKDF-SHA-256(data key, salt = the item's 16-byte
// salt, info = purpose || 0x00 || sender), IV = 12 zero bytes, 16-byte tag appended (protocol 2). K
// opens one item only, so it can be given to others as proof of that item.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/bytes.h"

namespace fairfeed {

constexpr std::size_t kSealTagSize = 16;

// HKDF-SHA-256 (RFC 5869), any output length up to 8160 bytes.
[[nodiscard]] Bytes hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::size_t length);
[[nodiscard]] SymmetricKey message_key(const SymmetricKey& data_key, std::string_view purpose,
                                       std::string_view sender, const Salt& salt);

// AES-128-GCM with an explicit 12-byte IV; ciphertext || tag.
[[nodiscard]] Bytes aes_gcm_encrypt(const SymmetricKey& key, ByteView iv, ByteView aad,
                                    ByteView plaintext);
[[nodiscard]] std::optional<Bytes> aes_gcm_decrypt(const SymmetricKey& key, ByteView iv,
                                                   ByteView aad, ByteView ciphertext);
// Our profile: key used once, IV of zeros.
[[nodiscard]] Bytes seal(const SymmetricKey& message_key, ByteView aad, ByteView plaintext);
[[nodiscard]] std::optional<Bytes> unseal(const SymmetricKey& message_key, ByteView aad,
                                          ByteView ciphertext);

}  // namespace fairfeed
