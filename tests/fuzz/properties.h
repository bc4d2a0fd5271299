// The promises of every decoder of the house, as checks that fuzz targets apply to any bytes. A
// decoder fails with a named reason, or encode(decode(x)) == x. A decoder never takes more memory
// than a small multiple of its input. A broken promise ends the process (CHECK), which a fuzzer
// notices.
#pragma once

#include <cstddef>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/reject.h"
#include "tests/fuzz/allocation_watch.h"

namespace fairfeed::fuzz {

// The allowed memory. A growing vector holds its old and its new storage at once, and names and
// variants have a fixed size even when few bytes encode them.
constexpr std::size_t kBytesPerInputByte = 24;
constexpr std::size_t kFixedBytes = 8192;

[[nodiscard]] constexpr std::size_t allowed_bytes(std::size_t input) {
    return kFixedBytes + kBytesPerInputByte * input;
}

// The number of accepted inputs so far. A seed that no decoder accepts is out of date.
inline std::size_t accepted_inputs = 0;

// The network of the codecs' seeds: that of the samples of tests/unit/wire.
[[nodiscard]] const Digest& network();

// Returns an existing signature, so that a decoded message can be encoded again.
class SameSignature final : public Signer {
  public:
    explicit SameSignature(const Signature& signature) : signature_(signature) {}
    [[nodiscard]] Signature sign(ByteView) const override { return signature_; }
    [[nodiscard]] PublicKey public_key() const override { return {}; }

  private:
    Signature signature_;
};

template <class Decode, class Encode>
void check_round_trip(ByteView input, const Decode& decode, const Encode& encode) {
    const AllocationWatch watch;
    const auto value = decode(input);
    CHECK(watch.peak_bytes() <= allowed_bytes(input.size()));
    if (!value) {
        CHECK(!to_string(value.error()).empty());
        return;
    }
    CHECK(encode(*value) == to_bytes(input));
    ++accepted_inputs;
}

// For formats whose decoder must know the network; network() is used.
template <class Decode, class Encode>
void check_network_round_trip(ByteView input, const Decode& decode, const Encode& encode) {
    check_round_trip(
        input, [&](ByteView bytes) { return decode(bytes, network()); }, encode);
}

// For messages in an envelope that their sender signed.
template <class Decode, class Encode>
void check_signed_round_trip(ByteView input, const Decode& decode, const Encode& encode) {
    check_network_round_trip(input, decode, [&](const auto& value) {
        return encode(value.content, value.signer, network(), SameSignature(value.signature));
    });
}

}  // namespace fairfeed::fuzz
