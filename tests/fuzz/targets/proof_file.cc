#include "core/ledger/proof.h"
#include "tests/fuzz/properties.h"

// The file that proves a reading and its bill line to a stranger.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_round_trip({data, size}, decode_proof, encode_proof);
    return 0;
}
