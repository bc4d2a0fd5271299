// Wrapping a meter's data key for one recipient (protocol 2, KEY_GRANT): ephemeral ECDH P-256, then
// K = HKDF-SHA-256(shared x, salt = ephemeral point || recipient point, info = context), then
// AES-128-GCM under K with IV = 12 zero bytes and AAD = context. The context binds the wrap to its
// purpose, meter and epoch; it may be empty. Keys are values; threads may share them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace fairfeed {

constexpr std::size_t kWrappedBytes = 32;  // 16-byte key and 16-byte tag

struct WrappedKey {
    PublicKey ephemeral;
    Bytes ciphertext;  // kWrappedBytes
    bool operator==(const WrappedKey&) const = default;
};

class AgreementKey {
  public:
    [[nodiscard]] static AgreementKey generate();
    [[nodiscard]] static std::optional<AgreementKey> from_pem(std::string_view pem);
    [[nodiscard]] std::string to_pem() const;
    [[nodiscard]] PublicKey public_key() const;
    [[nodiscard]] std::optional<SymmetricKey> unwrap(const WrappedKey& wrapped,
                                                     ByteView context) const;

  private:
    struct Key;
    explicit AgreementKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
    std::shared_ptr<const Key> key_;
};

// The ephemeral point is on the curve.
[[nodiscard]] bool has_point(const WrappedKey& wrapped);

// nullopt if the recipient's point is not on the curve.
[[nodiscard]] std::optional<WrappedKey> wrap_key(const PublicKey& recipient,
                                                 const SymmetricKey& key, ByteView context);

}  // namespace fairfeed
