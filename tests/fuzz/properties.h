// What every decoder of the house promises, as checks that fuzz targets apply to any bytes: it
// fails with a named reason, or encode(decode(x)) == x; and it never takes more memory than a small
// multiple of its input. A broken promise ends the process (CHECK), which is how a fuzzer notices.
#pragma once

#include <cstddef>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/reject.h"
#include "tests/fuzz/allocation_watch.h"

namespace fairfeed::fuzz {

// A vector that grows holds its old and its new self, and names and variants have a size of their
// own even when few bytes say them.
constexpr std::size_t kBytesPerInputByte = 24;
constexpr std::size_t kFixedBytes = 8192;

[[nodiscard]] constexpr std::size_t allowed_bytes(std::size_t input) {
    return kFixedBytes + kBytesPerInputByte * input;
}

// How many inputs got through so far: a seed that does not is out of date.
inline std::size_t accepted_inputs = 0;

// The network that the codecs' seeds belong to: the samples' of tests/unit/wire.
[[nodiscard]] const Digest& network();

// Gives back a signature made before, to put a decoded message together again.
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

// Formats whose decoder must know the network; the samples' is taken.
template <class Decode, class Encode>
void check_network_round_trip(ByteView input, const Decode& decode, const Encode& encode) {
    check_round_trip(
        input, [&](ByteView bytes) { return decode(bytes, network()); }, encode);
}

// Messages in an envelope that their sender signed.
template <class Decode, class Encode>
void check_signed_round_trip(ByteView input, const Decode& decode, const Encode& encode) {
    check_network_round_trip(input, decode, [&](const auto& value) {
        return encode(value.content, value.signer, network(), SameSignature(value.signature));
    });
}

}  // namespace fairfeed::fuzz
