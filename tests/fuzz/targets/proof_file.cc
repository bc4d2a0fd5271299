#include "core/proof/proof.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"

// The file that proves a reading and its bill line to a stranger.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const ByteView file(data, size);
    fuzz::check_round_trip(file, decode_proof, encode_proof);
    const auto found = check_proof(file, fuzz::little_state().network.genesis());
    CHECK(found || !found.error().explanation.empty());
    return 0;
}
