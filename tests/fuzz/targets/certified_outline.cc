#include "core/wire/consensus_codec.h"
#include "tests/fuzz/properties.h"

// POLKA and COMMIT.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_round_trip({data, size}, decode_certified_outline, encode_certified_outline);
    return 0;
}
