// core/crypto/digest.h without SHA-256, for the simulator: four quick hashes of 64 bits, so that
// ids and Merkle trees cost next to nothing. Linked before ff_crypto, like simulated_signing.cc. No
// simulated node searches for collisions, and chance makes none.
#include "core/crypto/digest.h"

#include "tests/simulation/fast_hash.h"

namespace fairfeed {
namespace {

Digest digest_of(std::uint64_t hash) {
    Digest out;
    simulation::stretch(hash, out.bytes);
    return out;
}

}  // namespace

Digest sha256(ByteView data) {
    return digest_of(simulation::fast_hash(5, data));
}

Digest sha256(std::initializer_list<ByteView> parts) {
    if (parts.size() == 1) return sha256(*parts.begin());
    Bytes all;
    for (const ByteView part : parts)
        append(all, part);
    return sha256(all);
}

Digest hmac_sha256(ByteView key, ByteView data) {
    return digest_of(simulation::fast_hash(simulation::fast_hash(6, key), data));
}

}  // namespace fairfeed
